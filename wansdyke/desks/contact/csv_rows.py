"""A force's file row by row: its headings matched to a layout, its cells read, its faults named."""

import csv
import difflib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

from wansdyke.desks.contact.csv_cells import Expected, Reader
from wansdyke.desks.contact.csv_columns import WHY, Given, Layout
from wansdyke.kernel.flow import Refused
from wansdyke.people.delimited import (
    Faults,
    Problem,
    SourceFile,
    Told,
    headings_of,
    plain_heading,
    rows_of,
    untold,
)

T = TypeVar("T")
PART = 500


def parts(rows: Iterable[T], most: int = PART) -> Iterator[list[T]]:
    """The same, so many at a time."""
    rest = iter(rows)
    while part := list(islice(rest, most)):
        yield part


@dataclass
class Row:
    """One row: its number as a spreadsheet shows it, its cells as they stand in the file, those
    that say something by column, and what is wrong with it."""

    number: int
    cells: Sequence[str]
    given: Given
    problems: list[Problem] = field(default_factory=list)


class Sheet:
    """A file laid out as documented. Raises BadFile for headings that are not."""

    def __init__(self, source: SourceFile, layout: Layout) -> None:
        self.source, self.layout = source, layout
        every = headings_of(source, (*layout.names, WHY))
        self.headings = [heading for heading in every if heading]
        self.names = [plain_heading(heading) for heading in self.headings]
        self._check_headings()

    def rows(self, told: Told = untold) -> Iterator[Row]:
        """Every row that says anything, cells read; `told` gets bytes read.

        Raises BadFile for quotation marks that never close.
        """
        readers = [
            (place, name, self.layout.readers[name])
            for place, name in enumerate(self.names)
            if name != WHY
        ]
        for number, cells in rows_of(self.source, self.headings, told):
            if isinstance(cells, Problem):
                yield Row(number, cells.values, {}, [cells])
            elif any(cells):
                yield self._read(number, cells, readers)

    def problem(self, row: Row, column: str, expected: str, found: str = "") -> Problem:
        """Something wrong with a row of this file."""
        return Problem(self.source.name, row.number, column, expected, found)

    def check_whole(self, row: Row, now: datetime) -> None:
        """Notes what is missing from a row, and what in it does not fit together."""
        for column in self.layout.required:
            missing = column not in row.given and not any(
                problem.column == column for problem in row.problems
            )
            if missing:
                row.problems.append(self.problem(row, column, "a value", "nothing"))
        for fault in self.layout.fits(row.given, now):
            row.problems.append(self.problem(row, *fault))

    def _read(
        self, number: int, cells: Sequence[str], readers: Sequence[tuple[int, str, Reader]]
    ) -> Row:
        row = Row(number, cells, {})
        for place, name, read in readers:
            cell = cells[place]
            if not cell:
                continue
            try:
                row.given[name] = read(cell)
            except Expected as expected:
                row.problems.append(self.problem(row, name, str(expected), cell))
        self.layout.settle(row.given, dict(zip(self.names, cells, strict=True)))
        return row

    def _check_headings(self) -> None:
        faults, known = Faults(), (*self.layout.names, WHY)
        for place, (heading, name) in enumerate(zip(self.headings, self.names, strict=True)):
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"“{near[0]}”, perhaps" if near else "a documented column"
                expected = f"{hint} (the columns are {', '.join(self.layout.names)})"
                faults.add(Problem(self.source.name, 1, heading, expected, heading))
            elif name in self.names[:place]:
                expected = "a column of this name only once"
                faults.add(Problem(self.source.name, 1, heading, expected))
        for name in self.layout.required:
            if name not in self.names:
                expected = "a column of this name in the first row"
                found = ", ".join(self.headings) or "an empty row"
                faults.add(Problem(self.source.name, 1, name, expected, found))
        faults.refuse()


class Ledger:
    """What must be remembered of a whole file, kept on disk so that memory stays flat."""

    def __init__(self) -> None:
        self._kept = sqlite3.connect("", isolation_level=None)
        self._kept.execute("PRAGMA journal_mode=OFF")
        self._kept.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, row INTEGER) WITHOUT ROWID")
        self._kept.execute("CREATE TABLE rejected (row INTEGER PRIMARY KEY)")
        self._kept.execute("BEGIN")

    def close(self) -> None:
        """Throws it all away."""
        self._kept.close()

    def seen(self, key: str) -> int | None:
        """The row that brought this key, if one did."""
        found = self._kept.execute("SELECT row FROM seen WHERE key = ?", [key]).fetchone()
        return found[0] if found else None

    def note(self, key: str, row: int) -> None:
        """Keeps the first row that brings a key."""
        self._kept.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", [key, row])

    def reject(self, row: int) -> None:
        """Notes that a row is left out."""
        self._kept.execute("INSERT INTO rejected VALUES (?)", [row])

    def accepted(self, sheet: Sheet) -> Iterator[Row]:
        """The rows of a file that was checked, without those left out.

        Raises Refused where the file is no longer the one that was checked.
        """
        left_out = self._kept.execute("SELECT row FROM rejected ORDER BY row")
        next_out = left_out.fetchone()
        for row in sheet.rows():
            if next_out is not None and row.number == next_out[0]:
                next_out = left_out.fetchone()
                continue
            if row.problems:
                raise Refused(f"{sheet.source.name} was changed while it was being read.")
            yield row


class Rejects:
    """The file that rows left out are written to, each with why; nowhere without a path.

    It takes its place when all rows were looked at, so that it is never half a file.
    """

    def __init__(self, path: Path | None, sheet: Sheet) -> None:
        self.path, self.names = path, [name for name in sheet.names if name != WHY]
        self._keep = [place for place, name in enumerate(sheet.names) if name != WHY]
        self._width = len(sheet.names)
        if path is None:
            return
        if path.exists() and path.samefile(sheet.source.path):
            raise Refused("Choose another file for the rejected rows: this is the one to load.")
        self._part = path.with_name(path.name + ".part")
        opened = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(opened, "w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow([WHY, *self.names])

    def write(self, row: Row) -> None:
        """Adds a row that is left out. One that does not fit the headings stays as it stands."""
        if self.path is None:
            return
        why = "; ".join(str(problem) for problem in row.problems)
        cells = row.cells
        if len(cells) == self._width:
            cells = [cells[place] for place in self._keep]
        self._writer.writerow([why, *cells])

    def close(self, *, whole: bool) -> None:
        """Puts the file in its place, or throws it away."""
        if self.path is None:
            return
        self._file.close()
        if whole:
            self._part.replace(self.path)
        else:
            self._part.unlink()
