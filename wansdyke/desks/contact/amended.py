"""A call that a file names again: what differs is amended, with its event and old values."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope
from wansdyke.access.sections import Section
from wansdyke.casework import clocks
from wansdyke.casework.desk import Desk
from wansdyke.casework.marking import keep_marked
from wansdyke.casework.models import CasePlace, Party
from wansdyke.casework.parties import let_in
from wansdyke.desks.contact import whereabouts
from wansdyke.desks.contact.csv_columns import (
    CALLER,
    SUBJECT,
    Fault,
    Given,
    times_out_of_order,
)
from wansdyke.desks.contact.imported import (
    CALLER_SOURCE,
    DECIDING,
    PLAIN,
    REASON,
    SCENE,
    SUBJECT_ROLE,
    SUBJECT_SOURCE,
    state_of,
    typed,
)
from wansdyke.desks.contact.missing_models import Missing
from wansdyke.desks.contact.missing_rules import nobody_missing
from wansdyke.desks.contact.models import Contact, Grading
from wansdyke.desks.contact.rules import FLOW, GRADES, Facts, State, lowers
from wansdyke.history import audit
from wansdyke.history.door import Doing
from wansdyke.history.models import Event
from wansdyke.people.models import Place
from wansdyke.people.records import amend_record, new_record
from wansdyke.people.records_in_bulk import Spot, places_for

EVENT = "amended from a file"


@dataclass
class Known:
    """A call that was there before, with the parts that came from a row of it by their source.

    `shut` are the sources of those whose records whoever amends may not: they stay as they are,
    and nothing is said of them.
    """

    contact: Contact
    parts: dict[str, Party] = field(default_factory=dict)
    shut: set[str] = field(default_factory=set)


@dataclass
class Amendment:
    """What a row changes of a call: its columns, its place, its people."""

    values: dict[str, Any] = field(default_factory=dict)
    spot: Spot | None = None
    people: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    # The source has said something newer already.
    stale: bool = False

    def __bool__(self) -> bool:
        return bool(self.values or self.spot or self.people)


def arriving(references: Collection[str]) -> set[str]:
    """Those of the references that belong to a load not yet complete."""
    rows = Contact.objects.filter(
        source_reference__in=references,
        case__root__load__isnull=False,
        case__root__load__completed_at__isnull=True,
    )
    return {str(reference) for reference in rows.values_list("source_reference", flat=True)}


def known(references: Collection[str], by: Actor, at: datetime) -> dict[str, Known | None]:
    """The calls that have these references, by reference: None for one that `by` may not change.

    Calls of a load that is not complete are left out.
    """
    rows = (
        Contact.objects.filter(source_reference__in=references)
        .exclude(source_reference__in=arriving(references))
        .select_related("case__root__team", "place")
    )
    calls = {row.pk: row for row in rows}
    open_to = set(
        Root.objects.filter(scope(by, Right.EDIT, at), pk__in=calls).values_list("pk", flat=True)
    )
    found = {pk: Known(row) for pk, row in calls.items() if pk in open_to}
    _with_parts(found, by, at)
    return {str(row.source_reference): found.get(pk) for pk, row in calls.items()}


def source_of(source: str, contact: Contact) -> str:
    """What the record of a call's caller or subject says it came from."""
    return f"{source}: {contact.case.root.reference}"


def _with_parts(found: Mapping[int, Known], by: Actor, at: datetime) -> None:
    """Adds the parts that rows of these very calls made: a person may have put another call's
    record beside them."""
    parties = list(Party.objects.filter(case__in=found).select_related("record__root"))
    records = {party.record.root_id for party in parties}
    open_to = set(
        Root.objects.filter(scope(by, Right.EDIT, at), pk__in=records).values_list("pk", flat=True)
    )
    for party in sorted(parties, key=lambda party: party.pk):
        old, source = found[party.case_id], party.record.source.partition(":")[0]
        if party.record.source != source_of(source, old.contact):
            continue
        if party.record.root_id in open_to:
            old.parts.setdefault(source, party)
        else:
            old.shut.add(source)


