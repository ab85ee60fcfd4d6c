"""Signing in, the second factor, and signing out."""

import time
from typing import cast

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, perform_password_login
from allauth.account.internal.flows.logout import logout
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from allauth.account.stages import LoginStage, LoginStageController
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.debug import sensitive_post_parameters

from wansdyke.access.models import User
from wansdyke.access.sessions import DEMO_FACTOR, as_persona
from wansdyke.access.sessions import second_factor as factor_given
from wansdyke.accounts import single_sign_on as sso
from wansdyke.accounts.devices import known_from_now_on
from wansdyke.accounts.forms import PasskeyForm, SecondFactorForm, SignInForm
from wansdyke.accounts.passkey_sign_in import passkey_alone, passkey_is_right
from wansdyke.accounts.passkeys import begin_proving, offered, passkeys_of
from wansdyke.accounts.second_factor import (
    code_is_right,
    codes_left,
    has_authenticator,
    has_factor,
    remember,
)
from wansdyke.accounts.sign_in import admissible, noted, refuse_own_way
from wansdyke.history.pages import Asked, page
from wansdyke.history.seen import Overtaken, SeenForm
from wansdyke.kernel.flow import Refused
from wansdyke.ui.forms import PlainForm

TIMED_OUT = (
    "You were signed out, because nobody used the page or you had been signed in for as long as one"
    " may. What you typed there is kept for an hour: sign in again to send it."
)
WRONG = "Enter a username and password that fit together"
WRONG_CODE = "Enter a code that your app shows now, or a recovery code you have not used"


