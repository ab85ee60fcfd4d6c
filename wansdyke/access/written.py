"""Questions under scope that are asked again and again, written as SQL once.

To write a query under scope as SQL takes ten times as long as to answer it for the few rows of a
look-up. A `Question` is written once for what its form depends on (who asks, by posts and teams),
with stand-ins for what differs from one asking to the next: the moment, and the keys it is about.
"""

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.kernel.calendar import london

# A moment at which nothing of ours happened, and its day: where they stand, the real ones go.
STAND_IN = datetime(1888, 8, 8, 8, 8, 8, 888, tzinfo=UTC)
STAND_IN_DAY = london(STAND_IN).date()
KEYS = object()
MOST_HELD = 500


class _Listed(Func):
    """Whether a column is among the keys that the question is about: one value, however many."""

    def __init__(self, column: str) -> None:
        super().__init__(F(column), output_field=BooleanField())

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self._in("{} = ANY(%s)", compiler)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self._in("{} IN (SELECT value FROM json_each(%s))", compiler)

    def _in(self, form: str, compiler: Any) -> tuple[str, tuple[Any, ...]]:
        column, before = compiler.compile(self.source_expressions[0])
        return form.format(column), (*before, KEYS)


def among_keys(column: str) -> Q:
    """The rows of which a column is among the keys of the asking."""
    return Q(_Listed(column))


def standing(actor: Actor) -> Actor:
    """An actor as far as scope goes: of which request they ask makes no difference."""
    return replace(
        actor, username="", name="", rank="", session="", address="", request_id="", channel=""
    )


class _Written:
    """A query as SQL, and where in its values what differs from one asking to the next belongs."""

    def __init__(self, text: str, values: Iterable[Any]) -> None:
        ops = connection.ops
        self.text, self.values = text, list(values)
        moment, day = ops.adapt_datetimefield_value, ops.adapt_datefield_value
        self.keys = [n for n, value in enumerate(self.values) if value is KEYS]
        self.moments = self._like(moment(STAND_IN))
        self.days = self._like(day(STAND_IN_DAY))

    def _like(self, stand: Any) -> list[int]:
        return [n for n, value in enumerate(self.values) if _same(value, stand)]

    def filled(self, at: datetime, keys: Collection[int]) -> list[Any]:
        """The values with the moment, its London day and the keys where they belong."""
        ops, filled = connection.ops, self.values.copy()
        listed = json.dumps(list(keys)) if connection.vendor == "sqlite" else list(keys)
        for places, real in (
            (self.keys, listed),
            (self.moments, ops.adapt_datetimefield_value(at)),
            (self.days, ops.adapt_datefield_value(_day(at))),
        ):
            for place in places:
                filled[place] = real
        return filled


class Question:
    """A query by an actor about rows by their keys.

    `write(actor, at)` makes it, with values_list, and `among_keys` where the keys belong. It may
    depend on the moment and on the London day of it in no other way than as a value, and on the
    actor by no more than `standing` keeps.
    """

    def __init__(self, write: Callable[[Actor, datetime], QuerySet[Any, Any]]) -> None:
        self._write = write
        self._written: dict[tuple[str, Actor], _Written | None] = {}

    def rows(self, actor: Actor, at: datetime, keys: Collection[int]) -> list[tuple[Any, ...]]:
        """The rows, as the database gives them: days and moments are text on SQLite."""
        if not keys:
            return []
        written = self._for(standing(actor))
        if written is None:
            return []
        with connection.cursor() as cursor:
            cursor.execute(written.text, written.filled(at, keys))
            return list(cursor.fetchall())

    def _for(self, actor: Actor) -> "_Written | None":
        key = (connection.vendor, actor)
        if key not in self._written:
            if len(self._written) >= MOST_HELD:
                self._written.clear()
            query = self._write(actor, STAND_IN).query
            try:
                text, values = query.get_compiler(connection=connection).as_sql()
                self._written[key] = _Written(text, values)
            except EmptyResultSet:
                self._written[key] = None
        return self._written[key]


def _day(at: datetime) -> date:
    return london(at).date()


def _same(value: Any, stand: Any) -> bool:
    return type(value) is type(stand) and bool(value == stand)
