"""The areas' numbers in words: rows, columns, files, months, and what a map is shaded by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from wansdyke.assurance.area_figures import Found, Incidents, Line
from wansdyke.assurance.area_forms import OWN, OWN_RATE, PUBLISHED, PUBLISHED_RATE
from wansdyke.assurance.bars import Bars, bars_of
from wansdyke.assurance.presenting import NOT_COLLECTED, behind
from wansdyke.casework.counted import AMONG, Period
from wansdyke.people.counts import Grid
from wansdyke.ui.tables import Cell, Column, Sort
from wansdyke.ui.words import number

NAMED = (
    Column(key="name", label="Area", sortable=True),
    Column(key="code", label="Code", sortable=True),
)
ALL_KINDS = (
    Column(key="crimes", label="Published crimes", sortable=True, numeric=True),
    Column(key="antisocial", label="Published anti-social behaviour", sortable=True, numeric=True),
    Column(key="published", label="All published", sortable=True, numeric=True),
)
ONE_KIND = (Column(key="published", label="Published", sortable=True, numeric=True),)
PUBLISHED_A_THOUSAND = Column(
    key="published_rate", label="Published per 1,000", sortable=True, numeric=True
)
RESIDENTS = Column(key="people", label="Residents", sortable=True, numeric=True)
EXPORTED = (
    Column(key="population_year", label="Year of residents"),
    Column(key="from", label="First day"),
    Column(key="until", label="Last day"),
    Column(key="months", label="Months published", numeric=True),
    Column(key="category", label="Category"),
    Column(key="source", label="Source"),
)
SOURCE = "data.police.uk street-level crime, Open Government Licence v3.0"
OUTSIDE_WORDS = "Outside the force's areas"


@dataclass(frozen=True)
class Shade:
    """A number that a map may be shaded by, and how it is said."""

    value: Callable[[Line], float | None]
    words: Callable[[float | None], str]


def count_words(value: float | None) -> str:
    """ "1,204", or that nobody collected it."""
    return NOT_COLLECTED if value is None else number(int(value))


def rate_words(value: float | None) -> str:
    """ "12.3 per 1,000", or that nobody collected it."""
    return NOT_COLLECTED if value is None else f"{value:,.1f} per 1,000"


SHADES = {
    OWN: Shade(lambda line: line.own, count_words),
    OWN_RATE: Shade(lambda line: line.own_rate, rate_words),
    PUBLISHED: Shade(lambda line: line.published, count_words),
    PUBLISHED_RATE: Shade(lambda line: line.published_rate, rate_words),
}


def columns_of(own: Incidents | None, *, category: str, collected: bool) -> tuple[Column, ...]:
    """The columns that there is anything for."""
    mine = (
        (
            Column(key="own", label=own.desk.title, sortable=True, numeric=True),
            Column(
                key="own_rate", label=f"{own.desk.title} per 1,000", sortable=True, numeric=True
            ),
        )
        if own
        else ()
    )
    theirs = (*(ONE_KIND if category else ALL_KINDS), PUBLISHED_A_THOUSAND) if collected else ()
    return (*NAMED, *mine, *theirs, *((RESIDENTS,) if mine or theirs else ()))


def _value(line: Line, key: str) -> Any:
    if key in ("crimes", "antisocial"):
        return None if line.tally is None else getattr(line.tally, key)
    if key == "people":
        return line.lived.people if line.lived else None
    return getattr(line, key)


def sorted_lines(lines: Sequence[Line], sort: Sort) -> list[Line]:
    """The lines in an order; what was not collected comes last either way."""
    known = [line for line in lines if _value(line, sort.key) is not None]
    known.sort(key=lambda line: _value(line, sort.key), reverse=sort.descending)
    return [*known, *(line for line in lines if _value(line, sort.key) is None)]


def rows_of(
    lines: Sequence[Line], own: Incidents | None, kind: str, period: Period, asked: str
) -> list[dict[str, Any]]:
    """The lines as cells of a page, each own number a link to what it counts."""
    return [
        {
            "name": Cell(text=line.name, href=reverse("area", args=[line.code]) + asked),
            "code": line.code,
            "own": _own_cell(line, own, kind, period),
            "own_rate": _rate(line.own_rate),
            "crimes": count_words(_value(line, "crimes")),
            "antisocial": count_words(_value(line, "antisocial")),
            "published": count_words(line.published),
            "published_rate": _rate(line.published_rate),
            "people": count_words(_value(line, "people")),
        }
        for line in lines
    ]


def _rate(value: float | None) -> str:
    return NOT_COLLECTED if value is None else f"{value:,.1f}"


def _own_cell(line: Line, own: Incidents | None, kind: str, period: Period) -> Cell | str:
    if own is None or not line.own:
        return count_words(line.own)
    to = behind(own.desk, own.counted, AMONG, period, **own.asked(kind, line.code))
    return Cell(text=number(line.own), href=to)


def csv_columns(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns of a file."""
    return (*columns, *EXPORTED)


