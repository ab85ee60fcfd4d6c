"""Published counts: every read. Only complete loads count, and only months that were published.

A month counts as collected when at least one of its rows lies inside the force's areas; in such a
month an area without rows has nought. Other months are not collected, which is never nought.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from wansdyke.access.models import Load
from wansdyke.people.areas import areas
from wansdyke.people.loads import whole_loads
from wansdyke.people.models import Area, PublishedCrime, PublishedOutcome
from wansdyke.people.outlines import COUNTED
from wansdyke.people.published import ANTISOCIAL, KIND

MONTHS_SHOWN = 12
OUTSIDE = "outside"


@dataclass(frozen=True)
class Tally:
    """How many rows were published: crimes, and anti-social behaviour, which is not crime."""

    crimes: int = 0
    antisocial: int = 0

    @property
    def all(self) -> int:
        return self.crimes + self.antisocial

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.crimes + other.crimes, self.antisocial + other.antisocial)


@dataclass(frozen=True)
class Grid:
    """Counts by category and month, with the number of each latest outcome; months run upwards."""

    months: tuple[date, ...]
    counts: Mapping[tuple[str, date], int]
    outcomes: Sequence[tuple[str, int]]

    @property
    def categories(self) -> list[str]:
        """Those that occur, anti-social behaviour last."""
        return sorted({category for category, _ in self.counts}, key=lambda c: (c == ANTISOCIAL, c))

    def of_category(self, category: str) -> int:
        return sum(self.counts.get((category, month), 0) for month in self.months)

    def of_month(self, month: date) -> int:
        return sum(count for (_, when), count in self.counts.items() if when == month)

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def published() -> QuerySet[PublishedCrime]:
    """The published rows of complete loads."""
    return PublishedCrime.objects.filter(load__in=whole_loads())


def counted_areas() -> QuerySet[Area]:
    """The force's areas that counts are published for."""
    return areas().filter(kind=COUNTED)


def _inside() -> Q:
    return Q(area_code__in=counted_areas().values("code"))


def months_collected() -> list[date]:
    """The months published for the force's areas, oldest first."""
    rows = published().filter(_inside()).order_by("month")
    return list(rows.values_list("month", flat=True).distinct())


def categories_published() -> list[str]:
    """The categories that occur, in the alphabet's order."""
    rows = published().order_by("category")
    return list(rows.values_list("category", flat=True).distinct())


def last_loaded() -> datetime | None:
    """When the newest complete load of counts was completed."""
    whole = Load.objects.filter(kind=KIND, completed_at__isnull=False)
    latest: datetime | None = whole.aggregate(latest=Max("completed_at"))["latest"]
    return latest


def tallies(months: Collection[date], category: str = "") -> dict[str, Tally]:
    """By area code, inside and outside, what was published in those months; absent means none."""
    rows = published().filter(month__in=list(months))
    if category:
        rows = rows.filter(category=category)
    counted = (
        rows.order_by()
        .values_list("area_code")
        .annotate(every=Count("*"), antisocial=Count("pk", filter=Q(category=ANTISOCIAL)))
    )
    return {code: Tally(every - some, some) for code, every, some in counted}


def outside_of(counted: Mapping[str, Tally], codes: Collection[str]) -> Tally:
    """The sum of what lies in none of these areas."""
    return sum((t for code, t in counted.items() if code not in codes), Tally())


def grid(code: str, months: Sequence[date]) -> Grid:
    """One area's counts in those months; `OUTSIDE` stands for all that is in no area of ours."""
    rows = published().filter(month__in=list(months))
    rows = rows.exclude(_inside()) if code == OUTSIDE else rows.filter(area_code=code)
    counted = rows.order_by().values_list("category", "month").annotate(count=Count("*"))
    return Grid(
        tuple(months),
        {(category, month): count for category, month, count in counted},
        _outcomes(rows.exclude(category=ANTISOCIAL)),
    )


def _outcomes(rows: QuerySet[PublishedCrime]) -> list[tuple[str, int]]:
    later = PublishedOutcome.objects.filter(crime=OuterRef("pk"), load__in=whole_loads())
    newest = Subquery(later.order_by("-pk").values("outcome")[:1])
    counted = (
        rows.order_by()
        .annotate(latest=Coalesce(newest, "first_outcome"))
        .values_list("latest")
        .annotate(count=Count("*"))
    )
    return sorted(counted, key=lambda pair: (-pair[1], pair[0]))
