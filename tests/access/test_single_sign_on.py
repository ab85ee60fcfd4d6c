"""Single sign-on against a real provider on loopback: the whole flow, and every lie refused."""

import base64
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone

from config import environment
from tests.access.people import (
    audited,
    force,
    forgotten,
    give_code,
    give_password,
    outcomes,
    person,
    signed_in,
)
from tests.oidc_provider import CLIENT, SECRET, Provider, running
from wansdyke.access.models import Agency, Guess, Notice
from wansdyke.accounts import accounts, sso_links
from wansdyke.kernel.flow import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]
STRONG = {"sub": "0001", "preferred_username": "ann", "acr": "two", "amr": ["pwd", "otp"]}
WEAK = {"sub": "0001", "preferred_username": "ann", "amr": ["pwd"]}


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with running() as made:
        settings.OIDC = {
            "issuer": made.issuer,
            "client_id": CLIENT,
            "secret": SECRET,
            "name": "Force login",
            "acr": ("two",),
            "amr": ("otp",),
        }
        yield made


def gone_through(client: Client, asked: str = "/sign-in/single/") -> Any:
    """Follows the browser to the provider and back; the answer of the way back."""
    return client.get(way_back(client, asked))


def way_back(client: Client, asked: str = "/sign-in/single/") -> str:
    there = client.get(asked)
    assert there.status_code == 302, there.content
    return after(there["Location"])


def after(address: str) -> str:
    back = requests.get(address, allow_redirects=False, timeout=5).headers["Location"]
    parts = urlsplit(back)
    return f"{parts.path}?{parts.query}"


def reached(client: Client) -> bool:
    return bool(client.get("/").status_code == 200)


def test_a_strong_sign_in_at_the_provider_opens_the_page_first_asked_for(
    provider: Provider,
) -> None:
    new = person("ann", "analyst", factor=False)
    provider.person, client = STRONG, Client()
    assert gone_through(client, "/sign-in/single/?next=/%3Fpage%3D2").url == "/?page=2"
    assert reached(client)
    assert outcomes() == ["single sign-on linked", "signed in"]
    assert audited("sign-in")[-1]["way"] == "single sign-on and second factor at single sign-on"
    asked = provider.asked[0]
    assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
    assert len(asked["nonce"]) > 30
    assert asked["acr_values"] == "two"
    assert not SocialAccount.objects.get(user=new.user).extra_data.get("preferred_username")


def test_what_the_provider_does_not_vouch_for_takes_the_products_own_factor(
    provider: Provider,
) -> None:
    ann = person("ann", "analyst")
    provider.person, client = WEAK, Client()
    assert gone_through(client).url == "/sign-in/second-factor/"
    assert not reached(client)
    assert not SocialAccount.objects.exists(), "nothing is linked before its own factor is given"
    assert give_code(client, ann.code()).status_code == 302
    assert reached(client)
    assert SocialAccount.objects.get().uid == "0001"


def test_whoever_has_no_factor_anywhere_sets_one_up(provider: Provider) -> None:
    person("ann", "analyst", factor=False)
    provider.person, client = WEAK, Client()
    gone_through(client)
    answer = client.get("/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/account/second-factor/")


def test_an_account_in_use_is_linked_only_with_its_own_factor(provider: Provider) -> None:
    """However strong the provider says it was: the name may have been given to somebody else."""
    ann = person("ann", "analyst")
    provider.person, client = STRONG, Client()
    assert gone_through(client).url == "/sign-in/second-factor/"
    give_code(client, ann.code())
    assert reached(client)
    again = Client()
    assert gone_through(again).url == "/"
    assert reached(again), "once linked and confirmed, the provider's factor is enough"


def test_a_name_given_to_somebody_else_opens_nothing(provider: Provider) -> None:
    person("ann", "analyst", factor=False)
    provider.person = STRONG
    gone_through(Client())
    provider.person, other = {**STRONG, "sub": "0002"}, Client()
    assert gone_through(other).status_code == 403
    assert not reached(other)
    assert outcomes()[-1] == "single sign-on: no such account"


def test_somebody_renamed_at_the_provider_still_comes_in(provider: Provider) -> None:
    person("ann", "analyst", factor=False)
    provider.person = STRONG
    gone_through(Client())
    provider.person, client = {**STRONG, "preferred_username": "ann.married"}, Client()
    assert gone_through(client).status_code == 302
    assert reached(client)


