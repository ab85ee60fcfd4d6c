"""One's own account: the authenticator app, recovery codes, password and API tokens."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.test import Client
from django.utils import timezone

from tests.access.people import (
    PASSWORD,
    Person,
    audited,
    give_code,
    give_password,
    outcomes,
    person,
    signed_in,
)
from wansdyke.access.models import ApiToken
from wansdyke.access.tokens import actor_of_token, digest
from wansdyke.accounts.tokens import make_token
from wansdyke.history.verify import verify
from wansdyke.kernel.flow import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]
BETTER = "seven green lanterns at dawn"


def key_shown(page: str) -> str:
    """The key that a set-up page writes out."""
    found = re.search(r"type this key: <strong>([A-Z2-7 ]+)</strong>", page)
    assert found
    return found[1].replace(" ", "")


def code_of(secret: str) -> str:
    """What an app with this key shows now."""
    return format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30))


def codes_shown(page: str) -> list[str]:
    """The recovery codes a page lists."""
    return re.findall(r"<li><strong>(\d{4} \d{4})</strong></li>", page)


def hidden(page: Any, name: str = "operation_key") -> str:
    """The value of a hidden field, the last where a page has several."""
    return re.findall(rf'name="{name}"[^>]* value="([^"]*)"', page.content.decode())[-1]


def test_setting_up_the_app_admits_and_shows_recovery_codes_once(client: Client) -> None:
    person("new", factor=False)
    give_password(client, "new")
    page = client.get("/account/second-factor/?next=/").content.decode()
    assert "<svg" in page
    assert "style=" not in page[page.index("<svg") : page.index("</svg>")]
    assert "data:" not in page
    secret = key_shown(page)
    assert key_shown(client.get("/account/second-factor/").content.decode()) == secret
    wrong = client.post("/account/second-factor/", {"code": "000000"})
    assert b"Enter the 6 digits that the app shows now" in wrong.content
    assert client.get("/").status_code == 302
    before = client.session.session_key
    done = client.post("/account/second-factor/", {"code": code_of(secret), "next": "/"})
    codes = codes_shown(done.content.decode())
    assert len(codes) == 10
    assert client.session.session_key != before
    assert client.get("/").status_code == 200
    again = client.get("/account/second-factor/").content.decode()
    assert codes[0] not in again
    assert key_shown(again) != secret
    assert outcomes()[-1] == "second factor set up"
    later = Client()
    give_password(later, "new")
    assert give_code(later, code_of(secret)).status_code == 200, "the code was spent at set-up"
    assert give_code(later, codes[0]).status_code == 302


def test_another_app_needs_a_code_of_the_one_in_use() -> None:
    ann = person("ann")
    client = signed_in(ann)
    secret = key_shown(client.get("/account/second-factor/").content.decode())
    without = client.post("/account/second-factor/", {"code": code_of(secret)})
    assert b"Enter code from the app you use now" in without.content
    client.post("/account/second-factor/", {"code": code_of(secret), "current": "000000"})
    held = Authenticator.objects.get(user=ann.user, type="totp")
    assert decrypt(held.data["secret"]) == ann.secret
    client.post("/account/second-factor/", {"code": code_of(secret), "current": ann.code()})
    held = Authenticator.objects.get(user=ann.user, type="totp")
    assert decrypt(held.data["secret"]) == secret
    assert client.get("/").status_code == 200


def test_the_set_up_page_does_not_replace_an_app_for_who_gave_only_a_password(
    client: Client,
) -> None:
    new = person("new", factor=False)
    give_password(client, "new")
    other = person("other")
    Authenticator.objects.filter(user=other.user).update(user=new.user)
    answer = client.post("/account/second-factor/", {"code": "000000"})
    assert answer.url == "/sign-in/second-factor/"


def test_new_recovery_codes_need_a_code_and_end_the_old() -> None:
    ann = person("ann")
    client = signed_in(ann)
    refused = client.post("/account/second-factor/recovery-codes/", {"code": "000000"})
    assert codes_shown(refused.content.decode()) == []
    done = client.post("/account/second-factor/recovery-codes/", {"code": ann.code()})
    fresh = [code.replace(" ", "") for code in codes_shown(done.content.decode())]
    assert len(fresh) == 10
    assert not set(fresh) & set(ann.recovery)
    other = Client()
    give_password(other, "ann")
    assert give_code(other, ann.recovery[0]).status_code == 200
    assert give_code(other, fresh[0]).status_code == 302


def test_my_account_shows_the_posts_of_today() -> None:
    ann = person("ann", "analyst")
    ann.user.memberships.create(
        team=ann.user.memberships.get().team, post="records-manager", from_date=date(2099, 1, 1)
    )
    page = signed_in(ann).get("/account/").content.decode()
    assert "Analyst" in page
    assert "Records manager" not in page
    assert "10 left" in page


def send_password(client: Client, current: str, new: str, again: str | None = None) -> Any:
    """Sends the form that changes one's own password."""
    key = hidden(client.get("/account/password/"))
    sent = {"current": current, "password": new, "again": again or new, "operation_key": key}
    return client.post("/account/password/", sent)


def test_changing_the_password_keeps_this_session_and_ends_the_others() -> None:
    ann = person("ann")
    here, elsewhere = signed_in(ann), signed_in(ann)
    assert send_password(here, PASSWORD, BETTER).url == "/account/"
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert outcomes()[-1] == "password changed"
    assert give_password(Client(), "ann", BETTER).status_code == 302
    assert verify().intact


