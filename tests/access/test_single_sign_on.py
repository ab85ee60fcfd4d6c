"""Single sign-on against a real provider on loopback: the whole flow, and every lie refused."""

import time
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
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
from tests.access.sso import STRONG, WEAK, gone_through, reached, way_back
from tests.oidc_provider import Provider
from wansdyke.access.models import Agency, Guess, Notice
from wansdyke.accounts import accounts, sso_links
from wansdyke.kernel.flow import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]


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
