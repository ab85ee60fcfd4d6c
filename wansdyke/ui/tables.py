"""Rows as a table on a page, as CSV and as XLSX: the columns are declared once for all three."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from math import isfinite
from pathlib import Path
from typing import IO, Any, Final

import xlsxwriter

from wansdyke.ui.words import NOT_RECORDED, comes_twice, date_words, in_london, london, number

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
# A spreadsheet takes a cell that starts with one of these for a formula; the wide forms too.
FORMULA: Final = re.compile(r"[\t\r\n\x00]|\s*[=+\-@＝＋－＠]")
CHUNK_CHARACTERS: Final = 64 * 1024
LONGEST_CELL: Final = 32_767
MOST_ROWS: Final = 1_048_576
CUT: Final = " [cut: a spreadsheet cell holds no more]"
# The first day that spreadsheets agree on: they take 1900 for a leap year.
FIRST_DAY: Final = date(1900, 3, 1)
FIXED_MOMENT: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - the writer wants a naive one


class TooManyRows(Exception):
    """More rows than one spreadsheet holds; the message is for the user."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: `key` finds its value in a row, `label` heads it.

    `sortable` columns get a link in their heading; `numeric` ones are set to the right; `whole`
    ones are never broken over two lines.
    """

    key: str
    label: str
    sortable: bool = False
    numeric: bool = False
    whole: bool = False


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A value on a page that is more than its text: a link, or a coloured tag."""

    text: str
    href: str = ""
    colour: str = ""
    late: bool = False


@dataclass(frozen=True, kw_only=True)
class Sort:
    """By which column a list is ordered."""

    key: str
    descending: bool = False

    @classmethod
    def read(cls, asked: str | None, columns: Sequence[Column], *, default: "Sort") -> "Sort":
        """The order asked for as "due" or "-due"; a column that is not sortable is refused."""
        key = (asked or "").removeprefix("-")
        if key not in {column.key for column in columns if column.sortable}:
            return default
        return cls(key=key, descending=(asked or "").startswith("-"))

    def asks(self, column: Column) -> str:
        """What the link in a column's heading asks for: the other way round if it rules now."""
        return f"-{column.key}" if self.key == column.key and not self.descending else column.key

    def aria(self, column: Column) -> str:
        """The heading's `aria-sort`."""
        if self.key != column.key:
            return "none"
        return "descending" if self.descending else "ascending"


def cell_of(row: Mapping[str, Any], column: Column) -> Cell:
    """A row's value in a column as a page shows it.

    Raises:
        KeyError: the row has no such value.
    """
    value = row[column.key]
    if isinstance(value, Cell):
        return value
    return Cell(text=_shown(value))


def _shown(value: object) -> str:
    if value is None:
        return NOT_RECORDED.capitalize()
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return london(value)
    if isinstance(value, date):
        return date_words(value)
    if isinstance(value, (int, float)):
        return number(value)
    return str(value)


def safe_text(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe goes before one that might be.

    That is text which, spaces apart, starts with = + - @ or one of their wide forms, or which
    starts with a tab, a line break or a null. The apostrophe is part of the file: who reads
    it by program takes one leading apostrophe off again.
    """
    return f"'{text}" if FORMULA.match(text) else text


def _moment_text(moment: datetime) -> str:
    local = in_london(moment)
    text = local.isoformat(" ", "seconds")[:19]
    return f"{text} {local:%Z}" if comes_twice(local) else text


def _plain(value: object) -> str | int | float:
    """A value in a file: numbers as they are, moments in London time, the rest as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, datetime):
        return _moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return value.text if isinstance(value, Cell) else str(value)


def _safe(value: object) -> str | int | float:
    # Most of an export is text: asked first, for it is asked a million times.
    if type(value) is str:
        return safe_text(value)
    plain = _plain(value)
    return safe_text(plain) if isinstance(plain, str) else plain


