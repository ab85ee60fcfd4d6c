"""One's own passkeys: listed, added under a name, removed."""

from typing import cast

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render

from wansdyke.access.models import User
from wansdyke.access.sessions import fresh_factor
from wansdyke.access.sessions import second_factor as factor_given
from wansdyke.accounts.devices import known_from_now_on
from wansdyke.accounts.forms import NewPasskeyForm, RevokeForm
from wansdyke.accounts.passkeys import (
    add,
    begin_adding,
    made,
    mark_of,
    offered,
    passkeys_of,
    remove,
    used_at,
)
from wansdyke.accounts.second_factor import codes_left, fresh_recovery_codes, has_factor, remember
from wansdyke.accounts.sign_in import noted, others_ended
from wansdyke.accounts.views import onward, with_next
from wansdyke.history.pages import Asked, page, step_up_first
from wansdyke.kernel.flow import Refused
from wansdyke.ui.tables import Column

COLUMNS = (
    Column(key="name", label="Name"),
    Column(key="alone", label="Signs in by itself"),
    Column(key="made", label="Added"),
    Column(key="used", label="Last used"),
)


def _own(request: Asked) -> User:
    return cast("User", request.user)


@page(methods=("GET", "HEAD"))
def passkeys(request: Asked) -> HttpResponse:
    """My passkeys."""
    held = list(passkeys_of(_own(request)))
    rows = [
        {
            "name": row.data["name"],
            "alone": "Yes" if row.data["verified"] else "No",
            "made": row.created_at,
            "used": used_at(row) or "Never",
        }
        for row in held
    ]
    removing = [(r.data["name"], RevokeForm(initial={"mark": mark_of(r)})) for r in held]
    shown = {"columns": COLUMNS, "rows": rows, "removing": removing, "offered": offered(request)}
    return render(request, "accounts/passkeys.html", shown)


def _barred(request: Asked) -> HttpResponse | None:
    """Where whoever may not add a passkey now goes first: that is the same for everyone who has a
    factor, while the first one may be a passkey too."""
    if not request.user.is_authenticated or not request.actor.active:
        return HttpResponseRedirect(with_next("account_login", request))
    if not has_factor(_own(request)) and not factor_given(request):
        return None
    if not request.actor.admitted:
        return HttpResponseRedirect(with_next("account_login", request))
    return None if fresh_factor(request) else step_up_first(request)


def _added(request: Asked, form: NewPasskeyForm) -> HttpResponse:
    """Keeps the new passkey; my other sessions end. Raises Refused."""
    user, first = _own(request), not has_factor(_own(request))
    told = made(request, form.cleaned_data["credential"])
    with transaction.atomic():
        row = add(user, form.cleaned_data["name"], told)
        # Whoever had none needs a way in without the key as well.
        codes = fresh_recovery_codes(user) if first and not codes_left(user) else []
        noted(request, "passkey added", user, known=True)
    if first:
        remember(request, user, row)
    others_ended(request, user)
    if codes:
        shown = {"codes": codes, "next": onward(request) or "/", "new_app": False}
        answer = render(request, "accounts/recovery_codes.html", shown)
        return known_from_now_on(request, answer, user)
    messages.success(request, "The passkey is added. Your other sessions have ended.")
    return known_from_now_on(request, redirect("passkeys"), user)


@page(open_to_all=True, writes=True)
def passkey_add(request: Asked) -> HttpResponse:
    """Adds a passkey under a name."""
    barred = _barred(request)
    if barred is not None:
        return barred
    form = NewPasskeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            return _added(request, form)
        except Refused as refused:
            form.add_error("name" if refused.field == "name" else None, refused.message)
    shown = {
        "form": form,
        "offered": offered(request),
        "first": not has_factor(_own(request)),
        "next": onward(request),
    }
    return render(request, "accounts/passkey_add.html", shown)


@page(open_to_all=True, writes=True, methods=("POST",))
def passkey_add_options(request: Asked) -> HttpResponse:
    """What the browser needs to make a passkey."""
    if _barred(request) is not None or not offered(request):
        return JsonResponse({"detail": "No passkey can be added here now."}, status=409)
    return JsonResponse(begin_adding(request, _own(request)))


@page(writes=True, methods=("POST",), step_up=True)
def passkey_remove(request: Asked) -> HttpResponse:
    """Removes one of my passkeys; my other sessions end."""
    form, user = RevokeForm(request.POST), _own(request)
    try:
        if not form.is_valid():
            raise Refused("There is no such passkey, or it is removed already.")
        with transaction.atomic():
            name = remove(user, form.cleaned_data["mark"])
            noted(request, "passkey removed", user, known=True)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("passkeys")
    others_ended(request, user)
    messages.success(request, f"“{name}” is removed. Your other sessions have ended.")
    return known_from_now_on(request, redirect("passkeys"), user)
