from datetime import UTC, date, datetime, timedelta, timezone

import holidays
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.kernel.england import BANK_HOLIDAYS, ENGLAND, NOTICE_DAYS, at
from wansdyke.kernel.calendar import (
    LONDON,
    Calendar,
    Disregard,
    add_months,
    easter,
    elapse,
    elapse_explained,
    end_of_day,
    good_friday,
    london,
    parse_london,
)

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TWO_DAYS = 48 * HOUR


def test_good_friday_is_that_of_another_algorithm() -> None:
    years = range(1901, 2100)
    listed = holidays.country_holidays("GB", subdiv="ENG", years=years).items()
    assert [good_friday(year) for year in years] == sorted(
        day for day, name in listed if "Good Friday" in name
    )


@pytest.mark.parametrize("day", ["1954-04-18", "1981-04-19", "2038-04-25", "2026-04-05"])
def test_easter_of_the_hard_years(day: str) -> None:
    assert easter(int(day[:4])).isoformat() == day


def test_the_examples_rest_on_the_published_bank_holidays() -> None:
    listed = holidays.country_holidays("GB", subdiv="ENG", years=(2023, 2026, 2027))
    assert set(listed) - BANK_HOLIDAYS <= {
        # Where these fall at a weekend the published list holds their substitutes alone.
        day
        for day in listed
        if day.isoweekday() > 5
    }
    assert set(listed) >= BANK_HOLIDAYS


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-12-25", "Christmas Day"),
        ("2027-12-25", "Christmas Day"),
        ("2022-12-25", "Christmas Day"),
        ("2026-04-03", "Good Friday"),
        ("2026-04-06", "bank holiday"),
        ("2026-12-27", "Sunday"),
        ("2026-12-26", None),
        ("2026-12-24", None),
    ],
)
def test_why_a_day_is_left_out_of_a_notice(day: str, why: str | None) -> None:
    assert ENGLAND.disregarded(date.fromisoformat(day), NOTICE_DAYS) == why


def test_only_the_named_rules_count() -> None:
    assert ENGLAND.disregarded(date(2026, 4, 6), {Disregard.SUNDAYS, Disregard.GOOD_FRIDAY}) is None
    assert ENGLAND.disregarded(date(2026, 12, 26), {Disregard.SATURDAYS}) == "Saturday"
    assert ENGLAND.disregarded(date(2027, 12, 25), {Disregard.BANK_HOLIDAYS}) is None


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        ("2026-04-02", 1, "2026-04-07"),
        ("2026-12-24", 1, "2026-12-29"),
        ("2026-01-09", 1, "2026-01-12"),
        ("2026-01-10", 1, "2026-01-12"),
        ("2026-01-12", 5, "2026-01-19"),
        ("2026-01-12", -1, "2026-01-09"),
        ("2026-04-07", -1, "2026-04-02"),
        ("2026-01-10", 0, "2026-01-10"),
    ],
)
def test_working_days(start: str, n: int, end: str) -> None:
    assert ENGLAND.add_working_days(date.fromisoformat(start), n) == date.fromisoformat(end)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 40))
def test_working_days_are_counted_one_by_one(day: date, n: int) -> None:
    end = ENGLAND.add_working_days(day, n)
    assert ENGLAND.working(end)
    between = (day + timedelta(days=i) for i in range(1, (end - day).days + 1))
    assert sum(ENGLAND.working(d) for d in between) == n


def test_the_list_ends_at_its_horizon() -> None:
    assert not ENGLAND.beyond(date(2027, 12, 31))
    assert ENGLAND.beyond(date(2028, 1, 1))


# The forty-eight hours of a domestic abuse protection notice.
@pytest.mark.parametrize(
    ("served", "due"),
    [
        pytest.param("2026-01-07 10:00", "2026-01-09 10:00", id="midweek"),
        pytest.param("2026-01-09 10:00", "2026-01-12 10:00", id="Friday to Monday"),
        pytest.param("2026-05-01 10:00", "2026-05-05 10:00", id="and to Tuesday by a bank holiday"),
        pytest.param("2026-01-11 15:00", "2026-01-14 00:00", id="on a Sunday: end of Tuesday"),
        pytest.param("2026-01-09 22:30", "2026-01-12 22:30", id="late on a Friday"),
        pytest.param("2026-01-10 09:00", "2026-01-13 09:00", id="Saturday counts"),
        pytest.param("2026-04-02 18:00", "2026-04-07 18:00", id="over Easter"),
        pytest.param("2026-12-24 18:00", "2026-12-29 18:00", id="Saturday 26 December counting"),
        pytest.param("2027-12-24 23:00", "2027-12-30 23:00", id="Christmas Day on a Saturday"),
        pytest.param("2023-05-05 09:00", "2023-05-09 09:00", id="the coronation"),
        pytest.param("2026-01-09 00:00", "2026-01-11 00:00", id="ends as the Sunday begins"),
    ],
)
def test_forty_eight_hours_of_a_notice(served: str, due: str) -> None:
    assert elapse(at(served), TWO_DAYS, ENGLAND, NOTICE_DAYS) == at(due)


