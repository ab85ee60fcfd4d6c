"""Who and where: people and places by the same spelling and by how they begin.

Results obey scope: people are found through their records in scope, by fields whose section the
viewer sees; places through the records, cases and markers that name them. With the safety face a
marked person outside scope is found too, as a name and markers alone. `Found` says what was not
searched, and `noted` writes the search down.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain
from typing import Generic, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.references import tidy
from wansdyke.access.scope import scope, sections_of
from wansdyke.access.sections import Section
from wansdyke.casework.markers import LiveMarker, live, visible_to
from wansdyke.casework.models import CasePlace
from wansdyke.history.pages import consulted
from wansdyke.linkage.agreement import Terms, agreement, first_names, terms_of
from wansdyke.linkage.faces import faces, faces_of_places, markers_of_people, markers_of_places
from wansdyke.linkage.links import last_contacts
from wansdyke.people.keys import address_key, after, postcode_key
from wansdyke.people.models import Person, PersonRecord, Place, Residence

LIMIT = 25
# How many rows one way of matching brings back at most, before they are ranked.
PER_WAY = 100
# How many records one way of matching looks at, so that a short name cannot hold the page up.
WALKED = 2_000
PLACES_LOOKED_AT = 200
SHORTEST_ADDRESS = 3
SHORTEST_POSTCODE = 2
ONLY_SPELLINGS = (
    "Names that sound or look alike, nicknames and wrong spellings: only the same spelling and"
    " names that begin like it were searched."
)
ONLY_BEGINNINGS = (
    "The middle of an address: only addresses that begin with what you typed were searched."
)
OUT_OF_SIGHT = "Records that your posts and teams do not let you see."
OUT_OF_SIGHT_BUT_MARKED = (
    "Records that your posts and teams do not let you see, except people with a published marker."
)


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is known of a person or a place; whatever is left empty is not searched by."""

    forename: str = ""
    surname: str = ""
    date_of_birth: date | None = None
    phone: str = ""
    reference: str = ""
    address: str = ""
    postcode: str = ""

    def given(self) -> tuple[str, ...]:
        """The names of the fields that hold something."""
        return tuple(name for name, value in vars(self).items() if value)


