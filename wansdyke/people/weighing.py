"""What a trained model says of two records and why, without a database: the weight that Splink
gives them, and the part of it that each comparison has."""

import math
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any

from nicknames import NickNamer
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler, Levenshtein

from wansdyke.people.cleaning import Cleaned
from wansdyke.people.name_forms import FORMS

_NAMER = NickNamer()
# No two words are alike to exactly these degrees, so that no rounding decides a level.
CLOSE, NEAR, ALIKE = 0.9199, 0.8999, 0.7999
Compared = Mapping[str, Any]
Agrees = Callable[[Compared, Compared], bool]
Share = Callable[[str], float | None]


@lru_cache(maxsize=200_000)
def forms(forename: str) -> tuple[str, ...]:
    """A forename with all that it may be short for; () for none."""
    known = _NAMER.canonicals_of(forename) | FORMS.get(forename, frozenset())
    return tuple(sorted({forename} | known)) if forename else ()


# What the model compares, from what was cleaned.
MADE: dict[str, Callable[[Cleaned], Any]] = {
    "forename": attrgetter("forename"),
    "formal": lambda one: list(forms(one.forename)),
    "middle": lambda one: one.middle.split(),
    "surname": attrgetter("surname"),
    "formerly": attrgetter("formerly"),
    "born": attrgetter("born"),
    "sex": attrgetter("sex"),
    "address": lambda one: f"{one.house} {one.street}".lstrip() if one.street else "",
    "street": attrgetter("street"),
    "town": attrgetter("town"),
    "postcode": attrgetter("postcode"),
    "outward": lambda one: one.postcode.partition(" ")[0] if " " in one.postcode else "",
    "phone": attrgetter("phone"),
    "email": attrgetter("email"),
    "pnc": attrgetter("pnc"),
    "cro": attrgetter("cro"),
    "initial": lambda one: one.forename[:1],
    "birth_year": lambda one: one.born[:4],
}


def compared(one: Cleaned) -> dict[str, Any]:
    """The columns that the model compares; None where nothing is known."""
    return {name: make(one) or None for name, make in MADE.items()}


def _same(column: str) -> Agrees:
    return lambda a, b: bool(a[column] and a[column] == b[column])


def _winkler(column: str, least: float) -> Agrees:
    return lambda a, b: JaroWinkler.similarity(a[column], b[column]) >= least


def _is(one: str, other: str) -> Agrees:
    """Whether a column of either record is another column of the other."""
    return lambda a, b: bool((a[one] and a[one] == b[other]) or (a[other] and a[other] == b[one]))


def _by_middle(a: Compared, b: Compared) -> bool:
    return a["forename"] in (b["middle"] or ()) or b["forename"] in (a["middle"] or ())


def _initial(a: Compared, b: Compared) -> bool:
    short = len(a["forename"]) == 1 or len(b["forename"]) == 1
    return bool(short and a["initial"] == b["initial"])


def _exchanged(a: Compared, b: Compared) -> bool:
    one, other = a["born"], b["born"]
    return bool(one[:4] == other[:4] and one[5:7] == other[8:10] and one[8:10] == other[5:7])


def _born(most: int) -> Agrees:
    return lambda a, b: DamerauLevenshtein.distance(a["born"], b["born"]) <= most


def _otherwise(a: Compared, b: Compared) -> bool:
    return True


