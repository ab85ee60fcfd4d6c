"""Who rings, and where: what was typed of somebody known is kept, a known place is the place."""

from typing import Any

import pytest
from django.test import Client

from tests.desks.contact import control_room as room
from tests.forms_sent import send
from tests.home.cast import agency, audited, now, record, shared, signed_in, team
from wansdyke.access.models import Grant, User
from wansdyke.desks.contact.models import Contact
from wansdyke.history.models import Change
from wansdyke.people.models import Place
from wansdyke.people.records import place_for

pytestmark = pytest.mark.django_db
PAGE = "/contact/call/"
SAID = {
    "what": "He is breaking the door",
    "where": "12 Lantern Lane",
    "postcode": "sn1 2ab",
    "prior_contact": "could-not-ask",
    "caller_surname": "O'Brien",
}


@pytest.fixture
def olivia() -> Client:
    room.olivia()
    return signed_in(room.staff("olivia", "operator"))


def sent(client: Client, **typed: Any) -> Any:
    return send(client, client.get(PAGE), "what", PAGE, **typed)


def test_a_new_number_of_somebody_known_is_kept_beside_what_was_known(olivia: Client) -> None:
    known = record(at=room.room(), forename="Nia", surname="O'Brien", phone="07700 900001")
    chosen = {"caller_surname": "O'B", "caller_record": known.root.reference}
    sent(olivia, **SAID | chosen, caller_phone="07700 900222")
    (party,) = Contact.objects.get().case.parties.all()
    said = party.record
    assert (said.forename, said.surname, said.phone) == ("Nia", "O'Brien", "07700 900222")
    assert said.person == known.person
    known.refresh_from_db()
    assert known.phone == "07700 900001"
    (change,) = Change.objects.filter(record=said.root.reference)
    assert (change.field, change.new) == ("same person as", known.root.reference)


def test_the_same_number_makes_no_other_record(olivia: Client) -> None:
    known = record(at=room.room(), forename="Nia", surname="O'Brien", phone="07700 900001")
    sent(olivia, **SAID, caller_record=known.root.reference, caller_phone="+44 7700 900001")
    (party,) = Contact.objects.get().case.parties.all()
    assert party.record == known


def test_the_name_of_a_restricted_record_is_not_copied_into_an_open_one(olivia: Client) -> None:
    keeper = User.objects.get(username="olivia")
    known = record(at=room.room(), forename="Nia", surname="O'Brien", marking=1)
    Grant.objects.create(
        root=known.root, kind=Grant.NAMED, user=keeper, from_at=now(), made_by=keeper
    )
    chosen = {"caller_surname": "O'B", "caller_record": known.root.reference}
    sent(olivia, **SAID | chosen, caller_phone="07700 900222")
    (party,) = Contact.objects.get().case.parties.all()
    assert (party.record.surname, party.record.person) == ("O'B", known.person)


def test_an_open_call_at_the_address_is_shown_before_a_second_is_taken(olivia: Client) -> None:
    open_call = room.take(place=place_for("12 Lantern Lane", "SN1 2AB"))
    answer = olivia.post("/contact/call/who-and-where/", {"where": "12 Lantern Lane"})
    shown = answer.content.decode()
    assert "Open now:" in shown
    assert open_call.case.root.reference in shown
    assert open_call.case.root.reference in audited("search")[-1]["subjects"]


def test_an_address_typed_without_its_postcode_is_the_place_already_known(olivia: Client) -> None:
    known = place_for("12 Lantern Lane, Swindon", "SN1 2AB")
    sent(olivia, **SAID | {"where": "12 Lantern Lane, Swindon", "postcode": ""})
    assert Contact.objects.latest("pk").place == known
    Place.objects.create(
        reference="PL-0000-0001", address="12 Lantern Lane, Swindon",
        address_key=known.address_key, postcode="SN9 9ZZ", postcode_key="SN99ZZ",
    )  # fmt: skip
    sent(olivia, **SAID | {"where": "12 Lantern Lane, Swindon", "postcode": ""})
    assert Contact.objects.latest("pk").place.postcode == ""


def test_a_record_out_of_scope_is_no_caller(olivia: Client) -> None:
    theirs = record(at=room.response(), forename="Sealed", surname="Away", marking=2)
    sent(olivia, **{**SAID, "caller_surname": ""}, caller_record=theirs.root.reference)
    assert not Contact.objects.get().case.parties.exists()


def test_what_becomes_of_a_call_does_not_tell_a_number_that_is_held_back(olivia: Client) -> None:
    elsewhere = team("helpers", agency("charity", home=False))
    number = "07700 900001"
    known = record(at=elsewhere, forename="Nia", surname="O'Brien", phone=number)
    shared(known.root, room.room().agency, User.objects.get(username="olivia"), "identity")
    for typed in (number, "07700 900222"):
        sent(olivia, **SAID, caller_record=known.root.reference, caller_phone=typed)
        (party,) = Contact.objects.latest("pk").case.parties.all()
        assert (party.record != known, party.record.phone) == (True, typed)
