"""Second factors are sealed at rest, read through a change of the secret key, and sealed anew."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client
from typer.testing import CliRunner

from tests.access.people import audited, forgotten, give_code, give_password, person
from tests.access.test_own_account import key_shown
from tests.access.urls import declared
from wansdyke.access.models import Session, User
from wansdyke.access.session_store import SessionStore
from wansdyke.accounts.commands import user_app
from wansdyke.accounts.sealing import Adapter
from wansdyke.accounts.second_factor import codes_left
from wansdyke.kernel.flow import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]
NEWER = "newer" * 12


def kept(username: str = "ann") -> dict[str, str]:
    """What the database has of somebody's second factor."""
    rows = Authenticator.objects.filter(user__username=username)
    return {row.type: row.data.get("secret") or row.data["seed"] for row in rows}


def lets_in(username: str, code: str) -> bool:
    client = Client()
    give_password(client, username)
    give_code(client, code)
    return client.get("/").status_code == 200


def test_neither_key_nor_seed_is_kept_as_it_is() -> None:
    ann = person("ann")
    assert set(kept()) == {"totp", "recovery_codes"}
    assert all(text.startswith("sealed:") for text in kept().values())
    assert ann.secret not in str(kept())
    assert Adapter().decrypt(kept()["totp"]) == ann.secret
    assert kept()["totp"] != Adapter().encrypt(ann.secret), "the same key is never sealed alike"
    assert lets_in("ann", ann.code())
    assert lets_in("ann", ann.recovery[0])


def test_the_key_of_an_app_that_is_being_set_up_is_sealed_too(client: Client) -> None:
    person("new", factor=False)
    give_password(client, "new")
    secret = key_shown(client.get("/account/second-factor/").content.decode())
    held = str([SessionStore().decode(row.session_data) for row in Session.objects.all()])
    assert "mfa.totp.secret" in held
    assert secret not in held


def test_another_secret_key_opens_nothing_unless_the_old_one_is_named(settings: Any) -> None:
    ann, old = person("ann"), settings.SECRET_KEY
    settings.SECRET_KEY = NEWER
    client = Client()
    give_password(client, "ann")
    answer = give_code(client, ann.code())
    assert b"Your second factor cannot be checked now" in answer.content
    assert codes_left(ann.user) == 0
    with pytest.raises(Refused):
        Adapter().decrypt(kept()["totp"])
    settings.SECRET_KEY_FALLBACKS = [old]
    assert codes_left(ann.user) == 10
    assert lets_in("ann", ann.code())
    forgotten(ann)
    settings.SECRET_KEY_FALLBACKS = []
    assert Adapter().decrypt(kept()["totp"]) == ann.secret, "sealed anew by its use"


def test_what_was_kept_plain_is_read_and_sealed_by_its_use() -> None:
    ann = person("ann")
    Authenticator.objects.filter(type="totp").update(data={"secret": ann.secret})
    assert lets_in("ann", ann.code())
    assert Adapter().decrypt(kept()["totp"]) == ann.secret
    assert kept()["totp"].startswith("sealed:")


def test_the_command_seals_every_second_factor_anew(settings: Any) -> None:
    ann, bob, old = person("ann"), person("bob"), settings.SECRET_KEY
    Authenticator.objects.filter(user=bob.user, type="totp").update(data={"secret": bob.secret})
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEWER, [old]
    came = CliRunner().invoke(user_app(declared), ["seal-second-factors"])
    assert came.output.startswith("4 second factors"), came.output
    settings.SECRET_KEY_FALLBACKS = []
    assert {kept(name)["totp"][:7] for name in ("ann", "bob")} == {"sealed:"}
    for someone in (ann, bob):
        assert Adapter().decrypt(kept(someone.user.username)["totp"]) == someone.secret
        row = Authenticator.objects.get(user=someone.user, type="recovery_codes")
        assert RecoveryCodes(row).get_unused_codes() == someone.recovery
    assert audited("configuration")[-1]["change"] == "second factors sealed"


def test_the_command_is_an_administrators(settings: Any) -> None:
    person("ann", "analyst")
    settings.ACT_AS = "ann"
    before = kept()
    came = CliRunner().invoke(user_app(declared), ["seal-second-factors"])
    assert came.exit_code == 1
    assert kept() == before
    assert User.objects.filter(username="ann").exists()
