"""Which cases a viewer may see people linked to: through records in scope, to cases in scope."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db.models import Max, Q, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Grant
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope, sections_of
from wansdyke.access.sections import Section
from wansdyke.casework.models import Party

AT_ONCE = 1_000


class Linked(NamedTuple):
    """A case (primary key) that a person has a part in, and when it was opened."""

    opened_at: datetime
    case: int


def linked_cases(actor: Actor, at: datetime, people: Collection[int]) -> dict[int, list[Linked]]:
    """The cases in view scope that each person (primary keys) has a part in, newest first.

    Who has a part in a case is identity: a case shared without that section is left out.
    """
    rows = _parts(actor, at, people).values_list("record__person_id", "case_id", "case__opened_at")
    linked: dict[int, set[Linked]] = {}
    for person, case, opened_at in rows:
        linked.setdefault(person, set()).add(Linked(opened_at, case))
    if linked and _is_shared_with(actor):
        cases = sorted({one.case for ones in linked.values() for one in ones})
        named = _with_identity(actor, at, cases)
        linked = {person: {o for o in ones if o.case in named} for person, ones in linked.items()}
    return {person: sorted(ones, reverse=True) for person, ones in linked.items()}


def last_contacts(actor: Actor, at: datetime, people: Collection[int]) -> dict[int, datetime]:
    """When the newest of each person's cases that the actor may see was opened."""
    if _is_shared_with(actor):
        linked = linked_cases(actor, at, people)
        return {person: cases[0].opened_at for person, cases in linked.items() if cases}
    newest = (
        _parts(actor, at, people)
        .values("record__person_id")
        .annotate(newest=Max("case__opened_at"))
    )
    return dict(newest.values_list("record__person_id", "newest"))


def _parts(actor: Actor, at: datetime, people: Collection[int]) -> QuerySet[Party]:
    return Party.objects.filter(
        scope(actor, Right.VIEW, at, "case__root__"),
        scope(actor, Right.VIEW, at, "record__root__"),
        record__person_id__in=list(people),
    ).order_by()


def _is_shared_with(actor: Actor) -> bool:
    """Whether anything was ever shared with the actor; if not, all they see is open in full."""
    to_me = Q(kind=Grant.SHARE, user_id=actor.user_id)
    to_us = Q(kind=Grant.SHARE, team_id__in=sorted(actor.teams)) | Q(
        kind=Grant.SHARE, agency_id=actor.agency_id, agency__isnull=False
    )
    return Grant.objects.filter(to_me | to_us).exists()


def _with_identity(actor: Actor, at: datetime, roots: list[int]) -> set[int]:
    named: set[int] = set()
    for start in range(0, len(roots), AT_ONCE):
        seen = sections_of(actor, roots[start : start + AT_ONCE], at)
        named |= {root for root, sections in seen.items() if Section.IDENTITY in sections}
    return named
