"""What tells two records apart however well the rest agrees: twins, a parent and a child of one
name, people who share an address or a telephone, somebody who used another's details."""

from collections.abc import Collection

from doublemetaphone import doublemetaphone
from rapidfuzz.distance import OSA, Indel, JaroWinkler

from wansdyke.people.cleaning import Cleaned

ALIKE = 0.8
EDITS, LONG_ENOUGH = 2, 5
# How much of two spellings of one sound is the same.
ONE_SOUND, ONE_SHORT_SOUND = 0.7, 0.78
GENERATION_YEARS = 13
# So many figures of a date may be mistyped.
FIGURES = 2
IDENTIFIERS = (("pnc", "PNC identity"), ("cro", "CRO number"))
OTHER_FORENAME = "Different forenames: perhaps twins, brothers or sisters, or a shared address"


def contradiction(left: Cleaned, right: Cleaned, same_form: bool, in_use: Collection[str]) -> str:
    """Why two records must not be joined without a person's judgement; "" where nothing says so.

    `same_form`: their forenames may be short for one name. `in_use` holds the forenames that many
    people have: two of them are two names, however alike they look, and not one misspelt.
    """
    for name, words in IDENTIFIERS:
        mine, theirs = getattr(left, name), getattr(right, name)
        if mine and theirs and mine != theirs:
            return f"Different {words}"
    if left.generation and right.generation and left.generation != right.generation:
        return "One is the elder, one the younger of a name"
    if left.sex and right.sex and left.sex != right.sex:
        return "Sex recorded differently"
    if _parent_and_child(left, right):
        return "Same name, born a generation apart"
    if not same_form and _other_forename(left, right, in_use):
        return OTHER_FORENAME
    return ""


def _parent_and_child(left: Cleaned, right: Cleaned) -> bool:
    if not (left.born and right.born) or not alike(left.forename, right.forename):
        return False
    apart = abs(int(left.born[:4]) - int(right.born[:4]))
    return apart >= GENERATION_YEARS and OSA.distance(left.born, right.born) > 1


def _other_forename(left: Cleaned, right: Cleaned, in_use: Collection[str]) -> bool:
    """Whether both have a whole forename and neither is any of the other's names."""
    mine, theirs = left.forename, right.forename
    if len(mine) < 2 or len(theirs) < 2 or mine == theirs:
        return False
    if _middle(mine, right) or _middle(theirs, left):
        # Where sons are called after fathers, this is how two of a family are named.
        return bool(left.born and right.born) and OSA.distance(left.born, right.born) > FIGURES
    if _exchanged(left, right) or _parted(left, right) or _parted(right, left):
        return False
    if _alone(left, right) or _alone(right, left):
        return False
    if sounds_same(mine, theirs):
        return False
    if mine in in_use and theirs in in_use:
        return True
    return not alike(mine, theirs)


def _exchanged(left: Cleaned, right: Cleaned) -> bool:
    """Whether forename and surname stand the other way round in one of them. With one date of birth
    it is enough that one name does: a short one is misspelt into no likeness."""
    first, second = alike(left.forename, right.surname), alike(right.forename, left.surname)
    if first and second:
        return True
    same = left.forename == right.surname or right.forename == left.surname
    return same and bool(left.born) and left.born == right.born


def _parted(one: Cleaned, other: Cleaned) -> bool:
    """Whether one writes as two words the forename that the other writes as one."""
    return bool(one.middle and not other.middle) and alike(
        one.forename + one.middle.replace(" ", ""), other.forename
    )


def _middle(name: str, other: Cleaned) -> bool:
    """Whether a name is, or may be, one of another record's middle names."""
    return any(name == middle or alike(name, middle) for middle in other.middle.split())


def _alone(one: Cleaned, other: Cleaned) -> bool:
    """Whether all that one record says of names is the other's surname: a name in its wrong place
    is no other name."""
    return not one.surname and alike(one.forename, other.surname)


def alike(one: str, other: str) -> bool:
    """Whether one word may be the other, misspelt."""
    if not one or not other:
        return False
    if JaroWinkler.similarity(one, other) >= ALIKE:
        return True
    if min(len(one), len(other)) >= LONG_ENOUGH and OSA.distance(one, other) <= EDITS:
        return True
    return Indel.normalized_similarity(sorted(one), sorted(other)) >= ALIKE


def sounds_same(one: str, other: str) -> bool:
    """Whether two words are spellings of one sound: Sara and Sarah, but not John and Joan."""
    first, second = set(doublemetaphone(one)) - {""}, set(doublemetaphone(other)) - {""}
    least = ONE_SOUND if min(len(one), len(other)) > LONG_ENOUGH else ONE_SHORT_SOUND
    return bool(first & second) and OSA.normalized_similarity(one, other) >= least
