"""Those of whom a marker may warn, looked through apart from the many.

Whoever is shown no more of them than a name and a warning is told no more by searching either: they
are met by their name, or by a number or a date that was known in full. Nothing can be tried out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from wansdyke.access.sections import Section
from wansdyke.people.agreement import BORN_UNKNOWN
from wansdyke.people.asked import Asked
from wansdyke.people.finding import Matches
from wansdyke.people.keys import after
from wansdyke.people.known import Known, weighed
from wansdyke.people.walks import Row, Walk, between, equal, of_reference, one_of, walked

MOST = 400
WARNED = Walk("warned", [], MOST)
TOLD = frozenset(Section) - {Section.ADDRESS}


def warned_like(matches: Matches) -> list[Row]:
    """The records about which a marker was ever published, whoever may see them, that agree with
    what is asked for in something that nobody can try out; with what does not agree left empty."""
    found, _ = walked(WARNED.within(way) for way in _ways(matches))
    return [_of_asked(found[pk], matches.asked) for pk in sorted(found)]


def _ways(matches: Matches) -> Iterator[Walk]:
    asked, names = matches.asked, matches.names
    given, family = asked.said.forename, asked.said.surname
    forenames = one_of("forename_key", names.forename.texts())
    surnames = one_of("surname_key", names.surname.texts())
    if len(given) == 1 and family:
        yield surnames.within(between("forename_key", given, after(given)))
    elif given and family:
        yield surnames.within(forenames)
        turned = one_of("forename_key", names.surname_as_forename.texts())
        yield turned.within(one_of("surname_key", names.forename_as_surname.texts()))
    elif family:
        yield surnames
    elif given:
        yield forenames
    for column, value in (("formerly_key", family), *_known_in_full(asked)):
        if value:
            yield equal(column, value)
    if asked.reference:
        yield from of_reference(asked.reference)


def _known_in_full(asked: Asked) -> tuple[tuple[str, str], ...]:
    said = asked.said
    numbers = ("phone_key", asked.phone), ("pnc_key", said.pnc), ("cro_key", said.cro)
    return ("date_of_birth", said.born), *numbers


def _of_asked(row: Row, asked: Asked) -> Row:
    """A record with nothing in it but its names, and what is the same as was asked for."""
    said = asked.said

    def same(held: str, typed: str) -> str:
        return held if held == typed else ""

    return row._replace(
        formerly=same(row.formerly, said.surname),
        middle="",
        born=same(row.born, said.born),
        phone=same(row.phone, asked.phone),
        email="",
        pnc=same(row.pnc, said.pnc),
        cro=same(row.cro, said.cro),
    )


def weighed_as_faces(matches: Matches, rows: Iterable[Row]) -> list[Known]:
    """Such records weighed; where one lives counts for nothing, nor that anything is unknown."""
    wanted = list(rows)
    found = weighed(matches, wanted, {row.pk: TOLD for row in wanted})
    return [replace(one, agreement=one.agreement.without(BORN_UNKNOWN)) for one in found]
