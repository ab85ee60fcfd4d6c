"""Names as they are compared: without titles, marks and endings, whatever alphabet they are in."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

TITLES = frozenset({
    "mr", "mrs", "miss", "ms", "mx", "dr", "prof", "professor", "rev", "revd", "reverend",
    "sir", "dame", "lord", "lady", "master", "fr", "sgt", "pc", "dc", "mstr",
})  # fmt: skip
ENDINGS = {
    "jr": "junior",
    "jnr": "junior",
    "junior": "junior",
    "sr": "senior",
    "snr": "senior",
    "senior": "senior",
    "ii": "junior",
    "iii": "junior",
}
# What stands where nobody knew a name: it must never count as agreement.
UNKNOWN = frozenset({
    "unknown", "unk", "unnamed", "notknown", "notgiven", "notstated", "notrecorded",
    "notprovided", "refused", "nk", "none", "tbc", "anon", "anonymous", "nofixedabode", "nfa",
    "noname", "nosurname", "noforename", "xx", "xxx", "xxxx",
})  # fmt: skip
# The same, but somebody's name too: unknown only where the other name says no more.
ALSO_NAMES = frozenset({
    "male", "female", "man", "woman", "baby", "infant", "unborn", "adult", "child", "na", "null",
    "nil", "test",
})  # fmt: skip
_FORMERLY = re.compile(r"\s+(?:n[ée]e|formerly|previously|a\.?k\.?a\.?|also known as|alias)\b:?")
_BRACKETED = re.compile(r"[(\[{].*?[)\]}]")
_APART = re.compile(r"[\s\u2010-\u2015-]+")
_INSIDE = re.compile(r"['\u2018\u2019`´.\u2010-\u2015-]+")
# Letters that do not come apart into a plain one and its mark.
_PLAIN = str.maketrans(
    {
        "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
        "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n", "ĸ": "k", "ə": "e",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Names:
    """One person's names as keys: of any alphabet, in small letters, without marks and spaces.

    `formerly` is an earlier surname, `generation` is "junior", "senior" or "".
    """

    forename: str = ""
    middle: str = ""
    surname: str = ""
    formerly: str = ""
    generation: str = ""


def plain(text: str) -> str:
    """Text in small letters without accents; letters of other alphabets stay as they are."""
    if text.isascii():
        return text.lower()
    # A letter of mathematics becomes a capital by the first step, and folding brings new marks.
    flat = unicodedata.normalize("NFKD", text).casefold().translate(_PLAIN)
    flat = unicodedata.normalize("NFKD", flat)
    return "".join(mark for mark in flat if not unicodedata.combining(mark))


@lru_cache(maxsize=200_000)
def words(text: str) -> tuple[str, ...]:
    """The words of a name: letters and digits only; what joins two halves joins them."""
    joined = _INSIDE.sub("", plain(text))
    spaced = "".join(mark if mark.isalnum() else " " for mark in joined)
    return tuple(spaced.split())


@lru_cache(maxsize=200_000)
def _given(text: str) -> tuple[str, ...]:
    found = list(words(_BRACKETED.sub(" ", text)))
    while len(found) > 1 and found[0] in TITLES:
        del found[0]
    unknown = [word for word in found if word in UNKNOWN]
    if "".join(found) in UNKNOWN or (unknown and _nobody(tuple(found))):
        return ()
    return tuple(found)


@lru_cache(maxsize=200_000)
def _family(text: str) -> tuple[str, str, str]:
    """A surname, an earlier one and the generation."""
    generation, keys = "", []
    for part in _FORMERLY.split(text.casefold(), maxsplit=1):
        found = list(_given(part))
        while len(found) > 1 and found[-1] in ENDINGS:
            generation = ENDINGS[found.pop()]
        keys.append("".join(found))
    return keys[0], keys[1] if len(keys) > 1 else "", generation


def halves(surname: str) -> tuple[str, ...]:
    """The parts of a surname that has several, each as a key; () for one of a single part."""
    now = _FORMERLY.split(surname.casefold(), maxsplit=1)[0]
    found = [key for part in _APART.split(now) for key in ["".join(_given(part))] if key]
    return tuple(found) if len(found) > 1 else ()


def _nobody(found: tuple[str, ...]) -> bool:
    return all(word in ALSO_NAMES or word in UNKNOWN or not word for word in found)


def names(forename: str, middle: str, surname: str) -> Names:
    """The keys of somebody's names.

    “SMITH, John” in one column is taken apart; a forename of several words gives its rest to the
    middle names.
    """
    if "," in surname and not forename.strip():
        surname, _, forename = surname.partition(",")
    given = _given(forename)
    family, formerly, generation = _family(surname)
    if len(given) > 1 and given[-1] in ENDINGS:
        given, generation = given[:-1], ENDINGS[given[-1]]
    if len(given) == 1 and given[0] in TITLES:
        given = ()
    if _nobody(given) and _nobody((family,)):
        given, family = (), ""
    others = (*given[1:], *_given(middle))
    return Names(given[0] if given else "", " ".join(others), family, formerly, generation)