def csv_rows(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """A CSV file piece by piece, for a streamed answer: UTF-8 with a mark, so that Excel opens it.

    The headings come first and at once. Every text is quoted and made safe (`safe_text`);
    moments are London time, "2026-11-22 21:33:05", with GMT or BST in the hour that comes
    twice. Memory stays flat however many rows there are.

    Raises:
        KeyError: a row lacks a column.
    """
    page = io.StringIO(newline="")
    writer = csv.writer(page, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([safe_text(column.label) for column in columns])
    yield BYTE_ORDER_MARK + _taken(page)
    keys = [column.key for column in columns]
    for row in rows:
        writer.writerow([_safe(row[key]) for key in keys])
        if page.tell() >= CHUNK_CHARACTERS:
            yield _taken(page)
    if page.tell():
        yield _taken(page)


def _taken(page: io.StringIO) -> bytes:
    text = page.getvalue()
    page.seek(0)
    page.truncate()
    return text.encode("utf-8", "replace")


@dataclass
class _Sheet:
    """A worksheet being written, one row after another, in flat memory."""

    book: Any
    title: str
    formats: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        name = "".join("-" if mark in "[]:*?/\\'" else mark for mark in self.title)[:31].strip()
        self.sheet = self.book.add_worksheet(name or "Sheet")
        self.formats = {
            "head": self.book.add_format({"bold": True, "text_wrap": True}),
            "day": self.book.add_format({"num_format": "d mmmm yyyy"}),
            "moment": self.book.add_format({"num_format": "d mmmm yyyy hh:mm:ss"}),
        }

    def head(self, columns: Sequence[Column]) -> None:
        self.sheet.set_column(0, max(len(columns) - 1, 0), 22)
        self.sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            self.sheet.write_string(0, place, column.label, self.formats["head"])

    def put(self, line: int, place: int, value: object) -> None:
        if value is None:
            return
        if is_exact_number(value):
            self.sheet.write_number(line, place, value)
        elif isinstance(value, datetime) and is_exact_moment(value):
            local = in_london(value).replace(tzinfo=None, microsecond=0)
            self.sheet.write_datetime(line, place, local, self.formats["moment"])
        elif isinstance(value, date) and not isinstance(value, datetime) and value >= FIRST_DAY:
            self.sheet.write_datetime(line, place, value, self.formats["day"])
        else:
            # In a cell typed as text a formula is dead as it stands: nothing is put before it.
            self.sheet.write_string(line, place, _cut(str(_plain(value))))


def is_exact_number(value: object) -> bool:
    """Whether a spreadsheet's number holds this value: finite, and of fifteen digits at most."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return isfinite(value) and abs(value) < 10**15


def is_exact_moment(moment: datetime) -> bool:
    """Whether a spreadsheet's date holds this moment: after 1900, in an hour that comes once."""
    local = in_london(moment)
    return local.date() >= FIRST_DAY and not comes_twice(local)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - len(CUT)] + CUT


def write_xlsx(
    where: Path | IO[bytes],
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Mapping[str, Any]],
) -> int:
    """Write one worksheet in flat memory; return the number of rows below the headings.

    Texts are written as texts and never as formulas or links. The file carries no property
    but its title: no author, no company, no time of making.

    Raises:
        TooManyRows: more than a spreadsheet holds.
        KeyError: a row lacks a column.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    target = str(where) if isinstance(where, Path) else where
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": title, "created": FIXED_MOMENT})
        sheet = _Sheet(book, title)
        sheet.head(columns)
        line = 0
        for line, row in enumerate(rows, start=1):
            if line >= MOST_ROWS:
                raise TooManyRows(
                    f"A spreadsheet holds {MOST_ROWS - 1:,} rows. Narrow the list, or use CSV."
                )
            for place, column in enumerate(columns):
                sheet.put(line, place, row[column.key])
    return line


def xlsx_bytes(title: str, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """`write_xlsx` into memory, for lists short enough to be made while somebody waits."""
    file = io.BytesIO()
    write_xlsx(file, title, columns, rows)
    return file.getvalue()
