"""Loads: a file's rows come in by short transactions and stay invisible until the last is in.

A load is begun, filled batch by batch, and completed, each through the one door for change. What a
killed process leaves behind is an incomplete load: the same file again goes on where it stopped,
another file first takes the leavings back. Nothing here knows what the rows are.
"""

import fcntl
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from wansdyke.access.actors import SYSTEM, Actor
from wansdyke.access.models import Load
from wansdyke.access.posts import Right
from wansdyke.history import audit
from wansdyke.history.door import Doing, change, digest_of
from wansdyke.kernel.flow import Refused
from wansdyke.people.delimited import SourceFile

DONE = "done"
_LOCKS = 0x4C4F4144
Removal = Callable[[Load, int], int]


@dataclass
class Pace:
    """How many rows the next transaction takes, from how long the last one did (seconds).

    `aim` is what a transaction should take, so that twice that is still short. `gap` is how long
    writing stays away between two: a waiting SQLite writer looks again after up to 25 ms, and
    would otherwise wait until the load is over.
    """

    rows: int = 100
    least: int = 1
    most: int = 5_000
    aim: float = 0.06
    gap: float = 0.026
    longest: float = 0.0
    ended: float = 0.0

    def took(self, rows: int, seconds: float) -> None:
        """Learns from one transaction; grows at most twofold, shrinks as far as it must."""
        self.longest = max(self.longest, seconds)
        fitting = rows * self.aim / max(seconds, 1e-6)
        self.rows = int(max(min(fitting, rows * 2, self.most), self.least))

    @contextmanager
    def measured(self, rows: int) -> Iterator[None]:
        """Times one transaction, after the gap where writers queue for the whole database."""
        started = time.perf_counter()
        if connection.vendor == "sqlite" and started < self.ended + self.gap:
            time.sleep(self.ended + self.gap - started)
            started = time.perf_counter()
        yield
        self.ended = time.perf_counter()
        self.took(rows, self.ended - started)


@dataclass
class Loading:
    """A load in progress, and who carries it out; `now` gives each transaction its moment."""

    load: Load
    by: Actor
    now: Callable[[], datetime]
    resumed: bool = False
    pace: Pace = field(default_factory=Pace)

    @property
    def counts(self) -> dict[str, int]:
        counts: dict[str, int] = self.load.counts
        return counts

    @property
    def done(self) -> int:
        """How many rows of the file are in already."""
        return self.counts.get(DONE, 0)

    def count(self, name: str, amount: int = 1) -> None:
        """Adds to one of the load's counts."""
        self.counts[name] = self.counts.get(name, 0) + amount

    @contextmanager
    def batch(self, rows: int) -> Iterator[Doing]:
        """One transaction of this many rows; where it fails, neither rows nor counts are kept."""
        start = self.done
        key = f"load:{self.load.pk}:{start}"
        with (
            self.pace.measured(rows),
            change(by=self.by, at=self.now(), key=key, digest=digest_of(key)) as doing,
        ):
            yield doing
            self.counts[DONE] = start + rows
            self.load.save(update_fields=["counts"])

    def complete(self, finish: Callable[[Doing], None] = lambda doing: None) -> Load:
        """Makes the load visible, all of it at once; `finish` does what must happen with that."""
        at = self.now()
        key = f"load:{self.load.pk}:complete"
        with change(by=self.by, at=at, key=key, digest=digest_of(key)) as doing:
            finish(doing)
            self.load.completed_at = at
            self.load.save(update_fields=["completed_at", "counts"])
            _noted(doing, self.load, "load completed", audit.COLLECTION)
        return self.load


def may_load(by: Actor) -> bool:
    """Whether an actor may load reference data: by right, or as the maintenance account."""
    return by.username == SYSTEM or by.may(Right.LOAD_REFERENCE)


