"""Many rows of one kind at once: one statement for all, for keys that nobody reads back."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, TypeVar

from django.db import connection, models

from wansdyke.access.models import Root
from wansdyke.people.models import Person, Place

# What the database takes as it stands in Python; anything else is asked of the field.
AS_IT_STANDS = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.FloatField,
    models.BooleanField,
)
Getter = Callable[[Any], Any]
Named = TypeVar("Named", Root, Person, Place)


def insert(rows: Iterable[models.Model]) -> int:
    """Adds rows of one model, whose own keys are either given or never needed; returns how many.

    A row may point at another that was saved after it was made. Several times as fast as
    bulk_create, which writes a statement for each few rows. Call inside a transaction.
    """
    made = list(rows)
    if not made:
        return 0
    model = type(made[0])
    fields = [f for f in model._meta.concrete_fields if not isinstance(f, models.AutoField)]
    getters = [_getter(field) for field in fields]
    return _execute(model, fields, [[get(row.__dict__) for get in getters] for row in made])


def insert_plain(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> int:
    """The same for rows that are only columns by name, all of them named in each, keys of others as
    numbers: for so many that making a model's object of each would take most of the time."""
    if not rows:
        return 0
    fields = [f for f in model._meta.concrete_fields if f.attname in rows[0]]
    getters = [_getter(field) for field in fields]
    return _execute(model, fields, [[get(row) for get in getters] for row in rows])


def _execute(
    model: type[models.Model], fields: Sequence[models.Field[Any, Any]], rows: Sequence[list[Any]]
) -> int:
    quote = connection.ops.quote_name
    # Names come from the models and are quoted; values go apart.
    columns = ", ".join(quote(str(field.column)) for field in fields)
    into = f"{quote(model._meta.db_table)} ({columns})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _copy(cursor, into, columns, quote(model._meta.db_table), rows)
        else:
            values = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {into} VALUES ({values})", rows)  # noqa: S608  # nosec B608
    return len(rows)


def _copy(cursor: Any, into: str, columns: str, table: str, rows: Sequence[list[Any]]) -> None:
    """A round trip for all the rows, where executemany makes one statement of each.

    By a table of this transaction's own: PostgreSQL copies into none that has row policies.
    """
    like = f"SELECT {columns} FROM {table} WHERE false"  # noqa: S608  # nosec B608
    cursor.execute(f"CREATE TEMP TABLE rows_in ON COMMIT DROP AS {like}")
    with cursor.copy("COPY rows_in FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(f"INSERT INTO {into} SELECT {columns} FROM rows_in")  # noqa: S608  # nosec B608
    cursor.execute("DROP TABLE rows_in")


def insert_named(rows: Sequence[Named]) -> None:
    """Adds rows of one model that each have a unique reference, by which they learn their keys."""
    if insert(rows):
        references = [row.reference for row in rows]
        found = type(rows[0])._default_manager.filter(reference__in=references)
        keys = dict(found.values_list("reference", "pk"))
        for row in rows:
            row.pk = keys[row.reference]


def _getter(field: models.Field[Any, Any]) -> Getter:
    """How a column's value is had from a row's own dictionary, where no descriptor slows it."""
    name = field.attname
    if isinstance(field, models.ForeignKey):
        return _pointing(name, field.name)
    if isinstance(field, AS_IT_STANDS):
        return itemgetter(name)
    adapt: Getter = partial(field.get_db_prep_save, connection=connection)
    if isinstance(field, models.JSONField) and connection.vendor == "sqlite":
        adapt = partial(_written, partial(json.dumps, cls=field.encoder))
    elif isinstance(field, models.DateTimeField):
        adapt = connection.ops.adapt_datetimefield_value
    elif isinstance(field, models.DateField):
        adapt = connection.ops.adapt_datefield_value
    return lambda row: adapt(row[name])


def _written(dumps: Callable[[Any], str], value: Any) -> str | None:
    return None if value is None else dumps(value)


def _pointing(name: str, other: str) -> Getter:
    def get(row: Mapping[str, Any]) -> Any:
        key = row.get(name)
        if key is None and "_state" in row:
            pointed_at = row["_state"].fields_cache.get(other)
            key = None if pointed_at is None else pointed_at.pk
        return key

    return get
