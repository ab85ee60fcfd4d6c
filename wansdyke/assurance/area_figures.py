"""Own incidents beside published counts, by area; only incidents that their reader may see.

Per 1,000 residents only where a population is known; what nobody collected is never nought.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, Q

from wansdyke.access.actors import Actor
from wansdyke.assurance.area_forms import COUNTED_KIND
from wansdyke.assurance.figures import counting_desks, months_of, rows
from wansdyke.casework.counted import Counted, Counting, Period, Split
from wansdyke.casework.desk import Desk
from wansdyke.kernel.calendar import london
from wansdyke.people import counts, whereabouts
from wansdyke.people.counts import Tally
from wansdyke.people.populations import Lived, newest

THOUSAND = 1000


@dataclass(frozen=True)
class Incidents:
    """What counts as an own incident: a desk's measure, perhaps only those with some value."""

    desk: Desk
    counting: Counting
    counted: Counted
    narrowed: tuple[Split, str] | None = None

    def split(self, kind: str) -> Split:
        """The desk's split by a kind of area. Raises LookupError where it has none."""
        policing = kind != COUNTED_KIND
        key = self.counting.by_policing_area if policing else self.counting.by_area
        found = self.counting.split(key)
        if found is None:
            raise LookupError(f"{self.desk.key} is not split by {key}")
        return found

    def asked(self, kind: str, code: str) -> dict[str, str]:
        """How the desk's list is asked for those of one area; "" stands for none."""
        more = {"split": self.split(kind).key, "value": code}
        if self.narrowed:
            split, value = self.narrowed
            more |= {"also": split.key, "as": value}
        return more

    def condition(self, at: datetime) -> Q:
        """The rows that count."""
        only = self.narrowed[0].having(self.narrowed[1]) if self.narrowed else Q()
        return self.counted.among(at) & only


@dataclass(frozen=True)
class Line:
    """One area's numbers; None stands for what was not collected."""

    key: int
    code: str
    name: str
    own: int | None
    tally: Tally | None
    lived: Lived | None

    @property
    def published(self) -> int | None:
        """Crimes and anti-social behaviour together."""
        return None if self.tally is None else self.tally.all

    @property
    def own_rate(self) -> float | None:
        """Own incidents for each thousand residents."""
        return per_thousand(self.own, self.lived)

    @property
    def published_rate(self) -> float | None:
        """What was published for each thousand residents."""
        return per_thousand(self.published, self.lived)


@dataclass(frozen=True)
class Found:
    """Every area of a kind with its numbers, and what lies in none of them."""

    lines: list[Line]
    own_elsewhere: int | None
    outside: Tally | None
    months: list[date] = field(default_factory=list)


def per_thousand(count: int | None, lived: Lived | None) -> float | None:
    """A count for each thousand residents; None where either is not known, or nobody lives."""
    if count is None or lived is None or not lived.people:
        return None
    return count * THOUSAND / lived.people


def incidents() -> Incidents | None:
    """The first desk that counts incidents by area."""
    for desk, counting in counting_desks():
        counted = counting.named(counting.incidents) if counting.by_area else None
        if counted is not None:
            return Incidents(desk, counting, counted)
    return None


def areas_of(kind: str) -> list[tuple[int, str, str]]:
    """The areas of a kind: key, code and name, by name."""
    found = counts.counted_areas() if kind == COUNTED_KIND else whereabouts.policing_areas()
    return list(found.order_by("name", "code").values_list("pk", "code", "name"))


def months_within(period: Period, collected: Sequence[date]) -> list[date]:
    """The months of a period that were published."""
    first = period.first.replace(day=1)
    return [month for month in collected if first <= month <= period.last]


def own_by_area(
    own: Incidents, kind: str, actor: Actor, at: datetime, period: Period
) -> dict[int | None, int]:
    """How many own incidents lie in each area, by its key; None stands for no area of the kind."""
    column = own.split(kind).column.rpartition("__")[0]
    found = rows(own.desk, own.counting, actor, at, period)
    counted = (
        found.filter(own.condition(min(at, period.end)))
        .order_by()
        .values_list(column)
        .annotate(Count("pk"))
    )
    return dict(counted)


def by_area(
    own: Incidents | None,
    kind: str,
    category: str,
    period: Period,
    collected: Sequence[date],
    *,
    actor: Actor,
    at: datetime,
) -> Found:
    """The numbers of every area of a kind. Without `own` no own incident is counted."""
    known = areas_of(kind)
    # What is published names the area of one kind alone.
    months = months_within(period, collected) if kind == COUNTED_KIND else []
    tallies = counts.tallies(months, category) if months else {}
    mine = own_by_area(own, kind, actor, at, period) if own else {}
    lived = newest(None if len(known) > 200 else [code for _, code, _ in known])
    lines = [
        Line(
            key,
            code,
            name,
            mine.pop(key, 0) if own else None,
            tallies.get(code, Tally()) if months else None,
            lived.get(code),
        )
        for key, code, name in known
    ]
    outside = counts.outside_of(tallies, {line.code for line in lines}) if months else None
    return Found(lines, sum(mine.values()) if own else None, outside, months)


def own_by_month(
    own: Incidents, kind: str, key: int, actor: Actor, at: datetime, period: Period
) -> list[tuple[Period, int]]:
    """How many own incidents lie in one area, month by month."""
    column = own.split(kind).column.rpartition("__")[0]
    found = rows(own.desk, own.counting, actor, at, period)
    moments = found.filter(own.condition(min(at, period.end)), **{column: key})
    days = [london(at).date() for at in moments.values_list(own.counting.moment, flat=True)]
    return [
        (month, sum(month.first <= day <= month.last for day in days))
        for month in months_of(period)
    ]
