"""The pages of the equality of victims. No number there leads to a record, on purpose: who would be
led to the records behind a number would read there what somebody answered."""

from typing import Any

from django import forms
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from wansdyke.access.posts import Right
from wansdyke.access.settings import value_of
from wansdyke.assurance.area_views import home_only
from wansdyke.assurance.equality_counting import SETTLE
from wansdyke.assurance.equality_models import EqualityYear
from wansdyke.assurance.equality_presenting import (
    ALL,
    ANSWERS,
    BESIDE,
    EXPORTED,
    answer_rows,
    exported,
    known_names,
    overview_row,
    part_columns,
    part_rows,
)
from wansdyke.assurance.equality_reading import table_of, year_of, years
from wansdyke.assurance.presenting import period_words
from wansdyke.history.pages import Asked, page
from wansdyke.kernel.disclosure import AREA, BASE, KIND, LEAST
from wansdyke.people.equality_words import BY_KEY, CHARACTERISTICS
from wansdyke.ui.downloads import as_csv, as_xlsx
from wansdyke.ui.forms import PlainForm

GET = ("GET", "HEAD")


class YearForm(PlainForm):
    """Which year."""

    marks_optional = False
    year = forms.ChoiceField(label="Year", required=False)

    def __init__(self, data: Any, known: list[EqualityYear]) -> None:
        super().__init__(data)
        choices = [(f"{one.first}", period_words(one.first, one.last)) for one in known]
        self.fields["year"].choices = choices  # type: ignore[attr-defined]


def _chosen(request: Asked) -> tuple[YearForm, EqualityYear | None, dict[str, Any]]:
    """The year asked for, and what every page of it says."""
    known = years()
    asked = request.GET.get("year", "")
    year = year_of(asked, known)
    form = YearForm({"year": f"{year.first}"} if year else None, known)
    context = {
        "form": form,
        "year": year,
        "period": period_words(year.first, year.last) if year else "",
        "asked": f"?year={year.first}" if year and asked else "",
        "several": len(known) > 1,
        "least": LEAST,
        "base": BASE,
        "settle": value_of(SETTLE, request.at),
        "may_export": request.actor.may(Right.EXPORT),
    }
    return form, year, context


@page(right=Right.VIEW, methods=GET)
@home_only
def equality(request: Asked) -> HttpResponseBase:
    """How completely victims were asked about equality in a year, by characteristic."""
    _, year, context = _chosen(request)
    rows = [
        overview_row(
            table_of(year, one), reverse("equality-one", args=[one.key]) + context["asked"]
        )
        for one in CHARACTERISTICS
        if year is not None
    ]
    return render(request, "assurance/equality.html", {**context, "columns": ALL, "rows": rows})


@page(right=Right.VIEW, methods=GET)
@home_only
def equality_one(request: Asked, characteristic: str) -> HttpResponseBase:
    """What victims answered in a year to one question: the whole force beside the population, and
    by area and kind of case."""
    one = BY_KEY.get(characteristic)
    _, year, context = _chosen(request)
    if one is None or year is None:
        raise Http404
    table, names = table_of(year, one), known_names()
    beside = BESIDE if table.sources else ()
    parts = [
        (what, label, part_columns(table, label), part_rows(table, what, names))
        for what, label in ((AREA, "Community policing area"), (KIND, "Kind of case"))
    ]
    shown = {
        "characteristic": one,
        "columns": (*ANSWERS, *beside),
        "rows": answer_rows(table),
        "sources": table.sources,
        "parts": parts,
    }
    return render(request, "assurance/equality_one.html", {**context, **shown})


def _rows(request: Asked) -> tuple[str, Any]:
    _, year, _ = _chosen(request)
    if year is None:
        raise Http404
    tables = (table_of(year, one) for one in CHARACTERISTICS)
    return f"equality-{year}", exported(tables, known_names())


@page(right=Right.EXPORT, methods=("GET",), sends="nothing of anybody")
@home_only
def equality_csv(request: Asked) -> HttpResponseBase:
    """Every published number of a year as a CSV file."""
    name, rows = _rows(request)
    return as_csv(name, EXPORTED, rows)


@page(right=Right.EXPORT, methods=("GET",), sends="nothing of anybody")
@home_only
def equality_xlsx(request: Asked) -> HttpResponseBase:
    """The same as a spreadsheet."""
    name, rows = _rows(request)
    return as_xlsx(name, "Equality of victims", EXPORTED, rows)
