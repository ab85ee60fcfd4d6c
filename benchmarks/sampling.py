"""How long planning a dip sample of 250,000 calls takes.

Method: 250,000 calls of one team and 200 handlers over a year, with their openings, clocks and
callers (60,000 people), put straight into the tables. Planning is what the page shows before
anything is drawn: every call of the year read under scope, its handler and gravest risk found, the
numbers shared out; then the same with the draw itself, committed. By the clock, in one process
that is made ready as the server's are (config/wsgi.py).
"""

import gc
import time
from datetime import datetime, timedelta
from random import Random

from django.db import connection
from django.utils import timezone

from benchmarks.calls import ControlRoom, acting_as, control_room
from benchmarks.figures import Figure, hand_over
from wansdyke.access.models import Root, User
from wansdyke.assurance.samples_draw import Planned, draw_plan, frame_of
from wansdyke.casework.models import Case, Deadline, Party
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.models import Contact
from wansdyke.history.models import Event
from wansdyke.kernel.calendar import london
from wansdyke.people.models import Person, PersonRecord

CALLS, HANDLERS, PEOPLE, DAYS = 250_000, 200, 60_000, 360
AT_ONCE, ROWS = 10_000, 2_000
TARGET = 2_000.0
GRADES = ("immediate", "priority", "scheduled")
RISKS = (["domestic-abuse"], ["asb"], ["road"], [])


def references(prefix: str, first: int, count: int) -> list[str]:
    """References of the form that a case has, one after another."""
    return [f"{prefix}-{n // 10_000:04d}-{n % 10_000:04d}" for n in range(first, first + count)]


def people(room: ControlRoom) -> list[int]:
    """So many people, each with one record and a telephone; the records' keys."""
    now, team, keys = timezone.now(), room.team, []
    for first in range(0, PEOPLE, AT_ONCE):
        count = min(AT_ONCE, PEOPLE - first)
        roots = Root.objects.bulk_create(
            [
                Root(reference=r, agency_id=team.agency_id, team=team, created_at=now)
                for r in references("PR", first, count)
            ],
            batch_size=ROWS,
        )
        those = Person.objects.bulk_create(
            [Person(reference=r) for r in references("PE", first, count)], batch_size=ROWS
        )
        PersonRecord.objects.bulk_create(
            [
                PersonRecord(root=root, person=one, source="made", phone_key=f"07700{first + n}")
                for n, (root, one) in enumerate(zip(roots, those, strict=True))
            ],
            batch_size=ROWS,
        )
        keys += [root.pk for root in roots]
    return keys


def calls(room: ControlRoom, handlers: list[User], callers: list[int]) -> None:
    """So many calls over the days before today, the oldest first."""
    rng, now, team = Random(3), timezone.now(), room.team
    gap = timedelta(days=DAYS) / CALLS
    for first in range(0, CALLS, AT_ONCE):
        when = [now - timedelta(days=DAYS) + gap * n for n in range(first, first + AT_ONCE)]
        roots = Root.objects.bulk_create(
            [
                Root(reference=reference, agency_id=team.agency_id, team=team, created_at=at)
                for reference, at in zip(references("CT", first, AT_ONCE), when, strict=True)
            ],
            batch_size=ROWS,
        )
        pairs = [(root.pk, at) for root, at in zip(roots, when, strict=True)]
        taken(pairs, handlers, rng)
        handled(pairs, handlers, callers, rng)


def taken(pairs: list[tuple[int, datetime]], handlers: list[User], rng: Random) -> None:
    """The cases and the calls of some roots."""
    Case.objects.bulk_create(
        [
            Case(root_id=pk, desk="contact", state="resulted", is_open=False, opened_at=at)
            for pk, at in pairs
        ],
        batch_size=ROWS,
    )
    Contact.objects.bulk_create(
        [
            Contact(
                case_id=pk,
                received_at=at,
                grade=rng.choice(GRADES),
                first_grade=rng.choice(GRADES),
                risk_types=risks,
                domestic="domestic-abuse" in risks,
                handler=rng.choice(handlers),
                repeat_caller=rng.random() < 0.4,
            )
            for (pk, at), risks in zip(pairs, rng.choices(RISKS, k=len(pairs)), strict=True)
        ],
        batch_size=ROWS,
    )


def handled(
    pairs: list[tuple[int, datetime]], handlers: list[User], callers: list[int], rng: Random
) -> None:
    """Who took some calls, who made them, and when a unit was there."""
    Event.objects.bulk_create(
        [
            Event(root_id=pk, name=name, by=rng.choice(handlers), occurred_at=at, recorded_at=at)
            for pk, at in pairs
            for name in ("opened", "grade", "result")
        ],
        batch_size=ROWS,
    )
    Deadline.objects.bulk_create(
        [
            Deadline(
                case_id=pk,
                clock="attend-immediate",
                rule_version=1,
                anchored_at=at,
                due_at=at + timedelta(minutes=20),
                stopped_at=at + timedelta(minutes=rng.randint(5, 24)),
            )
            for pk, at in pairs
        ],
        batch_size=ROWS,
    )
    Party.objects.bulk_create(
        [Party(case_id=pk, record_id=rng.choice(callers), role="caller") for pk, _ in pairs],
        batch_size=ROWS,
    )


def analyse() -> None:
    """What a database in use does by itself: it learns how full its tables are."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def measure() -> list[Figure]:
    """Milliseconds of planning, the median of three, and of the draw."""
    room = control_room()
    force = room.team.agency
    handlers = User.objects.bulk_create(
        User(username=f"handler{n}", name=f"Handler {n}", agency=force) for n in range(HANDLERS)
    )
    calls(room, handlers, people(room))
    analyse()
    gc.collect()
    gc.freeze()
    at = timezone.now()
    by, today = acting_as(room.supervisor, at), london(at).date()
    planned = Planned(
        period_start=today - timedelta(days=DAYS + 1), period_end=today - timedelta(days=1)
    )
    took = []
    for _ in range(3):
        began = time.perf_counter()
        frame = frame_of(DESK, planned, by=by, at=at)
        took.append((time.perf_counter() - began) * 1000)
    if not CALLS * 0.99 < frame.size <= CALLS:
        raise RuntimeError(f"{frame.size} of {CALLS} calls were in the frame")
    middle = sorted(took)[1]
    began = time.perf_counter()
    draw_plan(DESK, planned, by=by, at=at, key="benchmark", seed="benchmark")
    drew = (time.perf_counter() - began) * 1000
    return [
        Figure("Planning a sample of 250,000 calls", middle, "ms", "≤ 2 s", middle <= TARGET),
        Figure(f"The same, with {frame.drawn:,} drawn", drew, "ms"),
    ]


if __name__ == "__main__":
    hand_over(measure())
