"""Published street-level crime (data.police.uk): reference counts by area and month, not cases.

Identity. A row with a Crime ID is that crime. A row without one (all anti-social behaviour) is
known by the fingerprint of the whole row: two identical rows of one file are two events, and a
file that holds n of them says that there are at least n. So what is kept is the largest number
seen in any one file; the same file again, or one that overlaps, adds nothing.

The publisher's files hold a Crime ID once. Should one come again, in the same file or in another,
it is still one crime: its month, category and place stay as first published (a row that differs
is counted and said), and an outcome that the crime has not had yet is its newest; those it had
before are kept. A blank outcome,
or one it has had before, is not newer: an old file loaded again changes nothing.

A month stays a month. A row outside the areas that are loaded, or without an area, is kept and
counted as outside. Rows are only added, each under its load, so nothing shows before all is in.
"""

import math
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from wansdyke.access.actors import Actor
from wansdyke.access.models import Load
from wansdyke.kernel.flow import Refused
from wansdyke.people import loads
from wansdyke.people.areas import codes_loaded
from wansdyke.people.delimited import (
    Came,
    Checked,
    Faults,
    Problem,
    SourceFile,
    Told,
    rows_of,
    source_file,
    untold,
)
from wansdyke.people.many_rows import insert
from wansdyke.people.models import PublishedCrime, PublishedOutcome

KIND = "police-uk"
ANTISOCIAL = "Anti-social behaviour"
COLUMNS = (
    "Crime ID",
    "Month",
    "Reported by",
    "Falls within",
    "Longitude",
    "Latitude",
    "Location",
    "LSOA code",
    "LSOA name",
    "Crime type",
    "Last outcome category",
    "Context",
)
# The longest each column may be, in characters, in the same order.
LENGTHS = (80, 7, 80, 80, 20, 20, 200, 20, 120, 60, 120, 300)
_MONTH = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")
_AREA = re.compile(r"[0-9A-Z]{4,20}")


class Row(NamedTuple):
    """One row of a file, checked. The month is its first day and stands for the whole of it."""

    crime_id: str
    fingerprint: str
    month: date
    category: str
    area_code: str
    area_name: str
    location: str
    latitude: float | None
    longitude: float | None
    reported_by: str
    falls_within: str
    first_outcome: str
    context: str


@dataclass(frozen=True)
class Summary(Came):
    """What came of loading one file. `known` rows were there before; `already`: the very file."""

    added: int = 0
    known: int = 0
    outcomes: int = 0
    differing: int = 0
    outside: int = 0
    already: bool = False


@lru_cache(maxsize=1000)
def _month(text: str) -> date | None:
    return date(int(text[:4]), int(text[5:]), 1) if _MONTH.fullmatch(text) else None


def _degrees(text: str, most: int) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= most else None


