"""How far a person's records agree with what is asked for, in numbers to rank by and in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from wansdyke.access.sections import Section
from wansdyke.people.keys import after, name_key, phone_key
from wansdyke.people.models import PersonRecord

SHORTEST_NAME = 2
SHORTEST_PHONE = 6
LONGEST_NAME = 80
SAME, BEGINS = 2, 1
CERTAIN = 3

Seen = tuple[PersonRecord, frozenset[Section]]


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is searched for, as the keys that records are found by; `unusable` says what is not."""

    forename: str = ""
    surname: str = ""
    date_of_birth: date | None = None
    phone: str = ""
    reference: str = ""
    unusable: tuple[str, ...] = ()

    @property
    def searched(self) -> tuple[str, ...]:
        """The fields that are searched by."""
        names = ("forename", "surname", "date_of_birth", "phone", "reference")
        return tuple(name for name in names if getattr(self, name))

    def ways(self) -> Iterator[Q]:
        """The ways to match, the surest first; each is one walk of an index."""
        named = _begins("surname_key", self.surname) & _begins("forename_key", self.forename)
        born = Q(date_of_birth=self.date_of_birth)
        if self.reference:
            yield Q(root__reference=self.reference)
            yield Q(person__reference=self.reference)
        if self.phone:
            yield Q(phone_key=self.phone)
        if self.date_of_birth:
            if named:
                yield named & born
            if self.surname and self.forename:
                yield _begins("surname_key", self.surname) & born
                yield _begins("forename_key", self.forename) & born
            if not named:
                yield born
        if named:
            exact = {"surname_key": self.surname, "forename_key": self.forename}
            yield Q(**{key: value for key, value in exact.items() if value})
            yield named


def _begins(key: str, value: str) -> Q:
    return Q(**{f"{key}__gte": value, f"{key}__lt": after(value)}) if value else Q()


def terms_of(
    *, forename: str, surname: str, date_of_birth: date | None, phone: str, reference: str
) -> Terms:
    """Typed values as terms. One letter of a name finds nobody in particular: it only narrows."""
    first, last = name_key(forename[:LONGEST_NAME]), name_key(surname[:LONGEST_NAME])
    digits = phone_key(phone)
    unusable = []
    for title, typed, key in (("forename", forename, first), ("surname", surname, last)):
        if typed and not key:
            unusable.append(f"The {title} you typed: it has no letter from A to Z.")
    if max(len(first), len(last)) < SHORTEST_NAME and (first or last) and not date_of_birth:
        unusable.append("One letter of a name: type two or more.")
        first = last = ""
    if phone and len(digits) < SHORTEST_PHONE:
        unusable.append("The telephone number you typed: it is too short.")
        digits = ""
    return Terms(
        forename=first,
        surname=last,
        date_of_birth=date_of_birth,
        phone=digits,
        reference=reference,
        unusable=tuple(unusable),
    )


def first_names(terms: Terms) -> list[str]:
    """The order in which an index gives the rows: a name's own spelling before longer ones."""
    if terms.forename and not terms.surname:
        return ["forename_key", "pk"]
    return ["surname_key", "forename_key", "pk"]


@dataclass(frozen=True)
class Agreement:
    """How far records agree: a number to rank by, nought for not at all, and sentences."""

    score: int
    reasons: tuple[str, ...]


def agreement(seen: Sequence[Seen], terms: Terms) -> Agreement:
    """How far the best of one person's records agree with the terms, by what the viewer sees."""
    known = [record for record, sections in seen if Section.IDENTITY in sections]
    callable_ = [record for record, sections in seen if Section.SAFE_CONTACT in sections]
    score, reasons = _names(known, terms)
    if terms.date_of_birth and known:
        agreed, words = _born(known, terms.date_of_birth)
        score += agreed
        reasons.append(words)
    if terms.phone and any(record.phone_key == terms.phone for record in callable_):
        score += CERTAIN
        reasons.append("Same telephone number")
    references = {r.root.reference for r, _ in seen} | {r.person.reference for r, _ in seen}
    if terms.reference in references:
        score += CERTAIN
        reasons.append("Same reference")
    return Agreement(score, tuple(reasons)) if score else Agreement(0, ())


def _names(records: Sequence[PersonRecord], terms: Terms) -> tuple[int, list[str]]:
    fits = {
        "surname": _fit([record.surname_key for record in records], terms.surname),
        "forename": _fit([record.forename_key for record in records], terms.forename),
    }
    score = sum(fits.values())
    same = [title for title, fit in fits.items() if fit == SAME]
    begins = [title for title, fit in fits.items() if fit == BEGINS]
    reasons = []
    if same:
        reasons.append(f"Same {' and '.join(same)}")
    if begins:
        verb = "begins" if len(begins) == 1 else "begin"
        reasons.append(f"{' and '.join(begins).capitalize()} {verb} with what you typed")
    return score, reasons


def _fit(keys: list[str], wanted: str) -> int:
    if not wanted:
        return 0
    if wanted in keys:
        return SAME
    return BEGINS if any(key.startswith(wanted) for key in keys) else 0


def _born(records: Sequence[PersonRecord], wanted: date) -> tuple[int, str]:
    dates = {record.date_of_birth for record in records}
    if wanted in dates:
        return CERTAIN, "Same date of birth"
    if dates == {None}:
        return 0, "Date of birth not recorded"
    return 0, "Date of birth differs"
