"""Faults at the system calls by which SQLite reads and writes its files, and what is left.

python -m tests.proof.faulting FAULTS FOLDER

This process loads everything once and forks a writer for each fault, which takes and grades calls
and writes down what it was told of each. strace, attached to the writer, lets one system call fail
or kills the writer at it. After each fault everything is looked at. Prints what it found as JSON.
"""

import json
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

# It sets Django up, so it comes first.
from tests.proof.killing import Left, looked_at

from django.db import DatabaseError, connection, connections  # isort: skip
from django.utils import timezone  # isort: skip

from benchmarks.calls import ControlRoom, acting_as, control_room, graded_call  # isort: skip
from wansdyke.access.database import migrate_all  # isort: skip
from wansdyke.history.verify import verify  # isort: skip

# Nothing else in the writer calls these: Python's own files use read and write.
CALLS = ("pwrite64", "pread64", "fdatasync", "fsync", "ftruncate")
KINDS = ("error=EIO", "error=ENOSPC", "signal=SIGKILL")
CALLS_EACH = 3
PATIENCE = 60.0


@dataclass
class Found(Left):
    """Also: what was injected, how the writer heard of it, and what should be empty."""

    faults: dict[str, int] = field(default_factory=dict)
    told: int = 0
    killed: int = 0
    silent: int = 0
    unexpected: list[str] = field(default_factory=list)


def write(room: ControlRoom, acknowledged: Path, heard: Path, first: int, go: int) -> None:
    """Takes calls, once it may go; one that failed is sent again, as a browser does. Never
    returns."""
    try:
        os.read(go, 1)
        with acknowledged.open("a", buffering=1) as kept, heard.open("a", buffering=1) as file:
            for number in range(first, first + CALLS_EACH):
                for _ in range(2):
                    at = timezone.now()
                    try:
                        by = acting_as(room.operator, at)
                        made = graded_call(by, room.team, at, number=number, key=f"call-{number}")
                    except DatabaseError:
                        file.write("told\n")
                        connections.close_all()
                    else:
                        kept.write(f"{made.reference}\n")
                        break
            # The last connection moves the log of SQLite into its file when it closes.
            connections.close_all()
    except BaseException as fault:  # noqa: BLE001 - whatever it is, it is counted
        heard.open("a").write(f"{type(fault).__name__}: {fault}\n")
    finally:
        os._exit(0)


def one(room: ControlRoom, folder: Path, first: int, inject: list[str]) -> tuple[str, list[str]]:
    """One writer under strace; returns what strace wrote, and what the writer was told."""
    heard, log = folder / "heard", folder / "strace"
    for file in (heard, log):
        file.unlink(missing_ok=True)
    heard.touch()
    connections.close_all()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        write(room, folder / "acknowledged", heard, first, reading)
    os.close(reading)
    tracer = subprocess.Popen(
        ["strace", "-qq", "-p", str(pid), "-o", str(log), "-e", f"trace={','.join(CALLS)}", *inject]
    )
    try:
        _attached(pid, tracer)
        os.write(writing, b"x")
    finally:
        os.close(writing)
        os.waitpid(pid, 0)
        tracer.wait(PATIENCE)
    return log.read_text(), heard.read_text().split("\n")[:-1]


def _attached(pid: int, tracer: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while "TracerPid:\t0\n" in Path(f"/proc/{pid}/status").read_text():
        if tracer.poll() is not None or time.monotonic() > until:
            raise SystemExit("strace could not be attached to a process of ours.")
        time.sleep(0.002)


def judged(said: str, heard: list[str], what: str, found: Found) -> None:
    """Counts one fault, where it happened, and how the writer heard of it."""
    killed = "+++ killed by SIGKILL" in said
    if not killed and "(INJECTED)" not in said:
        return
    found.kills += 1
    found.faults[what] = found.faults.get(what, 0) + 1
    told = heard.count("told")
    found.unexpected += [one for one in heard if one != "told"]
    found.killed += killed
    found.told += bool(told) and not killed
    # Such as a fault while the log of SQLite is moved into its file: nothing is lost by it.
    found.silent += not told and not killed


def looked(acknowledged: Path, found: Found) -> bool:
    """Looks at everything; returns whether it may go on."""
    looked_at(acknowledged, found)
    whole = verify()
    found.entries, found.chain = whole.entries, whole.why
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        found.integrity = cursor.fetchone()[0]
    wrong = found.missing or found.partial or found.chain or found.unexpected
    return not wrong and found.integrity == "ok"


def main(faults: int, folder: Path) -> None:
    """Makes the database, injects, and prints what is left."""
    migrate_all()
    room, found = control_room(), Found()
    acknowledged = folder / "acknowledged"
    acknowledged.touch()
    number = 10
    for number in range(5):
        at = timezone.now()
        graded_call(acting_as(room.operator, at), room.team, at, number=number)
    # How often each is called when nothing fails.
    said, _ = one(room, folder, 100, [])
    usual = Counter(re.findall(r"^(\w+)\(", said, re.MULTILINE))
    turn = 0
    while found.kills < faults and looked(acknowledged, found):
        turn += 1
        call = random.choice([name for name in CALLS if usual[name]])
        kind, when = random.choice(KINDS), random.randint(1, usual[call])
        inject = ["-e", f"inject={call}:{kind}:when={when}"]
        said, heard = one(room, folder, 1000 + turn * 10, inject)
        judged(said, heard, f"{call} {kind.partition('=')[2]}", found)
        if turn > 3 * faults:
            raise SystemExit("the faults do not happen")
    looked(acknowledged, found)
    sys.stdout.write(json.dumps(asdict(found)))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
