"""Signing in by single sign-on: to the provider and back, and the one page for whoever it fails."""

import secrets
import time
from typing import Any
from urllib.parse import urlencode

import requests
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from wansdyke.access.guesses import address_of, forget
from wansdyke.access.models import User
from wansdyke.access.sessions import second_factor as factor_given
from wansdyke.accounts import single_sign_on as sso
from wansdyke.accounts.devices import known_from_now_on
from wansdyke.accounts.id_tokens import Told, claims_of, told
from wansdyke.accounts.second_factor import has_factor
from wansdyke.accounts.sign_in import admissible, counted, noted
from wansdyke.accounts.single_sign_on import Configured, Faulty
from wansdyke.accounts.sso_links import confirm, link_waits, linked, user_of
from wansdyke.accounts.views import onward, with_next
from wansdyke.history.pages import Asked, page
from wansdyke.kernel.flow import Refused

SCOPE = ("openid", "profile")
UNREACHED = (requests.RequestException, OAuth2Error, ValueError, KeyError, TypeError)
# The provider's clock may be a little behind ours.
DRIFT = 60


def _known() -> Configured:
    known = sso.configured()
    if known is None:
        raise Http404
    return known


def _not_here(request: Asked, why: str = "") -> HttpResponse:
    shown = {"provider": sso.name(), "unreached": why == "unreached", "many": why == "many"}
    status = 503 if why == "unreached" else 403
    return render(request, "accounts/not_here.html", shown, status=status)


def _away(request: Asked, known: Configured, *, again: bool) -> HttpResponse:
    """To the provider. `again`: it is to ask for everything anew, whoever is signed in there."""
    nonce = secrets.token_urlsafe(32)
    asked: dict[str, Any] = {"nonce": nonce, "max_age": settings.SESSION_HOURS * 3600}
    if known.acr:
        asked["acr_values"] = " ".join(known.acr)
    if again:
        asked |= {"prompt": "login", "max_age": 0}
    try:
        answer: HttpResponse = sso.provider(request).redirect(
            request,
            process="login",
            next_url=onward(request) or None,
            auth_params=asked,
            scope=list(SCOPE),
            nonce=nonce,
            again=again,
            began=time.time(),
        )
    except (Faulty, *UNREACHED) as fault:
        noted(request, f"single sign-on refused: {_words(fault)}", None, known=False)
        return _not_here(request, "unreached")
    return answer


def _words(fault: Exception) -> str:
    return str(fault) if isinstance(fault, Faulty) else "the provider gave no usable answer"


@page(open_to_all=True, methods=("GET",))
def begin(request: Asked) -> HttpResponse:
    """To the provider, to sign in."""
    known = _known()
    if request.user.is_authenticated:
        return HttpResponseRedirect(with_next("account_login", request))
    return _away(request, known, again=False)


@page(open_to_all=True, methods=("GET",))
def again(request: Asked) -> HttpResponse:
    """To the provider, to give a second factor again."""
    known = _known()
    if not request.user.is_authenticated or not sso.opened_by(request):
        return HttpResponseRedirect(with_next("account_login", request))
    return _away(request, known, again=True)


def _state(request: Asked, known: Configured) -> dict[str, Any]:
    """What was kept of this try when it began, which is good once."""
    key = sso.provider_key(known.issuer)
    state = statekit.unstash_state(request, provider_id=key, state_id=request.GET.get("state", ""))
    if state is None:
        raise Faulty("a try that did not begin here")
    return dict(state)


def _told(request: Asked, known: Configured, state: dict[str, Any]) -> Told:
    """What the provider vouches for. Raises Faulty, and what fetching raises."""
    asking = sso.Asking(request, sso.provider_key(known.issuer))
    config = asking.openid_config
    said = request.GET.get("iss")
    if said is None and config.get("authorization_response_iss_parameter_supported"):
        raise Faulty("an answer that names no issuer")
    if said is not None and said != known.issuer:
        raise Faulty("an answer of another issuer")
    if "error" in request.GET or "code" not in request.GET:
        raise Faulty("the provider refused")
    app = asking.get_provider().app
    tokens = asking.get_access_token_data(
        request,
        app,
        asking.get_client(request, app),
        pkce_code_verifier=state.get("pkce_code_verifier"),
    )
    with sso.IssuerOnly() as session:
        answer = session.get(config["jwks_uri"])
        answer.raise_for_status()
        keys = answer.json()
    claims = claims_of(
        str(tokens.get("id_token", "")),
        keys,
        known=known,
        nonce=str(state.get("nonce", "")),
        access_token=str(tokens["access_token"]),
    )
    claimed = claims.get(known.claim) if known.claim else ""
    if claimed is None:
        claimed = _more(config, str(tokens["access_token"]), claims["sub"]).get(known.claim)
    return told(claims, claimed, known)


