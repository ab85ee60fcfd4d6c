"""Whatever breaks, wherever: one clear page, nothing of anybody on it, and nothing half done."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.test import Client
from django.utils.module_loading import import_string

from tests.sweeps.asking import Asker, undone
from tests.sweeps.canaries import words_in
from tests.sweeps.filling import forms_of
from tests.sweeps.world import World
from wansdyke.history.models import Event
from wansdyke.ui.errors import FIXED_PAGES

WORD = "zqbrokenwx"
SECRET = f"what the fault says: {WORD} secret"
# Where something breaks: the middleware by its class, the rest by where it is looked up.
WITHIN = (
    "wansdyke.access.scope.scope",
    "wansdyke.casework.queries.scope",
    "wansdyke.casework.views.case_of",
    "wansdyke.casework.views.case_shown",
    "wansdyke.casework.notes.on_case",
    "wansdyke.casework.on_case.change",
    "wansdyke.history.door._claim",
    "wansdyke.history.audit.append",
    "wansdyke.history.audit.record",
    "wansdyke.history.audit.body_of",
    "wansdyke.access.sessions.actor_of",
)


class Broken(Exception):
    """What nobody foresaw; its words must reach nobody."""


@contextmanager
def broken(where: str) -> Iterator[None]:
    """Meanwhile that place fails."""
    with patch(where, side_effect=Broken(SECRET)):
        yield


def checked(answer: Any, where: str) -> None:
    """One of the fixed pages, with nothing of anybody."""
    body = answer.body
    assert answer.status in (500, 503), f"{where}: {answer.status}"
    assert body in FIXED_PAGES, f"{where}: {body[:300]!r}"
    text = body.decode() + str(answer.headers)
    assert WORD not in text, where
    assert "Traceback" not in text, where
    assert not words_in([text]), where


def asked(asker: Asker, method: str, path: str, data: Any = None) -> Any:
    """As `Asker.ask`, though the log itself may be what is broken."""
    with undone():
        return asker.ask(method, path, data)


@pytest.mark.parametrize("where", WITHIN)
def test_a_page_whose_parts_fail_shows_nothing(world: World, where: str) -> None:
    asker = Asker("sasha")
    case = f"/contact/{world.stories['call:by-phone'].reference}/"
    asked(asker, "GET", case)
    reached = 0
    for path in (case, f"{case}notes/new/", "/", "/contact/", "/contact/board/"):
        with broken(where):
            answer = asked(asker, "GET", path)
        if answer.status == 200:
            continue  # this page does not go that way
        checked(answer, f"{where} at {path}")
        reached += 1
    if where not in ("wansdyke.casework.notes.on_case", "wansdyke.casework.on_case.change"):
        assert reached or "_claim" in where or "scope.scope" in where, where


@pytest.mark.parametrize("where", [one for one in WITHIN if "views" not in one])
def test_a_form_whose_parts_fail_does_nothing(world: World, where: str) -> None:
    asker = Asker("sasha")
    path = f"/contact/{world.stories['call:by-phone'].reference}/notes/new/"
    with undone():
        (form,) = (f for f in forms_of(asker.ask("GET", path).body.decode()) if f.action == "")
        data = form.filled()
        events = Event.objects.count()
        with broken(where):
            answer = asker.ask("POST", path, data)
        left = Event.objects.count()
    if answer.status == 302:
        # It does not go that way, or failed only once what was asked for was done.
        assert left == events + 1
        return
    checked(answer, where)
    after_the_deed = where.endswith(("audit.record",))
    assert left == events or after_the_deed, where


# One of allauth is a function, which no patch of a class reaches.
CLASSES = [name for name in settings.MIDDLEWARE if isinstance(import_string(name), type)]


@pytest.mark.parametrize("name", CLASSES)
def test_whatever_middleware_fails_the_page_is_the_same(world: World, name: str) -> None:
    kind = import_string(name)
    case = f"/contact/{world.stories['call:by-phone'].reference}/"
    asker = Asker("sasha")
    steps = ("process_request", "process_view", "process_response", "__call__")
    method = next((one for one in steps if one in vars(kind)), "__call__")
    with patch.object(kind, method, side_effect=Broken(SECRET), create=True):
        client = Client(raise_request_exception=False)
        client.cookies = asker.client.cookies
        with undone():
            answer = client.get(case)
        assert answer.status_code == 500, name
        body = bytes(answer.content)
    assert body in FIXED_PAGES, f"{name}: {body[:200]!r}"
    assert not words_in([body.decode()])
