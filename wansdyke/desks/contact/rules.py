"""Calls: their states, steps, checks and clocks.

Grades: National Call Handling Standards (2005) vocabulary. Attendance targets are force policy, not
statute: 20 minutes for immediate and 60 for priority by default, each a force setting.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from wansdyke.desks.contact import crisis_rules, missing_rules
from wansdyke.kernel.calendar import utc
from wansdyke.kernel.clock import Clock, Unit
from wansdyke.kernel.flow import Flow, Post, Role, Step


class Grade(StrEnum):
    """How soon police go, most urgent first."""

    IMMEDIATE = "immediate"
    PRIORITY = "priority"
    SCHEDULED = "scheduled"
    WITHOUT_DEPLOYMENT = "without-deployment"


GRADES: tuple[tuple[str, str], ...] = (
    (Grade.IMMEDIATE, "Immediate"),
    (Grade.PRIORITY, "Priority"),
    (Grade.SCHEDULED, "Scheduled"),
    (Grade.WITHOUT_DEPLOYMENT, "Resolved without deployment"),
)
# How the keys of the clocks begin that run until a unit is at scene.
ATTEND = "attend-"
DEPLOYABLE = (Grade.IMMEDIATE, Grade.PRIORITY, Grade.SCHEDULED)
_URGENCY = {grade: place for place, (grade, _) in enumerate(reversed(GRADES))}


class State(StrEnum):
    """Where a call stands."""

    RECEIVED = "received"
    WAITING = "waiting"
    ASSIGNED = "assigned"
    EN_ROUTE = "en-route"
    AT_SCENE = "at-scene"
    BY_PHONE = "by-phone"
    RESULTED = "resulted"


LABELS: dict[str, str] = {
    State.RECEIVED: "Received, not graded",
    State.WAITING: "Waiting for a unit",
    State.ASSIGNED: "Unit assigned",
    State.EN_ROUTE: "Unit on the way",
    State.AT_SCENE: "Unit at scene",
    State.BY_PHONE: "Being resolved by phone",
    State.RESULTED: "Resulted",
}

OPERATOR, DISPATCHER = "operator", "dispatcher"
SUPERVISOR, DUTY_INSPECTOR = "control-room-supervisor", "duty-inspector"
OFFICER, PRACTITIONER = "response-officer", "mental-health-practitioner"
POSTS = (
    Post(key=OPERATOR, title="Call handler", role=Role.PRACTITIONER, safety_face=True),
    Post(key=DISPATCHER, title="Dispatcher", role=Role.PRACTITIONER, safety_face=True),
    Post(key=SUPERVISOR, title="Control room supervisor", role=Role.SUPERVISOR, safety_face=True),
    Post(key=DUTY_INSPECTOR, title="Duty inspector", role=Role.SUPERVISOR, safety_face=True),
    Post(key=OFFICER, title="Response officer", role=Role.PRACTITIONER, safety_face=True),
    # Of the health trust as a rule: what is referred to them is all that they see.
    Post(key=PRACTITIONER, title="Mental health practitioner", role=Role.PARTNER),
)
CONTROL_ROOM = frozenset({OPERATOR, DISPATCHER, SUPERVISOR, DUTY_INSPECTOR})
DISPATCH = frozenset({DISPATCHER, SUPERVISOR, DUTY_INSPECTOR})
IN_CHARGE = frozenset({SUPERVISOR, DUTY_INSPECTOR})
MOVING = DISPATCH | {OFFICER}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the rules need to know of one call; `actions.py` fills it from the rows.

    `standing` is the grade below which only a second person goes: see `standing`.
    """

    received_at: datetime
    at: datetime
    where: str = ""
    what: str = ""
    prior_contact: str = ""
    grade: str = ""
    gradings: tuple[tuple[str, datetime], ...] = ()
    standing: str = ""
    unit: str = ""
    domestic: bool = False
    at_scene_at: datetime | None = None
    resulted_at: datetime | None = None
    reopened_at: datetime | None = None
    letters_owed: tuple[str, ...] = ()
    assessed_at: datetime | None = None
    missed_reviewed_at: datetime | None = None
    anchor: str = "grade"
    immediate_minutes: int = 20
    priority_minutes: int = 60
    scheduled_hours: int = 48
    call_back_hours: int = 24
    risk_types: tuple[str, ...] = ()
    triage: crisis_rules.Request | None = None
    missing: missing_rules.Absence | None = None


