"""The two roles on PostgreSQL: one owns the tables, the other may only use them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

APPEND_ONLY = ("history_event", "history_auditentry", "history_auditsubject")
NEVER_DELETED = ("history_audithead",)


def migrate_all(*, verbosity: int = 0) -> None:
    """Brings the tables up to date, as the owner where there is one, and grants their use.

    Raises whatever the migration raises; each migration is one transaction.
    """
    if settings.OWNER_DATABASE is None:
        call_command("migrate", verbosity=verbosity, interactive=False)
        return
    ours = connections["default"].settings_dict
    role = ours["USER"]
    with _as_owner(ours):
        call_command("migrate", verbosity=verbosity, interactive=False)
        _grant(role)


@contextmanager
def _as_owner(ours: dict[str, Any]) -> Iterator[None]:
    # The alias stays "default": a library's migration may name it, and through an alias of its own
    # the owner would wait for ever on the application's second connection.
    kept = {key: ours[key] for key in ("USER", "PASSWORD")}
    connections["default"].close()
    ours.update({key: settings.OWNER_DATABASE[key] for key in kept})
    try:
        yield
    finally:
        connections["default"].close()
        ours.update(kept)


def _grant(role: str) -> None:
    with connections["default"].cursor() as cursor:
        name = connections["default"].ops.quote_name(role)
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