# The levels of person_v1, in its order.
LEVELS: dict[str, tuple[Agrees, ...]] = {
    "forename": (
        _same("forename"),
        _winkler("forename", CLOSE),
        lambda a, b: bool(set(a["formal"] or ()) & set(b["formal"] or ())),
        _is("forename", "surname"),
        _by_middle,
        _initial,
        _winkler("forename", ALIKE),
        _otherwise,
    ),
    "surname": (
        _same("surname"),
        _is("formerly", "surname"),
        _winkler("surname", CLOSE),
        _is("forename", "surname"),
        _winkler("surname", ALIKE),
        _otherwise,
    ),
    "born": (_same("born"), _exchanged, _born(1), _born(2), _otherwise),
    "sex": (_same("sex"), _otherwise),
    "address": (
        _same("address"),
        _winkler("address", CLOSE),
        _winkler("address", ALIKE),
        _otherwise,
    ),
    "town": (_same("town"), _winkler("town", NEAR), _otherwise),
    "postcode": (
        _same("postcode"),
        lambda a, b: Levenshtein.distance(a["postcode"], b["postcode"]) <= 1,
        _same("outward"),
        _otherwise,
    ),
    "phone": (_same("phone"), _otherwise),
    "email": (_same("email"), _winkler("email", NEAR), _otherwise),
    "pnc": (_same("pnc"), _otherwise),
    "cro": (_same("cro"), _otherwise),
}
# Where other comparisons have said already what this one would say, it is counted once.
COUNTED: dict[str, Agrees] = {
    "surname": lambda a, b: _same("address")(a, b) and _winkler("surname", ALIKE)(a, b),
    "town": lambda a, b: (
        _same("town")(a, b) and (_same("address")(a, b) or _same("postcode")(a, b))
    ),
    "postcode": lambda a, b: _same("postcode")(a, b) and _same("address")(a, b),
}
WORDS = {
    "forename": (
        "same forename",
        "forename almost the same",
        "one forename is short for the other",
        "forename is the other’s surname",
        "forename is the other’s middle name",
        "initial of the other’s forename",
        "forename alike",
        "forename differs",
    ),
    "surname": (
        "same surname",
        "surname is the other’s earlier one",
        "surname almost the same",
        "surname is the other’s forename",
        "surname alike",
        "surname differs",
    ),
    "born": (
        "same date of birth",
        "day and month of birth exchanged",
        "one figure of the date of birth differs",
        "two figures of the date of birth differ",
        "date of birth differs",
    ),
    "sex": ("same sex", "sex differs"),
    "address": (
        "same address",
        "address almost the same",
        "address alike",
        "address differs",
    ),
    "town": ("same town", "town almost the same", "town differs"),
    "postcode": (
        "same postcode",
        "one letter of the postcode differs",
        "same first half of the postcode",
        "postcode differs",
    ),
    "phone": ("same telephone", "telephone differs"),
    "email": ("same email", "email almost the same", "email differs"),
    "pnc": ("same PNC identity", "PNC identity differs"),
    "cro": ("same CRO number", "CRO number differs"),
}


@dataclass(frozen=True)
class Part:
    """What one comparison adds to a weight (in bits), in words."""

    column: str
    weight: float
    words: str


@dataclass(frozen=True)
class _Level:
    weight: float
    u: float
    by_rarity: bool


class Scorer:
    """Weighs pairs of records by a trained model, with how frequent each value is."""

    def __init__(self, model: Mapping[str, Any], share: Callable[[str], Share]) -> None:
        """`share` gives, for a column, what share of those that say something say a value; None
        where that is not known, and then rarity makes no difference."""
        prior = model["probability_two_random_records_match"]
        self.start = math.log2(prior / (1 - prior))
        self.levels = {
            comparison["output_column_name"]: [
                _Level(
                    math.log2(level["m_probability"] / level["u_probability"]),
                    level["u_probability"],
                    bool(level.get("tf_adjustment_column")),
                )
                for level in comparison["comparison_levels"]
                if not level.get("is_null_level")
            ]
            for comparison in model["comparisons"]
        }
        self.share = {
            column: share(column) for column, levels in self.levels.items() if levels[0].by_rarity
        }

    def knowing(self, share: Callable[[str], Share]) -> "Scorer":
        """The same, with other frequencies of values by column."""
        other = copy(self)
        other.share = {column: share(column) for column in self.share}
        return other

    def parts(self, a: Compared, b: Compared) -> list[Part]:
        """What each comparison adds; those of which one record says nothing are left out."""
        found = []
        for column, agrees in LEVELS.items():
            if not a[column] or not b[column] or column not in self.levels:
                continue
            if column in COUNTED and COUNTED[column](a, b):
                continue
            place = next(n for n, holds in enumerate(agrees) if holds(a, b))
            level = self.levels[column][place]
            weight = level.weight
            share = self.share[column](a[column]) if level.by_rarity else None
            if share:
                weight += math.log2(level.u / share)
            found.append(Part(column, weight, WORDS[column][place]))
        return found

    def weight(self, a: Compared, b: Compared) -> float:
        """The weight of a pair, in bits: nought is as likely one person as two."""
        return self.start + sum(part.weight for part in self.parts(a, b))


def reasons(parts: Sequence[Part]) -> str:
    """Parts as one sentence, the weightiest first."""
    ordered = sorted(parts, key=lambda part: -abs(part.weight))
    return "; ".join(f"{part.words} ({part.weight:+.1f})" for part in ordered)
