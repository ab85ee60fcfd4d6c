"""Review groups and dates: worked examples, and what holds of any."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wansdyke.kernel.retention import (
    Facts,
    Group,
    Kept,
    Periods,
    latest_keep,
    reckon,
    strictest,
    years_after,
)

PERIODS = Periods()
CLOSED = date(2018, 9, 3)
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


def facts(group: int, *contacts: date, **more: object) -> Facts:
    said = tuple((day, "its closing") for day in contacts or (CLOSED,))
    return Facts(group=Group(group), contacts=said, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("group", "due"),
    [(1, date(2028, 9, 3)), (2, date(2028, 9, 3)), (3, date(2024, 9, 3)), (4, date(2024, 9, 3))],
)
def test_each_group_has_its_clear_period(group: int, due: date) -> None:
    came = reckon(facts(group), PERIODS)
    assert (came.review_on, came.from_on, came.from_what) == (due, CLOSED, "its closing")


def test_a_new_contact_begins_the_period_anew() -> None:
    assert reckon(facts(3, CLOSED, date(2021, 2, 1)), PERIODS).review_on == date(2027, 2, 1)


def test_a_period_from_29_february_is_never_a_day_short() -> None:
    assert reckon(facts(3, date(2020, 2, 29)), PERIODS).review_on == date(2026, 3, 1)
    assert years_after(date(2020, 2, 29), 4) == date(2024, 2, 29)


def test_group_1_is_looked_at_for_good_on_the_hundredth_birthday() -> None:
    near = facts(1, CLOSED, born=date(1925, 5, 1))
    came = reckon(near, PERIODS)
    assert (came.review_on, came.why) == (date(2025, 5, 1), "The subject is 100 years old then")
    far = facts(1, CLOSED, born=date(1980, 5, 1))
    assert reckon(far, PERIODS).review_on == date(2028, 9, 3)
    past = facts(1, CLOSED, born=date(1910, 5, 1))
    assert reckon(past, PERIODS).review_on == date(2028, 9, 3)
    assert reckon(facts(2, CLOSED, born=date(1925, 5, 1)), PERIODS).review_on == date(2028, 9, 3)


def test_a_decision_to_keep_holds_until_there_is_a_new_contact() -> None:
    kept = Kept(on=date(2024, 10, 1), until=date(2027, 10, 1))
    assert reckon(facts(3, CLOSED, kept=kept), PERIODS).review_on == date(2027, 10, 1)
    again = reckon(facts(3, CLOSED, date(2025, 1, 1), kept=kept), PERIODS)
    assert again.review_on == date(2031, 1, 1)


def test_no_time_runs_while_work_is_open_or_somebody_is_missing() -> None:
    for said in (
        facts(3, open=True),
        facts(4, unresolved=True),
        Facts(group=Group(3), contacts=()),
    ):
        came = reckon(said, PERIODS)
        assert came.review_on is None
        assert came.why


def test_the_force_sets_the_periods() -> None:
    ours = Periods(first=(10, 10, 7, 6), again=(10, 10, 3, 5))
    assert reckon(facts(3), ours).review_on == date(2025, 9, 3)
    assert latest_keep(date(2025, 9, 3), Group.OTHER, ours) == date(2028, 9, 3)


def test_the_strictest_group_is_the_lowest() -> None:
    assert strictest([Group.BY_TYPE, Group.SERIOUS, Group.OTHER]) is Group.SERIOUS
    assert strictest([]) is None


@given(st.sampled_from(Group), st.lists(DAYS, min_size=1, max_size=6), DAYS)
def test_a_review_is_never_early_and_more_contact_never_brings_it_forward(
    group: Group, contacts: list[date], more: date
) -> None:
    first = reckon(facts(group, *contacts), PERIODS).review_on
    then = reckon(facts(group, *contacts, more), PERIODS).review_on
    assert first is not None
    assert then is not None
    assert then >= first
    years = PERIODS.first_of(group)
    assert first - max(contacts) >= timedelta(days=365 * years + years // 4)


@given(DAYS, st.dates(date(1890, 1, 1), date(2060, 12, 31)))
def test_nothing_of_group_1_is_put_off_beyond_the_hundredth_birthday(
    contact: date, born: date
) -> None:
    due = reckon(facts(1, contact, born=born), PERIODS).review_on
    birthday = years_after(born, 100)
    assert due is not None
    assert due <= birthday or contact > birthday


@given(st.sampled_from(Group), DAYS, DAYS, st.integers(1, 4000), st.booleans())
def test_a_keep_moves_it_exactly_to_its_day_or_not_at_all(
    group: Group, contact: date, on: date, days: int, known: bool
) -> None:
    kept = Kept(on=on, until=on + timedelta(days=days))
    came = reckon(facts(group, contact, kept=kept), PERIODS).review_on
    without = reckon(facts(group, contact), PERIODS).review_on
    assert came == (kept.until if on >= contact else without)