# What is known to few from its first minute: police-perpetrated abuse, covert sources, armed
# operations (risk types of the menu).
SEALED, STANDARD = 2, 0
SEALED_RISKS = frozenset({"police-perpetrated", "covert", "armed-operation"})


def marking(risk_types: Iterable[str]) -> int:
    """How high a call with these risks must be marked, from its opening on."""
    return SEALED if SEALED_RISKS & set(risk_types) else STANDARD


def lowers(facts: Facts, payload: Mapping[str, Any]) -> bool:
    """Whether a step's new grade is less urgent than the present one; an unknown one is not."""
    new, now = _URGENCY.get(payload.get("grade") or ""), _URGENCY.get(facts.grade)
    return new is not None and now is not None and new < now


def standing(given: Iterable[tuple[str, bool]]) -> str:
    """The most urgent grade since a second person last agreed to one; "" where none was given.

    `given` holds the grades, first to last, and whether a second person agreed to each.
    """
    held = ""
    for grade, agreed in given:
        held = grade if agreed else max(held, grade, key=lambda one: _URGENCY.get(one, -1))
    return held


def opens_lower(facts: Facts, payload: Mapping[str, Any]) -> bool:
    """Whether a call would be opened again with a lower grade, or with one that nobody agreed to
    lower it to, such as that of the file which closed it."""
    new = _URGENCY.get(payload.get("grade") or facts.grade, 0)
    return lowers(facts, payload) or new < _URGENCY.get(facts.standing, -1)


def graded_to(facts: Facts, grade: str) -> datetime | None:
    """When the call was last given this grade, having had another before, or at all."""
    last, found = "", None
    for given, at in facts.gradings:
        if given == grade and last != grade:
            found = at
        last = given
    return found


def target_missed(facts: Facts) -> bool:
    """Whether the attendance target has passed with no unit at scene."""
    return due_missed(facts) is not None


def due_missed(facts: Facts) -> datetime | None:
    """When the target passed with no unit at scene; None where it has not, or one is there.

    Under the present grade, or under an earlier one that nobody has reviewed since: a grade that
    is lowered after its target has passed does not make the miss undone.
    """
    if facts.at_scene_at is not None or facts.resulted_at is not None:
        return None
    due = attendance_due(facts)
    return min(_missed_earlier(facts), default=due if due is not None and facts.at > due else None)


def _missed_earlier(facts: Facts) -> Iterator[datetime]:
    for (grade, at), (_, until) in pairwise(facts.gradings):
        minutes = _minutes(facts, grade)
        anchor = facts.received_at if facts.anchor == "receipt" else at
        due = utc(anchor) + timedelta(minutes=minutes or 0)
        settled = [at for at in (facts.missed_reviewed_at, facts.reopened_at) if at is not None]
        if minutes and due < until and all(at < due for at in settled):
            yield due


def attendance_due(facts: Facts) -> datetime | None:
    """When a unit is to be at scene under the present grade; None where no target applies."""
    minutes = _minutes(facts, facts.grade)
    anchor = _attendance_anchor(facts, facts.grade) if minutes else None
    return utc(anchor) + timedelta(minutes=minutes) if anchor and minutes else None


def _minutes(facts: Facts, grade: str) -> int | None:
    return {
        str(Grade.IMMEDIATE): facts.immediate_minutes,
        str(Grade.PRIORITY): facts.priority_minutes,
        str(Grade.SCHEDULED): facts.scheduled_hours * 60,
    }.get(grade)


