"""The two roles on PostgreSQL: one owns the tables, the other may only use them, row by row."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from wansdyke.access.for_agency import every_agency
from wansdyke.access.row_policies import cover_all

APPEND_ONLY = ("history_event", "history_auditentry", "history_auditsubject")
NEVER_DELETED = ("history_audithead",)
ROLE = ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")


@contextmanager
def as_owner() -> Iterator[None]:
    """Meanwhile this process works as the role that owns the tables, where there is one, and for
    every agency: what the owner does is to the tables, whosever rows are in them.

    The default connection itself changes its role: some libraries' migrations know no other.
    """
    if settings.OWNER_DATABASE is None:
        with every_agency():
            yield
        return
    given = connection.settings_dict
    before = {key: given[key] for key in ROLE}
    connection.close()
    given.update({key: settings.OWNER_DATABASE.get(key, before[key]) for key in ROLE})
    try:
        with every_agency():
            yield
    finally:
        connection.close()
        given.update(before)


def weigh_tables() -> None:
    """PostgreSQL learns now how full its tables are, not when its own round next comes: until then
    it would look through whole tables for single rows. Does nothing inside a transaction."""
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def migrate_all(*, verbosity: int = 0) -> None:
    """Brings the tables up to date, as the owner where there is one, and grants their use.

    Raises whatever the migration raises; each migration is one transaction.
    """
    role = connection.settings_dict["USER"]
    with as_owner():
        call_command("migrate", verbosity=verbosity, interactive=False)
        if settings.OWNER_DATABASE is not None:
            grant_use(role)
        if connection.vendor == "postgresql":
            cover_all()


def passes_by() -> bool:
    """Whether the role that the pages work as passes row-level security by, on PostgreSQL: as a
    superuser, by its attribute, or as the owner of a table."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolbypassrls OR pg_has_role(t.relowner, 'USAGE')"
            " FROM pg_roles, pg_class t"
            " WHERE rolname = current_user AND t.oid = 'public.access_root'::regclass"
        )
        return bool(cursor.fetchone()[0])


def pending() -> list[str]:
    """The migrations this release has and the database has not, as app.name."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def grant_use(role: str) -> None:
    """Lets a role use every table of the schema `public`, but alter or remove no history.

    Call as the owner.
    """
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(role)
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
        cursor.execute(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}"
        )
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")
        cursor.execute(f"REVOKE TRUNCATE ON ALL TABLES IN SCHEMA public FROM {name}")
        for table in APPEND_ONLY:
            cursor.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {name}")
        for table in NEVER_DELETED:
            cursor.execute(f"REVOKE DELETE ON {table} FROM {name}")
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {name}")


def empty() -> bool:
    """Whether the database holds no user yet; True also where it has no tables at all."""
    if "access_user" not in connection.introspection.table_names():
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM access_user WHERE username <> 'system'")
        return bool(cursor.fetchone()[0] == 0)
