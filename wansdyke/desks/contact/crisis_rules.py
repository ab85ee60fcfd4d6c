"""Mental-health triage and section 136: facts, steps, checks and clocks. `rules.py` joins them in.

The Mental Health Act 1983 as amended by the Policing and Crime Act 2017, from 11 December 2017:
detention for 24 hours beginning with arrival at the place of safety (s136(2A)), to which the
doctor responsible may, before they have passed, add up to 12 (s136B).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from wansdyke.kernel.clock import Clock, Unit
from wansdyke.kernel.flow import Step

OUTCOMES = (
    ("avoided", "Section 136 avoided"),
    ("used", "Section 136 used"),
    ("other", "Something else"),
    ("not-needed", "Not needed after all"),
    ("declined", "The practitioner declined"),
)
POLICE_STATION = "police-station"
PLACES = (
    ("health-based", "Health-based place of safety"),
    ("hospital", "Emergency department or other hospital"),
    ("home", "Somebody’s home, with consent"),
    (POLICE_STATION, "Police station"),
    ("other", "Another suitable place"),
)
ENDINGS = (
    ("admitted", "Assessed and admitted"),
    ("assessed", "Assessed and not admitted"),
    ("released", "Released by the doctor before assessment"),
    ("time-up", "The time ran out"),
    ("other", "Another way"),
)
DETAINED, MOST_EXTRA = 24, 12


@dataclass(frozen=True, kw_only=True)
class Request:
    """The last request to the practitioner on a call, and the last detention that came of one."""

    asked_at: datetime
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    minutes: int = 15
    used: bool = False
    arrived_at: datetime | None = None
    extra_hours: int = 0
    ended_at: datetime | None = None


def expires(arrived_at: datetime, extra_hours: int = 0) -> datetime:
    """When a detention must end: elapsed hours, whatever the clocks on the wall do meanwhile."""
    return arrived_at + timedelta(hours=DETAINED + extra_hours)


def may_ask(facts: Any) -> str | None:
    waits = facts.triage is not None and facts.triage.closed_at is None
    return "The practitioner has been asked already; that request is still open." if waits else None


def may_close(facts: Any) -> str | None:
    waits = facts.triage is not None and facts.triage.closed_at is None
    return None if waits else "No request to the practitioner is open."


def may_arrive(facts: Any) -> str | None:
    held = facts.triage is not None and facts.triage.used and facts.triage.arrived_at is None
    return None if held else "Section 136 was not used, or the arrival is recorded."


def is_held(facts: Any) -> bool:
    """Whether somebody is at the place of safety now, as far as is recorded."""
    triage = facts.triage
    return triage is not None and triage.arrived_at is not None and triage.ended_at is None


def may_end(facts: Any) -> str | None:
    return None if is_held(facts) else "Nobody is recorded as held under section 136."


def may_extend(facts: Any) -> str | None:
    if is_held(facts) and not facts.triage.extra_hours:
        return None
    return "Nobody is held under section 136, or the time was extended already."


def steps(
    live: Collection[str], over: Collection[str], room: frozenset[str], officer: str
) -> tuple[Step, ...]:
    """The steps of triage: from the `live` states, and once a call is `over`."""
    everywhere, posts = frozenset({*live, *over}), room | {officer}

    def step(name: str, label: str, sources: frozenset[str], **more: Any) -> Step:
        return Step(name=name, label=label, sources=sources, target=None, posts=posts, **more)

    return (
        step("ask-triage", "Ask mental-health triage", frozenset(live), opens=may_ask,
             hint="Opens its core, narrative, identity and safe contact to the practitioner."),
        step("triage-outcome", "Triage: say what came of it", everywhere, opens=may_close),
        step("arrived-136", "Section 136: arrived at the place of safety", everywhere,
             section="health", opens=may_arrive, warning=True,
             hint="The 24 hours run from this arrival; a move elsewhere starts no new ones."),
        step("extend-136", "Section 136: time extended by the doctor", everywhere, section="health",
             opens=may_extend,
             hint="The doctor responsible may add up to 12 hours, before the 24 have passed, and"
                  " only because of the person’s condition."),
        step("end-136", "Section 136: detention ended", everywhere, section="health",
             opens=may_end),
    )  # fmt: skip


CLOCKS = (
    Clock(
        key="triage-answer",
        label="Mental-health triage: advice given",
        basis="Force policy (no statutory time)",
        anchor=lambda facts: facts.triage.asked_at,
        anchor_label="the request",
        stop=lambda facts: facts.triage and (facts.triage.answered_at or facts.triage.closed_at),
        stop_label="the practitioner’s advice",
        unit=Unit.MINUTES,
        amount=lambda facts: facts.triage.minutes,
        applies=lambda facts: facts.triage is not None,
        source="Local choice; set your own",
        confidence="low",
        close_within=timedelta(minutes=5),
        outlasts=True,
    ),
    Clock(
        key="section-136",
        label="Section 136: detention ends",
        basis="Mental Health Act 1983 s136(2A); extension s136B",
        anchor=lambda facts: facts.triage.arrived_at,
        anchor_label="the arrival at the place of safety",
        stop=lambda facts: facts.triage and facts.triage.ended_at,
        stop_label="the end of the detention",
        unit=Unit.HOURS,
        amount=lambda facts: DETAINED + facts.triage.extra_hours,
        applies=lambda facts: facts.triage is not None and facts.triage.arrived_at is not None,
        in_force_from=date(2017, 12, 11),
        source="legislation.gov.uk: Mental Health Act 1983 s136 and s136B, as amended in 2017",
        confidence="high",
        close_within=timedelta(hours=3),
        section="health",
        outlasts=True,
    ),
)