def amendment(given: Given, old: Known) -> Amendment:
    """What a row would change of a call, and what stands against it."""
    contact, change = old.contact, Amendment()
    latest = contact.source_updated_at
    if latest is not None and given.get("updated_at", latest) < latest:
        return Amendment(stale=True)
    wanted = {
        **{name: given[column] for column, name in PLAIN.items() if column in given},
        "received_at": given["received_at"],
        **_where(given, contact, change),
        **_grade(given, contact),
    }
    change.values = {k: v for k, v in wanted.items() if getattr(contact, k) != v}
    _people(given, old, change)
    change.faults += misfits(given, contact, change.values)
    change.faults += lowered(contact, change.values)
    # A newer time of the source alone is no change of the call; with one it is kept.
    if change and "updated_at" in given and given["updated_at"] != latest:
        change.values["source_updated_at"] = given["updated_at"]
    return change


def misfits(given: Given, contact: Contact, values: Mapping[str, Any]) -> Iterator[Fault]:
    """What would make no sense of a call once a row's values were written."""
    yield from times_out_of_order(_times(contact, values))
    if values.get("resulted_at") and contact.case.is_open and somebody_missing(contact):
        yield "closed_at", "nobody missing any more", "somebody who has not been found"
    if "graded_at" in given and not (given.get("grade") or contact.grade):
        yield "grade", "a grade, since graded_at is given", "nothing"


def somebody_missing(contact: Contact) -> bool:
    """Whether the rules keep a call open because somebody of it is missing."""
    row = Missing.objects.filter(pk=contact.pk).first()
    return nobody_missing(SimpleNamespace(missing=row)) is not None


def _where(given: Given, contact: Contact, change: Amendment) -> dict[str, Any]:
    if "address" not in given and "postcode" not in given:
        return {}
    place = contact.place
    address = given.get("address", place.address if place else contact.where)
    spot = Spot(
        address=address,
        postcode=given.get("postcode", place.postcode if place else ""),
        latitude=given.get("latitude", contact.latitude),
        longitude=given.get("longitude", contact.longitude),
    )
    if place is None or spot.keys != (place.address_key, place.postcode_key):
        change.spot = spot
    if "address" in given:
        return {"where": address}
    return {} if address else {"where": given["postcode"]}


def _grade(given: Given, contact: Contact) -> dict[str, Any]:
    grade = given.get("grade", contact.grade)
    if not grade:
        return {}
    graded_at = given.get("graded_at", contact.graded_at)
    # Where no time was ever given, the grade counts from the receipt, wherever that moves.
    if graded_at is None or ("graded_at" not in given and graded_at == contact.received_at):
        graded_at = given["received_at"]
    values = {"grade": grade, "graded_at": graded_at, "first_grade": contact.first_grade or grade}
    return values if grade == contact.grade else {**values, "grade_reason": REASON}


def _times(contact: Contact, values: Mapping[str, Any]) -> dict[str, datetime | None]:
    return {
        "received_at": values.get("received_at", contact.received_at),
        "graded_at": values.get("graded_at", contact.graded_at),
        "assigned_at": values.get("assigned_at", contact.assigned_at),
        "at_scene_at": values.get("at_scene_at", contact.at_scene_at),
        "closed_at": values.get("resulted_at", contact.resulted_at),
    }


def lowered(contact: Contact, values: Mapping[str, Any]) -> Iterator[Fault]:
    """Whether values would lower the grade of an open call, which no file may."""
    # Of an open call only a second person lowers the grade, and a file is not a person.
    if "grade" not in values or not contact.case.is_open or values.get("resulted_at"):
        return
    now = Facts(received_at=contact.received_at, at=contact.received_at, grade=contact.grade)
    if lowers(now, values):
        labels = dict(GRADES)
        present = labels[contact.grade].lower()
        expected = f"{present} or a more urgent grade: a supervisor lowers that of an open call"
        yield "grade", expected, labels[values["grade"]]


