"""One's own account: what it may do, its second factor, password and API tokens."""

from typing import cast

from allauth.mfa.totp.internal.auth import clear_totp_secret
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from wansdyke.access.models import User
from wansdyke.access.posts import posts
from wansdyke.access.sessions import end_sessions, fresh_factor, sessions_of
from wansdyke.access.sessions import second_factor as factor_given
from wansdyke.accounts.accounts import change_own_password, holds_on, memberships_of
from wansdyke.accounts.devices import known_from_now_on
from wansdyke.accounts.forms import (
    OwnPasswordForm,
    RevokeForm,
    SecondFactorForm,
    SetUpForm,
    TokenForm,
)
from wansdyke.accounts.passkeys import offered, passkeys_of
from wansdyke.accounts.second_factor import (
    code_is_right,
    codes_left,
    fresh_recovery_codes,
    has_authenticator,
    has_factor,
    pending_secret,
    remember,
    set_up,
    square_code,
    step_of,
)
from wansdyke.accounts.sign_in import noted, others_ended, password_is_right
from wansdyke.accounts.tokens import make_token, mark_of, revoke_token, tokens_of
from wansdyke.accounts.views import WRONG_CODE, onward, refuse, with_next
from wansdyke.history.door import Repeated
from wansdyke.history.pages import Asked, page, step_up_first
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.ui.forms import PlainForm
from wansdyke.ui.tables import Column

TOKEN_COLUMNS = (
    Column(key="name", label="What it is for"),
    Column(key="mark", label="Mark"),
    Column(key="made", label="Made"),
    Column(key="used", label="Last used"),
    Column(key="state", label="State"),
)
POST_COLUMNS = (
    Column(key="post", label="Post"),
    Column(key="team", label="Team"),
    Column(key="from", label="From"),
    Column(key="until", label="Until"),
)
NEW_APP_WRONG = "Enter the 6 digits that the app shows now for the key you added"


def _own(request: Asked) -> User:
    return cast("User", request.user)


@page()
def account(request: Asked) -> HttpResponse:
    """Who I am here, and which posts I hold today."""
    user, today = _own(request), london(request.at).date()
    known = posts()
    rows = [
        {
            "post": known[m.post].title if m.post in known else m.post,
            "team": m.team.name,
            "from": m.from_date,
            "until": m.until_date or "No end date",
        }
        for m in memberships_of(user)
        if holds_on(m, today)
    ]
    shown = {
        "account": user,
        "columns": POST_COLUMNS,
        "rows": rows,
        "has_app": has_authenticator(user),
        "has_factor": has_factor(user),
        "passkeys": passkeys_of(user).count(),
        "sessions": sessions_of(user, request.at).count(),
        "codes_left": codes_left(user),
    }
    return render(request, "accounts/account.html", shown)


def _proven(request: Asked, form: PlainForm, field: str) -> bool:
    """Whether the code typed in a field is good; says so beside it where it is not."""
    try:
        used = code_is_right(request, _own(request), form.cleaned_data[field], again=True)
        if used is not None:
            return True
        form.add_error(field, WRONG_CODE)
    except Refused as refused:
        form.add_error(field, refused.message)
    return False


def _set_up(request: Asked, step: int, secret: str) -> HttpResponse:
    user = _own(request)
    with transaction.atomic():
        made, codes = set_up(user, secret, step)
        noted(request, "second factor set up", user, known=True)
    clear_totp_secret(request)
    remember(request, user, made)
    others_ended(request, user)
    shown = {"codes": codes, "next": onward(request) or "/", "new_app": True}
    answer = render(request, "accounts/recovery_codes.html", shown)
    return known_from_now_on(request, answer, user)


@page(open_to_all=True, writes=True)
def set_up_second_factor(request: Asked) -> HttpResponse:
    """Adds an authenticator app: the only page open to someone signed in without a factor."""
    if not request.user.is_authenticated or not request.actor.active:
        return HttpResponseRedirect(with_next("account_login", request))
    user = _own(request)
    replacing = has_authenticator(user)
    if has_factor(user) and not factor_given(request):
        return HttpResponseRedirect(with_next("mfa_authenticate", request))
    # Who has an app gives a code of it below; anybody else who has a factor shows that now.
    if not replacing and factor_given(request) and not fresh_factor(request):
        return step_up_first(request)
    secret = pending_secret(request)
    form = SetUpForm(request.POST if request.method == "POST" else None, replacing=replacing)
    if form.is_valid():
        step = step_of(secret, form.cleaned_data["code"])
        if step is None:
            form.add_error("code", NEW_APP_WRONG)
        elif not replacing or _proven(request, form, "current"):
            return _set_up(request, step, secret)
    shown = {
        "form": form,
        "replacing": replacing,
        "passkeys": with_next("passkey_add", request) if offered(request) else "",
        "picture": square_code(user, secret),
        "key": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "next": onward(request),
    }
    return render(request, "accounts/set_up.html", shown)


