"""The one cleaner: what a source says of a person, made comparable and nothing of it invented."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from wansdyke.people.identifiers import birth_date, cro, phone, pnc, post_code
from wansdyke.people.names import UNKNOWN, names, plain

COLUMNS = (
    "id", "forename", "middle_names", "surname", "date_of_birth", "sex", "house", "street",
    "town", "county", "postcode", "phone", "email", "pnc", "cro",
)  # fmt: skip
# What can be wrong with a value that is there, by its column.
UNREADABLE = ("date_of_birth", "phone", "pnc", "cro")
SEXES = {"f": "f", "female": "f", "woman": "f", "girl": "f", "m": "m", "male": "m", "man": "m",
         "boy": "m"}  # fmt: skip
_NO_ADDRESS = re.compile(
    r"^(?:no fixed (?:abode|address)|nfa|not? ?known|unknown|as above|homeless|none|n a|tbc|c o)\b"
)
_NOT_WORD = re.compile(r"[^\w]+")
_STREETS = {"st": "street", "rd": "road", "ave": "avenue", "av": "avenue", "cl": "close",
            "cres": "crescent", "dr": "drive", "ln": "lane", "pl": "place", "ct": "court",
            "gdns": "gardens", "sq": "square", "terr": "terrace", "pk": "park"}  # fmt: skip
_STREET_KINDS = frozenset({
    *_STREETS.values(), "way", "row", "hill", "mews", "walk", "green", "grove", "parade", "rise",
    "view", "end", "yard", "crossroads", "wharf", "quay", "broadway", "approach", "common",
})  # fmt: skip
_NUMBERED = re.compile(
    r"^(?:(?:flat|unit|apartment|apt|room) \w+ )?(?P<house>\d+\w?) (?P<rest>.+)$"
)
_NUMBER = re.compile(r"^\d+\w?$")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What can be compared of one record; "" where nothing was said, or nothing usable.

    `unreadable` names the columns that hold something which is not what they are for.
    """

    forename: str
    middle: str
    surname: str
    formerly: str
    generation: str
    born: str
    sex: str
    house: str
    street: str
    town: str
    county: str
    postcode: str
    phone: str
    email: str
    pnc: str
    cro: str
    unreadable: tuple[str, ...] = ()


@lru_cache(maxsize=400_000)
def address_words(text: str) -> str:
    """A house, street or town as words one space apart; "" for “no fixed abode” and the like."""
    found = _NOT_WORD.sub(" ", plain(text).replace("'", "")).replace("_", " ").split()
    joined = " ".join(found)
    return "" if _NO_ADDRESS.match(joined) or joined in UNKNOWN else joined


@lru_cache(maxsize=400_000)
def _street(text: str) -> str:
    found = address_words(text).split()
    if len(found) > 1 and found[-1] in _STREETS:
        found[-1] = _STREETS[found[-1]]
    return " ".join(found)


@lru_cache(maxsize=100_000)
def address_parts(address: str) -> tuple[str, str]:
    """The house (a number or a name) and the street of an address in one line, either empty.

    Of “Flat 2, 12 High St, Swindon” they are “12” and “high street”.
    """
    parts = [found for part in address.split(",") if (found := _street(part))]
    for place, part in enumerate(parts):
        numbered = _NUMBERED.match(part)
        if numbered:
            return numbered["house"], _street(numbered["rest"])
        if _NUMBER.match(part) and place + 1 < len(parts):
            return part, parts[place + 1]
    for place, part in enumerate(parts):
        if part.split()[-1] in _STREET_KINDS:
            return _house(parts[0]) if place else "", part
    return (_house(parts[0]), "") if parts else ("", "")


def _house(name: str) -> str:
    return name.removeprefix("the ")


def _email(text: str) -> str:
    found = text.strip().casefold()
    return found if _EMAIL.match(found) else ""


def clean(said: Mapping[str, str], today: date) -> Cleaned:
    """The comparable values of a record, given by the columns of COLUMNS, any of them missing."""
    say = said.get
    found = names(say("forename", ""), say("middle_names", ""), say("surname", ""))
    born = birth_date(say("date_of_birth", ""), today)
    usable = {
        "date_of_birth": born.isoformat() if born else "",
        "phone": phone(say("phone", "")),
        "pnc": pnc(say("pnc", "")),
        "cro": cro(say("cro", "")),
    }
    return Cleaned(
        forename=found.forename,
        middle=found.middle,
        surname=found.surname,
        formerly=found.formerly,
        generation=found.generation,
        born=usable["date_of_birth"],
        sex=SEXES.get(say("sex", "").strip().casefold(), ""),
        house=address_words(say("house", "")),
        street=_street(say("street", "")),
        town=address_words(say("town", "")),
        county=address_words(say("county", "")),
        postcode=post_code(say("postcode", "")),
        phone=usable["phone"],
        email=_email(say("email", "")),
        pnc=usable["pnc"],
        cro=usable["cro"],
        unreadable=tuple(c for c in UNREADABLE if not usable[c] and say(c, "").strip()),
    )
