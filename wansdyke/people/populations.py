"""Populations: how many people live in an area, from a CSV file, and the newest that is known.

Of another figure for the same area and year the one loaded last holds; it takes effect when its
whole file is in.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from wansdyke.access.actors import Actor
from wansdyke.access.models import Load
from wansdyke.kernel.flow import Refused
from wansdyke.people import loads
from wansdyke.people.areas import areas
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
from wansdyke.people.models import Population

KIND = "populations"
COLUMNS = ("code", "population", "year", "source")
# Nobody counted anybody before, and no area has as many people as the country.
FIRST_YEAR, LAST_YEAR, MOST_PEOPLE = 1801, 2100, 70_000_000
LONGEST_CODE, LONGEST_SOURCE = 20, 120
Fault = tuple[str, str, str]


@dataclass(frozen=True)
class Summary(Came):
    """What came of one file. `elsewhere`: rows of areas that are not loaded; they are kept."""

    added: int = 0
    changed: int = 0
    known: int = 0
    elsewhere: int = 0


@dataclass(frozen=True)
class Lived:
    """How many people lived in an area in a year, and who says so."""

    people: int
    year: int
    source: str


def newest(codes: Collection[str] | None = None) -> dict[str, Lived]:
    """The newest population of each area by its code; an area of which none is known is absent."""
    rows = Population.objects.filter(load__in=loads.whole_loads())
    if codes is not None:
        rows = rows.filter(code__in=list(codes))
    known = rows.order_by("year").values_list("code", "people", "year", "source")
    return {code: Lived(people, year, source) for code, people, year, source in known}


def check(path: Path, told: Told = untold) -> Checked:
    """Reads a whole file and writes nothing; `told` gets bytes read, of twice the file's size.

    Raises BadFile naming file, row, column and what was expected; OSError for an unreadable file.
    """
    source = source_file(path, told)
    faults, seen, rows = Faults(), dict[tuple[str, str], int](), 0
    for number, values in rows_of(source, COLUMNS, lambda done: told(source.size + done)):
        rows += 1
        if isinstance(values, Problem):
            faults.add(values)
            continue
        for fault in _faults(values):
            faults.add(Problem(source.name, number, *fault))
        first = seen.setdefault((values[0], values[2]), number)
        if first != number:
            expected = f"an area once a year; row {first} has it too"
            faults.add(Problem(source.name, number, "code", expected, values[0]))
    faults.refuse()
    return Checked(source, rows)


def _faults(values: Sequence[str]) -> Iterator[Fault]:
    code, people, year, said = values
    if not code or len(code) > LONGEST_CODE or not (code.isascii() and code.isalnum()):
        yield "code", "an area code such as E01015471", code or "nothing"
    if not whole(people, 0, MOST_PEOPLE):
        yield "population", "a whole number of people", people or "nothing"
    if not whole(year, FIRST_YEAR, LAST_YEAR):
        yield "year", f"a year between {FIRST_YEAR} and {LAST_YEAR}", year or "nothing"
    if not said or len(said) > LONGEST_SOURCE or not said.isprintable():
        yield "source", f"who says so, in at most {LONGEST_SOURCE} characters", said or "nothing"


def whole(text: str, least: int, most: int) -> bool:
    """Whether a text is a whole number between two, both of which may be."""
    digits = text.isascii() and text.isdigit() and len(text) < 10
    return digits and least <= int(text) <= most


def load(
    checked: Checked, *, by: Actor, now: Callable[[], datetime], told: Told = untold
) -> Summary:
    """Brings a checked file in; `told` gets how many of its rows are in.

    What a killed load left is taken back first. Raises Refused where the actor may not, another
    load is under way, or the file has changed.
    """
    source = checked.source
    with loads.alone(KIND):
        source.unchanged()
        loading = loads.begin(
            KIND, source, by=by, now=now, remove=remove, allowed=loads.may_load(by), resume=False
        )
        inside = set(areas().values_list("code", flat=True))
        changed: list[Population] = []
        rows = _rows(source, loading.load)
        while batch := list(islice(rows, loading.pace.rows)):
            with loading.batch(len(batch)):
                changed += _store(loading, batch)
                loading.count("elsewhere", sum(row.code not in inside for row in batch))
            told(loading.done)
        source.unchanged()
        loading.complete(lambda _: _take_place(changed))
    counts = {key: n for key, n in loading.counts.items() if key != loads.DONE}
    return Summary(source.name, loading.load.pk, checked.rows, **counts)


def remove(load: Load, most: int) -> int:
    """Deletes up to so many of an incomplete load's rows; returns how many went."""
    keys = list(Population.objects.filter(load=load).values_list("pk", flat=True)[:most])
    Population.objects.filter(pk__in=keys).delete()
    return len(keys)


def _rows(source: SourceFile, load: Load) -> Iterator[Population]:
    for _, values in rows_of(source, COLUMNS):
        if isinstance(values, Problem) or any(_faults(values)):
            raise Refused(f"{source.name} was changed while it was being read. Load it again.")
        code, people, year, said = values
        yield Population(code=code, people=int(people), year=int(year), source=said, load=load)


def _store(loading: loads.Loading, batch: Sequence[Population]) -> list[Population]:
    """Adds the new; returns those that say otherwise than what is known."""
    rows = Population.objects.filter(code__in={row.code for row in batch})
    there = {(row.code, row.year): row for row in rows}
    new, differing = [], []
    for row in batch:
        known = there.get((row.code, row.year))
        if known is None:
            new.append(row)
        elif (known.people, known.source) != (row.people, row.source):
            differing.append(row)
    Population.objects.bulk_create(new)
    loading.count("added", len(new))
    loading.count("changed", len(differing))
    loading.count("known", len(batch) - len(new) - len(differing))
    return differing


def _take_place(changed: Sequence[Population]) -> None:
    if changed:
        Population.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["code", "year"],
            update_fields=["people", "source", "load"],
        )
