"""What the audit entry adds to a write.

Method: a write is one event inserted in one transaction and committed to the disk; with audit, its
entry is linked into the chain in the same transaction. On SQLite one process does 1,500 of each,
by turns, so that both meet the same machine. On PostgreSQL six processes together do 300 writes a
second for 12 seconds, each at its own even pace and, where it falls behind, without a rest; first
without and then with audit. By the clock, from the beginning of the transaction to its commit; also
in the writer's own processor time, which other work on the machine hardly lengthens.
"""

import multiprocessing
import time
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from benchmarks.calls import acting_as, control_room
from benchmarks.figures import Figure, hand_over, percentile
from wansdyke.access.actors import Actor
from wansdyke.history import audit
from wansdyke.history.models import Event

WARM_UP, EACH = 200, 1500
RATE, WRITERS, SECONDS = 300, 6, 12
TARGETS = {"sqlite": 1.0, "postgresql": 10.0}


def write(by: Actor, *, audited: bool) -> tuple[float, float]:
    """One write; returns how many milliseconds it took, by the clock and of the processor."""
    at = timezone.now()
    worked, began = time.process_time(), time.perf_counter()
    with transaction.atomic():
        Event.objects.create(
            subject="benchmark", name="written", by_id=by.user_id, occurred_at=at, recorded_at=at
        )
        if audited:
            entry = audit.Entry(audit.ALTERATION, ("CT-0000-0000",), {"change": "written"})
            audit.append([entry], by=by, at=at)
    return (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000


Took = list[tuple[float, float]]


def by_turns(by: Actor) -> tuple[Took, Took]:
    """Without and with audit, one after the other."""
    took: tuple[Took, Took] = ([], [])
    for number in range(2 * (WARM_UP + EACH)):
        audited = bool(number % 2)
        one = write(by, audited=audited)
        if number >= 2 * WARM_UP:
            took[audited].append(one)
    return took


def paced(by: Actor, audited: bool, begin: float, results: Any) -> None:
    """One of the writers: so many writes, each at its time or as soon after as it can."""
    took, step = [], WRITERS / RATE
    write(by, audited=audited)
    time.sleep(max(0.0, begin - time.monotonic()))
    for number in range(int(SECONDS / step)):
        time.sleep(max(0.0, begin + number * step - time.monotonic()))
        took.append(write(by, audited=audited))
    results.put((took, time.monotonic() - begin))


def together(by: Actor, *, audited: bool) -> tuple[Took, float]:
    """All the writers at once; what each write took, and how many there were a second."""
    connection.close()
    forked = multiprocessing.get_context("fork")
    results, begin = forked.Queue(), time.monotonic() + 3
    writers = [
        forked.Process(target=paced, args=(by, audited, begin + n / RATE, results))
        for n in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    came = [results.get(timeout=300) for _ in writers]
    for writer in writers:
        writer.join()
    took = [one for theirs, _ in came for one in theirs]
    return took, len(took) / max(seconds for _, seconds in came)


def measure() -> list[Figure]:
    """The 95th percentiles and their difference, in milliseconds."""
    by = acting_as(control_room().operator, timezone.now())
    rates = []
    if connection.vendor == "sqlite":
        plain, audited = by_turns(by)
    else:
        plain, slowly = together(by, audited=False)
        audited, rate = together(by, audited=True)
        rates = [
            Figure("Writes a second meanwhile, without audit", slowly, "/s"),
            Figure("Writes a second meanwhile, with audit", rate, "/s"),
        ]
    worked = [percentile([one[1] for one in took], 0.5) for took in (plain, audited)]
    clock = [[one[0] for one in took] for took in (plain, audited)]
    before, after = (percentile(took, 0.95) for took in clock)
    middle = [percentile(took, 0.5) for took in clock]
    target = TARGETS[connection.vendor]
    return [
        Figure("A write without audit, p95", before, "ms"),
        Figure("A write with audit, p95", after, "ms"),
        Figure(
            "What audit adds, p95", after - before, "ms", f"≤ {target:.0f} ms",
            after - before <= target,
        ),
        Figure("What audit adds, median", middle[1] - middle[0], "ms"),
        Figure("What audit adds, median of the processor", worked[1] - worked[0], "ms"),
        *rates,
    ]  # fmt: skip


if __name__ == "__main__":
    hand_over(measure())
