"""The made-up force: the seconds in which `wansdyke demo` makes 20,000 calls of two years (CALLS in
the environment: another number; 250,000 is a force's own volume), and the server time of the
analyst's pages on it, whole requests, median of ten: all measures, one measure, the records behind
it, the areas."""

import gc
import os
import statistics
import time

from django.utils import timezone

from benchmarks.figures import Figure, hand_over
from benchmarks.pages import signed_in
from wansdyke.demo.make import make
from wansdyke.kernel.calendar import london

CALLS = int(os.environ.get("CALLS", "20000"))
SECONDS = {20_000: 60, 250_000: 600}
ASKED = 10


def pages() -> list[tuple[str, str, int]]:
    """Title, address and milliseconds that the page may take."""
    today = london(timezone.now()).date()
    first = today.replace(year=today.year - 2, day=1)
    two_years = f"first={first:%Y-%m}&last={today:%Y-%m}"
    behind = f"measure=da-graded-first&part=which&from={first}&to={today}"
    return [
        ("all measures of two years", f"/measures/?{two_years}", 1000),
        ("one measure of two years", f"/measures/contact/da-graded-first/?{two_years}", 1000),
        ("the records behind it", f"/contact/?{behind}", 200),
        ("the areas of two years", f"/areas/?{two_years}", 1000),
    ]


def measure() -> list[Figure]:
    """Seconds of making it, milliseconds of each page."""
    began = time.perf_counter()
    make(now=timezone.now(), seed=1, calls=CALLS, tell=print)
    took, most = time.perf_counter() - began, SECONDS.get(CALLS)
    target = f"under {most} s" if most else ""
    found = [Figure(f"making {CALLS:,} calls", took, "s", target, took < most if most else None)]
    gc.collect()
    gc.freeze()
    client = signed_in("anya")
    for title, path, limit in pages():
        times = []
        for _ in range(ASKED + 1):
            began = time.perf_counter()
            answer = client.get(path)
            body = answer.content
            times.append((time.perf_counter() - began) * 1000)
            if answer.status_code != 200 or not body:
                raise RuntimeError(f"{path} answered {answer.status_code}")
        middle = statistics.median(times[1:])
        found.append(Figure(title, middle, "ms", f"under {limit} ms", middle < limit))
    return found


if __name__ == "__main__":
    hand_over(measure())
