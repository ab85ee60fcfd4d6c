"""Cases by the hundred: the rows that opening each by itself would write, under a load.

The rows of a load are written first, batch by batch, and nobody sees them; then their events; then
the load is completed and all of it shows. Events are only ever added, so up to the first of them
an incomplete load can be taken back, and from then on it can only be completed, which needs no
file: all its rows are there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from wansdyke.access.models import Load, Root, Team
from wansdyke.access.references import fresh
from wansdyke.casework.desk import Desk
from wansdyke.casework.marking import keep_marked
from wansdyke.casework.models import Case, CasePlace, Deadline, ForceReference, Party
from wansdyke.history import audit
from wansdyke.history.door import Doing
from wansdyke.history.models import Event
from wansdyke.people.loads import Loading
from wansdyke.people.many_rows import insert, insert_named
from wansdyke.people.models import Person, PersonRecord, Place, Residence
from wansdyke.people.records_in_bulk import NewRecord, new_records

LOADED, JOINED = "loaded", "person added from a file"
# The last root whose events are written; that it is there at all says there is no way back.
NOTED = "noted"
Told = Callable[[int], None]


@dataclass(eq=False, slots=True)
class Held:
    """Somebody who has one record for all their parts: that of the first part written."""

    record_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class NewPart:
    """A person's part in a case, as a file gave it: `columns` of their record with its keys.

    `source` tells which part of which file it was. Of a person who is `held` a record is made once;
    `root` has what is known of its root.
    """

    role: str
    columns: Mapping[str, Any]
    source: str
    home: Place | None = None
    held: Held | None = None
    root: Mapping[str, Any] = field(default_factory=dict)

    def source_of(self, reference: str) -> str:
        """What the person's record says it came from."""
        return f"{self.source}: {reference}"


@dataclass(kw_only=True)
class Prepared:
    """A case about to be loaded: rows that point at each other, none of them saved.

    `item` is the desk's row; `case` wants only its root; `deadlines` are those of its facts
    (clocks.fresh); `places` each have a role; `numbers` are the force's own references (kind,
    value); `rows` are further rows that point at the item or the case. `root` has a reference where
    other rows point at it by now; by itself one is made.
    """

    case: Case
    item: Any
    deadlines: Sequence[Deadline] = ()
    people: Sequence[NewPart] = ()
    places: Sequence[tuple[Place, str]] = ()
    numbers: Sequence[tuple[str, str]] = ()
    rows: Sequence[models.Model] = ()
    root: Root | None = None


def load(
    doing: Doing, under: Load, prepared: Sequence[Prepared], *, desk: Desk, team: Team
) -> None:
    """Writes prepared cases in bulk, in a batch of a load, with one audit entry naming them all.

    Their events come last: see `note_events`.
    """
    drawn = iter(fresh(desk.prefix, sum(one.root is None for one in prepared)))
    roots = [one.root or Root(reference=next(drawn), created_at=doing.at) for one in prepared]
    for root in roots:
        root.agency_id, root.team, root.load = team.agency_id, team, under
    insert_named(roots)
    for one, root in zip(prepared, roots, strict=True):
        one.case.root = root
        one.item.case = one.case
    insert(one.case for one in prepared)
    insert(one.item for one in prepared)
    insert(deadline for one in prepared for deadline in one.deadlines)
    insert(
        ForceReference(case=one.case, kind=kind, value=value)
        for one in prepared
        for kind, value in one.numbers
    )
    insert(
        CasePlace(case=one.case, place=place, role=role)
        for one in prepared
        for place, role in one.places
    )
    for of_a_kind in _by_model(row for one in prepared for row in one.rows):
        insert(of_a_kind)
    records = join(
        [(one.case, part) for one in prepared for part in one.people], under, team, at=doing.at
    )
    _mark(desk, prepared, under, doing)
    people = [record.root.reference for record in records]
    references = [root.reference for root in roots]
    doing.audit(audit.COLLECTION, *references, *people, desk=desk.key, load=under.pk)


def _mark(desk: Desk, prepared: Sequence[Prepared], under: Load, doing: Doing) -> None:
    """What is sealed from the start is, with the records that came with it."""
    for one in prepared:
        keep_marked(desk, one.item, doing)
        if one.case.root.marking:
            mine = Root.objects.filter(load=under, person_record__parts__case=one.case)
            Root.objects.filter(pk__in=mine.values("pk")).update(marking=one.case.root.marking)


