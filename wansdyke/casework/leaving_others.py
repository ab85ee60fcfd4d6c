"""What must not stand in a text that leaves: the values of other people, and words that tell.

It asks without scope, for a name must be held back whoever prepares the answer; what it finds is
named by its kind alone, never by whose it is.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q

from wansdyke.access.models import Root, User
from wansdyke.casework.desk import Desk
from wansdyke.casework.leaving_rules import TELLING_WORDS
from wansdyke.casework.leaving_text import (
    Held,
    Span,
    dates_of,
    digits,
    pairs_in,
    plain,
    references_in,
    shapes_in,
    values_in,
)
from wansdyke.casework.models import Party
from wansdyke.people.models import PersonRecord, Residence, Word
from wansdyke.people.names import names

NAME, NUMBER, WHERE = "somebody’s name", "a telephone number", "an address"
BORN, EMAIL, IDENTITY = "a date of birth", "an e-mail address", "a PNC or CRO number"
TELLS, STAFF, ELSEWHERE = (
    "words that tell of what is withheld",
    "a member of staff",
    "another record",
)
SHORTEST_STREET, BATCH = 5, 200


@dataclass(frozen=True, kw_only=True)
class Own:
    """What is the person's own, which may stand in what they are given."""

    names: frozenset[str]
    phones: frozenset[str]
    emails: frozenset[str]
    postcodes: frozenset[str]
    places: frozenset[int]
    people: frozenset[int]


def own_of(records: Collection[PersonRecord]) -> Own:
    """A person's own values, of some records of theirs."""
    homes = Residence.objects.filter(root_id__in=[r.pk for r in records]).select_related("place")
    said = [part for r in records for part in (r.forename, r.middle_names, r.surname) if part]
    return Own(
        names=frozenset(word for part in said for word in plain(part).split()),
        phones=frozenset(r.phone for r in records if r.phone),
        emails=frozenset(r.email for r in records if r.email),
        postcodes=frozenset(h.place.postcode for h in homes if h.place.postcode),
        places=frozenset(h.place_id for h in homes),
        people=frozenset(r.person_id for r in records),
    )


def held_of(others: Collection[PersonRecord], own: Own) -> list[Held]:
    """Every value of some other people that must not stand in a text, with all their records."""
    people = {r.person_id for r in others} - own.people
    alike = PersonRecord.objects.filter(Q(person_id__in=people) | Q(pk__in=[r.pk for r in others]))
    records = list(alike.exclude(person_id__in=own.people))
    held = [one for record in records for one in _of_record(record, own)]
    homes = Residence.objects.filter(root_id__in=[r.pk for r in records])
    for home in homes.exclude(place_id__in=own.places).select_related("place"):
        held += _of_place(home.place.address, home.place.postcode)
    return list(dict.fromkeys(held))


def _of_record(record: PersonRecord, own: Own) -> Iterator[Held]:
    for part in (record.forename, record.middle_names, record.surname):
        for word in plain(part).split():
            if word not in own.names and len(word) > 1:
                yield Held(text=word, what=NAME)
    if record.phone:
        yield Held(text=digits(record.phone), what=NUMBER, whole=False)
    if record.email:
        yield Held(text=record.email, what=EMAIL)
    if record.safe_contact:
        yield Held(text=record.safe_contact, what="how somebody is reached")
    if record.date_of_birth:
        for text in dates_of(record.date_of_birth):
            yield Held(text=text, what=BORN)
    for number in (record.pnc, record.cro):
        if number:
            yield Held(text=number, what=IDENTITY, whole=False)


def _of_place(address: str, postcode: str) -> Iterator[Held]:
    if postcode:
        yield Held(text=postcode, what="a postcode", whole=False)
    first = address.split(",", maxsplit=1)[0].strip()
    for text in (address, first):
        if text:
            yield Held(text=text, what=WHERE)
    street = " ".join(word for word in plain(first).split() if not word[0].isdigit())
    if len(street) >= SHORTEST_STREET:
        yield Held(text=street, what=WHERE)


def beside(cases: Collection[int]) -> dict[int, list[Party]]:
    """All parts in some cases (primary keys), by case."""
    found: dict[int, list[Party]] = {}
    for part in Party.objects.filter(case_id__in=cases).select_related("record"):
        found.setdefault(part.case_id, []).append(part)
    return found


def telling(desks: Iterable[Desk]) -> list[Held]:
    """The words that tell of a desk whose existence is withheld."""
    words = [*TELLING_WORDS]
    for desk in desks:
        if desk.withheld is not None:
            words += [desk.title, desk.singular, *desk.withheld.words]
    return [Held(text=word, what=TELLS, whole=" " not in word) for word in words if word]


class Searched:
    """The texts of one answer, looked through together: whose names stand in them is asked of the
    database a few times and not once a text."""

    def __init__(self, texts: Collection[str], own: Own, held: Collection[Held]) -> None:
        self._own, self._held = own, held
        pairs = {(a, b) for text in texts for a, b, _ in pairs_in(text)}
        self._named = _known(pairs, own)
        self._staff = {plain(name) for name in User.objects.values_list("name", flat=True)}
        asked = {ref for text in texts for ref, _ in references_in(text)}
        self._roots = set(
            Root.objects.filter(reference__in=asked).values_list("reference", flat=True)
        )

    def spans(self, text: str, *, here: str) -> list[Span]:
        """What must not stand in a text of the record with the reference `here`."""
        own = self._own
        found = [
            *values_in(text, self._held),
            *shapes_in(
                text, own_phones=own.phones, own_postcodes=own.postcodes, own_emails=own.emails
            ),
        ]
        for one, other, span in pairs_in(text):
            if (one, other) in self._named:
                found.append(span)
            elif plain(f"{one} {other}") in self._staff:
                found.append(Span(start=span.start, end=span.end, what=STAFF))
        found += [s for ref, s in references_in(text) if ref in self._roots and ref != here]
        return sorted(set(found))


def _known(pairs: Collection[tuple[str, str]], own: Own) -> set[tuple[str, str]]:
    """Those of some pairs of words that are somebody else's forename and surname, either first."""
    keyed: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for one, other in pairs:
        for forename, surname in ((one, other), (other, one)):
            if {plain(forename), plain(surname)} <= own.names:
                continue
            key = names(forename, "", surname)
            if key.forename and key.surname:
                keyed.setdefault((key.forename, key.surname), set()).add((one, other))
    likely = _in_use(keyed)
    found: set[tuple[str, str]] = set()
    for start in range(0, len(likely), BATCH):
        either = Q(pk__in=())
        for forename, surname in likely[start : start + BATCH]:
            either |= Q(surname_key=surname, forename_key=forename)
        rows = PersonRecord.objects.filter(either).exclude(person_id__in=own.people)
        for forename, surname in rows.values_list("forename_key", "surname_key").distinct():
            found |= keyed.get((forename, surname), set())
    return found


def _in_use(keyed: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those pairs of which both are a name that some record has: the vocabulary knows."""
    forenames = _words(Word.FORENAME, {forename for forename, _ in keyed})
    surnames = _words(Word.SURNAME, {surname for _, surname in keyed})
    return sorted((f, s) for f, s in keyed if f in forenames and s in surnames)


def _words(kind: str, wanted: Collection[str]) -> set[str]:
    found: set[str] = set()
    listed = sorted(wanted)
    for start in range(0, len(listed), BATCH):
        rows = Word.objects.filter(kind=kind, text__in=listed[start : start + BATCH])
        found |= set(rows.values_list("text", flat=True))
    return found
