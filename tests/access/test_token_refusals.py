"""A refused API token is audited once in a while, shuts nobody out, and is never quoted."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.access.people import PASSWORD, audited, give_password, outcomes, person
from wansdyke.access.actors import Actor
from wansdyke.access.guesses import MOST_BY_ADDRESS, WINDOW
from wansdyke.access.models import ApiToken, Guess
from wansdyke.accounts.token_sign_in import asking_with
from wansdyke.accounts.tokens import make_token, mark_of
from wansdyke.history.verify import verify

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]
HERE = "10.0.0.1"


def ask(raw: str, address: str = HERE, *, after: timedelta = timedelta()) -> Actor | None:
    return asking_with(raw, at=timezone.now() + after, address=address, request_id="r")


def token() -> tuple[ApiToken, str]:
    made = person("ann", "analyst").actor()
    return make_token(by=made, at=timezone.now(), key=uuid4().hex, name="Duty figures")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"expires_at": timezone.now() - timedelta(days=1)}, "expired"),
        ({"revoked_at": timezone.now() - timedelta(days=1)}, "revoked"),
        ({"user__is_active": False}, "account not active"),
    ],
)
def test_a_refusal_says_why_whose_and_from_where(state: dict[str, Any], said: str) -> None:
    made, raw = token()
    if "user__is_active" in state:
        made.user.is_active = False
        made.user.save()
    else:
        ApiToken.objects.update(**state)
    assert ask(raw) is None
    (entry,) = audited("sign-in")
    assert entry["outcome"] == f"API token refused: {said}"
    assert (entry["subjects"], entry["token"]) == (["user:ann"], mark_of(made))
    assert entry["address"] == HERE
    assert "actor" not in entry
    assert raw not in str(entry)
    assert verify().intact


def test_an_unknown_token_leaves_its_address_and_nothing_of_its_text() -> None:
    assert ask("wdk_somebodys-password") is None
    (entry,) = audited("sign-in")
    assert entry["outcome"] == "API token refused: unknown"
    assert (entry["subjects"], entry["address"]) == ([], HERE)
    assert "token" not in entry
    assert "somebodys-password" not in str(entry)


def test_a_good_token_leaves_neither_entry_nor_count() -> None:
    _, raw = token()
    for _ in range(3):
        assert ask(raw) is not None
    assert audited("sign-in") == []
    assert not Guess.objects.exists()


def test_refusals_are_logged_once_in_five_minutes_for_each_token_and_address() -> None:
    made, raw = token()
    ApiToken.objects.update(revoked_at=timezone.now())
    for number in range(4):
        ask(raw)
        ask(f"wdk_{number}")
    assert len(audited("sign-in")) == 2
    ask(raw, "10.0.0.2")
    assert len(audited("sign-in")) == 3
    ask(raw, after=WINDOW + timedelta(seconds=1))
    assert len(audited("sign-in")) == 4
    assert {entry.get("token") for entry in audited("sign-in")} == {None, mark_of(made)}


def test_a_program_with_an_old_token_shuts_nobody_out(client: Any) -> None:
    by = person("ann", "analyst").actor()
    made, raw = make_token(by=by, at=timezone.now(), key=uuid4().hex, name="Old")
    _, good = make_token(by=by, at=timezone.now(), key=uuid4().hex, name="New")
    ApiToken.objects.filter(pk=made.pk).update(revoked_at=timezone.now())
    for _ in range(MOST_BY_ADDRESS + 5):
        assert ask(raw) is None
    assert ask(good) is not None
    person("bob")
    assert give_password(client, "bob", REMOTE_ADDR=HERE).status_code == 302
    assert outcomes().count("API token refused: revoked") == 1


def test_somebodys_old_token_does_not_shut_them_out(client: Any) -> None:
    made, raw = token()
    ApiToken.objects.update(revoked_at=timezone.now())
    for _ in range(12):
        ask(raw, "127.0.0.1")
    assert give_password(client, made.user.username, PASSWORD).status_code == 302
