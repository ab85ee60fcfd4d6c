"""What is looked for and what is found: people and places, why they may be the ones, and what was
not searched."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from typing import Generic, TypeVar

from wansdyke.access.actors import Actor
from wansdyke.access.sections import Section
from wansdyke.casework.markers import LiveMarker
from wansdyke.history.pages import Asked as Request
from wansdyke.history.pages import consulted
from wansdyke.people.alerts import alert
from wansdyke.people.asked import Asked, asked_of
from wansdyke.people.finding import Matches
from wansdyke.people.models import Person, PersonRecord, Place

LIMIT = 25
HELD = (
    "Safety information is held that you cannot see. Ring the duty inspector before you send"
    " anybody or give anything away."
)
MOST_DIVIDED = 4
OTHER_SYSTEMS = (
    "The PNC, the PND, other forces and other systems: only records in this one were searched, by"
    " names, date of birth, telephone, PNC or CRO number and address. Notes were not."
)
ONLY_ADDRESSES = "Places that are described in words, such as “behind the shops”."
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
    birth_year: int | None = None
    age: int | None = None
    sex: str = ""
    identity: str = ""

    def asked(self, today: date) -> Asked:
        """The same, comparable."""
        return asked_of(**vars(self), today=today)

    def given(self) -> tuple[str, ...]:
        """The names of the fields that hold something."""
        return tuple(name for name, value in vars(self).items() if value)


@dataclass(frozen=True, kw_only=True)
class RecordSeen:
    """A record in scope with the sections that the viewer sees of it."""

    record: PersonRecord
    reference: str
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
    weight: float = 0.0
    probability: float = 0.0

    @property
    def key(self) -> str:
        """What they are known by."""
        return self.person.reference

    @property
    def references(self) -> list[str]:
        """What is audited when this is shown."""
        return [self.person.reference, *(seen.reference for seen in self.records)]


@dataclass(frozen=True, kw_only=True)
class PlaceCandidate:
    """A place that may be the one, and why."""

    place: Place
    reasons: tuple[str, ...] = ()
    markers: tuple[LiveMarker, ...] = ()
    incidents: int = 0
    last_incident: datetime | None = None
    weight: float = 0.0

    @property
    def key(self) -> str:
        """What it is known by."""
        return self.place.reference

    @property
    def references(self) -> list[str]:
        """What is audited when this is shown."""
        return [self.place.reference]


Which = TypeVar("Which", Candidate, PlaceCandidate)


@dataclass(frozen=True, kw_only=True)
class Found(Generic[Which]):
    """What a search found, best first; by which fields it searched, and what it did not search.

    `more` says that others match too, and that more must be typed to reach them; `held` that safety
    information is held which the viewer does not see. `kept_from`, that they are locked out of
    somebody whom they asked for, is for those who lead them and never shown. `matched` holds
    what was met, whoever may see it: for silent alerts alone.
    """

    candidates: tuple[Which, ...] = ()
    searched: tuple[str, ...] = ()
    not_searched: tuple[str, ...] = ()
    more: bool = False
    held: bool = False
    kept_from: tuple[int, ...] = ()
    matched: tuple[Matches, ...] = field(default=(), repr=False, compare=False)

    def __iter__(self) -> Iterator[Which]:
        return iter(self.candidates)

    def __len__(self) -> int:
        return len(self.candidates)


def together(founds: Sequence[Found[Which]]) -> Found[Which]:
    """What several searches found as one: each once, as likely as its best."""
    merged: dict[str, Which] = {}
    for one in chain.from_iterable(founds):
        held = merged.get(one.key)
        if held is None or one.weight > held.weight:
            merged[one.key] = one
    ranked = sorted(merged.values(), key=lambda one: -one.weight)
    said = chain.from_iterable(found.not_searched for found in founds)
    return Found(
        candidates=tuple(ranked[:LIMIT]),
        searched=tuple(dict.fromkeys(chain.from_iterable(found.searched for found in founds))),
        not_searched=tuple(dict.fromkeys(said)),
        more=any(found.more for found in founds) or len(ranked) > LIMIT,
        held=any(found.held for found in founds),
        kept_from=tuple(pk for found in founds for pk in found.kept_from),
        matched=tuple(chain.from_iterable(found.matched for found in founds)),
    )


def names_in(text: str) -> Iterator[tuple[str, str]]:
    """The forename and surname that somebody's names in one text may be, the likeliest first."""
    last, comma, first = text.partition(",")
    if comma:
        yield first.strip(), last.strip()
        return
    words = text.split()
    if len(words) == 1:
        yield "", text
        yield text, ""
        return
    # "Mary Ann van der Berg": where the surname begins is not known, so each place is tried.
    for place in range(1, min(len(words), MOST_DIVIDED)):
        yield " ".join(words[:place]), " ".join(words[place:])
    yield words[-1], " ".join(words[:-1])


def noted(request: Request, *founds: Found[Candidate] | Found[PlaceCandidate], reason: str) -> None:
    """Notes searches for the audit entry of a page declared with the operation "search".

    The entry holds the names of the fields searched, the reason and the references found; what was
    typed into the fields is personal data and is not kept.
    """
    shown: Iterable[Candidate | PlaceCandidate] = chain.from_iterable(founds)
    references = [reference for one in shown for reference in one.references]
    fields = sorted({name for found in founds for name in found.searched})
    held = {"held": True} if any(found.held for found in founds) else {}
    consulted(request, references, fields=fields, reason=reason, **held)
    for matches in chain.from_iterable(found.matched for found in founds):
        alert(request.actor, request.at, matches)


def out_of_sight(actor: Actor) -> str:
    """Which records the actor's searches do not reach."""
    return OUT_OF_SIGHT_BUT_MARKED if actor.safety_face else OUT_OF_SIGHT
