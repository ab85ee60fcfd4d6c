"""Runs every check, one after another, and says at the end what passed and what did not.

.venv/bin/python -m setup.checks lint | test | proof
"""

import os
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

from setup import chromium, java, machine, postgres

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
# Where the time is limited a failure is said when it is seen, since the end may not be reached.
AT_ONCE = ["--maxfail=1"] if os.environ.get("WANSDYKE_STOP_AT_FAILURE") else []
WORKERS = os.environ.get("WANSDYKE_TEST_WORKERS", "2")

LINT = (
    ("ruff check", ["ruff", "check", "."]),
    ("ruff format", ["ruff", "format", "--check", "."]),
    ("mypy", ["mypy"]),
    ("import-linter", ["lint-imports"]),
    ("bandit", ["bandit", "-q", "-c", "pyproject.toml", "-r", "wansdyke", "config"]),
)
PLAIN = "not browser and not proof"
JOURNEYS = "browser and not proof"


@dataclass
class Outcome:
    """How one part ended: its exit status, and the tests it counted where it counts tests."""

    title: str
    status: int = 1
    seconds: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)

    def words(self) -> str:
        """The outcome as one line of the summary."""
        verdict = "passed" if self.status == 0 else "FAILED"
        told = ", ".join(f"{number} {what}" for what, number in self.counts.items())
        if self.status == 5:
            told = "no test was found"
        return f"{verdict}  {self.title:<34} {self.seconds:6.0f} s  {told}".rstrip()


def timed(title: str, command: list[str], environment: dict[str, str]) -> Outcome:
    """Runs one command with its output as it comes."""
    print(f"\n=== {title}", flush=True)
    began = time.monotonic()
    status = postgres.follow([str(BIN / command[0]), *command[1:]], environment)
    return Outcome(title, status, time.monotonic() - began)


def tests(title: str, selection: str, workers: str, environment: dict[str, str]) -> Outcome:
    """Runs pytest over the tests that carry the markers, and counts them."""
    with tempfile.TemporaryDirectory(prefix="wansdyke-report-") as folder:
        report = Path(folder, "report.xml")
        outcome = timed(
            title,
            [
                "pytest",
                "-m",
                selection,
                "-n",
                workers,
                "--dist",
                "worksteal",
                f"--junitxml={report}",
                *AT_ONCE,
            ],
            environment,
        )
        if report.exists():
            outcome.counts = counted(report)
    return outcome


def counted(report: Path) -> dict[str, int]:
    """Passed, failed and skipped tests of a JUnit report."""
    # Written a moment ago by our own pytest, so no hostile XML.
    suites = list(ET.parse(report).getroot().iter("testsuite"))
    total = {
        name: sum(int(s.get(name, 0)) for s in suites)
        for name in ("tests", "failures", "errors", "skipped")
    }
    failed = total["failures"] + total["errors"]
    return {
        "passed": max(total["tests"] - failed - total["skipped"], 0),
        "failed": failed,
        "skipped": total["skipped"],
    }


def lint() -> Iterator[Outcome]:
    """Style, types, layers and known weaknesses."""
    with tempfile.TemporaryDirectory(prefix="wansdyke-lint-") as folder:
        # mypy's Django plugin loads the settings, which refuse to load without a key.
        environment = {"WANSDYKE_SECRET_KEY": secrets.token_urlsafe(64), "WANSDYKE_DATA": folder}
        for title, command in LINT:
            yield timed(title, command, environment)


def embedded() -> dict[str, str]:
    """The environment of a run on SQLite: no server, whatever the caller's environment names."""
    return {"DATABASE_URL": "", "WANSDYKE_OWNER_URL": "", "WANSDYKE_TEST_SERVER": "SQLite"}


def ready_browser() -> dict[str, str]:
    """Finds Chromium, or installs it; raises machine.Missing where it may not."""
    path = chromium.find()
    if path is None:
        machine.install("chromium", why="the browser Chromium")
        path = chromium.find()
    if path is None:
        raise machine.Missing("CHROMIUM names no browser on this machine.")
    print(f"Browser: {chromium.version(path)} ({path})", flush=True)
    return {"CHROMIUM": path}


def ready_java() -> None:
    """Finds Java, or installs it; raises machine.Missing where it may not."""
    why = f"Java {java.OLDEST} or newer"
    if java.find() is None:
        machine.install(java.PACKAGE, why=why)
    path = java.find()
    if path is None:
        raise machine.Missing(f"Wansdyke's tests need {why}; JAVA_HOME or the PATH lead to none.")
    print(f"Java: {java.release(path)} ({path})", flush=True)


def ready_server(stack: ExitStack) -> dict[str, str]:
    """Starts PostgreSQL until the stack unwinds, installed first where it must and may be."""
    if not os.environ.get("DATABASE_URL") and postgres.find() is None:
        machine.install("postgresql", why="a PostgreSQL server, version 15 or newer")
    found = stack.enter_context(postgres.server())
    print(f"Database server: {found['WANSDYKE_TEST_SERVER']}", flush=True)
    return found


def suite(selections: tuple[tuple[str, str, str, bool], ...]) -> Iterator[Outcome]:
    """Each selection on the database it names, on PostgreSQL where the last word is true."""
    with ExitStack() as stack:
        try:
            browser = ready_browser()
            ready_java()
            server = ready_server(stack)
        except (machine.Missing, SystemExit) as lacking:
            print(f"\n{lacking}", flush=True)
            yield Outcome("what the tests need")
            return
        for title, selection, workers, on_server in selections:
            yield tests(title, selection, workers, browser | (server if on_server else embedded()))


TEST = (
    ("tests on SQLite", PLAIN, WORKERS, False),
    ("tests on PostgreSQL", PLAIN, WORKERS, True),
    ("journeys in Chromium, SQLite", JOURNEYS, WORKERS, False),
    ("journeys in Chromium, PostgreSQL", f"{JOURNEYS} and both_databases", WORKERS, True),
)
PROOF = (
    ("proof on SQLite", "proof and not postgres_only", WORKERS, False),
    ("proof on PostgreSQL", "proof and not sqlite_only", WORKERS, True),
)


def chosen(what: str) -> Iterator[Outcome]:
    """The parts behind one of the words `lint`, `test` and `proof`."""
    if what in {"lint", "test"}:
        yield from lint()
    if what == "test":
        yield from suite(TEST)
    if what == "proof":
        os.environ["HYPOTHESIS_PROFILE"] = "proof"
        yield from suite(PROOF)


def summary(outcomes: list[Outcome]) -> None:
    """The last lines: each part, then all the tests together."""
    print("\n=== summary")
    for outcome in outcomes:
        print(outcome.words())
    passed = sum(o.counts.get("passed", o.status == 0) for o in outcomes)
    failed = sum(max(o.counts.get("failed", 0), o.status != 0) for o in outcomes)
    skipped = sum(o.counts.get("skipped", 0) for o in outcomes)
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)


def main(words: list[str]) -> int:
    """Every part is run whatever came of the others; returns 1 if one of them failed."""
    if len(words) != 1 or words[0] not in {"lint", "test", "proof"}:
        sys.exit(__doc__)
    postgres.end_tidily()
    os.chdir(ROOT)
    outcomes: list[Outcome] = []
    try:
        outcomes.extend(chosen(words[0]))
    except KeyboardInterrupt:
        print("\nStopped before the end.")
        return 130
    summary(outcomes)
    return int(any(outcome.status for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
