"""How fast published crimes (data.police.uk) are brought in.

Method: a made-up file of 60,000 rows over three months in the publisher's format, a third of them
without a Crime ID; checked and loaded by the functions behind `wansdyke import police-uk`, in one
process, each batch committed. The clock runs from the file's first byte to the last row's commit.
"""

import csv
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from random import Random

from django.conf import settings
from django.utils import timezone

from benchmarks.calls import control_room
from benchmarks.figures import Figure, hand_over
from wansdyke.access.actors import system_actor
from wansdyke.people import published

ROWS, TARGET = 60_000, 5_000
WITHOUT_ID = "Anti-social behaviour"
CATEGORIES = (WITHOUT_ID, "Burglary", "Violence and sexual offences")
OUTCOMES = ("Under investigation", "Unable to prosecute suspect")


def rows(count: int) -> Iterator[list[str]]:
    """Made-up rows in the columns of the publisher."""
    rng = Random(11)
    for number in range(count):
        category = CATEGORIES[number % len(CATEGORIES)]
        known = category != WITHOUT_ID
        area = rng.randint(1, 400)
        yield [
            sha256(str(number).encode()).hexdigest() if known else "",
            f"2018-{rng.randint(10, 12)}",
            "Wiltshire Police",
            "Wiltshire Police",
            f"{rng.uniform(-2.3, -1.5):.6f}",
            f"{rng.uniform(51.0, 51.7):.6f}",
            f"On or near Sheep Street {rng.randint(1, 90)}",
            f"E0103{area:04d}",
            f"Wiltshire {area:03d}A",
            category,
            rng.choice(OUTCOMES) if known else "",
            "",
        ]


def measure() -> list[Figure]:
    """Rows a second, checked and loaded."""
    control_room()
    path = Path(settings.DATA_DIR) / "2018-12-made-up-street.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(published.COLUMNS)
        writer.writerows(rows(ROWS))
    began = time.perf_counter()
    checked = published.check(path)
    summary = published.load(checked, by=system_actor(), now=timezone.now)
    rate = ROWS / (time.perf_counter() - began)
    if summary.added != ROWS:
        raise RuntimeError(f"{summary.added} of {ROWS} rows came in")
    return [Figure("Published crimes loaded", rate, "/s", "≥ 5,000 /s", rate >= TARGET)]


if __name__ == "__main__":
    hand_over(measure())
