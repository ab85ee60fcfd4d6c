"""Finding the records of somebody: a few walks of an index each, ranked, then weighed by the model.

What is found here is for no page: whoever asks must be shown no more than their scope and the
sections open to them, for which `people/known.py` is the way.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection
from django.db.models import Q
from rapidfuzz.distance import OSA

from wansdyke.people.asked import Asked
from wansdyke.people.keys import after
from wansdyke.people.models import Place
from wansdyke.people.vocabulary import ADDRESS, FORENAME, SURNAME, Near, Wanted, all_near, far, near
from wansdyke.people.walks import (
    FEW_ROWS,
    MOST_ROWS,
    Row,
    Walk,
    between,
    equal,
    of_reference,
    one_of,
    walked,
)

# How many words of each name are tried, and of how many records.
MOST_WORDS, FEW_WORDS = 24, 6
MOST_BORN_A_DAY = 600
MOST_PLACES = 60
# How many are weighed, the likeliest first.
WEIGHED = 30
RARE = 200
AGREES = 0.88
# Of what was found, may whoever asks know of any of those?
Told = Callable[[list[int], Collection[int]], bool]
LIVING = "SELECT root_id FROM people_residence WHERE place_id IN ({}) LIMIT {}"


@dataclass(frozen=True)
class Words:
    """The words near to a typed name, nearest first, and their likeness by text."""

    found: tuple[Near, ...] = ()
    likeness: dict[str, float] = field(default_factory=dict)

    def texts(self, most: int = MOST_WORDS) -> list[str]:
        """The texts of the nearest."""
        return [one.text for one in self.found[:most]]

    def of(self, text: str) -> float:
        """How alike a text is to what was typed."""
        return self.likeness.get(text, 0.0)

    def way(self, text: str) -> str:
        """In which way a text is near."""
        return next((one.way for one in self.found if one.text == text), "")


def _words(typed: str, found: Sequence[Near]) -> Words:
    if not typed:
        return Words()
    known = {one.text for one in found}
    own = () if typed in known else (Near(typed, 1.0, 0, "same"),)
    ordered = tuple(sorted((*own, *found), key=lambda one: -one.likeness))
    return Words(ordered, {one.text: one.likeness for one in ordered})


@dataclass(frozen=True)
class Names:
    """The words near to both names, each read as what it was typed as and as the other."""

    forename: Words
    surname: Words
    forename_as_surname: Words
    surname_as_forename: Words
    # How many records were counted that have a forename, and a surname.
    totals: Mapping[str, int] = field(default_factory=dict)


def names_near(asked: Asked) -> Names:
    """The words near to the names asked for."""
    given, family = asked.said.forename, asked.said.surname
    kinds = (FORENAME, SURNAME)
    first, last = (
        Wanted(given if len(given) > 1 else "", kinds, FORENAME, FEW_WORDS),
        Wanted(family if len(family) > 1 else "", kinds, SURNAME, MOST_WORDS),
    )
    (firsts, totals), (lasts, _) = all_near([first, last], MOST_WORDS)
    return Names(
        _words(given, firsts[FORENAME]),
        _words(family, lasts[SURNAME]),
        _words(given, firsts[SURNAME][:FEW_WORDS]),
        _words(family, lasts[FORENAME][:FEW_WORDS]),
        totals,
    )


def _distinct(found: list[Near], more: Sequence[Near]) -> list[Near]:
    known = {one.text for one in found}
    return [*found, *(one for one in more if one.text not in known)]


def walks(asked: Asked, names: Names) -> Iterator[Walk]:
    """The ways to match, the surest first."""
    said = asked.said
    if asked.reference:
        yield from of_reference(asked.reference)
    for column, value in (("pnc_key", said.pnc), ("cro_key", said.cro)):
        if value:
            yield equal(column, value, FEW_ROWS).within(Walk(f"{column} > ''", [], 0))
    if asked.phone:
        yield between("phone_key", asked.phone, after(asked.phone), FEW_ROWS)
    if said.born:
        days = [day for day in (said.born, _exchanged(said.born)) if day]
        yield one_of("date_of_birth", sorted(set(days)), MOST_BORN_A_DAY)
    yield from _by_names(asked, names)


def _exchanged(born: str) -> str:
    """The date with day and month exchanged; "" where there is none."""
    try:
        return date(int(born[:4]), int(born[8:]), int(born[5:7])).isoformat()
    except ValueError:
        return ""


def _born_about(asked: Asked) -> Walk | None:
    if asked.years:
        first, last = asked.years
    elif asked.said.born:
        first = last = int(asked.said.born[:4])
    else:
        return None
    return between("date_of_birth", f"{first:04}-01-01", f"{last + 1:04}-01-01")


def _by_names(asked: Asked, names: Names) -> Iterator[Walk]:
    given, family = asked.said.forename, asked.said.surname
    about = _born_about(asked)
    surnames = one_of("surname_key", names.surname.texts())
    forenames = one_of("forename_key", names.forename.texts())
    if len(given) == 1 and family:
        initial = between("forename_key", given, after(given))
        yield equal("surname_key", family).within(initial)
    elif given and family:
        yield equal("surname_key", family).within(equal("forename_key", given))
        if about:
            yield surnames.within(forenames).within(about)
            yield _earlier(names).within(about)
        yield surnames.within(forenames)
        yield from _out_of_place(names)
    elif family:
        if about:
            yield surnames.within(about)
            yield _earlier(names).within(about)
        yield equal("surname_key", family)
        yield surnames
        yield _earlier(names)
    elif given:
        if about:
            yield forenames.within(about)
        yield equal("forename_key", given)
    if given and family and _rare(names.surname):
        yield equal("surname_key", family)


def _out_of_place(names: Names) -> Iterator[Walk]:
    """A name where the other belongs, or an earlier surname."""
    given = one_of("forename_key", names.surname_as_forename.texts(FEW_WORDS), FEW_ROWS)
    family = one_of("surname_key", names.forename_as_surname.texts(FEW_WORDS), FEW_ROWS)
    yield family.within(given)
    yield _earlier(names)


def _earlier(names: Names) -> Walk:
    # The index leaves out those without one, and is used only where the condition does.
    found = one_of("formerly_key", names.surname.texts(FEW_WORDS), FEW_ROWS)
    return found.within(Walk("formerly_key > ''", [], 0))


def _rare(surname: Words) -> bool:
    return all(one.records <= RARE for one in surname.found if one.way == "same")


@dataclass
class Matches:
    """What was found, the likeliest first, and whether a walk had more than it brought."""

    asked: Asked
    names: Names
    rows: list[Row]
    cut: bool


def _any(_: list[int], wanted: Collection[int]) -> bool:
    return bool(wanted)


def matching(asked: Asked, told: Told = _any) -> Matches:
    """The records that may be of whoever is asked for, whoever may see them. `told`: of all that
    was found (primary keys, the likeliest first), may whoever asks know of any of some? No other
    may keep words from being tried.
    """
    if not asked.searched:
        return Matches(asked, Names(Words(), Words(), Words(), Words()), [], cut=False)
    names = names_near(asked)
    found, cut = walked(walks(asked, names))
    at_place = _at_place(asked, names, found)
    ordered = _ordered(found, asked, names, at_place)
    named = {row.pk for row in ordered if _named(row, asked, names)}
    if not told([row.pk for row in ordered], named):
        names = _further(asked, names)
        more, cut_too = walked(_by_names(asked, names))
        found, cut = found | more, cut or cut_too
        ordered = _ordered(found, asked, names, at_place)
    return Matches(asked, names, ordered, cut)


def _ordered(
    found: Mapping[int, Row], asked: Asked, names: Names, at_place: frozenset[int]
) -> list[Row]:
    rank = _ranking(asked, names, at_place)
    return sorted(found.values(), key=lambda row: (-rank(row), row.pk))


def _named(row: Row, asked: Asked, names: Names) -> bool:
    """Whether a record agrees in all that is asked of names, or in what is as sure, and was born
    about when it is asked."""
    said = asked.said
    if row.born and _birth_rank(asked, row) < 0:
        return False
    if row.pk and (asked.reference or (said.pnc and row.pnc == said.pnc)):
        return True
    turned = names.forename_as_surname, names.surname_as_forename
    if min(turned[0].of(row.surname), turned[1].of(row.forename)) >= AGREES:
        return True
    first = names.forename.of(row.forename) >= AGREES or not said.forename
    family = max(names.surname.of(row.surname), names.surname.of(row.formerly))
    last = family >= AGREES or not said.surname
    if said.born and row.born == said.born and (first or last):
        return True
    return first and last


def _further(asked: Asked, names: Names) -> Names:
    """The same, with the words that are two letters away."""
    said = asked.said
    first = far(FORENAME, said.forename, MOST_WORDS)
    last = far(SURNAME, said.surname, MOST_WORDS)
    return Names(
        _words(said.forename, _distinct(list(names.forename.found), first)),
        _words(said.surname, _distinct(list(names.surname.found), last)),
        names.forename_as_surname,
        names.surname_as_forename,
        names.totals,
    )


def places_near(asked: Asked, most: int = MOST_PLACES) -> list[int]:
    """The places (primary keys) that the address asked for may be of."""
    said, found = asked.said, dict[int, None]()
    ways: list[Q] = []
    if said.street:
        streets = _words(said.street, near((ADDRESS,), said.street, FEW_WORDS)[ADDRESS]).texts()
        here = Q(street_key__in=streets)
        ways += [here & Q(house_key=said.house)] if said.house else []
        ways += [here & Q(postcode_key__startswith=asked.postcode)] if asked.postcode else []
        ways += [here] if not said.house and not asked.postcode else []
    elif asked.postcode:
        ways.append(Q(postcode_key=asked.postcode))
    for way in ways:
        rows = Place.objects.filter(way).order_by().values_list("pk", flat=True)
        found.update(dict.fromkeys(rows[:most]))
    return list(found)


def _living(places: Sequence[int]) -> list[int]:
    if not places:
        return []
    slots = ", ".join(["%s"] * len(places))
    with connection.cursor() as cursor:
        cursor.execute(LIVING.format(slots, MOST_ROWS), list(places))
        return [root for (root,) in cursor.fetchall()]


def _at_place(asked: Asked, names: Names, found: dict[int, Row]) -> frozenset[int]:
    """The records that name the address asked for; those with a name like that asked for are
    found by it."""
    if not asked.placed:
        return frozenset()
    places = [asked.place] if asked.place else places_near(asked)
    roots = _living(places)
    more, _ = walked([one_of("root_id", [r for r in roots if r not in found])])
    for row in more.values():
        if names.forename.of(row.forename) or names.surname.of(row.surname):
            found[row.pk] = row
    return frozenset(roots)


def _ranking(asked: Asked, names: Names, at_place: frozenset[int]) -> Callable[[Row], float]:
    said = asked.said
    first, last = names.forename, names.surname
    initial = said.forename if len(said.forename) == 1 else ""

    def rank(row: Row) -> float:
        straight = first.of(row.forename) + max(last.of(row.surname), last.of(row.formerly))
        turned = names.forename_as_surname.of(row.surname) + names.surname_as_forename.of(
            row.forename
        )
        score = 2 * max(straight, 0.9 * turned) + _birth_rank(asked, row)
        if initial and row.forename.startswith(initial):
            score += 1
        if said.forename and said.forename in row.middle.lower().split():
            score += 1.5
        if asked.phone and row.phone.startswith(asked.phone):
            score += 3
        if (said.pnc and row.pnc == said.pnc) or (said.cro and row.cro == said.cro):
            score += 5
        return score + 2 * (row.pk in at_place)

    return rank


def _birth_rank(asked: Asked, row: Row) -> float:
    if not row.born:
        return 0.0
    if asked.years:
        return 1.5 if asked.years[0] <= int(row.born[:4]) <= asked.years[1] else -1.0
    if not asked.said.born:
        return 0.0
    if row.born == asked.said.born:
        return 3.0
    return 2.0 - 0.5 * OSA.distance(row.born, asked.said.born, score_cutoff=4)
