"""Safety information that is held: said to whoever takes a call, and not what, of whom or where."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.home import cast
from wansdyke.access.models import Notice, Root, User
from wansdyke.casework import conflicts, marking
from wansdyke.casework.models import Case, CasePlace
from wansdyke.linkage.found import HELD, Query
from wansdyke.linkage.lookup import find_people
from wansdyke.linkage.places import find_places
from wansdyke.people.models import PersonRecord
from wansdyke.people.records import lives_at

pytestmark = pytest.mark.django_db
BORN = date(1985, 3, 14)


@pytest.fixture
def hedda() -> User:
    return cast.user("hedda", cast.HEAD)


@pytest.fixture
def olu() -> User:
    """An operator of the control room."""
    return cast.user("olu", cast.OPERATOR, at=cast.team("control-room"))


@pytest.fixture
def case(hedda: User) -> Case:
    """A case of somebody's own team, sealed."""
    record = cast.record(
        forename="Ann", surname="Marsden", phone="07700 900123", date_of_birth=BORN
    )
    lives_at(record, cast.place("3 Sarsen Way", "SN1 1AA"))
    made = cast.thing(hedda, parties=[record]).case
    seal(made, hedda)
    return made


def seal(case: Case, hedda: User) -> None:
    given: dict[str, Any] = {"by": cast.actor(hedda), "at": cast.now(), "key": "seal"}
    marking.mark(case, Root.SEALED, reason="A colleague is the suspect", **given)


def held(by: User, **asked: Any) -> bool:
    return find_people(cast.actor(by), cast.now(), Query(**asked)).held


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"forename": "Ann", "surname": "Marsden"}, True),
        ({"forename": "Anne", "surname": "Marsdon"}, True),
        ({"phone": "07700 900123"}, True),
        ({"phone": "07700 9001"}, False),
        ({"surname": "Marsden"}, False),
        ({"date_of_birth": BORN}, False),
        ({"forename": "Bea", "surname": "Marsden"}, False),
        ({"forename": "Ann", "surname": "Marsden", "date_of_birth": BORN}, True),
        ({"forename": "Ann", "surname": "Marsden", "date_of_birth": date(1971, 1, 2)}, True),
    ],
)
def test_both_names_or_a_whole_number_and_nothing_that_could_be_tried_out(
    case: Case, olu: User, asked: dict[str, Any], said: bool
) -> None:
    assert held(olu, **asked) is said
    record = PersonRecord.objects.get()
    Root.objects.filter(pk=record.pk).update(marking=Root.SEALED)
    assert held(olu, **asked) is said
    assert len(find_people(cast.actor(olu), cast.now(), Query(**asked))) == 0


def test_what_somebody_sees_is_not_said_to_be_hidden(case: Case, hedda: User, olu: User) -> None:
    cast.named(case.root, olu, hedda)
    assert not held(olu, forename="Ann", surname="Marsden")
    keeper = cast.user("kim", cast.KEEPER)
    assert not held(keeper, forename="Ann", surname="Marsden")


def test_it_is_said_of_a_place_and_not_of_its_street(case: Case, hedda: User, olu: User) -> None:
    def at(**asked: str) -> bool:
        return find_places(cast.actor(olu), cast.now(), Query(**asked)).held

    scene = cast.place("9 Long Barrow", "SN2 2BB")
    CasePlace.objects.create(case=case, place=scene, role="scene")
    assert at(address="9 Long Barrow")
    assert at(address="9 long barrow", postcode="SN2 2BB")
    assert not at(address="Long Barrow")
    assert not at(address="9 Long")
    assert not at(postcode="SN2 2BB")
    assert not at(address="10 Long Barrow")


def test_whoever_is_locked_out_is_told_nothing_and_somebody_else_takes_the_call(
    case: Case, hedda: User, olu: User
) -> None:
    sasha = cast.user("sasha", "control-room-supervisor", at=cast.team("control-room"))
    stan = cast.user("stan", "professional-standards")
    conflicts.lock(
        olu,
        PersonRecord.objects.get().root.reference,
        relation="partner",
        reason="They are married",
        by=cast.actor(stan),
        at=cast.now(),
        key="lock",
    )
    assert not held(olu, forename="Ann", surname="Marsden")
    typed = {"caller_forename": "Ann", "caller_surname": "Marsden"}
    client = cast.signed_in(olu)
    for _ in range(2):
        page = client.post("/contact/call/who-and-where/", typed)
        assert page.status_code == 200
        assert HELD not in page.content.decode()
    assert "olu" in Notice.objects.get(user=sasha).text.lower()
    assert not Notice.objects.filter(user=olu).exists()


def test_the_call_page_and_search_say_it(case: Case, olu: User) -> None:
    typed = {"caller_forename": "Ann", "caller_surname": "Marsden"}
    client = cast.signed_in(olu)
    page = client.post("/contact/call/who-and-where/", typed).content.decode()
    assert HELD in page
    assert case.root.reference not in page
    found = client.post("/search/", {"text": "Ann Marsden", "reason": "call"}, follow=True)
    assert HELD in found.content.decode()


def test_who_joins_a_marked_case_later_is_known_too(case: Case, hedda: User, olu: User) -> None:
    assert not held(olu, forename="Bo", surname="Marsden")
    later = cast.record(forename="Bo", surname="Marsden")
    other = cast.thing(hedda, parties=[later]).case
    assert not held(olu, forename="Bo", surname="Marsden")
    given: dict[str, Any] = {"by": cast.actor(hedda), "at": cast.now() + timedelta(seconds=1)}
    marking.mark(other, Root.RESTRICTED, key="restrict", **given)
    assert held(olu, forename="Bo", surname="Marsden")
