"""Two people who act at the same moment, again and again, each on a connection of their own."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connections

Act = Callable[[], Any]


@dataclass
class Pair:
    """Two threads that live as long as the pair: a connection each, opened once."""

    gate: threading.Barrier = field(default_factory=lambda: threading.Barrier(2, timeout=120))
    doing: list[queue.Queue[Act | None]] = field(
        default_factory=lambda: [queue.Queue(), queue.Queue()]
    )
    done: list[queue.Queue[Any]] = field(default_factory=lambda: [queue.Queue(), queue.Queue()])

    def at_once(self, first: Act, second: Act) -> list[Any]:
        """What each came to, let go at one moment: its answer, or the exception it raised."""
        for place, act in enumerate((first, second)):
            self.doing[place].put(act)
        return [self.done[place].get(timeout=300) for place in range(2)]

    def work(self, place: int) -> None:
        """One of the two: acts until it is given nothing."""
        while (act := self.doing[place].get()) is not None:
            try:
                self.gate.wait()
                came = act()
            except Exception as fault:  # noqa: BLE001 - the test looks at what it was
                came = fault
            self.done[place].put(came)
        connections.close_all()


@contextmanager
def two() -> Iterator[Pair]:
    """A pair of people."""
    pair = Pair()
    threads = [threading.Thread(target=pair.work, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield pair
    finally:
        for place in range(2):
            pair.doing[place].put(None)
        for thread in threads:
            thread.join()
