"""Whom a record is known with: the other people of its cases, and of its address."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope, sections_of
from wansdyke.access.sections import Section
from wansdyke.casework.models import Party
from wansdyke.people.models import PersonRecord, Residence

MOST = 8


@dataclass(frozen=True, kw_only=True)
class Beside:
    """Somebody known with a record, and how."""

    name: str
    person: str
    how: str
    root: Root


def around(
    record: PersonRecord, cases: Collection[int], apart: Collection[int], actor: Actor, at: datetime
) -> list[Beside]:
    """Those whom an actor sees to have a part in some cases of a record, or to live where it says;
    `apart` are the people (primary keys) who are being compared and so are not told."""
    found: dict[str, Beside] = {}
    for how, records in (
        ("in the same case", _of_cases(cases)),
        ("lives at the same address", _of_home(record, actor, at)),
    ):
        for one in _seen(records.exclude(person_id__in=apart), actor, at):
            person = one.person.reference
            how_both = f"{found[person].how}, {how}" if person in found else how
            found[person] = Beside(name=str(one), person=person, how=how_both, root=one.root)
    return list(found.values())[:MOST]


def _of_cases(cases: Collection[int]) -> QuerySet[PersonRecord]:
    parts = Party.objects.filter(case_id__in=list(cases)).values("record_id")
    return PersonRecord.objects.filter(pk__in=parts)


def _of_home(record: PersonRecord, actor: Actor, at: datetime) -> QuerySet[PersonRecord]:
    mine = Residence.objects.filter(root_id=record.pk).values("place_id")
    there = Residence.objects.filter(place_id__in=mine, until_date__isnull=True)
    roots = list(there.values_list("root_id", flat=True)[: MOST * MOST])
    seen = PersonRecord.objects.filter(scope(actor, Right.VIEW, at, "root__"), pk__in=roots)
    sections = sections_of(actor, list(seen.values_list("pk", flat=True)), at)
    open_homes = [pk for pk, visible in sections.items() if Section.ADDRESS in visible]
    return PersonRecord.objects.filter(pk__in=open_homes)


def _seen(records: QuerySet[PersonRecord], actor: Actor, at: datetime) -> Iterator[PersonRecord]:
    """Those in view scope whose name the actor sees, by name."""
    in_scope = records.filter(scope(actor, Right.VIEW, at, "root__"))
    rows = list(
        in_scope.select_related("root", "person").order_by("surname_key", "forename_key", "pk")[
            : 2 * MOST
        ]
    )
    sections = sections_of(actor, [one.pk for one in rows], at) if rows else {}
    yield from (one for one in rows if Section.IDENTITY in sections[one.pk])
