"""A watcher that is killed again and again: each row comes in once, each file is counted once."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.databases import Database
from tests.desks.contact.import_files import somebody
from wansdyke.access.models import Load
from wansdyke.casework.models import Case
from wansdyke.desks.contact.feed.models import FeedArrival
from wansdyke.desks.contact.models import Contact
from wansdyke.history.verify import verify

pytestmark = pytest.mark.proof
KILLS, FILES, ROWS = 40, 6, 400
WANSDYKE = str(Path(sys.executable).with_name("wansdyke"))


def file_of(number: int) -> str:
    rows = (
        f"WP-{number}-{row},2018-12-31 13:{row % 60:02d},Priority,Shouting" for row in range(ROWS)
    )
    return "\n".join(("reference,received_at,grade,notes", *rows)) + "\n"


def watching(folder: Path, database: Database) -> subprocess.Popen[bytes]:
    """One watcher that looks twice and ends, in a process of its own."""
    return subprocess.Popen(
        [WANSDYKE, "--as", "olive", "watch", "contacts", str(folder), "--once", "--every", "1"],
        env={**os.environ, **database.environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def test_a_watcher_killed_at_any_moment_loses_and_doubles_nothing(
    tmp_path: Path, committed_db: Database
) -> None:
    somebody()
    for number in range(FILES):
        (tmp_path / f"calls-{number}.csv").write_text(file_of(number))
    killed = 0
    for _ in range(KILLS):
        watcher = watching(tmp_path, committed_db)
        try:
            # Starting takes about two seconds, and the loading some more.
            watcher.wait(random.uniform(1.5, 6))
        except subprocess.TimeoutExpired:
            watcher.send_signal(signal.SIGKILL)
            killed += 1
        watcher.wait()
        if not list(tmp_path.glob("*.csv")):
            break
    until = time.monotonic() + 120
    while list(tmp_path.glob("*.csv")) and time.monotonic() < until:
        last = watching(tmp_path, committed_db)
        _, said = last.communicate()
        assert last.returncode == 0, said.decode()[-2000:]
    assert killed >= 3, "the killing must have met work in progress to mean anything"
    assert len(list((tmp_path / "done").glob("*.csv"))) == FILES
    references = list(Contact.objects.values_list("source_reference", flat=True))
    assert len(references) == len(set(references)) == FILES * ROWS
    assert Case.objects.count() == FILES * ROWS
    assert not Load.objects.filter(completed_at__isnull=True).exists()
    arrivals = FeedArrival.objects.all()
    assert len(arrivals) == FILES
    assert sum(one.arrived for one in arrivals) == FILES * ROWS
    assert verify().intact
