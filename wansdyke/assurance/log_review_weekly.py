"""What is told only by a day or a week of the log: looks without work, unusual days, the sample."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q

from wansdyke.access.models import Membership, User
from wansdyke.assurance.log_review_counting_rules import (
    again_without_work,
    drawn,
    drawn_of_them,
    many_without_work,
    unusual_day,
)
from wansdyke.assurance.log_review_facts import Look
from wansdyke.assurance.log_review_models import LogMark, LookWithoutWork, SampleDraw, StaffDay
from wansdyke.assurance.log_review_people import StaffBook
from wansdyke.assurance.log_review_raising import Gathered, write
from wansdyke.assurance.log_review_reading import OPENED, Read, reads
from wansdyke.assurance.log_review_rules import Kind, Reason, week_of
from wansdyke.assurance.log_review_settings import AFTER, LEAST, PERCENT
from wansdyke.casework.jobs import worker
from wansdyke.history import audit
from wansdyke.history.door import Repeated, change
from wansdyke.history.models import AuditEntry
from wansdyke.kernel.calendar import LONDON, london

DAYS = "days"
# So many days of somebody's own past are held against a day of theirs.
PAST = timedelta(days=28)
LATELY = timedelta(days=8)
AT_ONCE = 500


def keep_without_work(
    looks: Sequence[Look], book: StaffBook, chosen: Mapping[str, Any], gathered: Gathered
) -> None:
    """Keeps the looks that nothing explains, and gathers those that are many or came again."""
    kept = _plain(looks)
    rows = [
        LookWithoutWork(
            seq=look.read.seq,
            viewer_id=look.read.viewer,
            about=look.reference,
            at=look.read.at,
            week=_week(look.read.at),
        )
        for look in kept
    ]
    LookWithoutWork.objects.bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=True)
    roots = {look.reference: look.root for look in kept}
    peers = _Peers(book)
    for viewer, week in sorted({(row.viewer_id, row.week) for row in rows}):
        theirs = list(LookWithoutWork.objects.filter(viewer_id=viewer, week=week).order_by("seq"))
        _came_again(viewer, theirs, roots, gathered)
        many = len({one.about for one in theirs})
        said = many_without_work(many, peers.of(viewer, week), chosen[LEAST.key])
        gathered.add(viewer, Kind.NO_CASE, said, [(one.seq, one.at) for one in theirs])


def _plain(looks: Iterable[Look]) -> list[Look]:
    """One look a page: of a case that was opened itself, not each of the people on it."""
    of_cases = {look.read.seq for look in looks if look.person is None}
    return [look for look in looks if look.person is None or look.read.seq not in of_cases]


def _came_again(
    viewer: int, theirs: Sequence[LookWithoutWork], roots: dict[str, int], gathered: Gathered
) -> None:
    by_record: dict[str, list[LookWithoutWork]] = {}
    for one in theirs:
        by_record.setdefault(one.about, []).append(one)
    for about, looks in by_record.items():
        if about in roots:
            said = again_without_work([london(one.at).date() for one in looks])
            behind = [(one.seq, one.at) for one in looks]
            gathered.add(viewer, Kind.NO_CASE, said, behind, root=roots[about], about=about)


class _Peers:
    """How many records those of the same post looked at in a week without work behind it."""

    def __init__(self, book: StaffBook) -> None:
        self.book = book
        self._holders: dict[tuple[str, date], set[int]] = {}
        self._counted: dict[date, dict[int, int]] = {}

    def of(self, viewer: int, week: date) -> list[int]:
        """The numbers of a viewer's peers, who are the others with the first of their posts."""
        posts = sorted(one.post for one in self.book.held(viewer, week + timedelta(days=6)))
        if not posts:
            return []
        return [self._in(week).get(one, 0) for one in self._with(posts[0], week) - {viewer}]

    def _with(self, post: str, week: date) -> set[int]:
        if (post, week) not in self._holders:
            rows = Membership.objects.filter(
                Q(until_date=None) | Q(until_date__gt=week),
                post=post,
                from_date__lte=week + timedelta(days=6),
            )
            self._holders[post, week] = set(rows.values_list("user_id", flat=True))
        return self._holders[post, week]

    def _in(self, week: date) -> dict[int, int]:
        if week not in self._counted:
            rows = LookWithoutWork.objects.filter(week=week).values("viewer_id").order_by()
            counted = rows.annotate(records=Count("about", distinct=True))
            self._counted[week] = dict(counted.values_list("viewer_id", "records"))
        return self._counted[week]


