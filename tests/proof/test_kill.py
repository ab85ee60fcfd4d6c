"""Nothing acknowledged is lost, nothing is left half-done, whoever is killed and whenever."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from setup import postgres

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.proof


def killed(kills: int, target: str, folder: Path, given: dict[str, str]) -> dict[str, Any]:
    """What was left after so many kills, in a process and a database of its own."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.proof.killing", str(kills), target, str(folder)],
        cwd=ROOT,
        env={**os.environ, "WANSDYKE_DATA": str(folder), **given},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    return dict(json.loads(ran.stdout))


def judged(left: dict[str, Any], kills: int) -> None:
    assert left["kills"] >= kills
    assert left["missing"] == []
    assert left["partial"] == []
    assert left["chain"] == ""
    assert left["integrity"] == "ok"
    # The killing must have met work in progress to mean anything.
    assert left["cases"] >= left["acknowledged"] > kills / 4
    assert left["entries"] >= 3 * left["cases"]


def told(left: dict[str, Any]) -> str:
    return (
        f"killed {left['kills']:,} times: {left['acknowledged']:,} calls acknowledged,"
        f" {len(left['missing'])} lost, {len(left['partial'])} half done"
    )


@pytest.mark.sqlite_only
def test_a_thousand_writers_killed_on_sqlite(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    left = killed(1000, "writers", tmp_path, {"DATABASE_URL": "", "WANSDYKE_OWNER_URL": ""})
    record_property("proved", f"SQLite, {told(left)}")
    judged(left, 1000)


@pytest.mark.postgres_only
def test_postgresql_killed_two_hundred_times(
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    programs = postgres.find()
    if programs is None:
        pytest.skip(postgres.NONE_FOUND)
    # A server of its own: killing one of its processes ends every session on it. And one that
    # commits in earnest, whatever speed the other tests were given for: with its commits put off
    # it loses what it acknowledged, at the third kill.
    monkeypatch.setenv("POSTGRES_FSYNC", "on")
    with postgres.cluster(programs) as environment:
        left = killed(200, "server", tmp_path, environment)
    record_property(
        "proved", f"PostgreSQL, {told(left)}; away {left['longest_away']:.1f} s at most"
    )
    judged(left, 200)
