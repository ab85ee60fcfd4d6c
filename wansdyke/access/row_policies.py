"""Row-level security on PostgreSQL: the second layer beneath `scope`, at the level of agencies.

A root is there for its own agency and for those it is open to; what belongs to a root is there
where the root is. The policies are made anew from the models after every migration, so that a new
desk's tables have theirs without a word said. A setting of the connection names the agency
(`for_agency`); where it names none, no row is there.
"""

from typing import Any

from django.apps import apps
from django.db import connection, models

from wansdyke.access.for_agency import Opens
from wansdyke.access.models import Root

NAME, OPENED = "by_agency", "wansdyke_opened_roots"
# Tables of ours that hold no row of any one record, or are read to decide access itself.
APART = {
    "access.Grant": "read to decide access, thousands at once; it holds no content",
    "access.Lock": "read to decide access; nobody who is shut out may know",
    "access.Notice": "one user's own line, which names nobody",
}
SAID = "(SELECT current_setting('wansdyke.agency', true))"
EVERY = f"{SAID} = '*'"
ID = "(SELECT nullif(nullif(current_setting('wansdyke.agency', true), '*'), '')::bigint)"
WHOSE = {
    "agency": ID,
    "team": f"SELECT id FROM public.access_team WHERE agency_id = {ID}",  # noqa: S608  # nosec B608
    "user": f"SELECT id FROM public.access_user WHERE agency_id = {ID}",  # noqa: S608  # nosec B608
}
# As the tables' owner, who passes the policies of the tables that open roots and of no other: a
# policy that asked those tables itself would ask for itself again.
FUNCTION = (
    "CREATE OR REPLACE FUNCTION public.{name}() RETURNS SETOF bigint LANGUAGE sql STABLE"
    " SECURITY DEFINER PARALLEL SAFE ROWS 100 SET search_path = pg_catalog, public AS $opened$"
    " {body} $opened$"
)


def ours() -> list[type[models.Model]]:
    """The models that may hold rows of a record: all but those of the libraries."""
    return [
        model
        for model in apps.get_models()
        if not model.__module__.startswith(("django.", "allauth.", "django_tasks_db."))
    ]


def openers() -> list[type[models.Model]]:
    """The models whose rows open a root to another agency."""
    return [model for model in ours() if hasattr(model, "OPENS")]


def covered() -> dict[type[models.Model], "models.ForeignKey[Any, Any] | None"]:
    """Every model with a policy, and the field by which it belongs to its root; None for Root."""
    found: dict[type[models.Model], models.ForeignKey[Any, Any] | None] = {Root: None}
    waiting = [m for m in ours() if m is not Root and m._meta.label not in APART]
    known: set[type[models.Model]] = {Root}
    while new := {model for model in waiting if model not in known and _way(model, known)}:
        known |= new
    return found | {model: way for model in waiting if (way := _way(model, known))}


def _way(
    model: type[models.Model], known: set[type[models.Model]]
) -> "models.ForeignKey[Any, Any] | None":
    """The first of a model's fields that leads to one of the known models; one that every row has
    goes before one that a row may lack, and one that holds the root's own key before others."""
    leading = [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and field.related_model in known
        and field.related_model is not model
    ]
    return min(leading, key=_roundabout, default=None)


def _roundabout(field: "models.ForeignKey[Any, Any]") -> tuple[bool, bool]:
    return field.null, _root_itself(field.related_model) is not Root


def policy_of(way: "models.ForeignKey[Any, Any] | None") -> str:
    """When a row is there, as SQL."""
    if way is None:
        opened = " OR ".join([*_opened_here(), f"id IN (SELECT public.{OPENED}())"])
        return f"{EVERY} OR agency_id = {ID} OR {opened}"
    parent = _root_itself(way.related_model)
    column, table = connection.ops.quote_name(str(way.column)), parent._meta.db_table
    pk = connection.ops.quote_name(str(parent._meta.pk.column))
    own = connection.ops.quote_name(way.model._meta.db_table)
    # Every name here is a table's or a column's of our own. OFFSET 0 has each row's root looked up;
    # without it the planner gathers all roots first, which a list of fifty waits for.
    look = f"SELECT 1 FROM {table} up WHERE up.{pk} = {own}.{column} OFFSET 0"  # noqa: S608  # nosec B608
    there = f"EXISTS ({look})"
    return f"{EVERY} OR {f'{column} IS NULL OR ' if way.null else ''}{there}"


