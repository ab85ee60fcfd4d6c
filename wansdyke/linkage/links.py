"""Which cases a viewer may see people linked to: through records in scope, to cases in scope."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from django.db.models import Max, Q, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Grant
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope, sections_of
from wansdyke.access.sections import Section
from wansdyke.access.written import Question, among_keys
from wansdyke.casework.models import Case, Party

AT_ONCE = 1_000


def linked_cases(actor: Actor, at: datetime, people: Collection[int]) -> dict[int, list[int]]:
    """The cases in view scope that each person has a part in, newest first; primary keys all.

    Who has a part in a case is identity: a case shared without that section is left out.
    """
    return _linked(actor, at, "record__person_id", people)


def cases_by_record(actor: Actor, at: datetime, records: Collection[int]) -> dict[int, list[int]]:
    """The same of single records, whoever each is of."""
    return _linked(actor, at, "record_id", records)


def _linked(
    actor: Actor, at: datetime, column: str, those: Collection[int]
) -> dict[int, list[int]]:
    parts = _parts(actor, at).filter(**{f"{column}__in": list(those)})
    newest = parts.order_by("-case__opened_at", "-case_id")
    # In as many parts as somebody has, a case is linked once: a dictionary keeps the order.
    linked: dict[int, dict[int, None]] = {}
    for one, case in newest.values_list(column, "case_id"):
        linked.setdefault(one, {})[case] = None
    if linked and _is_shared_with(actor, at):
        cases = sorted({case for theirs in linked.values() for case in theirs})
        named = _with_identity(actor, at, cases)
        return {one: [c for c in theirs if c in named] for one, theirs in linked.items()}
    return {one: list(theirs) for one, theirs in linked.items()}


def last_contacts(actor: Actor, at: datetime, people: Collection[int]) -> dict[int, datetime]:
    """When the newest of each person's cases that the actor may see was opened."""
    if _is_shared_with(actor, at):
        linked = linked_cases(actor, at, people)
        last = {person: cases[0] for person, cases in linked.items() if cases}
        opened = Case.objects.in_bulk(list(last.values()))
        return {person: opened[case].opened_at for person, case in last.items()}
    rows = NEWEST.rows(actor, at, people)
    return {person: _moment(newest) for person, newest in rows}


def _newest(actor: Actor, at: datetime) -> QuerySet[Any, Any]:
    parts = _parts(actor, at).filter(among_keys("record__person_id"))
    by_person = parts.values("record__person_id").annotate(newest=Max("case__opened_at"))
    return by_person.values_list("record__person_id", "newest")


def _moment(value: datetime | str) -> datetime:
    """What the database gives for a moment: on SQLite text, in UTC."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _parts(actor: Actor, at: datetime) -> QuerySet[Party]:
    return Party.objects.filter(
        scope(actor, Right.VIEW, at, "case__root__"), scope(actor, Right.VIEW, at, "record__root__")
    ).order_by()


def _is_shared_with(actor: Actor, at: datetime) -> bool:
    """Whether anything was ever shared with the actor; if not, all they see is open in full."""
    return bool(SHARED.rows(actor, at, [actor.user_id]))


def _shared(actor: Actor, at: datetime) -> QuerySet[Any, Any]:
    to_me = Q(kind=Grant.SHARE, user_id=actor.user_id)
    to_us = Q(kind=Grant.SHARE, team_id__in=sorted(actor.teams)) | Q(
        kind=Grant.SHARE, agency_id=actor.agency_id, agency__isnull=False
    )
    return Grant.objects.filter(to_me | to_us).order_by().values_list("pk")[:1]


# Each person's newest case in view scope; one share that was ever made to the actor.
NEWEST, SHARED = Question(_newest), Question(_shared)


def _with_identity(actor: Actor, at: datetime, roots: list[int]) -> set[int]:
    named: set[int] = set()
    for start in range(0, len(roots), AT_ONCE):
        seen = sections_of(actor, roots[start : start + AT_ONCE], at)
        named |= {root for root, sections in seen.items() if Section.IDENTITY in sections}
    return named
