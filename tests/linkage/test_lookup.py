"""Finding people and places: by spelling and beginning, within scope, section and lock."""

from datetime import date, timedelta

import pytest

from tests.home import cast
from wansdyke.access.models import Load, Root
from wansdyke.casework.models import Case
from wansdyke.linkage.found import Query
from wansdyke.linkage.lookup import find_people
from wansdyke.linkage.places import find_places
from wansdyke.people.records import lives_at, place_for

pytestmark = pytest.mark.django_db
BORN = date(1990, 3, 14)


def names(found: object) -> list[str]:
    return [one.name for one in found]  # type: ignore[attr-defined]


def test_a_name_is_found_by_its_own_spelling_first_and_by_how_it_begins() -> None:
    keeper = cast.actor(cast.user("kim", cast.KEEPER))
    cast.record(forename="Ann", surname="Smithson")
    cast.record(forename="Ann", surname="Smith")
    cast.record(forename="Ann", surname="Jones")
    found = find_people(keeper, cast.now(), Query(surname="SMITH"))
    assert names(found) == ["Ann Smith", "Ann Smithson"]
    assert [one.reasons for one in found] == [
        ("Same surname",),
        ("Surname begins with what you typed",),
    ]
    assert found.searched == ("surname",)
    assert not found.more


def test_accents_case_and_hyphens_make_no_difference() -> None:
    keeper = cast.actor(cast.user("kim", cast.KEEPER))
    cast.record(forename="Zoë", surname="O’Brien-Łuk")
    found = find_people(keeper, cast.now(), Query(forename="zoe", surname="obrien"))
    assert len(found) == 1


def test_a_date_of_birth_ranks_and_its_difference_is_said() -> None:
    keeper = cast.actor(cast.user("kim", cast.KEEPER))
    cast.record(forename="Ann", surname="Smith", date_of_birth=date(1970, 1, 1))
    cast.record(forename="Ann", surname="Smith", date_of_birth=BORN)
    cast.record(forename="Ann", surname="Smith")
    asked = Query(forename="Ann", surname="Smith", date_of_birth=BORN)
    found = find_people(keeper, cast.now(), asked)
    assert "Same date of birth" in found.candidates[0].reasons
    assert [one.reasons[-1] for one in found.candidates[1:]] == [
        "Date of birth not recorded",
        "Date of birth differs",
    ]


def test_a_telephone_number_is_found_however_it_is_written() -> None:
    keeper = cast.actor(cast.user("kim", cast.KEEPER))
    cast.record(forename="Ann", surname="Smith", phone="+44 7700 900123")
    found = find_people(keeper, cast.now(), Query(phone="07700 900 123"))
    assert found.candidates[0].reasons == ("Same telephone",)


def test_records_of_one_person_are_one_candidate_with_the_last_contact() -> None:
    kim = cast.user("kim", cast.KEEPER)
    one = cast.record(forename="Ann", surname="Smith", source="First")
    two = cast.record(forename="Annie", surname="Smith", source="Second", person=one.person)
    case = cast.thing(kim, parties=[two]).case
    (found,) = find_people(cast.actor(kim), cast.now(), Query(surname="Smith"))
    assert {seen.record.source for seen in found.records} == {"First", "Second"}
    assert found.last_contact == case.opened_at
    assert set(found.references) == {
        one.person.reference,
        one.root.reference,
        two.root.reference,
    }


def test_nobody_out_of_scope_is_found() -> None:
    kim = cast.user("kim", cast.KEEPER)
    elsewhere = cast.team("other-store")
    cast.record(forename="Ann", surname="Smith", at=elsewhere)
    cast.record(forename="Ben", surname="Smith", marking=Root.RESTRICTED)
    assert len(find_people(cast.actor(kim), cast.now(), Query(surname="Smith"))) == 0
    auditor = cast.user("audrey", cast.AUDITOR)
    cast.record(forename="Cat", surname="Smith")
    assert len(find_people(cast.actor(auditor), cast.now(), Query(surname="Smith"))) == 0


def test_a_load_that_is_not_complete_shows_nobody() -> None:
    kim = cast.user("kim", cast.KEEPER)
    held = cast.record(forename="Ann", surname="Smith")
    load = Load.objects.create(
        kind="people", file_name="f", sha256="0" * 64, by=kim, started_at=cast.now()
    )
    Root.objects.filter(pk=held.pk).update(load=load)
    assert len(find_people(cast.actor(kim), cast.now(), Query(surname="Smith"))) == 0


