"""Whether all that command and control has is here: what arrived by day, and what is missing."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope
from wansdyke.casework.desk import Desk
from wansdyke.casework.feeds import OUTCOMES
from wansdyke.desks.contact.csv_columns import contact_layout
from wansdyke.desks.contact.csv_rows import Sheet, parts
from wansdyke.desks.contact.feed.models import FeedArrival, FeedConflict
from wansdyke.desks.contact.models import Contact
from wansdyke.kernel.calendar import LONDON, london
from wansdyke.people.delimited import source_file

MOST_FAULTS = 50


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
    found: dict[tuple[date, str, str], Day] = {}
    for row in FeedArrival.objects.filter(at__gte=start, at__lt=end).order_by("at").iterator():
        source = row.source if row.way == "api" else "files"
        key = (london(row.at).date(), row.get_way_display(), source)
        day = found.setdefault(key, Day(*key))
        day.arrived += row.arrived
        for name in OUTCOMES:
            day.counts[name] += getattr(row, name)
        day.faults += row.faults[: MOST_FAULTS - len(day.faults)]
    return sorted(found.values(), key=lambda day: (day.day, day.way, day.source), reverse=True)


def last_arrival() -> datetime | None:
    """When anything last arrived."""
    return FeedArrival.objects.order_by("-at").values_list("at", flat=True).first()


def conflicts(actor: Actor, at: datetime) -> Any:
    """The differences nobody has settled, of calls in scope, the newest first."""
    return FeedConflict.objects.filter(
        scope(actor, Right.VIEW, at, "contact__case__root__"), settled_at=None
    ).order_by("-noted_at", "-pk")


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
