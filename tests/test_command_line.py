"""The installed command, run as a person runs it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from django_tasks_db.models import DBTaskResult

from benchmarks.calls import control_room
from config import serving
from config.cli import run
from tests.databases import Database
from tests.history.room import chained, execute
from tests.history.test_chain import drop_triggers
from wansdyke.access.command_line import AS
from wansdyke.access.database import as_owner
from wansdyke.access.models import Membership
from wansdyke.access.running import name_here

WANSDYKE = Path(sys.executable).with_name("wansdyke")
OURS = ("WANSDYKE_", "DATABASE_URL", "DJANGO_")
KEY = {"WANSDYKE_SECRET_KEY": "k" * 60}


def wansdyke(
    *words: str, given: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs the command with no setting but those given."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return subprocess.run(
        [str(WANSDYKE), *words],
        env={**clean, **(given or {})},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@dataclass(frozen=True)
class Came:
    """What came of a command in this process, which sees the test's own database."""

    status: int
    said: str
    complained: str


def asked(*words: str) -> Came:
    """Runs a command here, by the same entry point."""
    before = dict(os.environ)
    with redirect_stdout(StringIO()) as said, redirect_stderr(StringIO()) as complained:
        status = run(words)
    os.environ.clear()
    os.environ.update(before)
    AS.set(None)
    return Came(status, said.getvalue(), complained.getvalue())


def test_help_needs_no_key_and_leaves_nothing_behind(tmp_path: Path) -> None:
    ran = wansdyke("import", "contacts", "--help", cwd=tmp_path)
    assert (ran.returncode, "Usage: wansdyke import contacts" in ran.stdout) == (0, True), ran
    assert list(tmp_path.iterdir()) == []


def test_every_command_is_listed() -> None:
    said = asked("--help").said
    for name in ("migrate", "demo", "serve", "import", "backup", "restore", "audit", "user"):
        assert f" {name} " in said
        assert "Usage: wansdyke" in asked(name, "--help").said
    assert "--as" in said
    assert asked("--version").said.startswith("wansdyke ")


def test_without_a_secret_key_it_refuses_and_says_why(tmp_path: Path) -> None:
    ran = wansdyke("serve", given={"WANSDYKE_DATA": str(tmp_path)})
    assert ran.returncode == 2
    assert ran.stderr.startswith("No secret key is set")
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "wansdyke.db").exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"WANSDYKE_SECRET_KEY": "short"}, "at least 50"),
        ({"WANSDYKE_IDLE_MINUTES": "soon", **KEY}, "WANSDYKE_IDLE_MINUTES"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", **KEY}, "cannot be used"),
    ],
)
def test_a_setting_that_cannot_be_is_named(
    given: dict[str, str], words: str, tmp_path: Path
) -> None:
    ran = wansdyke("audit", "verify", given={"WANSDYKE_DATA": str(tmp_path), **given})
    assert (ran.returncode, words in ran.stderr) == (2, True), ran.stderr
    assert "Traceback" not in ran.stderr


def test_an_empty_database_is_migrated_before_it_is_served(tmp_path: Path) -> None:
    given = {"WANSDYKE_DATA": str(tmp_path), **KEY}
    for words, status in ((("serve",), 1), (("audit", "verify"), 2)):
        ran = wansdyke(*words, given=given)
        assert (ran.returncode, "wansdyke migrate" in ran.stderr) == (status, True)
        assert "Traceback" not in ran.stderr
    ran = wansdyke("migrate", given=given)
    assert (ran.returncode, "up to date" in ran.stdout) == (0, True)
    demo = wansdyke("serve", given={**given, "WANSDYKE_DEMO": "1"})
    assert (demo.returncode, "did not make this database" in demo.stderr) == (1, True)


def test_the_actor_must_exist(committed_db: Database) -> None:
    words = ("audit", "list", "--reference", "CT-1")
    ran = asked("--as", "nobody", *words)
    assert (ran.status, "nobody" in ran.complained) == (1, True)
    ran = asked(*words)
    assert (ran.status, "--as" in ran.complained) == (1, True)