def exported(
    found: Found, own: Incidents | None, period: Period, category: str, sort: Sort
) -> list[dict[str, Any]]:
    """Every line as a row of a file, with what lies outside as the last."""
    narrowed = f"{own.narrowed[0].words(own.narrowed[1])}; " if own and own.narrowed else ""
    about = {
        "from": period.first,
        "until": period.last,
        "months": len(found.months),
        "category": f"{narrowed}{category or 'All categories'}",
        "source": SOURCE,
    }
    keys = ("name", "code", "own", "crimes", "antisocial", "published", "people")
    rows = [
        {
            **{key: _value(line, key) for key in keys},
            "own_rate": _rounded(line.own_rate),
            "published_rate": _rounded(line.published_rate),
            "population_year": line.lived.year if line.lived else None,
            **about,
        }
        for line in sorted_lines(found.lines, sort)
    ]
    out = found.outside
    last = dict.fromkeys((*keys, "own_rate", "published_rate", "population_year"))
    last |= {"name": OUTSIDE_WORDS, "code": "", "own": found.own_elsewhere}
    if out is not None:
        last |= {"crimes": out.crimes, "antisocial": out.antisocial, "published": out.all}
    return [*rows, {**last, **about}]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


MONTHLY = (
    Column(key="group", label="Month"),
    Column(key="value", label="Number", numeric=True),
)


def month_bars(
    own: Incidents, kind: str, code: str, months: Sequence[tuple[Period, int]]
) -> tuple[list[dict[str, Any]], Bars | None]:
    """Own incidents month by month: rows, each a way to what it counts, and their bars."""
    rows: list[dict[str, Any]] = []
    for month, count in months:
        to = behind(own.desk, own.counted, AMONG, month, **own.asked(kind, code))
        value = Cell(text=number(count), href=to) if count else number(count)
        rows.append({"group": f"{month.first:%B %Y}", "value": value, "size": count})
    return rows, bars_of(rows)


def published_months(grid: Grid, months: Sequence[date]) -> dict[str, Any]:
    """What was published of one area: by category and month, by month as bars, and outcomes."""
    by_month = [
        {"group": f"{m:%B %Y}", "value": number(grid.of_month(m)), "size": grid.of_month(m)}
        for m in months
    ]
    return {
        "grid": grid,
        "columns": _month_columns(months),
        "rows": _month_rows(grid),
        "bars": bars_of(by_month),
        "outcomes": [{"outcome": o or "None published", "count": n} for o, n in grid.outcomes],
        "outcome_columns": OUTCOME_COLUMNS,
    }


OUTCOME_COLUMNS = (
    Column(key="outcome", label="Latest outcome"),
    Column(key="count", label="Crimes", numeric=True),
)


def _month_columns(months: Sequence[date]) -> list[Column]:
    return [
        Column(key="category", label="Category"),
        *(Column(key=f"{m:%Y-%m}", label=f"{m:%b %Y}", numeric=True) for m in months),
        Column(key="all", label="Total", numeric=True),
    ]


def _month_rows(grid: Grid) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {
            "category": category,
            **{f"{m:%Y-%m}": grid.counts.get((category, m), 0) for m in grid.months},
            "all": grid.of_category(category),
        }
        for category in grid.categories
    ]
    if rows:
        by_month = {f"{m:%Y-%m}": grid.of_month(m) for m in grid.months}
        rows.append({"category": "All", **by_month, "all": grid.total})
    return rows
