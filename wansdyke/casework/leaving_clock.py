"""Until when an answer is owed: the time limits of the right of access, as data."""

from dataclasses import dataclass
from datetime import date, datetime, time

from wansdyke.kernel.calendar import LONDON, Calendar
from wansdyke.kernel.clock import Clock, Reckoning, Unit, reckon


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the limits run from: when it was received, when who asks was known, and by how many
    months it was extended."""

    regime: str
    received_on: date
    identity_on: date | None
    closed_at: datetime | None
    months: int


def anchor(facts: Facts) -> datetime:
    """The later of the day it was received and the day on which who asks was known: until then
    nothing runs, and where that is not known yet it runs from the receipt, which is the safer."""
    day = max(facts.received_on, facts.identity_on or facts.received_on)
    return datetime.combine(day, time(12), LONDON)


CLOCKS = (
    Clock(
        key="access-part-3",
        label="Right of access: law enforcement",
        basis="DPA 2018 s45(3) and s54: one month beginning with receipt or proof of identity",
        anchor=anchor,
        anchor_label="the request, or proof of who asks",
        stop=lambda facts: facts.closed_at,
        stop_label="the answer",
        unit=Unit.MONTHS,
        amount=lambda facts: facts.months,
        beginning_with=True,
        applies=lambda facts: facts.regime == "part-3",
        in_force_from=date(2018, 5, 25),
        source="Data Protection Act 2018, sections 45 and 54",
    ),
    Clock(
        key="access-part-2",
        label="Right of access: other purposes",
        basis="UK GDPR Article 12(3) and Article 15: within one month of receipt",
        anchor=anchor,
        anchor_label="the request, or proof of who asks",
        stop=lambda facts: facts.closed_at,
        stop_label="the answer",
        unit=Unit.MONTHS,
        amount=lambda facts: facts.months,
        applies=lambda facts: facts.regime == "part-2",
        in_force_from=date(2018, 5, 25),
        source="UK GDPR, Articles 12 and 15",
    ),
    Clock(
        key="access-none",
        label="Asked for by a court or a lawyer, or sent of the force’s own accord",
        basis="No time limit in statute: the same month is kept unless a court said otherwise",
        anchor=anchor,
        anchor_label="the request",
        stop=lambda facts: facts.closed_at,
        stop_label="the answer",
        unit=Unit.MONTHS,
        amount=lambda facts: facts.months,
        applies=lambda facts: facts.regime == "none",
        confidence="low",
        source="The force’s own practice",
    ),
)


def reckoned(facts: Facts, calendar: Calendar) -> Reckoning:
    """The one time limit that applies. Raises ValueError for a regime that there is not."""
    found = reckon(CLOCKS, facts, calendar)
    if not found:
        raise ValueError(f"No time limit is known for {facts.regime} on {facts.received_on}")
    return found[0]
