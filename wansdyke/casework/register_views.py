"""The register of shares: told whom, what, why, until when; as a page and as files."""

from typing import Any

from django.db.models import F, Q, QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import render

from wansdyke.access.posts import Right
from wansdyke.casework.exports import AT_ONCE
from wansdyke.casework.models import Share
from wansdyke.casework.sharing import register, with_names
from wansdyke.casework.sharing_presenting import COLUMNS, ORDERS, SOONEST, rows_of
from wansdyke.history import audit
from wansdyke.history.pages import Asked, consulted, consulted_roots, page
from wansdyke.ui.downloads import as_csv, as_xlsx
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Sort

NAME = "shares-{:%Y-%m-%d}"
# What it was needed for was typed, and may name people: it is on the page.
FILED = tuple(column for column in COLUMNS if column.key != "purpose")
SHOWN = {"live": "Live", "ended": "Ended", "all": "All"}


def _asked(request: Asked) -> tuple[QuerySet[Share], Sort, str]:
    """The shares asked for in their order, and how they were asked for."""
    shown = request.GET.get("show", "live")
    rows = register(request.actor, request.at)
    over = Q(revoked_at__isnull=False) | Q(until_at__lte=request.at)
    if shown == "ended":
        rows = rows.filter(over)
    elif shown != "all":
        shown, rows = "live", rows.exclude(over)
    sort = Sort.read(request.GET.get("sort"), COLUMNS, default=SOONEST)
    order = F(ORDERS[sort.key])
    first = order.desc(nulls_last=True) if sort.descending else order.asc(nulls_last=True)
    return rows.order_by(first, "pk"), sort, shown


@page(right=Right.VIEW, reads="personal", methods=("GET", "HEAD"))
def shares(request: Asked) -> HttpResponseBase:
    """The register of the shares of all cases in scope, those that end soonest first."""
    found, sort, shown = _asked(request)
    listed = page_of(found, request.GET.get("page"))
    rows = listed.in_order(with_names(Share.objects.filter(pk__in=listed.ids)))
    consulted_roots(request, [one.case.root for one in rows])
    context = {
        "columns": COLUMNS,
        "rows": rows_of(rows, request.at),
        "sort": sort,
        "page": listed,
        "query": request.GET,
        "shown": shown,
        "choices": SHOWN,
        "may_export": request.actor.may(Right.EXPORT),
    }
    return render(request, "casework/sharing/register.html", context)


def _filed(request: Asked, form: str) -> list[dict[str, Any]]:
    found, _, _ = _asked(request)
    rows = list(with_names(found)[:AT_ONCE])
    consulted(request, [one.case.root.reference for one in rows], form=form, rows=len(rows))
    return rows_of(rows, request.at)


@page(
    right=Right.EXPORT,
    reads="personal",
    operation=audit.EXPORT,
    methods=("GET",),
    sends="within the product",
    holds="nobody",
)
def shares_csv(request: Asked) -> HttpResponseBase:
    """The register as a CSV file, the first 2,000 of it: it names no person of a case."""
    return as_csv(NAME.format(request.at), FILED, _filed(request, "csv"))


@page(
    right=Right.EXPORT,
    reads="personal",
    operation=audit.EXPORT,
    methods=("GET",),
    sends="within the product",
    holds="nobody",
)
def shares_xlsx(request: Asked) -> HttpResponseBase:
    """The same as a spreadsheet."""
    return as_xlsx(NAME.format(request.at), "Shares", FILED, _filed(request, "xlsx"))
