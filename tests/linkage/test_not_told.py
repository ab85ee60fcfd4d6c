"""What a search must not tell, by any way round, of records that whoever searches may not see."""

from datetime import date
from typing import Any

import pytest

from tests.home import cast
from wansdyke.access.actors import Actor
from wansdyke.access.models import Root, User
from wansdyke.casework.parties import alike
from wansdyke.linkage.found import Query
from wansdyke.linkage.lookup import find_people
from wansdyke.linkage.places import find_places
from wansdyke.people.models import PersonRecord
from wansdyke.people.records import lives_at, place_for

pytestmark = pytest.mark.django_db
BORN = date(1980, 5, 17)


def names(actor: Actor, **asked: Any) -> list[str]:
    return [one.name for one in find_people(actor, cast.now(), Query(**asked))]


@pytest.mark.parametrize("more", [{}, {"date_of_birth": BORN}, {"pnc": "1981/0000034U"}])
def test_who_is_found_by_a_far_spelling_is_found_whoever_else_has_the_name(
    more: dict[str, Any],
) -> None:
    keeper = cast.actor(cast.user("kim", cast.KEEPER))
    typed = {"forename": "Quentin", "surname": "Zebxowzkim"}
    asked = {("identity" if name == "pnc" else name): value for name, value in more.items()}
    cast.record(forename="Quentin", surname="Zebrowskim")
    assert names(keeper, **typed, **asked) == ["Quentin Zebrowskim"]
    cast.record(**typed, **more, marking=Root.SEALED)
    assert names(keeper, **typed, **asked) == ["Quentin Zebrowskim"]


def test_a_name_held_back_keeps_nobody_from_being_found() -> None:
    kim = cast.user("kim", cast.KEEPER)
    council = cast.agency("council", home=False)
    partner = cast.actor(cast.user("pat", "partner", at=cast.team("safeguarding", council)))
    near = cast.record(forename="Quentin", surname="Zebrowskim")
    cast.shared(near.root, council, kim, "identity")
    hidden = cast.record(forename="Quentin", surname="Zebxowzkim")
    cast.shared(hidden.root, council, kim, "address")
    asked = {"forename": "Quentin", "surname": "Zebxowzkim"}
    assert names(partner, **asked) == ["Quentin Zebrowskim"]


def partner_and_share(*sections: str, **said: Any) -> tuple[User, PersonRecord]:
    kim = cast.user("kim", cast.KEEPER)
    council = cast.agency("council", home=False)
    pat = cast.user("pat", "partner", at=cast.team("safeguarding", council))
    held = cast.record(forename="Ann", surname="Smith", **said)
    cast.shared(held.root, council, kim, *sections)
    return pat, held


def test_whoever_adds_a_person_is_asked_about_nobody_whose_name_is_held_back() -> None:
    pat, held = partner_and_share("safe contact", phone="07700 900123", date_of_birth=BORN)
    actor, at = cast.actor(pat), cast.now()
    assert find_people(actor, at, Query(phone="07700 900123")).candidates[0].name != "Ann Smith"
    assert alike({"phone": "07700 900123"}, actor, at) == []
    case = cast.thing(User.objects.get(username="kim")).case
    share = cast.shared(case.root, pat.agency, pat, "identity")
    share.level = 3
    share.save()
    page = cast.signed_in(pat).post(
        f"/lost-property/{case.root.reference}/people/new/", {"not_these": held.root.reference}
    )
    assert page.status_code == 200
    assert "Smith" not in page.content.decode()
    assert "17 May 1980" not in page.content.decode()


def test_whoever_adds_a_person_cannot_try_out_a_number_that_is_held_back() -> None:
    pat, _ = partner_and_share("identity", phone="07700 900123")
    tried = [
        alike({"forename": "Ann", "phone": number}, cast.actor(pat), cast.now())
        for number in ("07700 900123", "07700 900124")
    ]
    assert tried == [[], []]


