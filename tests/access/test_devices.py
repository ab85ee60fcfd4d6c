"""A stranger's flood of guesses does not shut the owner out of a browser that knows them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tests.access.people import (
    PASSWORD,
    forgotten,
    give_code,
    give_password,
    outcomes,
    person,
    signed_in,
)
from tests.access.test_own_account import BETTER, code_of, key_shown, send_password
from wansdyke.access.guesses import MOST, account_key
from wansdyke.access.models import Guess
from wansdyke.accounts import accounts
from wansdyke.accounts.devices import COOKIE, KEPT_DAYS, MOST_ACCOUNTS

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]
SHUT = b"too many tries"
IN = "/sign-in/second-factor/"


def flood(username: str = "ann") -> None:
    """As many wrong guesses by strangers as an account has."""
    for number in range(MOST):
        give_password(Client(), username, "wrong", REMOTE_ADDR=f"10.0.0.{number}")


def signed_out(client: Client) -> Client:
    """The same browser, after signing out."""
    client.post("/sign-out/")
    return client


def with_cookie(value: str) -> Client:
    """A browser that sends this as what it knows."""
    client = Client()
    client.cookies[COOKIE] = value
    return client


def cookie_of(client: Client) -> str:
    return client.cookies[COOKIE].value


def test_a_strangers_flood_stops_strangers_and_not_the_known_browser() -> None:
    ann = person("ann")
    known = signed_out(signed_in(ann))
    flood()
    assert SHUT in give_password(Client(), "ann").content
    assert give_password(known, "ann").url == IN
    assert give_code(known, ann.code()).url == "/"
    assert known.get("/").status_code == 200


def test_a_flood_of_codes_does_not_either() -> None:
    ann = person("ann")
    known = signed_out(signed_in(ann))
    stranger = Client()
    give_password(stranger, "ann")
    for _ in range(MOST):
        give_code(stranger, "000000")
    assert SHUT in give_code(stranger, ann.code()).content
    give_password(known, "ann")
    assert give_code(known, ann.code()).url == "/"


def test_the_known_browser_has_ten_guesses_too_and_uses_up_nobody_elses() -> None:
    ann = person("ann")
    known = signed_out(signed_in(ann))
    for _ in range(MOST):
        give_password(known, "ann", "wrong")
    assert SHUT in give_password(known, "ann").content
    assert outcomes()[-1] == "too many tries"
    assert not Guess.objects.filter(account=account_key("ann")).exists()
    assert give_password(Client(), "ann").url == IN
    other = with_cookie("")
    other.cookies.clear()
    assert give_password(other, "ann").url == IN


def test_two_browsers_of_one_account_count_apart() -> None:
    ann = person("ann")
    one, two = signed_out(signed_in(ann)), signed_out(signed_in(ann))
    for _ in range(MOST):
        give_password(one, "ann", "wrong")
    assert SHUT in give_password(one, "ann").content
    assert give_password(two, "ann").url == IN


def test_signing_in_again_gives_no_fresh_count() -> None:
    ann = person("ann")
    known = signed_out(signed_in(ann))
    device = cookie_of(known).split(".")[1]
    give_password(known, "ann")
    give_code(known, ann.code())
    assert cookie_of(known).split(".")[1] == device


def test_a_forged_or_another_accounts_cookie_is_a_strangers() -> None:
    ann, bob = person("ann"), person("bob")
    anns, bobs = (cookie_of(signed_in(each)) for each in (ann, bob))
    flood()
    account, device, day, proof = anns.split(".")
    _, bob_device, bob_day, bob_proof = bobs.split(".")
    changed = [
        bobs,
        f"{account}.{bob_device}.{bob_day}.{bob_proof}",
        ".".join((account, "0" * 16, day, proof)),
        ".".join((account, device, str(int(day) + 1), proof)),
        ".".join((account, device, day, "0" * 32)),
        f"{account}.{device}.soon.{proof}",
        f"{account}.{device}.{day}",
        "~" * 100,
        "",
        anns + "~" * 5000,
    ]
    for value in changed:
        assert SHUT in give_password(with_cookie(value), "ann").content, value
    assert give_password(with_cookie(anns), "ann").url == IN


def test_an_addresss_limit_stops_strangers_there_and_not_the_known_browser(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = signed_out(signed_in(person("ann")))
    monkeypatch.setattr("wansdyke.access.guesses.MOST_BY_ADDRESS", 3)
    for number in range(3):
        give_password(Client(), f"nobody{number}", "wrong")
    assert SHUT in give_password(Client(), "ann").content
    assert give_password(known, "ann").url == IN


def test_no_limit_of_strangers_stops_whoever_is_signed_in_with_both_factors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ann = person("ann")
    inside = signed_in(ann)
    # A shared terminal has forgotten ann for its other users.
    del inside.cookies[COOKIE]
    monkeypatch.setattr("wansdyke.access.guesses.MOST_BY_ADDRESS", 3)
    flood()
    for number in range(3):
        give_password(Client(), f"nobody{number}", "wrong")
    assert SHUT in give_password(Client(), "bob").content
    for _ in range(MOST - 1):
        assert SHUT not in give_code(inside, "000000").content
    before = inside.session.session_key
    assert give_code(inside, ann.code()).status_code == 302
    assert inside.session.session_key != before


def test_a_session_has_ten_codes_as_any_browser() -> None:
    ann = person("ann")
    inside = signed_in(ann)
    del inside.cookies[COOKIE]
    for _ in range(MOST):
        give_code(inside, "000000")
    assert SHUT in give_code(inside, ann.code()).content


def test_a_reset_ends_what_was_known() -> None:
    ann, root = person("ann"), person("root", "administrator")
    who: dict[str, Any] = {"by": root.actor(), "at": timezone.now()}
    for reset in ("password", "second factor"):
        forgotten(ann)
        known = signed_in(ann)
        if reset == "password":
            made = {"user": ann.user, "password": PASSWORD}
            accounts.set_password(**who, key=uuid4().hex, **made)
            ann.user.refresh_from_db()
            ann.user.password_given = False
            ann.user.save()
        else:
            other = person("ada", "administrator").actor()
            accounts.reset_second_factor(**who | {"by": other}, key=uuid4().hex, user=ann.user)
        Guess.objects.all().delete()
        flood()
        assert SHUT in give_password(with_cookie(cookie_of(known)), "ann").content, reset
        Guess.objects.all().delete()


def test_ones_own_new_password_keeps_the_browser_known() -> None:
    client = signed_in(person("ann"))
    before = cookie_of(client)
    assert send_password(client, PASSWORD, BETTER).status_code == 302
    flood()
    assert give_password(signed_out(client), "ann", BETTER).url == IN
    assert SHUT in give_password(with_cookie(before), "ann", BETTER).content


def test_setting_up_the_app_makes_the_browser_known(client: Client) -> None:
    person("new", factor=False)
    give_password(client, "new")
    assert COOKIE not in client.cookies, "a password alone makes no browser known"
    secret = key_shown(client.get("/account/second-factor/").content.decode())
    client.post("/account/second-factor/", {"code": code_of(secret)})
    flood("new")
    assert give_password(signed_out(client), "new").url == IN


def test_it_ends_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    known = cookie_of(signed_in(person("ann")))
    flood()
    assert give_password(with_cookie(known), "ann").url == IN
    later = timezone.now().toordinal() + KEPT_DAYS
    monkeypatch.setattr("wansdyke.accounts.devices._today", lambda: later)
    assert SHUT in give_password(with_cookie(known), "ann").content


def test_the_secret_key_before_this_one_still_proves_it(settings: Any) -> None:
    known = cookie_of(signed_in(person("ann")))
    old, settings.SECRET_KEY = settings.SECRET_KEY, "newer" * 12
    settings.SECRET_KEY_FALLBACKS = [old]
    flood()
    assert give_password(with_cookie(known), "ann").url == IN
    settings.SECRET_KEY_FALLBACKS = []
    assert SHUT in give_password(with_cookie(known), "ann").content


def test_the_cookie_is_out_of_reach_of_scripts_and_names_nobody(settings: Any) -> None:
    settings.SECURE = True
    client = signed_in(person("ann"))
    cookie = client.cookies[COOKIE]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    assert cookie["max-age"] == timedelta(days=KEPT_DAYS).total_seconds()
    assert "ann" not in cookie.value
    assert account_key("ann")[:8] not in cookie.value


def test_a_shared_terminal_knows_its_last_users_in_one_small_cookie() -> None:
    client = Client()
    for number in range(MOST_ACCOUNTS + 2):
        someone = person(f"officer{number}")
        give_password(client, someone.user.username)
        give_code(client, someone.code())
        signed_out(client)
    assert len(cookie_of(client)) < 2000
    for username, let_in in (("officer0", False), ("officer2", True), ("officer21", True)):
        flood(username)
        assert (give_password(client, username).status_code == 302) is let_in
        client.get("/sign-in/")
