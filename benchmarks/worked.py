"""The processor's own time, which other work on the machine lengthens far less than the clock's."""

import time
from pathlib import Path

from django.db import connection


def worked() -> float:
    """Milliseconds that this process has worked, and its database server for it, where that can be
    read: on Linux, of a server on the same machine."""
    return time.process_time() * 1000 + _server()


def _server() -> float:
    if connection.vendor != "postgresql" or connection.connection is None:
        return 0.0
    told = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return int(told.read_text().split()[0]) / 1e6 if told.exists() else 0.0


# Between rounds: as people do, and because a kernel halts for a while whoever never rests, where a
# benchmark is given the processor before all others.
REST = 0.01


class Watch:
    """Milliseconds by the clock, and of the processor, of each round, with a rest before it."""

    def __init__(self) -> None:
        self.clock: list[float] = []
        self.worked: list[float] = []

    def __enter__(self) -> None:
        time.sleep(REST)
        self._began = time.perf_counter(), worked()

    def __exit__(self, *_: object) -> None:
        began, before = self._began
        self.clock.append((time.perf_counter() - began) * 1000)
        self.worked.append(worked() - before)
