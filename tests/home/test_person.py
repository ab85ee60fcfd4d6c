"""The person page: sources side by side, one timeline, and a face for those who may see no more."""

import re
from datetime import date, datetime, time, timedelta

import pytest

from tests.home import cast
from wansdyke.casework.models import Case
from wansdyke.kernel.calendar import london
from wansdyke.ui.errors import NOT_FOUND_BYTES
from wansdyke.ui.words import LONDON

pytestmark = pytest.mark.django_db


def test_sources_stand_side_by_side_and_are_never_merged() -> None:
    kim = cast.user("kim", cast.KEEPER)
    one = cast.record(
        forename="Ann", surname="Smith", date_of_birth=date(1990, 3, 14), source="Store book"
    )
    two = cast.record(forename="Annie", surname="Smith", source="A call", person=one.person)
    case = cast.thing(kim, parties=[two]).case
    client = cast.signed_in(kim)
    answer = client.get(f"/people/{one.person.reference}/")
    shown = answer.content.decode()
    for text in ("Store book", "A call", "Ann", "Annie", "14 March 1990", "Not recorded"):
        assert text in shown
    assert case.root.reference in shown
    entry = cast.audited("consultation")[-1]
    assert set(entry["subjects"]) == {
        one.person.reference,
        one.root.reference,
        two.root.reference,
        case.root.reference,
    }


def test_a_record_or_case_out_of_scope_leaves_no_trace() -> None:
    kim = cast.user("kim", cast.KEEPER)
    mine = cast.record(forename="Ann", surname="Smith")
    other = cast.team("other-store")
    cast.record(forename="Alias", surname="Hidden", at=other, person=mine.person)
    kit = cast.user("kit", cast.KEEPER, at=other)
    hidden = cast.thing(kit, at=other, parties=[mine]).case.root.reference
    shown = cast.signed_in(kim).get(f"/people/{mine.person.reference}/").content.decode()
    assert "Hidden" not in shown
    assert hidden not in shown


def test_missing_and_forbidden_people_are_one_page() -> None:
    hidden = cast.record(forename="Ann", surname="Smith", at=cast.team("other-store"))
    client = cast.signed_in(cast.user("kim", cast.KEEPER))
    answers = [
        client.get(f"/people/{reference}/{rest}")
        for reference in (hidden.person.reference, "PE-0000-0000")
        for rest in ("", "records/")
    ]
    assert {(a.status_code, a.content) for a in answers} == {(404, NOT_FOUND_BYTES)}
    denied = [entry["subjects"] for entry in cast.audited("denied")]
    assert denied == [[hidden.person.reference]] * 2 + [["PE-0000-0000"]] * 2


def test_a_safety_post_that_sees_no_record_sees_the_face_alone() -> None:
    kim = cast.user("kim", cast.KEEPER)
    held = cast.record(
        forename="Ann", surname="Smith", phone="07700 900123", date_of_birth=date(1990, 3, 14)
    )
    case = cast.thing(kim, parties=[held]).case
    cast.marker(case.root, kim, person=held.person)
    operator = cast.user("olu", cast.OPERATOR, at=cast.team("control-room"))
    shown = cast.signed_in(operator).get(f"/people/{held.person.reference}/").content.decode()
    assert "Ann Smith" in shown
    assert "Keeps an axe by the door" in shown
    for held_back in ("900123", "14 March 1990", case.root.reference, held.root.reference):
        assert held_back not in shown
    entry = cast.audited("consultation")[-1]
    assert (entry["subjects"], entry["face"]) == ([held.person.reference], True)
    records = cast.signed_in(operator).get(f"/people/{held.person.reference}/records/")
    assert (records.status_code, records.content) == (404, NOT_FOUND_BYTES)
    cast.locked(held.root, operator, kim)
    answer = cast.signed_in(operator).get(f"/people/{held.person.reference}/")
    assert answer.status_code == 404


def test_sections_closed_to_a_partner_are_said_to_be_held_back() -> None:
    kim = cast.user("kim", cast.KEEPER)
    council = cast.agency("council", home=False)
    partner = cast.user("pat", "partner", at=cast.team("safeguarding", council))
    held = cast.record(forename="Ann", surname="Smith", phone="07700 900123")
    cast.shared(held.root, council, kim, "identity")
    shown = cast.signed_in(partner).get(f"/people/{held.person.reference}/").content.decode()
    assert "Ann Smith" in shown
    assert "Held back" in shown
    assert "900123" not in shown


