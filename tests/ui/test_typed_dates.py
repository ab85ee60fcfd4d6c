"""What people type for a day or a time, and what they are told when it is neither."""

from contextlib import suppress
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wansdyke.ui.typed_dates import (
    Unclear,
    clock_text,
    day_text,
    read_clock,
    read_day,
    read_moment,
    read_parts,
)
from wansdyke.ui.words import LONDON

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 21, 33, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("14:05", time(14, 5)),
        ("2pm", time(14)),
        ("2 PM", time(14)),
        ("2.05pm", time(14, 5)),
        ("1405", time(14, 5)),
        ("905", time(9, 5)),
        ("0905", time(9, 5)),
        ("12am", time(0)),
        ("12pm", time(12)),
        ("noon", time(12)),
        ("23:59:58", time(23, 59, 58)),
        ("9:33 p.m.", time(21, 33)),
    ],
)
def test_clock(typed: str, meant: time) -> None:
    assert read_clock(typed) == (meant, "")


@pytest.mark.parametrize("typed", ["14", "25:00", "13pm", "0pm", "2:60", "midnight", "soon"])
def test_no_clock(typed: str) -> None:
    with pytest.raises(Unclear) as told:
        read_clock(typed)
    assert told.value.parts == ("time",)


@pytest.mark.parametrize(
    "typed", ["22/11/2026", "22 11 2026", "22-11-2026", "22 Nov 2026", "2026-11-22", "today"]
)
def test_day(typed: str) -> None:
    assert read_day(typed, TODAY) == TODAY


@pytest.mark.parametrize(
    ("typed", "sentence", "parts"),
    [
        (("", "3", "1984"), "must include a day", ("day",)),
        (("", "", "1984"), "must include a day and a month", ("day", "month")),
        (("27", "3", "84"), "must have a year of 4 numbers, like 1984", ("year",)),
        (("32", "3", "1984"), "must have a day from 1 to 31", ("day",)),
        (("2", "13", "1984"), "must have a month from 1 to 12, or its name", ("month",)),
        (("31", "4", "1984"), "must be a real date", ("day", "month", "year")),
        (("1", "1", "0000"), "must be a real date", ("day", "month", "year")),
    ],
)
def test_what_is_wrong_with_a_date(
    typed: tuple[str, str, str], sentence: str, parts: tuple[str, ...]
) -> None:
    with pytest.raises(Unclear) as told:
        read_parts(*typed)
    assert (told.value.sentence, told.value.parts) == (sentence, parts)


def test_the_hour_that_never_was() -> None:
    with pytest.raises(Unclear, match="clocks went forward"):
        read_moment("29/3/2026", "1:30am", NOW)


def test_the_hour_that_came_twice_must_be_told_apart() -> None:
    with pytest.raises(Unclear, match="came twice"):
        read_moment("25/10/2026", "1:30am", NOW)
    first = read_moment("25/10/2026", "1:30am BST", NOW)
    second = read_moment("25/10/2026", "1:30am GMT", NOW)
    assert first.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert second.astimezone(UTC) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_wrong_zone_is_refused() -> None:
    with pytest.raises(Unclear, match="must be in GMT"):
        read_moment("22/11/2026", "1:30am BST", NOW)


@pytest.mark.parametrize(("day", "clock"), [("", "now"), ("now", ""), ("today", "now")])
def test_now(day: str, clock: str) -> None:
    assert read_moment(day, clock, NOW) == NOW


@pytest.mark.parametrize(("day", "clock"), [("yesterday", "now"), ("", "2pm"), ("today", "")])
def test_half_a_moment(day: str, clock: str) -> None:
    with pytest.raises(Unclear):
        read_moment(day, clock, NOW)


@given(
    st.datetimes(
        min_value=datetime(1990, 1, 1),
        max_value=datetime(2050, 1, 1),
        timezones=st.just(UTC),
    )
)
def test_every_moment_reads_back_as_it_was_written(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    read = read_moment(day_text(whole), clock_text(whole), NOW)
    assert read.tzinfo is LONDON
    assert read.astimezone(UTC) == whole


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_no_text_breaks_the_reader(day: str, month: str, year: str) -> None:
    with suppress(Unclear):
        read_parts(day, month, year)
    with suppress(Unclear):
        read_moment(day, month, NOW)