def onward(request: HttpRequest) -> str:
    """Where to go afterwards: the page first asked for, if it is one of ours, else none."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure())
    return asked if ours and asked.startswith("/") else ""


def with_next(name: str, request: HttpRequest) -> str:
    """The address of a page that will lead on to the one first asked for."""
    asked = onward(request)
    return f"{reverse(name)}?{urlencode({'next': asked})}" if asked else reverse(name)


def refuse(form: PlainForm, refused: Refused) -> None:
    """Puts what was refused beside its field, or above the form where that has no such field."""
    if isinstance(refused, Overtaken) and isinstance(form, SeenForm):
        form.overtaken(refused)
        return
    form.add_error(refused.field if refused.field in form.fields else None, refused.message)


def _already_in(request: Asked) -> HttpResponse:
    if not request.actor.active:
        logout(request, show_message=False)
        return redirect("account_login")
    if factor_given(request):
        following = with_next("account_change_password", request)
        given = request.actor.password_given
        return HttpResponseRedirect(following if given else onward(request) or "/")
    has_one = has_factor(cast("User", request.user))
    following = "mfa_authenticate" if has_one else "mfa_activate_totp"
    return HttpResponseRedirect(with_next(following, request))


@sensitive_post_parameters("password")
def _sign_in(request: Asked) -> HttpResponse:
    if request.user.is_authenticated:
        return _already_in(request)
    form = SignInForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        name, password = form.cleaned_data["username"], form.cleaned_data["password"]
        try:
            user = get_adapter().authenticate(request, username=name, password=password)
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            if user is not None:
                request.session.cycle_key()
                login = Login(user=user, redirect_url=onward(request) or None)
                done: HttpResponse = perform_password_login(request, {}, login)
                return done
            form.add_error("username", WRONG)
    return _sign_in_page(request, form, form)


def _sign_in_page(request: Asked, typed: SignInForm, wrong: PlainForm) -> HttpResponse:
    """The page to sign in on; what is `wrong` heads it."""
    shown = {
        "typed": typed,
        "form": wrong,
        "next": onward(request),
        "demonstration": settings.DEMO,
        "passkeys": offered(request),
        "provider": sso.name(),
        "single_sign_on": with_next("sso", request) if sso.configured() else "",
    }
    return render(request, "accounts/sign_in.html", shown)


sign_in = page(open_to_all=True, writes=True)(_sign_in)


def _pending(request: HttpRequest) -> tuple[LoginStage | None, User | None]:
    if isinstance(request.user, User):
        return None, request.user
    stage = LoginStageController.enter(request, AuthenticateStage.key)
    user = stage.login.user if stage else None
    if user is not None and not admissible(request, user):
        clear_login(request)
        return None, None
    return stage, user


def _given_again(request: Asked, user: User) -> HttpResponse:
    """The persona of a demonstration has nothing to show: a press says that it is still them."""
    if request.method == "POST":
        request.session[DEMO_FACTOR] = time.time()
        request.session.cycle_key()
        noted(request, "second factor given again: demonstration persona", user, known=True)
        return HttpResponseRedirect(onward(request) or "/")
    return render(request, "accounts/persona_again.html", {"next": onward(request)})


def _judged(request: Asked, user: User, stage: LoginStage | None, form: PlainForm) -> bool:
    """Whether a code or a passkey was good; the session has it then. Else says why not."""
    again = stage is None
    try:
        if isinstance(form, PasskeyForm):
            answer = form.cleaned_data["credential"]
            used = passkey_is_right(request, user, answer, again=again).passkey
        else:
            used = code_is_right(request, user, form.cleaned_data["code"], again=again)
    except Refused as refused:
        form.add_error(refused.field if refused.field == "code" else None, refused.message)
        return False
    if used is None:
        form.add_error("code", WRONG_CODE)
        return False
    remember(request, user, used, again=again)
    return True


@page(open_to_all=True, writes=True)
def second_factor(request: Asked) -> HttpResponse:
    """Asks for a code or a passkey: to finish signing in, or of someone signed in, that it is still
    them."""
    stage, user = _pending(request)
    if user is None:
        return HttpResponseRedirect(with_next("account_login", request))
    if stage is None and as_persona(request):
        return _given_again(request, user)
    single = stage is None and sso.opened_by(request)
    if not has_factor(user) and not single:
        return HttpResponseRedirect(with_next("mfa_activate_totp", request))
    kind = PasskeyForm if "credential" in request.POST else SecondFactorForm
    form = kind(request.POST if request.method == "POST" else None)
    if form.is_valid() and _judged(request, user, stage, form):
        return known_from_now_on(request, _let_in(request, stage), user)
    shown = {
        "form": form,
        "codes": form if kind is SecondFactorForm else SecondFactorForm(),
        "has_app": has_authenticator(user) or bool(codes_left(user)),
        "passkeys": offered(request) and passkeys_of(user).exists(),
        "again": stage is None and factor_given(request),
        "single_sign_on": with_next("sso_again", request) if single else "",
        "provider": sso.name(),
        "next": onward(request),
    }
    return render(request, "accounts/second_factor.html", shown)


def _let_in(request: HttpRequest, stage: LoginStage | None) -> HttpResponse:
    if stage is not None:
        finished: HttpResponse = stage.exit()
        return finished
    request.session.cycle_key()
    return HttpResponseRedirect(onward(request) or "/")


@page(open_to_all=True, writes=True, methods=("POST",))
def passkey_options(request: Asked) -> HttpResponse:
    """What the browser needs to show a passkey: of whoever is on the way in or signed in, one of
    theirs; of anybody else, one that opens a session by itself."""
    _, user = _pending(request)
    if not offered(request) or (user is not None and not passkeys_of(user).exists()):
        return JsonResponse({"detail": "No passkey can be used here."}, status=409)
    return JsonResponse(begin_proving(request, user))


@page(open_to_all=True, writes=True, methods=("POST",))
def passkey_sign_in(request: Asked) -> HttpResponse:
    """Signs in by a passkey alone, which made sure of who holds it."""
    if request.user.is_authenticated:
        return _already_in(request)
    form = PasskeyForm(request.POST)
    if form.is_valid():
        try:
            user, proof = passkey_alone(request, form.cleaned_data["credential"])
            refuse_own_way(request, user)
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            request.session.cycle_key()
            remember(request, user, proof.passkey, alone=True)
            login = Login(user=user, redirect_url=onward(request) or None)
            return known_from_now_on(request, perform_login(request, login), user)
    return _sign_in_page(request, SignInForm(), form)


@page(open_to_all=True, writes=True, methods=("POST",))
def sign_out(request: Asked) -> HttpResponse:
    """Ends the session; whoever came by single sign-on may then end the provider's too."""
    single = sso.opened_by(request)
    logout(request, show_message=False)
    if onward(request):
        messages.info(request, TIMED_OUT)
        return HttpResponseRedirect(with_next("account_login", request))
    if single:
        return redirect("sso_signed_out")
    messages.success(request, "You have signed out.")
    answer = redirect("account_login")
    # Nothing of ours is kept there; should anything be, it goes with the session.
    answer.headers["Clear-Site-Data"] = '"storage"'
    return answer