def test_a_share_without_identity_finds_nobody_by_name() -> None:
    kim = cast.user("kim", cast.KEEPER)
    council = cast.agency("council", home=False)
    partner = cast.user("pat", "partner", at=cast.team("safeguarding", council))
    held = cast.record(forename="Ann", surname="Smith", phone="07700 900123")
    grant = cast.shared(held.root, council, kim, "narrative")
    asked = Query(surname="Smith")
    assert len(find_people(cast.actor(partner), cast.now(), asked)) == 0
    grant.sections = ["identity"]
    grant.save()
    assert names(find_people(cast.actor(partner), cast.now(), asked)) == ["Ann Smith"]
    assert len(find_people(cast.actor(partner), cast.now(), Query(phone="07700 900123"))) == 0


def test_a_case_shared_without_identity_is_no_last_contact() -> None:
    kim = cast.user("kim", cast.KEEPER)
    council = cast.agency("council", home=False)
    partner = cast.user("pat", "partner", at=cast.team("safeguarding", council))
    held = cast.record(forename="Ann", surname="Smith")
    case = cast.thing(kim, parties=[held]).case
    cast.shared(held.root, council, kim, "identity")
    share = cast.shared(case.root, council, kim, "narrative")
    (found,) = find_people(cast.actor(partner), cast.now(), Query(surname="Smith"))
    assert found.last_contact is None
    share.sections = ["identity"]
    share.save()
    (found,) = find_people(cast.actor(partner), cast.now(), Query(surname="Smith"))
    assert found.last_contact == case.opened_at


def marked(**changed: object) -> tuple[object, object]:
    kim = cast.user("kim", cast.KEEPER)
    held = cast.record(forename="Ann", surname="Smith", marking=changed.pop("record_marking", 0))
    case = cast.thing(kim, parties=[held]).case
    cast.marker(case.root, kim, person=held.person, **changed)
    operator = cast.user("olu", cast.OPERATOR, at=cast.team("control-room"))
    return operator, held


def test_a_marked_person_out_of_scope_has_a_face_for_a_safety_post_alone() -> None:
    operator, _ = marked()
    (found,) = find_people(cast.actor(operator), cast.now(), Query(surname="Smith"))
    assert (found.face, found.name, found.records) == (True, "Ann Smith", ())
    assert [marker.text for marker in found.markers] == ["Keeps an axe by the door"]
    assert found.last_contact is None
    keeper = cast.user("kit", cast.KEEPER, at=cast.team("other-store"))
    assert len(find_people(cast.actor(keeper), cast.now(), Query(surname="Smith"))) == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"marking": Root.RESTRICTED},
        {"record_marking": Root.SEALED},
        {"withdrawn_at": cast.now()},
        {"until_date": date(2021, 1, 1)},
        {"from_date": date(2099, 1, 1)},
    ],
)
def test_there_is_no_face_without_a_live_standard_marker_and_record(
    changed: dict[str, object],
) -> None:
    operator, _ = marked(**changed)
    assert len(find_people(cast.actor(operator), cast.now(), Query(surname="Smith"))) == 0


def test_a_lock_hides_the_face_whichever_root_it_is_on() -> None:
    operator, held = marked()
    cast.locked(held.root, operator, operator)
    assert len(find_people(cast.actor(operator), cast.now(), Query(surname="Smith"))) == 0


def test_a_lock_on_the_case_hides_the_marker_published_from_it() -> None:
    operator, _ = marked()
    cast.locked(Case.objects.get().root, operator, operator)
    assert len(find_people(cast.actor(operator), cast.now(), Query(surname="Smith"))) == 0


def test_what_cannot_be_searched_is_said_and_costs_nothing() -> None:
    keeper = cast.actor(cast.user("kim", cast.KEEPER))
    at = cast.now()
    assert find_people(keeper, at, Query()).searched == ()
    one_letter = find_people(keeper, at, Query(surname="S"))
    assert one_letter.searched == ()
    assert any("One letter" in line for line in one_letter.not_searched)
    emoji = find_people(keeper, at, Query(surname="🙂"))
    assert any("says nobody’s name" in line for line in emoji.not_searched)
    assert len(find_people(keeper, at, Query(surname="x" * 10_000, phone="1" * 10_000))) == 0
    assert find_people(keeper, at, Query(phone="123")).searched == ()


def test_a_common_name_is_cut_and_says_so() -> None:
    keeper = cast.actor(cast.user("kim", cast.KEEPER))
    for number in range(6):
        cast.record(forename=f"Ann{'abcdef'[number]}", surname="Smith")
    found = find_people(keeper, cast.now(), Query(surname="Smith"), limit=5)
    assert len(found) == 5
    assert found.more


