"""A disk that fails, a disk that is full, a process that dies at any system call: nothing that was
acknowledged is lost, nothing is half done, and the caller hears of it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from setup import machine
from tests.proof.test_kill import ROOT

pytestmark = [pytest.mark.proof, pytest.mark.sqlite_only]
FAULTS = 400


def test_four_hundred_faults_of_the_file(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    machine.ready_strace()
    ran = subprocess.run(
        [sys.executable, "-m", "tests.proof.faulting", str(FAULTS), str(tmp_path)],
        cwd=ROOT,
        env={
            **os.environ,
            "WANSDYKE_DATA": str(tmp_path),
            "DATABASE_URL": "",
            "WANSDYKE_OWNER_URL": "",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    left = json.loads(ran.stdout)
    kinds = ", ".join(f"{what} {count}" for what, count in sorted(left["faults"].items()))
    record_property(
        "proved",
        f"SQLite, {left['kills']} faults ({kinds}): told {left['told']}, killed {left['killed']},"
        f" without harm {left['silent']}; {left['acknowledged']:,} calls acknowledged,"
        f" {len(left['missing'])} lost, {len(left['partial'])} half done",
    )
    assert left["kills"] >= FAULTS
    assert left["missing"] == left["partial"] == left["unexpected"] == []
    assert (left["chain"], left["integrity"]) == ("", "ok")
    # It must have met work in progress, in every way, to mean anything.
    assert left["acknowledged"] > FAULTS
    assert min(left["told"], left["killed"]) > FAULTS / 10
