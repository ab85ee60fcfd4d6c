"""What one box means: a reference, a telephone number, a postcode, a date, an address or a name."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Any, TypeVar

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.references import PATTERN, tidy
from wansdyke.access.scope import OutOfScope, scope
from wansdyke.casework.models import Action, Case, ForceReference
from wansdyke.directory import desk_of
from wansdyke.home.person import face_of, records_in_scope
from wansdyke.linkage.found import LIMIT, Candidate, Found, PlaceCandidate, Query
from wansdyke.linkage.lookup import find_people
from wansdyke.linkage.places import find_places
from wansdyke.people.keys import phone_key, postcode
from wansdyke.people.models import Person

REFERENCE = re.compile(PATTERN)
DATED = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})")
PHONE = re.compile(r"[+()\d\s-]+")
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
SHORTEST_PHONE = 6
SHORTEST_NUMBER = 3

One = TypeVar("One", Candidate, PlaceCandidate)


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
        .select_related("case", "person_record__person")
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
        return f"/people/{root.person_record.person.reference}/"
    return None


def _person(actor: Actor, at: datetime, reference: str) -> str | None:
    if not Person.objects.filter(reference=reference).exists():
        return None
    if not records_in_scope(actor, at, reference).exists():
        try:
            face_of(actor, at, reference)
        except OutOfScope:
            return None
    return f"/people/{reference}/"


def queries_of(text: str) -> Iterator[Query]:
    """What the text in the one box may mean, the likeliest first; silly text means nothing."""
    text = " ".join(CONTROL.sub(" ", text).split())
    born = _date(text)
    if born is not None:
        yield Query(date_of_birth=born)
    elif REFERENCE.fullmatch(tidy(text)):
        yield Query(reference=text)
        # Ten letters make a reference, and a surname such as Richardson.
        if text.isalpha():
            yield from _names(text)
    elif postcode(text) is not None:
        yield Query(postcode=text)
    elif PHONE.fullmatch(text) and len(phone_key(text)) >= SHORTEST_PHONE:
        yield Query(phone=text)
    elif any(char.isdigit() for char in text):
        yield Query(address=text)
    elif text:
        yield from _names(text)
        yield Query(address=text)


def _date(text: str) -> date | None:
    found = DATED.fullmatch(text)
    if not found:
        return None
    day, month, year = (int(part) for part in found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _names(text: str) -> Iterator[Query]:
    last, comma, first = text.partition(",")
    if comma:
        yield Query(surname=last.strip(), forename=first.strip())
        return
    words = text.split()
    if len(words) == 1:
        yield Query(surname=text)
        yield Query(forename=text)
        return
    # "Mary Ann van der Berg": where the surname begins is not known, so each place is tried.
    for place in range(1, min(len(words), 4)):
        yield Query(forename=" ".join(words[:place]), surname=" ".join(words[place:]))
    yield Query(forename=words[-1], surname=" ".join(words[:-1]))


def search(actor: Actor, at: datetime, text: str, query: Query) -> Results:
    """Everything in scope that the one box, and the separate fields, may mean."""
    queries = [*([query] if query.given() else []), *queries_of(text)]
    people = [find_people(actor, at, one) for one in queries if _about_people(one)]
    places = [find_places(actor, at, one) for one in queries if one.address or one.postcode]
    references, more = force_references(actor, at, text)
    return Results(
        references=tuple(references),
        more_references=more,
        people=_together(people, key=lambda one: one.person.pk, best=lambda one: one.weight),
        places=_together(places, key=lambda one: one.place.pk, best=lambda one: 0),
    )


def _about_people(query: Query) -> bool:
    return bool(set(query.given()) - {"address", "postcode"})


def _together(founds: Sequence[Found[One]], *, key: Any, best: Any) -> Found[One]:
    merged: dict[int, One] = {}
    for one in chain.from_iterable(founds):
        held = merged.get(key(one))
        if held is None or best(one) > best(held):
            merged[key(one)] = one
    ranked = sorted(merged.values(), key=lambda one: -best(one))
    said = chain.from_iterable(found.not_searched for found in founds)
    return Found(
        candidates=tuple(ranked[:LIMIT]),
        searched=tuple(dict.fromkeys(chain.from_iterable(found.searched for found in founds))),
        not_searched=tuple(dict.fromkeys(said)),
        more=any(found.more for found in founds) or len(ranked) > LIMIT,
    )


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