def _people(given: Given, old: Known, change: Amendment) -> None:
    wanted = (
        ("caller", CALLER_SOURCE, typed(given, "caller", CALLER)),
        (given.get("subject_role", ""), SUBJECT_SOURCE, typed(given, "subject", SUBJECT)),
    )
    for role, source, columns in wanted:
        party = old.parts.get(source)
        if not columns or source in old.shut or (party is not None and party.ended_at is not None):
            continue
        said = (
            party is not None
            and role in ("", party.role)
            and all(getattr(party.record, k) == v for k, v in columns.items())
        )
        if not said:
            change.people.append((role, source, columns))


def amend(
    old: Known,
    change: Amendment,
    *,
    doing: Doing,
    desk: Desk,
    load: int = 0,
    name: str = EVENT,
) -> None:
    """Writes an amendment within a batch: event, old and new values, state, people and clocks."""
    contact = old.contact
    case, reference = contact.case, contact.case.root.reference
    values, state = dict(change.values), _state_after(contact, change.values)
    before, asked = contact.place, desk.marked(contact)
    if change.spot is not None:
        values["place"] = places_for([change.spot]).get(change.spot.keys)
    if state == State.RESULTED and case.state != State.RESULTED:
        values["letters_owed"] = 0
    event = doing.event(name, root=case.root, before=case.state, after=state)
    doing.write(contact, values, event, reference)
    if change.spot is not None:
        _move_scene(contact, before)
    if change.spot is not None or values.keys() & {"latitude", "longitude"}:
        whereabouts.keep([contact.pk])
    is_open = state not in FLOW.ends
    case_values = {
        "state": str(state),
        "is_open": is_open,
        "opened_at": contact.received_at,
        "closed_at": None if is_open else contact.resulted_at,
    }
    doing.write(case, case_values, event, reference)
    _keep_grading(doing, contact, change.values, event)
    for role, source, columns in change.people:
        _amend_part(doing, old, event, role=role, source=source, columns=columns)
    clocks.keep(desk, case, desk.facts(contact, doing.at), doing.at)
    keep_marked(desk, contact, doing, asked)
    fields = sorted(values) + (["people"] if change.people else [])
    doing.audit(audit.ALTERATION, reference, fields=fields, load=load)


def _move_scene(contact: Contact, before: Place | None) -> None:
    # The call's own column keeps the old and new value; its part as a place follows.
    scene = CasePlace.objects.filter(case_id=contact.pk, role=SCENE)
    scene.filter(place=before).delete()
    if contact.place is not None:
        CasePlace.objects.get_or_create(case_id=contact.pk, place=contact.place, role=SCENE)


def _state_after(contact: Contact, values: Mapping[str, Any]) -> State:
    if not values.keys() & set(DECIDING):
        return State(contact.case.state)
    return state_of({name: values.get(name, getattr(contact, name)) for name in DECIDING})


def _keep_grading(doing: Doing, contact: Contact, values: Mapping[str, Any], event: Event) -> None:
    if "grade" in values:
        Grading.objects.create(
            contact=contact,
            grade=contact.grade,
            reason=REASON,
            by_id=doing.by.user_id,
            at=contact.graded_at or contact.received_at,
        )
    elif "graded_at" in values:
        last = contact.gradings.order_by("at", "pk").last()
        if last is not None:
            doing.write(last, {"at": contact.graded_at}, event, contact.case.root.reference)


def _amend_part(
    doing: Doing, old: Known, event: Event, *, role: str, source: str, columns: dict[str, Any]
) -> None:
    root, party = old.contact.case.root, old.parts.get(source)
    if party is not None:
        if role:
            doing.write(party, {"role": role}, event, root.reference)
        amend_record(doing, party.record, columns)
        return
    record = new_record(
        doing, columns, team=root.team, source=source_of(source, old.contact), at=doing.at
    )
    Party.objects.create(case=old.contact.case, record=record, role=role or SUBJECT_ROLE)
    doing.changed(event, root.reference, "people", Section.IDENTITY, None, record.root.reference)
    let_in(root, doing.at)
