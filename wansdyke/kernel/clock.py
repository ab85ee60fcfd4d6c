"""A clock is law or policy as data: what it runs from, what stops it, and how it is counted."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import combinations
from typing import Any

from wansdyke.kernel.calendar import (
    DAY,
    Calendar,
    Disregard,
    add_months,
    elapse,
    end_of_day,
    london,
    utc,
)

KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Unit(StrEnum):
    """How a clock counts. Days, working days and months run to the end of their last day."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working days"
    MONTHS = "months"


class Light(StrEnum):
    """How a deadline stands; computed when asked for, never stored."""

    RUNNING = "running"
    CLOSE = "close"
    LATE = "late"
    MET = "met"
    MISSED = "missed"
    REPLACED = "replaced"


def _always(facts: Any) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Clock:
    """One time limit, in one version, with the law or policy it rests on.

    `anchor` and `stop` take the facts and return the moment, or None while it is not known.
    `amount` is a number of `unit`s, or a function of the facts that returns one (a force setting).
    `disregard` leaves whole days out of minutes, hours and days. With `beginning_with` the
    anchor's own day counts as the first; minutes and hours run from the anchor's moment either way.
    In force from `in_force_from` up to, but not on, `in_force_until`. `section` is the part of a
    record that its being there at all would tell of; with `outlasts` it is told of though the case
    is closed.
    """

    key: str
    label: str
    basis: str
    anchor: Callable[[Any], datetime | None]
    anchor_label: str
    stop: Callable[[Any], datetime | None]
    stop_label: str
    unit: Unit
    amount: int | Callable[[Any], int]
    disregard: frozenset[Disregard] = frozenset()
    beginning_with: bool = False
    applies: Callable[[Any], bool] = _always
    version: int = 1
    in_force_from: date | None = None
    in_force_until: date | None = None
    source: str = ""
    confidence: str = "high"
    close_within: timedelta = timedelta(minutes=5)
    section: str = "core"
    outlasts: bool = False

    def due(self, anchored_at: datetime, amount: int, calendar: Calendar) -> datetime:
        """The last moment, in UTC, at which the clock is still met.

        Raises ValueError for an anchor without a time zone or an amount under 1.
        """
        if amount < 1:
            raise ValueError(f"Clock {self.key} was given {amount} {self.unit} to count")
        if self.unit is Unit.MINUTES:
            return elapse(anchored_at, timedelta(minutes=amount), calendar, self.disregard)
        if self.unit is Unit.HOURS:
            return elapse(anchored_at, timedelta(hours=amount), calendar, self.disregard)
        return end_of_day(self._last_day(london(anchored_at).date(), amount, calendar))

    def in_force(self, anchored_at: datetime) -> bool:
        """Whether the rule was in force on the London date of the anchor."""
        day = london(anchored_at).date()
        started = self.in_force_from is None or self.in_force_from <= day
        return started and (self.in_force_until is None or day < self.in_force_until)

    def left_out(
        self, anchored_at: datetime, due_at: datetime, calendar: Calendar
    ) -> list[tuple[date, str]]:
        """The days between anchor and deadline that did not count, each with why."""
        if self.unit is Unit.MONTHS or (self.unit is not Unit.WORKING_DAYS and not self.disregard):
            return []
        day, left_out = london(anchored_at).date(), []
        if self.unit in (Unit.DAYS, Unit.WORKING_DAYS) and not self.beginning_with:
            day += DAY
        last = _last_day_before(due_at)
        while day <= last:
            why = self._why_left_out(day, calendar)
            if why is not None:
                left_out.append((day, why))
            day += DAY
        return left_out

    def _why_left_out(self, day: date, calendar: Calendar) -> str | None:
        if self.unit is Unit.WORKING_DAYS:
            return calendar.rest_day(day)
        return calendar.disregarded(day, self.disregard)

    def _last_day(self, anchor_day: date, amount: int, calendar: Calendar) -> date:
        if self.unit is Unit.MONTHS:
            return _last_day_of_months(anchor_day, amount, self.beginning_with)
        day = anchor_day - DAY if self.beginning_with else anchor_day
        left = amount
        while left:
            day += DAY
            left -= self._why_left_out(day, calendar) is None
        return day


def _last_day_of_months(day: date, amount: int, beginning_with: bool) -> date:
    """A period beginning with a day ends the day before its corresponding date; where the last
    month has no such date, it ends with that month.
    """
    corresponding = add_months(day, amount)
    if beginning_with and corresponding.day == day.day:
        return corresponding - DAY
    return corresponding


def _last_day_before(moment: datetime) -> date:
    # A deadline of 24:00 belongs to the day that it ends.
    return london(utc(moment) - timedelta.resolution).date()


@dataclass(frozen=True)
class Reckoning:
    """A deadline as it was worked out, with all that went into it. Moments are in UTC.

    `inputs` holds strings only, ready to be stored: anchor, amount, unit, disregard (the rules),
    disregarded (the days that fell inside, with why), beginning_with, calendar_horizon,
    beyond_horizon ("yes" where a bank holiday not yet published could put the deadline back), and
    stop_recorded where a stop was recorded earlier than the anchor.
    """

    key: str
    version: int
    anchored_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    amount: int
    unit: Unit
    inputs: dict[str, str] = field(hash=False)


