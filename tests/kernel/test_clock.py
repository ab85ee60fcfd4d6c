import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernel.england import ENGLAND, NOTICE_DAYS, at
from wansdyke.kernel.calendar import LONDON, Disregard
from wansdyke.kernel.clock import Clock, Light, Unit, clock_faults, light, reckon

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Facts:
    begun: datetime | None = None
    done: datetime | None = None
    minutes: int = 20
    wanted: bool = True


def make(**changes: Any) -> Clock:
    given_: dict[str, Any] = {
        "key": "response",
        "label": "Unit at scene",
        "basis": "Force policy (example)",
        "anchor": lambda facts: facts.begun,
        "anchor_label": "graded",
        "stop": lambda facts: facts.done,
        "stop_label": "first unit at scene",
        "unit": Unit.MINUTES,
        "amount": 20,
    }
    return Clock(**{**given_, **changes})


HEARING = make(key="hearing", unit=Unit.HOURS, amount=48, disregard=NOTICE_DAYS)


@pytest.mark.parametrize(
    ("unit", "amount", "beginning_with", "anchor", "due"),
    [
        pytest.param(Unit.MINUTES, 20, False, "2026-01-07 23:50", "2026-01-08 00:10", id="min"),
        pytest.param(Unit.HOURS, 24, False, "2026-03-28 10:00", "2026-03-29 11:00", id="hours"),
        pytest.param(Unit.HOURS, 24, True, "2026-03-28 10:00", "2026-03-29 11:00", id="beginning"),
        pytest.param(Unit.DAYS, 3, False, "2026-01-07 10:00", "2026-01-11 00:00", id="after"),
        pytest.param(Unit.DAYS, 3, True, "2026-01-07 10:00", "2026-01-10 00:00", id="with day 1"),
        pytest.param(Unit.DAYS, 1, True, "2026-06-30 23:30", "2026-07-01 00:00", id="by London"),
        # An order of 28 days beginning with the day it is made runs to the 27th day after it.
        pytest.param(Unit.DAYS, 28, True, "2026-01-01 15:00", "2026-01-29 00:00", id="order"),
        # 28 days beginning with the day after arrest on 10 January end with 7 February.
        pytest.param(Unit.DAYS, 28, False, "2026-01-10 15:00", "2026-02-08 00:00", id="bail 2017"),
        pytest.param(
            Unit.WORKING_DAYS, 1, False, "2026-04-02 10:00", "2026-04-08 00:00", id="wd over Easter"
        ),
        pytest.param(
            Unit.WORKING_DAYS, 1, True, "2026-04-02 10:00", "2026-04-03 00:00", id="wd itself"
        ),
        pytest.param(
            Unit.WORKING_DAYS, 1, True, "2026-04-03 10:00", "2026-04-08 00:00", id="wd on a holiday"
        ),
        # A summary offence of 15 January may be charged up to the end of 15 July.
        pytest.param(
            Unit.MONTHS, 6, False, "2026-01-15 03:00", "2026-07-16 00:00", id="six months"
        ),
        # Bail of three months beginning with 11 January, the day after arrest, ends on 10 April.
        pytest.param(Unit.MONTHS, 3, True, "2026-01-11 00:00", "2026-04-11 00:00", id="bail 2022"),
        pytest.param(Unit.MONTHS, 1, False, "2026-01-31 09:00", "2026-03-01 00:00", id="month end"),
        pytest.param(Unit.MONTHS, 1, True, "2026-01-31 09:00", "2026-03-01 00:00", id="no 31 Feb"),
        pytest.param(Unit.MONTHS, 1, True, "2026-03-01 09:00", "2026-04-01 00:00", id="a month"),
    ],
)
def test_when_a_clock_is_due(
    unit: Unit, amount: int, beginning_with: bool, anchor: str, due: str
) -> None:
    clock = make(unit=unit, beginning_with=beginning_with)
    assert clock.due(at(anchor), amount, ENGLAND) == at(due)


def test_days_may_leave_days_out() -> None:
    clock = make(unit=Unit.DAYS, disregard=frozenset({Disregard.SUNDAYS}))
    assert clock.due(at("2026-01-09 10:00"), 2, ENGLAND) == at("2026-01-13 00:00")


def test_hours_leave_the_disregarded_days_out() -> None:
    assert HEARING.due(at("2026-12-24 18:00"), 48, ENGLAND) == at("2026-12-29 18:00")


@pytest.mark.parametrize("amount", [0, -1])
def test_a_clock_of_nothing_is_an_error(amount: int) -> None:
    with pytest.raises(ValueError, match=f"was given {amount} minutes"):
        make().due(at("2026-01-07 10:00"), amount, ENGLAND)


