"""Passkeys, with one in software: added, shown as a second factor, alone, again, and copied."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from tests.access.people import (
    Person,
    forgotten,
    give_code,
    give_password,
    outcomes,
    person,
    signed_in,
)
from tests.access.soft_key import SoftKey
from wansdyke.access.models import Guess, Notice
from wansdyke.accounts import passkeys
from wansdyke.accounts.sealing import SEALED, seal_again

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]
OPTIONS = "/sign-in/passkey/options/"


@pytest.fixture(autouse=True)
def _at_localhost(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]


def browser() -> Client:
    return Client(HTTP_HOST="localhost")


def options(client: Client, where: str = OPTIONS) -> dict[str, Any]:
    answer = client.post(where)
    assert answer.status_code == 200, answer.content
    return dict(json.loads(answer.content))


def at_home(someone: Person) -> Client:
    """A browser at the host's own name, signed in with both factors."""
    client = browser()
    give_password(client, someone.user.username)
    give_code(client, someone.code())
    forgotten(someone)
    return client


def added(client: Client, key: SoftKey, name: str = "Blue key") -> Any:
    credential = key.made(options(client, "/account/passkeys/add/options/"))
    return client.post("/account/passkeys/add/", {"name": name, "credential": credential})


def show(client: Client, key: SoftKey, to: str = "/sign-in/second-factor/", **changed: Any) -> Any:
    return client.post(to, {"credential": key.shown(options(client), **changed)})


def alone(client: Client, key: SoftKey, **changed: Any) -> Any:
    return show(client, key, "/sign-in/passkey/", **changed)


def reached(client: Client) -> bool:
    return bool(client.get("/").status_code == 200)


@pytest.fixture
def ann() -> Person:
    return person("ann", "analyst")


@pytest.fixture
def key(ann: Person) -> SoftKey:
    made = SoftKey()
    assert added(at_home(ann), made).url == "/account/passkeys/"
    return made


def test_a_passkey_is_added_listed_sealed_and_ends_other_sessions(ann: Person) -> None:
    elsewhere, client, made = at_home(ann), at_home(ann), SoftKey()
    before = client.session.session_key
    assert added(client, made).url == "/account/passkeys/"
    assert not reached(elsewhere)
    assert client.session.session_key != before
    page = client.get("/account/passkeys/").content.decode()
    assert "Blue key" in page
    row = Authenticator.objects.get(type="webauthn")
    assert row.data["credential"].startswith(SEALED)
    assert made.id.hex() not in str(row.data)
    assert seal_again() == 3
    assert outcomes()[-1] == "passkey added"


def test_it_is_the_second_factor(ann: Person, key: SoftKey) -> None:
    client = browser()
    give_password(client, "ann")
    ids = [client.session.session_key]
    assert not reached(client)
    assert show(client, key).status_code == 302
    assert reached(client)
    assert client.session.session_key not in ids
    assert outcomes()[-2:] == ["second factor given: passkey", "signed in"]


def test_it_signs_in_by_itself_where_it_made_sure_of_its_holder(key: SoftKey) -> None:
    client = browser()
    client.get("/sign-in/")
    before = client.session.session_key
    assert options(client)["publicKey"]["userVerification"] == "required"
    assert alone(client, key).url == "/"
    assert reached(client)
    assert client.session.session_key != before
    assert outcomes()[-2:] == ["passkey given, in place of password and second factor", "signed in"]


def test_unverified_it_is_a_second_factor_and_does_not_sign_in_alone(
    ann: Person, key: SoftKey
) -> None:
    key.verifies = False
    client = browser()
    assert b"does not open" in alone(client, key).content
    assert not reached(client)
    give_password(client, "ann")
    show(client, key)
    assert reached(client)


def test_it_is_the_factor_given_again(ann: Person, key: SoftKey, settings: Any) -> None:
    settings.STEP_UP_MINUTES = 0
    client = browser()
    alone(client, key)
    asked = client.get("/account/tokens/")
    assert asked.url == "/sign-in/second-factor/?next=%2Faccount%2Ftokens%2F"
    settings.STEP_UP_MINUTES = 15
    assert b"Use a passkey" in client.get(asked.url).content
    shown = {"credential": key.shown(options(client)), "next": "/account/tokens/"}
    assert client.post("/sign-in/second-factor/", shown).url == "/account/tokens/"
    assert client.get("/account/tokens/").status_code == 200
    assert outcomes()[-1] == "second factor given again: passkey"


def wrong_challenge(key: SoftKey) -> dict[str, Any]:
    return {"challenge": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}


