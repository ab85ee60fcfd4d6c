"""Those of whom a marker may warn, looked through apart from the many.

Whoever is shown no more of them than a name and a warning is told no more by searching either: they
are met by their name, or by a number or a date that was known in full. Nothing can be tried out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from wansdyke.access.sections import ALL, Section
from wansdyke.people.agreement import BORN_UNKNOWN
from wansdyke.people.asked import Asked
from wansdyke.people.finding import Matches
from wansdyke.people.keys import after
from wansdyke.people.known import Known, weighed
from wansdyke.people.walks import Row, Walk, between, equal, of_reference, one_of, walked

MOST = 400
# Names are looked for by the narrow index of those who are warned of; a number or a date is rarer
# than they are, and has an index of its own, from which the other words keep SQLite.
WARNED, AND_WARNED = Walk("warned", [], MOST), Walk("warned IS TRUE", [], MOST)
TOLD = ALL - {Section.ADDRESS}


def warned_like(matches: Matches) -> list[Row]:
    """The records about which a marker was ever published, whoever may see them, that agree with
    what is asked for in something that nobody can try out; with what does not agree left empty."""
    found, _ = walked([*_by_names(matches), *_in_full(matches.asked)])
    return [_of_asked(found[pk], matches.asked) for pk in sorted(found)]


def _by_names(matches: Matches) -> Iterator[Walk]:
    asked, names = matches.asked, matches.names
    given, family = asked.said.forename, asked.said.surname
    forenames = one_of("forename_key", names.forename.texts())
    surnames = one_of("surname_key", names.surname.texts())
    if len(given) == 1 and family:
        yield WARNED.within(surnames).within(between("forename_key", given, after(given)))
    elif given and family:
        yield WARNED.within(surnames).within(forenames)
        turned = one_of("surname_key", names.forename_as_surname.texts())
        yield WARNED.within(turned).within(
            one_of("forename_key", names.surname_as_forename.texts())
        )
    elif family:
        yield WARNED.within(surnames)
    elif given:
        yield WARNED.within(forenames)


def _in_full(asked: Asked) -> Iterator[Walk]:
    said = asked.said
    if said.born:
        yield AND_WARNED.within(equal("date_of_birth", said.born))
    if asked.phone:
        yield AND_WARNED.within(equal("phone_key", asked.phone))
    for column, value in (
        ("formerly_key", said.surname),
        ("pnc_key", said.pnc),
        ("cro_key", said.cro),
    ):
        if value:
            # Their indexes leave out those without one, and are used only where the condition does.
            yield AND_WARNED.within(equal(column, value)).within(Walk(f"{column} > ''", [], MOST))
    if asked.reference:
        yield from map(AND_WARNED.within, of_reference(asked.reference))


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
