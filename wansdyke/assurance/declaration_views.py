"""The pages on which staff declare themselves and theirs."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from wansdyke.assurance import declarations
from wansdyke.assurance.log_review_forms import AssociateForm, OwnForm, TakeForm
from wansdyke.assurance.log_review_models import Associate, Declaration
from wansdyke.casework.work_forms import refuse
from wansdyke.history.pages import Asked, consulted, page
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.ui.tables import Cell, Column
from wansdyke.ui.words import date_words

ASSOCIATES = (
    Column(key="name", label="Name"),
    Column(key="relation", label="Who they are"),
    Column(key="born", label="Date of birth"),
    Column(key="address", label="Address"),
    Column(key="state", label="In the declaration"),
)


def own_facts(declared: Declaration | None) -> list[dict[str, Any]]:
    """What somebody declared of themselves."""
    born = declared.date_of_birth if declared else None
    where = ", ".join(p for p in (declared.address, declared.postcode) if p) if declared else ""
    return [
        {"key": "Date of birth", "value": date_words(born) if born else None},
        {"key": "Address", "value": where or None},
        {"key": "Last said", "value": date_words(london(declared.at).date()) if declared else None},
    ]


def associate_rows(items: Iterable[Associate], *, own: bool) -> list[dict[str, Any]]:
    """Those who stand, or stood, in a declaration."""
    return [
        {
            "name": f"{one.forename} {one.surname}",
            "relation": one.get_relation_display(),
            "born": one.date_of_birth,
            "address": ", ".join(p for p in (one.address, one.postcode) if p) or None,
            "state": _state(one, own),
        }
        for one in items
    ]


def _state(one: Associate, own: bool) -> Cell | str:
    if one.ended_at is not None:
        return f"Until {date_words(one.ended_at.date())}"
    if own:
        where = reverse("declaration-end", args=[one.reference])
        return Cell(text=f"Take {one.forename} {one.surname} off", href=where)
    return f"Since {date_words(london(one.at).date())}"


@page(reads="personal", writes=True)
def declaration(request: Asked) -> HttpResponseBase:
    """One's own declaration."""
    mine = declarations.own(request.actor)
    start = {name: getattr(mine, name) for name in declarations.OWN} if mine else {}
    form = OwnForm(request.POST if request.method == "POST" else None, initial=start)
    consulted(request, [f"user:{request.actor.username}"], declaration=True)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            given = {"by": request.actor, "at": request.at, "key": data["key"]}
            declarations.declare(data, **given)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "Your declaration is kept.")
            return redirect("declaration")
    context = {
        "form": form,
        "columns": ASSOCIATES,
        "rows": associate_rows(declarations.associates(mine), own=True),
    }
    return render(request, "assurance/log_review/declaration.html", context)


@page(reads="personal", writes=True)
def associate_new(request: Asked) -> HttpResponseBase:
    """Adds somebody to one's declaration."""
    form = AssociateForm(request.POST if request.method == "POST" else None)
    consulted(request, [f"user:{request.actor.username}"], declaration=True)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            given = {"by": request.actor, "at": request.at, "key": data["key"]}
            declarations.add(data, **given)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "They stand in your declaration.")
            return redirect("declaration")
    return render(request, "assurance/log_review/associate.html", {"form": form})


@page(reads="personal", writes=True)
def associate_end(request: Asked, associate_reference: str) -> HttpResponseBase:
    """Takes somebody off one's declaration."""
    one = declarations.one_of_mine(request.actor, associate_reference)
    form = TakeForm(request.POST if request.method == "POST" else None)
    consulted(request, [f"user:{request.actor.username}"], declaration=True)
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "at": request.at, "key": form.cleaned_data["key"]}
        declarations.end(one, **given)
        messages.success(request, "They stand in your declaration no longer.")
        return redirect("declaration")
    return render(request, "assurance/log_review/associate_end.html", {"one": one, "form": form})
