"""A missing person: risk, steps, checks and the review clock. `rules.py` joins them in.

The four grades are those of the College of Policing's practice, in our own words. How often a risk
is thought about again is each force's own choice.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from wansdyke.kernel.clock import Clock, Unit
from wansdyke.kernel.flow import Step

RISKS = (
    ("no-apparent", "No apparent risk"),
    ("low", "Low"),
    ("medium", "Medium"),
    ("high", "High"),
)
MEANINGS = {
    "no-apparent": "Nothing points to harm to them or anybody else",
    "low": "Harm is possible, and would be slight",
    "medium": "Harm is likely, and would not be serious",
    "high": "Serious harm is very likely, to them or to others",
}
_ORDER = {risk: place for place, (risk, _) in enumerate(RISKS)}
FOUND = (
    ("safe", "Safe and well"),
    ("harmed", "Harmed or unwell"),
    ("died", "They had died"),
    ("not-missing", "They were not missing after all"),
)
INTERVIEWS = (
    ("done", "Done"),
    ("arranged", "Arranged, still to do"),
    ("refused", "They did not want one"),
    ("not-possible", "Not possible"),
)
CODE = "missing"


@dataclass(frozen=True, kw_only=True)
class Absence:
    """Somebody missing, as the rules need to know it."""

    risk: str
    reviewed_at: datetime
    hours: int
    found_at: datetime | None = None


def lowers_missing(facts: Any, payload: Mapping[str, Any]) -> bool:
    """Whether a review would lower the risk; an unknown one does not."""
    new = _ORDER.get(payload.get("missing_risk") or "")
    now = _ORDER.get(facts.missing.risk) if facts.missing else None
    return new is not None and now is not None and new < now


def may_record(facts: Any) -> str | None:
    if CODE in facts.risk_types and facts.missing is None:
        return None
    return "The call has no risk “missing”, or the person is recorded already."


def still_missing(facts: Any) -> str | None:
    gone = facts.missing is not None and facts.missing.found_at is None
    return None if gone else "Nobody is recorded as missing."


def nobody_missing(facts: Any) -> str | None:
    gone = facts.missing is not None and facts.missing.found_at is None
    return "Somebody is still missing. Record that they were found first." if gone else None


def steps(
    live: Collection[str], room: frozenset[str], in_charge: frozenset[str], officer: str
) -> tuple[Step, ...]:
    """The steps for somebody missing, from the `live` states."""

    def step(name: str, label: str, **more: Any) -> Step:
        return Step(name=name, label=label, sources=frozenset(live), target=None,
                    posts=room | {officer}, **more)  # fmt: skip

    return (
        step("missing", "Record the missing person", opens=may_record, needs_reason=True,
             warning=True, hint="Your own risk and why come first; then the questions."),
        step("missing-review", "Missing: review the risk", opens=still_missing,
             needs_reason=True, second_posts=in_charge, needs_second=lowers_missing,
             hint="A lower risk takes effect when somebody in charge agrees."),
        step("search", "Missing: log a search", opens=still_missing),
        step("found", "Missing: found", opens=still_missing),
    )  # fmt: skip


CLOCKS = (
    Clock(
        key="missing-review",
        label="Missing person: think about the risk again",
        basis="Force policy (no statutory time)",
        anchor=lambda facts: facts.missing.reviewed_at,
        anchor_label="the last decision on the risk",
        stop=lambda facts: facts.missing and facts.missing.found_at,
        stop_label="the person found",
        unit=Unit.HOURS,
        amount=lambda facts: facts.missing.hours,
        applies=lambda facts: facts.missing is not None,
        source="Local choice; set your own",
        confidence="low",
        close_within=timedelta(minutes=30),
        outlasts=True,
    ),
)