def that_follow(facts: Facts, deadlines: Sequence[Any]) -> dict[str, Any]:
    """Whether it is domestic abuse; when a unit was due under the first grade and under the last,
    and how many seconds after the last clock's start one was at scene, None where there is none.

    `deadlines` are a call's, first to last, replaced ones included.
    """
    first_grade = facts.gradings[0][0] if facts.gradings else ""
    until = next((at for grade, at in facts.gradings if grade != first_grade), None)
    # A time put right replaces a clock by another of the same grade: the last of them holds.
    first = _last_clock(deadlines, first_grade, until)
    last = _last_clock(deadlines, facts.grade, None)
    there = facts.at_scene_at if last is not None else None
    return {
        "domestic": facts.domestic,
        "first_due_at": first.due_at if first is not None else None,
        "last_due_at": last.due_at if last is not None else None,
        "seconds_to_scene": _seconds(last.anchored_at, there) if last and there else None,
    }


def _last_clock(deadlines: Sequence[Any], grade: str, until: datetime | None) -> Any:
    of_grade = (row for row in reversed(deadlines) if row.clock == f"{ATTEND}{grade}")
    return next((r for r in of_grade if until is None or r.anchored_at <= until), None)


def _seconds(start: datetime, end: datetime) -> int:
    # A unit that was there already took no time.
    return max(int((end - start).total_seconds()), 0)


def where_is_known(facts: Facts) -> str | None:
    return None if facts.where.strip() else "Enter where it is happening before you grade the call."


def what_is_known(facts: Facts) -> str | None:
    return None if facts.what.strip() else "Enter what is happening before you grade the call."


def prior_contact_asked(facts: Facts) -> str | None:
    if facts.prior_contact:
        return None
    return "Say whether they have contacted police before, or that you could not ask."


def letters_given(facts: Facts) -> str | None:
    if not facts.letters_owed:
        return None
    return f"THRIVE is owed before the result: {', '.join(facts.letters_owed)}."


def missed_and_alone(facts: Facts) -> str | None:
    return None if target_missed(facts) else "The target has not passed, or a unit is at scene."


def thought_again(facts: Facts) -> str | None:
    due = due_missed(facts)
    if due is not None and facts.assessed_at is not None and facts.assessed_at >= due:
        return None
    return "Run THRIVE again first: the target has passed and the facts may have changed."


BEFORE_GRADE = (where_is_known, what_is_known, prior_contact_asked)
DEPLOYED = frozenset({State.WAITING, State.ASSIGNED, State.EN_ROUTE, State.AT_SCENE})
NO_UNIT_YET = frozenset({State.WAITING, State.ASSIGNED, State.EN_ROUTE})
LIVE = frozenset(State) - {State.RESULTED}
TO_RESULT = (letters_given, missing_rules.nobody_missing)


def _step(name: str, label: str, sources: set[State], target: State | None, **more: Any) -> Step:
    return Step(name=name, label=label, sources=frozenset(sources), target=target, **more)


FLOW = Flow(
    start=State.RECEIVED,
    ends=frozenset({State.RESULTED}),
    labels=LABELS,
    steps=(
        _step("grade", "Grade for a unit", {State.RECEIVED}, State.WAITING,
              posts=CONTROL_ROOM, needs_reason=True, checks=BEFORE_GRADE),
        _step("grade-by-phone", "Grade without deployment", {State.RECEIVED}, State.BY_PHONE,
              posts=CONTROL_ROOM, needs_reason=True, checks=BEFORE_GRADE),
        _step("assign", "Assign a unit", {State.WAITING, State.ASSIGNED, State.EN_ROUTE},
              State.ASSIGNED, posts=DISPATCH),
        _step("en-route", "On the way", {State.ASSIGNED}, State.EN_ROUTE, posts=MOVING),
        _step("at-scene", "At scene", {State.ASSIGNED, State.EN_ROUTE}, State.AT_SCENE,
              posts=MOVING),
        _step("not-at-scene", "Not at scene after all", {State.AT_SCENE}, State.EN_ROUTE,
              posts=MOVING, needs_reason=True, hint="The clock runs on as if nobody had arrived."),
        _step("review-missed", "Target missed: review", set(NO_UNIT_YET), None,
              posts=CONTROL_ROOM, opens=missed_and_alone, checks=(thought_again,), warning=True,
              hint="THRIVE again, call back, and tell the supervisor."),
        _step("result", "Result", {State.AT_SCENE, State.BY_PHONE}, State.RESULTED,
              posts=CONTROL_ROOM | {OFFICER}, checks=TO_RESULT),
        _step("regrade", "Change the grade", set(DEPLOYED), None, posts=CONTROL_ROOM,
              needs_reason=True, second_posts=IN_CHARGE, needs_second=lowers,
              hint="A lower grade takes effect when a supervisor agrees."),
        _step("stand-down", "Take the unit off", {State.ASSIGNED, State.EN_ROUTE}, State.WAITING,
              posts=DISPATCH, needs_reason=True),
        _step("to-phone", "Resolve by phone instead", {State.WAITING}, State.BY_PHONE,
              posts=CONTROL_ROOM, needs_reason=True, second_posts=IN_CHARGE),
        _step("deploy", "Send a unit after all", {State.BY_PHONE}, State.WAITING,
              posts=CONTROL_ROOM, needs_reason=True),
        _step("close-unattended", "Close without attending", {State.WAITING}, State.RESULTED,
              posts=DISPATCH, needs_reason=True, second_posts=IN_CHARGE, checks=TO_RESULT,
              warning=True),
        _step("reopen", "Open again", {State.RESULTED}, State.WAITING, posts=DISPATCH,
              needs_reason=True, second_posts=IN_CHARGE, needs_second=opens_lower),
        *crisis_rules.steps(LIVE, {State.RESULTED}, CONTROL_ROOM, OFFICER),
        *missing_rules.steps(LIVE, CONTROL_ROOM, IN_CHARGE, OFFICER),
    ),
)  # fmt: skip


