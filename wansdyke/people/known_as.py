"""By which reference somebody knows a person: that of the oldest of the records that they see.

Each record keeps the reference of the cluster it was made as. Were everybody to know a person by
the oldest of all their records, a reference that changes would tell of a link out of sight.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope
from wansdyke.access.written import Question, among_keys
from wansdyke.people.models import Person, PersonRecord

# The cluster that a record, or a marker about one, was made as: its key, and what it is called.
OWN = Coalesce("first_person_id", "person_id")
CALLED = Coalesce("first_person__reference", "person__reference")


def made_in(clusters: Collection[int]) -> Q:
    """The records, or the markers about those, that were made as clusters (primary keys): two
    conditions that an index serves each, not one on what is reckoned."""
    return Q(first_person_id__in=clusters) | Q(first_person=None, person_id__in=clusters)


def made_as(reference: str) -> Q:
    """The records that were made as the cluster of a reference."""
    return Q(first_person__reference=reference) | Q(first_person=None, person__reference=reference)


def _references(actor: Actor, at: datetime) -> QuerySet[Any, Any]:
    seen = PersonRecord.objects.filter(
        scope(actor, Right.VIEW, at, "root__"), among_keys("person_id")
    )
    found = seen.order_by().annotate(own=OWN, called=CALLED)
    return found.values_list("person_id", "own", "called")


REFERENCES = Question(_references)


def known_as(actor: Actor, at: datetime, people: Collection[int]) -> dict[int, str]:
    """The reference by which an actor knows each of some people (primary keys) of whom they see a
    record."""
    oldest: dict[int, tuple[int, str]] = {}
    for person, own, reference in REFERENCES.rows(actor, at, people):
        oldest[person] = min(oldest.get(person, (own, reference)), (own, reference))
    return {person: reference for person, (_, reference) in oldest.items()}


def as_known(actor: Actor, at: datetime, person: Person) -> Person:
    """A person with the reference by which the actor, who sees a record of theirs, knows them."""
    return Person(pk=person.pk, reference=known_as(actor, at, [person.pk])[person.pk])


def people_of(actor: Actor, at: datetime, reference: str, right: Right = Right.VIEW) -> list[int]:
    """The person (primary key) whose record of a reference the actor has a right on; or none."""
    mine = PersonRecord.objects.filter(scope(actor, right, at, "root__"), made_as(reference))
    return list(mine.order_by().values_list("person_id", flat=True)[:1])
