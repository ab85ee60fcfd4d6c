"""Cases by the hundred: the rows that opening each by itself would write, under a load.

The rows of a load are written first, batch by batch, and nobody sees them; then their events; then
the load is completed and all of it shows. Events are only ever added, so up to the first of them
an incomplete load can be taken back, and from then on it can only be completed, which needs no
file: all its rows are there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from wansdyke.access.models import Load, Root, Team
from wansdyke.access.references import fresh
from wansdyke.casework.desk import Desk
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


@dataclass(frozen=True, kw_only=True)
class NewPart:
    """A person's part in a case, as a file gave it: `columns` of their record with its keys.

    `source` tells which part of which file it was.
    """

    role: str
    columns: Mapping[str, Any]
    source: str
    home: Place | None = None

    def source_of(self, reference: str) -> str:
        """What the person's record says it came from."""
        return f"{self.source}: {reference}"


@dataclass(kw_only=True)
class Prepared:
    """A case about to be loaded: rows that point at each other, none of them saved.

    `item` is the desk's row; `case` wants only its root; `deadlines` are those of its facts
    (clocks.fresh); `places` each have a role; `numbers` are the force's own references (kind,
    value); `rows` are further rows of the desk that point at the item.
    """

    case: Case
    item: Any
    deadlines: Sequence[Deadline] = ()
    people: Sequence[NewPart] = ()
    places: Sequence[tuple[Place, str]] = ()
    numbers: Sequence[tuple[str, str]] = ()
    rows: Sequence[models.Model] = ()


def load(
    doing: Doing, under: Load, prepared: Sequence[Prepared], *, desk: Desk, team: Team
) -> None:
    """Writes prepared cases in bulk, in a batch of a load, with one audit entry naming them all.

    Their events come last: see `note_events`.
    """
    alike: dict[str, Any] = {
        "agency_id": team.agency_id,
        "team": team,
        "created_at": doing.at,
        "load": under,
    }
    roots = [Root(reference=one, **alike) for one in fresh(desk.prefix, len(prepared))]
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
    parties = join(
        [(one.case, part) for one in prepared for part in one.people], under, team, at=doing.at
    )
    people = [party.record.root.reference for party in parties]
    references = [root.reference for root in roots]
    doing.audit(audit.COLLECTION, *references, *people, desk=desk.key, load=under.pk)


def join(
    parts: Sequence[tuple[Case, NewPart]], under: Load, team: Team, *, at: datetime
) -> list[Party]:
    """A record under the load for each person, and their part in the case it stands beside."""
    records = new_records(
        [
            NewRecord(
                columns=part.columns,
                source=part.source_of(case.root.reference),
                team=team,
                home=part.home,
            )
            for case, part in parts
        ],
        load=under,
        at=at,
    )
    made = [
        Party(case=case, record=record, role=part.role)
        for (case, part), record in zip(parts, records, strict=True)
    ]
    insert(made)
    return made


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
