"""What a file brings is, column for column, what taking and working the same call leaves."""

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Model
from django.utils import timezone

from tests.desks.contact.import_files import WHOLE, contacts, loaded, put, somebody, table
from wansdyke.access.models import Team
from wansdyke.casework.actions import NewParty, perform
from wansdyke.casework.models import Case, CasePlace, Deadline, ForceReference, Party
from wansdyke.desks.contact.actions import take_call
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.imported import REASON
from wansdyke.desks.contact.instruments.thrive_v1 import THRIVE_V1
from wansdyke.desks.contact.models import Contact, Grading
from wansdyke.people.models import PersonRecord
from wansdyke.people.records import place_for

pytestmark = pytest.mark.django_db
# What the file has no column for, and what names who took the call.
APART = {
    Contact: {"case", "what", "prior_contact", "unit", "result_note", "source_reference"},
    Case: {"root", "owner"},
    Deadline: {"id", "case"},
    Grading: {"id", "contact"},
    Party: {"id", "case", "record"},
    ForceReference: {"id", "case"},
    CasePlace: {"id", "case"},
    PersonRecord: {"root", "person", "source"},
}


def columns(row: Model) -> dict[str, Any]:
    """A row's columns but those that must differ."""
    names = (f for f in row._meta.concrete_fields if f.name not in APART[type(row)])
    return {field.name: getattr(row, field.attname) for field in names}


def picture(call: Contact) -> dict[str, Any]:
    """A call with all that hangs from it."""
    case = call.case
    parties = Party.objects.filter(case=case).order_by("role")
    return {
        # A file does not say who took a call, and the second to a place is a repeat there.
        "call": {k: v for k, v in columns(call).items() if k not in ("handler", "repeat_place")},
        "case": columns(case),
        "clocks": [columns(row) for row in Deadline.objects.filter(case=case).order_by("clock")],
        "gradings": [columns(row) for row in call.gradings.order_by("pk")],
        "parties": [columns(row) for row in parties],
        "people": [columns(party.record) for party in parties],
        "numbers": [columns(row) for row in case.force_references.all()],
        "places": [columns(row) for row in CasePlace.objects.filter(case=case)],
    }


def every_letter() -> dict[str, str]:
    """A run of THRIVE that leaves no letter owed."""
    return {q.key: "said" if q.kind == "text" else q.answers[0][0] for q in THRIVE_V1.questions}


def values(received_at: datetime) -> dict[str, Any]:
    """The facts of the call, as they are typed."""
    return {
        "received_at": received_at,
        "channel": "other",
        "where": WHOLE["address"],
        "place": place_for(WHOLE["address"], "SN1 2AB"),
        "what": "Shouting.",
        "prior_contact": "no",
        "notes": WHOLE["notes"],
        "risk_types": ["domestic-abuse"],
        "latitude": 51.56,
        "longitude": -1.78,
    }


def taken(grade: str, minutes: dict[str, int]) -> Contact:
    """A call as the control room takes, sends to and results it, begun three hours ago."""
    by = somebody("olive", "operator", "dispatcher")
    start = timezone.now().replace(microsecond=0) - timedelta(hours=3)
    at = {event: start + timedelta(minutes=after) for event, after in minutes.items()}
    outcome = take_call(
        DESK,
        values(at["received"]),
        by=by,
        at=at["graded"],
        key=uuid.uuid4().hex,
        team=Team.objects.get(key="control-room"),
        grade=grade,
        reason=REASON,
        letters=every_letter() if "closed" in minutes else {},
        numbers=[("command-and-control", "WP-T")],
        parties=[NewParty(role="caller", typed={"forename": "Ada", "surname": "O’Birdsall"})],
    )
    found = Contact.objects.select_related("case").filter(case__root__reference=outcome.reference)
    for event, step in (("assigned", "assign"), ("at_scene", "at-scene"), ("closed", "result")):
        if event in at:
            payload = {"category": "crime"} if step == "result" else {}
            key = uuid.uuid4().hex
            perform(found.get(), step, desk=DESK, by=by, at=at[event], key=key, payload=payload)
    return found.get()


def as_row(call: Contact, minutes: dict[str, int]) -> dict[str, str]:
    """The same call as a force's own system would write it down."""
    times = {
        "received_at": call.received_at,
        "graded_at": call.graded_at,
        "assigned_at": call.assigned_at,
        "at_scene_at": call.at_scene_at,
        "closed_at": call.resulted_at,
    }
    return {
        "reference": "WP-T",
        **{name: time.isoformat() for name, time in times.items() if time is not None},
        "grade": call.grade,
        "risk_types": "domestic-abuse",
        **({"category": "crime"} if "closed" in minutes else {}),
        "latitude": "51.56",
        "longitude": "-1.78",
        "postcode": "SN1 2AB",
        "address": WHOLE["address"],
        "notes": WHOLE["notes"],
        "caller_forename": "Ada",
        "caller_surname": "O’Birdsall",
    }


@pytest.mark.parametrize(
    ("grade", "minutes"),
    [
        ("immediate", {"received": 0, "graded": 2, "assigned": 3, "at_scene": 12, "closed": 50}),
        ("immediate", {"received": 0, "graded": 2, "assigned": 3, "at_scene": 40, "closed": 50}),
        ("priority", {"received": 0, "graded": 5, "assigned": 9, "at_scene": 100}),
        ("scheduled", {"received": 0, "graded": 5, "assigned": 9}),
        ("priority", {"received": 0, "graded": 0}),
        ("without-deployment", {"received": 0, "graded": 5, "closed": 60}),
        ("without-deployment", {"received": 0, "graded": 5}),
    ],
    ids=["met", "missed", "at scene", "assigned", "waiting", "by phone", "being resolved"],
)
def test_loading_a_call_writes_what_taking_it_does(
    tmp_path: Path, grade: str, minutes: dict[str, int]
) -> None:
    by_hand = taken(grade, minutes)
    contacts(put(tmp_path, table(as_row(by_hand, minutes))))
    from_file = loaded("WP-T")
    assert picture(from_file) == picture(by_hand)