def whole_loads() -> QuerySet[Load, int]:
    """The keys of the loads that are complete, for a filter within the same query."""
    return Load.objects.filter(completed_at__isnull=False).values_list("pk", flat=True)


def completed(kind: str, sha256: str) -> Load | None:
    """The load that brought in this very file before, if any."""
    whole = Load.objects.filter(kind=kind, sha256=sha256, completed_at__isnull=False)
    return whole.order_by("pk").last()


@contextmanager
def alone(kind: str) -> Iterator[None]:
    """Holds off other loads of a kind, in any process; let go of when the process ends or dies.

    Raises Refused where another is under way.
    """
    taken = _server_lock(kind) if connection.vendor == "postgresql" else _file_lock(kind)
    with taken:
        yield


def begin(
    kind: str,
    source: SourceFile,
    *,
    by: Actor,
    now: Callable[[], datetime],
    remove: Removal,
    allowed: bool,
    resume: bool = True,
) -> Loading:
    """A new load, or the incomplete one of the same file. Call inside `alone(kind)`.

    `remove(load, most)` deletes up to so many of a load's rows and returns how many; it takes
    back what an incomplete load of another file left, or without `resume` of any. Raises Refused
    unless `allowed`.
    """
    if not allowed:
        raise Refused("You may not load this kind of file. Ask an administrator.")
    for left in Load.objects.filter(kind=kind, completed_at__isnull=True).order_by("pk"):
        if resume and left.sha256 == source.sha256:
            return Loading(left, by, now, resumed=True)
        discard(Loading(left, by, now), remove)
    at = now()
    # The key is the moment, not the file: a load that was taken back may be begun again.
    key = f"load:{kind}:{source.sha256[:16]}:{at.timestamp():.6f}"
    with change(by=by, at=at, key=key, digest=source.sha256) as doing:
        load = Load.objects.create(
            kind=kind,
            file_name=source.name,
            sha256=source.sha256,
            by_id=by.user_id,
            started_at=at,
            counts={},
        )
        _noted(doing, load, "load begun", audit.CONFIGURATION)
    return Loading(load, by, now)


def discard(loading: Loading, remove: Removal) -> None:
    """Takes an incomplete load back, by short transactions: its rows, then itself.

    Its events and audit entries stay. Raises Refused for a load that is complete.
    """
    load, number, pace = loading.load, loading.load.pk, Pace()
    if load.completed_at is not None:
        raise Refused("This load is complete: others may have built on it.")
    removed, step = 1, 0
    while removed:
        step += 1
        key = f"load:{number}:discard:{loading.now().timestamp():.6f}:{step}"
        with (
            pace.measured(pace.rows),
            change(by=loading.by, at=loading.now(), key=key, digest=digest_of(key)),
        ):
            removed = remove(load, pace.rows)
    key = f"load:{number}:discarded"
    with change(by=loading.by, at=loading.now(), key=key, digest=digest_of(key)) as doing:
        _noted(doing, load, "load taken back", audit.CONFIGURATION)
        load.delete()


def _noted(doing: Doing, load: Load, name: str, operation: str) -> None:
    subject = f"load:{load.pk}"
    doing.event(name, subject=subject)
    facts: dict[str, Any] = {"load": load.kind, "file": load.file_name, "sha256": load.sha256}
    doing.audit(operation, subject, event=name, counts=dict(load.counts), **facts)


def _busy() -> Refused:
    return Refused(
        "Another file of this kind is being loaded. Wait until it is in, then try again."
    )


@contextmanager
def _file_lock(kind: str) -> Iterator[None]:
    path = Path(f"{connection.settings_dict['NAME']}.{kind}.lock")
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy() from None
        yield


@contextmanager
def _server_lock(kind: str) -> Iterator[None]:
    numbers = [_LOCKS, zlib.crc32(kind.encode()) & 0x7FFFFFFF]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", numbers)
        if not cursor.fetchone()[0]:
            raise _busy()
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", numbers)