def wrong_origin(key: SoftKey) -> dict[str, Any]:
    key.origin = "https://wansdyke.evil.example"
    return {}


def insecure_origin(key: SoftKey) -> dict[str, Any]:
    key.origin = "http://wansdyke.example"
    return {}


def wrong_host(key: SoftKey) -> dict[str, Any]:
    return {"host": "evil.example"}


def wrong_kind(key: SoftKey) -> dict[str, Any]:
    return {"kind": "webauthn.create"}


def wrong_signature(key: SoftKey) -> dict[str, Any]:
    key.key = ec.generate_private_key(ec.SECP256R1())
    return {}


def absent(key: SoftKey) -> dict[str, Any]:
    data = bytearray(key._data("localhost", 0))
    data[32] &= ~1
    return {"data": bytes(data)}


def of_nobody(key: SoftKey) -> dict[str, Any]:
    key.id = b"unknown" * 4
    return {}


WRONGS = [
    wrong_challenge, wrong_origin, insecure_origin, wrong_host, wrong_kind, wrong_signature,
    absent, of_nobody,
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONGS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("by_itself", [True, False])
def test_a_wrong_answer_opens_nothing_and_counts(
    ann: Person, key: SoftKey, wrong: Callable[[SoftKey], dict[str, Any]], by_itself: bool
) -> None:
    client, guesses = browser(), Guess.objects.count()
    changed = wrong(key)
    if by_itself:
        answer = alone(client, key, **changed)
    else:
        give_password(client, "ann")
        answer = show(client, key, **changed)
    assert b"does not open this account" in answer.content
    assert not reached(client)
    assert outcomes()[-1] == "wrong passkey"
    assert Guess.objects.count() == guesses + 1


def test_another_users_passkey_is_no_second_factor(key: SoftKey) -> None:
    person("bob", "analyst")
    bobs = SoftKey()
    client = at_home(person("bea", "analyst"))
    added(client, bobs)
    other = browser()
    give_password(other, "bob")
    other.post(OPTIONS)
    assert other.post(OPTIONS).status_code == 409, "bob has none"
    assert (
        b"does not open"
        in other.post(
            "/sign-in/second-factor/", {"credential": bobs.shown(options(browser()))}
        ).content
    )
    assert not reached(other)


def test_somebody_elses_handle_is_refused_when_it_comes_alone(key: SoftKey) -> None:
    client = browser()
    assert b"does not open" in alone(client, key, handle=b"x" * 32).content
    assert not reached(client)


def test_an_answer_is_good_once(ann: Person, key: SoftKey) -> None:
    client = browser()
    answer = key.shown(options(client))
    client.post("/sign-in/passkey/", {"credential": answer})
    assert reached(client)
    client.post("/sign-out/")
    client.get("/sign-in/")
    assert client.post("/sign-in/passkey/", {"credential": answer}).status_code == 200
    assert not reached(client)
    thief = browser()
    options(thief)
    assert thief.post("/sign-in/passkey/", {"credential": answer}).status_code == 200
    assert not reached(thief)


def test_a_count_that_goes_back_is_refused_and_told(ann: Person, key: SoftKey) -> None:
    priti = person("priti", "privacy-officer")
    client = browser()
    alone(client, key)
    key.count -= 2
    copy = browser()
    assert b"may have been copied" in alone(copy, key).content
    assert not reached(copy)
    assert outcomes()[-1] == "passkey refused: its count of uses went back"
    assert "copied" in Notice.objects.get(user=ann.user).text
    assert "copied" in Notice.objects.get(user=priti.user).text


def test_one_that_keeps_no_count_goes_on(ann: Person) -> None:
    kept = SoftKey(counts=False)
    added(at_home(ann), kept)
    for _ in range(2):
        client = browser()
        alone(client, kept)
        assert reached(client)


def test_ten_wrong_ones_and_the_right_one_waits_but_not_on_a_known_browser(
    ann: Person, key: SoftKey
) -> None:
    known = browser()
    alone(known, key)
    known.post("/sign-out/")
    stranger = browser()
    good = key.key
    key.key = ec.generate_private_key(ec.SECP256R1())
    for _ in range(10):
        alone(stranger, key)
    key.key = good
    assert b"too many tries" in alone(stranger, key).content
    assert b"too many tries" in give_password(browser(), "ann").content
    assert alone(known, key).url == "/"
    assert reached(known)


def test_a_suspended_users_passkey_says_no_more_than_an_unknown_one(
    ann: Person, key: SoftKey
) -> None:
    ann.user.is_active = False
    ann.user.save()
    theirs = alone(browser(), key).content
    nobodys = alone(browser(), SoftKey()).content
    assert [page.count(b"does not open this account") for page in (theirs, nobodys)] == [1, 1]
    assert outcomes()[-2] == "account not active"


def test_the_last_factor_is_not_removed_and_any_other_is(ann: Person, key: SoftKey) -> None:
    client, elsewhere = at_home(ann), at_home(ann)
    mark = passkeys.mark_of(Authenticator.objects.get(type="webauthn"))
    sent = {"operation_key": "a", "mark": mark}
    Authenticator.objects.filter(type="totp").delete()
    answer = client.post("/account/passkeys/remove/", sent, follow=True)
    assert "only second factor" in answer.content.decode()
    assert Authenticator.objects.filter(type="webauthn").exists()
    added(client, SoftKey(), "Other")
    client.post("/account/passkeys/remove/", sent)
    assert [row.data["name"] for row in Authenticator.objects.filter(type="webauthn")] == ["Other"]
    assert not reached(elsewhere)
    assert outcomes()[-1] == "passkey removed"
    thief = browser()
    assert b"does not open" in alone(thief, key).content


def test_nobody_removes_anothers(ann: Person, key: SoftKey) -> None:
    mark = passkeys.mark_of(Authenticator.objects.get(type="webauthn"))
    client = signed_in(person("bob", "analyst"))
    client.post("/account/passkeys/remove/", {"operation_key": "a", "mark": mark})
    assert Authenticator.objects.filter(type="webauthn").exists()


def test_the_first_factor_may_be_a_passkey_and_recovery_codes_come_with_it() -> None:
    person("new", "analyst", factor=False)
    client, made = browser(), SoftKey()
    give_password(client, "new")
    answer = added(client, made)
    assert b"Your recovery codes" in answer.content
    assert reached(client)
    again = browser()
    give_password(again, "new")
    assert not reached(again)
    show(again, made)
    assert reached(again)
    assert client.get("/account/second-factor/").status_code in (200, 302)


def test_a_password_alone_adds_no_passkey_to_an_account_that_has_a_factor(ann: Person) -> None:
    client = browser()
    give_password(client, "ann")
    assert client.post("/account/passkeys/add/options/").status_code == 409
    assert client.get("/account/passkeys/add/").status_code == 302
    assert not Authenticator.objects.filter(type="webauthn").exists()


def test_adding_takes_a_factor_given_just_now(ann: Person, settings: Any) -> None:
    client = at_home(ann)
    settings.STEP_UP_MINUTES = 0
    assert client.get("/account/passkeys/add/").url.startswith("/sign-in/second-factor/")
    assert client.post("/account/passkeys/add/options/").status_code == 409


@pytest.mark.parametrize("answer", ["", "x", "[]", "{}", '{"id": 1}', "null", '{"rawId": "é"}'])
def test_what_no_browser_says_is_refused(ann: Person, key: SoftKey, answer: str) -> None:
    client = browser()
    options(client)
    assert client.post("/sign-in/passkey/", {"credential": answer}).status_code == 200
    give_password(client, "ann")
    assert client.post("/sign-in/second-factor/", {"credential": answer}).status_code == 200
    inside = at_home(ann)
    options(inside, "/account/passkeys/add/options/")
    sent = {"credential": answer, "name": "X"}
    assert inside.post("/account/passkeys/add/", sent).status_code == 200
    assert Authenticator.objects.filter(type="webauthn").count() == 1


def test_names_are_given_once(ann: Person, key: SoftKey) -> None:
    client = at_home(ann)
    assert b"of that name already" in added(client, SoftKey(), "blue  KEY").content
    assert b"Enter" in added(client, SoftKey(), " ").content


def test_an_administrators_reset_takes_passkeys_too(ann: Person, key: SoftKey) -> None:
    boss = signed_in(person("boss", "administrator"))
    boss.post("/administration/users/ann/second-factor/", {"operation_key": "a"})
    assert not Authenticator.objects.filter(user=ann.user).exists()
    assert b"does not open" in alone(browser(), key).content


def test_the_host_is_the_first_name_that_is_no_address(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "[::1]", ".wansdyke.example", "other.example"]
    assert passkeys.host() == "wansdyke.example"
    settings.PASSKEY_HOST = "police.example"
    assert passkeys.host() == "police.example"


def test_at_another_address_none_is_offered(ann: Person) -> None:
    client = signed_in(ann)
    assert client.post("/account/passkeys/add/options/").status_code == 409
    assert b"under the name that this installation" in client.get("/account/passkeys/").content
    assert b"data-passkey" not in Client().get("/sign-in/").content
