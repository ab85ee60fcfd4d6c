"""Hostile words in every text column of the sweeps' world, whoever may type them: by rows, for what
no form takes today another way in may bring tomorrow."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import psycopg
from allauth.mfa.models import Authenticator
from django.db import connection, models
from psycopg import sql

from tests.databases import Database
from tests.proof.payloads import MARK, PAYLOADS
from tests.proof.untyped import text_columns, untyped
from wansdyke.history.models import Change

# Enough for a text area that nobody limits, and no more than a page can be opened with.
LONGEST, ALL, FEW = 1200, 12_000, 10
# The log and its like take no change: its events name steps and not what was typed.
APART = "history."


def columns() -> Iterator[tuple[str, type[models.Model], Any]]:
    """Every text column that somebody types, with its name."""
    known = untyped()
    for column, model, field in text_columns():
        if column not in known and not column.startswith(APART):
            yield column, model, field
    # The names of passkeys.
    yield "mfa.Authenticator.data", Authenticator, Authenticator._meta.get_field("data")


# The indexes of a column: each with the constraint that it is of, if any.
INDEXES = """
SELECT i.indexrelid::regclass::text, c.conname FROM pg_index i
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'u'
WHERE i.indrelid = %s::regclass AND a.attname = %s AND NOT i.indisprimary
"""


def widened(database: Database) -> None:
    """Lets PostgreSQL's columns hold more than a form takes, as SQLite's do anyway; an index holds
    no more of a row than a third of a page, so there is none."""
    if connection.vendor != "postgresql":
        return
    with psycopg.connect(database.environment["WANSDYKE_OWNER_URL"], autocommit=True) as owner:
        for _, model, field in columns():
            if not field.max_length:
                continue
            table, column = sql.Identifier(model._meta.db_table), sql.Identifier(field.column)
            found = owner.execute(INDEXES, [model._meta.db_table, field.column]).fetchall()
            for index, constraint in found:
                if constraint:
                    words = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}")
                    owner.execute(words.format(table, sql.Identifier(constraint)))
                else:
                    owner.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(index)))
            words = sql.SQL("ALTER TABLE {} ALTER COLUMN {} TYPE text")
            owner.execute(words.format(table, column))


class Seeds:
    """Payloads one after another, each column in its own turn, from where the last pass ended."""

    def __init__(self) -> None:
        self.next: dict[str, int] = {}
        self.whole: dict[str, set[int]] = {}

    def take(self, column: str, most: int, least: int = 0) -> str:
        """As many of the payloads as fit, the next ones first, and `least` that need not fit."""
        words: list[str] = []
        for number in count(self.next.get(column, 0)):
            one = PAYLOADS[number % len(PAYLOADS)]
            full = len("\n".join([*words, one])) > most and len(words) >= least
            if (words and full) or len(words) == len(PAYLOADS):
                self.next[column] = number
                return "\n".join(words)
            # What is cut short is still what somebody may have typed.
            words.append(one if least else one[:most])
            if words[-1] == one:
                self.whole.setdefault(column, set()).add(number % len(PAYLOADS))
        raise AssertionError("unreachable")

    def sow(self, *, whole: bool) -> None:
        """Fills every column of every row: as a form would take it, or so that every column holds
        all of them among its rows."""
        for column, model, field in columns():
            rows = list(model._default_manager.order_by("pk"))
            self.whole.setdefault(column, set())
            # Where there are few rows, each holds them all.
            most = field.max_length or (ALL if len(rows) < FEW else LONGEST)
            if isinstance(field, models.JSONField):
                self._sow_json(column, model, field, rows)
                continue
            least = -(-len(PAYLOADS) // max(len(rows), 1)) if whole else 0
            for row in rows:
                value = self.take(column, most, least)
                model._default_manager.filter(pk=row.pk).update(**{field.name: value})
        self._changes()

    def _sow_json(
        self, column: str, model: type[models.Model], field: Any, rows: list[models.Model]
    ) -> None:
        values = [getattr(row, field.name) for row in rows]
        free = sum(len(list(_free(value))) for value in values)
        for row, value in zip(rows, values, strict=True):
            new = self.worded(column, value, -(-len(PAYLOADS) // max(free, 1)))
            model._default_manager.filter(pk=row.pk).update(**{field.name: new})

    def worded(self, column: str, value: Any, least: int) -> Any:
        """What a column of JSON holds, with payloads for the words in it."""
        if isinstance(value, dict):
            return {key: self.worded(column, one, least) for key, one in value.items()}
        if isinstance(value, list):
            return [self.worded(column, one, least) for one in value]
        return self.take(column, 200, least) if _is_free(value) else value

    def _changes(self) -> None:
        """Old and new values are never changed; new ones come beside them."""
        made = []
        for change in Change.objects.order_by("pk").select_related("event"):
            if isinstance(change.new, str) and " " in change.new and MARK not in change.new:
                old, new = (self.take(f"history.Change.{name}", 300) for name in ("old", "new"))
                change.pk, change.old, change.new = None, old, new
                made.append(change)
        Change.objects.bulk_create(made[:400])

    def left_out(self) -> list[str]:
        """The columns in which not every payload was in full, and how many were."""
        return [
            f"{column}: {len(held)}"
            for column, held in sorted(self.whole.items())
            if len(held) < len(PAYLOADS)
        ]


def _is_free(value: Any) -> bool:
    return isinstance(value, str) and (" " in value or MARK in value)


def _free(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _free(one)
    elif _is_free(value):
        yield value
