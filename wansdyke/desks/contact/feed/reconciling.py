"""Whether all that command and control has is here: what arrived by day, and what is missing."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Case, Sum, Value, When
from django.db.models.functions import TruncDate

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope
from wansdyke.casework.desk import Desk
from wansdyke.casework.feeds import OUTCOMES
from wansdyke.desks.contact.csv_columns import contact_layout
from wansdyke.desks.contact.csv_rows import Sheet, parts
from wansdyke.desks.contact.feed.models import FeedArrival
from wansdyke.desks.contact.models import Contact
from wansdyke.kernel.calendar import LONDON, london
from wansdyke.people.delimited import source_file

MOST_FAULTS, MOST_FAULTY = 50, 1_000


@dataclass
class Day:
    """What one source sent on one London day."""

    day: date
    way: str
    source: str
    arrived: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    faults: list[dict[str, str]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        found = asdict(self)
        return {**found, "day": self.day.isoformat(), **found.pop("counts")}


def moments(first: date, last: date) -> tuple[datetime, datetime]:
    """From the start of the first London day to the end of the last."""
    start = datetime(first.year, first.month, first.day, tzinfo=LONDON)
    after = last + timedelta(days=1)
    return start, datetime(after.year, after.month, after.day, tzinfo=LONDON)


def by_day(first: date, last: date) -> list[Day]:
    """What arrived, by London day and source, the newest day first. Of files all are one source."""
    start, end = moments(first, last)
    rows = FeedArrival.objects.filter(at__gte=start, at__lt=end)
    found: dict[tuple[date, str, str], Day] = {}
    # A feed sends each call by itself and several times: what it sent is added up where it lies.
    by_source: Any = (
        rows.annotate(
            day=TruncDate("at", tzinfo=LONDON),
            named=Case(When(way="api", then="source"), default=Value("files")),
        )
        .values("day", "way", "named")
        .order_by()
        .annotate(**{f"all_{name}": Sum(name) for name in ("arrived", *OUTCOMES)})
    )
    ways = dict(FeedArrival.WAYS)
    for row in by_source:
        counts = {name: row[f"all_{name}"] for name in OUTCOMES}
        key = (row["day"], ways[row["way"]], row["named"])
        found[key] = Day(*key, arrived=row["all_arrived"], counts=counts)
    faulty = rows.filter(refused__gt=0).order_by("-at").only("at", "way", "source", "faults")
    for one in faulty[:MOST_FAULTY]:
        source = one.source if one.way == "api" else "files"
        day = found[london(one.at).date(), one.get_way_display(), source]
        day.faults += one.faults[: MOST_FAULTS - len(day.faults)]
    return sorted(found.values(), key=lambda day: (day.day, day.way, day.source), reverse=True)


def last_arrival() -> datetime | None:
    """When anything last arrived."""
    return FeedArrival.objects.order_by("-at").values_list("at", flat=True).first()


@dataclass
class Missing:
    """How a file and what is here differ in their references."""

    in_file: int = 0
    not_here: list[str] = field(default_factory=list)
    not_in_file: list[str] = field(default_factory=list)


def compared(
    path: Path, actor: Actor, desk: Desk, first: date, last: date, at: datetime
) -> Missing:
    """Which of a file's calls are not here, and which of those received here in the period the
    file lacks; of calls in scope. Raises BadFile, OSError."""
    sheet = Sheet(source_file(path), contact_layout(dict(desk.party_roles)))
    there, found = set[str](), Missing()
    mine = Contact.objects.filter(scope(actor, Right.VIEW, at, "case__root__"))
    for part in parts(sheet.rows()):
        given = [str(row.given["reference"]) for row in part if "reference" in row.given]
        there.update(given)
        found.not_here += _without(given, mine.filter(source_reference__in=given))
    found.in_file = len(there)
    start, end = moments(first, last)
    held = mine.filter(
        source_reference__isnull=False, received_at__gte=start, received_at__lt=end
    ).order_by("received_at")
    references = held.values_list("source_reference", flat=True).iterator()
    found.not_in_file = [str(one) for one in references if one not in there]
    return found


def _without(given: Iterable[str], held: Any) -> list[str]:
    here = set(held.values_list("source_reference", flat=True))
    return [one for one in given if one not in here]
