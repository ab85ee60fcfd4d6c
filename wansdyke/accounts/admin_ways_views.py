"""Administration of how an account is signed in to: its sessions, its link to single sign-on."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from wansdyke.accounts import single_sign_on as sso
from wansdyke.accounts import sso_links
from wansdyke.accounts.admin_views import ADMIN_ACT, ADMIN_CHANGE, asked_user, tried
from wansdyke.accounts.forms import KeyedForm, LinkForm, RevokeForm
from wansdyke.accounts.signed_in import NO_SUCH, end_sessions_of
from wansdyke.history.pages import Asked


@ADMIN_ACT
def user_session_end(request: Asked, username: str) -> HttpResponse:
    """Ends one of an account's sessions, or all of them."""
    account = asked_user(username)
    form = RevokeForm(request.POST)

    def act(who: dict[str, Any]) -> None:
        end_sessions_of(**who, user=account, mark=form.cleaned_data["mark"])

    if not tried(request, form, act, "Signed out there."):
        messages.error(request, NO_SUCH)
    return redirect("user", username=account.username)


@ADMIN_CHANGE
def user_link(request: Asked, username: str) -> HttpResponse:
    """Links an account to an identifier at the provider of single sign-on."""
    account = asked_user(username)
    if sso.configured() is None:
        raise Http404
    form = LinkForm(request.POST if request.method == "POST" else None)

    def act(who: dict[str, Any]) -> None:
        sso_links.link(**who, user=account, sub=form.cleaned_data["sub"])

    if tried(request, form, act, "The account is linked."):
        return redirect("user", username=account.username)
    words = {
        "heading": "Link to single sign-on",
        "told": "Whoever the provider signs in under this identifier comes in as this account; "
        "where it has a second factor of its own, they give that too, the first time. Their "
        "sessions end. They and the force’s auditors are told of it.",
        "button": "Link the account",
    }
    context = {"form": form, "account": account, **words}
    return render(request, "accounts/user_change.html", context)


@ADMIN_CHANGE
def user_unlink(request: Asked, username: str) -> HttpResponse:
    """Takes the link of an account away."""
    account = asked_user(username)
    if sso.configured() is None:
        raise Http404
    form = KeyedForm(request.POST if request.method == "POST" else None)

    def act(who: dict[str, Any]) -> None:
        sso_links.unlink(**who, user=account)

    if tried(request, form, act, "The link is taken away."):
        return redirect("user", username=account.username)
    words = {
        "heading": "Take the link to single sign-on away",
        "told": "Their sessions end. They and the force’s auditors are told of it.",
        "button": "Take the link away",
    }
    context = {"form": form, "account": account, **words}
    return render(request, "accounts/user_change.html", context)