def test_a_face_does_not_let_anybody_try_out_where_somebody_lives() -> None:
    kim = cast.user("kim", cast.KEEPER)
    held = cast.record(forename="Ann", surname="Smith")
    refuge = place_for("12 Refuge Road, Swindon", "SN1 2AB")
    assert refuge is not None
    lives_at(held, refuge)
    case = cast.thing(kim, parties=[held]).case
    cast.marker(case.root, kim, person=held.person)
    operator = cast.actor(cast.user("olu", cast.OPERATOR, at=cast.team("control-room")))
    tried: list[dict[str, Any]] = [
        {"postcode": "SN1 2AB"},
        {"postcode": "SN1 2AA"},
        {"postcode": "BS9 9ZZ"},
        {"address": "12 Refuge Road"},
        {"address": "7 Other Street"},
    ]
    found = [find_people(operator, cast.now(), Query(surname="Smith", **more)) for more in tried]
    assert {one.candidates[0].reasons for one in found} == {("Same surname",)}
    assert len({one.candidates[0].weight for one in found}) == 1


def test_surnames_held_back_do_not_show_in_the_order() -> None:
    kim = cast.user("kim", cast.KEEPER)
    council = cast.agency("council", home=False)
    partner = cast.actor(cast.user("pat", "partner", at=cast.team("safeguarding", council)))
    made = [cast.record(surname=name, phone="07700 900123") for name in ("Zeta", "Alpha", "Mu")]
    for one in made:
        cast.shared(one.root, council, kim, "safe contact")
    found = find_people(partner, cast.now(), Query(phone="07700 900123"))
    assert [one.person for one in found] == [one.person for one in made]


def test_of_many_of_one_name_none_is_shown_for_a_number_that_is_held_back() -> None:
    kim = cast.user("kim", cast.KEEPER)
    council = cast.agency("council", home=False)
    partner = cast.actor(cast.user("pat", "partner", at=cast.team("safeguarding", council)))
    for number in range(31):
        held = cast.record(forename="Ann", surname="Smith", phone=f"07700 9001{number:02}")
        cast.shared(held.root, council, kim, "identity")
    found = [
        {one.person.reference for one in find_people(partner, cast.now(), asked, limit=99)}
        for asked in (
            Query(forename="Ann", surname="Smith"),
            Query(forename="Ann", surname="Smith", phone="07700 900130"),
        )
    ]
    assert found[0] == found[1]


def test_nobody_is_told_that_there_are_many_places_of_which_they_see_none() -> None:
    kim = cast.user("kim", cast.KEEPER)
    for number in range(201):
        cast.place(f"{number} High Street", "SN1 2AB")
    found = find_places(cast.actor(kim), cast.now(), Query(postcode="SN1 2AB"))
    assert not found.candidates
    assert not found.more


def test_no_place_is_missed_for_the_many_that_the_viewer_does_not_see() -> None:
    kim = cast.user("kim", cast.KEEPER)
    for number in range(201):
        cast.place(f"{number} High Street", "SN1 2AB")
    cast.place("The Mill, High Street", "SN1 2AB", on=cast.thing(kim).case)
    found = find_places(cast.actor(kim), cast.now(), Query(postcode="SN1 2AB"))
    assert [str(one.place) for one in found] == ["The Mill, High Street, SN1 2AB"]


def test_whoever_sees_all_that_they_may_is_not_told_that_more_match() -> None:
    kim = cast.user("kim", cast.KEEPER)
    for _ in range(300):
        cast.record(forename="Ann", surname="Smith", at=cast.team("other-store"))
    cast.record(forename="Ann", surname="Smith")
    found = find_people(cast.actor(kim), cast.now(), Query(forename="Ann", surname="Smith"))
    assert len(found) == 1
    assert not found.more


def test_a_face_does_not_let_anybody_read_a_number_figure_by_figure() -> None:
    kim = cast.user("kim", cast.KEEPER)
    held = cast.record(forename="Ann", surname="Smith", phone="07700 900123", date_of_birth=BORN)
    cast.marker(cast.thing(kim, parties=[held]).case.root, kim, person=held.person)
    operator = cast.actor(cast.user("olu", cast.OPERATOR, at=cast.team("control-room")))
    tried: list[dict[str, Any]] = [
        *({"phone": f"077009001{figure}"} for figure in (1, 2)),
        *({"date_of_birth": date(1980, 5, day)} for day in (18, 29)),
    ]
    found = [find_people(operator, cast.now(), Query(surname="Smith", **more)) for more in tried]
    assert [one.candidates[0].reasons for one in found] == [("Same surname",)] * 4
