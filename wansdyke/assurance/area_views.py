"""The pages of the areas: own incidents beside published counts, as a table and as a map.

They name nobody. Anyone of the force may read what is published; own incidents count for whoever
may view them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from wansdyke.access.posts import Right
from wansdyke.assurance.area_figures import (
    Found,
    Incidents,
    by_area,
    incidents,
    own_by_month,
)
from wansdyke.assurance.area_forms import COUNTED_KIND, KINDS, POLICING_KIND, AreasForm, Offered
from wansdyke.assurance.area_map import map_of, sheet_of
from wansdyke.assurance.area_presenting import (
    MONTHLY,
    SHADES,
    columns_of,
    csv_columns,
    exported,
    month_bars,
    published_months,
    rows_of,
    sorted_lines,
)
from wansdyke.assurance.period_form import asked_period
from wansdyke.assurance.presenting import behind, period_words
from wansdyke.casework.counted import AMONG, WHICH, Period
from wansdyke.history.pages import Asked, page
from wansdyke.kernel.calendar import london
from wansdyke.people import counts, populations, whereabouts
from wansdyke.people.areas import areas as areas_loaded
from wansdyke.people.counts import OUTSIDE
from wansdyke.people.models import Area
from wansdyke.people.outlines import COUNTED
from wansdyke.ui.downloads import as_csv, as_xlsx
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Column, Sort


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


def months_words(months: Sequence[date], collected: Sequence[date]) -> str:
    """The months in words: “October 2018 to December 2018 (2 of these 3 months are loaded)”."""
    if not months:
        return "no month is loaded"
    first, last = months[0], months[-1]
    words = f"{first:%B %Y}" if first == last else f"{first:%B %Y} to {last:%B %Y}"
    span = (last.year - first.year) * 12 + last.month - first.month + 1
    there = sum(first <= month <= last for month in collected)
    return words if there == span else f"{words} ({there} of these {span} months are loaded)"


@dataclass(frozen=True)
class Listed:
    """What was asked for, and every area's numbers."""

    form: AreasForm
    kind: str
    category: str
    period: Period
    collected: list[date]
    own: Incidents | None
    found: Found
    sort: Sort
    columns: tuple[Column, ...]


def _kinds() -> tuple[tuple[str, str], ...]:
    there = {
        COUNTED_KIND: counts.counted_areas().exists(),
        POLICING_KIND: whereabouts.policing_areas().exists(),
    }
    return tuple((key, words) for key, words in KINDS if there[key])


def _listed(request: Asked, right: Right) -> Listed:
    """The numbers asked for; own incidents for whoever has a right to them."""
    collected = counts.months_collected()
    own = incidents() if request.actor.may(right) else None
    offered = Offered(
        _kinds(), collected, counts.categories_published(), own.counting if own else None
    )
    form = asked_period(AreasForm, request.GET.dict(), london(request.at).date(), offered)
    kind, category, period = form.area_kind, form.answer("category"), form.period()
    if own:
        own = Incidents(own.desk, own.counting, own.counted, form.incidents_split())
    found = by_area(own, kind, category, period, collected, actor=request.actor, at=request.at)
    columns = columns_of(own, category=category, collected=bool(collected))
    sort = Sort.read(request.GET.get("sort"), columns, default=Sort(key="name"))
    return Listed(form, kind, category, period, collected, own, found, sort, columns)


@page(reads="reference", methods=("GET", "HEAD"))
@home_only
def areas(request: Asked) -> HttpResponse:
    """Every area with its numbers, as a table and as a map."""
    listed = _listed(request, Right.VIEW)
    found, period = listed.found, listed.period
    lines = sorted_lines(found.lines, listed.sort)
    shown = page_of(range(len(lines)), request.GET.get("page"))
    asked = listed.form.asked()
    context = {
        "listed": listed,
        "form": listed.form,
        "rows": rows_of(
            [lines[place] for place in shown.ids], listed.own, listed.kind, period, asked
        ),
        "shown": shown,
        "query": request.GET,
        "period": period_words(period.first, period.last),
        "months": months_words(found.months, listed.collected),
        "loaded_as": _loaded_as(listed.collected),
        "own_total": sum(line.own or 0 for line in found.lines),
        "published_total": sum(line.published or 0 for line in found.lines),
        "elsewhere": _elsewhere(listed),
        "map": _map(listed, asked) if lines else None,
        "map_shows": dict(listed.form.offered.mapped).get(_shade(listed), ""),
        "last_loaded": counts.last_loaded(),
        "waiting": whereabouts.waiting(),
        "may_load": request.actor.may(Right.LOAD_REFERENCE),
    }
    return render(request, "assurance/areas.html", context)