def _root_itself(model: Any) -> type[models.Model]:
    """The root, for what has its root's own key: one look instead of several."""
    while (pk := model._meta.pk) is not None and pk.remote_field is not None:
        model = pk.related_model
    return model  # type: ignore[no-any-return]


def _asked_row_by_row(model: type[models.Model]) -> bool:
    """Whether a model that opens roots has no policy of its own, so that the root's may ask it: it
    is looked up for each root of another agency. All that it opens would be thousands."""
    return model._meta.label in APART


def _to_whom(model: type[models.Model]) -> list[str]:
    opens: Opens = model.OPENS  # type: ignore[attr-defined]
    return [
        f"{column} IN ({WHOSE[kind]})"
        for kind, column in opens._asdict().items()
        if kind in WHOSE and column
    ]


def _to_root(model: type[models.Model]) -> str:
    own_key: set[type[models.Model]] = {
        Root,
        *(m for m in apps.get_models() if _root_itself(m) is Root),
    }
    way = _way(model, own_key)
    if way is None:
        raise LookupError(f"{model.__name__} opens roots and belongs to none")
    return str(way.column)


def _opened_here() -> list[str]:
    return [
        f"EXISTS (SELECT 1 FROM public.{model._meta.db_table} op"  # noqa: S608  # nosec B608
        f" WHERE op.{_to_root(model)} = {Root._meta.db_table}.id"
        f" AND {model.OPENS.when} AND ({' OR '.join(_to_whom(model))}) OFFSET 0)"  # type: ignore[attr-defined]
        for model in openers()
        if _asked_row_by_row(model)
    ]


def _opened() -> str:
    """The other roots that are open to the agency asked for."""
    parts = [
        f"SELECT {_to_root(model)} FROM public.{model._meta.db_table}"  # noqa: S608  # nosec B608
        f" WHERE {model.OPENS.when} AND {whom}"  # type: ignore[attr-defined]
        for model in openers()
        if not _asked_row_by_row(model)
        for whom in _to_whom(model)
    ]
    return " UNION ALL ".join(parts) or "SELECT NULL::bigint WHERE false"


def cover_all() -> int:
    """Gives every covered table its policy, where it has not that one already; returns how many
    were given one. Call as the owner."""
    with connection.cursor() as cursor:
        cursor.execute(FUNCTION.format(name=OPENED, body=_opened()))
        cursor.execute(
            "SELECT c.relname, obj_description(p.oid, 'pg_policy') FROM pg_policy p"
            " JOIN pg_class c ON c.oid = p.polrelid"
            " WHERE p.polname = %s AND c.relnamespace = 'public'::regnamespace",
            [NAME],
        )
        there = dict(cursor.fetchall())
        given = 0
        # A backup of an older release lacks some tables until it is brought up to date.
        made = set(connection.introspection.table_names(cursor))
        for model, way in covered().items():
            wanted = policy_of(way)
            if model._meta.db_table in made and there.get(model._meta.db_table) != wanted:
                _cover(cursor, model, wanted)
                given += 1
    return given


def _cover(cursor: Any, model: type[models.Model], wanted: str) -> None:
    table = connection.ops.quote_name(model._meta.db_table)
    cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    # The owner too, but of what opens a root, which the function above reads as the owner.
    force = "NO FORCE" if hasattr(model, "OPENS") else "FORCE"
    cursor.execute(f"ALTER TABLE {table} {force} ROW LEVEL SECURITY")
    cursor.execute(f"DROP POLICY IF EXISTS {NAME} ON {table}")
    # For reading and, since nothing else is said, for what is written as well.
    cursor.execute(f"CREATE POLICY {NAME} ON {table} USING ({wanted})")
    words = wanted.replace("'", "''")
    cursor.execute(f"COMMENT ON POLICY {NAME} ON {table} IS '{words}'")