def _codes_of_whoever_has_passkeys(request: Asked, user: User) -> HttpResponse:
    """As `recovery_codes`, for who has no app to give a code of: a passkey just shown does."""
    if not fresh_factor(request):
        return step_up_first(request)
    if request.method == "POST":
        with transaction.atomic():
            codes = fresh_recovery_codes(user)
            noted(request, "recovery codes replaced", user, known=True)
        shown = {"codes": codes, "next": "/account/", "new_app": False}
        return render(request, "accounts/recovery_codes.html", shown)
    shown = {"form": None, "codes_left": codes_left(user)}
    return render(request, "accounts/new_codes.html", shown)


@page(writes=True)
def recovery_codes(request: Asked) -> HttpResponse:
    """Makes new recovery codes for who can give a code now, and shows them this once."""
    user = _own(request)
    if not has_factor(user):
        return redirect("mfa_activate_totp")
    if not has_authenticator(user):
        return _codes_of_whoever_has_passkeys(request, user)
    form = SecondFactorForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _proven(request, form, "code"):
        with transaction.atomic():
            codes = fresh_recovery_codes(user)
            noted(request, "recovery codes replaced", user, known=True)
        shown = {"codes": codes, "next": "/account/", "new_app": False}
        return render(request, "accounts/recovery_codes.html", shown)
    shown = {"form": form, "codes_left": codes_left(user)}
    return render(request, "accounts/new_codes.html", shown)


def _change_password(request: Asked) -> HttpResponse:
    signed_in = request.user.is_authenticated
    if not signed_in or not request.actor.active or not factor_given(request):
        half_in = "account_login" if signed_in else None
        return redirect_to_login(request.get_full_path(), half_in)
    user, given = _own(request), request.actor.password_given
    form = OwnPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            if password_is_right(request, user.username, form.cleaned_data["current"]) is None:
                raise Refused("Enter your current password", field="current")
            change_own_password(
                by=request.actor,
                at=timezone.now(),
                key=form.cleaned_data["operation_key"],
                user=user,
                password=form.cleaned_data["password"],
            )
        except Refused as refused:
            refuse(form, refused)
        except Repeated:
            return redirect("account")
        else:
            update_session_auth_hash(request, user)
            end_sessions(user, but=request.session.session_key or "")
            messages.success(
                request, "Your password is changed. Your other sessions and API tokens have ended."
            )
            following = onward(request) or ("/" if given else reverse("account"))
            return known_from_now_on(request, HttpResponseRedirect(following), user)
    shown = {"form": form, "given": given, "next": onward(request)}
    return render(request, "accounts/password.html", shown)


# Open beyond those admitted, for whoever must first choose a password of their own.
change_password = page(open_to_all=True, writes=True)(
    sensitive_post_parameters("current", "password", "again")(_change_password)
)


def _token_rows(request: Asked) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for token in tokens_of(request.actor):
        state = f"Good until {london(token.expires_at):%-d %B %Y}"
        if token.revoked_at:
            state = "Revoked"
        elif token.expires_at <= request.at:
            state = "Expired"
        rows.append(
            {
                "name": f"{token.name} (may send calls)" if token.sends else token.name,
                "mark": mark_of(token),
                "made": token.made_at,
                "used": token.used_at or "Never",
                "state": state,
                "live": not token.revoked_at and token.expires_at > request.at,
            }
        )
    return rows


@page(writes=True, step_up=True)
def tokens(request: Asked) -> HttpResponse:
    """My API tokens; a new one is shown in the answer to its making, and never again."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    made = ""
    if form.is_valid():
        try:
            _, made = make_token(
                by=request.actor,
                at=timezone.now(),
                key=form.cleaned_data["operation_key"],
                name=form.cleaned_data["name"],
                days=form.cleaned_data["days"],
                sends=form.cleaned_data["sends"],
            )
            form = TokenForm()
        except Refused as refused:
            refuse(form, refused)
        except Repeated:
            messages.info(request, "That token was made already. It is shown only once.")
            return redirect("api_tokens")
    rows = _token_rows(request)
    revoking = [(row, RevokeForm(initial={"mark": row["mark"]})) for row in rows if row["live"]]
    shown = {"form": form, "made": made, "columns": TOKEN_COLUMNS, "rows": rows}
    return render(request, "accounts/tokens.html", shown | {"revoking": revoking})


@page(writes=True, methods=("POST",), step_up=True)
def token_revoke(request: Asked) -> HttpResponse:
    """Revokes one of my tokens."""
    form = RevokeForm(request.POST)
    if form.is_valid():
        try:
            revoke_token(
                by=request.actor,
                at=timezone.now(),
                key=form.cleaned_data["operation_key"],
                mark=form.cleaned_data["mark"],
            )
            messages.success(request, "The token is revoked.")
        except Refused as refused:
            messages.error(request, refused.message)
        except Repeated:
            messages.success(request, "The token is revoked.")
    return redirect("api_tokens")
