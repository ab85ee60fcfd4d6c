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
from contextlib import contextmanager
from pathlib import Path

import pytest
from django_tasks_db.models import DBTaskResult

from config import serving
from tests.databases import Database
from tests.history.room import chained, execute
from tests.history.test_chain import drop_triggers
from wansdyke.access.database import as_owner
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


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--help",),
        *((f"{name}", "--help") for name in ("serve", "import", "audit", "user", "backup")),
        ("import", "contacts", "--help"),
    ],
)
def test_help_needs_no_key_and_leaves_nothing_behind(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    ran = wansdyke(*words, cwd=tmp_path)
    assert ran.returncode == (0 if words else 2), ran.stderr
    assert "Usage: wansdyke" in ran.stdout + ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_every_command_is_listed(tmp_path: Path) -> None:
    said = wansdyke("--help", cwd=tmp_path).stdout
    for name in ("migrate", "demo", "serve", "import", "backup", "restore", "audit", "user"):
        assert f" {name} " in said
    assert "--as" in said
    assert wansdyke("--version", cwd=tmp_path).stdout.startswith("wansdyke ")


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_without_a_secret_key_it_refuses_and_says_why(command: str, tmp_path: Path) -> None:
    ran = wansdyke(command, given={"WANSDYKE_DATA": str(tmp_path)})
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
    for words in (("serve",), ("audit", "verify")):
        ran = wansdyke(*words, given=given)
        assert ran.returncode in {1, 2}
        assert "wansdyke migrate" in ran.stderr
        assert "Traceback" not in ran.stderr
    assert wansdyke("migrate", given=given).returncode == 0
    assert "up to date" in wansdyke("migrate", given=given).stdout
    demo = wansdyke("serve", given={**given, "WANSDYKE_DEMO": "1"})
    assert (demo.returncode, "did not make this database" in demo.stderr) == (1, True)


def test_the_actor_must_exist(committed_db: Database) -> None:
    given = {**committed_db.environment, **KEY}
    ran = wansdyke("--as", "nobody", "audit", "list", "--reference", "CT-1", given=given)
    assert (ran.returncode, "nobody" in ran.stderr) == (1, True)
    ran = wansdyke("audit", "list", "--reference", "CT-1", given=given)
    assert (ran.returncode, "--as" in ran.stderr) == (1, True)


def test_verifying_says_what_it_found(committed_db: Database) -> None:
    given = {**committed_db.environment, **KEY}
    chained(5)
    ran = wansdyke("audit", "verify", "--columns", given=given)
    assert (ran.returncode, "intact: 5 entries" in ran.stdout) == (0, True)
    said = json.loads(wansdyke("audit", "verify", "--json", given=given).stdout)
    assert (said["intact"], said["entries"], len(said["hash"])) == (True, 5, 64)
    with as_owner():
        drop_triggers()
        execute("UPDATE history_auditentry SET body = '{}' WHERE seq = 4")
    ran = wansdyke("audit", "verify", "--json", given=given)
    assert ran.returncode == 1
    assert json.loads(ran.stdout)["first_bad"] == 4
    assert "entry 4" in wansdyke("audit", "verify", given=given).stdout


def test_backup_and_restore_from_the_command_line(committed_db: Database, tmp_path: Path) -> None:
    given = {**committed_db.environment, **KEY}
    target = str(tmp_path / "b.tar")
    made = wansdyke("backup", target, given=given)
    assert (made.returncode, "chain intact" in made.stdout) == (0, True), made.stderr
    assert wansdyke("backup", target, given=given).returncode == 1
    back = wansdyke("restore", target, given=given)
    assert (back.returncode, "Restored from" in back.stdout) == (0, True), back.stderr


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
            if len(children_of(process)) == 2:
                break
            time.sleep(0.05)
        pages, worker = children_of(process)
        os.kill(worker, signal.SIGKILL)
        for _ in range(200):
            again = children_of(process)
            if len(again) == 2 and worker not in again:
                break
            time.sleep(0.05)
        assert len(again) == 2
        assert pages in again
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
