"""How many people there are of something in a year, and who says so, from a CSV file.

Of another figure for the same thing and year the one loaded last holds; it takes effect when its
whole file is in.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.access.models import Load
from wansdyke.kernel.flow import Refused
from wansdyke.people import loads
from wansdyke.people.delimited import (
    Checked,
    Faults,
    Problem,
    SourceFile,
    Told,
    rows_of,
    source_file,
    untold,
)

# Nobody counted anybody before, and no area has as many people as the country.
FIRST_YEAR, LAST_YEAR, MOST_PEOPLE = 1801, 2100, 70_000_000
LONGEST_SOURCE = 120
Fault = tuple[str, str, str]
Noted = Callable[[loads.Loading, Sequence[Any]], None]


def _unnoted(_loading: loads.Loading, _batch: Sequence[Any]) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Yearly:
    """One kind of such file. `columns` are its own: what is counted, then how many people, the
    year and the source; `named` are the model's columns for what is counted, in the same order.

    `unknown` finds fault with what is counted; `once` says what stands once a year.
    """

    kind: str
    model: type[Any]
    columns: tuple[str, ...]
    named: tuple[str, ...]
    unknown: Callable[[Sequence[str]], Iterator[Fault]]
    once: str

    def check(self, path: Path, told: Told = untold) -> Checked:
        """Reads a whole file and writes nothing; `told` gets bytes read, of twice the file's size.

        Raises BadFile naming file, row, column and what was expected; OSError for an unreadable
        file.
        """
        source = source_file(path, told)
        faults, seen, rows = Faults(), dict[tuple[str, ...], int](), 0
        last = len(self.named) - 1
        for number, values in rows_of(source, self.columns, lambda done: told(source.size + done)):
            rows += 1
            if isinstance(values, Problem):
                faults.add(values)
                continue
            for fault in self._faults(values):
                faults.add(Problem(source.name, number, *fault))
            first = seen.setdefault((*values[: last + 1], values[-2]), number)
            if first != number:
                expected = f"{self.once} once a year; row {first} has it too"
                faults.add(Problem(source.name, number, self.columns[last], expected, values[last]))
        faults.refuse()
        return Checked(source, rows)

    def _faults(self, values: Sequence[str]) -> Iterator[Fault]:
        *counted, people, year, said = values
        yield from self.unknown(counted)
        if not whole(people, 0, MOST_PEOPLE):
            yield self.columns[-3], "a whole number of people", people or "nothing"
        if not whole(year, FIRST_YEAR, LAST_YEAR):
            yield "year", f"a year between {FIRST_YEAR} and {LAST_YEAR}", year or "nothing"
        if not said or len(said) > LONGEST_SOURCE or not said.isprintable():
            expected = f"who says so, in at most {LONGEST_SOURCE} characters"
            yield "source", expected, said or "nothing"

    def load(
        self,
        checked: Checked,
        *,
        by: Actor,
        now: Callable[[], datetime],
        told: Told = untold,
        noted: Noted = _unnoted,
    ) -> tuple[int, dict[str, int]]:
        """Brings a checked file in; `told` gets how many of its rows are in, `noted` each batch.
        Returns the load's key, and how many were added, changed and known.

        What a killed load left is taken back first. Raises Refused where the actor may not, another
        load is under way, or the file has changed.
        """
        source, allowed = checked.source, loads.may_load(by)
        with loads.alone(self.kind):
            source.unchanged()
            loading = loads.begin(
                self.kind, source, by=by, now=now, remove=self.remove, allowed=allowed, resume=False
            )
            changed: list[Any] = []
            rows = self._rows(source, loading.load)
            while batch := list(islice(rows, loading.pace.rows)):
                with loading.batch(len(batch)):
                    changed += self._store(loading, batch)
                    noted(loading, batch)
                told(loading.done)
            source.unchanged()
            loading.complete(lambda _: self._take_place(changed))
        counts = {key: n for key, n in loading.counts.items() if key != loads.DONE}
        return loading.load.pk, counts

    def remove(self, load: Load, most: int) -> int:
        """Deletes up to so many of an incomplete load's rows; returns how many went."""
        keys = list(self.model.objects.filter(load=load).values_list("pk", flat=True)[:most])
        self.model.objects.filter(pk__in=keys).delete()
        return len(keys)

    def _rows(self, source: SourceFile, load: Load) -> Iterator[Any]:
        for _, values in rows_of(source, self.columns):
            if isinstance(values, Problem) or any(self._faults(values)):
                raise Refused(f"{source.name} was changed while it was being read. Load it again.")
            *counted, people, year, said = values
            given = {"people": int(people), "year": int(year), "source": said, "load": load}
            yield self.model(**dict(zip(self.named, counted, strict=True)), **given)

    def _key(self, row: Any) -> tuple[Any, ...]:
        return (*(getattr(row, name) for name in self.named), row.year)

    def _store(self, loading: loads.Loading, batch: Sequence[Any]) -> list[Any]:
        """Adds the new; returns those that say otherwise than what is known."""
        first = self.named[0]
        rows = self.model.objects.filter(**{f"{first}__in": {getattr(r, first) for r in batch}})
        there = {self._key(row): row for row in rows}
        new, differing = [], []
        for row in batch:
            known = there.get(self._key(row))
            if known is None:
                new.append(row)
            elif (known.people, known.source) != (row.people, row.source):
                differing.append(row)
        self.model.objects.bulk_create(new)
        loading.count("added", len(new))
        loading.count("changed", len(differing))
        loading.count("known", len(batch) - len(new) - len(differing))
        return differing

    def _take_place(self, changed: Sequence[Any]) -> None:
        if changed:
            self.model.objects.bulk_create(
                changed,
                update_conflicts=True,
                unique_fields=[*self.named, "year"],
                update_fields=["people", "source", "load"],
            )


def whole(text: str, least: int, most: int) -> bool:
    """Whether a text is a whole number between two, both of which may be."""
    digits = text.isascii() and text.isdigit() and len(text) < 10
    return digits and least <= int(text) <= most
