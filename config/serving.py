"""`wansdyke serve`: the pages, the background worker and the schedule, in one command."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from wansdyke.access.database import passes_by, pending
from wansdyke.access.for_agency import EVERY, stand_for
from wansdyke.access.kept import remove_kept
from wansdyke.access.models import Installation
from wansdyke.access.running import name_here, serving
from wansdyke.assurance import equality_counting, log_review_jobs, samples_jobs
from wansdyke.casework import conflicts, documents, glass, jobs
from wansdyke.casework.disposing import carry_out
from wansdyke.casework.reckoning import reckon_anew
from wansdyke.casework.schedule import Job, Schedule
from wansdyke.desks.contact.feed import quiet
from wansdyke.directory import DESKS
from wansdyke.history import places, watch
from wansdyke.home.disposal_commands import means
from wansdyke.home.files import folder
from wansdyke.kernel.flow import Refused
from wansdyke.linkage.pairing import pair_new
from wansdyke.people.vocabulary import recount

LOCAL = {"127.0.0.1", "localhost", "::1"}
IN_THE_CLEAR = (
    "Passwords and everything on the pages travel unencrypted, unless a proxy of the force's own"
    " does HTTPS in front of this address.\nWhen it does, set WANSDYKE_HTTPS=1 and"
    " WANSDYKE_PROXY=1.\n"
)
LOUDER = (
    "\n  WARNING  This address is open to the network without HTTPS: anyone on the way can read"
    " passwords and records.\n  WARNING  Listen on 127.0.0.1 behind a proxy that does HTTPS, or do"
    " not use it with real records.\n\n"
)
PASSES_BY = (
    "  WARNING  The role in DATABASE_URL owns the tables or is a superuser: the database does not"
    " keep agencies apart.\n  WARNING  Name another role there, and the owner's in"
    " WANSDYKE_OWNER_URL.\n"
)
# Pages that one process makes at a time; each holds a connection to the database.
THREADS = 4
PATIENCE = 25.0
LOOK_EVERY = 0.5
DIE_WITH_PARENT = 1
MOST_TRIES = 3


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="Processes that answer; one a core and one unless said."),
    ] = None,
) -> None:
    """Serve the pages, do the background work and keep the schedule, until Ctrl-C."""
    # The schedule looks after the cases of every agency; the pages are processes of their own.
    stand_for(EVERY)
    ready(host, port)
    count = workers or cores() + 1
    with serving(settings.DATA_DIR):
        give_back_tasks()
        supervisor = Supervisor(
            [
                Child("the pages", pages(host, port, count)),
                Child("the worker", [sys.executable, "-m", "config.background"]),
                *([] if settings.SIGNED_ELSEWHERE else [Child("the signer", signing())]),
                *([Child("the watcher", watching())] if settings.FEED_FOLDER else []),
            ],
            scheduled(),
        )
        status = supervisor.run(lambda: say_where(host, port))
    raise typer.Exit(status)


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def ready(host: str, port: int) -> None:
    """Raises Refused, saying what to do, where this installation cannot be served as it is."""
    if pending():
        raise Refused("The database is empty or older than this release: run “wansdyke migrate”.")
    made = Installation.objects.first()
    if settings.DEMO and (made is None or not made.demonstration):
        raise Refused(
            "WANSDYKE_DEMO is set, but “wansdyke demo” did not make this database: its pages would"
            " let anyone in as anyone. Unset WANSDYKE_DEMO, or name an empty WANSDYKE_DATA and run"
            " “wansdyke demo”."
        )
    if settings.DEMO and host not in LOCAL:
        sys.stderr.write(
            "Anyone who reaches this address can act as anyone in the made-up force.\n"
            "Put no real record into it.\n"
        )
    if not settings.DEMO and not settings.SECURE:
        sys.stderr.write(IN_THE_CLEAR if host in LOCAL else LOUDER + IN_THE_CLEAR)
    if passes_by():
        sys.stderr.write(PASSES_BY)
    if settings.FEED_FOLDER and not (settings.FEED_USER and Path(settings.FEED_FOLDER).is_dir()):
        raise Refused(
            "WANSDYKE_FEED_FOLDER must name a folder that is there, and WANSDYKE_FEED_USER the"
            " account that loads what comes into it."
        )
    # Said now where the store of checkpoints cannot be used: later it would stop the signer.
    places.copies()
    _free(host, port)


def _free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            raise Refused(
                f"Cannot listen on {host}, port {port}: {fault.strerror}."
                f" Choose another port: wansdyke serve --port {min(port + 1, 65535)}"
            ) from None


def pages(host: str, port: int, workers: int) -> list[str]:
    """The command that serves the pages."""
    bound = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    options = {
        "bind": bound,
        "workers": workers,
        "worker-class": "config.server_worker.WholeRequests",
        "threads": THREADS,
        "keep-alive": 5,
        "max-requests": 5000,
        "max-requests-jitter": 500,
        # Of a process that no longer says it lives; a thread may take as long as its page does.
        "timeout": 60,
        "graceful-timeout": 20,
        "log-level": "warning",
        "logger-class": "config.server_log.ServerLog",
    }
    shared = Path("/dev/shm")  # noqa: S108  # nosec B108 - the heartbeat is no file for a disk
    if shared.is_dir():
        options["worker-tmp-dir"] = shared
    words = [f"--{name}={value}" for name, value in options.items()]
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--preload"]
    return [*command, "--no-control-socket", *words]


def signing() -> list[str]:
    """The command that signs the log, a process of its own."""
    return [sys.executable, "-m", "config.cli", "audit", "sign"]


def watching() -> list[str]:
    """The command that loads what command and control puts into its folder."""
    command = [sys.executable, "-m", "config.cli", "--as", settings.FEED_USER]
    command += ["watch", "contacts", settings.FEED_FOLDER]
    return [*command, "--team", settings.FEED_TEAM] if settings.FEED_TEAM else command


def give_back_tasks() -> int:
    """Lets tasks be done again that a worker here had in hand when it was killed.

    After three such tries a task is given up. Returns how many were given back.
    """
    given = 0
    for row in DBTaskResult.objects.filter(status="RUNNING"):
        if not row.worker_ids or not row.worker_ids[-1].startswith(f"{name_here()}:"):
            continue
        again = len(row.worker_ids) < MOST_TRIES
        row.status = "READY" if again else "FAILED"
        row.save(update_fields=["status"])
        given += again
    return given


def scheduled() -> Schedule:
    """What this installation does again and again, and how often."""
    exports = folder("exports")
    return Schedule(
        (
            Job(name="missed targets", every=30, do=lambda at: jobs.tell_of_missed(DESKS, at)),
            Job(name="new outlines", every=60, do=lambda at: jobs.place_anew(DESKS, at)),
            Job(name="people judged anew", every=10, do=lambda at: jobs.follow_people(DESKS, at)),
            Job(name="glass nobody reviewed", every=300, do=glass.escalate),
            Job(name="tries at what is locked", every=30, do=conflicts.tell_of_tries),
            Job(name="names of colleagues", every=3600, do=conflicts.suggest),
            Job(name="a quiet feed", every=60, do=quiet.tell_of_quiet),
            Job(name="work nobody listened to", every=3600, do=samples_jobs.tell_of_gaps),
            Job(name="the end of the log", every=watch.LOOKS_EVERY, do=watch.look_at_tail),
            Job(name="all of the log", every=300, do=watch.ask_for_whole),
            Job(name="the log looked through", every=30, do=log_review_jobs.look_through),
            Job(name="pairs to judge", every=600, do=pair_new),
            Job(name="words of names", every=86_400, do=lambda at: recount()),
            Job(name="dates of reviews", every=10, do=lambda at: reckon_anew(DESKS, at)),
            Job(name="disposals", every=10, do=lambda at: carry_out(means(), at)),
            Job(name="equality of victims", every=3600, do=equality_counting.count_due),
            Job(name="expired exports", every=600, do=lambda at: jobs.remove_exports(exports, at)),
            Job(name="unnamed files", every=3600, do=documents.remove_unnamed),
            Job(name="old guesses", every=600, do=jobs.remove_guesses),
            Job(name="ended sessions", every=600, do=jobs.remove_sessions),
            Job(name="forms kept in vain", every=600, do=remove_kept),
        )
    )


def say_where(host: str, port: int) -> None:
    """Prints the address, how to sign in, and how to stop, once the pages answer."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and not _answers(host, port):
        time.sleep(0.02)
    shown = f"[{host}]" if ":" in host else host
    how = "choose a persona, no password" if settings.DEMO else "with your account"
    sys.stdout.write(
        f"\n  Wansdyke is at  http://{shown}:{port}/\n"
        f"  Sign in:        {how}\n"
        "  Stop:           Ctrl-C\n\n"
    )
    sys.stdout.flush()


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


