"""What a search finds: references, people and places, of all that one box may mean."""

import re
from dataclasses import dataclass
from datetime import datetime

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.references import PATTERN, tidy
from wansdyke.access.scope import OutOfScope, scope
from wansdyke.casework.models import Action, Case, ForceReference
from wansdyke.directory import desk_of
from wansdyke.home.one_box import CONTROL, queries_of
from wansdyke.home.person import face_of
from wansdyke.linkage.found import (
    HELD,
    LIMIT,
    Candidate,
    Found,
    PlaceCandidate,
    Query,
    together,
)
from wansdyke.linkage.lookup import find_people
from wansdyke.linkage.places import find_places
from wansdyke.people.known_as import known_as, people_of
from wansdyke.people.models import Person

REFERENCE = re.compile(PATTERN)
SHORTEST_NUMBER = 3


@dataclass(frozen=True, kw_only=True)
class ReferenceFound:
    """A case in scope that carries the number typed."""

    reference: str
    href: str
    kind: str
    state: str
    number: str


@dataclass(frozen=True, kw_only=True)
class Results:
    """All that a search found, and what it did not search."""

    references: tuple[ReferenceFound, ...]
    people: Found[Candidate]
    places: Found[PlaceCandidate]
    more_references: bool = False

    @property
    def nothing(self) -> bool:
        """Whether nothing was found."""
        return not (self.references or self.people or self.places)

    @property
    def held(self) -> str:
        """That safety information is held which the viewer does not see, or nothing."""
        return HELD if self.people.held or self.places.held else ""

    @property
    def not_searched(self) -> list[str]:
        """What was not searched, each thing once."""
        return list(dict.fromkeys((*self.people.not_searched, *self.places.not_searched)))


def destination(actor: Actor, at: datetime, text: str) -> str | None:
    """Where one of our own references leads the actor; None where it is none, or not for them."""
    reference = tidy(text)
    if not REFERENCE.fullmatch(reference):
        return None
    root = (
        Root.objects.filter(scope(actor, Right.VIEW, at), reference=reference)
        .select_related("case", "person_record__person", "person_record__first_person")
        .first()
    )
    if root is not None:
        return _where(root)
    action = (
        Action.objects.filter(scope(actor, Right.VIEW, at, "case__root__"), reference=reference)
        .select_related("case__root")
        .first()
    )
    if action is not None:
        return f"/{action.case.desk}/{action.case.root.reference}/"
    return _person(actor, at, reference)


def _where(root: Root) -> str | None:
    if hasattr(root, "case"):
        return f"/{root.case.desk}/{root.reference}/"
    if hasattr(root, "person_record"):
        return f"/people/{root.person_record.known_as}/"
    return None


def _person(actor: Actor, at: datetime, reference: str) -> str | None:
    if not Person.objects.filter(reference=reference).exists():
        return None
    for known in known_as(actor, at, people_of(actor, at, reference)).values():
        return f"/people/{known}/"
    try:
        face_of(actor, at, reference)
    except OutOfScope:
        return None
    return f"/people/{reference}/"


def search(actor: Actor, at: datetime, text: str, query: Query) -> Results:
    """Everything in scope that the one box, and the separate fields, may mean."""
    queries = [*([query] if query.given() else []), *queries_of(text)]
    people = [find_people(actor, at, one) for one in queries if _about_people(one)]
    places = [find_places(actor, at, one) for one in queries if one.address or one.postcode]
    references, more = force_references(actor, at, text)
    return Results(
        references=tuple(references),
        more_references=more,
        people=together(people),
        places=together(places),
    )


def _about_people(query: Query) -> bool:
    return bool(set(query.given()) - {"address", "postcode"})


def force_references(actor: Actor, at: datetime, text: str) -> tuple[list[ReferenceFound], bool]:
    """The cases in scope with this number of the force's own; and whether there are more."""
    number = " ".join(CONTROL.sub(" ", text).split())[:60]
    if len(number) < SHORTEST_NUMBER or not any(char.isdigit() for char in number):
        return [], False
    spellings = {number, number.upper(), number.lower(), number.replace(" ", "")}
    rows = ForceReference.objects.filter(
        scope(actor, Right.VIEW, at, "case__root__"), value__in=spellings
    ).order_by("-case__opened_at", "pk")
    kinds = dict(ForceReference.KINDS)
    found: list[tuple[int, str, str]] = list(
        rows.values_list("case_id", "kind", "value")[: LIMIT + 1]
    )
    cases = Case.objects.select_related("root").in_bulk([case for case, _, _ in found])
    return [
        _reference(cases[case], f"{kinds.get(kind, kind)} {value}")
        for case, kind, value in found[:LIMIT]
    ], len(found) > LIMIT


def _reference(case: Case, number: str) -> ReferenceFound:
    desk = desk_of(case.desk)
    return ReferenceFound(
        reference=case.root.reference,
        href=f"/{desk.key}/{case.root.reference}/",
        kind=desk.singular.capitalize(),
        state=desk.flow.labels.get(case.state, case.state),
        number=number,
    )
