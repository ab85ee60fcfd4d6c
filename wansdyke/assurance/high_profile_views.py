"""The pages of high-profile records, and of what a member of staff has declared, for auditors."""

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from wansdyke.access.posts import Right
from wansdyke.assurance import declarations, high_profile
from wansdyke.assurance.declaration_views import ASSOCIATES, associate_rows, own_facts
from wansdyke.assurance.log_review import in_sight, own_post
from wansdyke.assurance.log_review_forms import EndForm, MarkForm
from wansdyke.assurance.log_review_models import Associate, HighProfile
from wansdyke.assurance.log_review_presenting import COLUMNS as FINDINGS
from wansdyke.assurance.log_review_presenting import rows_of
from wansdyke.casework.work_forms import refuse
from wansdyke.history.pages import Asked, consulted, consulted_roots, page
from wansdyke.kernel.flow import Refused
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Cell, Column, Sort

COLUMNS = (
    Column(key="reference", label="Mark", whole=True),
    Column(key="record", label="Record", whole=True),
    Column(key="reason", label="Why"),
    Column(key="by", label="By"),
    Column(key="since", label="Since", sortable=True),
    Column(key="state", label="State"),
)
NEWEST = Sort(key="since", descending=True)
LATEST = 50


@page(right=Right.REVIEW_AUDIT, reads="personal", methods=("GET", "HEAD"))
def marks(request: Asked) -> HttpResponseBase:
    """The records that are marked as high-profile."""
    sort = Sort.read(request.GET.get("sort"), COLUMNS, default=NEWEST)
    rows = high_profile.in_sight(request.actor)
    listed = page_of(
        rows.order_by("-at" if sort.descending else "at", "pk"), request.GET.get("page")
    )
    items = listed.in_order(rows.filter(pk__in=listed.ids))
    consulted_roots(request, [one.root for one in items])
    context = {
        "columns": COLUMNS,
        "rows": [_row(one) for one in items],
        "sort": sort,
        "page": listed,
        "query": request.GET,
    }
    return render(request, "assurance/log_review/marks.html", context)


def _row(one: HighProfile) -> dict[str, Any]:
    live = one.ended_at is None
    where = reverse("high-profile-end", args=[one.reference]) if live else ""
    return {
        "reference": Cell(text=one.reference, href=where),
        "record": one.root.reference,
        "reason": one.reason if live else f"{one.reason} Ended: {one.end_reason}",
        "by": one.by.name,
        "since": one.at,
        "state": Cell(text="Marked" if live else "Ended", colour="red" if live else "grey"),
    }


@page(right=Right.REVIEW_AUDIT, reads="personal", writes=True)
def mark_new(request: Asked) -> HttpResponseBase:
    """Marks a record."""
    high_profile.in_sight(request.actor)
    form = MarkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        given = {"by": request.actor, "at": request.at, "key": data["key"]}
        try:
            high_profile.mark(data["reference"], reason=data["reason"], **given)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "Looks at it that no work stands behind are queued.")
            return redirect("high-profile")
    consulted(request, [])
    return render(request, "assurance/log_review/mark.html", {"form": form})


@page(right=Right.REVIEW_AUDIT, reads="personal", writes=True)
def mark_end(request: Asked, mark_reference: str) -> HttpResponseBase:
    """Takes a mark away."""
    one = high_profile.one_of(request.actor, mark_reference)
    form = EndForm(request.POST if request.method == "POST" else None)
    consulted_roots(request, [one.root])
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        given = {"by": request.actor, "at": request.at, "key": data["key"]}
        try:
            high_profile.end(one, reason=data["reason"], **given)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "It is no longer marked.")
            return redirect("high-profile")
    return render(request, "assurance/log_review/mark_end.html", {"one": one, "form": form})


@page(right=Right.REVIEW_AUDIT, reads="personal", methods=("GET", "HEAD"))
def of_staff(request: Asked, username: str) -> HttpResponseBase:
    """What a member of staff has declared, and what was found of theirs."""
    user, declared = declarations.of_somebody(request.actor, username)
    theirs = Associate.objects.filter(declaration__user=user).order_by("at", "pk")
    found = list(in_sight(request.actor).filter(viewer=user).order_by("-first_at", "pk")[:LATEST])
    about = [one.about for one in found if one.about]
    consulted(request, [f"user:{user.username}", *dict.fromkeys(about)], declaration=True)
    context = {
        "user": user,
        "post": own_post(user, request.at),
        "facts": own_facts(declared),
        "columns": ASSOCIATES,
        "rows": associate_rows(theirs, own=False),
        "finding_columns": FINDINGS,
        "findings": rows_of(found),
    }
    return render(request, "assurance/log_review/staff.html", context)
