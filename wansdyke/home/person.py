"""A person as a viewer may see them: their records side by side, and one timeline of everything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope, scope, sections_of
from wansdyke.access.sections import Section, shown
from wansdyke.casework.markers import LiveMarker
from wansdyke.casework.models import Case, Party
from wansdyke.casework.presenting import HELD_BACK, due_cell
from wansdyke.directory import desk_of
from wansdyke.linkage.faces import faces, markers_of_people
from wansdyke.linkage.links import linked_cases
from wansdyke.linkage.side_by_side import in_words
from wansdyke.linkage.waiting import judgements
from wansdyke.people.known_as import made_as, people_of
from wansdyke.people.models import Person, PersonRecord, Residence
from wansdyke.people.records import RECORD_FIELDS
from wansdyke.ui.paging import Page, page_of
from wansdyke.ui.words import LONDON

SIDE_BY_SIDE = 10
NAMES_ON_A_FACE = 5


@dataclass(frozen=True, kw_only=True)
class Face:
    """What a safety-face post may know of a person out of scope: names and markers."""

    person: Person
    names: tuple[str, ...]
    markers: tuple[LiveMarker, ...]


@dataclass(frozen=True, kw_only=True)
class RecordShown:
    """One source's record, its fields by key; HELD_BACK where a section is closed to the viewer."""

    record: PersonRecord
    sections: frozenset[Section]
    values: dict[str, Any]

    @property
    def name(self) -> str:
        """The name this source gives, or that it is held back."""
        return str(self.record) if Section.IDENTITY in self.sections else HELD_BACK


def records_in_scope(
    actor: Actor, at: datetime, reference: str, *, right: Right = Right.VIEW
) -> QuerySet[PersonRecord]:
    """The records, on which the actor has a right, of the person whom one of them has by a
    reference, newest first; none also where there is no such person."""
    return PersonRecord.objects.filter(
        scope(actor, right, at, "root__"),
        person_id__in=people_of(actor, at, reference, right),
    ).order_by("-root__created_at", "-pk")


def face_of(actor: Actor, at: datetime, reference: str) -> Face:
    """The safety face of a person out of scope. Raises OutOfScope where there is none for them."""
    rows = list(faces(actor, at).filter(made_as(reference)))
    if not rows:
        raise OutOfScope(reference)
    person = Person(pk=rows[0].person_id, reference=reference)
    names = tuple(dict.fromkeys(str(row) for row in rows))[:NAMES_ON_A_FACE]
    markers = markers_of_people(actor, at, [person.pk]).get(person.pk, ())
    return Face(person=person, names=names, markers=markers)


def records_shown(
    actor: Actor,
    at: datetime,
    pks: list[int],
    visible: Mapping[int, frozenset[Section]] | None = None,
) -> list[RecordShown]:
    """Records already in scope, in the order of their primary keys, each with what may be seen:
    the sections open to the actor, unless others are given by primary key."""
    found = PersonRecord.objects.select_related("root__team", "person", "first_person").in_bulk(pks)
    visible = sections_of(actor, pks, at) if visible is None else visible
    homes: dict[int, list[str]] = {}
    for home in Residence.objects.filter(root_id__in=pks).select_related("place").order_by("pk"):
        homes.setdefault(home.root_id, []).append(str(home.place))
    rows = []
    for pk in pks:
        record, sections = found[pk], visible[pk]
        values = {key: _value(record, key, sections) for key, _ in RECORD_FIELDS}
        address = HELD_BACK if Section.ADDRESS not in sections else "; ".join(homes.get(pk, ()))
        rows.append(
            RecordShown(record=record, sections=sections, values={**values, "address": address})
        )
    return rows


def judged_of(actor: Actor, at: datetime, person: Person) -> list[dict[str, Any]]:
    """Who said that a person's records are of one human being, newest first: of the pairs of which
    the actor sees both, with the section that names people."""
    rows = judgements(actor, at, Right.VIEW).filter(
        left__person=person, right__person=person, undone_at=None, again=False
    )
    found = list(rows.select_related("left__root", "right__root", "by").order_by("-at", "-pk"))
    pks = {pk for one in found for pk in (one.left_id, one.right_id)}
    seen = sections_of(actor, sorted(pks), at)
    return [
        in_words(one) for one in found if Section.IDENTITY in seen[one.left_id] & seen[one.right_id]
    ]


def _value(record: PersonRecord, key: str, sections: frozenset[Section]) -> Any:
    if PersonRecord.SECTIONS[key] not in sections:
        return HELD_BACK
    return record.get_sex_display() if key == "sex" else shown(record, key, sections)


def timeline_of(
    actor: Actor, at: datetime, person: Person, markers: Sequence[LiveMarker], number: str | None
) -> tuple[Page, list[dict[str, Any]]]:
    """One page of the person's cases that the actor may see, and of the markers given, newest
    first."""
    linked = cases_of(actor, at, person)
    page = page_of(range(len(linked) + len(markers)), number)
    if not page.ids:
        return page, []
    start, end = page.ids[0], page.ids[-1] + 1
    # Only the cases that can stand on this page are read: the markers among and before them move
    # them down by at most so many places.
    first = max(0, start - len(markers))
    items = [
        *_case_items(actor, at, person, linked[first:end]),
        *({"at": _midnight(marker.from_date), "marker": marker} for marker in markers),
    ]
    # Stable: cases of one moment stay as they came, and before a marker of that moment.
    items.sort(key=lambda item: item["at"], reverse=True)
    return page, items[start - first : end - first]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, LONDON)


def _case_items(actor: Actor, at: datetime, person: Person, pks: list[int]) -> list[dict[str, Any]]:
    cases = Case.objects.select_related("root", "owner").in_bulk(pks)
    parts: dict[int, list[str]] = {}
    named = Party.objects.filter(
        scope(actor, Right.VIEW, at, "record__root__"), case_id__in=pks, record__person=person
    )
    for part in named.order_by("pk"):
        parts.setdefault(part.case_id, []).append(part.role)
    return [_case_item(cases[pk], parts, at) for pk in pks]


def _case_item(case: Case, parts: dict[int, list[str]], at: datetime) -> dict[str, Any]:
    desk = desk_of(case.desk)
    roles = dict(desk.party_roles)
    return {
        "at": case.opened_at,
        "marker": None,
        "case": case,
        "title": f"{desk.singular.capitalize()} {case.root.reference}",
        "href": f"/{desk.key}/{case.root.reference}/",
        "roles": [roles.get(role, role) for role in dict.fromkeys(parts.get(case.pk, ()))],
        "state": desk.flow.labels.get(case.state, case.state),
        "due": due_cell(case, at).text,
        "owner": case.owner.name if case.owner else "No owner yet",
    }


def cases_of(actor: Actor, at: datetime, person: Person) -> list[int]:
    """The person's cases (primary keys) that the actor may see, newest first."""
    return linked_cases(actor, at, [person.pk]).get(person.pk, [])