@pytest.mark.parametrize(
    ("current", "new", "again", "said"),
    [
        ("wrong", BETTER, BETTER, "Enter your current password"),
        (PASSWORD, "short", "short", "at least 12 characters"),
        (PASSWORD, "passwordpassword", "passwordpassword", "too common"),
        (PASSWORD, "annabel-smith-1", "annabel-smith-1", "too similar"),
        (PASSWORD, BETTER, "other", "Enter the same new password again"),
    ],
)
def test_a_poor_password_is_refused(current: str, new: str, again: str, said: str) -> None:
    ann = person("annabel-smith")
    page = send_password(signed_in(ann), current, new, again).content.decode()
    assert said in page
    ann.user.refresh_from_db()
    assert ann.user.check_password(PASSWORD)


def test_a_long_password_of_one_kind_of_letter_is_welcome() -> None:
    client = signed_in(person("ann"))
    long = " " + "correct horse battery staple " * 10
    assert send_password(client, PASSWORD, long).status_code == 302
    assert give_password(Client(), "ann", long).status_code == 302
    assert give_password(Client(), "ann", long.strip()).status_code == 200


def test_guessing_at_ones_own_password_is_counted() -> None:
    client = signed_in(person("ann"))
    for _ in range(10):
        send_password(client, "wrong", BETTER)
    assert b"too many tries" in send_password(client, PASSWORD, BETTER).content


def make(client: Client, days: int = 90, key: str = "") -> Any:
    """Sends the form that makes a token."""
    key = key or hidden(client.get("/account/tokens/"))
    sent = {"name": "Duty figures", "days": days, "operation_key": key}
    return client.post("/account/tokens/", sent)


def token_in(page: Any) -> str:
    """The token an answer shows."""
    found = re.search(r"wdk_[\w-]{43}", page.content.decode())
    assert found
    return found[0]


def test_a_token_is_shown_once_and_kept_as_a_hash() -> None:
    ann = person("ann", "analyst")
    client = signed_in(ann)
    raw = token_in(make(client))
    assert raw not in client.get("/account/tokens/").content.decode()
    token = ApiToken.objects.get()
    assert token.sha256 == digest(raw)
    assert token.expires_at - token.made_at == timedelta(days=90)
    now = timezone.now()
    actor = actor_of_token(raw, at=now, address="10.0.0.1", request_id="r1")
    assert actor is not None
    assert (actor.username, actor.channel, actor.mfa, actor.admitted) == ("ann", "api", True, True)
    assert actor.posts == {"analyst"}
    assert audited("configuration")[-1]["change"] == "API token made"
    assert raw not in str(audited("configuration"))


def test_a_token_form_sent_twice_makes_one() -> None:
    client = signed_in(person("ann"))
    make(client, key="same")
    assert make(client, key="same").url == "/account/tokens/"
    assert ApiToken.objects.count() == 1


def test_use_is_noted_at_most_once_a_minute() -> None:
    raw = token_in(make(signed_in(person("ann"))))
    start = timezone.now()
    for seconds, noted in ((0, 0), (59, 0), (60, 60), (100, 60)):
        moment = start + timedelta(seconds=seconds)
        actor_of_token(raw, at=moment, address="", request_id="")
        assert ApiToken.objects.get().used_at == start + timedelta(seconds=noted)


def stands_for_nobody(raw: str, days: int = 0) -> bool:
    """Whether a token opens nothing."""
    moment = timezone.now() + timedelta(days=days)
    return actor_of_token(raw, at=moment, address="", request_id="") is None


def test_a_token_ends() -> None:
    ann = person("ann")
    client = signed_in(ann)
    raw = token_in(make(client, days=30))
    assert not stands_for_nobody(raw, days=29)
    assert stands_for_nobody(raw, days=31)
    assert stands_for_nobody(raw + "x")
    ann.user.is_active = False
    ann.user.save()
    assert stands_for_nobody(raw)
    ann.user.is_active = True
    ann.user.save()
    assert not stands_for_nobody(raw)
    sent = {"mark": hidden(client.get("/account/tokens/"), "mark"), "operation_key": "k"}
    assert client.post("/account/tokens/revoke/", sent).url == "/account/tokens/"
    assert stands_for_nobody(raw)
    assert audited("configuration")[-1]["change"] == "API token revoked"


def test_a_new_password_of_ones_own_ends_the_tokens() -> None:
    client, other = signed_in(person("ann")), signed_in(person("bob"))
    raw, others = token_in(make(client)), token_in(make(other))
    assert send_password(client, PASSWORD, BETTER).status_code == 302
    assert stands_for_nobody(raw)
    assert not stands_for_nobody(others)
    assert audited("sign-in")[-1]["tokens_revoked"] == 1


def test_nobody_revokes_anothers_token() -> None:
    raw = token_in(make(signed_in(person("ann"))))
    other = signed_in(person("bob"))
    sent = {"mark": digest(raw)[:12], "operation_key": "k"}
    other.post("/account/tokens/revoke/", sent)
    assert not stands_for_nobody(raw)


@pytest.mark.parametrize("days", [0, 366])
def test_a_token_lasts_a_day_to_a_year(days: int) -> None:
    assert make(signed_in(person("ann")), days=days).status_code == 200
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("changed", [{"mfa": False}, {"channel": "api"}, {"channel": "worker"}])
def test_only_a_session_with_a_second_factor_makes_tokens(changed: dict[str, Any]) -> None:
    ann: Person = person("ann")
    with pytest.raises(Refused):
        make_token(by=ann.actor(**changed), at=timezone.now(), key="k", name="x")
    assert not ApiToken.objects.exists()
