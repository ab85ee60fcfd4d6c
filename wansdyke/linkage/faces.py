"""Markers as a viewer may see them, and the safety face of a person whose records they may not.

A post with the safety face sees, force-wide, the standard markers that the home force published,
and of a person behind one the name, so that nobody goes to a door unwarned. A conflict lock on any
root concerned hides both.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Lock, Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope, whole
from wansdyke.casework.models import Marker
from wansdyke.kernel.calendar import london
from wansdyke.people.models import PersonRecord


@dataclass(frozen=True)
class Markers:
    """Live markers by the primary key of the person, and of the place, they are about."""

    people: dict[int, list[Marker]] = field(default_factory=dict)
    places: dict[int, list[Marker]] = field(default_factory=dict)


def live(at: datetime) -> Q:
    """The markers in force on the London day of a moment; the last day counts."""
    day = london(at).date()
    begun = Q(withdrawn_at__isnull=True, from_date__lte=day)
    return begun & (Q(until_date__isnull=True) | Q(until_date__gte=day))


def _locked_roots(actor: Actor) -> QuerySet[Lock, int]:
    return Lock.objects.filter(user_id=actor.user_id, lifted_at__isnull=True).values_list(
        "root_id", flat=True
    )


def _published() -> Q:
    return Q(marking=Root.STANDARD, root__agency__home=True)


def markers_seen(actor: Actor, at: datetime) -> QuerySet[Marker]:
    """The live markers an actor may see: those of roots in scope, and with the safety face the
    standard ones of the whole force."""
    seen = scope(actor, Right.VIEW, at, "root__")
    if actor.safety_face:
        unlocked = ~Q(root_id__in=_locked_roots(actor))
        seen |= _published() & unlocked & whole("root__")
    return Marker.objects.filter(live(at), seen).select_related("owner", "root")


def markers_about(
    actor: Actor, at: datetime, *, people: Collection[int] = (), places: Collection[int] = ()
) -> Markers:
    """What `markers_seen` gives about these people and places (primary keys), oldest first."""
    found = Markers()
    if not people and not places:
        return found
    about = Q(person_id__in=list(people)) | Q(place_id__in=list(places))
    for marker in markers_seen(actor, at).filter(about).order_by("from_date", "pk"):
        if marker.person_id is not None:
            found.people.setdefault(marker.person_id, []).append(marker)
        if marker.place_id is not None:
            found.places.setdefault(marker.place_id, []).append(marker)
    return found


def faces(actor: Actor, at: datetime) -> QuerySet[PersonRecord]:
    """The standard records of the home force whose person has a published live marker.

    Of these a safety-face post may be told the name and the markers, though the record itself be
    out of scope. Nothing of a person on whom a lock keeps the actor out. Empty for other posts.
    """
    if not actor.safety_face:
        return PersonRecord.objects.none()
    locks = _locked_roots(actor)
    marked = (
        Marker.objects.filter(live(at), _published(), whole("root__"))
        .filter(person_id=OuterRef("person_id"))
        .exclude(root_id__in=locks)
    )
    shut = PersonRecord.objects.filter(person_id=OuterRef("person_id"), root_id__in=locks)
    return PersonRecord.objects.filter(
        whole("root__"),
        Exists(marked),
        ~Exists(shut),
        root__agency__home=True,
        root__marking=Root.STANDARD,
    )