def test_unknown_suspended_and_shut_out_get_one_page(provider: Provider) -> None:
    gone = person("gone", "analyst", factor=False)
    gone.user.is_active = False
    gone.user.save()
    ended = Agency.objects.create(key="old", name="Old", kind="council", active=False)
    person("outsider", agency=ended, factor=False)
    pages = set()
    for name in ("nobody", "gone", "outsider"):
        provider.person = {**STRONG, "preferred_username": name, "sub": name}
        answer = gone_through(Client())
        assert answer.status_code == 403
        pages.add(answer.content.split(b"<main")[1].split(b"</main>")[0])
    assert len(pages) == 1
    assert outcomes() == ["single sign-on: no such account"] + ["account not active"] * 2
    entries = audited("sign-in")
    assert [e["subjects"] for e in entries] == [[], ["user:gone"], ["user:outsider"]]
    assert "nobody" not in str(entries)
    assert SocialAccount.objects.count() == 0


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


def test_a_provider_that_is_down_says_so_and_passwords_go_on(
    provider: Provider, settings: Any
) -> None:
    person("ann", "analyst")
    settings.OIDC = settings.OIDC | {"issuer": "http://127.0.0.1:9"}
    answer = Client().get("/sign-in/single/")
    assert answer.status_code == 503
    assert b"cannot be reached" in answer.content
    assert give_password(Client(), "ann").status_code == 302


def test_ways_back_are_counted(provider: Provider) -> None:
    client = Client()
    way_back(client)
    for number in range(10):
        assert client.get(f"/sign-in/single/back/?state={number}&code=x").status_code == 403
    person("ann", "analyst", factor=False)
    provider.person = STRONG
    assert b"too many tries" in gone_through(client).content
    assert not reached(client)
    assert Guess.objects.filter(address="127.0.0.1").count() == 10


@pytest.mark.parametrize(
    ("passwords", "who_may"),
    [
        ("everybody", {"ann", "boss", "pat"}),
        ("partners", {"boss", "pat"}),
        ("administrators", {"boss"}),
    ],
)
def test_who_may_still_come_by_password_is_a_setting(
    provider: Provider, settings: Any, passwords: str, who_may: set[str]
) -> None:
    settings.OIDC = settings.OIDC | {"passwords": passwords}
    council = Agency.objects.create(key="council", name="Council", kind="council")
    people = [person("ann", "analyst"), person("boss", "administrator")]
    people.append(person("pat", "partner", agency=council))
    may = {
        p.user.username
        for p in people
        if give_password(Client(), p.user.username).status_code == 302
    }
    assert may == who_may
    wrong = give_password(Client(), "ann", "wrong").content
    if "ann" not in who_may:
        assert b"fit together" in give_password(Client(), "ann").content
        assert b"fit together" in wrong
        assert "single sign-on only" in outcomes()


def linked_by(boss: Any, user: Any, sub: str = "0009") -> None:
    sso_links.link(by=boss.actor(), at=timezone.now(), key=uuid4().hex, user=user, sub=sub)


def test_an_administrator_links_and_their_own_factor_confirms(provider: Provider) -> None:
    ann, boss = person("ann", "analyst"), person("boss", "administrator")
    open_now = signed_in(ann)
    linked_by(boss, ann.user)
    assert not reached(open_now), "a session from before the link ends"
    assert Notice.objects.filter(user=ann.user).count() == 1
    provider.person, client = {**STRONG, "sub": "0009", "preferred_username": "x"}, Client()
    assert gone_through(client).url == "/sign-in/second-factor/"
    assert not reached(client), "whom the administrator linked is not who they are"
    forgotten(ann)
    give_code(client, ann.code())
    assert reached(client)


def test_no_administrator_links_and_resets_the_factor_alone(provider: Provider) -> None:
    ann, boss = person("ann", "analyst"), person("boss", "administrator")
    at = timezone.now()
    linked_by(boss, ann.user)
    with pytest.raises(Refused, match="Another administrator"):
        accounts.reset_second_factor(by=boss.actor(), at=at, key=uuid4().hex, user=ann.user)
    bob = person("bob", "analyst")
    accounts.reset_second_factor(by=boss.actor(), at=at, key=uuid4().hex, user=bob.user)
    with pytest.raises(Refused, match="Another administrator"):
        linked_by(boss, bob.user, "0010")
    with pytest.raises(Refused, match="nobody links their own"):
        linked_by(boss, boss.user, "0011")
    assert Authenticator.objects.filter(user=ann.user).exists()


