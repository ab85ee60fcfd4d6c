"""Every lie of a provider, and everything a browser may bring back, is refused and audited."""

import base64
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from tests.access.people import (
    audited,
    outcomes,
    person,
)
from tests.access.sso import STRONG, gone_through, reached, way_back
from tests.oidc_provider import CLIENT, Provider, running

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]


def nonce_of_another_try(provider: Provider) -> None:
    provider.lies = {"nonce": "another"}


def no_nonce(provider: Provider) -> None:
    provider.lies = {"nonce": None}


def other_audience(provider: Provider) -> None:
    provider.lies = {"aud": "another-client"}


def several_audiences(provider: Provider) -> None:
    provider.lies = {"aud": [CLIENT, "another"]}


def other_party(provider: Provider) -> None:
    provider.lies = {"azp": "another-client"}


def expired(provider: Provider) -> None:
    provider.lies = {"exp": int(time.time()) - 61}


def old(provider: Provider) -> None:
    provider.lies = {"iat": int(time.time()) - 700}


def other_issuer(provider: Provider) -> None:
    provider.lies = {"iss": "https://evil.example"}


def unsigned(provider: Provider) -> None:
    provider.signed = "none"


def public_key_as_secret(provider: Provider) -> None:
    provider.signed = "HS256"


def other_key(provider: Provider) -> None:
    provider.signing = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def no_sub(provider: Provider) -> None:
    provider.lies = {"sub": ""}


def other_access_token(provider: Provider) -> None:
    provider.lies = {"at_hash": base64.urlsafe_b64encode(b"0" * 16).rstrip(b"=").decode()}


def mixed_up(provider: Provider) -> None:
    provider.names_itself = "https://evil.example"


def unnamed(provider: Provider) -> None:
    provider.names_itself = ""


def other_client_secret(provider: Provider) -> None:
    provider.secret = "changed"


def particulars_of_another(provider: Provider) -> None:
    provider.person = {"sub": "0001", "acr": "two"}
    provider.in_userinfo = {"sub": "0002", "preferred_username": "ann"}


LIES = [
    nonce_of_another_try, no_nonce, other_audience, several_audiences, other_party, expired, old,
    other_issuer, unsigned, public_key_as_secret, other_key, no_sub, other_access_token, mixed_up,
    unnamed, other_client_secret, particulars_of_another,
]  # fmt: skip


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_a_lie_opens_nothing_and_is_audited(
    provider: Provider, lie: Callable[[Provider], None]
) -> None:
    person("ann", "analyst", factor=False)
    provider.person, client = STRONG, Client()
    back = None
    lie(provider)
    back = way_back(client)
    answer = client.get(back)
    assert answer.status_code == 403
    assert not reached(client)
    assert not SocialAccount.objects.exists()
    assert outcomes()[-1].startswith("single sign-on refused: ")
    assert "actor" not in audited("sign-in")[-1]


def test_honestly_the_same_opens(provider: Provider) -> None:
    """So that the lies are what is refused above: particulars, several audiences and all."""
    person("ann", "analyst", factor=False)
    provider.person, client = {"sub": "0001", "acr": "two"}, Client()
    provider.in_userinfo = {"preferred_username": "ann"}
    provider.lies = {"aud": [CLIENT, "another"], "azp": CLIENT}
    gone_through(client)
    assert reached(client)


def test_a_state_is_good_once_and_in_its_own_browser(provider: Provider) -> None:
    person("ann", "analyst", factor=False)
    provider.person, client, thief = STRONG, Client(), Client()
    back = way_back(client)
    assert thief.get(back).status_code == 403
    assert not reached(thief)
    assert client.get(back).status_code == 302
    client.post("/sign-out/")
    assert client.get(back).status_code == 403
    assert not reached(client)


def test_a_code_of_another_try_is_refused_by_its_verifier(provider: Provider) -> None:
    person("ann", "analyst", factor=False)
    provider.person, client, victim = STRONG, Client(), Client()
    stolen = parse_qs(urlsplit(way_back(victim)).query)["code"][0]
    back = way_back(client)
    mine = parse_qs(urlsplit(back).query)["code"][0]
    assert client.get(back.replace(mine, stolen)).status_code == 403
    assert not reached(client)


def test_discovery_of_another_issuer_or_host_is_not_followed(provider: Provider) -> None:
    with running() as other:
        for lie in (
            {"issuer": other.issuer},
            {"token_endpoint": f"{other.issuer}/token"},
            {"jwks_uri": f"{other.issuer}/keys"},
            {"authorization_endpoint": f"{other.issuer}/authorize"},
            {"userinfo_endpoint": f"{other.issuer}/userinfo"},
        ):
            provider.discovery = lie
            assert Client().get("/sign-in/single/").status_code == 503
        provider.discovery = {}
        provider.redirects = f"{other.issuer}/.well-known/openid-configuration"
        assert Client().get("/sign-in/single/").status_code == 503
        assert other.fetched == []
