"""Made-up people as records: by the product's own writer, or, where that would take hours, straight
into SQLite's tables, with the same columns and the indexes made at the end."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction
from django.db.models import F
from django.utils import timezone

from benchmarks.calls import ControlRoom, acting_as, graded_call
from benchmarks.made_people import Population, Somebody
from wansdyke.access.models import Root
from wansdyke.access.references import ALPHABET
from wansdyke.casework.models import Marker
from wansdyke.history.door import change
from wansdyke.people.keys import address_key, postcode_key
from wansdyke.people.many_rows import insert_plain
from wansdyke.people.models import Person, PersonRecord, Place, Residence
from wansdyke.people.records import keys_of, street_keys
from wansdyke.people.records_in_bulk import NewRecord, Spot, new_records, places_for

PART, STRAIGHT, WARNED = 5_000, 50_000, 200
WRITTEN = (Root, Person, PersonRecord, Place, Residence)
Row = dict[str, Any]


def fill(room: ControlRoom, count: int) -> Iterator[tuple[Somebody, int]]:
    """Writes the people by the product's batch writer, unless they are there from an earlier run;
    gives each with their record."""
    population = Population()
    if (there := PersonRecord.objects.order_by("pk")[:count]).count() == count:
        keys = there.values_list("pk", flat=True).iterator(PART)
        for start in range(0, count, PART):
            yield from zip(population.people(min(PART, count - start)), keys, strict=False)
        return
    by = acting_as(room.operator, timezone.now())
    for start in range(0, count, PART):
        people = population.people(min(PART, count - start))
        at, key = timezone.now(), uuid.uuid4().hex
        with change(by=by, at=at, key=key, digest=key):
            spots = [
                Spot(address=f"{p.house} {p.street}, {p.town}", postcode=p.postcode) for p in people
            ]
            places = places_for(spots)
            rows = [
                NewRecord(
                    columns=keys_of(columns(one)),
                    source="made up",
                    team=room.team,
                    home=places[spot.keys],
                )
                for one, spot in zip(people, spots, strict=True)
            ]
            records = new_records(rows, load=None, at=at)
        yield from zip(people, (record.root.pk for record in records), strict=True)


def warn(room: ControlRoom) -> None:
    """Publishes a marker about one person in two hundred, from one case; straight into the table,
    for a force publishes them one by one, over years."""
    if Marker.objects.exists():
        return
    at = timezone.now()
    call = graded_call(acting_as(room.operator, at), room.team, at)
    root = Root.objects.get(reference=call.reference)
    made_up = PersonRecord.objects.filter(source="made up")
    some_of = made_up.annotate(nth=F("pk") % WARNED).filter(nth=0)
    rows = list(some_of.values_list("pk", "person_id"))
    for start in range(0, len(rows), PART):
        some = rows[start : start + PART]
        PersonRecord.objects.filter(pk__in=[pk for pk, _ in some]).update(warned=True)
        Marker.objects.bulk_create(
            Marker(
                reference=_reference("MK", pk),
                root=root,
                person_id=person,
                kind="violence",
                text="Has threatened officers",
                source="Patrol",
                owner=room.operator,
                from_date=at.date(),
                review_by=at.date() + timedelta(days=300),
            )
            for pk, person in some
        )


def columns(one: Somebody) -> dict[str, object]:
    """What the record says."""
    surname = f"{one.surname} née {one.formerly}" if one.formerly else one.surname
    return {
        "forename": one.forename,
        "surname": surname,
        "date_of_birth": one.born,
        "phone": one.phone,
        "pnc": one.pnc,
    }


def fill_straight(room: ControlRoom, count: int) -> Iterator[tuple[Somebody, int]]:
    """The same, written as no force ever writes them: no events, no audit, indexes at the end.

    Raises AssertionError where a column differs from what the product's writer gives.
    """
    first = list(fill(room, PART))
    yield from first
    pks = {model: model._default_manager.order_by("-pk")[0].pk + 1 for model in WRITTEN}
    at, population = timezone.now(), Population(seed=21, millions=count // 1_000_000)
    _as_the_product_writes(room, [one for one, _ in first], [pk for _, pk in first], at)
    with _bare():
        for start in range(PART, count, STRAIGHT):
            people = population.people(min(STRAIGHT, count - start))
            moved = {model: pk + start - PART for model, pk in pks.items()}
            with transaction.atomic():
                for model, rows in _rows(room, people, moved, at).items():
                    insert_plain(model, rows)
            yield from ((one, moved[Root] + n) for n, one in enumerate(people))


def _rows(
    room: ControlRoom, people: list[Somebody], pks: dict[Any, int], at: datetime
) -> dict[type[models.Model], list[Row]]:
    blank = {model: {f.attname: f.get_default() for f in model._meta.concrete_fields}
             for model in WRITTEN}  # fmt: skip
    made: dict[type[models.Model], list[Row]] = {model: [] for model in WRITTEN}
    team = {"agency_id": room.team.agency_id, "team_id": room.team.pk, "created_at": at}
    for number, one in enumerate(people):
        own = {model: pk + number for model, pk in pks.items()}
        address = f"{one.house} {one.street}, {one.town}"
        house, street = street_keys(address)
        place = {"address": address, "address_key": address_key(address)[:250],
                 "postcode": one.postcode, "postcode_key": postcode_key(one.postcode),
                 "house_key": house, "street_key": street}  # fmt: skip
        record = {"root_id": own[Root], "person_id": own[Person], "source": "made up"}
        home = {"id": own[Residence], "root_id": own[Root], "place_id": own[Place]}
        for model, columns_of in (
            (Root, {"id": own[Root], "reference": _reference("PR", own[Root]), **team}),
            (Person, {"id": own[Person], "reference": _reference("PE", own[Person])}),
            (PersonRecord, record | keys_of(columns(one))),
            (Place, place | {"id": own[Place], "reference": _reference("PL", own[Place])}),
            (Residence, home),
        ):
            made[model].append(blank[model] | columns_of)
    return made


def _reference(prefix: str, number: int) -> str:
    digits = "".join(ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))
    return f"{prefix}-{digits[:4]}-{digits[4:]}"


def _as_the_product_writes(
    room: ControlRoom, people: list[Somebody], pks: list[int], at: datetime
) -> None:
    rows = _rows(room, people, dict.fromkeys(WRITTEN, 0), at)
    living = Residence.objects.filter(root_id__in=pks).select_related("place")
    homes = {home.root_id: home for home in living}
    for one, straight, place, pk in zip(people, rows[PersonRecord], rows[Place], pks, strict=True):
        record = PersonRecord.objects.get(pk=pk)
        for row, written in ((straight, record), (place, homes[pk].place)):
            for name in row.keys() - {"id", "root_id", "person_id", "reference"}:
                assert row[name] == getattr(written, name), (one, name)


@contextmanager
def _bare() -> Iterator[None]:
    """No secondary indexes on what is written, and no promise that a power cut loses nothing."""
    tables = ", ".join(f"'{model._meta.db_table}'" for model in WRITTEN)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            f" AND tbl_name IN ({tables})"
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        for pragma in (
            "journal_mode = OFF",
            "synchronous = OFF",
            "cache_size = -2000000",
            "foreign_keys = OFF",
        ):
            cursor.execute(f"PRAGMA {pragma}")
    yield
    with connection.cursor() as cursor:
        for _, sql in indexes:
            cursor.execute(sql)
        cursor.execute("PRAGMA journal_mode = WAL")
    # The product's own settings come with a connection of their own.
    connection.close()
