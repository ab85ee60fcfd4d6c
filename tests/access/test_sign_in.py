"""Signing in: two factors, one reply for every failure, ten guesses, everything audited."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import identify_hasher
from django.test import Client
from django.utils import timezone

from tests.access.people import (
    PASSWORD,
    audited,
    force,
    forgotten,
    give_code,
    give_password,
    outcomes,
    person,
    signed_in,
)
from wansdyke.access.guesses import MOST, MOST_BY_ADDRESS, account_key
from wansdyke.access.models import Agency, Guess
from wansdyke.history.verify import verify

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]
ASKING = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]+"')


def words(answer: Any) -> str:
    """A page without its token and nonces."""
    return ASKING.sub("", answer.content.decode())


def reached(client: Client) -> bool:
    """Whether the front page opens."""
    return client.get("/").status_code == 200


def test_password_then_code_opens_the_page_first_asked_for(client: Client) -> None:
    ann = person("ann", "analyst")
    assert client.get("/?page=2").url == "/sign-in/?next=/%3Fpage%3D2"
    answer = give_password(client, "ann", data={"next": "/?page=2"})
    assert answer.url == "/sign-in/second-factor/"
    assert not reached(client)
    assert give_code(client, ann.code()).url == "/?page=2"
    assert client.get("/").content == b"front page of ann"
    assert outcomes() == ["second factor given: app", "signed in"]
    assert [entry["actor"] for entry in audited("sign-in")] == ["ann", "ann"]
    assert verify().intact


def test_the_session_has_a_new_id_after_each_factor(client: Client) -> None:
    ann = person("ann")
    client.get("/sign-in/")
    client.session.save()
    ids = [client.session.session_key]
    give_password(client, "ann")
    ids.append(client.session.session_key)
    give_code(client, ann.code())
    ids.append(client.session.session_key)
    assert len(set(ids)) == 3


def test_a_planted_session_id_is_not_kept(client: Client) -> None:
    ann = person("ann")
    give_password(client, "ann")
    before = client.session.session_key
    planted = Client()
    planted.cookies["sessionid"] = before
    give_code(client, ann.code())
    assert not reached(planted)


def test_every_failure_gets_the_same_reply(client: Client) -> None:
    person("ann")
    gone = person("gone")
    gone.user.is_active = False
    gone.user.save()
    ended = Agency.objects.create(key="old", name="Old", kind="council", active=False)
    person("outsider", agency=ended)
    replies = [
        words(give_password(client, name, password)).replace(name, "NAME")
        for name, password in (
            ("ann", "wrong"),
            ("nobody", "wrong"),
            ("gone", PASSWORD),
            ("outsider", PASSWORD),
        )
    ]
    assert len(set(replies)) == 1
    assert "Enter a username and password that fit together" in replies[0]
    said = ["wrong name or password"] * 2 + ["account not active"] * 2
    assert outcomes() == said
    entries = audited("sign-in")
    assert [e["subjects"] for e in entries] == [["user:ann"], [], ["user:gone"], ["user:outsider"]]
    assert all("actor" not in e and e["address"] == "127.0.0.1" for e in entries)
    assert "nobody" not in str(entries)


def test_an_unknown_name_costs_as_much_hashing_as_a_known_one(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    ann = person("ann")
    hasher = identify_hasher(ann.user.password)
    encode = type(hasher).encode
    verified = type(hasher).verify

    def counted(self: Any, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    def checked(self: Any, password: str, encoded: str) -> bool:
        hashed.append(password)
        return verified(self, password, encoded)

    monkeypatch.setattr(type(hasher), "encode", counted)
    monkeypatch.setattr(type(hasher), "verify", checked)
    give_password(client, "ann", "wrong")
    known = len(hashed)
    give_password(client, "nobody", "wrong")
    assert len(hashed) == 2 * known


def test_passwords_are_kept_as_argon2id() -> None:
    assert person("ann").user.password.startswith("argon2$argon2id$")


def test_the_tenth_guess_is_judged_and_the_eleventh_is_not(client: Client) -> None:
    person("ann")
    for guess in range(10):
        give_password(client, "ann", "wrong", REMOTE_ADDR=f"10.0.0.{guess}")
    answer = give_password(client, "ann", PASSWORD, REMOTE_ADDR="10.0.0.99")
    assert "too many tries" in words(answer)
    assert outcomes()[-1] == "too many tries"
    assert Guess.objects.filter(account=account_key("ann")).count() == 10


def test_too_many_tries_are_logged_once_however_many_follow(client: Client) -> None:
    person("ann")
    full = [Guess(account=account_key("ann"), address="", at=timezone.now()) for _ in range(10)]
    Guess.objects.bulk_create(full)
    for _ in range(3):
        assert "too many tries" in words(give_password(client, "ann"))
    assert outcomes() == ["too many tries"]
    give_password(client, "ann", REMOTE_ADDR="10.0.0.1")
    assert outcomes() == ["too many tries"] * 2
    Guess.objects.update(at=timezone.now() - timedelta(minutes=5, seconds=1))
    Guess.objects.bulk_create(full_now("127.0.0.1"))
    for guess in range(3):
        assert "too many tries" in words(give_password(client, f"nobody{guess}", "wrong"))
    assert outcomes() == ["too many tries"] * 3, "names that are nobody's share one entry"
    assert [entry["subjects"] for entry in audited("sign-in")] == [["user:ann"]] * 2 + [[]]


def full_now(address: str) -> list[Guess]:
    """As many guesses from an address as are judged."""
    now = timezone.now()
    return [
        Guess(account=account_key(f"officer{number}"), address=address, at=now)
        for number in range(MOST_BY_ADDRESS)
    ]


def test_the_count_is_for_the_address_as_well(client: Client) -> None:
    person("ann")
    for guess in range(10):
        give_password(client, f"nobody{guess}", "wrong")
    assert give_password(Client(), "ann").status_code == 302, "a control room shares an address"
    Guess.objects.bulk_create(full_now("127.0.0.1"))
    assert "too many tries" in words(give_password(client, "ann"))
    answer = give_password(client, "ann", REMOTE_ADDR="10.0.0.1")
    assert answer.url == "/sign-in/second-factor/"


def test_an_unknown_account_is_counted_like_a_known_one(client: Client) -> None:
    for guess in range(10):
        give_password(client, "nobody", "wrong", REMOTE_ADDR=f"10.0.0.{guess}")
    answer = give_password(client, "NOBODY", "wrong", REMOTE_ADDR="10.0.0.99")
    assert "too many tries" in words(answer)


def test_guesses_older_than_five_minutes_are_forgotten(client: Client) -> None:
    person("ann")
    for _ in range(10):
        give_password(client, "ann", "wrong")
    Guess.objects.update(at=timezone.now() - timedelta(minutes=5, seconds=1))
    assert give_password(client, "ann").url == "/sign-in/second-factor/"
    assert Guess.objects.count() == 0


def test_right_guesses_do_not_count() -> None:
    ann = person("ann")
    for _ in range(12):
        signed_in(ann)
    assert Guess.objects.count() == 0


def test_codes_are_counted_with_the_passwords(client: Client) -> None:
    ann = person("ann")
    give_password(client, "ann")
    for _ in range(10):
        assert "Enter a code that your app shows now" in words(give_code(client, "000000"))
    assert "too many tries" in words(give_code(client, ann.code()))
    assert not reached(client)
    assert outcomes()[-2:] == ["wrong second factor", "too many tries"]
    assert "too many tries" in words(give_password(Client(), "ann"))


def test_behind_the_forces_proxy_the_address_is_what_it_says(client: Client, settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    give_password(client, "nobody", "wrong", HTTP_X_FORWARDED_FOR="1.2.3.4, 10.9.8.7")
    assert Guess.objects.get().address == "10.9.8.7"


def test_a_code_is_good_once(client: Client) -> None:
    ann = person("ann")
    code = ann.code()
    give_password(client, "ann")
    assert give_code(client, code).status_code == 302
    thief = Client()
    give_password(thief, "ann")
    assert give_code(thief, code).status_code == 200
    assert not reached(thief)


def test_a_code_older_than_one_already_used_is_refused(client: Client) -> None:
    ann = person("ann")
    give_password(client, "ann")
    give_code(client, ann.code(1))
    other = Client()
    give_password(other, "ann")
    assert give_code(other, ann.code(0)).status_code == 200
    assert not reached(other)


def test_a_phone_half_a_minute_out_is_let_in_and_one_further_out_is_not() -> None:
    ann = person("ann")
    for steps, let_in in ((-1, True), (1, True), (-3, False), (3, False)):
        forgotten(ann)
        client = Client()
        give_password(client, "ann")
        give_code(client, ann.code(steps))
        assert reached(client) is let_in


def test_a_recovery_code_is_good_once() -> None:
    ann = person("ann")
    typed = f"{ann.recovery[0][:4]} {ann.recovery[0][4:]}"
    for let_in in (True, False):
        client = Client()
        give_password(client, "ann")
        give_code(client, typed)
        assert reached(client) is let_in
    assert "second factor given: recovery code" in outcomes()


def test_suspension_between_the_factors_shuts_the_door(client: Client) -> None:
    ann = person("ann")
    give_password(client, "ann")
    ann.user.is_active = False
    ann.user.save()
    assert give_code(client, ann.code()).url == "/sign-in/"
    assert not reached(client)


def test_without_a_factor_nothing_opens_but_setting_one_up(client: Client) -> None:
    person("new", "administrator", factor=False)
    give_password(client, "new")
    for address in ("/", "/account/", "/account/tokens/", "/administration/users/"):
        answer = client.get(address, follow=True)
        assert answer.redirect_chain[-1][0].startswith("/account/second-factor/?next=")
        assert b"Set up your authenticator app" in answer.content


def test_an_old_session_without_factor_is_asked_for_the_code_once_there_is_an_app(
    client: Client,
) -> None:
    new = person("new", factor=False)
    give_password(client, "new")
    elsewhere = person("other")
    Authenticator.objects.filter(user=elsewhere.user).update(user=new.user)
    answer = client.get("/", follow=True)
    assert answer.redirect_chain[-1][0] == "/sign-in/second-factor/?next=%2F"
    client.get("/account/second-factor/")
    before = client.session.session_key
    sent = {"code": elsewhere.code(), "next": "/"}
    assert client.post("/sign-in/second-factor/", sent).url == "/"
    assert reached(client)
    assert client.session.session_key != before


def test_next_leads_nowhere_but_here(client: Client) -> None:
    ann = person("ann")
    for asked in ("//evil.example/", "https://evil.example/", "javascript:alert(1)", "\\\\evil"):
        fresh = Client()
        give_password(fresh, "ann", data={"next": asked})
        forgotten(ann)
        assert give_code(fresh, ann.code()).url == "/"
        assert fresh.get("/sign-in/", {"next": asked}).url == "/"


def test_who_is_signed_in_is_sent_on() -> None:
    client = signed_in(person("ann"))
    assert client.get("/sign-in/?next=/account/").url == "/account/"


def test_an_agency_that_is_closed_ends_the_session_at_the_next_click() -> None:
    council = Agency.objects.create(key="council", name="Council", kind="council")
    client = signed_in(person("pat", "partner", agency=council))
    assert reached(client)
    council.active = False
    council.save()
    answer = client.get("/", follow=True)
    assert answer.redirect_chain[-1][0] == "/sign-in/"
    assert "_auth_user_id" not in client.session


def test_signing_out_ends_the_session_and_is_audited() -> None:
    client = signed_in(person("ann"))
    assert client.get("/sign-out/").status_code == 404
    assert reached(client)
    assert client.post("/sign-out/").url == "/sign-in/"
    assert not reached(client)
    assert outcomes()[-1] == "signed out"
    assert audited("sign-in")[-1]["actor"] == "ann"


def test_every_form_asks_for_its_token() -> None:
    strict = Client(enforce_csrf_checks=True)
    for address in ("/sign-in/", "/sign-out/", "/sign-in/second-factor/"):
        assert strict.post(address, {}).status_code == 403


def test_there_is_no_sign_up_mail_or_reset(client: Client) -> None:
    for address in ("/signup/", "/accounts/signup/", "/email/", "/password/reset/", "/accounts/"):
        assert client.get(address).status_code == 404


def test_odd_requests_are_answered(client: Client) -> None:
    assert client.post("/sign-in/second-factor/", {}).url == "/sign-in/"
    assert client.get("/account/second-factor/").url == "/sign-in/"
    assert client.post("/sign-in/", {}).status_code == 200
    ann = person("ann")
    give_password(client, "ann")
    assert client.post("/sign-in/second-factor/", {}).status_code == 200
    assert give_code(client, "").status_code == 200
    assert give_code(client, "é" * 6).status_code == 200
    assert give_password(Client(), "ann\x00", "x").status_code == 400
    assert force() == ann.user.agency


def test_spellings_that_lead_to_one_account_count_together(monkeypatch: pytest.MonkeyPatch) -> None:
    ann = person("ann").user
    # As PostgreSQL finds “jeſſica” for “jessica”.
    monkeypatch.setattr("wansdyke.accounts.sign_in.named", lambda username: ann)
    for number in range(MOST):
        give_password(Client(), f"a{number}nn", "wrong")
    assert b"too many tries" in give_password(Client(), "another spelling", "wrong").content
