"""Taking a list out: rows in scope, sections that may leave, an audit entry before each part."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope, sections_of
from wansdyke.access.sections import IDENTIFYING, Section
from wansdyke.casework.desk import Desk
from wansdyke.casework.presenting import export_row
from wansdyke.casework.queries import listed
from wansdyke.history import audit
from wansdyke.kernel.flow import Role

AT_ONCE = 2_000
PART = 1_000
Leaving = dict[int, frozenset[Section]]


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


def leaving(actor: Actor, roots: Collection[int], hidden: Collection[int], at: datetime) -> Leaving:
    """The sections that leave of each root (primary keys) in export scope; `hidden` are those of
    them that leave without a name."""
    return {
        root: seen - IDENTIFYING if root in hidden else seen
        for root, seen in sections_of(actor, roots, at).items()
    }


def in_sets(given: Leaving) -> list[list[list[Any]]]:
    """The same as a column keeps it: each set of sections, with the roots it was given of."""
    sets: dict[frozenset[Section], list[int]] = {}
    for root, sections in given.items():
        sets.setdefault(sections, []).append(root)
    return [[sorted(sections), roots] for sections, roots in sets.items()]


def may_still_leave(
    actor: Actor, held: Collection[int], opened: list[list[list[Any]]], at: datetime
) -> bool:
    """Whether an actor may take out now all that a spreadsheet holds (`in_sets`) of its roots."""
    given = {root: frozenset(sections) for sections, roots in opened for root in roots}
    if given.keys() != set(held):
        return False
    roots = list(given)
    for start in range(0, len(roots), PART):
        part = roots[start : start + PART]
        if Root.objects.filter(scope(actor, Right.EXPORT, at), pk__in=part).count() != len(part):
            return False
        now = leaving(actor, part, pseudonymised(actor, part, at), at)
        if any(not given[root] <= now[root] for root in part):
            return False
    return True


def rows_of(
    actor: Actor,
    desk: Desk,
    at: datetime,
    ids: list[int],
    form: str,
    opened: Leaving | None = None,
) -> Iterator[dict[str, Any]]:
    """The rows, part by part; each part's audit entry is committed before its first row leaves.

    Notes in `opened`, where it is given, the sections that left of each root.
    """
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
        given = leaving(actor, part, hidden, at)
        if opened is not None:
            opened.update(given)
        for item in items:
            yield export_row(desk, item, given[item.pk])