def test_the_law_in_force_is_that_of_the_anchors_london_date() -> None:
    clock = make(in_force_from=date(2022, 7, 1), in_force_until=date(2026, 4, 1))
    assert clock.in_force(datetime(2022, 6, 30, 23, 0, tzinfo=UTC))
    assert not clock.in_force(datetime(2022, 6, 30, 22, 59, tzinfo=UTC))
    assert clock.in_force(at("2026-03-31 23:59"))
    assert not clock.in_force(at("2026-04-01 00:00"))
    assert make().in_force(at("1999-01-01 00:00"))


def test_only_what_applies_is_anchored_and_in_force_is_reckoned() -> None:
    old = make(in_force_until=date(2022, 10, 28))
    new = make(version=2, in_force_from=date(2022, 10, 28))
    idle = make(key="idle", applies=lambda facts: not facts.wanted)
    unset = make(key="unset", anchor=lambda facts: None)
    begun = at("2026-01-07 10:00")
    (only,) = reckon((old, new, idle, unset), Facts(begun), ENGLAND)
    assert (only.key, only.version, only.anchored_at) == ("response", 2, begun)
    (earlier,) = reckon((old, new, idle, unset), Facts(at("2022-10-27 10:00")), ENGLAND)
    assert earlier.version == 1
    assert reckon((old, new, unset), Facts(), ENGLAND) == []


def test_a_reckoning_keeps_all_that_went_into_it() -> None:
    (hearing,) = reckon((HEARING,), Facts(at("2026-04-02 18:00")), ENGLAND)
    assert hearing.due_at == at("2026-04-07 18:00")
    assert hearing.stopped_at is None
    assert json.loads(json.dumps(hearing.inputs)) == {
        "anchor": "graded",
        "amount": "48",
        "unit": "hours",
        "beginning_with": "no",
        "disregard": "Sundays, Christmas Day, Good Friday, bank holidays",
        "disregarded": "2026-04-03 (Good Friday), 2026-04-05 (Sunday), 2026-04-06 (bank holiday)",
        "calendar_horizon": "2027-12-31",
        "beyond_horizon": "no",
    }


def test_the_days_left_out_are_those_inside_the_count() -> None:
    to_midnight = reckon((HEARING,), Facts(at("2026-01-09 00:00")), ENGLAND)[0]
    assert to_midnight.due_at == at("2026-01-11 00:00")
    assert to_midnight.inputs["disregarded"] == ""
    review = make(unit=Unit.WORKING_DAYS, amount=1)
    from_friday = reckon((review,), Facts(at("2026-04-03 10:00")), ENGLAND)[0]
    assert from_friday.inputs["disregarded"] == (
        "2026-04-04 (Saturday), 2026-04-05 (Sunday), 2026-04-06 (bank holiday)"
    )


def test_a_deadline_past_the_known_bank_holidays_says_so() -> None:
    anchor = Facts(at("2027-12-31 18:00"))
    assert reckon((HEARING,), anchor, ENGLAND)[0].inputs["beyond_horizon"] == "yes"
    assert reckon((make(unit=Unit.DAYS),), anchor, ENGLAND)[0].inputs["beyond_horizon"] == "no"


def test_an_amount_may_be_a_setting() -> None:
    clock = make(amount=lambda facts: facts.minutes)
    (reckoning,) = reckon((clock,), Facts(at("2026-01-07 10:00"), minutes=15), ENGLAND)
    assert (reckoning.amount, reckoning.due_at) == (15, at("2026-01-07 10:15"))


def test_a_stop_before_the_anchor_is_a_stop_at_the_anchor() -> None:
    begun, done = at("2026-01-07 10:00"), at("2026-01-07 09:55")
    (reckoning,) = reckon((make(),), Facts(begun, done), ENGLAND)
    assert reckoning.stopped_at == begun
    assert reckoning.inputs["stop_recorded"] == "2026-01-07T09:55:00+00:00"
    after = reckon((make(),), Facts(begun, begun + 3 * MINUTE), ENGLAND)[0]
    assert after.stopped_at == begun + 3 * MINUTE
    assert "stop_recorded" not in after.inputs


def test_stop_and_anchor_in_a_repeated_hour_are_told_apart() -> None:
    begun = datetime(2026, 10, 25, 1, 50, tzinfo=LONDON)
    done = datetime(2026, 10, 25, 1, 10, tzinfo=LONDON, fold=1)
    (reckoning,) = reckon((make(),), Facts(begun, done), ENGLAND)
    assert reckoning.stopped_at is not None
    assert reckoning.stopped_at.tzinfo is reckoning.anchored_at.tzinfo is UTC
    assert reckoning.stopped_at - reckoning.anchored_at == 20 * MINUTE
    assert light(reckoning.due_at, now=done, stopped_at=done, close_within=MINUTE) is Light.MET


