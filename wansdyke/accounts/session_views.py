"""Where I am signed in, staying signed in, and what I sent that came too late."""

from http import HTTPStatus
from typing import cast

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from wansdyke.access import kept
from wansdyke.access.models import User
from wansdyke.access.scope import OutOfScope
from wansdyke.access.sessions import TOUCHED, ends, keep_alive, mark_here
from wansdyke.accounts.forms import RevokeForm
from wansdyke.accounts.sign_in import noted, others_ended
from wansdyke.accounts.signed_in import EVERY, NO_SUCH, SESSION_COLUMNS, end_one, session_rows
from wansdyke.history.pages import Asked, page


def _own(request: Asked) -> User:
    return cast("User", request.user)


@page(methods=("GET", "HEAD"))
def sessions(request: Asked) -> HttpResponse:
    """Every browser in which I am signed in."""
    rows = session_rows(_own(request), request.at, mark_here(request))
    shown = {
        "columns": SESSION_COLUMNS,
        "rows": rows,
        "ending": [(r, RevokeForm(initial={"mark": r["mark"]})) for r in rows if not r["this"]],
        "every": RevokeForm(initial={"mark": EVERY}),
    }
    return render(request, "accounts/sessions.html", shown)


@page(writes=True, methods=("POST",), step_up=True)
def session_end(request: Asked) -> HttpResponse:
    """Ends one of my other sessions, or all of them."""
    form, user = RevokeForm(request.POST), _own(request)
    mark = form.cleaned_data["mark"] if form.is_valid() else ""
    if mark == EVERY:
        ended = others_ended(request, user)
    else:
        ended = int(mark != mark_here(request) and end_one(user, mark))
    if ended:
        noted(request, "sessions ended by their owner", user, known=True, sessions_ended=ended)
        messages.success(request, "Signed out there.")
    else:
        messages.info(request, NO_SUCH if mark != EVERY else "You are signed in nowhere else.")
    return redirect("sessions")


def _times(request: Asked) -> JsonResponse:
    left = ends(request)
    return JsonResponse({"idle": left.idle, "whole": left.whole})


@page(methods=("GET",))
def session_left(request: Asked) -> HttpResponse:
    """How long this session lasts yet, in seconds; asking does not prolong it."""
    return _times(request)


@page(writes=True, methods=("POST",))
def session_stay(request: Asked) -> HttpResponse:
    """Prolongs this session, for somebody who is still there."""
    request.session.pop(TOUCHED, None)
    keep_alive(request)
    return _times(request)


@page(writes=True, methods=("POST",))
def session_keep(request: Asked) -> HttpResponse:
    """Keeps what stands in a form of a page whose session is about to end, and says where."""
    path = request.headers.get("Kept-Path", "")
    reference = ""
    if path.startswith("/") and url_has_allowed_host_and_scheme(path, None):
        user = _own(request)
        reference = kept.keep(user, path=path, fields=kept.sent(request), at=request.at)
    where = reverse("unsent", args=[reference]) if reference else ""
    return JsonResponse({"where": where})


def _words(name: str) -> str:
    plain = name.replace("_", " ").replace("-", " ").strip()
    return plain[:1].upper() + plain[1:]


@page(methods=("GET", "HEAD"))
def unsent_list(request: Asked) -> HttpResponse:
    """What I sent in the last hour that came too late."""
    rows = kept.kept_of(request.actor.user_id, request.at)
    return render(request, "accounts/unsent_list.html", {"rows": rows})


def _sent_on(path: str) -> HttpResponse:
    """Has the browser send the same form, as the page shows it, to where it first went."""
    answer = HttpResponse(status=HTTPStatus.TEMPORARY_REDIRECT)
    answer["Location"] = path
    return answer


@page(writes=True)
def unsent(request: Asked, kept_form: str) -> HttpResponse:
    """One form that came too late: what was typed, to be sent after all or thrown away."""
    found = kept.one_kept(request.actor.user_id, kept_form, request.at)
    if found is None:
        raise OutOfScope("unsent")
    if request.method == "POST":
        kept.drop(request.actor.user_id, kept_form)
        if "drop" not in request.POST:
            return _sent_on(found.path)
        messages.info(request, "What you typed is thrown away.")
        return HttpResponseRedirect("/")
    typed = [
        (_words(name), value)
        for name, value in found.fields
        if value.strip() and name not in HIDDEN and not name.endswith(HIDDEN)
    ]
    return render(request, "accounts/unsent.html", {"kept": found, "typed": typed})


HIDDEN = ("operation_key", "key", "version", "next", "mark")
