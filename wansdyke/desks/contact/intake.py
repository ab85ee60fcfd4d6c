"""Bringing in a force's file: the whole of it is checked first, then loaded in short transactions.

New rows come first and stay invisible under their load; what amends records that are visible
already comes after them, each row whole with its event; then the events of what is new; then all
of it shows at once. A killed load goes on with the same file, by what is there rather than by a
count, so that it ends as one run would have.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from django.db.models import Max

from wansdyke.access.actors import Actor
from wansdyke.access.models import Load, Root
from wansdyke.casework.loads import note_events, past_return
from wansdyke.desks.contact import repeats
from wansdyke.desks.contact.csv_columns import Layout
from wansdyke.desks.contact.csv_rows import Ledger, Rejects, Row, Sheet, parts
from wansdyke.history.door import Doing
from wansdyke.people import loads
from wansdyke.people.delimited import Faults, SourceFile, source_file

CHECKING, LOADING, AMENDING, RECORDING = "Checking", "Loading", "Amending", "Recording events"
# Seconds that a transaction should take.
LONGEST = 0.05
# What is being done, how far it has come, and how far there is to go.
Stage = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """Tells nobody."""


@dataclass
class Tally:
    """How many rows of a file would do what."""

    rows: int = 0
    new: int = 0
    amended: int = 0
    rejected: int = 0


@dataclass(frozen=True)
class Summary:
    """What came of a file. `load` is 0 where nothing was written."""

    file: str
    load: int
    rows: int
    added: int
    amended: int
    unchanged: int
    rejected: int
    resumed: bool = False
    dry_run: bool = False

    def as_dict(self) -> dict[str, str | int | bool]:
        """As JSON can hold it."""
        return asdict(self)


class Arrivals(Protocol):
    """What one kind of file brings."""

    layout: Layout
    remove: loads.Removal

    def repeated(self, row: Row, ledger: Ledger) -> tuple[str, str, str] | None:
        """What is wrong with a row that an earlier row of the file rules out; else it is noted."""

    def judge(self, rows: Sequence[Row], sheet: Sheet) -> tuple[int, int]:
        """Notes what the database says against rows; returns how many are new, and how many
        amend. Rows that have problems already are passed over."""

    def new_among(self, rows: Sequence[Row]) -> list[Row]:
        """The rows that nothing is there of yet, this load's own included."""

    def ready(self, rows: Sequence[Row]) -> Any:
        """What can be made of new rows before a transaction holds others up."""

    def add(self, rows: Sequence[Row], made: Any, doing: Doing, under: Load) -> None:
        """Writes new rows and what was made of them, in a batch."""

    def changed_among(self, rows: Sequence[Row]) -> list[Row]:
        """The rows that would amend something now."""

    def amend(self, rows: Sequence[Row], doing: Doing, under: Load) -> int:
        """Writes what rows amend, in a batch; returns how many did."""

    def brought(self, under: Load) -> list[int]:
        """The calls (primary keys) that a load made or added people to."""


def bring_in(
    path: Path,
    kind: Arrivals,
    *,
    by: Actor,
    now: Callable[[], datetime],
    dry_run: bool = False,
    rejects: Path | None = None,
    stage: Stage = silent,
) -> Summary:
    """Brings a file in; with `dry_run` only checks it.

    All or nothing, unless `rejects` names a file for the rows that are left out. Raises BadFile
    naming row and column, Refused where another load is under way, OSError for an unreadable file.
    """
    total = 2 * path.stat().st_size
    source = source_file(path, lambda done: stage(CHECKING, done, total))
    sheet, ledger = Sheet(source, kind.layout), Ledger()
    alone = nullcontext() if dry_run else loads.alone(kind.layout.kind)
    try:
        with alone:
            finished = None if dry_run else _finish(kind, source, by, now, stage)
            tally = check(sheet, kind, ledger, rejects, now(), stage)
            if dry_run or not _anything(kind, source, tally):
                return _summary(source, tally, finished, dry_run=dry_run)
            return _load(sheet, kind, ledger, tally, by, now, stage)
    finally:
        ledger.close()


def check(
    sheet: Sheet, kind: Arrivals, ledger: Ledger, path: Path | None, now: datetime, stage: Stage
) -> Tally:
    """Looks at every row and writes nothing but the rejects. Raises BadFile without a place for
    them if a row is bad, and for a file that cannot be split into rows."""
    faults, tally, rejects = Faults(), Tally(), Rejects(path, sheet)
    size, whole = sheet.source.size, False
    try:
        rows = sheet.rows(lambda done: stage(CHECKING, size + done, 2 * size))
        for part in parts(rows):
            for row in part:
                _check_row(row, sheet, kind, ledger, now)
            new, amended = kind.judge(part, sheet)
            tally.rows += len(part)
            tally.new, tally.amended = tally.new + new, tally.amended + amended
            for row in part:
                if row.problems:
                    tally.rejected += 1
                    ledger.reject(row.number)
                    rejects.write(row)
                for problem in row.problems:
                    faults.add(problem)
        if path is None:
            faults.refuse()
        whole = True
    finally:
        rejects.close(whole=whole)
    return tally