def test_where_26_december_is_held_a_bank_holiday_a_day_more_is_left_out() -> None:
    stricter = Calendar(BANK_HOLIDAYS | {date(2026, 12, 26)}, ENGLAND.horizon)
    due = elapse(at("2026-12-24 18:00"), TWO_DAYS, stricter, NOTICE_DAYS)
    assert due == at("2026-12-30 18:00")


@pytest.mark.parametrize(
    ("start", "hours", "rules", "due"),
    [
        pytest.param("2026-03-28 10:00", 24, (), "2026-03-29 11:00", id="spring, by elapsed hours"),
        pytest.param("2026-10-24 10:00", 24, (), "2026-10-25 09:00", id="autumn, by elapsed hours"),
        pytest.param(
            "2026-03-28 22:00", 4, NOTICE_DAYS, "2026-03-30 02:00", id="Sunday of 23 hours"
        ),
        pytest.param(
            "2026-10-24 22:00", 4, NOTICE_DAYS, "2026-10-26 02:00", id="Sunday of 25 hours"
        ),
        pytest.param(
            "2026-03-28 22:00",
            27,
            [Disregard.SATURDAYS],
            "2026-03-30 04:00",
            id="a counted day of 23 hours",
        ),
        pytest.param(
            "2026-10-24 22:00",
            27,
            [Disregard.SATURDAYS],
            "2026-10-26 02:00",
            id="a counted day of 25 hours",
        ),
    ],
)
def test_hours_are_real_where_the_clocks_change(
    start: str, hours: int, rules: list[Disregard], due: str
) -> None:
    assert elapse(at(start), hours * HOUR, ENGLAND, rules) == at(due)


def test_each_day_of_a_count_is_explained() -> None:
    due, days = elapse_explained(at("2026-04-02 18:00"), TWO_DAYS, ENGLAND, NOTICE_DAYS)
    assert [(d.day.day, d.counted // HOUR, d.why) for d in days] == [
        (2, 6, "counts"),
        (3, 0, "Good Friday"),
        (4, 24, "counts"),
        (5, 0, "Sunday"),
        (6, 0, "bank holiday"),
        (7, 18, "counts"),
    ]
    assert due == at("2026-04-07 18:00")


@pytest.mark.parametrize("rules", [(), NOTICE_DAYS])
def test_what_cannot_be_counted(rules: tuple[Disregard, ...]) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        elapse(datetime(2026, 1, 7, 10), HOUR, ENGLAND, rules)
    with pytest.raises(ValueError, match="negative"):
        elapse(at("2026-01-07 10:00"), -HOUR, ENGLAND, rules)
    sunday = at("2026-01-11 15:00")
    assert elapse(sunday, timedelta(0), ENGLAND, rules) == sunday


def last_sunday(year: int, month: int) -> date:
    day = date(year, month, 31)
    return day - timedelta(days=day.isoweekday() % 7)


def londons_date(moment: datetime) -> date:
    """By the rule of the Summer Time Order 2002, without any time-zone table."""
    hour = moment.replace(tzinfo=None)
    starts = datetime.combine(last_sunday(hour.year, 3), datetime.min.time()) + HOUR
    ends = datetime.combine(last_sunday(hour.year, 10), datetime.min.time()) + HOUR
    return (hour + HOUR if starts <= hour < ends else hour).date()


def minute_by_minute(start: datetime, minutes: int, left_out: set[date]) -> datetime:
    moment, counted = start, 0
    while counted < minutes:
        day = londons_date(moment)
        counted += not (day.isoweekday() == 7 or (day.month, day.day) == (12, 25)) and (
            day not in left_out
        )
        moment += MINUTE
    return moment


@given(
    start=st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1)).map(
        lambda moment: moment.replace(second=0, microsecond=0, tzinfo=UTC)
    ),
    minutes=st.integers(0, 60 * 60),
    holidays_after=st.sets(st.integers(0, 5), max_size=3),
)
@example(datetime(2026, 3, 28, 22, 0, tzinfo=UTC), 60 * 27, {2})
@example(datetime(2026, 10, 24, 21, 0, tzinfo=UTC), 60 * 27, {0})
@example(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 60 * 24, set())
def test_elapse_is_a_count_minute_by_minute(
    start: datetime, minutes: int, holidays_after: set[int]
) -> None:
    left_out = {start.date() + timedelta(days=n) for n in holidays_after}
    calendar = Calendar(frozenset(left_out), date(2030, 1, 1))
    rules = {Disregard.SUNDAYS, Disregard.CHRISTMAS_DAY, Disregard.BANK_HOLIDAYS}
    due, days = elapse_explained(start, minutes * MINUTE, calendar, rules)
    assert due == minute_by_minute(start, minutes, left_out)
    assert sum((d.counted for d in days), timedelta(0)) == minutes * MINUTE


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    st.timedeltas(timedelta(0), timedelta(days=4)),
    st.timedeltas(timedelta(0), timedelta(days=4)),
)
def test_two_counts_on_end_are_one(start: datetime, one: timedelta, two: timedelta) -> None:
    halfway = elapse(start, one, ENGLAND, NOTICE_DAYS)
    whole = elapse(start, one + two, ENGLAND, NOTICE_DAYS)
    assert elapse(halfway, two, ENGLAND, NOTICE_DAYS) == whole


