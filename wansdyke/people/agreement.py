"""How far a record agrees with what is asked for: the trained model's weight, and why, in words.

Of a whole record the weight is the model's own. What a record never is, but what somebody types is
(the beginning of a name, half of a surname, about how old), has weights of its own, in bits.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.db import connection

from wansdyke.access.sections import Section
from wansdyke.people.asked import Asked
from wansdyke.people.cleaning import SEXES
from wansdyke.people.finding import Names
from wansdyke.people.keys import postcode
from wansdyke.people.models import ModelInUse
from wansdyke.people.vocabulary import FORENAME, SURNAME
from wansdyke.people.walks import Row
from wansdyke.people.weighing import Part, Scorer, forms

SHIPPED = Path(__file__).with_name("person_v1.json")
# A name of fewer records counts as if so many had it: how rare it is must not tell whose it is.
FEWEST = 5
SECTION_OF = {
    **dict.fromkeys(("forename", "surname", "born", "sex", "pnc", "cro"), Section.IDENTITY),
    **dict.fromkeys(("phone", "email"), Section.SAFE_CONTACT),
    **dict.fromkeys(("address", "town", "postcode"), Section.ADDRESS),
    "reference": Section.CORE,
}
WAYS = {
    "begun": (4.0, "{} begins with what you typed"),
    "half": (5.0, "one part of the {} is the same"),
    "familiar": (4.0, "{} may be short for the same name"),
    "alike": (2.5, "{} is spelt or sounds much the same"),
}
UNFINISHED = frozenset({"begun", "half"})
IN_YEARS, OUT_OF_YEARS, SAME_REFERENCE, BEGINS_NUMBER = 3.0, -4.0, 20.0, 8.0
BORN_UNKNOWN = "Date of birth not recorded"
AGAINST = ("differs", "in other years")
NEWEST = "SELECT id, at FROM people_modelinuse ORDER BY id DESC LIMIT 1"
HOMES = (
    "SELECT r.root_id, p.house_key, p.street_key, p.postcode_key FROM people_residence r"
    " JOIN people_place p ON p.id = r.place_id WHERE r.root_id IN ({})"
)


@cache
def shipped_model() -> Mapping[str, Any]:
    """The model that comes with the product: weights that need no force's records."""
    model: Mapping[str, Any] = json.loads(SHIPPED.read_text())
    return model


def model_in_use() -> Mapping[str, Any]:
    """The model that look-up and linking weigh by: the force's own if it has one, with the chance
    to begin with that comes with the product, for who is asked for is no random pair."""
    return _in_use()[0]


def _in_use() -> tuple[Mapping[str, Any], Scorer]:
    with connection.cursor() as cursor:
        cursor.execute(NEWEST)
        newest = cursor.fetchone()
    return _with_scorer(newest)


@lru_cache(maxsize=4)
def _with_scorer(newest: tuple[int, str] | None) -> tuple[Mapping[str, Any], Scorer]:
    """A model is read once; its key and the moment it was put to use tell it from others."""
    model = _own(newest[0]) if newest else shipped_model()
    return model, Scorer(model, lambda column: _unknown)


def _own(pk: int) -> Mapping[str, Any]:
    row = ModelInUse.objects.get(pk=pk)
    if row.learnt is None:
        return shipped_model()
    return {**shipped_model(), "name": row.name, "comparisons": row.learnt}


def _unknown(value: str) -> float | None:
    return None


@dataclass(frozen=True)
class Agreement:
    """A weight in bits, nought for as likely as not, and the sentences that say why.

    `found`: something that the viewer may see speaks for it.
    """

    weight: float
    reasons: tuple[str, ...]
    found: bool

    def without(self, reason: str) -> "Agreement":
        """The same without a sentence."""
        return replace(self, reasons=tuple(said for said in self.reasons if said != reason))

    @property
    def probability(self) -> float:
        """The same as a probability."""
        return float(1 / (1 + 2 ** -max(min(self.weight, 60.0), -60.0)))


