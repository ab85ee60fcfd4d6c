"""Which pairs are compared: those that share what a rule names, each rule counted before it is
used.

Splink can do the same, at several times the cost: it carries all columns through every join, where
most records share what a rule names with nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from duckdb import DuckDBPyConnection

from wansdyke.linkage.bulk import person_v1

Rule = tuple[str, ...]
# How many pairs the loose rules may bring together, and any other rule by itself.
PAIRS_A_RECORD, PAIRS_A_RULE, FEWEST_ALLOWED = 3, 20, 2_000_000


class Gathering(Protocol):
    """A database that brings together the records that share what a rule names."""

    def pairs_of(self, rule: Rule) -> int:
        """How many pairs a rule makes."""

    def pair_up(self, rule: Rule) -> None:
        """Takes the pairs of the rule that was asked for last."""


def choose(gathering: Gathering, records: int) -> tuple[list[Rule], list[Rule]]:
    """Pairs up by as many rules as keep the work in bounds; returns those, and the strict ones that
    would have brought too many (a date that a form puts in everywhere would bring all with all
    together)."""
    most = max(FEWEST_ALLOWED, PAIRS_A_RULE * records)
    left = max(FEWEST_ALLOWED, PAIRS_A_RECORD * records)
    used: list[Rule] = []
    left_out: list[Rule] = []
    for rule in person_v1.BLOCKING:
        fits = gathering.pairs_of(rule) <= most
        (used if fits else left_out).append(rule)
        if fits:
            gathering.pair_up(rule)
    for rule in person_v1.LOOSE:
        brought = gathering.pairs_of(rule)
        if brought <= left:
            left -= brought
            used.append(rule)
            gathering.pair_up(rule)
    return used, left_out


@dataclass(frozen=True)
class Brought:
    """The rules by which pairs were brought together, those that would have brought too many, and
    the table of the pairs as Splink takes it."""

    used: list[Rule]
    left_out: list[Rule]
    table: str


@dataclass(frozen=True)
class _InDuckDB:
    database: DuckDBPyConnection
    table: str

    def pairs_of(self, rule: Rule) -> int:
        """Puts together the records that share what the rule names."""
        words = (  # nosec B608 - the names of our own rules and of Splink's table
            "create or replace temp table groups_of_rule as"  # noqa: S608  # nosec B608
            f" select list(row) as rows from {self.table} where {told(rule)}"
            f" group by {named(rule)} having count(*) > 1"
        )
        self.database.execute(words)
        ((pairs,),) = self.database.execute(
            "select coalesce(sum(len(rows) * (len(rows) - 1) // 2), 0) from groups_of_rule"
        ).fetchall()
        return int(pairs)

    def pair_up(self, rule: Rule) -> None:
        """Takes the pairs of the groups that were put together last."""
        self.database.execute(
            "insert into pairs_of_rules select l, r from"
            " (select l, unnest(rows) as r from"
            " (select rows, unnest(rows) as l from groups_of_rule)) where l < r"
        )


def bring_together(database: DuckDBPyConnection, table: str, records: int) -> Brought:
    """Every pair that a rule brings together, once."""
    database.execute("create or replace temp table pairs_of_rules (l integer, r integer)")
    used, left_out = choose(_InDuckDB(database, table), records)
    database.execute(
        "create or replace temp table brought_together as select distinct '0' as match_key,"
        " l as join_key_l, r as join_key_r from pairs_of_rules"
    )
    database.execute("drop table pairs_of_rules; drop table groups_of_rule")
    return Brought(used, left_out, "brought_together")


def alike(database: DuckDBPyConnection, table: str, columns: Sequence[str]) -> int:
    """How many pairs of records share all these columns."""
    groups = database.table(table).filter(told(columns)).aggregate("count(*) n", named(columns))
    ((pairs,),) = groups.aggregate("coalesce(sum(n * (n - 1) // 2), 0)").fetchall()
    return int(pairs)


def told(columns: Sequence[str]) -> str:
    """The condition that a record says something in all these columns."""
    return " and ".join(f"{column} is not null" for column in columns)


def named(columns: Sequence[str]) -> str:
    """The columns, as SQL lists them."""
    return ", ".join(columns)
