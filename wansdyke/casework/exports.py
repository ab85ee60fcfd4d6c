"""Taking a list out: rows in scope, sections that may leave, an audit entry before each part."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope, sections_of
from wansdyke.access.sections import IDENTIFYING
from wansdyke.casework.desk import Desk
from wansdyke.casework.presenting import export_row
from wansdyke.casework.queries import listed
from wansdyke.history import audit
from wansdyke.kernel.flow import Role

AT_ONCE = 2_000
PART = 1_000


def exportable(actor: Actor, desk: Desk, at: datetime, chosen: dict[str, str]) -> list[int]:
    """The primary keys of the rows an export of this list would hold, in its order."""
    rows = listed(actor, desk, at, chosen, right=Right.EXPORT)
    return list(rows.values_list("pk", flat=True))


def pseudonymised(actor: Actor, roots: Collection[int], at: datetime) -> set[int]:
    """Those roots (primary keys) that leave without a name: what only an analyst's role opens."""
    if Role.ANALYST not in actor.roles:
        return set()
    without = replace(actor, held=frozenset(h for h in actor.held if h.role != Role.ANALYST))
    named = Root.objects.filter(scope(without, Right.EXPORT, at), pk__in=roots)
    return set(roots) - set(named.values_list("pk", flat=True))


def rows_of(
    actor: Actor, desk: Desk, at: datetime, ids: list[int], form: str
) -> Iterator[dict[str, Any]]:
    """The rows, part by part; each part's audit entry is committed before its first row leaves."""
    for start in range(0, len(ids), PART):
        part = ids[start : start + PART]
        found = desk.model._default_manager.select_related("case__root", *desk.related).in_bulk(
            part
        )
        items = [found[pk] for pk in part if pk in found]
        hidden = pseudonymised(actor, part, at)
        audit.record(
            audit.EXPORT,
            by=actor,
            at=at,
            subjects=[item.case.root.reference for item in items],
            desk=desk.key,
            form=form,
            pseudonymised=len(hidden),
        )
        visible = sections_of(actor, part, at)
        for item in items:
            seen = visible[item.pk]
            yield export_row(desk, item, seen - IDENTIFYING if item.pk in hidden else seen)
