"""The figures of a period: each desk's measures over the rows that somebody may see."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Count, Func, IntegerField, Q, QuerySet, Sum

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.scope import in_full, scope, was_open
from wansdyke.access.sections import Section
from wansdyke.casework.counted import Counted, Counting, Period, Split
from wansdyke.casework.desk import Desk
from wansdyke.casework.models import Disposal
from wansdyke.directory import DESKS
from wansdyke.kernel.calendar import add_months, london
from wansdyke.kernel.measure import COUNT, Figure, figure, suppressed

MOST_ROWS = 200


@dataclass(frozen=True)
class Counts:
    """How many rows are in the numerator, in the denominator, and have the fact; and a sum."""

    which: int
    among: int
    told: int | None
    amount: int


def counting_desks() -> list[tuple[Desk, Counting]]:
    """The desks that count something, with what they count."""
    return [(desk, desk.counting) for desk in DESKS if desk.counting is not None]


def year_to(day: date) -> Period:
    """The twelve months that end with a day."""
    return Period(add_months(day + timedelta(days=1), -12), day)


def rows(desk: Desk, counting: Counting, actor: Actor, at: datetime, period: Period) -> Any:
    """The desk's rows of a period that the actor may see.

    That the case is the desk's is not asked: its row says so, and a database that is asked begins
    with every case there ever was.
    """
    seen = scope(actor, Right.VIEW, at, "case__root__")
    found: QuerySet[Any] = desk.model._default_manager.filter(seen, period.holds(counting.moment))
    return found


def sums(measures: Sequence[Counted], at: datetime, whole: Q) -> dict[str, Any]:
    """What to add up for some measures, all in one look at the rows; `whole` are those of which
    the reader sees every section."""
    asked: dict[str, Any] = {}
    for place, one in enumerate(measures):
        among = one.among(at) & (Q() if one.section is Section.CORE else whole)
        which = among & one.which(at)
        asked[f"among{place}"] = Count("pk", filter=among) if among else Count("pk")
        asked[f"which{place}"] = Count("pk", filter=which) if which else Count("pk")
        if one.told is not None:
            asked[f"told{place}"] = Count("pk", filter=among & one.told(at))
        if one.amount:
            asked[f"amount{place}"] = Sum(one.amount, filter=among)
    return asked


def _whole(actor: Actor, at: datetime) -> Q:
    return in_full(actor, at, "case__root__")


def read(added: dict[str, Any], place: int) -> Counts:
    """The counts of the measure at a place among those asked for."""
    return Counts(
        which=added[f"which{place}"],
        among=added[f"among{place}"],
        told=added.get(f"told{place}"),
        amount=added.get(f"amount{place}") or 0,
    )


def figure_of(one: Counted, counts: Counts, period: Period) -> Figure:
    """The figure that counts make: "not collected" where no row of the period has the fact."""
    first, last = period.first, period.last
    if counts.told == 0 and counts.among:
        return figure(one.measure, None, None, first, last)
    if one.measure.unit == COUNT:
        return figure(one.measure, counts.which, None, first, last)
    numerator = round(counts.amount / 60) if one.amount else counts.which
    return figure(one.measure, numerator, counts.among, first, last)


def figures(desk: Desk, actor: Actor, at: datetime, period: Period) -> list[Figure]:
    """Every measure of a desk for a period: in one query, but for those of few rows."""
    counting = desk.counting
    if counting is None:
        return []
    now, whole = min(at, period.end), _whole(actor, at)
    found = rows(desk, counting, actor, at, period)
    many = [one for one in counting.measures if not one.few]
    added = found.aggregate(**sums(many, now, whole))
    counted = {one.measure.key: read(added, place) for place, one in enumerate(many)}
    for one in counting.measures:
        if one.few:
            few = found.filter(one.among(now)).aggregate(**sums([one], now, whole))
            counted[one.measure.key] = read(few, 0)
    return [figure_of(one, counted[one.measure.key], period) for one in counting.measures]


def gone_from(desk: Desk, actor: Actor, at: datetime, period: Period) -> int:
    """How many of a desk's cases of a period were disposed of, of those that somebody could have
    seen: no figure counts them any more."""
    could = was_open(actor, Right.VIEW, at, "root__")
    rows = Disposal.objects.filter(
        could, period.holds("opened_at"), was=desk.key, agreed=True, stopped_at=None
    )
    return rows.count()


def gone_words(number: int, actor: Actor) -> str:
    """That so many are not counted any more; "" for none. Few are not numbered to whoever is not
    of the force."""
    if not number:
        return ""
    few = not actor.home and suppressed(number)
    many = "A few records" if few else "1 record" if number == 1 else f"{number:,} records"
    verb = "was" if number == 1 and not few else "were"
    return f"{many} of this period {verb} disposed of, and {verb} counted before that."


def too_small(shown: Figure, actor: Actor) -> bool:
    """Whether a figure would single somebody out to a reader from outside the force."""
    if actor.home:
        return False
    rest = (shown.denominator or 0) - (shown.numerator or 0)
    parts = [shown.numerator or 0, shown.denominator or 0, rest if shown.denominator else 0]
    return any(suppressed(part) for part in parts)


class Hour(Func):
    """The hour that a moment falls into, counted from 1970: what both databases do quickly.

    London's clocks stand a whole number of hours from UTC, so that days and months follow exactly.
    """

    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "(CAST(strftime('%%%%s', %(expressions)s) AS integer) / 3600)"
        return super().as_sql(compiler, connection, template=template)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "(EXTRACT(EPOCH FROM %(expressions)s)::bigint / 3600)"
        return super().as_sql(compiler, connection, template=template)


def by_hour(
    desk: Desk, counting: Counting, one: Counted, actor: Actor, at: datetime, period: Period
) -> list[tuple[datetime, Counts]]:
    """One measure by the London hour of each row."""
    now = min(at, period.end)
    found = rows(desk, counting, actor, at, period).filter(one.among(now))
    grouped = (
        found.order_by()
        .values(hour=Hour(counting.moment))
        .annotate(**sums([one], now, _whole(actor, at)))
    )
    return [
        (london(datetime.fromtimestamp(row["hour"] * 3600, UTC)), read(row, 0)) for row in grouped
    ]


def added_up(parts: Iterator[Counts] | Sequence[Counts]) -> Counts:
    """Counts of several groups, together."""
    which = among = told = amount = 0
    asked = False
    for part in parts:
        which, among, amount = which + part.which, among + part.among, amount + part.amount
        if part.told is not None:
            told, asked = told + part.told, True
    return Counts(which, among, told if asked else None, amount)


def by_values(
    desk: Desk, counting: Counting, one: Counted, actor: Actor, at: datetime, period: Period
) -> list[tuple[Split, list[tuple[str, Counts]]]]:
    """One measure by the values of each column it is split by, the most frequent first; "" stands
    for none. The rows are looked through once for the columns of few values, and once for those of
    many, which are areas within areas and so make few groups more than one of them does."""
    now = min(at, period.end)
    found = rows(desk, counting, actor, at, period).filter(one.among(now))
    asked = {
        split.column: tuple(each.column for each in counting.splits if each.apart == split.apart)
        for split in counting.splits
    }
    looked = {
        columns: list(
            found.order_by().values(*columns).annotate(**sums([one], now, _whole(actor, at)))
        )
        for columns in dict.fromkeys(asked.values())
    }
    splits = []
    for split in counting.splits:
        parts: dict[str, list[Counts]] = {}
        for row in looked[asked[split.column]]:
            for value in split.values(row[split.column]):
                parts.setdefault(value, []).append(read(row, 0))
        counted = [(value, added_up(each)) for value, each in parts.items()]
        counted.sort(key=lambda pair: (-pair[1].among, pair[0]))
        splits.append((split, counted[:MOST_ROWS]))
    return splits


def months_of(period: Period) -> list[Period]:
    """The calendar months of a period, the first and the last as far as they belong to it."""
    found, first = [], period.first
    while first <= period.last:
        following = add_months(first.replace(day=1), 1)
        found.append(Period(first, min(following - timedelta(days=1), period.last)))
        first = following
    return found
