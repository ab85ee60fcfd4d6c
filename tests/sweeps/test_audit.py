"""No entry, no page: what is shown is in the log, and was committed there before it was sent.

That each answer's entries name what it shows is asked of every answer, in test_access.py.
"""

import threading
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError, connection
from django.test import Client, override_settings

from tests.home.cast import KEEPER, audited, signed_in, user
from tests.sweeps import forgetful
from tests.sweeps.asking import Asker
from tests.sweeps.cast import VIEWERS
from tests.sweeps.judging import READINGS, meant
from tests.sweeps.urls import targets_of, walked
from tests.sweeps.world import World
from wansdyke.history.models import AuditEntry, AuditHead

FORGETFUL = override_settings(ROOT_URLCONF="tests.sweeps.forgetful")


def elsewhere(seq: int) -> list[str]:
    """The operations logged after an entry, as another connection sees them now."""
    seen: list[str] = []

    def look() -> None:
        rows = AuditEntry.objects.filter(seq__gt=seq).values_list("operation", flat=True)
        seen.extend(rows)
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return seen


@pytest.mark.parametrize("username", ["sasha", "hedda", "carol", "priti"])
def test_the_entry_is_committed_before_the_answer_is_read(world: World, username: str) -> None:
    asker, late, shown = Asker(username), [], 0
    for url in walked():
        assert url.rule is not None
        if url.declared.reads != "personal" or "GET" not in url.rule.methods:
            continue
        for target in targets_of(url, world):
            if meant(world, VIEWERS[username], url, url.rule, "GET", target) != "an answer":
                continue
            before = AuditHead.objects.get(pk=1).seq
            # Not a byte of the answer is read: a stream has not begun.
            answer = asker.client.get(url.path(target))
            if answer.status_code == 200:
                shown += 1
                if not set(elsewhere(before)) & set(READINGS):
                    late.append(f"{url.name} of {target}")
            break
    assert late == []
    assert shown > 0


@pytest.fixture
def client_of_ken() -> Client:
    client = signed_in(user("ken", KEEPER))
    client.raise_request_exception = False
    return client


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.django_db
@pytest.mark.parametrize("kind", forgetful.KINDS)
def test_an_answer_that_noted_nothing_is_not_sent(client_of_ken: Client, kind: str) -> None:
    with FORGETFUL:
        answer = client_of_ken.get(f"/forgets/{kind}/")
    assert answer.status_code == 500
    assert forgetful.SHOWN not in body_of(answer)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", forgetful.KINDS)
def test_an_answer_that_noted_it_is_sent(client_of_ken: Client, kind: str) -> None:
    with FORGETFUL:
        answer = client_of_ken.get(f"/notes/{kind}/")
    assert answer.status_code in (200, 400, 409, 422)
    assert forgetful.SHOWN.decode() in body_of(answer).decode().replace("\\u0027", "'")
    assert audited("consultation")[-1]["subjects"] == ["CT-1234-5678"]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", forgetful.KINDS)
def test_a_log_that_cannot_be_written_keeps_the_page_back(client_of_ken: Client, kind: str) -> None:
    broken = patch("wansdyke.history.pages.audit.record", side_effect=DatabaseError("disk full"))
    with FORGETFUL, broken:
        answer = client_of_ken.get(f"/notes/{kind}/")
    assert answer.status_code == 503
    assert forgetful.SHOWN not in body_of(answer)
