"""Delimited files as people save them: any usual encoding and delimiter, read one row at a time."""

import codecs
import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from wansdyke.kernel.flow import Refused

CHUNK = 1024 * 1024
LONGEST_HEADING = 64 * 1024
MOST_TOLD = 20
DELIMITERS = ",;\t"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
Told = Callable[[int], None]


def untold(amount: int) -> None:
    """Tells nobody how far the work has come."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a file. `row` is the row a spreadsheet shows: the headings are row 1.

    In a file without rows, `unit` says what is counted instead. `values` are those of a row that
    does not fit the headings, as they stand in the file.
    """

    file: str
    row: int
    column: str
    expected: str
    found: str = ""
    unit: str = "row"
    values: tuple[str, ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        column = f", column “{self.column}”" if self.column else ""
        found = f", found “{_brief(self.found)}”" if self.found else ""
        return f"{self.file}, {self.unit} {self.row}{column}: expected {self.expected}{found}"


def _brief(text: str) -> str:
    shown = "".join(mark if mark.isprintable() else "�" for mark in text[:60])
    return shown + ("…" if len(text) > 60 else "")


class BadFile(Refused):
    """A file that was not loaded, with what is wrong in it (the first twenty, and how many)."""

    def __init__(self, problems: Sequence[Problem], total: int | None = None) -> None:
        self.problems = tuple(problems[:MOST_TOLD])
        self.total = total if total is not None else len(problems)
        left = self.total - len(self.problems)
        lines = [str(problem) for problem in self.problems]
        lines += [f"and {left:,} more like these"] if left else []
        super().__init__("\n".join(["Nothing was loaded from this file.", *lines]))


class Faults:
    """Problems as they are found: the first twenty are kept, all are counted."""

    def __init__(self) -> None:
        self.first: list[Problem] = []
        self.total = 0

    def add(self, problem: Problem) -> None:
        """Counts a problem, and keeps it while there is room."""
        self.total += 1
        if len(self.first) < MOST_TOLD:
            self.first.append(problem)

    def refuse(self) -> None:
        """Raises BadFile if anything was found."""
        if self.total:
            raise BadFile(self.first, self.total)


@dataclass(frozen=True)
class SourceFile:
    """A file as it was when it was first read through: what it is called, holds and weighs."""

    path: Path
    sha256: str
    encoding: str
    size: int
    changed_ns: int

    @property
    def name(self) -> str:
        return self.path.name[-255:]

    def unchanged(self) -> None:
        """Raises Refused if the file is not the one that was read before."""
        now = self.path.stat()
        if (now.st_size, now.st_mtime_ns) != (self.size, self.changed_ns):
            raise Refused(f"{self.name} was changed while it was being read. Load it again.")


@dataclass(frozen=True)
class Checked:
    """A file all of whose rows, or features, were found good, and how many they are."""

    source: SourceFile
    rows: int


@dataclass(frozen=True)
class Came:
    """What came of loading one file: its name, the load's key and its rows."""

    file: str
    load: int
    rows: int

    def as_dict(self) -> dict[str, str | int | bool]:
        """As JSON can hold it."""
        return asdict(self)


def source_file(path: Path, told: Told = untold) -> SourceFile:
    """Reads a file through once, for its SHA-256 and its encoding; `told` gets bytes read so far.

    UTF-8 (with or without a byte-order mark), UTF-16 (with one) or, where the bytes are not
    UTF-8, Windows-1252. Raises BadFile where they are none of these, OSError where the file
    cannot be read.
    """
    state = path.stat()
    digest = hashlib.sha256()
    with path.open("rb") as file:
        guess = _Guess(path.name, file.peek(4)[:4])
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            guess.feed(chunk)
            told(file.tell())
    encoding = guess.finish()
    return SourceFile(path, digest.hexdigest(), encoding, state.st_size, state.st_mtime_ns)


class _Guess:
    """Tries encodings side by side; the first of them that every byte fits is the file's."""

    def __init__(self, name: str, start: bytes) -> None:
        self.name = name
        marked = [encoding for mark, encoding in _MARKS if start.startswith(mark)]
        self.left = {e: codecs.getincrementaldecoder(e)() for e in marked or ("utf-8", "cp1252")}
        self.lines = 0

    def feed(self, chunk: bytes) -> None:
        self._try(chunk, final=False)
        self.lines += chunk.count(b"\n")

    def finish(self) -> str:
        self._try(b"", final=True)
        return next(iter(self.left))

    def _try(self, chunk: bytes, *, final: bool) -> None:
        for encoding, decoder in list(self.left.items()):
            try:
                decoder.decode(chunk, final)
            except UnicodeDecodeError as error:
                del self.left[encoding]
                line = self.lines + chunk[: error.start].count(b"\n") + 1
        if not self.left:
            raise BadFile([Problem(self.name, line, "", "text in UTF-8 or Windows-1252")])


def plain_heading(text: str) -> str:
    """A heading as it is compared: small letters, words joined by underscores."""
    return "_".join(text.strip().strip('"').casefold().split())


def headings_of(source: SourceFile, known: Sequence[str]) -> list[str]:
    """The headings of a file as they stand in its first row; `known` tells the delimiter.

    Raises BadFile for quotation marks that never close.
    """
    with source.path.open("rb") as file:
        text = io.TextIOWrapper(file, encoding=source.encoding, newline="")
        reader = csv.reader(text, delimiter=_delimiter(text, known), strict=True)
        try:
            return [heading.strip() for heading in next(reader, [])]
        except csv.Error as error:
            expected = f"text that can be split into columns ({error})"
            raise BadFile([Problem(source.name, 1, "", expected)]) from error


def rows_of(
    source: SourceFile, columns: Sequence[str], told: Told = untold
) -> Iterator[tuple[int, list[str] | Problem]]:
    """Each row's number and its values for the columns named, in their order, spaces trimmed.

    The file's own columns may stand in any order, with others between them. A row that does not
    fit the headings comes as a Problem. Empty rows are passed over. `told` gets bytes read.
    Raises BadFile for headings that lack a column and for quotation marks that never close.
    """
    with source.path.open("rb") as file:
        text = io.TextIOWrapper(file, encoding=source.encoding, newline="")
        delimiter = _delimiter(text, columns)
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        row = 0
        try:
            headings = [heading.strip() for heading in next(reader, [])]
            places, row = _places(source.name, headings, columns), 1
            for row, values in enumerate(reader, start=2):
                if row % 2000 == 0:
                    told(file.tell())
                if values:
                    yield row, _picked(source.name, row, values, places, len(headings))
        except csv.Error as error:
            expected = f"text that can be split into columns ({error})"
            raise BadFile([Problem(source.name, row + 1, "", expected)]) from error
        told(source.size)


def _delimiter(text: io.TextIOWrapper, columns: Sequence[str]) -> str:
    first = text.readline(LONGEST_HEADING)
    text.seek(0)
    found = {mark: {plain_heading(h) for h in first.split(mark)} for mark in DELIMITERS}
    known = {plain_heading(column) for column in columns}
    return max(DELIMITERS, key=lambda mark: len(found[mark] & known))


def _places(name: str, headings: Sequence[str], columns: Sequence[str]) -> list[int]:
    faults = Faults()
    for column in columns:
        if headings.count(column) != 1:
            how = "only once" if column in headings else "in the first row"
            faults.add(Problem(name, 1, column, f"a column of this name {how}"))
    faults.refuse()
    return [headings.index(column) for column in columns]


def _picked(
    name: str, row: int, values: list[str], places: Sequence[int], width: int
) -> list[str] | Problem:
    if len(values) != width:
        expected = f"{width} columns, as in the first row"
        return Problem(name, row, "", expected, str(len(values)), values=tuple(values))
    return [values[place].strip() for place in places]