def day_by_day(at: datetime, book: StaffBook, chosen: Mapping[str, Any]) -> int:
    """Counts the next day that is over, if there is one, and finds who opened unusually many."""
    today = london(at).date()
    mark = LogMark.objects.filter(pace=DAYS).first()
    day = mark.day + timedelta(days=1) if mark and mark.day else today - PAST
    if day >= today:
        return 0
    opened = _opened_on(day)
    book.learn(opened)
    counted = [
        StaffDay(viewer_id=viewer, day=day, post=_post(book, viewer, day), opened=len(of))
        for viewer, of in sorted(opened.items())
    ]
    StaffDay.objects.bulk_create(counted, batch_size=AT_ONCE, ignore_conflicts=True)
    gathered = Gathered()
    if day >= today - LATELY:
        for one in counted:
            said = _unusual(one, counted)
            behind = list(opened[one.viewer_id].values())
            gathered.add(one.viewer_id, Kind.VOLUME, said, behind)
    found = write(gathered, pace=DAYS, upto=0, at=at)
    LogMark.objects.update_or_create(pace=DAYS, defaults={"day": day})
    return found


def _opened_on(day: date) -> dict[int, dict[str, tuple[int, datetime]]]:
    """What everybody opened on a London day: each record by its first entry."""
    found: dict[int, dict[str, tuple[int, datetime]]] = {}
    for one in _reads_of(day, day + timedelta(days=1)):
        found.setdefault(one.viewer, {}).setdefault(one.subjects[0], (one.seq, one.at))
    return found


def _reads_of(first: date, end: date, **more: Any) -> list[Read]:
    since, until = (datetime.combine(one, time.min, LONDON) for one in (first, end))
    entries = AuditEntry.objects.filter(
        at__gte=since, at__lt=until, operation=audit.CONSULTATION, **more
    )
    return [one for one in reads(entries) if one.way == OPENED and one.subjects]


def _post(book: StaffBook, viewer: int, day: date) -> str:
    return min((one.post for one in book.held(viewer, day)), default="")


def _unusual(one: StaffDay, same_day: Sequence[StaffDay]) -> list[Reason]:
    before = StaffDay.objects.filter(
        viewer_id=one.viewer_id, day__lt=one.day, day__gte=one.day - PAST
    )
    peers = [
        other.opened
        for other in same_day
        if other.post == one.post and other.viewer_id != one.viewer_id
    ]
    return unusual_day(one.opened, list(before.values_list("opened", flat=True)), peers)


def weekly(at: datetime, chosen: Mapping[str, Any]) -> int:
    """Draws whose week is looked through, once the week and the time for work after it are over."""
    settled = london(at - timedelta(hours=chosen[AFTER.key])).date()
    week = week_of(settled) - timedelta(days=7)
    end = week + timedelta(days=7)
    counted = LogMark.objects.filter(pace=DAYS, day__gte=end - timedelta(days=1)).exists()
    if not counted or SampleDraw.objects.filter(week=week).exists():
        return 0
    frame = StaffDay.objects.filter(day__gte=week, day__lt=end).values_list("viewer_id", flat=True)
    known = dict(User.objects.filter(pk__in=set(frame)).values_list("pk", "username"))
    seed, percent = secrets.token_hex(16), chosen[PERCENT.key]
    taken = drawn(seed, known, percent)
    try:
        with change(by=worker(), at=at, key=f"log-sample:{week}") as doing:
            SampleDraw.objects.create(
                week=week,
                seed=seed,
                percent=percent,
                frame=sorted(known.values()),
                drawn=[known[one] for one in taken],
                at=at,
            )
            doing.event("log sample drawn", subject=f"log-sample:{week}")
            doing.audit(audit.COLLECTION, f"log-sample:{week}", frame=len(known), drawn=len(taken))
    except Repeated:
        return 0
    return _raise_sample(week, seed, taken, at)


def _raise_sample(week: date, seed: str, taken: Sequence[int], at: datetime) -> int:
    gathered = Gathered()
    for viewer in taken:
        theirs = _reads_of(week, week + timedelta(days=7), actor_id=viewer)
        moments = {one.seq: one.at for one in theirs}
        chosen = drawn_of_them(seed, moments)
        words = f"Drawn at random: {len(chosen)} of the {len(moments)} pages they opened."
        behind = [(seq, moments[seq]) for seq in chosen]
        gathered.add(viewer, Kind.SAMPLE, [Reason(10, words)], behind)
    return write(gathered, pace="weeks", upto=0, at=at)


def _week(at: datetime) -> date:
    return week_of(london(at).date())
