"""The control room's clocks: worked examples, without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from wansdyke.casework.calendar import calendar
from wansdyke.desks.contact.rules import (
    CLOCKS,
    Facts,
    Grade,
    attendance_due,
    due_missed,
    target_missed,
)
from wansdyke.kernel.clock import Light, Reckoning, clock_faults, light, reckon

LONDON = ZoneInfo("Europe/London")
RECEIVED = datetime(2026, 6, 10, 10, 58, tzinfo=UTC)
GRADED = datetime(2026, 6, 10, 11, 0, tzinfo=UTC)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def facts(grade: str = "immediate", at: datetime = GRADED, **more: object) -> Facts:
    given: dict[str, object] = {
        "received_at": RECEIVED,
        "at": at,
        "grade": grade,
        "gradings": ((grade, GRADED),),
        **more,
    }
    return Facts(**given)  # type: ignore[arg-type]


def one(given: Facts) -> Reckoning:
    (found,) = reckon(CLOCKS, given, calendar())
    return found


def test_the_clocks_have_no_fault() -> None:
    assert clock_faults(CLOCKS) == []
    by_law = [clock.key for clock in CLOCKS if "policy" not in clock.basis]
    assert by_law == ["section-136"]


@pytest.mark.parametrize(
    ("grade", "key", "span"),
    [
        ("immediate", "attend-immediate", minutes(20)),
        ("priority", "attend-priority", minutes(60)),
        ("scheduled", "attend-scheduled", timedelta(hours=48)),
        ("without-deployment", "call-back", timedelta(hours=24)),
    ],
)
def test_what_each_grade_allows(grade: str, key: str, span: timedelta) -> None:
    found = one(facts(grade))
    assert (found.key, found.anchored_at, found.due_at) == (key, GRADED, GRADED + span)


def test_no_clock_runs_before_a_grade() -> None:
    assert reckon(CLOCKS, facts("", gradings=()), calendar()) == []


@pytest.mark.parametrize("grade", ["immediate", "priority", "scheduled", "without-deployment"])
def test_the_force_may_run_them_from_the_receipt(grade: str) -> None:
    by_grade, by_receipt = one(facts(grade)), one(facts(grade, anchor="receipt"))
    assert by_receipt.anchored_at == RECEIVED
    assert by_receipt.due_at == by_grade.due_at - minutes(2)


def test_the_force_sets_the_minutes() -> None:
    assert one(facts(immediate_minutes=15)).due_at == GRADED + minutes(15)
    assert one(facts("priority", priority_minutes=45)).due_at == GRADED + minutes(45)
    assert one(facts("scheduled", scheduled_hours=24)).due_at == GRADED + timedelta(hours=24)


def test_at_the_last_second_it_is_met() -> None:
    due = GRADED + minutes(20)
    met = one(facts(at_scene_at=due))
    assert light(due, now=due, stopped_at=met.stopped_at, close_within=minutes(5)) is Light.MET
    missed = one(facts(at_scene_at=due + timedelta(seconds=1)))
    now = due + minutes(5)
    stopped = missed.stopped_at
    assert light(due, now=now, stopped_at=stopped, close_within=minutes(5)) is Light.MISSED


def test_a_result_without_attendance_meets_no_attendance_clock() -> None:
    assert reckon(CLOCKS, facts(resulted_at=GRADED + minutes(3)), calendar()) == []
    attended = facts(at_scene_at=GRADED + minutes(9), resulted_at=GRADED + minutes(40))
    assert one(attended).stopped_at == GRADED + minutes(9)


def test_a_grade_given_anew_runs_from_when_it_was_given() -> None:
    later = GRADED + minutes(10)
    raised = facts("immediate", gradings=(("priority", GRADED), ("immediate", later)))
    assert one(raised).due_at == later + minutes(20)
    said_twice = facts("immediate", gradings=(("immediate", GRADED), ("immediate", later)))
    assert one(said_twice).due_at == GRADED + minutes(20)
    there_and_back = facts(
        "immediate",
        gradings=(("immediate", GRADED), ("priority", later), ("immediate", later + minutes(5))),
    )
    assert one(there_and_back).anchored_at == later + minutes(5)


def test_opened_again_it_waits_anew() -> None:
    opened = GRADED + timedelta(hours=3)
    assert one(facts(reopened_at=opened)).due_at == opened + minutes(20)
    assert one(facts(reopened_at=opened, anchor="receipt")).anchored_at == opened


@pytest.mark.parametrize(
    ("grade", "wait", "missed"),
    [
        ("immediate", minutes(20), False),
        ("immediate", minutes(20) + timedelta(seconds=1), True),
        ("priority", minutes(60), False),
        ("priority", minutes(61), True),
        ("scheduled", timedelta(hours=49), True),
        ("without-deployment", timedelta(days=9), False),
        ("", timedelta(days=9), False),
    ],
)
def test_when_a_target_is_missed(grade: str, wait: timedelta, missed: bool) -> None:
    given = facts(grade, at=GRADED + wait)
    assert target_missed(given) is missed
    assert not target_missed(replace(given, at_scene_at=GRADED + minutes(1)))
    assert not target_missed(replace(given, resulted_at=GRADED + minutes(1)))


@pytest.mark.parametrize("grade", [Grade.IMMEDIATE, Grade.PRIORITY, Grade.SCHEDULED])
@pytest.mark.parametrize("anchor", ["grade", "receipt"])
@pytest.mark.parametrize(
    "graded",
    [
        GRADED,
        datetime(2026, 3, 29, 0, 50, tzinfo=LONDON),  # summer time begins ten minutes later
        datetime(2026, 10, 25, 1, 50, tzinfo=LONDON),  # and ends, in the first of two such hours
        datetime(2026, 10, 25, 1, 50, tzinfo=LONDON, fold=1),
        datetime(2026, 12, 31, 23, 50, tzinfo=LONDON),
    ],
)
def test_the_step_and_the_clock_agree(graded: datetime, anchor: str, grade: str) -> None:
    given = facts(grade, gradings=((grade, graded),), received_at=graded, anchor=anchor)
    assert attendance_due(given) == one(given).due_at


@pytest.mark.parametrize(
    ("graded", "due"),
    [
        # 29 March 2026, 1am: the clock goes to 2am. Twenty minutes from 12.50 are up at 2.10.
        (datetime(2026, 3, 29, 0, 50, tzinfo=LONDON), datetime(2026, 3, 29, 2, 10, tzinfo=LONDON)),
        # 25 October 2026, 2am BST: back to 1am GMT. From 1.50 BST, they are up at 1.10 GMT.
        (
            datetime(2026, 10, 25, 1, 50, tzinfo=LONDON),
            datetime(2026, 10, 25, 1, 10, tzinfo=LONDON, fold=1),
        ),
        # And from 1.50 GMT at 2.10.
        (
            datetime(2026, 10, 25, 1, 50, tzinfo=LONDON, fold=1),
            datetime(2026, 10, 25, 2, 10, tzinfo=LONDON),
        ),
    ],
)
def test_twenty_minutes_are_twenty_minutes_when_the_clocks_change(
    graded: datetime, due: datetime
) -> None:
    found = one(facts(gradings=(("immediate", graded),)))
    assert found.due_at == due.astimezone(UTC)
    assert found.due_at - graded.astimezone(UTC) == minutes(20)


def test_forty_eight_hours_over_the_change_are_elapsed_hours() -> None:
    graded = datetime(2026, 10, 24, 15, 0, tzinfo=LONDON)
    found = one(facts("scheduled", gradings=(("scheduled", graded),)))
    assert found.due_at == datetime(2026, 10, 26, 14, 0, tzinfo=LONDON).astimezone(UTC)


def test_a_lower_grade_does_not_undo_a_missed_target() -> None:
    gradings = (("immediate", GRADED), ("scheduled", GRADED + minutes(25)))
    given = facts("scheduled", at=GRADED + minutes(30), gradings=gradings)
    assert due_missed(given) == GRADED + minutes(20)
    assert due_missed(replace(given, missed_reviewed_at=GRADED + minutes(26))) is None
    assert due_missed(replace(given, at_scene_at=GRADED + minutes(28))) is None
    assert due_missed(replace(given, reopened_at=GRADED + minutes(27))) is None
    in_time = (("immediate", GRADED), ("scheduled", GRADED + minutes(15)))
    assert due_missed(replace(given, gradings=in_time)) is None
