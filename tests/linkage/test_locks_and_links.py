"""Whoever is locked out of a record learns nothing of it by way of one that is linked with it."""

import uuid

import pytest

from tests.home import cast
from tests.linkage.test_judging import alike
from wansdyke.access.models import User
from wansdyke.history.door import change
from wansdyke.linkage.found import Query
from wansdyke.linkage.judging import judge, undo
from wansdyke.linkage.lookup import find_people
from wansdyke.linkage.models import Suggestion
from wansdyke.linkage.pairing import pair_new
from wansdyke.people.models import Judgement, PersonRecord
from wansdyke.people.records import lives_at, new_record, place_for

pytestmark = pytest.mark.django_db


def linked(one: PersonRecord, other: PersonRecord, by: User) -> None:
    given = {"by": cast.actor(by), "at": cast.now(), "key": uuid.uuid4().hex}
    judge(one, other, "same", reason="The same face", **given)  # type: ignore[arg-type]


def test_a_marker_about_a_record_shut_to_somebody_does_not_come_with_a_link() -> None:
    kim, rory = cast.user("kim", cast.KEEPER), cast.user("rory", "records-manager")
    olu = cast.user("olu", cast.OPERATOR, at=cast.team("control-room"))
    mine = cast.record(forename="Ann", surname="Smith", at=cast.team("control-room"))
    shut = cast.record(forename="Nan", surname="Hidden")
    cast.marker(cast.thing(kim, parties=[shut]).case.root, kim, person=shut.person)
    cast.locked(shut.root, olu, rory)
    linked(mine, shut, rory)
    (found,) = find_people(cast.actor(olu), cast.now(), Query(surname="Smith"))
    assert found.markers == ()
    page = cast.signed_in(olu).get(f"/people/{found.person.reference}/").content.decode()
    assert "Smith" in page
    assert "axe" not in page


def test_a_marker_about_the_record_that_somebody_sees_stays_after_a_link() -> None:
    kim, rory = cast.user("kim", cast.KEEPER), cast.user("rory", "records-manager")
    olu = cast.user("olu", cast.OPERATOR, at=cast.team("control-room"))
    shut = cast.record(forename="Nan", surname="Hidden")
    mine = cast.record(forename="Ann", surname="Smith", at=cast.team("control-room"))
    cast.marker(cast.thing(kim, parties=[mine]).case.root, kim, person=mine.person)
    cast.locked(shut.root, olu, rory)
    linked(mine, shut, rory)
    (found,) = find_people(cast.actor(olu), cast.now(), Query(surname="Smith"))
    assert [marker.text for marker in found.markers] == ["Keeps an axe by the door"]


def test_that_a_record_was_linked_with_one_out_of_scope_does_not_show() -> None:
    kim, rory = cast.user("kim", cast.KEEPER), cast.user("rory", "records-manager")
    shut = cast.record(forename="Nan", surname="Hidden", at=cast.team("other-store"))
    mine = cast.record(forename="Ann", surname="Smith")
    before = mine.person.reference
    case = cast.thing(kim, parties=[mine]).case
    linked(shut, mine, rory)
    mine.refresh_from_db()
    client, other = cast.signed_in(kim), shut.person.reference
    page = client.get(f"/people/{before}/")
    assert page.status_code == 200
    found = client.post("/search/", {"text": "Ann Smith", "reason": "case"}, follow=True)
    on_case = client.get(f"/lost-property/{case.root.reference}/")
    for shown in (page, found, on_case):
        assert before in shown.content.decode()
        assert other not in shown.content.decode()
    assert client.get(f"/people/{other}/").status_code == 404
    assert len(find_people(cast.actor(kim), cast.now(), Query(reference=other))) == 0


def test_a_record_of_somebody_chosen_goes_with_the_record_that_was_chosen() -> None:
    kim, rory = cast.user("kim", cast.KEEPER), cast.user("rory", "records-manager")
    shut = cast.record(forename="Nan", surname="Hidden", at=cast.team("other-store"))
    mine = cast.record(forename="Ann", surname="Smith")
    cast.marker(cast.thing(kim, parties=[mine]).case.root, kim, person=mine.person)
    known = mine.person.reference
    linked(shut, mine, rory)
    mine.refresh_from_db()
    given = {"by": cast.actor(kim), "at": cast.now(), "key": (key := uuid.uuid4().hex)}
    with change(digest=key, **given) as doing:  # type: ignore[arg-type]
        new = new_record(
            doing, {"surname": "Smith"}, team=cast.team(), source="A call", at=cast.now(), of=mine
        )
    assert (new.known_as, new.person, new.warned) == (known, mine.person, True)
    page = cast.signed_in(kim).get(f"/people/{known}/")
    assert page.status_code == 200
    assert shut.known_as not in page.content.decode()
    given = {"by": cast.actor(rory), "at": cast.now(), "key": uuid.uuid4().hex}
    undo(Judgement.objects.get(), reason="Another face", **given)  # type: ignore[arg-type]
    new.refresh_from_db()
    mine.refresh_from_db()
    assert new.person == mine.person != shut.person


def test_who_lives_at_an_address_is_not_told_beside_a_pair_before_a_reason() -> None:
    kim = cast.user("kim", cast.KEEPER)
    pair = alike()
    pair_new(cast.now())
    home = place_for("12 Refuge Road, Swindon", "SN1 2AB")
    assert home is not None
    lives_at(pair[0], home)
    lives_at(cast.record(forename="Zoe", surname="Household"), home)
    shown = cast.signed_in(kim).get(f"/linking/{Suggestion.objects.get().reference}/")
    assert shown.status_code == 200
    assert "Household" not in shown.content.decode()