def test_places_are_found_where_a_case_in_scope_names_them() -> None:
    kim = cast.user("kim", cast.KEEPER)
    case = cast.thing(kim).case
    cast.place("12 High Street, Swindon", "SN1 2AB", on=case)
    cast.place("12 High Street, Secret Refuge", "SN1 9ZZ")
    found = find_places(cast.actor(kim), cast.now(), Query(address="12 high st"))
    assert [str(one.place) for one in found] == ["12 High Street, Swindon, SN1 2AB"]
    assert found.candidates[0].reasons == ("Address begins with what you typed",)
    by_code = find_places(cast.actor(kim), cast.now(), Query(postcode="sn12ab"))
    assert by_code.candidates[0].reasons == ("Same postcode",)
    stranger = cast.user("kit", cast.KEEPER, at=cast.team("other-store"))
    assert len(find_places(cast.actor(stranger), cast.now(), Query(postcode="SN1 2AB"))) == 0


def test_an_address_held_back_by_its_section_is_not_found() -> None:
    kim = cast.user("kim", cast.KEEPER)
    council = cast.agency("council", home=False)
    partner = cast.user("pat", "partner", at=cast.team("safeguarding", council))
    case = cast.thing(kim).case
    cast.place("12 High Street", "SN1 2AB", on=case)
    share = cast.shared(case.root, council, kim, "identity")
    asked = Query(postcode="SN1 2AB")
    assert len(find_places(cast.actor(partner), cast.now(), asked)) == 0
    share.sections = ["address"]
    share.save()
    assert len(find_places(cast.actor(partner), cast.now(), asked)) == 1


def test_a_marker_does_not_give_away_an_address_held_back() -> None:
    kim = cast.user("kim", cast.KEEPER)
    council = cast.agency("council", home=False)
    partner = cast.user("pat", "partner", at=cast.team("safeguarding", council))
    case = cast.thing(kim).case
    cast.marker(case.root, kim, place=cast.place("12 High Street", "SN1 2AB", on=case))
    share = cast.shared(case.root, council, kim, "identity")
    asked = Query(address="12 High Street")
    assert len(find_places(cast.actor(partner), cast.now(), asked)) == 0
    share.sections = ["address"]
    share.save()
    assert len(find_places(cast.actor(partner), cast.now(), asked)) == 1


def test_a_marked_place_is_found_by_a_safety_post() -> None:
    kim = cast.user("kim", cast.KEEPER)
    case = cast.thing(kim).case
    where = cast.place("12 High Street", "SN1 2AB", on=case)
    operator = cast.user("olu", cast.OPERATOR, at=cast.team("control-room"))
    asked = Query(postcode="SN1 2AB")
    assert len(find_places(cast.actor(operator), cast.now(), asked)) == 0
    cast.marker(case.root, kim, place=where)
    (found,) = find_places(cast.actor(operator), cast.now(), asked)
    assert [marker.label for marker in found.markers] == ["Weapons"]


def test_a_marker_ends_with_its_last_day() -> None:
    operator, _ = marked(until_date=(cast.now() - timedelta(days=2)).date())
    assert len(find_people(cast.actor(operator), cast.now(), Query(surname="Smith"))) == 0


def test_nobody_is_missed_for_the_many_of_that_name_whom_a_viewer_may_not_see() -> None:
    kim = cast.user("kim", cast.KEEPER)
    elsewhere = cast.team("other-store")
    for _ in range(320):
        cast.record(forename="Ann", surname="Smith", at=elsewhere)
    assert len(find_people(cast.actor(kim), cast.now(), Query(surname="Smith"))) == 0
    assert not find_people(cast.actor(kim), cast.now(), Query(surname="Smith")).more
    mine = cast.record(forename="Ann", surname="Smith")
    for asked in (Query(surname="Smith"), Query(forename="Ann", surname="Smith")):
        (found,) = find_people(cast.actor(kim), cast.now(), asked)
        assert found.person == mine.person
    marked_one = cast.record(forename="Ann", surname="Smith", at=cast.team("third-store"))
    case = cast.thing(kim, parties=[mine]).case
    cast.marker(case.root, kim, person=marked_one.person)
    operator = cast.actor(cast.user("olu", cast.OPERATOR, at=cast.team("control-room")))
    (face,) = find_people(operator, cast.now(), Query(forename="Ann", surname="Smith"))
    assert (face.face, [m.text for m in face.markers]) == (True, ["Keeps an axe by the door"])


def test_an_address_held_back_changes_nothing_of_what_else_agrees() -> None:
    kim = cast.user("kim", cast.KEEPER)
    council = cast.agency("council", home=False)
    partner = cast.user("pat", "partner", at=cast.team("safeguarding", council))
    held = cast.record(forename="Ann", surname="Smith")
    cast.shared(held.root, council, kim, "identity")
    home = place_for("12 High Street, Swindon", "SN1 2AB")
    assert home is not None
    lives_at(held, home)
    told = []
    for address in ("12 High Street, Swindon", "99 Other Road, Leeds"):
        asked = Query(forename="Ann", surname="Smith", address=address)
        (found,) = find_people(cast.actor(partner), cast.now(), asked)
        told.append((found.weight, found.reasons))
    assert told[0] == told[1]
