"""A password that is known from a breach is refused, by a list that is searched where it lies."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from wansdyke.access.models import User
from wansdyke.accounts.passwords import listed

KNOWN, OTHER = "quiet otter crosses bridge", "seven green lanterns hum"
ANN = User(username="ann.smith", name="Ann Smith")


def sha1(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def a_list(file: Path, passwords: list[str], end: str = "\r\n") -> Path:
    lines = sorted(f"{sha1(one)}:{number}" for number, one in enumerate(passwords, 1))
    file.write_bytes(end.join([*lines, ""]).encode())
    return file


def test_a_password_of_the_list_is_refused(tmp_path: Path, settings: Any) -> None:
    validate_password(KNOWN, ANN)
    many = [f"made up {number}" for number in range(2_000)]
    settings.BREACHED_PASSWORDS = str(a_list(tmp_path / "list", [*many, KNOWN]))
    with pytest.raises(ValidationError, match="known from a breach"):
        validate_password(KNOWN, ANN)
    validate_password(OTHER, ANN)


def test_a_list_that_cannot_be_read_lets_nobody_choose(tmp_path: Path, settings: Any) -> None:
    settings.BREACHED_PASSWORDS = str(tmp_path / "gone")
    with pytest.raises(OSError, match="gone"):
        validate_password(OTHER, ANN)


def test_every_line_is_found_and_no_other(tmp_path: Path) -> None:
    for count in (0, 1, 2, 3, 7, 64, 65):
        named = [f"made up {number}" for number in range(count)]
        for end in ("\n", "\r\n"):
            file = a_list(tmp_path / "list", named, end)
            assert all(listed(file, one) for one in named)
            assert not any(listed(file, f"{one}!") for one in [*named, "", "x"])


@given(st.sets(st.text(max_size=8), max_size=40), st.text(max_size=8))
def test_it_says_what_a_set_would_say(tmp_path_factory: Any, known: set[str], asked: str) -> None:
    file = a_list(tmp_path_factory.getbasetemp() / "breached", sorted(known))
    assert listed(file, asked) is (asked in known)
