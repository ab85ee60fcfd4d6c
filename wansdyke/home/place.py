"""A place as a viewer may know it: the cases there and, for a reason, who lives there."""

from dataclasses import dataclass
from datetime import datetime

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope, scope, sections_of
from wansdyke.access.sections import Section
from wansdyke.casework.models import CasePlace
from wansdyke.casework.parties import PLACE_ROLES
from wansdyke.directory import desk_of
from wansdyke.linkage.found import RecordSeen
from wansdyke.linkage.places import known_places
from wansdyke.people.models import PersonRecord, Place, Residence
from wansdyke.ui.paging import Page, page_of

MOST_RESIDENTS, LOOKED_AT = 50, 1_000
ROLES = dict(PLACE_ROLES)


@dataclass(frozen=True, kw_only=True)
class CaseHere:
    """A case in scope, and its place's part in it."""

    reference: str
    href: str
    kind: str
    state: str
    role: str
    opened_at: datetime


def place_known(actor: Actor, at: datetime, reference: str) -> Place:
    """The place of a reference. Raises OutOfScope unless something in scope names it."""
    found = list(Place.objects.filter(reference=reference).values_list("pk", flat=True))
    known = known_places(actor, at, found)
    if not known:
        raise OutOfScope(reference)
    return known[0]


def cases_here(
    actor: Actor, at: datetime, place: Place, number: str | None
) -> tuple[Page, list[CaseHere]]:
    """A page of the cases at a place whose address the actor sees, newest first."""
    parts = CasePlace.objects.filter(scope(actor, Right.VIEW, at, "case__root__"), place=place)
    pks = list(parts.order_by("-case__opened_at", "-pk").values_list("pk", "case_id"))
    sections = sections_of(actor, sorted({case for _, case in pks}), at)
    page = page_of([pk for pk, case in pks if Section.ADDRESS in sections[case]], number)
    rows = CasePlace.objects.select_related("case__root").in_bulk(list(page.ids))
    return page, [_case_here(rows[pk]) for pk in page.ids]


def _case_here(part: CasePlace) -> CaseHere:
    desk = desk_of(part.case.desk)
    return CaseHere(
        reference=part.case.root.reference,
        href=f"/{desk.key}/{part.case.root.reference}/",
        kind=desk.singular.capitalize(),
        state=desk.flow.labels.get(part.case.state, part.case.state),
        role=ROLES.get(part.role, part.role),
        opened_at=part.case.opened_at,
    )


def household(actor: Actor, at: datetime, place: Place) -> tuple[list[RecordSeen], bool]:
    """The records in scope that name a place as home, where the actor sees that they do; and
    whether there may be more than those."""
    roots = Residence.objects.filter(
        scope(actor, Right.VIEW, at, "root__"), place=place, until_date__isnull=True
    ).values_list("root_id", flat=True)
    found = PersonRecord.objects.filter(pk__in=list(roots)).select_related(
        "root", "person", "first_person"
    )
    rows = list(found.order_by("surname_key", "forename_key", "pk")[:LOOKED_AT])
    sections = sections_of(actor, [row.pk for row in rows], at)
    seen = [
        RecordSeen(record=row, reference=row.root.reference, sections=sections[row.pk])
        for row in rows
        if Section.ADDRESS in sections[row.pk]
    ]
    more = len(seen) > MOST_RESIDENTS or (len(rows) == LOOKED_AT and bool(seen))
    return seen[:MOST_RESIDENTS], more
