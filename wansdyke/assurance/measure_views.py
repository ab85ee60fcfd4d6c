"""The pages of the measures: all of them for a period, and each with its parts."""

from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from wansdyke.access.posts import Right
from wansdyke.assurance.bars import bars_of
from wansdyke.assurance.figures import (
    added_up,
    by_hour,
    by_values,
    counting_desks,
    figures,
)
from wansdyke.assurance.period_form import PeriodForm, asked_period
from wansdyke.assurance.presenting import (
    EXPORTED,
    HEADLINES,
    Shown,
    exported,
    group_columns,
    headline_rows,
    period_words,
)
from wansdyke.casework.counted import Counted, Counting, Period
from wansdyke.casework.desk import Desk
from wansdyke.history.pages import Asked, page
from wansdyke.kernel.calendar import london
from wansdyke.ui.tables import csv_rows


def _form(request: Asked) -> PeriodForm:
    return asked_period(PeriodForm, request.GET, london(request.at).date())


def _of_desk(request: Asked, desk: Desk, counting: Counting, period: Period) -> list[Any]:
    found = figures(desk, request.actor, request.at, period)
    return list(zip(counting.measures, found, strict=True))


@page(right=Right.VIEW, methods=("GET", "HEAD"))
def measures(request: Asked) -> HttpResponseBase:
    """Every measure for a period, each with its interval and the way to the records behind it."""
    form = _form(request)
    period = form.period()
    groups = [
        {
            "desk": desk,
            "rows": headline_rows(
                desk, request.actor, _of_desk(request, desk, counting, period), form.asked()
            ),
        }
        for desk, counting in counting_desks()
    ]
    return render(
        request,
        "assurance/measures.html",
        {
            "form": form,
            "groups": groups,
            "columns": HEADLINES,
            "period": period_words(period.first, period.last),
            "query": request.GET,
            "may_export": request.actor.may(Right.EXPORT),
            "equality": request.actor.home,
        },
    )


@page(right=Right.EXPORT, methods=("GET",), sends="nothing of anybody", holds="nobody")
def measures_csv(request: Asked) -> HttpResponseBase:
    """The same as a CSV file, with definitions and sources."""
    period = _form(request).period()
    rows = [
        row
        for desk, counting in counting_desks()
        for row in exported(desk, request.actor, _of_desk(request, desk, counting, period))
    ]
    response = StreamingHttpResponse(
        csv_rows(EXPORTED, rows), content_type="text/csv; charset=utf-8"
    )
    name = f"measures-{period.first}-{period.last}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _asked_measure(desk_key: str, key: str) -> tuple[Desk, Counting, Counted]:
    for desk, counting in counting_desks():
        one = counting.named(key) if desk.key == desk_key else None
        if one is not None:
            return desk, counting, one
    raise Http404


@page(right=Right.VIEW, methods=("GET", "HEAD"))
def measure(request: Asked, desk_key: str, key: str) -> HttpResponse:
    """One measure: what it means, and its parts by month, hour of the day, grade, area …"""
    desk, counting, one = _asked_measure(desk_key, key)
    form = _form(request)
    period = form.period()
    asked = (desk, counting, one, request.actor, request.at, period)
    hours = by_hour(*asked)
    whole = added_up([counts for _, counts in hours])
    shown = Shown(desk, one, period, request.actor)
    months, times = shown.months(hours), shown.hours(hours)
    return render(
        request,
        "assurance/measure.html",
        {
            "desk": desk,
            "measure": one.measure,
            "form": form,
            "asked": form.asked(),
            "whole": shown.whole(whole),
            "period": period_words(period.first, period.last),
            "month_columns": group_columns(one, "Month"),
            "months": months,
            "bars": bars_of(months),
            "hour_columns": group_columns(one, "Hour of the day"),
            "times": times,
            "hour_bars": bars_of(times),
            "splits": [shown.split(split, parts) for split, parts in by_values(*asked)],
            "query": request.GET,
        },
    )