def _faults(values: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a row: column, what was expected, what was found."""
    given = dict(zip(COLUMNS, values, strict=True))
    for (column, value), most in zip(given.items(), LENGTHS, strict=True):
        if len(value) > most:
            yield column, f"{most} characters or fewer", value
        if "\x00" in value:
            yield column, "text without null characters", value
    if _month(given["Month"]) is None:
        yield "Month", "a month as YYYY-MM", given["Month"] or "nothing"
    if not given["Crime type"]:
        yield "Crime type", "a kind of crime", "nothing"
    code = given["LSOA code"]
    if code and not _AREA.fullmatch(code):
        yield "LSOA code", "an area code such as E01015471, or nothing", code
    for column, most in (("Longitude", 180), ("Latitude", 90)):
        if given[column] and _degrees(given[column], most) is None:
            yield column, f"degrees between -{most} and {most}, or nothing", given[column]
    if bool(given["Longitude"]) != bool(given["Latitude"]):
        missing = "Latitude" if given["Longitude"] else "Longitude"
        yield missing, "both longitude and latitude, or neither", "nothing"


def _row(values: Sequence[str]) -> Row:
    crime_id, month, reported, within, east, north, place, code, name, kind, outcome, more = values
    first = _month(month)
    if first is None:
        raise ValueError(month)
    return Row(
        crime_id=crime_id,
        fingerprint="" if crime_id else sha256("\x1f".join(values).encode()).hexdigest(),
        month=first,
        category=kind,
        area_code=code,
        area_name=name,
        location=place,
        latitude=float(north) if north else None,
        longitude=float(east) if east else None,
        reported_by=reported,
        falls_within=within,
        first_outcome=outcome,
        context=more,
    )


def check(path: Path, told: Told = untold) -> Checked:
    """Reads a whole file and writes nothing; `told` gets bytes read, of twice the file's size.

    Raises BadFile naming file, row, column and what was expected; OSError for an unreadable file.
    """
    source = source_file(path, told)
    faults, rows = Faults(), 0
    for number, values in rows_of(source, COLUMNS, lambda done: told(source.size + done)):
        rows += 1
        if isinstance(values, Problem):
            faults.add(values)
            continue
        for column, expected, found in _faults(values):
            faults.add(Problem(source.name, number, column, expected, found))
    faults.refuse()
    return Checked(source, rows)


def _checked_rows(source: SourceFile) -> Iterator[Row]:
    for _, values in rows_of(source, COLUMNS):
        if isinstance(values, Problem) or any(_faults(values)):
            raise Refused(f"{source.name} was changed while it was being read. Load it again.")
        yield _row(values)


def _crimes(source: SourceFile, load: Load) -> Iterator[PublishedCrime]:
    """Each row as the crime it would be, with which of its identical copies it is in the file.

    The copies are counted in a temporary database, on disk once they are many: memory stays flat.
    """
    upsert = (
        "INSERT INTO seen VALUES (?, 1) ON CONFLICT (print) DO UPDATE SET n = n + 1 RETURNING n"
    )
    with closing(sqlite3.connect("", isolation_level=None)) as kept:
        kept.execute("PRAGMA journal_mode=OFF")
        kept.execute("CREATE TABLE seen (print BLOB PRIMARY KEY, n INTEGER) WITHOUT ROWID")
        kept.execute("BEGIN")
        for row in _checked_rows(source):
            copy = 1
            if not row.crime_id:
                (copy,) = kept.execute(upsert, [bytes.fromhex(row.fingerprint)]).fetchone()
            yield PublishedCrime(copy=copy, load=load, **row._asdict())


def load(
    checked: Checked, *, by: Actor, now: Callable[[], datetime], told: Told = untold
) -> Summary:
    """Brings a checked file in; `told` gets how many of its rows are in.

    Goes on where a killed load of the same file stopped. Raises Refused where the actor may not,
    another load is under way, or the file has changed since it was checked.
    """
    source = checked.source
    with loads.alone(KIND):
        earlier = loads.completed(KIND, source.sha256)
        if earlier is not None and loads.may_load(by):
            outside = earlier.counts.get("outside", 0)
            return Summary(
                source.name, earlier.pk, checked.rows, 0, checked.rows, 0, 0, outside, already=True
            )
        source.unchanged()
        loading = loads.begin(
            KIND, source, by=by, now=now, remove=remove, allowed=loads.may_load(by)
        )
        inside = codes_loaded()
        told(loading.done)
        rows = islice(_crimes(source, loading.load), loading.done, None)
        while batch := list(islice(rows, loading.pace.rows)):
            outside = sum(crime.area_code not in inside for crime in batch)
            with loading.batch(len(batch)):
                _store(loading, batch)
                loading.count("outside", outside)
            told(loading.done)
        source.unchanged()
        done = loading.complete()
    counts = {key: value for key, value in done.counts.items() if key != loads.DONE}
    return Summary(source.name, done.pk, checked.rows, **counts)


def remove(load: Load, most: int) -> int:
    """Deletes up to so many of an incomplete load's rows; returns how many went."""
    for model in (PublishedOutcome, PublishedCrime):
        keys = list(model.objects.filter(load=load).values_list("pk", flat=True)[:most])
        if keys:
            model.objects.filter(pk__in=keys).delete()
            return len(keys)
    return 0


def _store(loading: loads.Loading, batch: Sequence[PublishedCrime]) -> None:
    """Adds the crimes that are not there yet, and the newer outcomes of those that are."""
    there = set(
        PublishedCrime.objects.filter(
            crime_id="", fingerprint__in={c.fingerprint for c in batch if not c.crime_id}
        ).values_list("fingerprint", "copy")
    )
    found = PublishedCrime.objects.filter(crime_id__in={c.crime_id for c in batch if c.crime_id})
    known = {crime.crime_id: crime for crime in found}
    new: list[PublishedCrime] = []
    again: list[tuple[PublishedCrime, PublishedCrime]] = []
    for crime in batch:
        if crime.crime_id in known:
            again.append((known[crime.crime_id], crime))
        elif crime.crime_id or (crime.fingerprint, crime.copy) not in there:
            new.append(crime)
            if crime.crime_id:
                known[crime.crime_id] = crime
    insert(new)
    loading.count("added", len(new))
    loading.count("known", len(batch) - len(new))
    loading.count("differing", sum(_facts(kept) != _facts(read) for kept, read in again))
    _add_outcomes(loading, again)


def _facts(crime: PublishedCrime) -> tuple[date, str, str]:
    return crime.month, crime.category, crime.area_code


def _add_outcomes(
    loading: loads.Loading, again: Sequence[tuple[PublishedCrime, PublishedCrime]]
) -> None:
    """Notes each outcome that a crime (kept) has not had and that is read for it now."""
    # A crime that came twice in this very batch was kept without learning its key.
    unkeyed = {kept.crime_id for kept, _ in again if not kept.pk}
    if unkeyed:
        keyed = {c.crime_id: c for c in PublishedCrime.objects.filter(crime_id__in=unkeyed)}
        again = [(keyed.get(kept.crime_id, kept), read) for kept, read in again]
    keys = {kept.pk for kept, _ in again}
    had = set(PublishedOutcome.objects.filter(crime__in=keys).values_list("crime_id", "outcome"))
    had |= {(kept.pk, kept.first_outcome) for kept, _ in again}
    brought: list[PublishedOutcome] = []
    for kept, read in again:
        if read.first_outcome and (kept.pk, read.first_outcome) not in had:
            had.add((kept.pk, read.first_outcome))
            brought.append(
                PublishedOutcome(crime=kept, outcome=read.first_outcome, load=loading.load)
            )
    PublishedOutcome.objects.bulk_create(brought)
    loading.count("outcomes", len(brought))
