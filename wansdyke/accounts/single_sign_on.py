"""Single sign-on: the force's own OpenID Connect provider, as the environment names it.

Allauth's provider does the code flow with PKCE. What it takes on trust is judged here: the answer
must come from the very issuer that is configured, over no redirect, and only from there.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import requests
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from wansdyke.access.actors import held_on
from wansdyke.access.models import User
from wansdyke.access.posts import RIGHTS, Right
from wansdyke.access.sessions import METHODS
from wansdyke.kernel.calendar import london

PATIENCE = 10
MOST_BYTES = 1_000_000
EVERYBODY, PARTNERS = "everybody", "partners"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")


class Faulty(Exception):
    """What the provider said, or a browser brought, is not believed; the words name nobody."""


@dataclass(frozen=True, kw_only=True)
class Configured:
    """What the environment says of the provider; config/environment.py reads it."""

    issuer: str
    client_id: str
    secret: str = ""
    name: str = "single sign-on"
    claim: str = "preferred_username"
    acr: tuple[str, ...] = ()
    amr: tuple[str, ...] = ()
    passwords: str = EVERYBODY


def configured() -> Configured | None:
    """The provider, or None where there is none."""
    return Configured(**settings.OIDC) if settings.OIDC else None


def name() -> str:
    """What people call the provider."""
    known = configured()
    return known.name if known else ""


def opened_by(request: HttpRequest) -> bool:
    """Whether single sign-on opened this session."""
    methods = request.session.get(METHODS, [])
    return bool(settings.OIDC) and any(m.get("method") == "socialaccount" for m in methods)


def may_come_without(user: User, at: datetime) -> bool:
    """Whether a user may sign in by password or passkey beside single sign-on: administrators
    always, so that a broken provider shuts nobody out for good."""
    known = configured()
    if known is None or known.passwords == EVERYBODY:
        return True
    if known.passwords == PARTNERS and not (user.agency and user.agency.home):
        return True
    return any(held.role in RIGHTS[Right.ADMINISTER] for held in held_on(user, london(at).date()))


def origin_of(address: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of an address."""
    parts = urlsplit(address)
    return parts.scheme, parts.hostname or "", parts.port


class IssuerOnly(requests.Session):
    """Asks the configured issuer and nobody else: no other host, no redirect, no endless answer."""

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """As requests does, raising Faulty for any other address and for too large an answer."""
        known = configured()
        if known is None or origin_of(str(url)) != origin_of(known.issuer):
            raise Faulty("an address of another host")
        kwargs |= {"timeout": PATIENCE, "allow_redirects": False, "stream": True}
        answer = super().request(method, url, *args, **kwargs)
        body = answer.raw.read(MOST_BYTES + 1, decode_content=True)
        if len(body) > MOST_BYTES:
            raise Faulty("too large an answer")
        # The library has no other way to bound what it reads.
        answer._content = body  # noqa: SLF001
        if 300 <= answer.status_code < 400:
            raise Faulty("a redirect")
        return answer


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Allauth's way into ours: nobody signs themselves up, and only the issuer is asked."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """An administrator makes accounts; a provider makes none."""
        return False

    def get_requests_session(self) -> requests.Session:
        """The session with which allauth fetches."""
        return IssuerOnly()


class Asking(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """The provider's addresses, believed only where they are the issuer's own."""

    def get_provider(self) -> "Provider":
        """The one that is configured."""
        return provider(self.request)

    @cached_property
    def openid_config(self) -> dict[str, Any]:
        """The discovery document; raises Faulty for one of another issuer."""
        known = configured()
        address = self.get_provider().server_url
        with IssuerOnly() as session:
            answer = session.get(address)
            answer.raise_for_status()
            told = answer.json()
        if known is None or not isinstance(told, dict) or told.get("issuer") != known.issuer:
            raise Faulty("discovery names another issuer")
        for key in ENDPOINTS[:3]:
            if not isinstance(told.get(key), str):
                raise Faulty("discovery is incomplete")
        for key in (*ENDPOINTS, "end_session_endpoint"):
            if key in told and origin_of(str(told[key])) != origin_of(known.issuer):
                raise Faulty("discovery leads to another host")
        return told

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """Where the provider sends people back to."""
        return request.build_absolute_uri(reverse("sso_callback"))


class Provider(OpenIDConnectProvider):  # type: ignore[misc]
    """Allauth's provider, asked by `Asking`."""

    oauth2_adapter_class = Asking


def provider_key(issuer: str) -> str:
    """What accounts are linked under: another issuer's “sub” is another person's."""
    return f"sso-{hashlib.sha256(issuer.encode()).hexdigest()[:32]}"


def provider(request: HttpRequest) -> Provider:
    """Allauth's provider from what is configured. Raises Faulty where none is."""
    known = configured()
    if known is None:
        raise Faulty("not configured")
    app = SocialApp(
        provider="openid_connect",
        provider_id=provider_key(known.issuer),
        name=known.name,
        client_id=known.client_id,
        secret=known.secret,
        settings={"server_url": known.issuer.rstrip("/"), "oauth_pkce_enabled": True},
    )
    return Provider(request, app=app)