def reckon(clocks: Sequence[Clock], facts: Any, calendar: Calendar) -> list[Reckoning]:
    """The deadlines that these facts give rise to, in the order of `clocks`.

    A clock is reckoned if it applies, its anchor is known, and it was in force on the anchor's
    London date. A stop earlier than the anchor counts as a stop at the anchor: what the clock
    waits for had already happened, so it was met at once (a unit at scene before the grade).
    Raises ValueError for a moment without a time zone or an amount under 1.
    """
    reckonings = []
    for clock in clocks:
        if not clock.applies(facts):
            continue
        anchored_at = clock.anchor(facts)
        if anchored_at is not None and clock.in_force(anchored_at):
            reckonings.append(_reckoning(clock, utc(anchored_at), facts, calendar))
    return reckonings


def _reckoning(clock: Clock, anchored_at: datetime, facts: Any, calendar: Calendar) -> Reckoning:
    amount = clock.amount(facts) if callable(clock.amount) else clock.amount
    due_at = clock.due(anchored_at, amount, calendar)
    inputs = _inputs(clock, anchored_at, due_at, amount, calendar)
    stop = clock.stop(facts)
    stopped_at = None if stop is None else utc(stop)
    if stopped_at is not None and stopped_at < anchored_at:
        inputs["stop_recorded"] = stopped_at.isoformat()
        stopped_at = anchored_at
    return Reckoning(
        key=clock.key,
        version=clock.version,
        anchored_at=anchored_at,
        due_at=due_at,
        stopped_at=stopped_at,
        amount=amount,
        unit=clock.unit,
        inputs=inputs,
    )


def _inputs(
    clock: Clock, anchored_at: datetime, due_at: datetime, amount: int, calendar: Calendar
) -> dict[str, str]:
    left_out = clock.left_out(anchored_at, due_at, calendar)
    reads_list = clock.unit is Unit.WORKING_DAYS or Disregard.BANK_HOLIDAYS in clock.disregard
    unsure = reads_list and calendar.beyond(_last_day_before(due_at))
    return {
        "anchor": clock.anchor_label,
        "amount": str(amount),
        "unit": clock.unit.value,
        "beginning_with": "yes" if clock.beginning_with else "no",
        "disregard": ", ".join(rule for rule in Disregard if rule in clock.disregard),
        "disregarded": ", ".join(f"{day.isoformat()} ({why})" for day, why in left_out),
        "calendar_horizon": calendar.horizon.isoformat(),
        "beyond_horizon": "yes" if unsure else "no",
    }


def light(
    due_at: datetime,
    *,
    now: datetime,
    stopped_at: datetime | None = None,
    replaced_at: datetime | None = None,
    close_within: timedelta,
) -> Light:
    """How a deadline stands at `now`; at the very moment it is due it is still met.

    A stop decides, unless the clock was replaced before it. A clock replaced after it fell due,
    with nothing done, was missed: replacing a clock never hides that it was late.
    Raises ValueError for a moment without a time zone.
    """
    due = utc(due_at)
    stopped = None if stopped_at is None else utc(stopped_at)
    replaced = None if replaced_at is None else utc(replaced_at)
    if stopped is not None and (replaced is None or stopped <= replaced):
        return Light.MET if stopped <= due else Light.MISSED
    if replaced is not None:
        return Light.REPLACED if replaced <= due else Light.MISSED
    if utc(now) > due:
        return Light.LATE
    return Light.CLOSE if utc(now) >= due - close_within else Light.RUNNING


def clock_faults(clocks: Sequence[Clock]) -> list[str]:
    """What is wrong with a desk's clocks, one sentence each; a test asserts there is none."""
    faults = [fault for clock in clocks for fault in _faults_of(clock)]
    for one, other in combinations(clocks, 2):
        if one.key != other.key:
            continue
        if one.version == other.version:
            faults.append(f"clock {one.key} has version {one.version} twice")
        if _overlap(one, other):
            faults.append(
                f"clock {one.key}: versions {one.version} and {other.version} "
                "are in force at the same time"
            )
    return faults


def _faults_of(clock: Clock) -> Iterator[str]:
    name = f"clock {clock.key} version {clock.version}"
    if not KEBAB.fullmatch(clock.key):
        yield f"{name}: the key is not in kebab case"
    if clock.version < 1:
        yield f"{name}: versions start at 1"
    for what in ("label", "basis", "anchor_label", "stop_label"):
        if not getattr(clock, what).strip():
            yield f"{name}: {what} is empty"
    if isinstance(clock.amount, int) and clock.amount < 1:
        yield f"{name}: the amount is under 1"
    if clock.confidence not in ("high", "medium", "low"):
        yield f"{name}: confidence is high, medium or low"
    if clock.confidence == "low" and isinstance(clock.amount, int):
        yield f"{name}: an amount of low confidence must be a setting, not a constant"
    if clock.disregard and clock.unit in (Unit.WORKING_DAYS, Unit.MONTHS):
        yield f"{name}: {clock.unit} cannot leave days out by rule"
    if not (clock.in_force_from or date.min) < (clock.in_force_until or date.max):
        yield f"{name}: it ends before it comes into force"


def _overlap(one: Clock, other: Clock) -> bool:
    starts = max(one.in_force_from or date.min, other.in_force_from or date.min)
    return starts < min(one.in_force_until or date.max, other.in_force_until or date.max)
