"""A small made-up history, the same told through the door step by step, and pictures of both."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from django.db.models import Model

from tests.desks.contact import control_room as room
from wansdyke.access.actors import Actor, actor_of, system_actor
from wansdyke.access.models import Grant, Root, User
from wansdyke.casework.actions import NewParty, perform
from wansdyke.casework.assess import assess
from wansdyke.casework.models import Assessment, CasePlace, Deadline, Party
from wansdyke.casework.second_person import decide
from wansdyke.desks.contact import demo_stories
from wansdyke.desks.contact.actions import take_call
from wansdyke.desks.contact.demo_history import Stories, Wanted, make_history
from wansdyke.desks.contact.demo_people import Resident
from wansdyke.desks.contact.demo_stories import ASSESS, OWN_REASON, Story, Took, letters_for
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.instruments.thrive_v1 import THRIVE_V1
from wansdyke.desks.contact.models import Contact
from wansdyke.desks.contact.rules import DISPATCHER, OFFICER, OPERATOR, SUPERVISOR
from wansdyke.kernel.calendar import london
from wansdyke.people.models import PersonRecord, Place, Residence
from wansdyke.people.records import place_for

UNTIL = datetime(2026, 6, 10, 11, 0, tzinfo=UTC)
REFERENCE = re.compile(r"\b[A-Z]{2}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
# Keys, references, and what says by which door a row came in.
APART = frozenset({"id", "root", "case", "contact", "event", "record_id", "load", "reference"})


def staff() -> dict[str, list[User]]:
    """Two or three of each post that the stories have somebody of."""
    response = room.response()
    return {
        OPERATOR: [room.staff(name, OPERATOR) for name in ("olivia", "owen", "orla")],
        DISPATCHER: [room.staff(name, DISPATCHER) for name in ("dev", "dora")],
        SUPERVISOR: [room.staff(name, SUPERVISOR) for name in ("sasha", "saul")],
        OFFICER: [room.staff(name, OFFICER, at=response) for name in ("rosa", "reuben", "ruth")],
    }


def much_happens(patch: pytest.MonkeyPatch) -> None:
    """What is rare in the stories happens often, so that a few of them have all of it."""
    for name, chance in (("REGRADED_UP", 0.2), ("REGRADED_DOWN", 0.25), ("LETTERS_LATER", 0.4)):
        patch.setattr(demo_stories, name, chance)


def wanted(calls: int, seed: int = 1) -> Wanted:
    return Wanted(calls=calls, until=UNTIL, seed=seed)


def stories(which: Wanted) -> list[Story]:
    """The stories themselves, none of them written."""
    return Stories(which, staff()).next(which.calls)


def in_bulk(which: Wanted) -> None:
    make_history(DESK, which, team=room.room(), staff=staff(), by=system_actor())


def by_hand(told: Iterable[Story]) -> None:
    """Each story through the writes of the control room, at its own times."""
    keys = (f"by-hand-{n}" for n in count())
    records: dict[Resident, PersonRecord] = {}
    for story in told:
        contact = _taken(story, records, next(keys))
        for took in story.steps:
            _step(room.again(contact), took, keys)


def _acting(user: User, at: datetime) -> Actor:
    return actor_of(user, on=london(at).date(), mfa=True, channel="command line")


def _taken(story: Story, records: dict[Resident, PersonRecord], key: str) -> Contact:
    spot = story.spot
    where = {"latitude": spot.latitude, "longitude": spot.longitude}
    outcome = take_call(
        DESK,
        {**story.values, "place": place_for(spot.address, spot.postcode, **where)},
        by=_acting(story.handler, story.at),
        at=story.at,
        key=key,
        team=room.room(),
        grade=story.grade,
        reason=story.reason,
        letters=story.letters,
        parties=[
            NewParty(role=role, record=records[one])
            if one in records
            else NewParty(role=role, typed=one.typed)
            for role, one in story.parties
        ],
    )
    contact = room.call_of(outcome.reference)
    made = contact.case.parties.select_related("record").order_by("pk")
    for (_, one), party in zip(story.parties, made, strict=True):
        records.setdefault(one, party.record)
    return contact


def _step(contact: Contact, took: Took, keys: Iterator[str]) -> None:
    who: dict[str, Any] = {"by": _acting(took.by, took.at), "at": took.at, "key": next(keys)}
    if took.name == ASSESS:
        grade = contact.grade
        given = letters_for(grade)
        said = {"own_grade": grade, "own_reason": OWN_REASON}
        assess(contact, THRIVE_V1, given, desk=DESK, **said, **who)
        return
    payload = dict(took.payload)
    perform(contact, took.name, desk=DESK, payload=payload, reason=took.reason, **who)
    if took.agreed is not None:
        second, at = took.agreed
        waiting = contact.case.proposals.get(decided_at=None)
        by = _acting(second, at)
        decide(waiting, agreed=True, desk=DESK, by=by, at=at, key=next(keys))


class Pictures:
    """All there is, in the order it was written, with labels where references were."""

    def __init__(self) -> None:
        self.calls = list(Contact.objects.select_related("case__root").order_by("pk"))
        self.records = list(PersonRecord.objects.select_related("root", "person").order_by("pk"))
        self.labels = {one.case.root.reference: f"call {n}" for n, one in enumerate(self.calls)}
        for n, one in enumerate(self.records):
            self.labels[one.root.reference] = f"record {n}"
            self.labels[one.person.reference] = f"person {n}"

    def of_calls(self) -> list[dict[str, Any]]:
        return [self._call(one) for one in self.calls]

    def of_records(self) -> list[dict[str, Any]]:
        return [self._record(one) for one in self.records]

    def of_places(self) -> list[dict[str, Any]]:
        return [self._columns(one) for one in Place.objects.order_by("pk")]

    def _call(self, call: Contact) -> dict[str, Any]:
        case = call.case
        return {
            "call": self._columns(call),
            "case": self._columns(case),
            "root": self._root(case.root),
            "clocks": self._all(Deadline.objects.filter(case=case)),
            "gradings": self._all(call.gradings.all()),
            "assessments": self._all(Assessment.objects.filter(case=case)),
            "proposals": self._all(case.proposals.all()),
            "parties": self._all(Party.objects.filter(case=case)),
            "places": self._all(CasePlace.objects.filter(case=case)),
        }

    def _record(self, record: PersonRecord) -> dict[str, Any]:
        return {
            "record": self._columns(record),
            "homes": self._all(Residence.objects.filter(root=record.root)),
            "root": self._root(record.root),
        }

    def _root(self, root: Root) -> dict[str, Any]:
        """What every root has: its own columns, who is let in, and its history."""
        return {
            "row": self._columns(root),
            "grants": self._all(Grant.objects.filter(root=root)),
            "history": [
                (self._columns(event), self._all(event.changes.all()))
                for event in root.events.order_by("pk")
            ],
        }

    def _all(self, rows: Any) -> list[dict[str, Any]]:
        return [self._columns(row) for row in rows.order_by("pk")]

    def _columns(self, row: Model) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for field in row._meta.concrete_fields:
            value = getattr(row, field.attname)
            if isinstance(pointed_at := field.related_model, type) and value is not None:
                value = self._pointed_at(row, field.name, pointed_at, value)
            if field.name not in APART:
                found[field.name] = self._without_references(value)
        return found

    def _pointed_at(self, row: Model, name: str, model: Any, key: Any) -> Any:
        """A label for what has a reference of its own; a user or a team is the same one."""
        if model in (Place, PersonRecord) or name == "person":
            other = getattr(row, name)
            if isinstance(other, Place):
                return other.address_key, other.postcode_key
            return other.root.reference if isinstance(other, PersonRecord) else other.reference
        return key

    def _without_references(self, value: Any) -> Any:
        if isinstance(value, str):
            return REFERENCE.sub(lambda found: self.labels.get(found[0], "?"), value)
        if isinstance(value, list):
            return [self._without_references(one) for one in value]
        if isinstance(value, dict):
            return {key: self._without_references(one) for key, one in value.items()}
        return value


def kinds_of(told: Sequence[Story]) -> set[str]:
    """What happened in some stories that could be written down wrongly."""
    found = set()
    for story in told:
        found |= {story.grade, story.kind.key, f"{len(story.parties)} people"}
        names = [took.name for took in story.steps]
        found |= {*names, *(["letters later"] if not story.letters else [])}
        if not names or names[-1] != "result":
            found.add("open")
        found |= {"lowered" for took in story.steps if took.agreed}
        found |= {"raised" for took in story.steps if took.name == "regrade" and not took.agreed}
    return found
