"""Taking a list out: rows in scope, what may leave of them, an audit entry before each part.

A list names nobody (`pseudonyms`) unless somebody asks for it with names, for a purpose they state.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope, sections_of
from wansdyke.access.sections import IDENTIFYING, Section
from wansdyke.casework.desk import Desk
from wansdyke.casework.models import Party
from wansdyke.casework.presenting import HELD_BACK, export_row
from wansdyke.casework.pseudonyms import (
    Parts,
    in_their_order,
    parts_in,
    people_of,
    who_may_leave,
)
from wansdyke.casework.pseudonyms import rows_of as pseudonymous
from wansdyke.casework.queries import listed
from wansdyke.history import audit
from wansdyke.kernel.flow import Role
from wansdyke.kernel.pseudonym import Pseudonyms

AT_ONCE = 2_000
PART = 1_000
Leaving = dict[int, frozenset[Section]]


@dataclass
class Taken:
    """What left in one file: the sections of each root (primary keys), and of how many people."""

    opened: Leaving = field(default_factory=dict)
    people: set[int] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True)
class Named:
    """That a file holds names: by which reference it was asked for, and for what."""

    export: str
    purpose: str


def exportable(actor: Actor, desk: Desk, at: datetime, chosen: dict[str, str]) -> list[int]:
    """The primary keys of the rows an export of this list would hold, in the list's order."""
    rows = listed(actor, desk, at, chosen, right=Right.EXPORT)
    return list(rows.values_list("pk", flat=True))


def pseudonymised(actor: Actor, roots: Collection[int], at: datetime) -> set[int]:
    """Those roots (primary keys) that leave without a name: what only an analyst's role opens."""
    if Role.ANALYST not in actor.roles:
        return set()
    named = Root.objects.filter(scope(_but_as_analyst(actor), Right.EXPORT, at), pk__in=roots)
    return set(roots) - set(named.values_list("pk", flat=True))


def may_name(actor: Actor) -> bool:
    """Whether an actor may take anything out with names: by more than an analyst's role."""
    return _but_as_analyst(actor).may(Right.EXPORT)


def _but_as_analyst(actor: Actor) -> Actor:
    return replace(actor, held=frozenset(h for h in actor.held if h.role != Role.ANALYST))


def nameable(actor: Actor, ids: Sequence[int], at: datetime) -> list[int]:
    """Those of some cases (primary keys) in export scope that may leave with names."""
    hidden: set[int] = set()
    for start in range(0, len(ids), PART):
        hidden |= pseudonymised(actor, ids[start : start + PART], at)
    return [pk for pk in ids if pk not in hidden]


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
    actor: Actor, desk: Desk, at: datetime, ids: Sequence[int], form: str
) -> Iterator[dict[str, Any]]:
    """The rows as the desk's own pages show them, for a paper that must name people whatever it is
    for. Each part's audit entry is committed before its first row leaves."""
    for items in _parts(desk, ids):
        hidden = pseudonymised(actor, [item.pk for item in items], at)
        _note(actor, at, items, desk=desk.key, form=form, pseudonymised=len(hidden))
        given = leaving(actor, [item.pk for item in items], hidden, at)
        for item in items:
            yield export_row(desk, item, given[item.pk])


def without_names(
    actor: Actor,
    desk: Desk,
    at: datetime,
    ids: Sequence[int],
    form: str,
    taken: Taken | None = None,
) -> Iterator[dict[str, Any]]:
    """The rows of a file that names nobody, in an order of its own, under a key of its own; each
    part's audit entry is committed before its first row leaves. Notes in `taken` what left."""
    names = Pseudonyms()
    for items in _parts(desk, in_their_order(ids, names)):
        _note(actor, at, items, desk=desk.key, form=form, pseudonymised=len(items))
        if taken is not None:
            cases = [item.pk for item in items]
            taken.opened.update(leaving(actor, cases, cases, at))
        for row, records in pseudonymous(actor, desk, items, names, at):
            if taken is not None:
                taken.opened.update(dict.fromkeys(records, frozenset()))
            yield row


def with_names(
    actor: Actor,
    desk: Desk,
    at: datetime,
    ids: Sequence[int],
    form: str,
    named: Named,
    taken: Taken,
) -> Iterator[dict[str, Any]]:
    """The rows of a file with names, of those cases alone that may leave so; each part's entry says
    for what it was asked, and of how many people it tells."""
    for items in _parts(desk, ids):
        cases = [item.pk for item in items]
        parts = parts_in(cases)
        free = who_may_leave(actor, parts, at)
        free -= pseudonymised(actor, free, at)
        given = leaving(actor, cases, pseudonymised(actor, cases, at), at)
        told: dict[int, Party] = {
            row.record_id: row
            for (case, _), rows in parts.items()
            for row in rows
            if row.record_id in free and Section.IDENTITY in given[case]
        }
        people = {row.record.person_id for row in told.values()}
        facts = {"desk": desk.key, "form": form, "export": named.export, "purpose": named.purpose}
        _note(
            actor,
            at,
            items,
            people=len(people),
            also=[row.record.root.reference for row in told.values()],
            **facts,
        )
        taken.people |= people
        taken.opened.update(given)
        taken.opened.update(dict.fromkeys(told, frozenset({Section.IDENTITY})))
        for item in items:
            yield _named_row(desk, item, given[item.pk], parts, set(told))


def _named_row(
    desk: Desk, item: Any, seen: frozenset[Section], parts: Parts, told: set[int]
) -> dict[str, Any]:
    open_here = told if Section.IDENTITY in seen else set()

    def said(row: Party) -> str:
        reference = row.record.root.reference
        return f"{row.record} ({reference})" if row.record_id in open_here else HELD_BACK

    return {**export_row(desk, item, seen), **people_of(desk, item.pk, parts, said)}


def _parts(desk: Desk, ids: Sequence[int]) -> Iterator[list[Any]]:
    rows = desk.model._default_manager.select_related("case__root", *desk.related)
    for start in range(0, len(ids), PART):
        part = ids[start : start + PART]
        found = rows.in_bulk(part)
        yield [found[pk] for pk in part if pk in found]


def _note(
    actor: Actor, at: datetime, items: Sequence[Any], *, also: Sequence[str] = (), **facts: Any
) -> None:
    subjects = [*(item.case.root.reference for item in items), *also]
    audit.record(audit.EXPORT, by=actor, at=at, subjects=subjects, **facts)
