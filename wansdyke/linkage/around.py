"""Whom a record is known with: the other people of its cases."""

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
from wansdyke.people.models import PersonRecord

MOST = 8


@dataclass(frozen=True, kw_only=True)
class Beside:
    """Somebody known with a record."""

    name: str
    person: str
    root: Root


def around(
    cases: Collection[int], apart: Collection[int], actor: Actor, at: datetime
) -> list[Beside]:
    """Those whom an actor sees to have a part in some cases, by name; `apart` are the people
    (primary keys) who are being compared and so are not told.

    Who lives at an address is told for a reason alone, on the place's own page.
    """
    found: dict[int, Beside] = {}
    for one in _seen(_of_cases(cases).exclude(person_id__in=apart), actor, at):
        found.setdefault(one.person_id, Beside(name=str(one), person=one.known_as, root=one.root))
    return list(found.values())[:MOST]


def _of_cases(cases: Collection[int]) -> QuerySet[PersonRecord]:
    parts = Party.objects.filter(case_id__in=list(cases)).values("record_id")
    return PersonRecord.objects.filter(pk__in=parts)


def _seen(records: QuerySet[PersonRecord], actor: Actor, at: datetime) -> Iterator[PersonRecord]:
    """Those in view scope whose name the actor sees, by name."""
    in_scope = records.filter(scope(actor, Right.VIEW, at, "root__"))
    rows = list(
        in_scope.select_related("root", "person", "first_person").order_by(
            "surname_key", "forename_key", "pk"
        )[: 2 * MOST]
    )
    sections = sections_of(actor, [one.pk for one in rows], at) if rows else {}
    yield from (one for one in rows if Section.IDENTITY in sections[one.pk])
