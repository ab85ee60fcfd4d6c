"""Which passwords are refused, and that length and kinds of letters are nobody's business."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from wansdyke.access.models import User

ANN = User(username="ann.smith", name="Ann Smith", email="ann.smith@force.example")


@pytest.mark.parametrize(
    "password",
    [
        "elevenchars",
        "passwordpassword",
        "Password123456!",
        "P@ssw0rd-2026-1",
        "!!!Welcome2026!!!",
        "wansdyke2026!!",
        "police-999-999",
        "aaaaaaaaaaaaaaaa",
        "121212121212121212",
        "qwertyuiop123456",
        "ann.smith@force",
    ],
)
def test_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, ANN)


@pytest.mark.parametrize(
    "password",
    [
        "quiet otter crosses bridge",
        "allofthisislowercase",
        "x" + "seven green lanterns " * 30,
        "žluťoučký kůň úpěl",
        "k7q2m-9xh4t-bb0vw-3n5ye",
        "8391 7264 1029 3847",
        "abc 8391 7264 1029 3847",
    ],
)
def test_welcome(password: str) -> None:
    validate_password(password, ANN)
