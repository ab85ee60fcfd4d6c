"""The big database that the page benchmarks run on: made by the product's own import."""

import csv
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from django.utils import timezone

from wansdyke.access.actors import actor_of
from wansdyke.access.models import User
from wansdyke.casework.models import Case, Party
from wansdyke.demo.make import make
from wansdyke.desks.contact.demo import FORENAMES, STORIES, STREETS, SURNAMES, TOWNS
from wansdyke.desks.contact.imports import load_contacts
from wansdyke.directory import desk_of
from wansdyke.kernel.calendar import london
from wansdyke.people.models import PersonRecord

CASES = 160_000
OPEN_SHARE = 0.01
MOST_LINKED = 5_000
COLUMNS = [
    "reference",
    "received_at",
    "graded_at",
    "grade",
    "risk_types",
    "at_scene_at",
    "closed_at",
    "category",
    "postcode",
    "address",
    "notes",
    "caller_forename",
    "caller_surname",
    "caller_date_of_birth",
    "caller_phone",
]


def rows(count: int, now: datetime, prefix: str, seed: int = 7) -> Iterator[list[str]]:
    """`count` made-up contacts over two years before `now`; one in a hundred is still open."""
    rng = Random(seed)
    gap = timedelta(days=730) / count
    for number in range(count):
        at = (now - timedelta(days=730) + gap * number).replace(microsecond=0)
        what, grade, _, risks, _, category = STORIES[rng.randrange(len(STORIES))]
        town, _, _, area = TOWNS[rng.randrange(len(TOWNS))]
        graded = at + timedelta(minutes=2)
        ended = number < count * (1 - OPEN_SHARE)
        yield [
            f"{prefix}-{number:07d}",
            at.isoformat(),
            graded.isoformat(),
            grade,
            "|".join(risks),
            (graded + timedelta(minutes=rng.randint(5, 90))).isoformat() if ended else "",
            (graded + timedelta(minutes=rng.randint(95, 300))).isoformat() if ended else "",
            category if ended else "",
            f"{area} {rng.randint(1, 9)}{rng.choice('ABDEFGH')}{rng.choice('JLNPQ')}",
            f"{rng.randint(1, 400)} {rng.choice(STREETS)}, {town}",
            what,
            rng.choice(FORENAMES),
            f"{rng.choice(SURNAMES)}{rng.choice(['', 'son', 'ley', 'worth'])}",
            f"{rng.randint(1945, 2006)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
            f"07700 900{rng.randint(0, 999):03d}",
        ]


def write_file(path: Path, count: int, now: datetime, prefix: str = "BM") -> None:
    """Writes the contacts as the documented CSV, their references beginning with the prefix."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows(count, now, prefix))


def filled(folder: Path, count: int = CASES) -> float:
    """Fills the database unless it is full already; returns contacts a second, or 0.

    On top of the made-up force come `count` contacts through `load_contacts`, then one person is
    given a part in 5,000 of them.
    """
    if Case.objects.count() >= count:
        return 0.0
    now = timezone.now()
    if not User.objects.filter(username="sasha").exists():
        make(now=now, seed=1, calls=24, tell=lambda line: None)
    path = folder / f"contacts-{count}.csv"
    write_file(path, count, now)
    began = time.perf_counter()
    import_file(path)
    rate = count / (time.perf_counter() - began)
    give_parts(min(MOST_LINKED, count))
    sys.stderr.write(f"Filled with {count:,} contacts, {rate:,.0f} a second.\n")
    return rate


def import_file(path: Path) -> None:
    """Imports a file of contacts as the supervisor, by what `wansdyke import contacts` runs."""
    sasha = User.objects.select_related("agency").get(username="sasha")
    actor = actor_of(sasha, on=london(timezone.now()).date(), mfa=True, channel="command line")
    load_contacts(path, actor, desk=desk_of("contact"), now=timezone.now)


def give_parts(count: int) -> None:
    """Gives the first imported person a part in many cases, straight into the tables."""
    record = PersonRecord.objects.filter(root__load__isnull=False).order_by("pk").first()
    cases = Case.objects.filter(desk="contact").order_by("pk").values_list("pk", flat=True)[:count]
    Party.objects.bulk_create(
        [Party(case_id=pk, record=record, role="witness") for pk in cases], batch_size=1000
    )
