"""The safety face: what a post that has it may know of a marked person whose records it may not.

Of a person behind a standard marker such a post is told the name and the markers, force-wide, so
that nobody goes to a door unwarned. A conflict lock on any root concerned hides both.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Lock, Root
from wansdyke.access.scope import whole
from wansdyke.access.written import Question, among_keys
from wansdyke.casework.markers import LiveMarker, live, live_for, visible_to
from wansdyke.people.known_as import OWN
from wansdyke.people.models import PersonRecord


def markers_of_people(
    actor: Actor, at: datetime, people: Collection[int]
) -> dict[int, tuple[LiveMarker, ...]]:
    """The live markers that an actor may see of each person (primary keys), newest first."""
    found: dict[int, tuple[LiveMarker, ...]] = {}
    for marker in live_for(sorted(marked_among(actor, at, people)), [], actor, at):
        if marker.person_id is not None:
            found[marker.person_id] = (*found.get(marker.person_id, ()), marker)
    return found


def markers_of_places(
    actor: Actor, at: datetime, places: Collection[int]
) -> dict[int, tuple[LiveMarker, ...]]:
    """The live markers that an actor may see of each place (primary keys), newest first."""
    found: dict[int, tuple[LiveMarker, ...]] = {}
    for marker in live_for([], list(places), actor, at):
        if marker.place_id is not None:
            found[marker.place_id] = (*found.get(marker.place_id, ()), marker)
    return found


def faces(actor: Actor, at: datetime) -> QuerySet[PersonRecord]:
    """The standard records of the home force whose person has a live standard marker.

    Empty for a post without the safety face, and for a person on whom a lock keeps the actor out.
    """
    if not actor.safety_face:
        return PersonRecord.objects.none()
    locks = Lock.objects.filter(user_id=actor.user_id, lifted_at__isnull=True)
    shut = PersonRecord.objects.filter(root_id__in=locks.values("root_id"))
    # Of a person whom a judgement made one of two, the face is that of the records the marker was
    # about: what could not be seen before is not seen through a link.
    marked = (
        live(at)
        .annotate(own=OWN)
        .filter(
            visible_to(actor, at),
            marking=Root.STANDARD,
            person=OuterRef("person"),
            own=OuterRef("own"),
        )
    )
    return (
        PersonRecord.objects.annotate(own=OWN)
        .filter(
            whole("root__"),
            Exists(marked),
            warned=True,
            root__agency__home=True,
            root__marking=Root.STANDARD,
        )
        .exclude(person_id__in=shut.values("person_id"))
    )


def _marked(actor: Actor, at: datetime) -> QuerySet[Any, Any]:
    told = live(at).filter(visible_to(actor, at), among_keys("person_id"))
    return told.order_by().values_list("person_id").distinct()


def _faced(actor: Actor, at: datetime) -> QuerySet[Any, Any]:
    return faces(actor, at).filter(among_keys("pk")).order_by().values_list("pk")


# Which people have a live marker that the actor may see; which records have a face for them.
MARKED, FACED = Question(_marked), Question(_faced)


def marked_among(actor: Actor, at: datetime, people: Collection[int]) -> set[int]:
    """Those of the people (primary keys) about whom the actor may see a live marker."""
    return {person for (person,) in MARKED.rows(actor, at, people)}


def faced_among(actor: Actor, at: datetime, records: Collection[int]) -> set[int]:
    """Those of the records (primary keys) that `faces` has."""
    if not actor.safety_face:
        return set()
    return {pk for (pk,) in FACED.rows(actor, at, records)}


def faces_of_places(actor: Actor, at: datetime, places: Collection[int]) -> set[int]:
    """Those of the places (primary keys) that a live standard marker tells the actor of."""
    if not actor.safety_face:
        return set()
    told = live(at).filter(visible_to(actor, at), marking=Root.STANDARD, place_id__in=list(places))
    return set(told.values_list("place_id", flat=True))
