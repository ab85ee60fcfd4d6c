"""The PostgreSQL server itself, killed with all its processes and started again as it was."""

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from django.db import DatabaseError, connection, connections


@dataclass
class Postmaster:
    """The server of this connection, which must be one that was made for it alone."""

    folder: Path
    command: list[str]
    user: int
    group: int
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def found(cls) -> "Postmaster":
        """By the folder of the socket that the connection goes through."""
        folder = Path(str(connection.settings_dict["HOST"]))
        running = Path("/proc", str(_pid(folder)))
        command = running.joinpath("cmdline").read_bytes().rstrip(b"\0").decode().split("\0")
        owner = running.stat()
        # A process that is killed loses nothing that it gave to the operating system, so there is
        # nothing to sync before it recovers; whole pages are still logged, for a write may be torn.
        return cls(folder, [*command, "-c", "fsync=off"], owner.st_uid, owner.st_gid)

    def kill(self) -> None:
        """Kills the postmaster and every process of its, at once, and waits until they are gone."""
        first = _pid(self.folder)
        pids = [first, *_children(first)]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.process is not None:
            self.process.wait()
        until = time.monotonic() + 20
        while any(_alive(pid) for pid in pids):
            if time.monotonic() > until:
                raise RuntimeError("the server would not die")
            time.sleep(0.01)

    def start(self) -> None:
        """Starts it again, and waits until it answers."""
        # Whose parent has not looked yet, a dead process still has its number.
        for left in (self.folder / "data" / "postmaster.pid", *self.folder.glob(".s.PGSQL.*")):
            left.unlink(missing_ok=True)
        whose = {"user": self.user, "group": self.group, "extra_groups": ()}
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                process_group=0,
                **(whose if os.geteuid() == 0 else {}),  # type: ignore[arg-type]
            )
        answers(60)

    def stop(self) -> None:
        """Ends it tidily, where it was started here."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(20)


def answers(patience: float) -> None:
    """Waits until the server takes a connection; raises what it says where it never does."""
    until = time.monotonic() + patience
    while True:
        connections.close_all()
        try:
            connection.ensure_connection()
        except DatabaseError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def _pid(folder: Path) -> int:
    return int((folder / "data" / "postmaster.pid").read_text().split("\n")[0])


def _stat(pid: int | str) -> list[str]:
    # The name, in brackets, may have spaces.
    return Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()


def _children(parent: int) -> list[int]:
    found = []
    for one in Path("/proc").iterdir():
        with contextlib.suppress(OSError, IndexError):
            if one.name.isdigit() and int(_stat(one.name)[1]) == parent:
                found.append(int(one.name))
    return found


def _alive(pid: int) -> bool:
    try:
        return _stat(pid)[0] not in "ZX"
    except OSError:
        return False
