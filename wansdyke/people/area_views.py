"""The pages of published counts by area. They name nobody; anyone of the force may read them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from wansdyke.history.pages import Asked, page
from wansdyke.people import counts
from wansdyke.people.counts import OUTSIDE, Tally
from wansdyke.ui.forms import PlainForm
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Cell, Column, Sort, csv_rows

NAMED = (
    Column(key="name", label="Area", sortable=True),
    Column(key="code", label="Code", sortable=True),
)
ALL_KINDS = (
    Column(key="crimes", label="Crimes", sortable=True, numeric=True),
    Column(key="antisocial", label="Anti-social behaviour", sortable=True, numeric=True),
    Column(key="all", label="All", sortable=True, numeric=True),
)
ONE_KIND = (Column(key="all", label="Count", sortable=True, numeric=True),)
EXPORTED = (
    Column(key="from", label="First month"),
    Column(key="until", label="Last month"),
    Column(key="months", label="Months", numeric=True),
    Column(key="category", label="Category"),
    Column(key="source", label="Source"),
)
SOURCE = "data.police.uk street-level crime, Open Government Licence v3.0"


class CountsForm(PlainForm):
    """Which month and which category to count."""

    marks_optional = False
    month = forms.ChoiceField(
        required=False,
        error_messages={"invalid_choice": "Choose one of the months that are loaded"},
    )
    category = forms.ChoiceField(
        required=False,
        error_messages={"invalid_choice": "Choose one of the categories that are loaded"},
    )

    def __init__(self, data: Any, months: Sequence[date], categories: Sequence[str]) -> None:
        super().__init__(data)
        newest_first = [(f"{m:%Y-%m}", f"{m:%B %Y}") for m in reversed(months)]
        self.fields["month"].choices = [("", "All months loaded"), *newest_first]  # type: ignore[attr-defined]
        kinds = [(c, c) for c in categories]
        self.fields["category"].choices = [("", "All categories"), *kinds]  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Listed:
    """The counts asked for: the form, the months they span, the rows, and what lies outside."""

    form: CountsForm
    collected: list[date]
    months: list[date]
    category: str
    sort: Sort
    columns: tuple[Column, ...]
    rows: list[dict[str, Any]]
    outside: Tally

    @property
    def inside(self) -> int:
        return sum(row["all"] for row in self.rows)


def home_only(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Shows a page to members of the force itself; to others there is no such page."""

    @wraps(view)
    def shown(request: Asked, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.actor.home:
            raise Http404
        return view(request, *args, **kwargs)

    return shown


def period(months: Sequence[date], collected: Sequence[date]) -> str:
    """The months in words: “October 2018 to December 2018 (2 of these 3 months are loaded)”."""
    if not months:
        return "no month is loaded"
    first, last = months[0], months[-1]
    words = f"{first:%B %Y}" if first == last else f"{first:%B %Y} to {last:%B %Y}"
    span = (last.year - first.year) * 12 + last.month - first.month + 1
    there = sum(first <= month <= last for month in collected)
    return words if there == span else f"{words} ({there} of these {span} months are loaded)"


def _listed(request: Asked) -> Listed:
    collected = counts.months_collected()
    form = CountsForm(request.GET, collected, counts.categories_published())
    chosen = form.cleaned_data if form.is_valid() else {}
    month, category = chosen.get("month") or "", chosen.get("category") or ""
    months = [m for m in collected if not month or f"{m:%Y-%m}" == month]
    counted = counts.tallies(months, category) if months else {}
    kinds = ONE_KIND if category else ALL_KINDS
    columns = (*NAMED, *kinds) if collected else NAMED
    sort = Sort.read(request.GET.get("sort"), columns, default=Sort(key="name"))
    rows = [
        _row(name, code, counted.get(code, Tally()))
        for name, code in counts.counted_areas()
        .order_by("name", "code")
        .values_list("name", "code")
    ]
    rows.sort(key=lambda row: row[sort.key], reverse=sort.descending)
    outside = counts.outside_of(counted, {row["code"] for row in rows})
    return Listed(form, collected, months, category, sort, columns, rows, outside)


def _row(name: str, code: str, tally: Tally) -> dict[str, Any]:
    return {
        "name": name,
        "code": code,
        "crimes": tally.crimes,
        "antisocial": tally.antisocial,
        "all": tally.all,
    }


@page(reads="reference", methods=("GET", "HEAD"))
@home_only
def areas(request: Asked) -> HttpResponse:
    """Every area with its published counts."""
    listed = _listed(request)
    shown = page_of(range(len(listed.rows)), request.GET.get("page"))
    context = {
        "listed": listed,
        "form": listed.form,
        "rows": [_linked(listed.rows[place]) for place in shown.ids],
        "shown": shown,
        "query": request.GET,
        "period": period(listed.months, listed.collected),
        "last_loaded": counts.last_loaded(),
    }
    return render(request, "people/areas.html", context)


def _linked(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "name": Cell(text=row["name"], href=reverse("area", args=[row["code"]]))}


@page(reads="reference", methods=("GET", "HEAD"))
@home_only
def areas_csv(request: Asked) -> HttpResponseBase:
    """The same counts as a file, every area of them, with what lies outside as the last row."""
    listed = _listed(request)
    if not listed.months:
        raise Http404
    about = {
        "from": f"{listed.months[0]:%Y-%m}",
        "until": f"{listed.months[-1]:%Y-%m}",
        "months": len(listed.months),
        "category": listed.category or "All categories",
        "source": SOURCE,
    }
    rows = [*listed.rows, _row("Outside the force's areas", "", listed.outside)]
    pieces = csv_rows((*listed.columns, *EXPORTED), ({**row, **about} for row in rows))
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="published-counts-by-area.csv"'
    return response


@page(reads="reference", methods=("GET", "HEAD"))
@home_only
def area(request: Asked, code: str) -> HttpResponse:
    """One area, or all that lies outside: a table of categories by month."""
    name, kind = _area_named(code)
    collected = counts.months_collected()
    ends = [month for month in collected if f"{month:%Y-%m}" <= (request.GET.get("to") or "9999")]
    months = ends[-counts.MONTHS_SHOWN :]
    grid = counts.grid(code, months)
    outside = counts.outside_of(counts.tallies(months), _codes())
    context = {
        "name": name,
        "code": code,
        "kind": kind,
        "is_outside": code == OUTSIDE,
        "grid": grid,
        "columns": _month_columns(months),
        "rows": _month_rows(grid),
        "outcomes": [{"outcome": o or "None published", "count": n} for o, n in grid.outcomes],
        "outcome_columns": OUTCOME_COLUMNS,
        "period": period(months, collected),
        "earlier": f"{ends[-len(months) - 1]:%Y-%m}" if len(ends) > len(months) else "",
        "later": len(ends) < len(collected),
        "outside": outside,
        "last_loaded": counts.last_loaded(),
    }
    return render(request, "people/area.html", context)


OUTCOME_COLUMNS = (
    Column(key="outcome", label="Latest outcome"),
    Column(key="count", label="Crimes", numeric=True),
)


def _codes() -> set[str]:
    return set(counts.counted_areas().values_list("code", flat=True))


def _area_named(code: str) -> tuple[str, str]:
    if code == OUTSIDE:
        return "Outside the force’s areas", ""
    found = counts.counted_areas().filter(code=code).values_list("name", "kind").first()
    if found is None:
        raise Http404
    return found


def _month_columns(months: Sequence[date]) -> list[Column]:
    return [
        Column(key="category", label="Category"),
        *(Column(key=f"{m:%Y-%m}", label=f"{m:%b %Y}", numeric=True) for m in months),
        Column(key="all", label="Total", numeric=True),
    ]


def _month_rows(grid: counts.Grid) -> list[dict[str, Any]]:
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
