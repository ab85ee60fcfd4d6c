"""Whether somebody may be reached now: windows, who prevails, and that silence is not consent."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wansdyke.kernel.calendar import london
from wansdyke.people.contact_rules import Answer, Channel, Rule, decide

# A Wednesday in winter: London's clock shows UTC.
NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
NINE, FIVE, TEN_PM, SIX = time(9), time(17), time(22), time(6)


def rule(answer: str, channel: str = Channel.CALL, **more: object) -> Rule:
    return Rule(key=1, channel=channel, answer=answer, **more)  # type: ignore[arg-type]


def test_nobody_asked_is_never_safe() -> None:
    found = decide([], Channel.TEXT, NOON)
    assert (found.answer, found.asked, found.may_go) == (Answer.READ, False, False)


def test_what_was_said_of_calls_says_nothing_of_letters() -> None:
    found = decide([rule(Answer.SAFE)], Channel.LETTER, NOON)
    assert (found.answer, found.asked) == (Answer.READ, True)


def test_unsafe_prevails_over_safe() -> None:
    both = [rule(Answer.SAFE), rule(Answer.UNSAFE)]
    assert decide(both, Channel.CALL, NOON).answer is Answer.UNSAFE


def test_words_that_no_rule_holds_are_read_before_a_safe_way_is_used() -> None:
    assert decide([rule(Answer.SAFE)], Channel.CALL, NOON, noted=True).answer is Answer.READ


def test_outside_the_hours_it_is_unsafe_and_says_when_it_opens() -> None:
    hours = rule(Answer.SAFE, days=(0, 2), from_time=NINE, until_time=FIVE)
    assert decide([hours], Channel.CALL, NOON).may_go
    late = decide([hours], Channel.CALL, NOON + timedelta(hours=5))
    assert late.answer is Answer.UNSAFE
    assert late.opens_at is not None
    assert late.opens_at.strftime("%A %d %H:%M") == "Monday 19 09:00"


def test_the_hours_are_london_s_in_summer_too() -> None:
    hours = rule(Answer.SAFE, from_time=NINE, until_time=FIVE)
    summer = datetime(2026, 7, 15, 8, 30, tzinfo=UTC)
    assert decide([hours], Channel.CALL, summer).may_go
    assert not decide([hours], Channel.CALL, summer.replace(month=1)).may_go


@pytest.mark.parametrize(
    ("hour", "day", "covered"), [(23, 14, True), (3, 15, True), (3, 14, False), (7, 15, False)]
)
def test_a_night_belongs_to_the_day_it_begins(hour: int, day: int, covered: bool) -> None:
    nights = rule(Answer.UNSAFE, days=(2,), from_time=TEN_PM, until_time=SIX)
    assert nights.covers(datetime(2026, 1, day, hour, tzinfo=UTC)) is covered


RULES = st.lists(
    st.builds(
        Rule,
        key=st.integers(1, 99),
        channel=st.sampled_from(list(Channel)),
        answer=st.sampled_from(list(Answer)),
        days=st.lists(st.integers(0, 6), unique=True, max_size=3).map(tuple),
        from_time=st.times(),
        until_time=st.times(),
    ),
    max_size=6,
)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@given(RULES, MOMENTS, st.sampled_from(list(Channel)))
def test_a_message_goes_only_where_somebody_said_so_and_nobody_else_otherwise(
    rules: list[Rule], at: datetime, channel: Channel
) -> None:
    found = decide(rules, channel, at)
    speaking = [one for one in rules if one.channel == channel and one.covers(at)]
    assert found.may_go == (bool(speaking) and {one.answer for one in speaking} == {Answer.SAFE})
    if any(one.answer == Answer.UNSAFE for one in speaking):
        assert found.answer is Answer.UNSAFE


@given(RULES, MOMENTS)
def test_what_opens_later_is_open_then(rules: list[Rule], at: datetime) -> None:
    found = decide(rules, Channel.CALL, at)
    if found.opens_at is not None:
        assert london(at) < found.opens_at <= london(at) + timedelta(days=8)
        at_last = [one for one in rules if one.key in found.because and one.channel == "call"]
        assert any(one.covers(found.opens_at) for one in at_last)