@dataclass(frozen=True, kw_only=True)
class RecordSeen:
    """A record in scope with the sections that the viewer sees of it."""

    record: PersonRecord
    sections: frozenset[Section]

    @property
    def name(self) -> str:
        """The name, or an empty text where it is held back."""
        return str(self.record) if Section.IDENTITY in self.sections else ""

    @property
    def date_of_birth(self) -> date | None:
        """The date of birth, or None where none is recorded or it is held back."""
        return self.record.date_of_birth if Section.IDENTITY in self.sections else None


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A person who may be the one. With `face` there is a name and markers, and no records."""

    person: Person
    name: str
    records: tuple[RecordSeen, ...] = ()
    reasons: tuple[str, ...] = ()
    markers: tuple[LiveMarker, ...] = ()
    last_contact: datetime | None = None
    face: bool = False
    score: int = 0

    @property
    def references(self) -> list[str]:
        """What is audited when this is shown."""
        return [self.person.reference, *(seen.record.root.reference for seen in self.records)]


@dataclass(frozen=True, kw_only=True)
class PlaceCandidate:
    """A place that may be the one, and why."""

    place: Place
    reasons: tuple[str, ...] = ()
    markers: tuple[LiveMarker, ...] = ()

    @property
    def references(self) -> list[str]:
        """What is audited when this is shown."""
        return [self.place.reference]


Which = TypeVar("Which", Candidate, PlaceCandidate)


@dataclass(frozen=True, kw_only=True)
class Found(Generic[Which]):
    """What a search found, best first; by which fields it searched, and what it did not search.

    `more` says that others match too, and that more must be typed to reach them.
    """

    candidates: tuple[Which, ...] = ()
    searched: tuple[str, ...] = ()
    not_searched: tuple[str, ...] = ()
    more: bool = False

    def __iter__(self) -> Iterator[Which]:
        return iter(self.candidates)

    def __len__(self) -> int:
        return len(self.candidates)


def noted(
    request: HttpRequest, *founds: Found[Candidate] | Found[PlaceCandidate], reason: str
) -> None:
    """Notes searches for the audit entry of a page declared with the operation "search".

    The entry holds the names of the fields searched, the reason and the references found; what was
    typed into the fields is personal data and is not kept.
    """
    shown: Iterable[Candidate | PlaceCandidate] = chain.from_iterable(founds)
    references = [reference for one in shown for reference in one.references]
    fields = sorted({name for found in founds for name in found.searched})
    consulted(request, references, fields=fields, reason=reason)


def find_people(actor: Actor, at: datetime, query: Query, limit: int = LIMIT) -> Found[Candidate]:
    """The people an actor may see who agree with a query, those who agree most first."""
    terms = terms_of(
        forename=query.forename,
        surname=query.surname,
        date_of_birth=query.date_of_birth,
        phone=query.phone,
        reference=tidy(query.reference) if query.reference else "",
    )
    unseen = OUT_OF_SIGHT_BUT_MARKED if actor.safety_face else OUT_OF_SIGHT
    not_searched = (*terms.unusable, ONLY_SPELLINGS, unseen)
    if not terms.searched or not actor.may(Right.VIEW):
        return Found(not_searched=not_searched)
    in_scope = PersonRecord.objects.filter(scope(actor, Right.VIEW, at, "root__"))
    walks = [_walk(way, terms) for way in terms.ways()]
    records, cut = _matching(in_scope, walks, terms)
    candidates = _seen(actor, at, records, terms)
    if actor.safety_face:
        marked, cut_too = _matching(faces(actor, at), walks, terms)
        known = {one.person.pk for one in candidates}
        unknown = [r for r in marked if r.person_id not in known]
        candidates += _unseen(unknown, terms, in_scope)
        cut = cut or cut_too
    candidates.sort(key=lambda one: (-one.score, one.name.casefold(), one.person.reference))
    return Found(
        candidates=tuple(_told(actor, at, candidates[:limit])),
        searched=terms.searched,
        not_searched=not_searched,
        more=cut or len(candidates) > limit,
    )


def _walk(way: Q, terms: Terms) -> list[int]:
    """The first records that match in one way, whoever may see them: never more than WALKED."""
    rows = PersonRecord.objects.filter(way).order_by(*first_names(terms))
    return list(rows.values_list("pk", flat=True)[:WALKED])


def _matching(
    records: QuerySet[PersonRecord], walks: list[list[int]], terms: Terms
) -> tuple[list[PersonRecord], bool]:
    found: dict[int, PersonRecord] = {}
    cut = any(len(walk) == WALKED for walk in walks)
    for walk in walks:
        if not walk:
            continue
        ordered = records.filter(pk__in=walk).order_by(*first_names(terms))
        rows = list(ordered.select_related("root", "person")[: PER_WAY + 1])
        cut = cut or len(rows) > PER_WAY
        found.update((row.pk, row) for row in rows[:PER_WAY])
    return list(found.values()), cut


def _by_person(records: Iterable[PersonRecord]) -> dict[int, list[PersonRecord]]:
    grouped: dict[int, list[PersonRecord]] = {}
    for record in records:
        grouped.setdefault(record.person_id, []).append(record)
    return grouped


def _seen(actor: Actor, at: datetime, records: list[PersonRecord], terms: Terms) -> list[Candidate]:
    visible = sections_of(actor, [record.pk for record in records], at)
    candidates = []
    for rows in _by_person(records).values():
        seen = [RecordSeen(record=row, sections=visible[row.pk]) for row in rows]
        agreed = agreement([(one.record, one.sections) for one in seen], terms)
        # Found only by a field that is held back from this viewer: to them, not found.
        if not agreed.score:
            continue
        names = [one.name for one in seen if one.name]
        candidates.append(
            Candidate(
                person=rows[0].person,
                name=names[0] if names else "Name held back",
                records=tuple(seen),
                reasons=agreed.reasons,
                score=agreed.score,
            )
        )
    return candidates


def _unseen(
    records: list[PersonRecord], terms: Terms, in_scope: QuerySet[PersonRecord]
) -> list[Candidate]:
    grouped = _by_person(records)
    also_seen = set(
        in_scope.filter(person_id__in=list(grouped)).values_list("person_id", flat=True)
    )
    candidates = []
    for person, rows in grouped.items():
        agreed = agreement([(row, frozenset(Section)) for row in rows], terms)
        if person not in also_seen and agreed.score:
            candidates.append(
                Candidate(
                    person=rows[0].person,
                    name=str(rows[0]),
                    reasons=agreed.reasons,
                    face=True,
                    score=agreed.score,
                )
            )
    return candidates


def _told(actor: Actor, at: datetime, candidates: list[Candidate]) -> Iterator[Candidate]:
    people = [one.person.pk for one in candidates]
    markers = markers_of_people(actor, at, people)
    last = last_contacts(actor, at, [one.person.pk for one in candidates if not one.face])
    for one in candidates:
        yield replace(
            one,
            markers=markers.get(one.person.pk, ()),
            last_contact=last.get(one.person.pk),
        )


def find_places(
    actor: Actor, at: datetime, query: Query, limit: int = LIMIT
) -> Found[PlaceCandidate]:
    """The places that an actor may know of, by how the address begins and by postcode.

    An address tells by itself that somebody keeps it, so a place is found only where a record or
    a case in scope, or a marker the actor may see, names it.
    """
    address, code = address_key(query.address[:250]), postcode_key(query.postcode)
    matches, searched = _places_matching(address, code)
    unseen = OUT_OF_SIGHT_BUT_MARKED if actor.safety_face else OUT_OF_SIGHT
    not_searched = (ONLY_BEGINNINGS, unseen)
    if not searched or not actor.may(Right.VIEW):
        return Found(not_searched=not_searched)
    looked_at = list(
        Place.objects.filter(matches)
        .order_by("address_key", "pk")
        .values_list("pk", flat=True)[: PLACES_LOOKED_AT + 1]
    )
    places = _known_places(actor, at, looked_at[:PLACES_LOOKED_AT])
    shown = places[:limit]
    markers = markers_of_places(actor, at, [place.pk for place in shown])
    return Found(
        candidates=tuple(
            PlaceCandidate(
                place=place,
                reasons=tuple(_place_reasons(place, address, code)),
                markers=markers.get(place.pk, ()),
            )
            for place in shown
        ),
        searched=tuple(searched),
        not_searched=not_searched,
        more=len(looked_at) > PLACES_LOOKED_AT or len(places) > limit,
    )


def _places_matching(address: str, code: str) -> tuple[Q, list[str]]:
    matches, searched = Q(), []
    if len(address) >= SHORTEST_ADDRESS:
        matches &= Q(address_key__gte=address, address_key__lt=after(address))
        searched.append("address")
    if len(code) >= SHORTEST_POSTCODE:
        matches &= Q(postcode_key__gte=code, postcode_key__lt=after(code))
        searched.append("postcode")
    return matches, searched


def _known_places(actor: Actor, at: datetime, places: list[int]) -> list[Place]:
    """Those of the places that something names which the actor may see, with its address."""
    here = {"place_id": OuterRef("pk")}
    home = Residence.objects.filter(scope(actor, Right.VIEW, at, "root__"), **here)
    scene = CasePlace.objects.filter(scope(actor, Right.VIEW, at, "case__root__"), **here)
    found = list(
        Place.objects.filter(
            Exists(home) | Exists(scene) | Exists(live(at).filter(visible_to(actor, at), **here)),
            pk__in=places,
        ).order_by("address_key", "pk")
    )
    return [place for place in found if place.pk in _with_address(actor, at, found)]


def _with_address(actor: Actor, at: datetime, places: list[Place]) -> set[int]:
    """The places whose address the actor sees: of a root that names them, or by the safety face.

    A marker tells of a place only who sees the address in its case: to be shown a case without
    its address section is not to be told, by typing addresses, which of them it is about.
    """
    pks = [place.pk for place in places]
    homes = Residence.objects.filter(
        scope(actor, Right.VIEW, at, "root__"), place_id__in=pks
    ).values_list("place_id", "root_id")
    scenes = CasePlace.objects.filter(
        scope(actor, Right.VIEW, at, "case__root__"), place_id__in=pks
    ).values_list("place_id", "case_id")
    marked = live(at).filter(scope(actor, Right.VIEW, at, "root__"), place_id__in=pks)
    named = [*homes, *scenes, *marked.values_list("place_id", "root_id")]
    sections = sections_of(actor, sorted({root for _, root in named}), at)
    open_to = {place for place, root in named if Section.ADDRESS in sections[root]}
    return open_to | faces_of_places(actor, at, pks)


def _place_reasons(place: Place, address: str, code: str) -> Iterator[str]:
    if address:
        same = place.address_key == address
        yield "Same address" if same else "Address begins with what you typed"
    if code:
        same = place.postcode_key == code
        yield "Same postcode" if same else "Postcode begins with what you typed"
