"""Which cases a viewer may see people linked to: through records in scope, to cases in scope."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope, sections_of
from wansdyke.access.sections import Section
from wansdyke.casework.models import Party

AT_ONCE = 1_000


@dataclass(frozen=True)
class Linked:
    """A case that a person has a part in, and when it was opened."""

    case: int
    opened_at: datetime


def linked_cases(actor: Actor, at: datetime, people: Collection[int]) -> dict[int, list[Linked]]:
    """The cases in view scope that each person (primary keys) has a part in, newest first.

    Who has a part in a case is identity: a case shared without that section is left out.
    """
    rows = (
        Party.objects.filter(
            scope(actor, Right.VIEW, at, "case__root__"),
            scope(actor, Right.VIEW, at, "record__root__"),
            record__person_id__in=list(people),
        )
        .order_by("-case__opened_at", "-case_id")
        .values_list("record__person_id", "case_id", "case__opened_at")
        .distinct()
    )
    found = list(rows)
    open_to = _with_identity(actor, at, sorted({case for _, case, _ in found}))
    linked: dict[int, list[Linked]] = defaultdict(list)
    for person, case, opened_at in found:
        if case in open_to:
            linked[person].append(Linked(case, opened_at))
    return dict(linked)


def _with_identity(actor: Actor, at: datetime, roots: list[int]) -> set[int]:
    named: set[int] = set()
    for start in range(0, len(roots), AT_ONCE):
        seen = sections_of(actor, roots[start : start + AT_ONCE], at)
        named |= {root for root, sections in seen.items() if Section.IDENTITY in sections}
    return named
