"""PostgreSQL: dumped from one snapshot, restored beside the live tables and swapped in whole."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import psycopg
from django.db import OperationalError, connection, transaction

from wansdyke.access.database import as_owner, grant_use
from wansdyke.access.for_agency import EVERY
from wansdyke.access.postgres.base import SETTING
from wansdyke.access.row_policies import cover_all
from wansdyke.history.backup.archive import CHUNK, Contents
from wansdyke.history.backup.contents import contents_through
from wansdyke.kernel.flow import Refused

RESTORED = "wansdyke_restored"
# How psycopg names what it connects with, and how the server's own programs do.
VARIABLES = {
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "host": "PGHOST",
    "port": "PGPORT",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}
ASIDE = f"""
\\set ON_ERROR_STOP on
BEGIN;
SET LOCAL lock_timeout = '15s';
DROP SCHEMA IF EXISTS {RESTORED} CASCADE;
ALTER SCHEMA public RENAME TO wansdyke_live;
CREATE SCHEMA public;
"""
BACK = f"""
ALTER SCHEMA public RENAME TO {RESTORED};
ALTER SCHEMA wansdyke_live RENAME TO public;
COMMIT;
"""


def copy_out(target: Path) -> Contents:
    """Dumps the database as one moment has it and says what that moment held.

    Raises Refused where the server's programs are missing or fail.
    """
    # The owner is under the row policies as well: it dumps what it may see, which is all.
    words = ["--format=custom", "--no-owner", "--no-privileges", "--schema=public"]
    words += ["--enable-row-security"]
    with as_owner(), _session() as session, session.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = cursor.execute("SELECT pg_export_snapshot()").fetchall()[0][0]
        _run("pg_dump", *words, f"--snapshot={snapshot}", f"--file={target}")
        target.chmod(0o600)
        return _contents(cursor, "public")


def copy_in(source: Path, expected: Contents) -> None:
    """Puts a dump in the place of the database: wholly or not at all.

    It is restored beside the live tables and verified there; then one transaction puts it in
    their place. Raises Refused where it does not hold what is expected, or the tables are in use.
    """
    role = connection.settings_dict["USER"]
    try:
        with as_owner():
            _beside(source)
            with _session() as session, session.cursor() as cursor:
                if _contents(cursor, RESTORED) != expected:
                    raise Refused("The database in this backup is not what its manifest says.")
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '15s'")
                cursor.execute("DROP SCHEMA public CASCADE")
                cursor.execute(f"ALTER SCHEMA {RESTORED} RENAME TO public")
                grant_use(role)
                cover_all()
    except OperationalError as error:
        raise Refused(f"The database is in use by another program: {error}") from None
    finally:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {RESTORED} CASCADE")


def contents_now() -> Contents:
    """What the installation's own database holds now."""
    with as_owner(), _session() as session, session.cursor() as cursor:
        return _contents(cursor, "public")


@contextmanager
def _session() -> Iterator[psycopg.Connection[Any]]:
    """A connection of its own, whose cursor sees one moment; nothing it does is kept."""
    connection.ensure_connection()
    with psycopg.connect(connection.connection.info.dsn, **_secret()) as session:
        session.execute("SELECT set_config(%s, %s, false)", [SETTING, EVERY])
        session.commit()
        yield session
        session.rollback()


def _secret() -> dict[str, Any]:
    password = connection.settings_dict["PASSWORD"]
    return {"password": password} if password else {}


def _contents(cursor: Any, schema: str) -> Contents:
    cursor.execute("SELECT set_config('search_path', %s, true)", [schema])
    cursor.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY tablename", [schema]
    )
    tables = [row[0] for row in cursor.fetchall()]
    cursor.execute("SHOW server_version")
    return contents_through(cursor, "postgresql", cursor.fetchone()[0], tables)


def _environment() -> dict[str, str]:
    given = connection.get_connection_params()
    named = {name: str(given[key]) for key, name in VARIABLES.items() if given.get(key)}
    every = f"-c {SETTING}={EVERY}"
    return {**os.environ, **named, "PGAPPNAME": "wansdyke backup", "PGOPTIONS": every}


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise Refused(
            f"{name} is not installed, and a backup of PostgreSQL needs it"
            " (on Debian: apt-get install postgresql-client)."
        )
    return path


def _run(name: str, *words: str) -> None:
    done = subprocess.run(
        [_program(name), *words], env=_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refused(f"{name} failed: {done.stderr.strip()[-500:]}")


def _beside(source: Path) -> None:
    """Restores a dump into a schema of its own, in one transaction.

    A dump names the schema it came from. So the live one steps aside under another name, in the
    same transaction: nobody else ever sees it gone.
    """
    words = ["--no-owner", "--no-privileges", "--schema=public", "--file=-", str(source)]
    environment = _environment()
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            [_program("psql"), "--no-psqlrc", "--quiet", "--output=/dev/null"],
            env=environment,
            stdin=subprocess.PIPE,
            stderr=complaints,
        ) as inward,
        subprocess.Popen(
            [_program("pg_restore"), *words],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=complaints,
        ) as outward,
    ):
        _feed(inward, outward)
        if inward.wait() or outward.wait():
            complaints.seek(0)
            said = complaints.read().decode(errors="replace").strip()[-500:]
            raise Refused(f"The database could not be restored: {said}")


def _feed(inward: subprocess.Popen[bytes], outward: subprocess.Popen[bytes]) -> None:
    into, out = cast("IO[bytes]", inward.stdin), cast("IO[bytes]", outward.stdout)
    try:
        into.write(ASIDE.encode())
        shutil.copyfileobj(out, into, CHUNK)
        # Without these last words nothing of it is kept.
        if outward.wait() == 0:
            into.write(BACK.encode())
        into.close()
    except BrokenPipeError:
        outward.kill()
