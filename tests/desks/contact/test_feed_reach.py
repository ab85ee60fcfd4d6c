"""How far the feed reaches: the records of its own calls, as far as whoever sends may, and never
past a second person."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.desks.contact import control_room as room
from tests.desks.contact.import_files import somebody
from tests.desks.contact.test_feed_api import post, put
from tests.desks.contact.test_missing import gone
from tests.home.cast import locked, signed_in
from wansdyke.access.actors import Actor
from wansdyke.access.models import Root, User
from wansdyke.casework.actions import perform
from wansdyke.casework.models import Party
from wansdyke.casework.parties import add_person, correct_person
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.feed.models import FeedConflict
from wansdyke.desks.contact.models import Contact, Missing
from wansdyke.people.models import PersonRecord

pytestmark = pytest.mark.django_db


def key() -> str:
    return uuid.uuid4().hex


def again(by: Actor, **given: Any) -> dict[str, Any]:
    answer = put("WP-1", by, updated_at=None, **given)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_another_call_s_record_that_a_person_put_beside_this_one_is_left_alone() -> None:
    by = somebody()
    put("WP-0", by, caller_forename="Mark", caller_surname="Suspectson")
    suspect = Party.objects.get().record
    put("WP-1", by, caller_forename=None, caller_surname=None, caller_phone=None)
    call = Contact.objects.select_related("case__root").get(source_reference="WP-1")
    at = timezone.now()
    add_person(call.case, "suspect", desk=DESK, by=by, at=at, key=key(), record=suspect)
    again(by, caller_forename="Vicky", caller_surname="Victim", caller_phone="07700900111")
    suspect.refresh_from_db()
    assert (suspect.forename, suspect.surname) == ("Mark", "Suspectson")
    parts = call.case.parties.select_related("record")
    assert {(part.role, part.record.surname) for part in parts} == {
        ("suspect", "Suspectson"),
        ("caller", "Victim"),
    }


@pytest.fixture
def corrected() -> tuple[Actor, Contact, PersonRecord]:
    """A call whose caller's name a person put right, in a record that is then shut to them."""
    by = somebody()
    put("WP-1", by, caller_forename="Ann", caller_surname="Bee", caller_phone="07700900123")
    call = Contact.objects.select_related("case__root").get()
    record = call.case.parties.get().record
    version = record.root.version
    name = {"surname": "Witnessprotected"}
    correct_person(record, name, by=by, at=timezone.now(), key=key(), version=version)
    again(by, caller_forename="Ann", caller_surname="Bee", caller_phone="07700900123")
    assert FeedConflict.objects.filter(part__gt="").exists()
    return by, call, record


@pytest.mark.parametrize("shut", ["sealed", "locked"])
def test_a_record_shut_to_whoever_sends_is_neither_read_nor_written_nor_guessed(
    corrected: tuple[Actor, Contact, PersonRecord], shut: str
) -> None:
    by, call, record = corrected
    user = User.objects.get(pk=by.user_id)
    if shut == "sealed":
        Root.objects.filter(pk=record.root_id).update(marking=2)
    else:
        locked(record.root, user, user)
    guessed = again(by, caller_surname="Witnessprotected", caller_phone="07700900999")
    other = again(by, caller_surname="Somebodyelse", caller_phone="07700900999")
    assert (guessed["conflicts"], guessed["outcome"]) == (other["conflicts"], other["outcome"])
    page = signed_in(user).get(f"/contact/{call.case.root.reference}/feed/").content.decode()
    assert "Witnessprotected" not in page
    assert "Surname" not in page
    seen = signed_in(User.objects.get(pk=somebody("sasha", "control-room-supervisor").user_id))
    if shut == "sealed":
        assert "Surname" not in seen.get("/contact/feed/").content.decode()
    record.refresh_from_db()
    assert (record.surname, record.phone) == ("Witnessprotected", "07700900123")
    assert call.case.parties.count() == 1


def test_the_end_of_a_call_that_was_reopened_lowers_no_grade() -> None:
    by = somebody()
    put("WP-1", by, grade="Immediate", closed_at="2018-12-31T15:00Z", at_scene_at=None)
    dispatcher = somebody("dev", "dispatcher")
    call = Contact.objects.get()
    perform(call, "reopen", desk=DESK, by=dispatcher, at=timezone.now(), key=key(), reason="again")
    found = again(by, grade="Scheduled", closed_at="2018-12-31T15:00Z", at_scene_at=None)
    call = Contact.objects.select_related("case").get()
    assert (call.case.is_open, call.grade) == (True, "immediate")
    assert "grade" in found["conflicts"]


def test_a_call_is_not_closed_while_somebody_is_missing() -> None:
    call = gone()
    Contact.objects.filter(pk=call.pk).update(source_reference="WP-1")
    received = call.received_at
    found = again(
        room.olivia(),
        grade=None,
        graded_at=None,
        received_at=received.isoformat(),
        closed_at=(received + timedelta(minutes=5)).isoformat(),
        at_scene_at=None,
    )
    call = room.again(call)
    assert call.case.is_open
    assert Missing.objects.get().found_at is None
    assert "resulted_at" in found["conflicts"]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("notes", "\ud800"), ("reference", "WP\udfff1"), ("received_at", "0001-01-01 00:00")],
)
def test_a_row_that_no_database_keeps_is_refused_and_holds_no_other_up(
    field: str, wrong: str
) -> None:
    by = somebody()
    rows = [{"reference": f"WP-{n}", "received_at": "2018-12-31T13:50Z"} for n in range(3)]
    rows[1][field] = wrong
    items = post(rows, by).json()["items"]
    assert [one["status"] for one in items] == [201, 422, 201]
    assert items[1]["faults"][0]["field"] == field
