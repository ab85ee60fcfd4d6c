"""Published counts: what a row is, what a second file adds, and what a bad row says."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone

from tests.people.conftest import CRIME, ELSEWHERE, load_areas, load_counts, square, table
from tests.people.conftest import collection as features
from wansdyke.access.actors import Actor, system_actor
from wansdyke.access.models import Load
from wansdyke.history.models import AuditEntry, Event
from wansdyke.history.verify import verify
from wansdyke.kernel.flow import Refused
from wansdyke.people import counts, published
from wansdyke.people.delimited import BadFile
from wansdyke.people.models import PublishedCrime, PublishedOutcome

pytestmark = pytest.mark.django_db
Put = Callable[..., Path]
ALL_MONTHS = ("2018-10", "2018-11", "2018-12")
REAL = {"2018-10": (5058, 1389, 14), "2018-11": (4740, 1280, 11), "2018-12": (4809, 1283, 14)}


def kept() -> int:
    return counts.published().count()


def outcomes_now() -> dict[str, int]:
    return dict(counts.grid("E01015471", counts.months_collected()).outcomes)


def here(put: Put) -> None:
    load_areas(put("areas.json", features(square("E01015471", "Swindon 028A"))))


def test_the_three_real_files_are_counted_to_the_last_row(
    shared: Callable[[str], Path],
) -> None:
    for outlines in sorted(shared("data/geography").glob("*.json")):
        load_areas(outlines)
    folder = shared("data/police_uk")
    for month, (rows, _, outside) in REAL.items():
        came = load_counts(folder / f"{month}-wiltshire-street.csv")
        assert (came.rows, came.added, came.known, came.outside) == (rows, rows, 0, outside)
    months = counts.months_collected()
    assert [f"{month:%Y-%m}" for month in months] == list(REAL)
    codes = counts.counted_areas().values_list("code", flat=True)
    assert len(codes) == 132 + 285
    for month in months:
        rows, antisocial, outside = REAL[f"{month:%Y-%m}"]
        counted = counts.tallies([month])
        assert sum(tally.all for tally in counted.values()) == rows
        assert sum(tally.antisocial for tally in counted.values()) == antisocial
        assert counts.outside_of(counted, set(codes)).all == outside
        assert counts.grid(counts.OUTSIDE, [month]).total == outside
    assert PublishedOutcome.objects.count() == 0


def test_a_real_file_in_other_words_adds_nothing(shared: Callable[[str], Path], put: Put) -> None:
    real = shared("data/police_uk/2018-10-wiltshire-street.csv")
    load_counts(real)
    lines = real.read_text().splitlines()
    turned = "﻿" + "\r\n".join([lines[0], *reversed(lines[1:])])
    came = load_counts(put("turned.csv", turned))
    assert (came.added, came.known, came.outcomes, came.already) == (0, 5058, 0, False)
    assert kept() == 5058


def test_identical_rows_without_a_crime_id_are_each_an_event(put: Put) -> None:
    assert load_counts(put("two.csv", table({}, {}))).added == 2
    assert kept() == 2


def test_overlapping_files_keep_the_largest_number_of_any_one(put: Put) -> None:
    load_counts(put("two.csv", table({}, {})))
    assert load_counts(put("one.csv", table({}, {"Location": "Elsewhere"}))).added == 1
    assert load_counts(put("three.csv", table({}, {}, {}))).added == 1
    assert load_counts(put("two-again.csv", table({}, {}, CRIME))).added == 1
    assert (
        PublishedCrime.objects.filter(location="On or near Made-up Street", crime_id="").count()
        == 3
    )


def test_the_same_file_again_adds_nothing_and_says_so(put: Put) -> None:
    path = put("one.csv", table({}, CRIME, {"LSOA code": ELSEWHERE}))
    first, again = load_counts(path), load_counts(path)
    assert (first.added, first.already) == (3, False)
    assert (again.added, again.known, again.already) == (0, 3, True)
    assert (again.load, again.outside) == (first.load, first.outside)
    assert Load.objects.count() == 1


def test_a_newer_outcome_is_added_and_the_old_one_kept(put: Put) -> None:
    here(put)
    charged = {**CRIME, "Last outcome category": "Suspect charged"}
    load_counts(put("old.csv", table(CRIME)))
    came = load_counts(put("new.csv", table(charged)))
    assert (came.added, came.known, came.outcomes) == (0, 1, 1)
    crime = PublishedCrime.objects.get()
    assert crime.first_outcome == "Under investigation"
    assert list(crime.outcomes.values_list("outcome", flat=True)) == ["Suspect charged"]
    assert outcomes_now() == {"Suspect charged": 1}


def test_an_outcome_it_has_had_or_a_blank_one_is_not_newer(put: Put) -> None:
    here(put)
    load_counts(put("old.csv", table(CRIME)))
    load_counts(put("new.csv", table({**CRIME, "Last outcome category": "Suspect charged"})))
    # Other bytes than before, so that the file is truly read again.
    assert load_counts(put("old2.csv", table(CRIME, {}))).outcomes == 0
    assert (
        load_counts(put("blank.csv", table({**CRIME, "Last outcome category": ""}))).outcomes == 0
    )
    assert outcomes_now() == {"Suspect charged": 1}


def test_an_outcome_after_a_blank_one_is_newer(put: Put) -> None:
    here(put)
    load_counts(put("blank.csv", table({**CRIME, "Last outcome category": ""})))
    assert load_counts(put("new.csv", table(CRIME))).outcomes == 1
    assert outcomes_now() == {"Under investigation": 1}


def test_a_crime_id_twice_in_one_file_is_one_crime_with_both_outcomes(put: Put) -> None:
    here(put)
    charged = {**CRIME, "Last outcome category": "Suspect charged"}
    came = load_counts(put("twice.csv", table(CRIME, charged, CRIME)))
    assert (came.added, came.known, came.outcomes) == (1, 2, 1)
    assert outcomes_now() == {"Suspect charged": 1}


def test_a_known_crime_with_other_facts_stays_as_first_published(put: Put) -> None:
    load_counts(put("first.csv", table(CRIME)))
    came = load_counts(put("other.csv", table({**CRIME, "Month": "2018-11"})))
    assert (came.added, came.differing) == (0, 1)
    assert f"{PublishedCrime.objects.get().month:%Y-%m}" == "2018-10"


def test_rows_outside_and_without_an_area_are_kept_and_said(put: Put) -> None:
    here(put)
    nowhere = {"LSOA code": "", "LSOA name": "", "Longitude": "", "Latitude": ""}
    came = load_counts(put("f.csv", table({}, {"LSOA code": ELSEWHERE}, nowhere)))
    assert (came.added, came.outside) == (3, 2)
    months = counts.months_collected()
    codes = {"E01015471"}
    assert counts.outside_of(counts.tallies(months), codes).all == 2
    assert counts.grid(counts.OUTSIDE, months).total == 2


def test_a_month_with_rows_outside_only_is_not_collected(put: Put) -> None:
    here(put)
    load_counts(put("f.csv", table({}, {"Month": "2018-11", "LSOA code": ELSEWHERE})))
    assert [f"{month:%Y-%m}" for month in counts.months_collected()] == ["2018-10"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters_make_no_difference(
    put: Put, encoding: str, delimiter: str
) -> None:
    rows = ({"Location": "Café “O’Brien”"}, {"Location": "One;\r\ntwo, three"})
    load_counts(put("plain.csv", table(*rows)))
    came = load_counts(put("other.csv", table(*rows, {}, delimiter=delimiter).encode(encoding)))
    assert (came.added, came.known) == (1, 2)


BAD = [
    ({"Month": "2018-13"}, "column “Month”: expected a month as YYYY-MM, found “2018-13”"),
    ({"Month": ""}, "column “Month”: expected a month as YYYY-MM, found “nothing”"),
    ({"Month": "10/2018"}, "column “Month”: expected a month as YYYY-MM"),
    ({"Crime type": ""}, "column “Crime type”: expected a kind of crime"),
    ({"LSOA code": "Swindon"}, "column “LSOA code”: expected an area code such as E01015471"),
    ({"Longitude": "west"}, "column “Longitude”: expected degrees between -180 and 180"),
    ({"Latitude": "nan"}, "column “Latitude”: expected degrees between -90 and 90"),
    ({"Latitude": ""}, "column “Latitude”: expected both longitude and latitude, or neither"),
    ({"Location": "x" * 201}, "column “Location”: expected 200 characters or fewer"),
    ({"Context": "a\x00b"}, "column “Context”: expected text without null characters"),
]


@pytest.mark.parametrize(("wrong", "words"), BAD)
def test_a_bad_row_names_file_row_and_column_and_nothing_is_loaded(
    put: Put, wrong: dict[str, str], words: str
) -> None:
    with pytest.raises(BadFile) as refused:
        load_counts(put("bad.csv", table({}, wrong, {})))
    assert f"bad.csv, row 3, {words}" in refused.value.message
    assert not Load.objects.exists()
    assert not PublishedCrime.objects.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "row 1, column “Crime ID”: expected a column of this name in the first row"),
        (b"Month,Crime type\n", "row 1, column “Crime ID”: expected a column of this name"),
        (table({}).encode() + b"1,2,3\r\n", "row 3: expected 12 columns, as in the first row"),
        (table({}).encode() + b'"never closed', "row 3: expected text that can be split"),
        (table({}).encode() + b"\x81\x8d", "row 3: expected text in UTF-8 or Windows-1252"),
    ],
)
def test_a_broken_file_says_where_it_breaks(put: Put, text: bytes, words: str) -> None:
    with pytest.raises(BadFile) as refused:
        published.check(put("bad.csv", text))
    assert f"bad.csv, {words}" in refused.value.message


def test_many_bad_rows_are_counted_and_the_first_are_shown(put: Put) -> None:
    with pytest.raises(BadFile) as refused:
        published.check(put("bad.csv", table(*({"Month": "x"} for _ in range(50)))))
    assert (len(refused.value.problems), refused.value.total) == (20, 50)
    assert refused.value.message.endswith("and 30 more like these")


def test_empty_rows_are_passed_over(put: Put) -> None:
    assert load_counts(put("f.csv", table({}) + "\r\n\r\n" + "\r\n")).rows == 1


def test_a_file_that_changed_since_it_was_checked_is_refused(put: Put) -> None:
    path = put("f.csv", table({}))
    checked = published.check(path)
    path.write_text(table({}, {}))
    with pytest.raises(Refused, match="was changed while it was being read"):
        published.load(checked, by=system_actor(), now=timezone.now)
    assert kept() == 0


def test_only_those_who_may_load_can(put: Put) -> None:
    system = system_actor()
    nobody = Actor(user_id=system.user_id, username="someone", name="Someone", mfa=True)
    with pytest.raises(Refused, match="You may not load"):
        load_counts(put("f.csv", table({})), by=nobody)
    assert not Load.objects.exists()


def test_a_load_leaves_its_events_and_its_audit_entries(put: Put) -> None:
    came = load_counts(put("f.csv", table({}, {})))
    subject = f"load:{came.load}"
    assert list(Event.objects.filter(subject=subject).values_list("name", flat=True)) == [
        "load begun",
        "load completed",
    ]
    entries = AuditEntry.objects.filter(subjects__reference=subject).order_by("seq")
    assert [entry.operation for entry in entries] == ["configuration", "collection"]
    assert '"added":2' in entries[1].body
    assert verify().intact
