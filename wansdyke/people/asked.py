"""What is known of somebody who is looked for, in any mix and however little, made comparable."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from wansdyke.access.references import PATTERN, tidy
from wansdyke.people.cleaning import Cleaned, address_parts, clean
from wansdyke.people.keys import phone_key, postcode_key
from wansdyke.people.weighing import compared

SHORTEST_NAME = 2
SHORTEST_PHONE = 6
LONGEST_NAME, LONGEST_NUMBER, LONGEST_ADDRESS = 80, 30, 250
# How far from the truth somebody's age may be guessed.
AGE_MARGIN = 2
OLDEST_AGE = 125
FIRST_YEAR = 1850
REFERENCE = re.compile(PATTERN)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked for; `years` are the first and last year of birth, `place` a known place's
    primary key, `unusable` says in words what of that typed is not searched by."""

    said: Cleaned
    years: tuple[int, int] | None = None
    phone: str = ""
    postcode: str = ""
    reference: str = ""
    place: int | None = None
    unusable: tuple[str, ...] = ()

    @property
    def searched(self) -> tuple[str, ...]:
        """The fields that are searched by."""
        said = self.said
        found = {
            "forename": said.forename,
            "surname": said.surname,
            "date_of_birth": said.born,
            "year_of_birth": self.years,
            "phone": self.phone,
            "identity": said.pnc or said.cro,
            "reference": self.reference,
        }
        return tuple(name for name, value in found.items() if value)

    @property
    def placed(self) -> bool:
        """Whether an address is known by which somebody may be told from another."""
        return bool(self.postcode or self.said.street)

    def compared(self) -> dict[str, object]:
        """As the model compares it."""
        return compared(self.said) | {"phone": self.phone or None}


def asked_of(
    *,
    forename: str = "",
    surname: str = "",
    date_of_birth: date | None = None,
    birth_year: int | None = None,
    age: int | None = None,
    sex: str = "",
    phone: str = "",
    identity: str = "",
    reference: str = "",
    address: str = "",
    postcode: str = "",
    today: date,
) -> Asked:
    """Typed values as what is asked for. One letter of a name finds nobody: it only narrows."""
    house, street = address_parts(address[:LONGEST_ADDRESS])
    given = {
        "forename": forename[:LONGEST_NAME],
        "surname": surname[:LONGEST_NAME],
        "date_of_birth": date_of_birth.isoformat() if date_of_birth else "",
        "sex": sex,
        "postcode": postcode[:LONGEST_NUMBER],
        "pnc": identity[:LONGEST_NUMBER],
        "cro": identity[:LONGEST_NUMBER],
    }
    said = replace(clean(given, today), house=house, street=street)
    digits = phone_key(phone[:LONGEST_NUMBER])
    unusable = tuple(_unusable(said, forename, surname, digits, phone, identity))
    return Asked(
        said=_narrowing(said),
        years=_years(birth_year, age, today),
        phone=digits if len(digits) >= SHORTEST_PHONE else "",
        postcode=postcode_key(postcode),
        reference=_reference(reference),
        unusable=unusable,
    )


def _narrowing(said: Cleaned) -> Cleaned:
    """A single letter is searched by only beside a date of birth."""
    if max(len(said.forename), len(said.surname)) >= SHORTEST_NAME:
        return said
    return replace(said, surname="", forename=said.forename if said.born else "")


def _reference(text: str) -> str:
    found = tidy(text[:LONGEST_NUMBER]) if text else ""
    return found if REFERENCE.fullmatch(found) else ""


def _years(year: int | None, age: int | None, today: date) -> tuple[int, int] | None:
    if year is not None:
        return (year, year) if FIRST_YEAR <= year <= today.year else None
    if age is None or not 0 <= age <= OLDEST_AGE:
        return None
    return today.year - age - 1 - AGE_MARGIN, today.year - age + AGE_MARGIN


def _unusable(
    said: Cleaned, forename: str, surname: str, digits: str, phone: str, identity: str
) -> Iterator[str]:
    for title, typed, key in (
        ("forename", forename, said.forename),
        ("surname", surname, said.surname),
    ):
        if typed.strip() and not key:
            yield f"The {title} you typed: it says nobody’s name."
    if len(said.forename) < SHORTEST_NAME > len(said.surname) and (said.forename or said.surname):
        yield "One letter of a name: type two or more."
    if phone.strip() and len(digits) < SHORTEST_PHONE:
        yield "The telephone number you typed: it is too short."
    if identity.strip() and not (said.pnc or said.cro):
        yield "The PNC or CRO number you typed: its check letter does not fit."
