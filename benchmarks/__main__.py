"""Runs every benchmark, or those named, each on a fresh SQLite and a fresh PostgreSQL database.

python -m benchmarks [NAME…]

Where WANSDYKE_DATA names a folder, or DATABASE_URL and WANSDYKE_OWNER_URL a server, that one alone
is used, and kept: what a benchmark filled it with is there for its next run.
"""

import ast
import os
import platform
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, taken_over
from setup import postgres

HERE = Path(__file__).resolve().parent
NOT_ONE = {
    "__init__", "__main__", "figures", "calls", "filling", "made_people", "many_people",
    "traditions", "worked",
}  # fmt: skip
START = (
    "import runpy, sys, django; django.setup();"
    "from wansdyke.access.database import migrate_all; migrate_all();"
    "from wansdyke.access.for_agency import EVERY, stand_for; stand_for(EVERY);"
    "runpy.run_module(sys.argv[1], run_name='__main__')"
)


def known() -> list[str]:
    """The benchmarks there are: the modules of this folder that measure something."""
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_ONE)


def method(name: str) -> str:
    """What a benchmark's docstring says of itself, as one paragraph."""
    said = ast.get_docstring(ast.parse((HERE / f"{name}.py").read_text())) or ""
    return " ".join(said.split())


def measured(name: str, environment: dict[str, str]) -> list[Figure]:
    """Runs one benchmark in a process and a data folder of its own."""
    kept = os.environ.get("WANSDYKE_DATA")
    folder = kept or tempfile.mkdtemp(prefix="wansdyke-benchmark-")
    given = {
        **os.environ,
        **environment,
        "WANSDYKE_DATA": folder,
        "WANSDYKE_SECRET_KEY": secrets.token_urlsafe(64),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    try:
        done = subprocess.run(
            [sys.executable, "-c", START, f"benchmarks.{name}"],
            cwd=HERE.parent,
            env=given,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)
    if done.returncode:
        print(done.stdout)
        raise SystemExit(f"The benchmark {name} failed.")
    return taken_over(done.stdout)


def engines() -> Iterator[tuple[str, dict[str, str]]]:
    """The database that is kept; or SQLite, then a throw-away PostgreSQL server where its programs
    are installed."""
    if os.environ.get("DATABASE_URL"):
        yield "PostgreSQL, kept", {}
        return
    if os.environ.get("WANSDYKE_DATA"):
        yield "SQLite, kept", {}
        return
    yield "SQLite", {"DATABASE_URL": "", "WANSDYKE_OWNER_URL": ""}
    programs = postgres.find()
    if programs is None:
        print(f"\n{postgres.NONE_FOUND} Its figures are left out.")
        return
    with postgres.cluster(programs) as environment:
        yield f"PostgreSQL {programs.version}", environment


def main(names: list[str]) -> int:
    """Prints a table for each benchmark and engine; returns 1 where a target was missed."""
    wrong = sorted(set(names) - set(known()))
    if wrong:
        sys.exit(f"There is no benchmark {', '.join(wrong)}. There are: {', '.join(known())}.")
    missed = False
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name in names or known():
        print(f"\n=== {method(name)}")
        # Every benchmark begins with an empty database: a server of its own costs two seconds.
        for engine, environment in engines():
            figures = measured(name, environment)
            print(f"--- {engine}", flush=True)
            for figure in figures:
                print(figure.words(), flush=True)
            missed = missed or any(figure.met is False for figure in figures)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
