"""What is done again and again: which job, how often, and that one's failure stops no other."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import DatabaseError, close_old_connections

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Job:
    """One job: it is given the moment, and says how many things it did. `every` is in seconds."""

    name: str
    every: float
    do: Callable[[datetime], int]


@dataclass
class Schedule:
    """Runs each job when its time has come; what is due when is not kept, so a restart runs all."""

    jobs: Sequence[Job]
    clock: Callable[[], float] = time.monotonic
    _next: dict[str, float] = field(default_factory=dict)

    def run_due(self, at: datetime) -> dict[str, int]:
        """Runs what is due and returns how much each job did; a job that failed waits its turn."""
        came: dict[str, int] = {}
        for job in self.jobs:
            now = self.clock()
            if now < self._next.get(job.name, 0.0):
                continue
            self._next[job.name] = now + job.every
            try:
                close_old_connections()
                came[job.name] = job.do(at)
            except (DatabaseError, OSError):
                log.exception("The scheduled job “%s” failed; it will be tried again.", job.name)
        return came
