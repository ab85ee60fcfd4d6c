"""How those who live in the force's area answer the questions about equality: from a CSV file of
census tables.

Of another figure for the same answer and year the one loaded last holds; it takes effect when its
whole file is in.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from wansdyke.access.actors import Actor
from wansdyke.access.models import Load
from wansdyke.kernel.flow import Refused
from wansdyke.people import loads
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
from wansdyke.people.equality_words import BY_KEY, Unsaid
from wansdyke.people.models import PopulationShare
from wansdyke.people.populations import FIRST_YEAR, LAST_YEAR, LONGEST_SOURCE, MOST_PEOPLE, whole

KIND = "population-shares"
COLUMNS = ("characteristic", "answer", "people", "year", "source")
KEYED = ("characteristic", "value", "year")
Fault = tuple[str, str, str]


@dataclass(frozen=True)
class Summary(Came):
    """What came of one file."""

    added: int = 0
    changed: int = 0
    known: int = 0


@dataclass(frozen=True)
class Share:
    """Of those who answered a question, the share (0 to 1) who answered so."""

    share: float
    year: int
    source: str


def shares(characteristic: str) -> dict[str, Share]:
    """The shares of each answer to a question, in the newest year of which any is known."""
    rows = PopulationShare.objects.filter(
        load__in=loads.whole_loads(), characteristic=characteristic
    )
    known = list(rows.order_by("-year", "pk"))
    found = [row for row in known if row.year == known[0].year]
    everybody = sum(row.people for row in found)
    return {
        row.value: Share(row.people / everybody, row.year, row.source) for row in found if everybody
    }


def answers_published(characteristic: str) -> frozenset[str]:
    """What a file may give numbers of: the answers as they are published."""
    found = BY_KEY.get(characteristic)
    keys = {key for key, _ in found.published()} if found else set()
    return frozenset(keys - set(Unsaid))


def check(path: Path, told: Told = untold) -> Checked:
    """Reads a whole file and writes nothing; `told` gets bytes read, of twice the file's size.

    Raises BadFile naming file, row, column and what was expected; OSError for an unreadable file.
    """
    source = source_file(path, told)
    faults, seen, rows = Faults(), dict[tuple[str, ...], int](), 0
    for number, values in rows_of(source, COLUMNS, lambda done: told(source.size + done)):
        rows += 1
        if isinstance(values, Problem):
            faults.add(values)
            continue
        for fault in _faults(values):
            faults.add(Problem(source.name, number, *fault))
        first = seen.setdefault((*values[:2], values[3]), number)
        if first != number:
            expected = f"an answer once a year; row {first} has it too"
            faults.add(Problem(source.name, number, "answer", expected, values[1]))
    faults.refuse()
    return Checked(source, rows)


def _faults(values: Sequence[str]) -> Iterator[Fault]:
    characteristic, answer, people, year, said = values
    if characteristic not in BY_KEY:
        yield "characteristic", f"one of {', '.join(BY_KEY)}", characteristic or "nothing"
    elif answer not in (known := answers_published(characteristic)):
        yield "answer", f"one of {', '.join(sorted(known))}", answer or "nothing"
    if not whole(people, 0, MOST_PEOPLE):
        yield "people", "a whole number of people", people or "nothing"
    if not whole(year, FIRST_YEAR, LAST_YEAR):
        yield "year", f"a year between {FIRST_YEAR} and {LAST_YEAR}", year or "nothing"
    if not said or len(said) > LONGEST_SOURCE or not said.isprintable():
        yield "source", f"who says so, in at most {LONGEST_SOURCE} characters", said or "nothing"


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
        changed: list[PopulationShare] = []
        rows = _rows(source, loading.load)
        while batch := list(islice(rows, loading.pace.rows)):
            with loading.batch(len(batch)):
                changed += _store(loading, batch)
            told(loading.done)
        source.unchanged()
        loading.complete(lambda _: _take_place(changed))
    counts = {key: n for key, n in loading.counts.items() if key != loads.DONE}
    return Summary(source.name, loading.load.pk, checked.rows, **counts)


def remove(load: Load, most: int) -> int:
    """Deletes up to so many of an incomplete load's rows; returns how many went."""
    keys = list(PopulationShare.objects.filter(load=load).values_list("pk", flat=True)[:most])
    PopulationShare.objects.filter(pk__in=keys).delete()
    return len(keys)


def _rows(source: SourceFile, load: Load) -> Iterator[PopulationShare]:
    for _, values in rows_of(source, COLUMNS):
        if isinstance(values, Problem) or any(_faults(values)):
            raise Refused(f"{source.name} was changed while it was being read. Load it again.")
        characteristic, answer, people, year, said = values
        yield PopulationShare(
            characteristic=characteristic,
            value=answer,
            people=int(people),
            year=int(year),
            source=said,
            load=load,
        )


def _key(row: PopulationShare) -> tuple[str, str, int]:
    return row.characteristic, row.value, row.year


def _store(loading: loads.Loading, batch: Sequence[PopulationShare]) -> list[PopulationShare]:
    """Adds the new; returns those that say otherwise than what is known."""
    rows = PopulationShare.objects.filter(year__in={row.year for row in batch})
    there = {_key(row): row for row in rows}
    new = [row for row in batch if _key(row) not in there]
    differing = [
        row
        for row in batch
        if (known := there.get(_key(row))) is not None
        and (known.people, known.source) != (row.people, row.source)
    ]
    PopulationShare.objects.bulk_create(new)
    loading.count("added", len(new))
    loading.count("changed", len(differing))
    loading.count("known", len(batch) - len(new) - len(differing))
    return differing


def _take_place(changed: Sequence[PopulationShare]) -> None:
    if changed:
        PopulationShare.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=list(KEYED),
            update_fields=["people", "source", "load"],
        )