class Weigher:
    """Weighs records against one question."""

    def __init__(self, asked: Asked, names: Names) -> None:
        self.asked, self.names = asked, names
        self.question = asked.compared()
        self.shares = _shares(asked, names)
        self.scorer = _in_use()[1].knowing(lambda column: self.shares.get(column, {}).get)

    def agreement(
        self, row: Row, homes: Collection["Home"], visible: Collection[Section], reference: str = ""
    ) -> Agreement:
        """How far a record agrees, by the sections that are visible of it."""
        parts = [part for part in self._parts(row, homes) if SECTION_OF[part.column] in visible]
        if self.asked.reference and reference == self.asked.reference:
            parts.append(Part("reference", SAME_REFERENCE, "same reference"))
        said = tuple(self._sentence(part) for part in sorted(parts, key=lambda p: -abs(p.weight)))
        weight = self.scorer.start + sum(part.weight for part in parts)
        unknown = self.asked.said.born and not row.born and Section.IDENTITY in visible
        if unknown:
            said = (*said, BORN_UNKNOWN)
        return Agreement(weight, said, any(map(_speaks_for, parts)))

    def _parts(self, row: Row, homes: Collection["Home"]) -> list[Part]:
        best: dict[str, Part] = {}
        for home in homes or (Home(),):
            for part in self.scorer.parts(self.question, record_compared(row, home)):
                held = best.get(part.column)
                if held is None or part.weight > held.weight:
                    best[part.column] = part
        for column, words, key in (
            ("forename", self.names.forename, row.forename),
            ("surname", self.names.surname, row.surname),
        ):
            if column in best:
                best[column] = _as_typed(best[column], words.way(key))
        self._years(row, best)
        self._number(row, best)
        return list(best.values())

    def _years(self, row: Row, best: dict[str, Part]) -> None:
        if self.asked.years is None or not row.born or self.asked.said.born:
            return
        first, last = self.asked.years
        inside = first <= int(row.born[:4]) <= last
        words = "born in those years" if inside else "born in other years"
        best["born"] = Part("born", IN_YEARS if inside else OUT_OF_YEARS, words)

    def _number(self, row: Row, best: dict[str, Part]) -> None:
        asked = self.asked.phone
        if "phone" in best and best["phone"].weight < 0 and row.phone.startswith(asked):
            best["phone"] = Part("phone", BEGINS_NUMBER, "telephone begins with what you typed")

    def _sentence(self, part: Part) -> str:
        words = part.words[:1].upper() + part.words[1:]
        typed = str(self.question.get(part.column))
        share = self.shares.get(part.column, {}).get(typed)
        if share and part.words.startswith("same "):
            return f"{words} (about 1 in {_rounded(1 / share):,} have it)"
        return words


def _speaks_for(part: Part) -> bool:
    # What nearly everybody has weighs nothing, and is an agreement all the same.
    return part.weight > 0 or not part.words.endswith(AGAINST)


def _rounded(number: float) -> int:
    """To two figures: more would be more than is known."""
    digits = max(len(str(int(number))) - 2, 0)
    return int(round(number, -digits)) or 1


def _as_typed(part: Part, way: str) -> Part:
    if way not in WAYS:
        return part
    weight, words = WAYS[way]
    # A name that somebody is still typing is no misspelling, however much it looks like one.
    if weight <= part.weight and way not in UNFINISHED:
        return part
    return Part(part.column, weight, words.format(part.column))


def _shares(asked: Asked, names: Names) -> dict[str, dict[str, float]]:
    """How frequent the names asked for are among the records, where they were ever counted."""
    shares: dict[str, dict[str, float]] = {}
    for kind, column, words in (
        (FORENAME, "forename", names.forename),
        (SURNAME, "surname", names.surname),
    ):
        total, typed = names.totals.get(kind, 0), getattr(asked.said, column)
        if total and typed:
            known = next((one.records for one in words.found if one.text == typed), 0)
            shares[column] = {typed: min(max(known, FEWEST) / total, 1.0)}
    return shares


@dataclass(frozen=True)
class Home:
    """Where a record says that somebody lives, as it is compared."""

    house: str = ""
    street: str = ""
    postcode: str = ""


def homes_of(roots: Collection[int]) -> dict[int, list[Home]]:
    """The homes that records (primary keys) name."""
    found: dict[int, list[Home]] = {}
    if not roots:
        return found
    with connection.cursor() as cursor:
        cursor.execute(HOMES.format(", ".join(["%s"] * len(roots))), list(roots))
        for root, house, street, code in cursor.fetchall():
            found.setdefault(root, []).append(Home(house, street, postcode(code) or code))
    return found


def record_compared(row: Row, home: Home) -> dict[str, Any]:
    """A record as the model compares it; None where nothing is known."""
    return {
        "forename": row.forename or None,
        "formal": list(forms(row.forename)) or None,
        "surname": row.surname or None,
        "formerly": row.formerly or None,
        "born": row.born or None,
        "sex": SEXES.get(row.sex),
        "address": f"{home.house} {home.street}".lstrip() if home.street else None,
        "street": home.street or None,
        "town": None,
        "postcode": home.postcode or None,
        "outward": home.postcode.partition(" ")[0] if " " in home.postcode else None,
        "phone": row.phone or None,
        "email": row.email or None,
        "pnc": row.pnc or None,
        "cro": row.cro or None,
        "middle": row.middle.casefold().split() or None,
        "initial": row.forename[:1] or None,
        "birth_year": row.born[:4] or None,
    }
