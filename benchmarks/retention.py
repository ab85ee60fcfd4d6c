"""Reviews at 160,000 cases and the records of their people: the records manager's list, of which
most is overdue, and how fast dates are reckoned.

Method: as `pages`, 200 requests each, by the records manager; every date brought forward by seven
years, so that nearly all have passed; 200 holds. Reckoning: every date once, by the job, in batches
of its own size.
"""

import os
import time
from pathlib import Path

from django.conf import settings
from django.db.models import F, Func
from django.utils import timezone

from benchmarks.figures import Figure, hand_over
from benchmarks.filling import CASES, filled
from benchmarks.pages import page, signed_in, timed
from wansdyke.access.database import weigh_tables
from wansdyke.access.models import User
from wansdyke.casework.models import Case, LegalHold, Retention
from wansdyke.casework.reckoning import reckon_anew
from wansdyke.directory import DESKS

PAGES = (
    ("overdue, all groups", "/retention/"),
    ("the list's hundredth page", "/retention/?page=100"),
    ("overdue, group 3", "/retention/?group=3"),
    ("latest first", "/retention/?show=all&sort=-review"),
    ("under a hold", "/retention/?show=held"),
)
HELD, MOST = 200, 100


class YearsBefore(Func):
    """A date seven years earlier, as each database has it."""

    def as_sqlite(self, compiler: object, connection: object, **context: object) -> object:
        return self.as_sql(compiler, connection, template="date(%(expressions)s, '-7 years')")

    def as_postgresql(self, compiler: object, connection: object, **context: object) -> object:
        return self.as_sql(
            compiler, connection, template="(%(expressions)s - interval '7 years')::date"
        )


def reckoned() -> tuple[int, float]:
    """Every date once: how many, and in how many seconds."""
    began, done = time.perf_counter(), 0
    while found := reckon_anew(DESKS, timezone.now()):
        done += found
    return done, time.perf_counter() - began


def held() -> None:
    """Holds on some cases."""
    ray = User.objects.get(username="ray")
    LegalHold.objects.bulk_create(
        LegalHold(
            root_id=pk,
            reference=f"LH-{number:09d}",
            ground="inquest",
            matter="A matter",
            reason="Asked for",
            by=ray,
            at=timezone.now(),
        )
        for number, pk in enumerate(Case.objects.order_by("pk").values_list("pk", flat=True)[:HELD])
    )


def main() -> None:
    cases = int(os.environ.get("CASES", CASES))
    settings.FILES_DIR.mkdir(parents=True, exist_ok=True)
    filled(Path(settings.DATA_DIR), cases)
    done, seconds = reckoned()
    Retention.objects.filter(review_on__isnull=False).update(review_on=YearsBefore(F("review_on")))
    held()
    weigh_tables()
    ray = signed_in("ray")
    found = [Figure("dates reckoned, all of them", done / seconds, "dates/s")]
    for what, path in PAGES:
        median, p95 = timed(page(ray, path))
        found.append(Figure(f"{what}: median", median, "ms"))
        found.append(Figure(f"{what}: p95", p95, "ms", "< 100 ms", p95 < MOST))
    hand_over(found)


if __name__ == "__main__":
    main()