def _check_row(row: Row, sheet: Sheet, kind: Arrivals, ledger: Ledger, now: datetime) -> None:
    if not row.given and row.problems:
        return
    sheet.check_whole(row, now)
    fault = None if row.problems else kind.repeated(row, ledger)
    if fault is not None:
        row.problems.append(sheet.problem(row, *fault))


def _anything(kind: Arrivals, source: SourceFile, tally: Tally) -> bool:
    begun = Load.objects.filter(
        kind=kind.layout.kind, sha256=source.sha256, completed_at__isnull=True
    )
    return bool(tally.new or tally.amended) or begun.exists()


def _finish(
    kind: Arrivals, source: SourceFile, by: Actor, now: Callable[[], datetime], stage: Stage
) -> Load | None:
    """Completes a load that was killed when all its rows were in; returns this file's, if any."""
    finished = None
    for left in Load.objects.filter(kind=kind.layout.kind, completed_at__isnull=True):
        if past_return(left):
            _complete(loads.Loading(left, by, now, resumed=True), kind, stage)
            finished = left if left.sha256 == source.sha256 else finished
    return finished


def _load(
    sheet: Sheet,
    kind: Arrivals,
    ledger: Ledger,
    tally: Tally,
    by: Actor,
    now: Callable[[], datetime],
    stage: Stage,
) -> Summary:
    source = sheet.source
    source.unchanged()
    loading = loads.begin(
        kind.layout.kind, source, by=by, now=now, remove=kind.remove, allowed=True
    )
    if tally.new:
        _add(loading, kind, _among(ledger.accepted(sheet), kind.new_among), tally.new, stage)
    if tally.amended:
        # An amendment takes many times as long as a new row: it begins with a small batch.
        loading.pace = loads.Pace(rows=5, aim=LONGEST)
        rows = _among(ledger.accepted(sheet), kind.changed_among)
        _amend(loading, kind, rows, tally.amended, stage)
    source.unchanged()
    _complete(loading, kind, stage)
    return _summary(source, tally, loading.load, resumed=loading.resumed)


def _among(rows: Iterator[Row], which: Callable[[Sequence[Row]], list[Row]]) -> Iterator[Row]:
    for part in parts(rows):
        yield from which(part)


def _add(
    loading: loads.Loading, kind: Arrivals, rows: Iterator[Row], total: int, stage: Stage
) -> None:
    # Every batch asks the database some forty things, however small it is: very small ones would
    # spend all their time on that. The pace changes in between, so each is drawn when it is due.
    loading.pace = loads.Pace(rows=60, least=40, most=1_000, aim=LONGEST)
    while batch := next(parts(rows, loading.pace.rows), None):
        made = kind.ready(batch)
        with loading.batch(len(batch)) as doing:
            kind.add(batch, made, doing, loading.load)
            loading.count("added", len(batch))
        stage(LOADING, loading.counts["added"], total)


def _amend(
    loading: loads.Loading, kind: Arrivals, rows: Iterator[Row], total: int, stage: Stage
) -> None:
    while batch := next(parts(rows, loading.pace.rows), None):
        with loading.batch(len(batch)) as doing:
            loading.count("amended", kind.amend(batch, doing, loading.load))
        stage(AMENDING, min(loading.counts["amended"], total), total)


def _complete(loading: loads.Loading, kind: Arrivals, stage: Stage) -> None:
    loading.pace = loads.Pace(rows=400, least=200, aim=LONGEST)
    roots = Root.objects.filter(load=loading.load)
    total = roots.count()
    first = loading.done
    note_events(loading, lambda done: stage(RECORDING, min(done - first, total), total))
    if total and roots.aggregate(last=Max("pk"))["last"] != loading.counts.get("noted"):
        raise RuntimeError("a root of this load has no event")
    _mark(loading, kind, stage)
    loading.complete()


def _mark(loading: loads.Loading, kind: Arrivals, stage: Stage) -> None:
    """Finds which of the calls are repeats. Done anew from the first where it was stopped."""
    brought = kind.brought(loading.load)
    # However few the calls, the database is asked a dozen things.
    loading.pace = loads.Pace(rows=150, least=100, most=repeats.AT_ONCE, aim=LONGEST)
    done = 0
    while batch := brought[done : done + loading.pace.rows]:
        with loading.batch(len(batch)):
            repeats.keep(batch, of_load=loading.load.pk)
        done += len(batch)
        stage(RECORDING, done, len(brought))


def _summary(
    source: SourceFile,
    tally: Tally,
    load: Load | None,
    *,
    resumed: bool = False,
    dry_run: bool = False,
) -> Summary:
    counts = load.counts if load is not None else {}
    added = counts.get("added", 0) if not dry_run else tally.new
    amended = counts.get("amended", 0) if not dry_run else tally.amended
    return Summary(
        file=source.name,
        load=load.pk if load is not None else 0,
        rows=tally.rows,
        added=added,
        amended=amended,
        unchanged=max(tally.rows - tally.rejected - added - amended, 0),
        rejected=tally.rejected,
        resumed=resumed or (load is not None and not dry_run and not (tally.new or tally.amended)),
        dry_run=dry_run,
    )
