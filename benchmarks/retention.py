"""Reviews at 160,000 cases and the records of their people: the records manager's list, of which
most is overdue, and how fast dates are reckoned.

Method: as `pages`, 200 requests each, by the records manager, on the made-up force and as many
closed calls with a person each, put straight into the tables, closed four to twelve years ago, so
that most dates have passed; 200 holds. Reckoning: every date once, by the job, in batches of its
own size.
"""

import os
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from benchmarks.figures import Figure, hand_over
from benchmarks.filling import CASES
from benchmarks.pages import page, signed_in, timed
from wansdyke.access.database import weigh_tables
from wansdyke.access.for_agency import EVERY, stand_for
from wansdyke.access.models import Root, Team, User
from wansdyke.access.references import fresh
from wansdyke.casework.models import Case, LegalHold, Party
from wansdyke.casework.reckoning import reckon_anew
from wansdyke.demo.make import make
from wansdyke.desks.contact.models import Contact
from wansdyke.directory import DESKS
from wansdyke.people.models import Person, PersonRecord

PART, HOUR = 5_000, timedelta(hours=1)
LEAST, MOST_AGO = timedelta(days=4 * 365), timedelta(days=12 * 365)
PAGES = (
    ("overdue, all groups", "/retention/"),
    ("the list's hundredth page", "/retention/?page=100"),
    ("overdue, group 3", "/retention/?group=3"),
    ("latest first", "/retention/?show=all&sort=-review"),
    ("under a hold", "/retention/?show=held"),
)
HELD, MOST = 200, 100


def many(count: int, now: datetime) -> None:
    """Closed calls with a person each, as rows alone."""
    team = Team.objects.get(key="control-room")
    for start in range(0, count, PART):
        size = min(PART, count - start)
        roots = [
            Root(reference=reference, agency_id=team.agency_id, team=team, created_at=now)
            for prefix in ("CT", "PR")
            for reference in fresh(prefix, size)
        ]
        Root.objects.bulk_create(roots)
        people = Person.objects.bulk_create(Person(reference=one) for one in fresh("PE", size))
        cases, records = roots[:size], roots[size:]
        then = [now - LEAST - (MOST_AGO - LEAST) * ((start + n) / count) for n in range(size)]
        Case.objects.bulk_create(
            Case(root=root, desk="contact", state="resulted", is_open=False, opened_at=at,
                 closed_at=at + HOUR)
            for root, at in zip(cases, then, strict=True)
        )  # fmt: skip
        Contact.objects.bulk_create(
            Contact(case_id=root.pk, received_at=at, domestic=root.pk % 5 == 0)
            for root, at in zip(cases, then, strict=True)
        )
        PersonRecord.objects.bulk_create(
            PersonRecord(root=root, person=person, source="contact", surname="Made")
            for root, person in zip(records, people, strict=True)
        )
        Party.objects.bulk_create(
            Party(case_id=case.pk, record_id=record.pk, role="caller")
            for case, record in zip(cases, records, strict=True)
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
    stand_for(EVERY)
    settings.FILES_DIR.mkdir(parents=True, exist_ok=True)
    if Case.objects.count() < cases:
        make(now=timezone.now(), seed=1, calls=24, tell=lambda line: None)
        many(cases, timezone.now())
        held()
    weigh_tables()
    done, seconds = reckoned()
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