def _more(config: dict[str, Any], access_token: str, sub: str) -> dict[str, Any]:
    """What the provider says of its user apart from the token, where it is about the same one."""
    if "userinfo_endpoint" not in config:
        return {}
    with sso.IssuerOnly() as session:
        address = config["userinfo_endpoint"]
        answer = session.get(address, headers={"Authorization": f"Bearer {access_token}"})
        answer.raise_for_status()
        more = answer.json()
    if not isinstance(more, dict) or more.get("sub") != sub:
        raise Faulty("particulars of somebody else")
    return more


@page(open_to_all=True, methods=("GET",))
def callback(request: Asked) -> HttpResponse:
    """Back from the provider: each try is counted, judged and audited."""
    known = _known()
    try:
        guess = counted(request, f"single sign-on {_here(request)}", None)
    except Refused:
        return _not_here(request, "many")
    try:
        state = _state(request, known)
        found = _told(request, known, state)
        if request.user.is_authenticated:
            answer = _again(request, known, state, found)
        else:
            answer = _in(request, known, state, found)
    except (Faulty, *UNREACHED) as fault:
        noted(request, f"single sign-on refused: {_words(fault)}", None, known=False)
        return _not_here(request)
    if answer is None:
        return _not_here(request)
    forget(guess)
    return answer


def _here(request: Asked) -> str:
    return request.session.session_key or address_of(request)


def _in(
    request: Asked, known: Configured, state: dict[str, Any], found: Told
) -> HttpResponse | None:
    """Lets somebody in, or as far as their own second factor; None for whoever may not come in."""
    user, confirmed = user_of(found, known)
    if user is None or not admissible(request, user):
        why = "account not active" if user else "single sign-on: no such account"
        noted(request, why, user, known=False)
        return None
    # What others may have arranged is confirmed by what only its owner has.
    waits = not confirmed and has_factor(user)
    request.session.cycle_key()
    record_authentication(request, user, "socialaccount")
    if waits:
        link_waits(request, user, found.sub)
    elif not confirmed and not confirm(user, found.sub):
        raise Faulty("an account that is linked otherwise")
    elif not confirmed:
        noted(request, "single sign-on linked", user, known=True)
    if found.strong and not waits:
        record_authentication(request, user, "mfa", type="sso", at=found.at)
    answer = perform_login(request, Login(user=user, redirect_url=state.get("next")))
    return known_from_now_on(request, answer, user) if factor_given(request) else answer


def _again(
    request: Asked, known: Configured, state: dict[str, Any], found: Told
) -> HttpResponse | None:
    """Notes that somebody signed in gave a second factor at the provider just now."""
    user = request.user
    if not isinstance(user, User) or not state.get("again") or linked(user) != found.sub:
        raise Faulty("somebody else is signed in here")
    if not found.strong or found.at < float(state["began"]) - DRIFT:
        noted(request, "wrong second factor when asked again", user, known=False)
        return None
    record_authentication(request, user, "mfa", type="sso", at=found.at, reauthenticated=True)
    noted(request, "second factor given again: single sign-on", user, known=True)
    request.session.cycle_key()
    return HttpResponseRedirect(state.get("next") or "/")


@page(open_to_all=True, methods=("GET",))
def signed_out(request: Asked) -> HttpResponse:
    """Says that the session here is over, and offers to end the provider's too."""
    known, leave = _known(), ""
    try:
        config = sso.Asking(request, sso.provider_key(known.issuer)).openid_config
    except (Faulty, *UNREACHED):
        config = {}
    if "end_session_endpoint" in config:
        back = request.build_absolute_uri(reverse("account_login"))
        asked = urlencode({"client_id": known.client_id, "post_logout_redirect_uri": back})
        between = "&" if "?" in str(config["end_session_endpoint"]) else "?"
        leave = f"{config['end_session_endpoint']}{between}{asked}"
    return render(request, "accounts/signed_out.html", {"provider": known.name, "leave": leave})