def test_verifying_says_what_it_found(committed_db: Database) -> None:
    chained(5)
    ran = asked("audit", "verify", "--columns")
    assert (ran.status, "intact: 5 entries" in ran.said) == (0, True)
    said = json.loads(asked("audit", "verify", "--json").said)
    assert (said["intact"], said["entries"], len(said["hash"])) == (True, 5, 64)
    with as_owner():
        drop_triggers()
        execute("UPDATE history_auditentry SET body = '{}' WHERE seq = 4")
    ran = asked("audit", "verify", "--json")
    assert ran.status == 1
    assert json.loads(ran.said)["first_bad"] == 4
    assert "entry 4" in asked("audit", "verify").said


def test_an_auditor_lists_who_has_seen_a_record(committed_db: Database) -> None:
    room = control_room()
    Membership.objects.create(
        user=room.supervisor, team=room.team, post="privacy-officer", from_date="2020-01-01"
    )
    chained(3)
    words = ("audit", "list", "--reference", "user:x")
    assert asked("--as", "operator", *words).status == 1
    assert asked("--as", "supervisor", *words).said.split()[0] == "4"
    said = [
        json.loads(line) for line in asked("--as", "supervisor", *words, "--json").said.splitlines()
    ]
    assert [(line["seq"], line["actor"]) for line in said] == [(5, "supervisor"), (4, "supervisor")]


def test_backup_and_restore_from_the_command_line(committed_db: Database, tmp_path: Path) -> None:
    target = str(tmp_path / "b.tar")
    made = asked("backup", target)
    assert (made.status, "chain intact" in made.said) == (0, True), made.complained
    assert asked("backup", target).status == 1
    back = asked("restore", target)
    assert (back.status, "Restored from" in back.said) == (0, True), back.complained


@contextmanager
def served(given: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`wansdyke serve`, once it has said where it is."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    process = subprocess.Popen(
        [str(WANSDYKE), "serve", "--port", str(port), "--workers", "2"],
        env={**clean, **given},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout
        said = ""
        while "Stop:" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def children_of(process: subprocess.Popen[str]) -> list[int]:
    tasks = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(pid) for pid in tasks.read_text().split()]


def gone(pids: list[int]) -> bool:
    """Whether all have ended within ten seconds."""
    for _ in range(200):
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.05)
    return False


def status_of(address: str) -> tuple[int, dict[str, str]]:
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status, dict(answer.headers)
    except urllib.error.HTTPError as answer:
        return answer.code, dict(answer.headers)


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")


@needs_proc
def test_one_command_serves_works_and_stops(committed_db: Database) -> None:
    with served({**committed_db.environment, **KEY}) as (process, address):
        status, _ = status_of(f"{address}/sign-in/")
        assert status == 200
        with urllib.request.urlopen(f"{address}/sign-in/") as page:
            text = page.read().decode()
        sheet = text.split('rel="stylesheet" href="')[1].split('"')[0]
        status, headers = status_of(f"{address}{sheet}")
        assert status == 200
        assert "immutable" in headers["Cache-Control"]
        for _ in range(100):
            if len(children_of(process)) == 3:
                break
            time.sleep(0.05)
        pages, worker, signer = children_of(process)
        os.kill(worker, signal.SIGKILL)
        for _ in range(200):
            again = children_of(process)
            if len(again) == 3 and worker not in again:
                break
            time.sleep(0.05)
        assert len(again) == 3
        assert {pages, signer} <= set(again)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert gone(again)


@needs_proc
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_what_it_started_dies_with_it(committed_db: Database) -> None:
    with served({**committed_db.environment, **KEY}) as (process, _):
        started = children_of(process)
        process.kill()
        process.wait()
        assert gone(started)


@pytest.mark.django_db
def test_a_task_whose_worker_was_killed_is_done_again_at_most_twice() -> None:
    def task(*workers: str) -> DBTaskResult:
        return DBTaskResult.objects.create(
            task_path="x.y", args_kwargs={"args": [], "kwargs": {}}, backend_name="default",
            queue_name="default", priority=0, status="RUNNING", worker_ids=list(workers),
            run_after="2020-01-01T00:00:00Z", exception_class_path="", traceback="",
        )  # fmt: skip

    here = f"{name_here()}:123"
    once, thrice, away = task(here), task(here, here, here), task("elsewhere:1")
    assert serving.give_back_tasks() == 1
    for row in (once, thrice, away):
        row.refresh_from_db()
    assert (once.status, thrice.status, away.status) == ("READY", "FAILED", "RUNNING")
