"""Looking the log through, again and again, from where it was left: in four paces.

At once what an entry says by itself: one's own record or a relative's, volumes within an hour,
refusals. After some hours what depends on the work that followed. Each day, volumes. Each week, the
sample. A round ends after a few seconds, so that nothing else waits; the next goes on from there.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from wansdyke.access.settings import values_of
from wansdyke.assurance.log_review_beside import found_beside
from wansdyke.assurance.log_review_counting_rules import (
    Refusal,
    denied_run,
    scraping,
    within_an_hour,
)
from wansdyke.assurance.log_review_facts import (
    Look,
    Seen,
    Work,
    count_namesakes,
    places_in,
    seen_in,
)
from wansdyke.assurance.log_review_models import HighProfile, LogMark
from wansdyke.assurance.log_review_people import StaffBook
from wansdyke.assurance.log_review_raising import Gathered, write
from wansdyke.assurance.log_review_reading import OPENED, REFUSED, Read, reads
from wansdyke.assurance.log_review_rules import (
    Human,
    Kind,
    Reason,
    Shown,
    Staff,
    Windows,
    colleague,
    high_profile,
    neighbour,
    relative,
    themselves,
)
from wansdyke.assurance.log_review_settings import AFTER, BEFORE, HOURLY, SETTINGS
from wansdyke.assurance.log_review_settings import REFUSED as REFUSALS
from wansdyke.assurance.log_review_weekly import day_by_day, keep_without_work, weekly
from wansdyke.assurance.log_review_written import Written
from wansdyke.history.models import AuditEntry

PROMPT, SETTLED = "prompt", "settled"
A_BATCH, ROUND = 1_000, 2.0
# A log that is older than the review is looked through from so long ago.
BEGIN = timedelta(days=7)
REFUSED_MINUTES, REFUSED_SAME = 10, 3


@dataclass
class Round:
    """What one round of looking through needs: who works here, and what the force has set."""

    at: datetime
    book: StaffBook = field(default_factory=StaffBook)

    def __post_init__(self) -> None:
        self.set = values_of(SETTINGS, self.at)
        after = timedelta(hours=self.set[AFTER.key])
        self.windows = Windows(timedelta(days=self.set[BEFORE.key]), after)
        self._written: Written | None = None

    def written(self, since: datetime) -> Written:
        """What people wrote from a moment on."""
        if self._written is None or since < self._written.since:
            self._written = Written(since, self.at + self.windows.after)
        return self._written

    def work(self, looks: Sequence[Look]) -> Work:
        """What may stand behind looks."""
        return Work(looks, self.book, self.windows, self.written)


def look_through(at: datetime, *, seconds: float = ROUND) -> int:
    """Looks through what came since the last round; returns how many findings are new."""
    clock, found = time.monotonic(), 0
    this = Round(at)
    for pace, settled, of in (
        (PROMPT, at, prompt_findings),
        (SETTLED, at - this.windows.after, settled_findings),
    ):
        while time.monotonic() - clock < seconds:
            came = _batch(this, pace, settled, of)
            if came is None:
                break
            found += came
    if time.monotonic() - clock < seconds:
        found += day_by_day(at, this.book, this.set) + weekly(at, this.set)
    return found


def _batch(
    this: Round, pace: str, until: datetime, of: Callable[[Round, list[Read]], Gathered]
) -> int | None:
    """Looks through one batch; None where there is nothing new."""
    begun = left_at(pace, this.at)
    waiting = AuditEntry.objects.filter(seq__gt=begun)
    # What has still to settle is left, with all that was linked in after it: an entry bears the
    # moment at which its request came, so that moments are not quite in the log's order. One from
    # a clock that was ahead keeps nobody waiting.
    early = waiting.filter(at__gt=until, at__lte=this.at).order_by("seq")
    first = early.values_list("seq", flat=True).first()
    if first is not None:
        waiting = waiting.filter(seq__lt=first)
    last = (
        waiting.order_by("seq").values_list("seq", flat=True)[A_BATCH - 1 : A_BATCH].first()
        or waiting.order_by("-seq").values_list("seq", flat=True).first()
    )
    if last is None:
        return None
    found = of(this, reads(waiting.filter(seq__lte=last)))
    return write(found, pace=pace, upto=last, at=this.at)


def left_at(pace: str, at: datetime) -> int:
    """The entry up to which the log has been looked through."""
    mark = LogMark.objects.filter(pace=pace).first()
    if mark is not None:
        return mark.seq
    old = AuditEntry.objects.filter(at__lt=at - BEGIN).order_by("-seq")
    return old.values_list("seq", flat=True).first() or 0


def prompt_findings(this: Round, batch: Sequence[Read]) -> Gathered:
    """What entries say by themselves."""
    gathered = Gathered()
    seen = seen_in(batch)
    this.book.learn({one.viewer for one in batch})
    _close_to_home(this, seen, gathered)
    _places(this, batch, gathered)
    _hourly(this, batch, gathered)
    _refusals(this, batch, gathered)
    return gathered


Detector = Callable[[Staff, Shown], list[Reason]]
CLOSE: tuple[tuple[Kind, Detector], ...] = ((Kind.SELF, themselves), (Kind.RELATIVE, relative))


def _close_to_home(this: Round, seen: Seen, gathered: Gathered) -> None:
    looks = [look for look in seen.looks if look.person is not None]
    _count_names(this, seen, looks)
    hits: list[tuple[Kind, Look, list[Reason]]] = []
    for look in looks:
        staff = this.book.staff(look.read.viewer)
        for kind, detector in CLOSE:
            said = detector(staff, seen.shown[look.person or 0])
            if said:
                hits.append((kind, look, said))
                break
    work = this.work([look for _, look, _ in hits]) if hits else None
    for kind, look, said in hits:
        _add(gathered, kind, look, said, work.behind(look) if work else "")


def _count_names(this: Round, seen: Seen, looks: Iterable[Look]) -> None:
    """Counts the bearers of names where a name alone may tell something."""
    asked: set[tuple[str, str]] = set(this.book.by_name)
    for look in looks:
        asked |= {one.called for one in this.book.staff(look.read.viewer).theirs}
    count_namesakes(seen, asked, this.book.bearers)


def _add(
    gathered: Gathered, kind: Kind, look: Look, said: Sequence[Reason], work: str = ""
) -> None:
    behind = [(look.read.seq, look.read.at)]
    gathered.add(
        look.read.viewer, kind, said, behind, root=look.root, about=look.reference, work=work
    )


def _places(this: Round, batch: Sequence[Read], gathered: Gathered) -> None:
    """The page of an address at which, or by which, the viewer lives."""
    places = places_in(batch)
    for read in batch:
        home = places.get(read.subjects[0]) if read.way == OPENED and read.subjects else None
        if home is None:
            continue
        there = Shown(person=0, records=(Human(homes=frozenset({home})),))
        staff = this.book.staff(read.viewer)
        behind = [(read.seq, read.at)]
        for kind, said in (
            (Kind.RELATIVE, relative(staff, there)),
            (Kind.NEIGHBOUR, neighbour(staff, there)),
        ):
            gathered.add(read.viewer, kind, said, behind)


def _hourly(this: Round, batch: Sequence[Read], gathered: Gathered) -> None:
    """Who opened too many records within an hour, with the hour before the batch counted in."""
    opened = [one for one in batch if one.way == OPENED and one.subjects]
    if not opened:
        return
    earlier = AuditEntry.objects.filter(
        seq__lt=batch[0].seq,
        at__gt=opened[0].at - timedelta(hours=1),
        actor_id__in={one.viewer for one in opened},
    )
    every = [*(one for one in reads(earlier) if one.way == OPENED and one.subjects), *opened]
    by_viewer: dict[int, list[Read]] = {}
    for one in every:
        by_viewer.setdefault(one.viewer, []).append(one)
    for viewer, theirs in by_viewer.items():
        keys = {reference: key for key, reference in enumerate({r.subjects[0] for r in theirs})}
        most, ended = within_an_hour((one.at, keys[one.subjects[0]]) for one in theirs)
        said = scraping(most, this.set[HOURLY.key])
        if said and ended is not None:
            hour = [one for one in theirs if ended - timedelta(hours=1) < one.at <= ended]
            behind = [(one.seq, one.at) for one in hour]
            gathered.add(viewer, Kind.VOLUME, said, behind, at_once=True)


def _refusals(this: Round, batch: Sequence[Read], gathered: Gathered) -> None:
    """Runs of refusals, with those of the day before the batch counted in."""
    refused = [one for one in batch if one.way == REFUSED and one.subjects]
    if not refused:
        return
    earlier = AuditEntry.objects.filter(
        seq__lt=batch[0].seq,
        operation="denied",
        at__gt=refused[0].at - timedelta(days=1),
        actor_id__in={one.viewer for one in refused},
    )
    by_viewer: dict[int, list[Read]] = {}
    for one in (*reads(earlier), *refused):
        if one.subjects:
            by_viewer.setdefault(one.viewer, []).append(one)
    for viewer, theirs in by_viewer.items():
        listed = [Refusal(one.at, one.subjects) for one in theirs]
        said = denied_run(
            listed,
            many=this.set[REFUSALS.key],
            minutes=REFUSED_MINUTES,
            same=REFUSED_SAME,
        )
        gathered.add(viewer, Kind.DENIED, said, [(one.seq, one.at) for one in theirs])


def settled_findings(this: Round, batch: Sequence[Read]) -> Gathered:
    """What depends on the work that was done before and after."""
    gathered = Gathered()
    seen = seen_in(batch)
    this.book.learn({one.viewer for one in batch})
    _count_names(this, seen, ())
    work = this.work(seen.looks)
    marked = _marked()
    people = set(marked.values())
    rest: list[Look] = []
    # To look at somebody known, or at what everybody talks of, takes work of one's own.
    without = [look for look in seen.looks if not work.behind(look, own=True)]
    by_the_way = found_beside(batch, seen.looks, without)
    for look in without:
        if look.root in marked or (look.person and look.person in people):
            _add(gathered, Kind.HIGH_PROFILE, look, high_profile(""))
        elif (look.read.seq, look.person) in by_the_way:
            continue
        elif look.person is None or not _of_the_staff(this, look, seen, gathered):
            rest.append(look)
    casual = [
        look
        for look in rest
        if look.read.way == OPENED and not work.wide(look) and not work.behind(look)
    ]
    keep_without_work(casual, this.book, this.set, gathered)
    return gathered


def _marked() -> dict[int, int | None]:
    """The records that are marked as high-profile, each with the person whose record it is."""
    rows = HighProfile.objects.filter(ended_at=None)
    return dict(rows.values_list("root_id", "root__person_record__person_id"))


def _of_the_staff(this: Round, look: Look, seen: Seen, gathered: Gathered) -> bool:
    """Whether a look is at somebody near the viewer: colleagues and neighbours, which are found
    here, and those closer, who were found at once."""
    staff, shown = this.book.staff(look.read.viewer), seen.shown[look.person or 0]
    if themselves(staff, shown) or relative(staff, shown):
        return True
    others = this.book.others(look.read.viewer)
    for kind, said in (
        (Kind.COLLEAGUE, colleague(others, shown)),
        (Kind.NEIGHBOUR, neighbour(staff, shown)),
    ):
        if said:
            _add(gathered, kind, look, said)
            return True
    return False
