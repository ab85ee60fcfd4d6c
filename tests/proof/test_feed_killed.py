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
FILES, ROWS = 12, 300
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
    # The first is left alone, and tells how long one takes on this machine.
    (tmp_path / "calls-0.csv").write_text(file_of(0))
    began = time.monotonic()
    watching(tmp_path, committed_db).communicate()
    alone = time.monotonic() - began
    killed = 0
    for number in range(1, FILES):
        # There is always something to load, however fast this machine is.
        (tmp_path / f"calls-{number}.csv").write_text(file_of(number))
        watcher = watching(tmp_path, committed_db)
        try:
            watcher.communicate(timeout=random.uniform(0.3, 0.95) * alone)
        except subprocess.TimeoutExpired:
            watcher.send_signal(signal.SIGKILL)
            killed += 1
            watcher.communicate()
    until, said = time.monotonic() + 180, b""
    # A server needs a moment to learn that whom it held a lock for is gone: until then the next
    # watcher is told that another is at it, and comes again.
    while list(tmp_path.glob("*.csv")) and time.monotonic() < until:
        _, said = watching(tmp_path, committed_db).communicate()
    assert not list(tmp_path.glob("*.csv")), said.decode()[-2000:]
    assert killed >= FILES / 4, "the killing must have met work in progress to mean anything"
    assert len(list((tmp_path / "done").glob("*.csv"))) == FILES
    references = list(Contact.objects.values_list("source_reference", flat=True))
    assert len(references) == len(set(references)) == FILES * ROWS
    assert Case.objects.count() == FILES * ROWS
    assert not Load.objects.filter(completed_at__isnull=True).exists()
    arrivals = FeedArrival.objects.all()
    assert len(arrivals) == FILES
    assert sum(one.arrived for one in arrivals) == FILES * ROWS
    assert verify().intact
