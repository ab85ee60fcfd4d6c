"""What a database holds, read through a cursor of either kind, so that a copy can be judged."""

from collections.abc import Sequence
from typing import Any

from wansdyke.history.backup.archive import Contents
from wansdyke.history.verify import verify_through


def contents_through(cursor: Any, vendor: str, version: str, tables: Sequence[str]) -> Contents:
    """Counts every table and verifies the audit chain, through a cursor that sees one moment."""
    chain = verify_through(cursor, vendor)
    fault = "" if chain.intact else f"entry {chain.first_bad}: {chain.why}"
    return Contents(
        engine=vendor,
        engine_version=version,
        rows={name: _count(cursor, name) for name in tables},
        migrations=_applied(cursor),
        audit_entries=chain.entries,
        audit_hash=chain.hash.hex(),
        audit_fault=fault,
    )


def _count(cursor: Any, table: str) -> int:
    cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608  # nosec B608 - a name of the catalogue
    return int(cursor.fetchone()[0])


def _applied(cursor: Any) -> list[str]:
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    return [f"{app}.{name}" for app, name in cursor.fetchall()]
