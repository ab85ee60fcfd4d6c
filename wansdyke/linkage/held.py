"""Safety information that is held, without saying what it is, about whom, or where it stands.

A call must never find an unknown victim because only a restricted or sealed record knows them: who
takes it is told that there is something, and whom to ring. It takes both names, or a number known
in full, so that nothing can be tried out; an address likewise. Whoever is locked out is told
nothing, and somebody else is told to take the call.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Lock, Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope, whole
from wansdyke.access.written import Question, among_keys
from wansdyke.casework.models import CasePlace, Party
from wansdyke.people.finding import AGREES, Matches
from wansdyke.people.models import PersonRecord, Residence
from wansdyke.people.walks import Row


def agreeing(matches: Matches, rows: Iterable[Row]) -> list[int]:
    """Those of the records that a marking or a marker sets apart (primary keys) which agree in
    both names, or in a number that was typed in full."""
    asked, names = matches.asked, matches.names
    said = asked.said

    def agrees(row: Row) -> bool:
        first = names.forename.of(row.forename) >= AGREES
        last = max(names.surname.of(row.surname), names.surname.of(row.formerly)) >= AGREES
        numbers = (asked.phone, row.phone), (said.pnc, row.pnc), (said.cro, row.cro)
        return (first and last) or any(typed and typed == held for typed, held in numbers)

    return [row.pk for row in rows if agrees(row)]


def _hidden(actor: Actor, at: datetime, path: str) -> Q:
    """The roots marked higher that an actor does not see, of their own agency and not locked."""
    locks = Lock.objects.filter(user_id=actor.user_id, lifted_at__isnull=True).values("root_id")
    marked = Q(**{f"{path}marking__gt": Root.STANDARD, f"{path}agency_id": actor.agency_id})
    locked = Q(**{f"{path}pk__in": locks})
    return marked & ~scope(actor, Right.VIEW, at, path) & ~locked & whole(path)


def _held(actor: Actor, at: datetime) -> QuerySet[Any, Any]:
    parts = Party.objects.filter(_hidden(actor, at, "case__root__"), record=OuterRef("pk"))
    locks = Lock.objects.filter(user_id=actor.user_id, lifted_at__isnull=True).values("root_id")
    rows = PersonRecord.objects.filter(
        Q(Exists(parts)) | _hidden(actor, at, "root__"), among_keys("pk")
    )
    return rows.exclude(root_id__in=locks).order_by().values_list("pk")


def _kept_from(actor: Actor, at: datetime) -> QuerySet[Any, Any]:
    locks = Lock.objects.filter(among_keys("root_id"), user_id=actor.user_id, lifted_at=None)
    return locks.order_by().values_list("root_id")


HELD, KEPT_FROM = Question(_held), Question(_kept_from)


def held_of(actor: Actor, at: datetime, records: Collection[int]) -> bool:
    """Whether something that the actor does not see is held about one of some records."""
    return actor.safety_face and bool(HELD.rows(actor, at, records))


def kept_from(actor: Actor, at: datetime, records: Collection[int]) -> tuple[int, ...]:
    """Those of some records that the actor is locked out of: never for the actor to read."""
    return tuple(row[0] for row in KEPT_FROM.rows(actor, at, records))


def shut_out(records: Collection[int]) -> frozenset[int]:
    """Who is locked out of any of some records; by user id."""
    locks = Lock.objects.filter(root_id__in=list(records), lifted_at__isnull=True)
    return frozenset(locks.values_list("user_id", flat=True))


def held_at(actor: Actor, at: datetime, places: Collection[int]) -> bool:
    """Whether something that the actor does not see is held about one of some places."""
    if not actor.safety_face or not places:
        return False
    homes = Residence.objects.filter(_hidden(actor, at, "root__"), place_id__in=list(places))
    scenes = CasePlace.objects.filter(_hidden(actor, at, "case__root__"), place_id__in=list(places))
    return homes.exists() or scenes.exists()
