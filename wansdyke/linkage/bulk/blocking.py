"""Which pairs are compared: those that share what a rule names, each rule counted before it is
used.

Splink can do the same, at several times the cost: it carries all columns through every join, where
most records share what a rule names with nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from wansdyke.linkage.bulk import person_v1

Rule = tuple[str, ...]
# How many pairs the loose rules may bring together, and any other rule by itself.
PAIRS_A_RECORD, PAIRS_A_RULE, FEWEST_ALLOWED = 3, 20, 2_000_000


@dataclass(frozen=True)
class Brought:
    """The rules by which pairs were brought together, the strict ones that would have brought too
    many (a date that a form puts in everywhere would bring all with all together), and the table
    of the pairs as Splink takes it."""

    used: list[Rule]
    left_out: list[Rule]
    table: str


def bring_together(database: DuckDBPyConnection, table: str, records: int) -> Brought:
    """Every pair that a rule brings together, once."""
    most = max(FEWEST_ALLOWED, PAIRS_A_RULE * records)
    left = max(FEWEST_ALLOWED, PAIRS_A_RECORD * records)
    used: list[Rule] = []
    left_out: list[Rule] = []
    database.execute("create or replace temp table pairs_of_rules (l integer, r integer)")
    for rule in person_v1.BLOCKING:
        fits = _groups(database, table, rule) <= most
        (used if fits else left_out).append(rule)
        if fits:
            _pair_up(database)
    for rule in person_v1.LOOSE:
        brought = _groups(database, table, rule)
        if brought <= left:
            left -= brought
            used.append(rule)
            _pair_up(database)
    database.execute(
        "create or replace temp table brought_together as select distinct '0' as match_key,"
        " l as join_key_l, r as join_key_r from pairs_of_rules"
    )
    database.execute("drop table pairs_of_rules; drop table groups_of_rule")
    return Brought(used, left_out, "brought_together")


def alike(database: DuckDBPyConnection, table: str, columns: Sequence[str]) -> int:
    """How many pairs of records share all these columns."""
    groups = database.table(table).filter(_told(columns)).aggregate("count(*) n", _named(columns))
    ((pairs,),) = groups.aggregate("coalesce(sum(n * (n - 1) // 2), 0)").fetchall()
    return int(pairs)


def _groups(database: DuckDBPyConnection, table: str, rule: Rule) -> int:
    """Puts together the records that share what a rule names; returns how many pairs they make."""
    words = (  # nosec B608 - the names of our own rules and of Splink's table
        "create or replace temp table groups_of_rule as"  # noqa: S608  # nosec B608
        f" select list(row) as rows from {table} where {_told(rule)}"
        f" group by {_named(rule)} having count(*) > 1"
    )
    database.execute(words)
    ((pairs,),) = database.execute(
        "select coalesce(sum(len(rows) * (len(rows) - 1) // 2), 0) from groups_of_rule"
    ).fetchall()
    return int(pairs)


def _pair_up(database: DuckDBPyConnection) -> None:
    database.execute(
        "insert into pairs_of_rules select l, r from"
        " (select l, unnest(rows) as r from (select rows, unnest(rows) as l from groups_of_rule))"
        " where l < r"
    )


def _told(columns: Sequence[str]) -> str:
    return " and ".join(f"{column} is not null" for column in columns)


def _named(columns: Sequence[str]) -> str:
    return ", ".join(columns)