def test_london_reads_summer_and_winter_and_asks_for_an_offset() -> None:
    assert london(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)).isoformat() == (
        "2026-07-02T00:30:00+01:00"
    )
    assert london(datetime(2026, 1, 1, 9, tzinfo=UTC)).hour == 9
    with pytest.raises(ValueError, match="no time zone"):
        london(datetime(2026, 7, 1))


def test_a_day_ends_at_londons_midnight() -> None:
    assert end_of_day(date(2026, 6, 30)) == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert end_of_day(date(2026, 12, 31)) == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        pytest.param("2026-01-07T10:00", "2026-01-07T10:00:00+00:00", id="winter"),
        pytest.param(" 2026-07-07 10:00:30 ", "2026-07-07T10:00:30+01:00", id="summer"),
        pytest.param("2026-07-07T10:00Z", "2026-07-07T11:00:00+01:00", id="given in UTC"),
        pytest.param("2026-07-07T10:00+05:30", "2026-07-07T05:30:00+01:00", id="given an offset"),
        pytest.param("2026-03-29T01:30", "2026-03-29T02:30:00+01:00", id="the hour not there"),
        pytest.param("2026-10-25T01:30", "2026-10-25T01:30:00+01:00", id="the hour there twice"),
        pytest.param("2026-10-25T01:30Z", "2026-10-25T01:30:00+00:00", id="its second time"),
    ],
)
def test_a_written_time_is_londons_unless_it_says(text: str, moment: str) -> None:
    assert parse_london(text).isoformat() == moment


def test_parsed_moments_compare_by_the_hours_that_passed() -> None:
    first, second = parse_london("2026-10-25T01:45"), parse_london("2026-10-25T01:15Z")
    assert first < second
    assert second - first == 30 * MINUTE
    assert isinstance(first.tzinfo, timezone)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2026-01-07", "“2026-01-07” has no time of day"),
        ("", "not a date and time"),
        ("07/01/2026 10:00", "not a date and time"),
        ("2026-02-30T10:00", "not a date and time"),
        ("0001-01-01T00:00+05:00", "not a date and time"),
    ],
)
def test_what_is_no_moment_is_said(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_london(text)


@given(st.text())
def test_what_is_not_iso_8601_is_always_said_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as 2026-01-31 14:05\.$"):
        parse_london("x" + text)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_a_parsed_moment_survives_being_written(moment: datetime) -> None:
    assert parse_london(moment.isoformat()) == moment
    assert parse_london(moment.isoformat()).replace(tzinfo=None) == (
        moment.astimezone(LONDON).replace(tzinfo=None)
    )


@pytest.mark.parametrize(
    ("day", "n", "end"),
    [
        ("2026-01-15", 6, "2026-07-15"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-31", 12, "2027-12-31"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2026-01-15", 0, "2026-01-15"),
    ],
)
def test_months_go_to_the_corresponding_date(day: str, n: int, end: str) -> None:
    assert add_months(date.fromisoformat(day), n) == date.fromisoformat(end)
