"""Finding the records of somebody: a few walks of an index each, ranked, then weighed by the model.

What is found here is for no page: whoever asks must be shown no more than their scope and the
sections open to them, for which `Matches.within` is the way.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Q, QuerySet
from rapidfuzz.distance import OSA

from wansdyke.people.asked import Asked
from wansdyke.people.keys import after
from wansdyke.people.models import PersonRecord, Place, Residence
from wansdyke.people.vocabulary import ADDRESS, FORENAME, SURNAME, Near, begun, far, near

# How many words of each name are tried, and how many rows one walk brings.
MOST_WORDS, FEW_WORDS = 24, 6
MOST_ROWS, FEW_ROWS = 300, 100
MOST_BORN_A_DAY = 600
MOST_PLACES = 60
# How many are weighed, the likeliest first.
WEIGHED = 60
RARE = 200
AGREES = 0.88
COLUMNS = (
    "pk", "person_id", "forename_key", "surname_key", "formerly_key", "middle_names",
    "date_of_birth", "sex", "phone_key", "email", "pnc_key", "cro_key",
)  # fmt: skip


class Row(NamedTuple):
    """The columns of a record that are compared."""

    pk: int
    person_id: int
    forename: str
    surname: str
    formerly: str
    middle: str
    born: date | None
    sex: str
    phone: str
    email: str
    pnc: str
    cro: str


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


def names_near(asked: Asked) -> Names:
    """The words near to the names asked for."""
    given, family = asked.said.forename, asked.said.surname
    kinds = (FORENAME, SURNAME)
    first = near(kinds, given, MOST_WORDS) if len(given) > 1 else {kind: [] for kind in kinds}
    last = near(kinds, family, MOST_WORDS) if len(family) > 1 else {kind: [] for kind in kinds}
    return Names(
        _words(given, _distinct(first[FORENAME], begun(FORENAME, given, FEW_WORDS))),
        _words(family, _distinct(last[SURNAME], begun(SURNAME, family, MOST_WORDS))),
        _words(given, first[SURNAME][:FEW_WORDS]),
        _words(family, last[FORENAME][:FEW_WORDS]),
    )


def _distinct(found: list[Near], more: list[Near]) -> list[Near]:
    known = {one.text for one in found}
    return [*found, *(one for one in more if one.text not in known)]


class Walk(NamedTuple):
    """One way to match, by one index; at most so many rows."""

    rows: Q
    most: int


def walks(asked: Asked, names: Names) -> Iterator[Walk]:
    """The ways to match, the surest first."""
    said = asked.said
    if asked.reference:
        yield Walk(Q(root__reference=asked.reference), FEW_ROWS)
        yield Walk(Q(person__reference=asked.reference), FEW_ROWS)
    if said.pnc:
        yield Walk(Q(pnc_key=said.pnc), FEW_ROWS)
    if said.cro:
        yield Walk(Q(cro_key=said.cro), FEW_ROWS)
    if asked.phone:
        yield Walk(Q(phone_key__gte=asked.phone, phone_key__lt=after(asked.phone)), FEW_ROWS)
    if said.born:
        days = {date.fromisoformat(said.born), _exchanged(said.born)} - {None}
        yield Walk(Q(date_of_birth__in=days), MOST_BORN_A_DAY)
    yield from _by_names(asked, names)


def _exchanged(born: str) -> date | None:
    try:
        return date(int(born[:4]), int(born[8:]), int(born[5:7]))
    except ValueError:
        return None


def _born_about(asked: Asked) -> Q:
    if asked.years:
        first, last = asked.years
    elif asked.said.born:
        first = last = int(asked.said.born[:4])
    else:
        return Q()
    return Q(date_of_birth__gte=date(first, 1, 1), date_of_birth__lte=date(last, 12, 31))


def _by_names(asked: Asked, names: Names) -> Iterator[Walk]:
    given, family = asked.said.forename, asked.said.surname
    about = _born_about(asked)
    surnames = Q(surname_key__in=names.surname.texts())
    if len(given) == 1 and family:
        initial = Q(forename_key__gte=given, forename_key__lt=after(given))
        yield Walk(Q(surname_key=family) & initial, MOST_ROWS)
    elif given and family:
        both = surnames & Q(forename_key__in=names.forename.texts())
        yield Walk(Q(surname_key=family, forename_key=given), MOST_ROWS)
        if about:
            yield Walk(both & about, MOST_ROWS)
        yield Walk(both, MOST_ROWS)
        yield from _out_of_place(names)
    elif family:
        if about:
            yield Walk(surnames & about, MOST_ROWS)
        yield Walk(Q(surname_key=family), MOST_ROWS)
        yield Walk(surnames, MOST_ROWS)
        yield Walk(Q(formerly_key__in=names.surname.texts(FEW_WORDS)), FEW_ROWS)
    elif given:
        forenames = Q(forename_key__in=names.forename.texts())
        if about:
            yield Walk(forenames & about, MOST_ROWS)
        yield Walk(Q(forename_key=given), MOST_ROWS)
    if given and family and _rare(names.surname):
        yield Walk(Q(surname_key=family), MOST_ROWS)


def _out_of_place(names: Names) -> Iterator[Walk]:
    """A name where the other belongs, or an earlier surname."""
    exchanged = Q(
        surname_key__in=names.forename_as_surname.texts(FEW_WORDS),
        forename_key__in=names.surname_as_forename.texts(FEW_WORDS),
    )
    yield Walk(exchanged, FEW_ROWS)
    earlier = Q(formerly_key__in=names.surname.texts(FEW_WORDS))
    yield Walk(earlier & ~Q(formerly_key=""), FEW_ROWS)


def _rare(surname: Words) -> bool:
    return all(one.records <= RARE for one in surname.found if one.way == "same")


@dataclass
class Matches:
    """What was found, the likeliest first, and whether a walk had more than it brought."""

    asked: Asked
    names: Names
    rows: list[Row]
    at_place: frozenset[int]
    cut: bool


def matching(asked: Asked) -> Matches:
    """The records that may be of whoever is asked for, whoever may see them."""
    if not asked.searched:
        return Matches(asked, Names(*[Words()] * 4), [], frozenset(), cut=False)
    names = names_near(asked)
    found, cut = _walked(walks(asked, names))
    at_place = _at_place(asked, names, found)
    rank = _ranking(asked, names, at_place)
    if not any(_named(row, asked, names) for row in found.values()):
        names = _further(asked, names)
        more, cut_too = _walked(_by_names(asked, names))
        found, cut = found | more, cut or cut_too
        rank = _ranking(asked, names, at_place)
    ordered = sorted(found.values(), key=lambda row: (-rank(row), row.pk))
    return Matches(asked, names, ordered, at_place, cut)


def _walked(ways: Iterator[Walk]) -> tuple[dict[int, Row], bool]:
    found: dict[int, Row] = {}
    cut = False
    for way in ways:
        rows = PersonRecord.objects.filter(way.rows).order_by().values_list(*COLUMNS)
        brought = [Row(*row) for row in rows[: way.most]]
        cut = cut or len(brought) == way.most
        found.update((row.pk, row) for row in brought)
    return found, cut


def _named(row: Row, asked: Asked, names: Names) -> bool:
    """Whether a record agrees in all that is asked of names, or in what is as sure."""
    said = asked.said
    if row.pk and (asked.reference or (said.pnc and row.pnc == said.pnc)):
        return True
    first = names.forename.of(row.forename) >= AGREES or not said.forename
    last = names.surname.of(row.surname) >= AGREES or not said.surname
    if said.born and row.born and row.born.isoformat() == said.born and (first or last):
        return True
    return first and last


def _further(asked: Asked, names: Names) -> Names:
    """The same, with the words that are two letters away."""
    said = asked.said
    first = far(FORENAME, said.forename, FEW_WORDS)
    last = far(SURNAME, said.surname, FEW_WORDS)
    return Names(
        _words(said.forename, _distinct(first, list(names.forename.found))),
        _words(said.surname, _distinct(last, list(names.surname.found))),
        names.forename_as_surname,
        names.surname_as_forename,
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


def _at_place(asked: Asked, names: Names, found: dict[int, Row]) -> frozenset[int]:
    """The records that name the address asked for; those with a name like that asked for are
    found by it."""
    if not asked.placed:
        return frozenset()
    places = places_near(asked)
    living = Residence.objects.filter(place_id__in=places).values_list("root_id", flat=True)
    roots = list(living[:MOST_ROWS])
    rows = PersonRecord.objects.filter(pk__in=[r for r in roots if r not in found])
    for row in map(Row._make, rows.values_list(*COLUMNS)):
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
    if row.born is None:
        return 0.0
    if asked.years:
        return 1.5 if asked.years[0] <= row.born.year <= asked.years[1] else -1.0
    if not asked.said.born:
        return 0.0
    born = row.born.isoformat()
    if born == asked.said.born:
        return 3.0
    return 2.0 - 0.5 * OSA.distance(born, asked.said.born, score_cutoff=4)


def rows_of(records: QuerySet[PersonRecord]) -> list[Row]:
    """Records as they are compared."""
    return [Row(*row) for row in records.values_list(*COLUMNS)]
