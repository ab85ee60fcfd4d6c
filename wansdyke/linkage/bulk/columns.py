"""Cleaned records held by column: a million of them in a tenth of the room that as many objects
take, and each value that comes again is cleaned once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from itertools import islice, zip_longest
from typing import overload

import pyarrow as pa

from wansdyke.people.cleaning import UNREADABLE, Cleaned, clean
from wansdyke.people.names import names

TEXTS = tuple(field.name for field in fields(Cleaned) if field.name != "unreadable")
SCHEMA = pa.schema(
    [*((name, pa.string()) for name in TEXTS), ("unreadable", pa.list_(pa.string()))]
)
NAMED = ("forename", "middle_names", "surname")
# What each other column of a file becomes; none of them depends on any but itself.
BECOMES = {
    "date_of_birth": "born",
    **{name: name for name in ("sex", "house", "street", "town", "county", "postcode", "phone",
                               "email", "pnc", "cro")},
}  # fmt: skip
# So many rows at a time stay in the processor's cache while they are cleaned.
BATCH = 2_000
# Beyond so many distinct values of a column what was learnt of it is let go.
MOST_KNOWN = 300_000


class Columns(Sequence[Cleaned]):
    """Cleaned records in their order. Nothing known is null in `table`."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    @classmethod
    def of(cls, records: Iterable[Cleaned]) -> "Columns":
        """The columns of records."""
        left, batches = iter(records), []
        while chunk := list(islice(left, BATCH)):
            columns = {name: [getattr(one, name) or None for one in chunk] for name in SCHEMA.names}
            batches.append(pa.RecordBatch.from_pydict(columns, SCHEMA))
        return cls(pa.Table.from_batches(batches, SCHEMA))

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @overload
    def __getitem__(self, row: int) -> Cleaned: ...
    @overload
    def __getitem__(self, row: slice) -> list[Cleaned]: ...
    def __getitem__(self, row: int | slice) -> Cleaned | list[Cleaned]:
        found = range(len(self))[row]
        return self.at([found])[0] if isinstance(found, int) else self.at(found)

    def __iter__(self) -> Iterator[Cleaned]:
        for batch in self.table.to_batches():
            yield from _records(batch)

    def at(self, rows: Sequence[int]) -> list[Cleaned]:
        """The records of some rows, in that order."""
        return list(_records(self.table.take(pa.array(rows, pa.int64()))))

    def pairs_of(self, one: str, other: str) -> Iterator[list[tuple[str, str]]]:
        """Two columns side by side, some rows at a time."""
        for batch in self.table.select([one, other]).to_batches(BATCH):
            both = (batch.column(name).fill_null("").to_pylist() for name in (one, other))
            yield list(zip(*both, strict=True))

    def unreadable(self) -> Counter[str]:
        """In how many records each column holds something that is not what it is for."""
        said = self.table["unreadable"].drop_null()
        return Counter(name for names_of_one in said.to_pylist() for name in names_of_one)

    def with_columns(self, **columns: pa.ChunkedArray) -> "Columns":
        """The same records with other values of some columns."""
        table = self.table
        for name, values in columns.items():
            table = table.set_column(table.schema.get_field_index(name), name, values)
        return Columns(table)


def _records(table: pa.Table | pa.RecordBatch) -> Iterator[Cleaned]:
    texts = ([value or "" for value in table.column(name).to_pylist()] for name in TEXTS)
    unreadable = (tuple(found or ()) for found in table.column("unreadable").to_pylist())
    for values in zip(*texts, unreadable, strict=True):
        yield Cleaned(*values)


class Gathered:
    """Cleans what files say, some rows at a time, and keeps it by column."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._known: dict[str, dict[str, str | None]] = {name: {} for name in BECOMES}
        self._bad: dict[str, set[str]] = {name: set() for name in UNREADABLE}
        self._batches: list[pa.RecordBatch] = []

    def add(self, said: Mapping[str, Sequence[str]], rows: int) -> None:
        """Cleans so many rows, given by the columns of COLUMNS, any of them missing."""
        self._learn(said)
        nothing = [""] * rows
        called = zip(*(said.get(name, nothing) for name in NAMED), strict=True)
        keys = [names(*one) for one in called]
        columns: dict[str, list[object]] = {
            "forename": [one.forename or None for one in keys],
            "middle": [one.middle or None for one in keys],
            "surname": [one.surname or None for one in keys],
            "formerly": [one.formerly or None for one in keys],
            "generation": [one.generation or None for one in keys],
        }
        for name, field in BECOMES.items():
            known = self._known[name]
            columns[field] = [known[v] for v in said[name]] if name in said else [None] * rows
        columns["unreadable"] = self._unreadable(said, rows)
        self._batches.append(pa.RecordBatch.from_pydict(columns, SCHEMA))

    def columns(self) -> Columns:
        """All that was added."""
        return Columns(pa.Table.from_batches(self._batches, SCHEMA))

    def _learn(self, said: Mapping[str, Sequence[str]]) -> None:
        """Cleans the values that are new, one of each column side by side."""
        new: dict[str, set[str]] = {}
        for name, known in self._known.items():
            if len(known) > MOST_KNOWN:
                known.clear()
                self._bad.get(name, set()).clear()
            if name in said:
                new[name] = set(said[name]).difference(known)
        for values in zip_longest(*new.values(), fillvalue=""):
            row = dict(zip(new, values, strict=True))
            one = clean(row, self._today)
            for name, value in row.items():
                self._known[name][value] = getattr(one, BECOMES[name]) or None
            for name in one.unreadable:
                self._bad[name].add(row[name])

    def _unreadable(self, said: Mapping[str, Sequence[str]], rows: int) -> list[object]:
        found: list[object] = [None] * rows
        for name in UNREADABLE:
            bad = self._bad[name]
            if bad and name in said:
                for place, value in enumerate(said[name]):
                    if value in bad:
                        found[place] = [*(found[place] or ()), name]  # type: ignore[misc]
        return found
