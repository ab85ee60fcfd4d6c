"""A list that names nobody: what stands in it in place of who and where, and in what order.

Every reference is a pseudonym of this file alone, a birth date an age band, an address the area it
lies in; what is typed is left out, for it may hold a name. Rows stand in the order of their
pseudonyms, so that no order asked for tells which is which.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope, sections_of
from wansdyke.access.sections import IDENTIFYING, Section
from wansdyke.casework.desk import Desk, Shown
from wansdyke.casework.models import NEVER, Case, Party
from wansdyke.casework.presenting import HELD_BACK
from wansdyke.kernel.calendar import london
from wansdyke.kernel.pseudonym import CASE, PERSON, Pseudonyms, age_band
from wansdyke.ui.tables import Column

Parts = dict[tuple[int, str], list[Party]]
ANOTHER = "Another"
SAID = {
    "gives": (
        "Each case and each person as a pseudonym: the same within one file, another in the next.",
        "The ages of people in bands, and areas in place of addresses.",
        "Codes, numbers, dates and times.",
    ),
    "leaves_out": (
        "Names, references, dates of birth, addresses, telephone numbers and emails.",
        "Everything that somebody typed, for it may name people.",
    ),
}


def shown_in(desk: Desk) -> list[tuple[str, Shown]]:
    """What of a desk's fields stands in such a file, each with its label there."""
    labelled = (
        (one.instead[0] if one.instead else one.label, one)
        for one in desk.fields
        if one.instead or (one.coded and one.section not in IDENTIFYING)
    )
    return list(labelled)


def columns_of(desk: Desk) -> list[Column]:
    """The columns of a desk's list that names nobody."""
    return [
        Column(key="reference", label="Case (pseudonym)"),
        Column(key="state", label="State"),
        Column(key="opened", label="Opened"),
        Column(key="closed", label="Closed"),
        Column(key="next_due", label="Next deadline"),
        *(Column(key=one.key, label=label) for label, one in shown_in(desk)),
        *people_columns(desk, "pseudonym, age"),
    ]


def people_columns(desk: Desk, how: str) -> list[Column]:
    """A column for each part that people have in a desk's cases."""
    return [
        Column(key=f"people {key}", label=f"{words} ({how})") for key, words in desk.party_roles
    ]


def in_their_order(ids: Collection[int], names: Pseudonyms) -> list[int]:
    """Cases (primary keys) in the order of their pseudonyms."""
    return sorted(ids, key=lambda pk: names.of(CASE, pk))


def parts_in(cases: Sequence[int]) -> Parts:
    """The parts that people have in some cases now, by case and part."""
    rows = Party.objects.filter(case_id__in=cases, ended_at=None)
    found: Parts = {}
    for row in rows.select_related("record__root").order_by("pk"):
        found.setdefault((row.case_id, row.role), []).append(row)
    return found


def who_may_leave(actor: Actor, parts: Parts, at: datetime) -> set[int]:
    """The records (primary keys) of those people that an actor may take out."""
    records = {row.record_id for rows in parts.values() for row in rows}
    reached = Root.objects.filter(scope(actor, Right.EXPORT, at), pk__in=records)
    sections = sections_of(actor, list(reached.values_list("pk", flat=True)), at)
    return {record for record, seen in sections.items() if Section.IDENTITY in seen}


def rows_of(
    actor: Actor, desk: Desk, items: Sequence[Any], names: Pseudonyms, at: datetime
) -> Iterator[tuple[dict[str, Any], set[int]]]:
    """Cases in export scope as rows that name nobody, each with the people's records behind it."""
    parts = parts_in([item.pk for item in items])
    leaving = who_may_leave(actor, parts, at)
    sections = sections_of(actor, [item.pk for item in items], at)
    fields = [(one, _words_of(one)) for _, one in shown_in(desk)]
    for item in items:
        seen, case = sections[item.pk], item.case
        on = london(case.opened_at).date()
        told = leaving if Section.IDENTITY in seen else set()

        def said(row: Party, told: set[int] = told, on: date = on) -> str:
            return _person(row, names, on) if row.record_id in told else HELD_BACK

        row = {
            "reference": names.of(CASE, item.pk),
            **_dates(desk, case),
            **{one.key: _value(one, words, item, seen) for one, words in fields},
            **people_of(desk, item.pk, parts, said),
        }
        yield row, records_of(desk, item.pk, parts) & told


def people_of(desk: Desk, case: int, parts: Parts, said: Callable[[Party], str]) -> dict[str, str]:
    """The cells of `people_columns` of one case, each person as they are said to be."""
    return {
        f"people {role}": ", ".join(map(said, parts.get((case, role), ())))
        for role, _ in desk.party_roles
    }


def records_of(desk: Desk, case: int, parts: Parts) -> set[int]:
    """The records (primary keys) of the people of one case."""
    return {row.record_id for role, _ in desk.party_roles for row in parts.get((case, role), ())}


def _dates(desk: Desk, case: Case) -> dict[str, Any]:
    return {
        "state": desk.flow.labels.get(case.state, ANOTHER),
        "opened": case.opened_at,
        "closed": case.closed_at,
        "next_due": None if case.next_due_at >= NEVER else case.next_due_at,
    }


def _person(row: Party, names: Pseudonyms, on: date) -> str:
    return f"{names.of(PERSON, row.record.person_id)} ({age_band(row.record.date_of_birth, on)})"


def _words_of(one: Shown) -> frozenset[str]:
    return frozenset(words for _, words in one.coded()) if callable(one.coded) else frozenset()


def _value(one: Shown, known: frozenset[str], item: Any, seen: frozenset[Section]) -> Any:
    """A code, or what is coarser; a word that is none of the known ones may be anything at all."""
    if one.section not in seen:
        return HELD_BACK
    if one.instead:
        return one.instead[1](item)
    value = one.value(item)
    if isinstance(value, (list, tuple)):
        return ", ".join(word if word in known else ANOTHER for word in map(str, value))
    plain = value in (None, "") or isinstance(value, (bool, int, float, date, datetime))
    return value if plain or value in known else ANOTHER
