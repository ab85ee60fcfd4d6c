"""Reading the control room's calls: every query starts from what scope allows."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from time import monotonic
from typing import Any

from django.db.models import Count, Q, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope, sections_of
from wansdyke.access.sections import Section
from wansdyke.casework.models import Assessment, Draft
from wansdyke.desks.contact.models import Contact, RiskType
from wansdyke.desks.contact.rules import State
from wansdyke.people import whereabouts
from wansdyke.people.areas import areas

KEPT = 10  # seconds
COUNTED = 10_001
ON_THE_BOARD = (State.WAITING, State.ASSIGNED, State.EN_ROUTE, State.AT_SCENE, State.BY_PHONE)


def calls(actor: Actor, at: datetime) -> QuerySet[Contact]:
    """The calls an actor may see."""
    return Contact.objects.filter(
        scope(actor, Right.VIEW, at, "case__root__"), case__desk="contact"
    )


def board(actor: Actor, at: datetime, grade: str = "") -> QuerySet[Contact]:
    """Open, graded calls by the clock that runs out first."""
    rows = calls(actor, at).filter(case__is_open__in=(True,), case__state__in=ON_THE_BOARD)
    rows = rows.filter(grade=grade) if grade else rows
    return rows.order_by("case__next_due_at", "case__root_id")


def ungraded(actor: Actor, at: datetime) -> QuerySet[Contact]:
    """Open calls that nobody has graded, oldest first."""
    rows = calls(actor, at).filter(case__is_open__in=(True,), case__state=State.RECEIVED)
    return rows.order_by("received_at", "pk")


def owing_letters(actor: Actor, at: datetime) -> QuerySet[Contact]:
    """Open, graded calls whose THRIVE letters are owed, by deadline."""
    rows = calls(actor, at).filter(case__is_open__in=(True,), letters_owed__gt=0).exclude(grade="")
    return rows.order_by("case__next_due_at", "case__root_id")


def tally(actor: Actor, at: datetime, grade: str = "") -> dict[str, int]:
    """How many open calls are `on_board` (of a grade, or of all), `late` and `owing` letters.

    One look for all three: of the first COUNTED open calls by deadline, so that what is late is
    among them and a load of old calls that nobody closed cannot make the board slow.
    """
    rows = calls(actor, at).filter(case__is_open__in=(True,))
    listed = Q(case__state__in=ON_THE_BOARD)
    of_grade = listed & Q(grade=grade) if grade else listed
    return rows.order_by("case__next_due_at", "case__root_id")[:COUNTED].aggregate(
        on_board=Count("pk", filter=of_grade),
        late=Count("pk", filter=listed & Q(case__next_due_at__lt=at)),
        owing=Count("pk", filter=Q(letters_owed__gt=0) & ~Q(grade="")),
    )


def open_here(
    actor: Actor, at: datetime, places: Collection[int], most: int = 5
) -> dict[int, list[Contact]]:
    """The open calls at places (primary keys) whose address the actor may see, newest first."""
    here = calls(actor, at).filter(case__is_open__in=(True,), place_id__in=list(places))
    rows = list(here.select_related("case__root").order_by("-received_at")[: most * 5])
    visible = sections_of(actor, [row.pk for row in rows], at)
    found: dict[int, list[Contact]] = {}
    for row in rows:
        if Section.ADDRESS in visible[row.pk] and row.place_id is not None:
            found.setdefault(row.place_id, []).append(row)
    return {place: kept[:most] for place, kept in found.items()}


def here_before(actor: Actor, contact: Contact, at: datetime, most: int = 5) -> list[Contact]:
    """Earlier calls at the same place that the actor may see, newest first."""
    if contact.place_id is None:
        return []
    rows = calls(actor, at).filter(place_id=contact.place_id, received_at__lt=contact.received_at)
    return list(rows.select_related("case__root").order_by("-received_at")[:most])


def runs_of(contact: Contact) -> list[Assessment]:
    """Every run of THRIVE on a call, newest first."""
    runs = Assessment.objects.filter(case_id=contact.pk, instrument="thrive")
    return list(runs.select_related("decided_by").order_by("-at", "-pk"))


def unfinished(actor: Actor) -> list[Draft]:
    """The actor's own calls that were being typed and never sent, newest first."""
    return list(
        Draft.objects.filter(author_id=actor.user_id, desk="contact").order_by("-saved_at")[:10]
    )


def kept(actor: Actor, draft: Any) -> Draft | None:
    """The actor's own draft of that key; another's is not there."""
    return Draft.objects.filter(author_id=actor.user_id, desk="contact", key=draft).first()


def risk_menu() -> tuple[tuple[str, str], ...]:
    """The risk menu, codes and words, those no longer offered included.

    Kept for a few seconds: a list of thousands of calls must not read it once a row.
    """
    return _read_menu(int(monotonic()) // KEPT)


@lru_cache(maxsize=1)
def _read_menu(_span: int) -> tuple[tuple[str, str], ...]:
    return tuple(RiskType.objects.values_list("code", "label"))


def area_names() -> dict[str, str]:
    """The names of areas by their codes, kept as the risk menu is."""
    return _read_areas(int(monotonic()) // KEPT)


@lru_cache(maxsize=1)
def _read_areas(_span: int) -> dict[str, str]:
    return dict(areas().values_list("code", "name"))


def policing_areas() -> tuple[tuple[str, str], ...]:
    """The community policing areas, codes and names, kept as the risk menu is."""
    return _read_policing(int(monotonic()) // KEPT)


@lru_cache(maxsize=1)
def _read_policing(_span: int) -> tuple[tuple[str, str], ...]:
    return tuple(whereabouts.policing_areas().values_list("code", "name"))
