"""The embedded database (SQLite): copied out while writes go on, copied in as one transaction."""

import sqlite3
from contextlib import closing
from pathlib import Path

from django.db import connection

from wansdyke.history.backup.archive import Contents
from wansdyke.history.backup.contents import contents_through
from wansdyke.kernel.flow import Refused

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


def copy_out(target: Path) -> Contents:
    """Copies the database as one moment has it and says what the copy holds.

    Raises Refused where the copy is not sound.
    """
    with closing(sqlite3.connect(_path())) as source, closing(sqlite3.connect(target)) as copy:
        # All pages in one step: one read transaction, which keeps no writer waiting.
        source.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")
    return contents_of(target)


def contents_of(path: Path) -> Contents:
    """What a database file holds. Raises Refused where it is not sound."""
    try:
        with closing(sqlite3.connect(path)) as opened, closing(opened.cursor()) as cursor:
            sound = cursor.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if sound != "ok":
                raise Refused(f"The copy of the database is damaged: {sound}")
            names = sorted(row[0] for row in cursor.execute(TABLES).fetchall())
            return contents_through(cursor, "sqlite", sqlite3.sqlite_version, names)
    except sqlite3.DatabaseError as error:
        raise Refused(f"The copy of the database is damaged: {error}") from None


def copy_in(source: Path, expected: Contents) -> None:
    """Puts a database file, checked first, in the place of the database: wholly or not at all.

    Raises Refused where the file does not hold what is expected, or another program is writing.
    """
    if contents_of(source) != expected:
        raise Refused("The database in this backup is not what its manifest says.")
    connection.close()
    try:
        with (
            closing(sqlite3.connect(source)) as copy,
            closing(sqlite3.connect(_path(), timeout=5)) as live,
        ):
            live.execute("PRAGMA journal_mode=WAL")
            live.execute("PRAGMA synchronous=FULL")
            # Fails here, not after minutes, where another program holds the database.
            live.execute("BEGIN EXCLUSIVE")
            live.rollback()
            copy.backup(live, pages=-1)
            live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError as error:
        raise Refused(f"The database is in use by another program: {error}") from None


def contents_now() -> Contents:
    """What the installation's own database holds now."""
    return contents_of(Path(_path()))


def _path() -> str:
    return str(connection.settings_dict["NAME"])
