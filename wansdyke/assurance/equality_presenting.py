"""The equality of victims in words: rows, columns and files."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from wansdyke.assurance.equality_counting import ELSEWHERE, FEW, NOWHERE
from wansdyke.assurance.equality_reading import UNSAID, Beside, Part, Range, Table
from wansdyke.assurance.figures import counting_desks
from wansdyke.kernel.disclosure import AREA, KIND, WHOLE
from wansdyke.people.whereabouts import policing_areas
from wansdyke.ui.tables import Cell, Column
from wansdyke.ui.words import number

Names = Callable[[str, Part], str]
HELD_BACK = "Held back"
ALL = (
    Column(key="title", label="Characteristic"),
    Column(key="everybody", label="Victims", numeric=True),
    Column(key="complete", label="Answered", numeric=True),
    Column(key="not-asked", label="Not asked", numeric=True),
    Column(key="declined", label="Declined to say", numeric=True),
    Column(key="not-known", label="Not known", numeric=True),
)
ANSWERS = (
    Column(key="title", label="Answer"),
    Column(key="people", label="Victims", numeric=True),
    Column(key="share", label="Share of those who answered", numeric=True),
)
BESIDE = (
    Column(key="population", label="Share of the population", numeric=True),
    Column(key="expected", label="That share of those who answered", numeric=True),
    Column(key="found", label="Beside the population"),
)
EXPORTED = (
    Column(key="first", label="First day"),
    Column(key="last", label="Last day"),
    Column(key="characteristic", label="Characteristic"),
    Column(key="what", label="Of"),
    Column(key="part", label="Area or kind of case"),
    Column(key="answer", label="Answer"),
    Column(key="people", label="Victims"),
    Column(key="method", label="Made safe by"),
)
APART = {NOWHERE: "No area recorded", ELSEWHERE: f"All areas with fewer than {FEW} victims"}
OF_WHAT = {WHOLE: "The force", AREA: "Area", KIND: "Kind of case"}


def people_words(people: int | None) -> str:
    """ "1,205", or that it is held back."""
    return HELD_BACK if people is None else number(people)


def per_cent(share: Range | None) -> str:
    """ "4.5%", or "4.5% to 4.8%" where it lies between two; empty where there is none."""
    if share is None:
        return ""
    low, high = (f"{one:.1f}%" for one in share)
    return low if low == high else f"{low} to {high}"


def overview_row(table: Table, href: str) -> dict[str, Any]:
    """One characteristic as a row that leads to its own page."""
    whole = table.whole
    unsaid = {k: people_words(whole.answers[k]) if k in whole.answers else "" for k in UNSAID}
    return {
        "title": Cell(text=table.characteristic.label, href=href),
        "everybody": people_words(whole.everybody),
        "complete": per_cent(whole.complete),
        **unsaid,
    }


def answer_rows(table: Table) -> list[dict[str, Any]]:
    """The whole force's answers, beside the population; then those who gave none."""
    whole = table.whole
    rows: list[dict[str, Any]] = []
    none = {column.key: "" for column in (*ANSWERS, *BESIDE)}
    for key, words in table.characteristic.published():
        people = whole.answers.get(key)
        row = {**none, "title": words, "people": people_words(people)}
        if key not in UNSAID:
            row["share"] = per_cent(whole.share(key))
            row |= _beside(table.beside(key), people)
        rows.append(row)
    return [*rows, {**none, "title": "All victims", "people": people_words(whole.everybody)}]


def _beside(found: Beside | None, people: int | None) -> dict[str, Any]:
    if found is None:
        return {}
    said: str | Cell = "No more than chance may make"
    if found.fewer:
        said = Cell(text="Fewer than in the population", colour="orange")
    elif people is None:
        said = "Held back, so it cannot be said"
    elif found.more:
        said = "More than in the population"
    return {
        "population": f"{found.share:.1f}%",
        "expected": number(found.expected),
        "found": said,
    }


def part_columns(table: Table, label: str) -> tuple[Column, ...]:
    """The columns of the areas, or of the kinds of case: a column for each answer, and for each
    reason why there is none."""
    answers = (
        Column(key=key, label=words, numeric=True)
        for key, words in table.characteristic.published()
    )
    return (
        Column(key="title", label=label),
        *answers,
        Column(key="everybody", label="All victims", numeric=True),
        Column(key="complete", label="Answered", numeric=True),
    )


def part_rows(table: Table, what: str, names: Names) -> list[dict[str, Any]]:
    """A row for each area or kind of case, by name; what lies in none comes last."""
    parts = sorted(table.of(what), key=lambda one: (one.part in APART, names(what, one)))
    return [
        {
            "title": names(what, part),
            **{key: people_words(people) for key, people in part.answers.items()},
            "everybody": people_words(part.everybody),
            "complete": per_cent(part.complete),
        }
        for part in parts
    ]


def known_names() -> Names:
    """What areas and kinds of case are called now; one that is no more, by its key."""
    areas = dict(policing_areas().values_list("code", "name"))
    graded = {desk.key: (desk, one.split(one.graded_by)) for desk, one in counting_desks()}

    def name(what: str, part: Part) -> str:
        if what == WHOLE:
            return ""
        if part.part in APART:
            return APART[part.part]
        if what == AREA:
            return str(areas.get(part.part, part.part))
        key, _, grade = part.part.partition(":")
        desk, split = graded.get(key, (None, None))
        if desk is None:
            return part.part
        return f"{desk.title}: {split.words(grade).lower()}" if split else desk.title

    return name


def exported(tables: Iterable[Table], names: Names) -> Iterator[dict[str, Any]]:
    """Every number of a year as a row of a file; of what is held back the cell is empty."""
    for table in tables:
        answers = (*table.characteristic.published(), ("", "All victims"))
        for (what, _), part in table.parts.items():
            for key, words in answers:
                yield {
                    "first": table.year.first,
                    "last": table.year.last,
                    "characteristic": table.characteristic.label,
                    "what": OF_WHAT[what],
                    "part": names(what, part),
                    "answer": words,
                    "people": part.answers.get(key) if key else part.everybody,
                    "method": table.year.method,
                }
