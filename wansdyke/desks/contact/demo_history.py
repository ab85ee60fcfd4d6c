"""The made-up control room's two years before now: told call by call, written in bulk."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from wansdyke.access.actors import Actor
from wansdyke.access.database import weigh_tables
from wansdyke.access.models import Load, Team
from wansdyke.casework.desk import Desk
from wansdyke.desks.contact.demo_bulk import Writer
from wansdyke.desks.contact.demo_people import Homes
from wansdyke.desks.contact.demo_stories import Staff, Story, Teller, moments, prompt_by_quota
from wansdyke.desks.contact.demo_tables import REPORT_OF, REPORT_PROMPT, Kind
from wansdyke.kernel.calendar import add_months, london
from wansdyke.kernel.flow import Refused
from wansdyke.people.delimited import SourceFile
from wansdyke.people.loads import Loading, Pace, alone, begin

KIND = "demonstration"
YEARS = timedelta(days=730)
# While the force is made nobody waits for the database, so writing need not stay away from it.
AIM, GAP = 1.0, 0.0
Told = Callable[[int], None]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What history is wanted: how many calls until when, by which seed.

    `report` makes the share of prompt grades the report's, together with the domestic abuse calls
    that are made otherwise: so many of them prompt, of so many.
    """

    calls: int
    until: datetime
    seed: int
    report: tuple[int, int] | None = None

    @property
    def since(self) -> datetime:
        """When history begins."""
        return (self.until - YEARS).replace(minute=0, second=0, microsecond=0)


class Stories:
    """Each call in its turn; told one at a time, since a force's own volume would fill memory."""

    def __init__(self, wanted: Wanted, staff: Staff) -> None:
        rng = Random(f"{wanted.seed}:history")  # noqa: S311 - made-up data  # nosec B311
        self.moments = moments(rng, wanted.calls, wanted.since, wanted.until)
        homes = Homes(wanted.calls, wanted.seed, london(wanted.until).date())
        self.teller = Teller(homes, staff, rng, wanted.until)
        self.kinds = self.teller.kinds(len(self.moments))
        self.prompt: list[bool | None] = [None] * len(self.kinds)
        if wanted.report is not None:
            self.prompt = _as_reported(self.moments, self.kinds, wanted.until, wanted.report)
        self.told = 0

    def next(self, count: int) -> list[Story]:
        """The next so many, fewer at the end."""
        until = min(self.told + count, len(self.moments))
        found = [
            self.teller.tell(self.moments[n], self.kinds[n], prompt=self.prompt[n])
            for n in range(self.told, until)
        ]
        self.told = until
        return found


def _as_reported(
    times: Sequence[datetime], kinds: list[Kind], until: datetime, already: tuple[int, int]
) -> list[bool | None]:
    """The report's share in the year to the last day, and in the one before it."""
    # The year that a measure counts to this day: see `figures.year_to`.
    first = add_months(london(until).date() + timedelta(days=1), -12)
    split = next((n for n, time in enumerate(times) if london(time).date() >= first), len(times))
    before, after = kinds[:split], kinds[split:]
    share = (REPORT_PROMPT, REPORT_OF)
    found = [*prompt_by_quota(before, (0, 0), share), *prompt_by_quota(after, already, share)]
    kinds[:] = [*before, *after]
    return found


def make_history(
    desk: Desk, wanted: Wanted, *, team: Team, staff: Staff, by: Actor, told: Told = lambda n: None
) -> int:
    """Writes history under a load, which shows when all of it is in; returns how many calls."""
    if not wanted.calls:
        return 0
    source = _source(wanted)
    with alone(KIND):
        loading = begin(
            KIND, source, by=by, now=lambda: wanted.until, remove=_no_way_back, allowed=True
        )
        loading.pace = Pace(aim=AIM, gap=GAP)
        _write(loading, Stories(wanted, staff), desk, team, told)
        loading.complete()
    weigh_tables()
    return wanted.calls


def _write(loading: Loading, calls: Stories, desk: Desk, team: Team, told: Told) -> None:
    writer = Writer(loading, desk=desk, team=team)
    while batch := calls.next(loading.pace.rows):
        writer.write(batch)
        told(calls.told)


def _source(wanted: Wanted) -> SourceFile:
    name = f"made up from seed {wanted.seed}"
    text = f"{name}, {wanted.calls} calls until {wanted.until.isoformat()}"
    digest = hashlib.sha256(text.encode()).hexdigest()
    return SourceFile(path=Path(name), sha256=digest, encoding="", size=0, changed_ns=0)


def _no_way_back(under: Load, most: int) -> int:
    raise Refused(
        "The made-up force was not finished here. Use an empty WANSDYKE_DATA folder or database."
    )
