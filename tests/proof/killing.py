"""Writers that are killed again and again, and what is left of their work.

python -m tests.proof.killing KILLS writers|server FOLDER

This process loads everything once and forks writers, which take and grade calls one after another
and write each call's reference down when it is committed. `writers` kills them with SIGKILL at
random moments; `server` kills PostgreSQL instead: by turns one process of it, upon which it ends
every session and recovers from its log, and the whole server with all its processes, which is then
started again. After each kill of the server everything is looked at. Prints what it found as JSON.
"""

import contextlib
import json
import os
import random
import signal
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

# What follows imports models, which need the settings.
from django.db import DatabaseError, connection, connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.calls import ControlRoom, acting_as, control_room, graded_call  # noqa: E402
from tests.proof.postmaster import Postmaster, answers  # noqa: E402
from wansdyke.access.database import migrate_all  # noqa: E402
from wansdyke.access.for_agency import EVERY, stand_for  # noqa: E402
from wansdyke.access.models import Root  # noqa: E402
from wansdyke.casework.models import Case, Deadline, Party  # noqa: E402
from wansdyke.desks.contact.models import Contact, Grading  # noqa: E402
from wansdyke.history.models import AuditSubject, Event, Operation  # noqa: E402
from wansdyke.history.verify import verify  # noqa: E402

# As the command line does.
stand_for(EVERY)
TOGETHER = 2
CALLS_EACH = 3


@dataclass
class Left:
    """What was found after the killing; `missing` and `partial` should be empty."""

    kills: int = 0
    acknowledged: int = 0
    cases: int = 0
    entries: int = 0
    chain: str = ""
    integrity: str = "ok"
    longest_away: float = 0.0
    missing: list[str] = field(default_factory=list)
    partial: list[str] = field(default_factory=list)


def write(room: ControlRoom, acknowledged: Path, first: int) -> None:
    """Takes calls until it is killed or its server is; never returns."""
    try:
        with acknowledged.open("a", buffering=1) as file:
            number = first
            while True:
                at = timezone.now()
                by = acting_as(room.operator, at)
                file.write(f"{graded_call(by, room.team, at, number=number).reference}\n")
                number += 1
    except DatabaseError:
        os._exit(3)
    finally:
        os._exit(4)


def fork(room: ControlRoom, acknowledged: Path, first: int) -> int:
    """Starts a writer; the connection is the child's own."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        write(room, acknowledged, first)
    return pid


def kill_writers(pids: list[int]) -> int:
    """Kills the writers themselves."""
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    return len(pids)


def kill_backend(pids: list[int]) -> int:
    """Kills the server's process of one writer; returns how many were killed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE usename = current_user"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        found = [row[0] for row in cursor.fetchall()]
    if not found:
        return 0
    os.kill(random.choice(found), signal.SIGKILL)
    return 1


def recovered() -> None:
    """Waits until the server has ended every session, this one too, and answers again."""
    until = time.monotonic() + 60
    with contextlib.suppress(DatabaseError), connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute("SELECT 1")
            time.sleep(0.01)
    answers(60)


def some_time(pace: float) -> None:
    """Sleeps for a random while; `pace` is the seconds a call takes on this machine: most writers
    are to get a few done."""
    time.sleep(random.uniform(0, 2 * TOGETHER * CALLS_EACH * pace))


def forked(room: ControlRoom, acknowledged: Path, turn: int) -> list[int]:
    """The writers of one turn."""
    return [fork(room, acknowledged, turn * 1000 + n * 500) for n in range(TOGETHER)]


def kill_rounds(kills: int, room: ControlRoom, acknowledged: Path, pace: float) -> int:
    """Forks writers and kills them at random moments, until so many were killed."""
    done, turn = 0, 0
    while done < kills:
        turn += 1
        pids = forked(room, acknowledged, turn)
        some_time(pace)
        done += kill_writers(pids)
        for pid in pids:
            os.waitpid(pid, 0)
    return done


def server_rounds(
    kills: int, room: ControlRoom, acknowledged: Path, pace: float, left: Left
) -> int:
    """Forks writers and kills their server, one process or all of it, until it was killed so
    often; each time everything is looked at."""
    done, turn, server = 0, 0, Postmaster.found()
    try:
        while done < kills and not (left.missing or left.partial or left.chain):
            turn += 1
            pids = forked(room, acknowledged, turn)
            some_time(pace)
            killed = kill_backend(pids) if done % 2 else 1
            if not done % 2:
                server.kill()
            kill_writers([pid for pid in pids if os.waitpid(pid, os.WNOHANG) == (0, 0)])
            for pid in pids:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, 0)
            began = time.monotonic()
            if not done % 2:
                server.start()
            elif killed:
                recovered()
            left.longest_away = max(left.longest_away, time.monotonic() - began)
            done += killed
            looked_at(acknowledged, left)
            found = verify()
            left.chain, left.entries = found.why, found.entries
    finally:
        server.stop()
    return done


def looked_at(acknowledged: Path, left: Left) -> Left:
    """Compares what was acknowledged with what is there, and each case with what it must have."""
    references = acknowledged.read_text().split()
    there = set(Root.objects.values_list("reference", flat=True))
    left.acknowledged = len(references)
    left.partial = []
    left.missing = [reference for reference in references if reference not in there]
    cases = dict(Case.objects.values_list("pk", "root__reference"))
    left.cases = len(cases)
    parts = {
        "contact": Contact.objects.values_list("case_id", flat=True),
        "caller": Party.objects.values_list("case_id", flat=True),
        "grading": Grading.objects.values_list("contact_id", flat=True),
        "deadline": Deadline.objects.values_list("case_id", flat=True),
        "opened": Event.objects.filter(name="opened").values_list("root_id", flat=True),
        "grade": Event.objects.filter(name="grade").values_list("root_id", flat=True),
        "state": Case.objects.filter(state="waiting").values_list("pk", flat=True),
    }
    for what, rows in parts.items():
        having = list(rows)
        left.partial += [f"{cases[pk]} has no {what}" for pk in cases.keys() - set(having)]
        left.partial += [f"{what} of no case" for pk in set(having) - cases.keys()]
        if len(having) != len(set(having)):
            left.partial.append(f"{what} twice")
    heard = set(AuditSubject.objects.values_list("reference", flat=True))
    left.partial += [f"{ref} is not in the log" for ref in cases.values() if ref not in heard]
    left.partial += [f"{ref} is no record" for ref in heard if ref not in there]
    if Root.objects.count() != 2 * len(cases) or Operation.objects.count() != len(cases):
        left.partial.append("roots or operations without a case")
    return left


def main(kills: int, target: str, folder: Path) -> None:
    """Makes the database, kills, and prints what is left."""
    migrate_all()
    room = control_room()
    acknowledged = folder / "acknowledged"
    acknowledged.touch()
    # Everything a call needs is loaded before the first fork.
    pace = 0.0
    for _ in range(5):
        at = timezone.now()
        began = time.perf_counter()
        graded_call(acting_as(room.operator, at), room.team, at)
        pace = time.perf_counter() - began
    left = Left()
    if target == "server":
        left.kills = server_rounds(kills, room, acknowledged, pace, left)
        sys.stdout.write(json.dumps(asdict(left)))
        return
    left.kills = kill_rounds(kills, room, acknowledged, pace)
    looked_at(acknowledged, left)
    found = verify()
    left.entries, left.chain = found.entries, found.why
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            left.integrity = cursor.fetchone()[0]
    sys.stdout.write(json.dumps(asdict(left)))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
