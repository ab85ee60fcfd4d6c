"""A throw-away PostgreSQL server for one command: made, used, stopped and removed.

    .venv/bin/python setup/postgres.py run -- COMMAND…

COMMAND sees DATABASE_URL (the application's role) and WANSDYKE_OWNER_URL (the role that owns the
tables). Where DATABASE_URL is set already, that server is used and nothing is started.
POSTGRES_BIN names the folder of the server's programs; POSTGRES_FSYNC=off trades safety for speed.
"""

import contextlib
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

OLDEST = 15
NONE_FOUND = f"No PostgreSQL server (version {OLDEST} or newer) was found on this machine."
ROLES = (
    "CREATE ROLE wansdyke_owner LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS",
    "CREATE ROLE wansdyke_app LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS",
    "CREATE DATABASE wansdyke OWNER wansdyke_owner",
)


@dataclass(frozen=True)
class Programs:
    """The folder with initdb and postgres, and what the server calls itself."""

    folder: Path
    version: str


def _places() -> Iterator[Path]:
    named = os.environ.get("POSTGRES_BIN")
    if named:
        yield Path(named)
        return
    for pattern in ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin"):
        root, _, rest = pattern[1:].partition("/")
        folders = Path("/", root).glob(rest)
        yield from sorted(folders, key=lambda f: [int(n) for n in re.findall(r"\d+", str(f))])[::-1]
    for homebrew in ("/opt/homebrew/opt", "/usr/local/opt"):
        yield from sorted(Path(homebrew).glob("postgresql*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent


def _version(folder: Path) -> str | None:
    """The server's version where both of its programs run, are of one kind and new enough."""
    said = set()
    for program in ("initdb", "postgres"):
        try:
            run = subprocess.run(
                [str(folder / program), "--version"], capture_output=True, text=True, check=True
            )
        except (OSError, subprocess.CalledProcessError):
            return None
        said.add(run.stdout.strip().partition(" ")[2])
    words = said.pop()
    number = re.search(r"\d+", words)
    return words if not said and number and int(number.group()) >= OLDEST else None


def find() -> Programs | None:
    """The newest PostgreSQL server on this machine whose programs have been seen to run."""
    for folder in _places():
        version = _version(folder)
        if version:
            return Programs(folder, version)
    return None


def _account() -> dict[str, object]:
    """Who runs the server: PostgreSQL refuses root, so root hands it to an unprivileged account."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            who = pwd.getpwnam(name)
            return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
    raise SystemExit("PostgreSQL may not run as root, and there is no account postgres or nobody.")


def _settings(folder: Path) -> list[str]:
    given = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": os.environ.get("POSTGRES_FSYNC", "on"),
        "max_connections": "100",
        "shared_buffers": "256MB",
        "max_wal_size": "2GB",
        "log_min_messages": "fatal",
        "timezone": "UTC",
    }
    if given["fsync"] == "off":
        given |= {"synchronous_commit": "off", "full_page_writes": "off"}
    return [word for name, value in given.items() for word in ("-c", f"{name}={value}")]


def _wait(server: subprocess.Popen[bytes], folder: Path) -> psycopg.Connection:
    reached = f"host={folder} user=postgres dbname=postgres"
    for _ in range(300):
        if server.poll() is not None:
            break
        with contextlib.suppress(psycopg.OperationalError):
            return psycopg.connect(reached, autocommit=True)
        time.sleep(0.1)
    raise SystemExit(f"PostgreSQL did not start:\n{(folder / 'log').read_text()[-2000:]}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    for how, patience in ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        if server.poll() is not None:
            return
        server.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(patience)


@contextlib.contextmanager
def cluster(programs: Programs) -> Iterator[dict[str, str]]:
    """Runs a server in a temporary folder, reached through a socket there; yields the environment.

    Raises SystemExit with the server's own words where it cannot start.
    """
    # A socket's path may have 107 characters: TMPDIR can be longer than that.
    folder = Path(tempfile.mkdtemp(prefix="wansdyke-postgres-", dir="/tmp"))
    account = _account()
    server = None
    try:
        if account:
            os.chown(folder, account["user"], account["group"])
        _make(programs, folder, account)
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [str(programs.folder / "postgres"), "-D", str(folder / "data"), *_settings(folder)],
                stdout=log,
                stderr=log,
                cwd=folder,
                # Ctrl-C must reach the command first, and the server only when that has ended.
                process_group=0,
                **account,
            )
        with _wait(server, folder) as connection:
            for statement in ROLES:
                connection.execute(statement)
        yield _environment(programs, folder)
    finally:
        if server:
            _stop(server)
        shutil.rmtree(folder, ignore_errors=True)


def _make(programs: Programs, folder: Path, account: dict[str, object]) -> None:
    made = subprocess.run(
        [
            *(str(programs.folder / "initdb"), "-D", str(folder / "data"), "-U", "postgres"),
            *("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
        ],
        cwd=folder,
        env={**os.environ, "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        **account,
    )
    if made.returncode:
        raise SystemExit(f"initdb failed:\n{made.stderr[-2000:]}")


def _environment(programs: Programs, folder: Path) -> dict[str, str]:
    place = quote(str(folder), safe="")
    return {
        "DATABASE_URL": f"postgresql://wansdyke_app@{place}/wansdyke",
        "WANSDYKE_OWNER_URL": f"postgresql://wansdyke_owner@{place}/wansdyke",
        # pg_dump must be of the server's own version.
        "PATH": f"{programs.folder}{os.pathsep}{os.environ.get('PATH', '')}",
        "WANSDYKE_TEST_SERVER": programs.version,
    }


@contextlib.contextmanager
def server() -> Iterator[dict[str, str]]:
    """The server DATABASE_URL names, or a throw-away one; yields what to add to the environment.

    Raises SystemExit where DATABASE_URL is set without WANSDYKE_OWNER_URL, or no server is found.
    """
    if os.environ.get("DATABASE_URL"):
        if not os.environ.get("WANSDYKE_OWNER_URL"):
            raise SystemExit("DATABASE_URL is set: set WANSDYKE_OWNER_URL, the owner's role, too.")
        yield {"WANSDYKE_TEST_SERVER": "the server that DATABASE_URL names"}
        return
    programs = find()
    if programs is None:
        raise SystemExit(f"{NONE_FOUND} Install one (on Debian: apt-get install postgresql).")
    with cluster(programs) as environment:
        yield environment


def follow(command: list[str], environment: dict[str, str]) -> int:
    """Runs the command to its end, also when this process is told to stop; returns its status."""
    child = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        return child.wait()
    except BaseException:
        # Ctrl-C reached the child as well; a request to end came to this process alone.
        with contextlib.suppress(KeyboardInterrupt, subprocess.TimeoutExpired):
            child.terminate()
            child.wait(20)
        child.kill()
        child.wait()
        raise


def end_tidily() -> None:
    """Makes a request to end the process unwind it, so that what it started is taken down."""

    def leave(number: int, _frame: object) -> None:
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)


def main(words: list[str]) -> int:
    """`run -- COMMAND…`; returns the command's own status."""
    if words[:2] != ["run", "--"] or not words[2:]:
        sys.exit(__doc__)
    end_tidily()
    try:
        with server() as environment:
            return follow(words[2:], environment)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
