"""The pages of conflicts of interest, for professional standards."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from wansdyke.access.posts import Right
from wansdyke.access.references import tidy
from wansdyke.access.scope import OutOfScope
from wansdyke.casework.conflicts import (
    LONGEST,
    colleague,
    end,
    in_sight,
    lock,
    may,
    one_of,
    tries_of,
)
from wansdyke.casework.forms import KeyedForm, Lines
from wansdyke.casework.models import Conflict
from wansdyke.casework.work_forms import refuse
from wansdyke.history.pages import Asked, consulted, consulted_roots, page
from wansdyke.kernel.flow import Refused
from wansdyke.ui.forms import OneOf, Option
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Cell, Column, Sort
from wansdyke.ui.words import london

COLUMNS = (
    Column(key="reference", label="Conflict", whole=True),
    Column(key="who", label="Who"),
    Column(key="record", label="Record", whole=True),
    Column(key="relation", label="Why"),
    Column(key="since", label="Since", sortable=True),
    Column(key="state", label="State"),
)
NEWEST = Sort(key="since", descending=True)
SHOWN = {"live": "Locked out", "suggested": "Suggested", "ended": "Ended"}
COLOURS = {Conflict.LIVE: "red", Conflict.SUGGESTED: "yellow"}


class LockForm(KeyedForm):
    """Who is to be locked out of what, and why."""

    whom = forms.CharField(
        label="Whom to lock out", max_length=80, help_text="Their name or sign-in name."
    )
    reference = forms.CharField(
        label="Reference of the case or of a person’s record",
        max_length=20,
        help_text="Of a person, all their records and cases are shut with it.",
    )
    relation = OneOf(
        label="What is the conflict?", options=[Option(*one) for one in Conflict.RELATIONS]
    )
    reason = Lines(label="What do you know of it?", max_length=LONGEST)


class EndForm(KeyedForm):
    """Why a lock is lifted, or a suggestion dismissed."""

    reason = Lines(label="Reason", max_length=LONGEST)


@page(right=Right.LOCK, reads="personal", methods=("GET", "HEAD"))
def conflicts(request: Asked) -> HttpResponseBase:
    """Who is locked out of what, what is suggested, and what has ended."""
    shown = request.GET.get("show", "live")
    shown = shown if shown in SHOWN else "live"
    states = [shown] if shown != "ended" else [Conflict.LIFTED, Conflict.DISMISSED]
    sort = Sort.read(request.GET.get("sort"), COLUMNS, default=NEWEST)
    order = "-made_at" if sort.descending else "made_at"
    rows = in_sight(request.actor).filter(state__in=states).order_by(order, "pk")
    listed = page_of(rows, request.GET.get("page"))
    items = listed.in_order(in_sight(request.actor).filter(pk__in=listed.ids))
    consulted_roots(request, [one.root for one in items])
    context = {
        "columns": COLUMNS,
        "rows": [_row(one) for one in items],
        "sort": sort,
        "page": listed,
        "query": request.GET,
        "shown": shown,
        "choices": SHOWN,
    }
    return render(request, "casework/conflicts/list.html", context)


def _row(one: Conflict) -> dict[str, Any]:
    return {
        "reference": Cell(text=one.reference, href=reverse("conflict", args=[one.reference])),
        "who": f"{one.user.name}, {one.user.agency or 'no agency'}",
        "record": one.root.reference,
        "relation": one.get_relation_display(),
        "since": one.made_at,
        "state": Cell(text=one.get_state_display(), colour=COLOURS.get(one.state, "grey")),
    }


@page(right=Right.LOCK, reads="personal", writes=True)
def conflict_new(request: Asked) -> HttpResponseBase:
    """Locks somebody out."""
    if not may(request.actor):
        raise OutOfScope("conflicts")
    suggested = {name: request.GET.get(name, "") for name in ("whom", "reference")}
    form = LockForm(request.POST if request.method == "POST" else None, initial=suggested)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        given = {"by": request.actor, "at": request.at, "key": data["key"]}
        said = {"relation": data["relation"], "reason": data["reason"]}
        try:
            made = lock(colleague(data["whom"]), tidy(data["reference"]), **said, **given)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "They are locked out from now on.")
            consulted(request, [made.reference])
            return redirect("conflict", made.reference)
    consulted(request, [])
    return render(request, "casework/conflicts/new.html", {"form": form})


@page(right=Right.LOCK, reads="personal", writes=True)
def conflict(request: Asked, conflict_reference: str) -> HttpResponseBase:
    """One conflict, who tried to open what it shuts, and its end."""
    one = one_of(request.actor, conflict_reference)
    consulted_roots(request, [one.root])
    form = EndForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        given = {"by": request.actor, "at": request.at, "key": data["key"]}
        try:
            end(one, reason=data["reason"], **given)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"{one.reference} has ended.")
            return redirect("conflicts")
    going_on = one.state in (Conflict.LIVE, Conflict.SUGGESTED)
    context = {
        "one": one,
        "facts": _facts(one),
        "tries": tries_of(one),
        "form": form if going_on else None,
        "live": one.state == Conflict.LIVE,
    }
    return render(request, "casework/conflicts/one.html", context)


def _facts(one: Conflict) -> list[dict[str, Any]]:
    rows: list[tuple[str, Any]] = [
        ("Who", f"{one.user.name} ({one.user.username}), {one.user.agency or 'no agency'}"),
        ("Record", one.root.reference),
        ("Conflict", one.get_relation_display()),
        ("What is known of it", one.reason),
        ("Since", f"{london(one.made_at)}, by {one.made_by.name}"),
        ("State", one.get_state_display()),
    ]
    if one.ended_at is not None and one.ended_by is not None:
        rows.append(("Ended", f"{london(one.ended_at)}, by {one.ended_by.name}"))
        rows.append(("Why it ended", one.end_reason))
    return [{"key": key, "value": value} for key, value in rows]
