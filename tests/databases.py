"""The databases the tests run on: migrated once a run, copied for whoever needs one of their own.

SQLite: files in the run's folder. PostgreSQL: databases that the owner's role makes from a
template, used as the application's role. No table is ever emptied: the audit log refuses that.
"""

import contextlib
import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.db import connections
from django.test import override_settings
from psycopg import sql

from wansdyke.access.database import migrate_all

RUN_FOLDER = "WANSDYKE_TEST_RUN"


@dataclass(frozen=True)
class Database:
    """One database of the tests: what it is called, and the environment in which a process sees it.

    `name` is a file's path on SQLite and a database's name on PostgreSQL; `data` is the folder that
    WANSDYKE_DATA names.
    """

    name: str
    data: Path
    environment: dict[str, str]


def run_folder() -> Path:
    """The folder that this run's processes share."""
    return Path(os.environ[RUN_FOLDER])


def on_postgres() -> bool:
    """Whether this run is on PostgreSQL."""
    return connections["default"].vendor == "postgresql"


def engine() -> str:
    """The database engine in words, with the server's own version."""
    if not on_postgres():
        sqlite = connections["default"].Database
        return f"SQLite {sqlite.sqlite_version}"
    with _owner() as owner:
        number = owner.execute("SHOW server_version").fetchone()
    return f"PostgreSQL {number[0] if number else ''}".strip()


def template() -> Database:
    """The migrated, empty database; the first process that asks makes it, the others wait."""
    return _once("empty", _migrated)


def demonstration() -> Database:
    """The database with the made-up force, as `wansdyke demo` leaves it; made once a run."""
    return _once("made_up_force", _made_up)


def copy(title: str, source: Database | None = None) -> Database:
    """A fresh copy of the source, of the empty template unless told, with its data folder."""
    source = source or template()
    unique = f"{title}_{uuid.uuid4().hex[:10]}"
    data = run_folder() / unique
    shutil.copytree(source.data, data)
    if on_postgres():
        name = f"{_prefix()}_{unique}"
        _create(name, source.name)
    else:
        name = str(data / Path(source.name).name)
    return _database(name, data)


def remove(database: Database) -> None:
    """Takes the copy away, its data folder included; a connection left open is cut off."""
    if on_postgres():
        with _owner() as owner:
            _drop(owner, database.name)
    shutil.rmtree(database.data, ignore_errors=True)


@contextlib.contextmanager
def pointed_at(name: str, data: Path) -> Iterator[None]:
    """Connections made meanwhile, in any thread, go to that database, and files to that folder."""
    given = connections["default"].settings_dict
    before = given["NAME"]
    connections.close_all()
    given["NAME"] = name
    _trust_transactions()
    try:
        with override_settings(DATA_DIR=data, FILES_DIR=data / "files"):
            yield
    finally:
        connections.close_all()
        given["NAME"] = before


def drop_all_of_run() -> None:
    """Drops what this run made on a server, workers that died included."""
    url = os.environ.get("WANSDYKE_OWNER_URL")
    if not url:
        return
    with psycopg.connect(url, autocommit=True) as owner:
        found = owner.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [_prefix() + "_"]
        ).fetchall()
        for (name,) in found:
            _drop(owner, name)


def _configured_name() -> str:
    return str(settings.DATABASES["default"]["NAME"])


def _prefix() -> str:
    return f"wansdyke_test_{run_folder().name.rpartition('-')[2]}"


def _once(title: str, make: Callable[[], Database]) -> Database:
    folder = run_folder()
    with (folder / f"{title}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made, failed = folder / f"{title}.made", folder / f"{title}.failed"
        if failed.exists():
            raise RuntimeError(f"Another test could not make this database: {failed.read_text()}")
        if not made.exists():
            try:
                database = make()
            except Exception as reason:
                failed.write_text(repr(reason))
                raise
            made.write_text(f"{database.name}\n{database.data}")
        name, data = made.read_text().split("\n")
        return _database(name, Path(data))


def _database(name: str, data: Path) -> Database:
    urls = {"DATABASE_URL": "", "WANSDYKE_OWNER_URL": ""}
    if on_postgres():
        urls = {url: _named(os.environ[url], name) for url in urls}
    own = {"WANSDYKE_DATA": str(data), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    return Database(name, data, urls | own)


def _migrated() -> Database:
    data = run_folder() / "empty"
    data.mkdir(mode=0o700)
    name = str(data / Path(_configured_name()).name)
    if on_postgres():
        name = f"{_prefix()}_empty"
        with _owner() as owner:
            owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    with pointed_at(name, data):
        migrate_all()
        if not on_postgres():
            _settle(name)
    return _database(name, data)


# So few that the personas took all of them; most one by one, and the others as their history.
CALLS = "96"


def _made_up() -> Database:
    made = copy("made_up")
    command = [
        str(Path(sys.executable).with_name("wansdyke")),
        "demo",
        "--if-empty",
        "--calls",
        CALLS,
    ]
    done = subprocess.run(
        command,
        cwd=Path(__file__).parent.parent,
        env={**os.environ, **made.environment, "WANSDYKE_DEMO": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"wansdyke demo failed:\n{done.stdout[-1000:]}{done.stderr[-3000:]}")
    if not on_postgres():
        _settle(made.name)
    return made


def _settle(path: str) -> None:
    # The copies are of this one file: nothing may be left in the write-ahead log.
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _create(name: str, source: str) -> None:
    with (run_folder() / "create.lock").open("w") as lock:
        # PostgreSQL copies a template only while nobody else does.
        fcntl.flock(lock, fcntl.LOCK_EX)
        with _owner() as owner:
            words = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            owner.execute(words.format(sql.Identifier(name), sql.Identifier(source)))


def _drop(owner: psycopg.Connection, name: str) -> None:
    identifier = sql.Identifier(name)
    try:
        owner.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(identifier))
    except psycopg.errors.InsufficientPrivilege:
        # The owner may not cut off the application's role: a process that still runs keeps it.
        with psycopg.connect(_named(os.environ["DATABASE_URL"], name), autocommit=True) as ours:
            ours.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND usename = current_user AND pid <> pg_backend_pid()",
                [name],
            )
        owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))


def _owner() -> contextlib.AbstractContextManager[psycopg.Connection]:
    url = os.environ.get("WANSDYKE_OWNER_URL")
    if not url:
        raise RuntimeError("The tests on PostgreSQL need WANSDYKE_OWNER_URL, the owner's role.")
    return psycopg.connect(url, autocommit=True)


def _named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _trust_transactions() -> None:
    # Django finds out by making a table, which the application's role may not.
    connections["default"].features.supports_transactions = True
