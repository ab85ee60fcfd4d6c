"""A form of the sweeps' world, sent by two at once: each round on a copy of its own, in earnest."""

import json
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client

from tests import databases
from tests.proof.letting_go import Pair
from tests.sweeps.asking import Asker, undone
from tests.sweeps.filling import Form, forms_of
from tests.sweeps.rules import Target
from tests.sweeps.test_writes import WRITINGS, form_on, senders
from tests.sweeps.urls import Url
from tests.sweeps.world import World
from wansdyke.history.models import AuditEntry

WORDS = ("So said one", "So said another")
KEYS = ("key", "operation_key")
# What every write leaves of itself, and what is of a session and not of a form.
OF_WRITING = frozenset({"history.Event", "history.Change", "history.Operation", "access.Notice"})
NOT_COUNTED = frozenset(
    {"history.AuditEntry", "history.AuditSubject", "sessions.Session", "access.Guess"}
)
Sent = dict[str, Any]


@dataclass
class Answered:
    """What came back of one sending."""

    status: int
    where: str
    text: str


@dataclass(frozen=True)
class Sending:
    """A filled form, and whose browser sends it where."""

    username: str
    title: str
    path: str
    cookies: SimpleCookie
    form: Form
    data: Sent

    def post(self, data: Sent | None = None) -> Answered:
        """Sends it; by itself, in whichever thread."""
        client = Client(raise_request_exception=False)
        client.cookies = SimpleCookie(self.cookies)
        answer = client.post(self.path, again(data or self.data))
        return Answered(
            answer.status_code, answer.headers.get("Location", ""), answer.content.decode()
        )


def again(data: Sent) -> Sent:
    """The same answers; a file is read from its beginning once more."""
    return {
        name: SimpleUploadedFile("paper.pdf", b"%PDF-1.7\npaper") if hasattr(one, "seek") else one
        for name, one in data.items()
    }


def otherwise(sending: Sending, turn: int) -> Sent:
    """A colleague's answers to the same form: a key of their own, and other words; of a form that
    starts from what stands, other answers to whatever it holds against that."""
    data, words = sending.data, WORDS[turn]
    given = {name: words if one == "Because it is so" else one for name, one in data.items()}
    if "seen" in data and str(data["seen"]).startswith("{"):
        offered: dict[str, list[str]] = {}
        for kind, name, value in sending.form.fields:
            if kind in ("option", "radio"):
                offered.setdefault(name, []).append(value)
        for name in json.loads(data["seen"]):
            given |= _another(name, data, offered, turn)
    return given | {name: uuid.uuid4().hex for name in KEYS if name in data}


def _another(name: str, data: Sent, offered: dict[str, list[str]], turn: int) -> Sent:
    """Another answer to one field: another choice, another day, another number or other words."""
    day = f"{name}-day"
    if offered.get(name):
        choices = [one for one in offered[name] if one and one != data.get(name)]
        return {name: choices[turn % len(choices)]}
    if day in data:
        return {day: 1 + (int(data[day]) + turn) % 27}
    if str(data.get(name, "")).isdecimal():
        return {name: int(data[name]) + turn + 1}
    ticked = name not in data or isinstance(data[name], list)
    return {} if ticked else {name: WORDS[turn]}


def counted() -> Counter[str]:
    """How many rows there are of everything, and of audit entries that say of a write."""
    tables = {
        model._meta.label: model._meta.db_table
        for model in apps.get_models()
        if model._meta.label not in NOT_COUNTED
    }
    # In one statement, for this is asked four times a round.
    words = " UNION ALL ".join(f"SELECT '{one}', COUNT(*) FROM {t}" for one, t in tables.items())
    with connection.cursor() as cursor:
        cursor.execute(words)
        found = Counter(dict(cursor.fetchall()))
    found["entries"] = AuditEntry.objects.filter(operation__in=WRITINGS).count()
    return found


def came(before: Counter[str]) -> dict[str, int]:
    """What was added since, and what was taken away."""
    now = counted()
    return {label: now[label] - before[label] for label in now if now[label] != before[label]}


@contextmanager
def a_round(world: World, pair: Pair | None = None) -> Iterator[None]:
    """A copy of the world to spoil; whatever is written is really committed."""
    fresh = databases.copy("round", world.database)
    try:
        with databases.pointed_at(fresh.name, fresh.data):
            if pair is not None:
                pair.at_once(connections.close_all, connections.close_all)
            yield
            if pair is not None:
                pair.at_once(connections.close_all, connections.close_all)
    finally:
        databases.remove(fresh)


def sendings(world: World, url: Url) -> Iterator[Sending]:
    """The ways in which a URL's form can be filled in and sent, each by a session that the world
    and so every copy of it knows; one after another, for the first is mostly enough."""
    ways = _ways(world, url)
    while True:
        with world.inside():
            found = next(ways, None)
        if found is None:
            return
        asker, target, path, form = found
        title = f"{asker.username} of {target}"
        yield Sending(asker.username, title, path, asker.jar, form, form.filled())


def _ways(world: World, url: Url) -> Iterator[tuple[Asker, Target, str, Form]]:
    for asker, target in senders(world, url):
        with undone():
            shown = form_on(asker, url, target) or _elsewhere(asker, url, target)
        if shown:
            yield asker, target, *shown
    yield from _by_hand(world, url.name)


def _by_hand(world: World, name: str) -> Iterator[tuple[Asker, Target, str, Form]]:
    """Forms that nobody comes to without having chosen something first, or that ask for what no
    plausible answer is."""
    call, thing = (world.stories[key].reference for key in ("call:by-phone", "thing:proposed"))
    share = {"stage": "send"}
    known: dict[str, tuple[str, str, str, Sent]] = {
        "contact:share-new": ("sasha", f"/contact/{call}/shares/new/?to=person:carol", "", share),
        "lost-property:share-new": (
            *("hedda", f"/lost-property/{thing}/shares/new/?to=team:health-triage", ""),
            share,
        ),
        "glass-break": (
            *("olivia", "/glass/break/", ""),
            {"reference": world.stories["call:north"].reference, "reason": "A child is in danger"},
        ),
        "conflict-new": ("stan", "/conflicts/new/", "", {"whom": "rosa", "reference": call}),
        "conflict": ("stan", f"/conflicts/{world.conflict}/", "", {}),
        "glass-one": ("priti", f"/glass/{world.glass[0]}/", "", {}),
        "quality-new": ("sasha", "/quality/new/", "", {}),
        "user_restore": ("ada", "/administration/users/sid/restore/", "", {}),
        "notices_read": ("sasha", "/notices/read/", "/", {}),
    }
    if name in known:
        username, path, page, typed = known[name]
        asker = Asker(username)
        with undone():
            shown = asker.ask("GET", page or path)
        # A form without an action is sent to its own address, its query included.
        forms = [one for one in forms_of(shown.body.decode()) if one.action in ("", path)]
        assert shown.status == 200, name
        assert forms, name
        form = forms[0]
        fields = [one for one in form.fields if one[1] not in typed]
        given = [("hidden", key, str(value)) for key, value in typed.items()]
        yield asker, Target(path), path, Form(form.action, form.method, [*fields, *given])


def _elsewhere(asker: Asker, url: Url, target: Target) -> tuple[str, Form] | None:
    path = url.path(target)
    for place in {path.rsplit("/", 2)[0] + "/", "/"}:
        page = asker.ask("GET", place)
        for form in forms_of(page.body.decode()) if page.status == 200 else []:
            if form.action == path:
                return path, form
    return None
