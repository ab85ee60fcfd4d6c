"""What nobody may guess is drawn by the system's generator, and is long enough; sessions end."""

import math
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa import app_settings
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from tests.conformance.test_absent import _imported, _is, _told, _trees
from tests.home.cast import KEEPER, signed_in, user
from wansdyke.access.references import ALPHABET
from wansdyke.accounts.accounts import initial_password
from wansdyke.accounts.second_factor import set_up

# What is made up, and what is drawn so that it can be drawn again, from a seed that is kept.
FROM_A_SEED = ("wansdyke/demo/", "wansdyke/desks/contact/demo", "wansdyke/assurance/demo.py",
               "wansdyke/kernel/sampling.py")  # fmt: skip


def test_what_must_not_be_guessed_is_drawn_from_the_system() -> None:
    drawing = [
        _told(path)
        for path, tree in _trees().items()
        if any(_is(name, "random") for name in _imported(tree))
    ]
    assert [name for name in drawing if not name.startswith(FROM_A_SEED)] == []


def test_session_keys_have_128_bits() -> None:
    keys = {SessionStore()._get_new_session_key() for _ in range(50)}
    assert len(keys) == 50
    for key in keys:
        assert set(key) <= set(VALID_KEY_CHARS)
        assert len(key) * math.log2(len(set(VALID_KEY_CHARS))) >= 128


def test_a_first_password_has_100_bits() -> None:
    drawn = {initial_password() for _ in range(50)}
    assert len(drawn) == 50
    for password in drawn:
        letters = password.replace("-", "").upper()
        assert set(letters) <= set(ALPHABET)
        assert len(letters) * math.log2(len(ALPHABET)) >= 100


@pytest.mark.django_db
def test_recovery_codes_have_at_least_twenty_bits() -> None:
    ann = user("ann", KEEPER)
    _, codes = set_up(ann, "A" * 32, 1)
    assert len(set(codes)) == len(codes) == app_settings.RECOVERY_CODE_COUNT
    for code in codes:
        assert code.isdecimal()
        assert len(code) * math.log2(10) >= 20
    assert len(RecoveryCodes.generate_seed()) >= 32


@pytest.mark.django_db
def test_a_session_ends_after_its_hours_whatever_happens() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = signed_in(user("ann", KEEPER))
        for _ in range(settings.SESSION_HOURS * 3):
            assert client.get("/").status_code == 200
            clock.shift(timedelta(minutes=20))
        clock.shift(timedelta(seconds=1))
        assert client.get("/").status_code == 302
