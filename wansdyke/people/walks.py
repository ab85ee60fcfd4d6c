"""Walks of an index: the few records that a condition brings, and several asked at once.

What is found here is for no page, as in `people/finding.py`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from wansdyke.people.models import PersonRecord

# How many rows one walk brings.
MOST_ROWS, FEW_ROWS = 300, 100
COLUMNS = (
    "root_id, person_id, forename_key, surname_key, formerly_key, middle_names, date_of_birth,"
    " sex, phone_key, email, pnc_key, cro_key"
)
# Conditions and columns are this file's own; what was typed goes apart, as values.
ROWS = (
    "SELECT * FROM (SELECT {} AS walk, "  # noqa: S608  # nosec B608
    + COLUMNS
    + " FROM people_personrecord WHERE {} LIMIT {}) AS w{}"
)
OF_ROOT = "root_id IN (SELECT id FROM access_root WHERE reference = %s)"
PERSONS = "(SELECT id FROM people_person WHERE reference = %s)"


class Row(NamedTuple):
    """The columns of a record that are compared; a date as “1980-05-17”, or empty."""

    pk: int
    person_id: int
    forename: str
    surname: str
    formerly: str
    middle: str
    born: str
    sex: str
    phone: str
    email: str
    pnc: str
    cro: str


BORN = Row._fields.index("born")


class Walk(NamedTuple):
    """One way to match, by one index: a condition, its values, and how many rows at most."""

    where: str
    values: Sequence[Any]
    most: int

    def within(self, other: "Walk | None") -> "Walk":
        """Both conditions at once."""
        if other is None:
            return self
        return Walk(f"{self.where} AND {other.where}", [*self.values, *other.values], self.most)


def equal(column: str, value: Any, most: int = MOST_ROWS) -> Walk:
    """Rows whose column holds a value."""
    return Walk(f"{column} = %s", [value], most)


def one_of(column: str, values: Sequence[Any], most: int = MOST_ROWS) -> Walk:
    """Rows whose column holds one of some values."""
    return Walk(f"{column} IN ({', '.join(['%s'] * len(values))})", values, most)


def between(column: str, first: Any, end: Any, most: int = MOST_ROWS) -> Walk:
    """Rows whose column holds the first or what comes after it, and not yet the end."""
    return Walk(f"{column} >= %s AND {column} < %s", [first, end], most)


def of_reference(reference: str) -> Iterator[Walk]:
    """The record of a reference, or those that were made as the person of it: whom a record was
    linked with since is for no reference to tell."""
    yield Walk(OF_ROOT, [reference], FEW_ROWS)
    yield Walk(f"first_person_id IN {PERSONS}", [reference], FEW_ROWS)
    yield Walk(f"person_id IN {PERSONS} AND first_person_id IS NULL", [reference], FEW_ROWS)


def walked(ways: Iterable[Walk]) -> tuple[dict[int, Row], bool]:
    """The rows that some walks bring, by primary key; and whether one had more."""
    asked = [way for way in ways if "()" not in way.where]
    if not asked:
        return {}, False
    brought = Counter[int]()
    found: dict[int, Row] = {}
    parts = " UNION ALL ".join(
        ROWS.format(number, way.where, way.most, number) for number, way in enumerate(asked)
    )
    with connection.cursor() as cursor:
        cursor.execute(parts, [value for way in asked for value in way.values])
        for number, *columns in cursor.fetchall():
            brought[number] += 1
            columns[BORN] = str(columns[BORN] or "")
            found[columns[0]] = Row._make(columns)
    return found, any(brought[number] == way.most for number, way in enumerate(asked))


def rows_of(records: QuerySet[PersonRecord]) -> list[Row]:
    """Records as they are compared."""
    found, _ = walked([one_of("root_id", list(records.values_list("pk", flat=True)))])
    return list(found.values())