def _loaded_as(collected: Sequence[date]) -> str:
    """The address of the page for the newest year that is published, where there is any."""
    if not collected:
        return ""
    first = max(collected[0], collected[-1].replace(year=collected[-1].year - 1))
    return f"{reverse('areas')}?first={first:%Y-%m}&last={collected[-1]:%Y-%m}"


def _elsewhere(listed: Listed) -> str:
    """Where the own incidents are that lie in no area of the kind."""
    if listed.own is None:
        return ""
    own = listed.own
    return behind(own.desk, own.counted, AMONG, listed.period, **own.asked(listed.kind, ""))


def _shade(listed: Listed) -> str:
    mapped = listed.form.offered.mapped
    return listed.form.answer("shade") or (mapped[0][0] if mapped else "")


def _map(listed: Listed, asked: str) -> Any:
    shade = SHADES.get(_shade(listed))
    if shade is None:
        return None
    return map_of(listed.found.lines, shade.value, shade.words, asked)


def _file(request: Asked) -> tuple[tuple[Column, ...], list[dict[str, Any]]]:
    listed = _listed(request, Right.EXPORT)
    if not listed.found.lines:
        raise Http404
    return csv_columns(listed.columns), exported(
        listed.found, listed.own, listed.period, listed.category, listed.sort
    )


@page(
    reads="reference",
    methods=("GET", "HEAD"),
    sends="nothing of anybody",
    holds="nobody",
    step_up=True,
)
@home_only
def areas_csv(request: Asked) -> HttpResponseBase:
    """The same as a file, every area, with what lies in none as the last row; own incidents for
    whoever may take them out."""
    return as_csv("areas", *_file(request))


@page(
    reads="reference",
    methods=("GET", "HEAD"),
    sends="nothing of anybody",
    holds="nobody",
    step_up=True,
)
@home_only
def areas_xlsx(request: Asked) -> HttpResponseBase:
    """The same as a spreadsheet."""
    return as_xlsx("areas", "Areas", *_file(request))


@page(reads="reference", methods=("GET", "HEAD"))
@home_only
def area(request: Asked, code: str) -> HttpResponse:
    """One area, or all that lies outside: its outline, own incidents and what was published."""
    found = _area_named(code)
    collected = counts.months_collected()
    offered = Offered((), collected, (), None)
    form = asked_period(AreasForm, request.GET.dict(), london(request.at).date(), offered)
    period = form.period()
    is_counted = found is None or found.kind == COUNTED
    context = {
        "name": found.name if found else "Outside the force’s areas",
        "area": found,
        "code": code,
        "form": form,
        "query": request.GET,
        "is_counted": is_counted,
        "period": period_words(period.first, period.last),
        "loaded_as": _loaded_as(collected),
        "lived": populations.newest([code]).get(code),
        "sheet": sheet_of([found.pk]) if found else None,
        "last_loaded": counts.last_loaded(),
        "own": None,
        "own_columns": MONTHLY,
        **(_published(code, period, collected) if is_counted else {}),
        **(_own(request, found, period) if found else {}),
    }
    return render(request, "assurance/area.html", context)


def _published(code: str, period: Period, collected: Sequence[date]) -> dict[str, Any]:
    first = period.first.replace(day=1)
    months = [month for month in collected if first <= month <= period.last]
    codes = set(counts.counted_areas().values_list("code", flat=True))
    grid = counts.grid(code, months)
    return {
        "months": months_words(months, collected),
        "outside": counts.outside_of(counts.tallies(months), codes),
        **published_months(grid, months),
    }


def _own(request: Asked, found: Area, period: Period) -> dict[str, Any]:
    own = incidents() if request.actor.may(Right.VIEW) else None
    if own is None:
        return {}
    kind = COUNTED_KIND if found.kind == COUNTED else POLICING_KIND
    months = own_by_month(own, kind, found.pk, request.actor, request.at, period)
    rows, bars = month_bars(own, kind, found.code, months)
    again = own.counting.named(own.counting.repeats)
    here = own.asked(kind, found.code)
    return {
        "own": own,
        "own_rows": rows,
        "own_bars": bars,
        "own_total": sum(count for _, count in months),
        "repeats": behind(own.desk, again, WHICH, period, **here) if again else "",
    }


def _area_named(code: str) -> Area | None:
    """The area of a code that numbers are shown for; None for all outside. Raises Http404."""
    if code == OUTSIDE:
        return None
    found = areas_loaded().defer("outline").filter(code=code).first()
    if found is None or not (found.kind == COUNTED or found.policing):
        raise Http404
    return found
