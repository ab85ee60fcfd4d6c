"""How fast the audit chain is verified.

Method: 300,000 consultation entries of about 250 bytes are linked in; then `verify()`, what
`wansdyke audit verify` runs, walks them five times in one process, and the median run counts.
Processor seconds, so entries a second a core; the figure by the clock is beside it.
"""

import statistics
import time

from django.db import transaction
from django.utils import timezone

from benchmarks.figures import Figure, hand_over
from wansdyke.access.actors import Actor, system_actor
from wansdyke.history import audit
from wansdyke.history.verify import verify

ENTRIES, BATCH, RUNS = 300_000, 3_000, 5
TARGET = 200_000


def fill(by: Actor) -> None:
    """Links the entries in, as a page's consultation does."""
    for start in range(0, ENTRIES, BATCH):
        entries = [
            audit.Entry(
                audit.CONSULTATION,
                (f"CO-{number:08d}"[:12],),
                {"page": "contact:case", "query": f"state=open&page={number % 50}"},
            )
            for number in range(start, start + BATCH)
        ]
        with transaction.atomic():
            audit.append(entries, by=by, at=timezone.now())


def measure() -> list[Figure]:
    """Entries verified a second, of the processor and of the clock."""
    fill(system_actor())
    processor, clock = [], []
    for _ in range(RUNS):
        worked, began = time.process_time(), time.perf_counter()
        found = verify()
        clock.append(time.perf_counter() - began)
        processor.append(time.process_time() - worked)
        if not found.intact or found.entries < ENTRIES:
            raise RuntimeError(f"the chain is not what was linked in: {found}")
    rate = ENTRIES / statistics.median(processor)
    return [
        Figure("Audit entries verified", rate, "/s a core", "≥ 200,000", rate >= TARGET),
        Figure("Audit entries verified, by the clock", ENTRIES / statistics.median(clock), "/s"),
    ]


if __name__ == "__main__":
    hand_over(measure())