DUE = at("2026-01-07 10:20")


@pytest.mark.parametrize(
    ("now", "stopped", "replaced", "colour"),
    [
        pytest.param(-6, None, None, Light.RUNNING, id="six minutes to go"),
        pytest.param(-5, None, None, Light.CLOSE, id="five"),
        pytest.param(0, None, None, Light.CLOSE, id="the last moment"),
        pytest.param(1, None, None, Light.LATE, id="gone"),
        pytest.param(60, 0, None, Light.MET, id="met at the last moment"),
        pytest.param(60, 1, None, Light.MISSED, id="a minute late"),
        pytest.param(60, None, -10, Light.REPLACED, id="graded again in time"),
        pytest.param(60, -5, -10, Light.REPLACED, id="the stop belongs to the new clock"),
        pytest.param(60, -15, -10, Light.MET, id="met, then graded again"),
        pytest.param(60, 5, 10, Light.MISSED, id="missed, then graded again"),
        pytest.param(60, None, 10, Light.MISSED, id="graded again when already late"),
        pytest.param(60, 15, 10, Light.MISSED, id="and stopped later still"),
    ],
)
def test_the_light(now: int, stopped: int | None, replaced: int | None, colour: Light) -> None:
    assert (
        light(
            DUE,
            now=DUE + now * MINUTE,
            stopped_at=None if stopped is None else DUE + stopped * MINUTE,
            replaced_at=None if replaced is None else DUE + replaced * MINUTE,
            close_within=5 * MINUTE,
        )
        is colour
    )


def test_the_light_is_not_fooled_by_the_wall_clock() -> None:
    due = datetime(2026, 10, 25, 1, 50, tzinfo=LONDON)
    now = datetime(2026, 10, 25, 1, 10, tzinfo=LONDON, fold=1)
    assert light(due, now=now, close_within=MINUTE) is Light.LATE
    spring = datetime(2026, 3, 29, 2, 0, tzinfo=LONDON)
    ten_minutes_before = datetime(2026, 3, 29, 0, 50, tzinfo=UTC)
    assert light(spring, now=ten_minutes_before, close_within=30 * MINUTE) is Light.CLOSE


@given(
    st.sampled_from([u for u in Unit if u is not Unit.MINUTES]),
    st.booleans(),
    st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 30),
)
def test_more_time_never_falls_due_sooner_and_nothing_is_due_before_it_begins(
    unit: Unit, beginning_with: bool, anchor: datetime, amount: int
) -> None:
    clock = make(unit=unit, beginning_with=beginning_with)
    due = clock.due(anchor, amount, ENGLAND)
    assert anchor < due < clock.due(anchor, amount + 1, ENGLAND)
    assert due <= replace(clock, beginning_with=False).due(anchor, amount, ENGLAND)


def setting(facts: Any) -> int:
    return 20


@pytest.mark.parametrize(
    ("clocks", "fault"),
    [
        ([make(), make()], "clock response has version 1 twice"),
        (
            [
                make(in_force_until=date(2026, 1, 2)),
                make(version=2, in_force_from=date(2026, 1, 1)),
            ],
            "clock response: versions 1 and 2 are in force at the same time",
        ),
        ([make(key="Response_Time")], "the key is not in kebab case"),
        ([make(basis=" ")], "basis is empty"),
        ([make(anchor_label="")], "anchor_label is empty"),
        ([make(amount=0)], "the amount is under 1"),
        ([make(version=0)], "versions start at 1"),
        ([make(confidence="sure")], "confidence is high, medium or low"),
        ([make(confidence="low")], "an amount of low confidence must be a setting"),
        ([make(unit=Unit.MONTHS, disregard=NOTICE_DAYS)], "months cannot leave days out by rule"),
        (
            [make(in_force_from=date(2026, 1, 1), in_force_until=date(2026, 1, 1))],
            "it ends before it comes into force",
        ),
    ],
)
def test_clocks_find_their_own_faults(clocks: list[Clock], fault: str) -> None:
    assert any(fault in found for found in clock_faults(clocks))


def test_sound_clocks_have_no_faults() -> None:
    by_setting: Callable[[Any], int] = setting
    sound = (
        make(in_force_until=date(2026, 1, 1)),
        make(version=2, in_force_from=date(2026, 1, 1), amount=by_setting, confidence="low"),
        HEARING,
    )
    assert clock_faults(sound) == []
