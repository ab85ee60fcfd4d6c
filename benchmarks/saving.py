"""How long saving a graded contact takes, with its person, event, clocks and audit entries.

Method: 600 calls are taken and graded one after another by one operator in one process, each
committed to the disk before the next, the first 100 of them not counted; then 100 more by each of
two processes at once, which wait for one another. By the clock, from the call to its commit.
"""

import multiprocessing
import time
from typing import Any

from django.db import connection
from django.utils import timezone

from benchmarks.calls import ControlRoom, acting_as, control_room, graded_call
from benchmarks.figures import Figure, hand_over, percentile

WARM_UP, CALLS, TOGETHER = 100, 500, 100
TARGET = 30.0


def saved(room: ControlRoom, first: int, calls: int) -> list[float]:
    """Takes calls and returns the milliseconds of each."""
    took = []
    for number in range(first, first + calls):
        at = timezone.now()
        by = acting_as(room.operator, at)
        began = time.perf_counter()
        graded_call(by, room.team, at, number=number)
        took.append((time.perf_counter() - began) * 1000)
    return took


def _at_once(room: ControlRoom, first: int, results: Any) -> None:
    results.put(saved(room, first, TOGETHER))


def measure() -> list[Figure]:
    """Median and 95th percentile, alone and with two writers; in milliseconds."""
    room = control_room()
    saved(room, 0, WARM_UP)
    alone = saved(room, WARM_UP, CALLS)
    # A forked process must not share its parent's connection.
    connection.close()
    forked = multiprocessing.get_context("fork")
    results = forked.Queue()
    writers = [
        forked.Process(target=_at_once, args=(room, 10_000 * (n + 1), results)) for n in range(2)
    ]
    for writer in writers:
        writer.start()
    together = [took for _ in writers for took in results.get(timeout=300)]
    for writer in writers:
        writer.join()
    p95 = percentile(alone, 0.95)
    target, met = ("≤ 30 ms", p95 <= TARGET) if connection.vendor == "sqlite" else ("", None)
    return [
        Figure("Saving a graded contact, median", percentile(alone, 0.5), "ms"),
        Figure("Saving a graded contact, p95", p95, "ms", target, met),
        Figure("The same, two writers at once, median", percentile(together, 0.5), "ms"),
        Figure("The same, two writers at once, p95", percentile(together, 0.95), "ms"),
    ]


if __name__ == "__main__":
    hand_over(measure())
