"""Person records from CSV files whose columns go by any usual name, made comparable."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from wansdyke.kernel.flow import Refused
from wansdyke.linkage.bulk.columns import BATCH, Columns, Gathered
from wansdyke.people.cleaning import COLUMNS
from wansdyke.people.delimited import (
    Faults,
    Problem,
    SourceFile,
    headings_of,
    plain_heading,
    rows_of,
    source_file,
)
from wansdyke.ui.tables import FORMULA

# What other systems call our columns.
ALSO_CALLED = {
    "id": ("unique_id", "rec_id", "record_id", "person_id", "reference", "ref", "urn", "nominal"),
    "forename": ("first_name", "given_name", "firstname", "fname", "forename_1", "forename1",
                 "christian_name", "given_names", "forenames"),
    "middle_names": ("middle_name", "other_names", "forename_2", "forename2", "second_name"),
    "surname": ("last_name", "family_name", "lastname", "lname", "sname"),
    "date_of_birth": ("dob", "birth_date", "birthdate", "born", "d.o.b.", "d.o.b"),
    "sex": ("gender",),
    "house": ("house_number", "house_no", "street_number", "building", "house_name", "number"),
    "street": ("street_name", "address_1", "address1", "address_line_1", "road", "address"),
    "town": ("city", "suburb", "post_town", "locality"),
    "county": ("state", "region"),
    "postcode": ("post_code", "zip", "zip_code", "pcode"),
    "phone": ("telephone", "mobile", "tel", "phone_number", "telephone_number", "mobile_number"),
    "email": ("e-mail", "email_address", "e_mail"),
    "pnc": ("pnc_id", "pncid", "pnc_number", "pnc_no"),
    "cro": ("cro_number", "cro_no", "cro_id"),
}  # fmt: skip
# Without one of these nothing can be said of who anybody is.
# Ids go out as they came, to be joined on, into files that a spreadsheet may open.
NUMBER = re.compile(r"[+\-]?\d+(\.\d+)?")
NO_FORMULA = "an id that no spreadsheet takes for a formula"
TELLING = frozenset(COLUMNS) - {"id", "sex", "town", "county", "middle_names"}


@dataclass(frozen=True)
class Mapped:
    """How one file's columns were read: ours, by theirs; and theirs that nothing is read from."""

    file: str
    columns: Mapping[str, str]
    ignored: tuple[str, ...]


@dataclass(frozen=True)
class Read:
    """The records of some files in their order, their ids, and how the columns were read."""

    ids: list[str]
    records: Columns
    mapped: list[Mapped]


def chosen_columns(path: Path | None) -> dict[str, str]:
    """The columns that a mapping file chooses: ours = "theirs". Raises Refused for a bad one."""
    if path is None:
        return {}
    try:
        found = tomllib.loads(path.read_text())
    except (OSError, ValueError, RecursionError) as fault:
        raise Refused(f"The mapping {path.name} cannot be read: {fault}") from None
    unknown = sorted(set(found) - set(COLUMNS))
    if unknown or not all(isinstance(value, str) for value in found.values()):
        wrong = f"It has “{unknown[0]}”." if unknown else "A value is not a text."
        raise Refused(
            f'The mapping {path.name} must have lines such as forename = "first_name", for'
            f" columns among {', '.join(COLUMNS)}. {wrong}"
        )
    return found


def mapped(name: str, headings: Sequence[str], chosen: Mapping[str, str]) -> Mapped:
    """Which of a file's columns hold what; a choice goes before what can be guessed.

    Raises Refused where a chosen column is not there, or none tells who anybody is.
    """
    missing = [theirs for theirs in chosen.values() if theirs not in headings]
    if missing:
        raise Refused(_wrong(name, f"the column “{missing[0]}”, as the mapping says", headings))
    taken = set(chosen.values())
    columns = dict(chosen)
    by_name = {plain_heading(h): h for h in reversed(headings) if h not in taken}
    for ours in COLUMNS:
        names = (ours, *ALSO_CALLED[ours])
        found = next((by_name[n] for n in names if n in by_name), None)
        if ours not in columns and found is not None:
            columns[ours] = found
    if not TELLING & set(columns):
        raise Refused(_wrong(name, f"some of {', '.join(COLUMNS)}", headings))
    used = set(columns.values())
    return Mapped(name, columns, tuple(h for h in headings if h not in used))


def _wrong(name: str, expected: str, headings: Sequence[str]) -> str:
    found = ", ".join(f"“{heading}”" for heading in headings) or "none"
    return f"{name}: expected {expected}; found the columns {found}. Nothing was linked."


def read(
    paths: Sequence[Path],
    chosen: Mapping[str, str],
    today: date,
    told: Callable[[int], None] = lambda amount: None,
) -> Read:
    """All records of some files. An id that is missing is the row's number; of several files each
    id has its file's name before it. `told` gets records read so far.

    Raises BadFile with rows and columns, Refused for wrong columns.
    """
    ids, gathered, how = list[str](), Gathered(today), list[Mapped]()
    for path in paths:
        try:
            source = source_file(path)
        except OSError as fault:
            raise Refused(f"{path.name} cannot be read: {fault.strerror}") from None
        known = [name for ours in COLUMNS for name in (ours, *ALSO_CALLED[ours])]
        known += chosen.values()
        how.append(mapped(source.name, headings_of(source, known), chosen))
        before = f"{path.name}:" if len(paths) > 1 else ""
        for new, values in _batches(source, how[-1], before):
            ids += new
            gathered.add(values, len(new))
            told(len(ids))
    return Read(ids, gathered.columns(), how)


Batch = tuple[list[str], dict[str, Sequence[str]]]


def _batches(source: SourceFile, how: Mapped, before: str) -> Iterator[Batch]:
    """Ids, and values by our columns, of some rows at a time; raises BadFile after the last."""
    ours, theirs = list(how.columns), list(how.columns.values())
    place = ours.index("id") if "id" in ours else None
    faults, rows_by_id = Faults(), dict[str, int]()
    ids, rows = list[str](), list[list[str]]()
    for row, values in rows_of(source, theirs):
        if isinstance(values, Problem):
            faults.add(values)
            continue
        said = "" if place is None else values[place]
        key = before + (said or str(row))
        if FORMULA.match(key) and not NUMBER.fullmatch(key):
            faults.add(Problem(source.name, row, how.columns.get("id", ""), NO_FORMULA, key))
        first = rows_by_id.setdefault(key, row)
        if first != row:
            expected = f"an id of its own (row {first} has the same)"
            faults.add(Problem(source.name, row, how.columns.get("id", ""), expected, said))
        ids.append(key)
        rows.append(values)
        if len(rows) == BATCH:
            yield ids, dict(zip(ours, zip(*rows, strict=True), strict=True))
            ids, rows = [], []
    faults.refuse()
    if rows:
        yield ids, dict(zip(ours, zip(*rows, strict=True), strict=True))