def _attendance_anchor(facts: Facts, grade: str) -> datetime | None:
    graded = graded_to(facts, grade)
    if graded is None:
        return None
    anchor = facts.received_at if facts.anchor == "receipt" else graded
    # Opened again, it waits for a unit anew: the time until the first result is not counted.
    return max(anchor, facts.reopened_at) if facts.reopened_at else anchor


def _to_be_attended(facts: Facts, grade: str) -> bool:
    # Closed without attending, a call leaves its clock unmet: nobody was at scene in time.
    unattended = facts.resulted_at is not None and facts.at_scene_at is None
    return facts.grade == grade and not unattended


def _attend(grade: Grade, title: str, unit: Unit, amount: str, source: str, sure: str) -> Clock:
    return Clock(
        key=f"{ATTEND}{grade}",
        label=f"{title}: unit at scene",
        basis="Force policy on graded response (no statutory time)",
        anchor=lambda facts: _attendance_anchor(facts, grade),
        anchor_label="the grade, or the receipt of the call, as the force has set",
        stop=lambda facts: facts.at_scene_at,
        stop_label="the first unit at scene",
        unit=unit,
        amount=lambda facts: getattr(facts, amount),
        applies=lambda facts: _to_be_attended(facts, grade),
        source=source,
        confidence=sure,
        close_within=timedelta(minutes=5),
    )


PEEL = "HMICFRS, Wiltshire PEEL 2018: within 20 and 60 minutes"
CLOCKS = (
    _attend(Grade.IMMEDIATE, "Immediate", Unit.MINUTES, "immediate_minutes", PEEL, "high"),
    _attend(Grade.PRIORITY, "Priority", Unit.MINUTES, "priority_minutes", PEEL, "high"),
    _attend(Grade.SCHEDULED, "Scheduled", Unit.HOURS, "scheduled_hours",
            "Often 48 hours in other forces; set your own", "medium"),
    Clock(
        key="call-back",
        label="Without deployment: called back",
        basis="Force policy on graded response (no statutory time)",
        anchor=lambda facts: _attendance_anchor(facts, Grade.WITHOUT_DEPLOYMENT),
        anchor_label="the grade, or the receipt of the call, as the force has set",
        stop=lambda facts: facts.resulted_at,
        stop_label="the result",
        unit=Unit.HOURS,
        amount=lambda facts: facts.call_back_hours,
        applies=lambda facts: facts.grade == Grade.WITHOUT_DEPLOYMENT,
        source="Often 24 hours in other forces; set your own",
        confidence="low",
        close_within=timedelta(hours=1),
    ),
    *crisis_rules.CLOCKS,
    *missing_rules.CLOCKS,
)  # fmt: skip
