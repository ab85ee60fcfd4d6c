"""Live look-up among many made-up people (PEOPLE in the environment, else 1,000,000): milliseconds
through the product's own code with scope, sections, markers and last contacts, an operator asking,
no page rendered; and how often the one meant is among the first 20.

Method: people with names as frequent as a county's (some 90,000 surnames), each with a home,
one in 200 with a marker; 21 kinds of asking in equal parts, drawn from people at random, misspelt
by code that shares no list with the product; ten questions to warm up are left out. Saving and
changing one person afterwards, by the product's own writer, each in a transaction. On PostgreSQL
pg_trgm is asked the same, and on both Splink, one record at a time. More than a million live in as
many more postcodes, and are written straight into SQLite's tables, the same columns without the
history.
"""

import os
import random
import statistics
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator

from django.db import connection
from django.utils import timezone

from benchmarks.calls import ControlRoom, acting_as, control_room
from benchmarks.figures import Figure, hand_over, percentile
from benchmarks.made_people import KINDS, Population, Somebody, Told, told
from benchmarks.many_people import columns, fill, fill_straight, warn
from benchmarks.single_record import compared
from wansdyke.access.database import as_owner, weigh_tables
from wansdyke.access.models import Root
from wansdyke.history.door import change
from wansdyke.linkage.found import Query
from wansdyke.linkage.lookup import find_people
from wansdyke.people.models import PersonRecord
from wansdyke.people.records import amend_record, new_record
from wansdyke.people.vocabulary import recount

PEOPLE = int(os.environ.get("PEOPLE", "1000000"))
EACH = int(os.environ.get("EACH", "120"))
WARM_UP, FIRST, SAVED = 10, 20, 300
MILLION = 1_000_000


def sample(filled: Iterator[tuple[Somebody, int]], wanted: int) -> list[tuple[Somebody, int]]:
    """Some of the people, drawn as they pass by."""
    draw, kept = random.Random(5), list[tuple[Somebody, int]]()
    for number, one in enumerate(filled):
        if number < wanted:
            kept.append(one)
        elif (place := draw.randrange(number + 1)) < wanted:
            kept[place] = one
    return kept


def questions(people: list[tuple[Somebody, int]]) -> list[tuple[Told, int]]:
    """The same number of every kind, mixed."""
    draw, found = random.Random(11), list[tuple[Told, int]]()
    for kind in KINDS:
        made = 0
        while made < EACH:
            one, record = draw.choice(people)
            asked = told(draw, kind, one)
            if asked is not None:
                found.append((asked, record))
                made += 1
    draw.shuffle(found)
    return found


def ask(room: ControlRoom, asked: list[tuple[Told, int]]) -> tuple[list[float], dict[str, float]]:
    """Milliseconds of each look-up, and how many of each kind found whom they meant."""
    at = timezone.now()
    actor = acting_as(room.operator, at)
    took, hits = list[float](), defaultdict(list[bool])
    for number, (question, record) in enumerate([*asked[:WARM_UP], *asked]):
        query = Query(**question.said)  # type: ignore[arg-type]
        began = time.perf_counter()
        found = find_people(actor, at, query, limit=FIRST)
        spent = (time.perf_counter() - began) * 1000
        if number >= WARM_UP:
            took.append(spent)
            seen = {each.record.pk for one in found for each in one.records}
            hits[question.kind].append(record in seen)
    return took, {kind: statistics.mean(found) for kind, found in hits.items()}


def save(room: ControlRoom) -> tuple[list[float], list[float]]:
    """Milliseconds of adding a person and of changing one, committed."""
    population, added, changed = Population(seed=77), list[float](), list[float]()
    for one in population.people(SAVED):
        at = timezone.now()
        by = acting_as(room.operator, at)
        began = time.perf_counter()
        with change(by=by, at=at, key=(key := uuid.uuid4().hex), digest=key) as doing:
            record = new_record(doing, columns(one), team=room.team, source="made up", at=at)
        added.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        with change(by=by, at=at, key=(key := uuid.uuid4().hex), digest=key) as doing:
            kept = PersonRecord.objects.select_related("root").get(pk=record.pk)
            amend_record(doing, kept, {"surname": f"{one.surname}y"})
        changed.append((time.perf_counter() - began) * 1000)
    return added, changed


def trigrams(asked: list[tuple[Told, int]]) -> list[Figure]:
    """The same questions of pg_trgm, by names alone, as a developer would first write them."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute(
            "CREATE INDEX ON people_personrecord USING gin"
            " ((forename_key || ' ' || surname_key) gin_trgm_ops)"
        )
        cursor.execute("ANALYZE people_personrecord")
    with connection.cursor() as cursor:
        took, hits = list[float](), list[bool]()
        for question, record in asked[::7]:
            said = {name: str(value) for name, value in question.said.items()}
            name = f"{said.get('forename', '')} {said.get('surname', '')}".strip().lower()
            if not name:
                continue
            began = time.perf_counter()
            cursor.execute(
                "SELECT root_id FROM people_personrecord"
                " WHERE (forename_key || ' ' || surname_key) %% %s"
                " ORDER BY similarity(forename_key || ' ' || surname_key, %s) DESC,"
                " date_of_birth = %s DESC LIMIT 20",
                [name, name, question.said.get("date_of_birth")],
            )
            hits.append(record in {row[0] for row in cursor.fetchall()})
            took.append((time.perf_counter() - began) * 1000)
    return [
        Figure("pg_trgm by name, p95", percentile(took, 0.95), "ms"),
        Figure("pg_trgm by name, found in the first 20", 100 * statistics.mean(hits), "%"),
    ]


def measure() -> list[Figure]:
    """Fills, asks, saves; what is measured is handed over before anything else is compared."""
    room = control_room()
    began = time.perf_counter()
    straight = PEOPLE > MILLION and connection.vendor == "sqlite"
    kept = sample((fill_straight if straight else fill)(room, PEOPLE), 40_000)
    warn(room)
    weigh_tables()
    recount()
    sys.stderr.write(f"{Root.objects.count():,} people in {time.perf_counter() - began:.0f} s\n")
    asked = questions(kept)
    took, found = ask(room, asked)
    sqlite = connection.vendor == "sqlite"
    p50, p95, limit = percentile(took, 0.5), percentile(took, 0.95), 15 if sqlite else 25
    aims = PEOPLE == MILLION
    recall = statistics.mean(found.values())
    figures = [
        Figure("Look-up, median", p50, "ms", "≤ 5 ms" if aims and sqlite else "",
               p50 <= 5 if aims and sqlite else None),
        Figure("Look-up, p95", p95, "ms", f"≤ {limit} ms" if aims else "",
               p95 <= limit if aims else None),
        Figure("Look-up, longest", max(took), "ms", "≤ 250 ms", max(took) <= 250),
        Figure("Found in the first 20, all kinds", 100 * recall, "%", "≥ 99 %", recall >= 0.99),
        *(Figure(kind, 100 * share, "%", "≥ 90 %", share >= 0.9) for kind, share in found.items()),
    ]  # fmt: skip
    added, changed = (percentile(some, 0.95) for some in save(room))
    figures += [
        Figure("Adding a person, p95", added, "ms", "≤ 10 ms", added <= 10),
        Figure("Changing a person, p95", changed, "ms", "≤ 10 ms", changed <= 10),
    ]
    hand_over(figures)
    figures = list(compared(room, asked)) if PEOPLE <= MILLION else []
    return figures if sqlite else figures + trigrams(asked)


if __name__ == "__main__":
    hand_over(measure())