def test_a_long_timeline_is_paged_newest_first() -> None:
    kim = cast.user("kim", cast.KEEPER)
    held = cast.record(forename="Ann", surname="Smith")
    cases = cast.many_things(kim, 60, held)
    cast.marker(cases[0].root, kim, person=held.person, from_date=date(2020, 1, 1))
    client = cast.signed_in(kim)
    first = client.get(f"/people/{held.person.reference}/").content.decode()
    second = client.get(f"/people/{held.person.reference}/?page=2").content.decode()
    assert first.index(cases[0].root.reference) < first.index(cases[1].root.reference)
    assert cases[55].root.reference not in first
    assert cases[55].root.reference in second
    assert "1 January 2020" in second


def test_many_records_have_a_page_of_their_own() -> None:
    kim = cast.user("kim", cast.KEEPER)
    first = cast.record(forename="Ann", surname="Smith", source="Source 0")
    for number in range(1, 12):
        cast.record(forename="Ann", surname="Smith", source=f"Source {number}", person=first.person)
    client = cast.signed_in(kim)
    shown = client.get(f"/people/{first.person.reference}/").content.decode()
    assert "See all 12 records" in shown
    second = client.get(f"/people/{first.person.reference}/records/?page=2").content.decode()
    assert "Source 0" in second


def test_a_marker_no_longer_in_force_stays_on_the_timeline_of_who_sees_the_case() -> None:
    kim = cast.user("kim", cast.KEEPER)
    held = cast.record(forename="Ann", surname="Smith")
    case = cast.thing(kim, parties=[held]).case
    past = cast.now().date() - timedelta(days=40)
    cast.marker(
        case.root, kim, person=held.person, from_date=past, until_date=past + timedelta(days=9)
    )
    cast.marker(
        case.root, kim, person=held.person, text="Two dogs", withdrawn_at=cast.now(),
    )  # fmt: skip
    shown = cast.signed_in(kim).get(f"/people/{held.person.reference}/").content.decode()
    assert shown.count("no longer in force") == 2
    assert "None that you can see" in shown
    assert case.root.reference in cast.audited("consultation")[-1]["subjects"]
    council = cast.agency("council", home=False)
    partner = cast.user("pat", "partner", at=cast.team("safeguarding", council))
    cast.shared(held.root, council, kim, "identity")
    address = f"/people/{held.person.reference}/"
    assert "no longer in force" not in cast.signed_in(partner).get(address).content.decode()
    cast.shared(case.root, council, kim, "narrative")
    assert "no longer in force" not in cast.signed_in(partner).get(address).content.decode()
    cast.shared(case.root, council, kim, "identity")
    assert "Two dogs" in cast.signed_in(partner).get(address).content.decode()


def test_pages_of_a_timeline_of_cases_and_markers_leave_nothing_out() -> None:
    kim = cast.user("kim", cast.KEEPER)
    held = cast.record(forename="Ann", surname="Smith")
    cases = cast.many_things(kim, 120, held)
    opened = {}
    for number, case in enumerate(cases):
        opened[case.root.reference] = cast.now() - timedelta(days=number // 3, minutes=number)
        Case.objects.filter(pk=case.pk).update(opened_at=opened[case.root.reference])
    days = [0, 1, 5, 5, 16, 17, 18, 33, 34, 50, 900]
    for number, ago in enumerate(days):
        day = london(cast.now() - timedelta(days=ago)).date()
        cast.marker(
            cases[0].root, kim, person=held.person, text=f"Marker {number} of it", from_date=day
        )
        opened[f"Marker {number} of it"] = datetime.combine(day, time.min, LONDON)
    client, seen = cast.signed_in(kim), []
    for number in (1, 2, 3):
        shown = client.get(f"/people/{held.person.reference}/?page={number}").content.decode()
        shown = shown[shown.index("<ol") :]
        seen.append(re.findall(r"Marker \d+ of it|LP-\w{4}-\w{4}(?=</a>)", shown))
    assert [len(part) for part in seen] == [50, 50, 31]
    told = [one for part in seen for one in part]
    assert sorted(told) == sorted(opened)
    assert [opened[one] for one in told] == sorted(opened.values(), reverse=True)


def test_a_face_names_in_the_log_the_case_of_a_marker_that_its_reader_may_see() -> None:
    kim = cast.user("kim", cast.KEEPER)
    held = cast.record(forename="Ann", surname="Smith", at=cast.team("other-store"))
    operator = cast.user("olu", cast.OPERATOR, at=cast.team("control-room"))
    case = cast.thing(kim, parties=[held]).case
    cast.marker(case.root, kim, person=held.person)
    cast.named(case.root, operator, kim)
    shown = cast.signed_in(operator).get(f"/people/{held.person.reference}/").content.decode()
    assert case.root.reference in shown
    entry = cast.audited("consultation")[-1]
    assert (set(entry["subjects"]), entry["face"]) == (
        {held.person.reference, case.root.reference},
        True,
    )