@dataclass
class Child:
    """A process of ours: its command, and how often it had to be started again of late."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Starts it in a process group of its own, so that Ctrl-C reaches it through us."""
        self.starts = [at for at in self.starts if at > time.monotonic() - 60]
        self.starts.append(time.monotonic())
        self.process = subprocess.Popen(
            self.command,
            env={**os.environ, "WANSDYKE_DATA": str(settings.DATA_DIR)},
            process_group=0,
            preexec_fn=_dies_with_us,  # noqa: PLW1509 - no thread has been started
        )

    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return self.process is not None and self.process.poll() is not None


_LIBC = ctypes.CDLL(None)


def _dies_with_us() -> None:
    # Linux alone has it; elsewhere a killed supervisor leaves its children running.
    if hasattr(_LIBC, "prctl"):
        _LIBC.prctl(DIE_WITH_PARENT, signal.SIGTERM)


@dataclass
class Supervisor:
    """Keeps its children running and the schedule turning until it is told to stop.

    The first child answers the pages: the others wait until it does.
    """

    children: list[Child]
    schedule: Schedule
    stopping: bool = False

    def run(self, begun: Callable[[], None]) -> int:
        """Returns 0 when stopped on purpose, 1 when a child would not stay up."""
        with self._told_to_stop():
            try:
                first, *others = self.children
                first.start()
                begun()
                for child in others:
                    child.start()
                while not self.stopping:
                    if not self._all_up():
                        return 1
                    self.schedule.run_due(timezone.now())
                    connection.close()
                    self._rest()
            finally:
                self._stop()
        sys.stdout.write("Stopped.\n")
        return 0

    def _rest(self) -> None:
        until = time.monotonic() + LOOK_EVERY
        while not self.stopping and time.monotonic() < until:
            time.sleep(0.05)

    def _all_up(self) -> bool:
        for child in self.children:
            if not child.ended() or self.stopping:
                continue
            if len(child.starts) > MOST_TRIES:
                sys.stderr.write(f"{child.name.capitalize()} would not stay up; see above.\n")
                return False
            sys.stderr.write(f"{child.name.capitalize()} ended and is started again.\n")
            child.start()
        return True

    @contextmanager
    def _told_to_stop(self) -> Iterator[None]:
        def stop(_number: int, _frame: FrameType | None) -> None:
            self.stopping = True

        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, stop) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self) -> None:
        running = [c.process for c in self.children if c.process and c.process.poll() is None]
        for process in running:
            process.terminate()
        until = time.monotonic() + PATIENCE
        for process in running:
            try:
                process.wait(max(until - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
