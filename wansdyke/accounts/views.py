"""Signing in, the second factor, and signing out."""

from typing import cast

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.internal.flows.logout import logout
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from allauth.account.stages import LoginStage, LoginStageController
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.debug import sensitive_post_parameters

from wansdyke.access.models import User
from wansdyke.access.sessions import second_factor as factor_given
from wansdyke.accounts.devices import known_from_now_on
from wansdyke.accounts.forms import SecondFactorForm, SignInForm
from wansdyke.accounts.second_factor import code_is_right, has_authenticator, remember
from wansdyke.accounts.sign_in import admissible
from wansdyke.history.pages import Asked, page
from wansdyke.history.seen import Overtaken, SeenForm
from wansdyke.kernel.flow import Refused
from wansdyke.ui.forms import PlainForm

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
    has_app = has_authenticator(cast("User", request.user))
    following = "mfa_authenticate" if has_app else "mfa_activate_totp"
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
    shown = {"form": form, "next": onward(request), "demonstration": settings.DEMO}
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


@page(open_to_all=True, writes=True)
def second_factor(request: Asked) -> HttpResponse:
    """Asks for a code: to finish signing in, or of someone signed in, that it is still them."""
    stage, user = _pending(request)
    if user is None:
        return HttpResponseRedirect(with_next("account_login", request))
    if not has_authenticator(user):
        return HttpResponseRedirect(with_next("mfa_activate_totp", request))
    form = SecondFactorForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            used = code_is_right(request, user, form.cleaned_data["code"])
        except Refused as refused:
            refuse(form, refused)
        else:
            if used is not None:
                remember(request, user, used, again=stage is None)
                return known_from_now_on(request, _let_in(request, stage), user)
            form.add_error("code", WRONG_CODE)
    return render(request, "accounts/second_factor.html", {"form": form, "next": onward(request)})


def _let_in(request: HttpRequest, stage: LoginStage | None) -> HttpResponse:
    if stage is not None:
        finished: HttpResponse = stage.exit()
        return finished
    request.session.cycle_key()
    return HttpResponseRedirect(onward(request) or "/")


@page(open_to_all=True, writes=True, methods=("POST",))
def sign_out(request: Asked) -> HttpResponse:
    """Ends the session."""
    logout(request, show_message=False)
    messages.success(request, "You have signed out.")
    return redirect("account_login")