def test_one_identifier_opens_one_account(provider: Provider) -> None:
    ann, bob, boss = person("ann"), person("bob"), person("boss", "administrator")
    linked_by(boss, ann.user)
    with pytest.raises(Refused, match="Another account") as refused:
        linked_by(boss, bob.user)
    assert refused.value.field == "sub"


def test_the_pages_of_linking(provider: Provider) -> None:
    person("ann", "analyst")
    client = signed_in(person("boss", "administrator"))
    page = client.get("/administration/users/ann/").content
    assert b"Link to Force login" in page
    address = "/administration/users/ann/link/"
    assert b"Enter" in client.post(address, {"operation_key": "a", "sub": ""}).content
    client.post(address, {"operation_key": "b", "sub": "0009"})
    assert b"0009" in client.get("/administration/users/ann/").content
    client.post("/administration/users/ann/unlink/", {"operation_key": "c"})
    assert not SocialAccount.objects.exists()
    assert [e["change"] for e in audited("configuration")] == [
        "single sign-on linked",
        "single sign-on link removed",
    ]


def test_an_old_factor_is_given_again_at_the_provider(provider: Provider, settings: Any) -> None:
    person("ann", "administrator", factor=False)
    hour_ago = int(time.time()) - 3600
    provider.person, client = {**STRONG, "auth_time": hour_ago}, Client()
    gone_through(client)
    assert reached(client)
    asked = client.get("/administration/users/")
    assert asked.url.startswith("/sign-in/second-factor/?next=")
    page = client.get(asked.url).content.decode()
    assert "Confirm with Force login" in page
    again = "/sign-in/single/again/?next=/administration/users/"
    assert gone_through(client, again).status_code == 403, "the provider asked for nothing anew"
    assert outcomes()[-1] == "wrong second factor when asked again"
    provider.person = {**STRONG, "sub": "0002"}
    assert gone_through(client, again).status_code == 403, "somebody else"
    provider.person = {**WEAK}
    assert gone_through(client, again).status_code == 403, "a password alone"
    provider.person = STRONG
    assert gone_through(client, again).url == "/administration/users/"
    assert provider.asked[-1]["prompt"] == "login"
    assert provider.asked[-1]["max_age"] == "0"
    assert client.get("/administration/users/").status_code == 200


def test_signing_out_offers_the_providers_too(provider: Provider) -> None:
    person("ann", "analyst", factor=False)
    provider.person, client = STRONG, Client()
    gone_through(client)
    assert client.post("/sign-out/").url == "/sign-out/single/"
    assert not reached(client)
    page = client.get("/sign-out/single/").content.decode()
    assert f"{provider.issuer}/end?client_id=wansdyke" in page.replace("&amp;", "&")
    provider.discovery = {"end_session_endpoint": "https://evil.example/end"}
    assert "evil.example" not in client.get("/sign-out/single/").content.decode()


def test_without_a_provider_there_is_nothing(client: Client) -> None:
    assert force()
    for page in ("", "again/", "back/"):
        assert client.get(f"/sign-in/single/{page}").status_code == 404
    assert b"Sign in with" not in client.get("/sign-in/").content.split(b"passkey")[0]


def test_a_client_without_a_secret_has_its_verifier_alone(
    provider: Provider, settings: Any
) -> None:
    settings.OIDC = settings.OIDC | {"secret": ""}
    provider.secret = ""
    person("ann", "analyst", factor=False)
    provider.person, client = STRONG, Client()
    gone_through(client)
    assert reached(client)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"ISSUER": "http://idp.example"}, "https"),
        ({"ISSUER": "https://idp.example", "CLIENT_ID": ""}, "CLIENT_ID"),
        ({"CLAIM": "email"}, "CLAIM"),
        ({"PASSWORDS": "some"}, "PASSWORDS"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, said: dict[str, str], fault: str
) -> None:
    usual = {"ISSUER": "https://idp.example", "CLIENT_ID": "w"}
    for name, value in (usual | said).items():
        monkeypatch.setenv(f"WANSDYKE_OIDC_{name}", value)
    with pytest.raises(ImproperlyConfigured, match=fault):
        environment.single_sign_on()


def test_the_settings_as_the_environment_says_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment.single_sign_on() == {}
    for name, value in {"ISSUER": "https://i.example", "CLIENT_ID": "w", "AMR": "otp hwk"}.items():
        monkeypatch.setenv(f"WANSDYKE_OIDC_{name}", value)
    told = environment.single_sign_on()
    assert (told["claim"], told["passwords"]) == ("preferred_username", "everybody")
    assert told["amr"] == ("otp", "hwk")