def join(
    parts: Sequence[tuple[Case, NewPart]], under: Load, team: Team, *, at: datetime
) -> list[PersonRecord]:
    """A record under the load for each person who has none yet, and their part in the case it
    stands beside; returns the new records."""
    firsts = _firsts(parts)
    records = new_records(
        [
            NewRecord(
                columns=part.columns,
                source=part.source_of(case.root.reference),
                team=team,
                home=part.home,
                root=part.root,
            )
            for case, part in firsts
        ],
        load=under,
        at=at,
    )
    keys = {id(part): record.pk for (_, part), record in zip(firsts, records, strict=True)}
    for _, part in firsts:
        if part.held is not None:
            part.held.record_id = keys[id(part)]
    made = [
        Party(
            case=case,
            record_id=keys[id(part)] if part.held is None else part.held.record_id,
            role=part.role,
        )
        for case, part in parts
    ]
    insert(made)
    return records


def _firsts(parts: Sequence[tuple[Case, NewPart]]) -> list[tuple[Case, NewPart]]:
    """The parts of people who have no record yet, the first alone of each who is held."""
    there: set[Held] = set()
    found = []
    for case, part in parts:
        if part.held is None or (part.held.record_id is None and part.held not in there):
            found.append((case, part))
        if part.held is not None:
            there.add(part.held)
    return found


def _by_model(rows: Iterable[models.Model]) -> Iterable[list[models.Model]]:
    alike: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        alike.setdefault(type(row), []).append(row)
    return alike.values()


def past_return(row: Load) -> bool:
    """Whether a load has events already, so that it can only be completed."""
    return NOTED in row.counts


def note_events(loading: Loading, told: Told = lambda done: None) -> None:
    """The events of a load's roots, batch by batch, from where they were left.

    A case's event occurred when the case was opened, a person's when the case that names them
    was; a case that was there before gets an event for the people who joined it.
    """
    while roots := _next_roots(loading):
        with loading.batch(len(roots)) as doing:
            note_roots(doing, roots)
            loading.counts[NOTED] = roots[-1]
        told(loading.done)


def _next_roots(loading: Loading) -> list[int]:
    last = loading.counts.get(NOTED, 0)
    rows = Root.objects.filter(load=loading.load, pk__gt=last).order_by("pk")
    return list(rows.values_list("pk", flat=True)[: loading.pace.rows])


def note_roots(doing: Doing, roots: Sequence[int]) -> None:
    """Writes the events of some roots of a load, within a change."""

    def event(root: int, name: str, occurred_at: datetime, version: int, after: str = "") -> Event:
        return Event(
            root_id=root,
            name=name,
            by_id=doing.by.user_id,
            occurred_at=occurred_at,
            recorded_at=doing.at,
            state_after=after,
            version=version,
        )

    cases = Case.objects.filter(pk__in=roots).values_list("pk", "opened_at", "state")
    events = [event(pk, LOADED, opened_at, 1, state) for pk, opened_at, state in cases]
    parts = Party.objects.filter(record__in=roots).values_list(
        "record_id", "record__root__load_id", "case_id", "case__root__load_id", "case__opened_at"
    )
    joined: list[int] = []
    for record, load_id, case, load_of_case, opened_at in parts:
        events.append(event(record, LOADED, opened_at, 1))
        if load_of_case != load_id:
            joined.append(case)
    for root in Root.objects.filter(pk__in=joined):
        doing.touch(root)
        events.append(event(root.pk, JOINED, doing.at, root.version))
        doing.audit(audit.ALTERATION, root.reference, fields=["people"])
    events.sort(key=lambda one: one.root_id or 0)
    insert(events)


def remover(*rows: tuple[type[models.Model], str]) -> Callable[[Load, int], int]:
    """How to take a load of cases back: `rows` are the desk's models that point at a case, with
    the path from each to it, those that nothing points at first."""

    def remove(under: Load, most: int) -> int:
        roots = list(Root.objects.filter(load=under).values_list("pk", flat=True)[:most])
        Party.objects.filter(Q(case__in=roots) | Q(record__in=roots)).delete()
        Residence.objects.filter(root__in=roots).delete()
        for model in (Deadline, ForceReference, CasePlace):
            model._default_manager.filter(case__in=roots).delete()
        for desk_model, path in rows:
            desk_model._default_manager.filter(**{f"{path}__in": roots}).delete()
        Case.objects.filter(pk__in=roots).delete()
        records = PersonRecord.objects.filter(pk__in=roots)
        people = list(records.values_list("person", flat=True))
        records.delete()
        Person.objects.filter(pk__in=people, records=None).delete()
        Root.objects.filter(pk__in=roots).delete()
        return len(roots)

    return remove
