"""How passwords are asked for: masked, open to paste and password managers, taken as typed."""

import re

import pytest
from django.contrib.auth import authenticate
from django.test import Client, RequestFactory

from tests.home.cast import KEEPER, user
from wansdyke.accounts import forms

TYPED = "  Two  Otters, žluťoučký — and a very long line of other words ‘until’ the end of it  "


def asked() -> list[tuple[str, str]]:
    """Every input of a password in the forms of the accounts room, as it is drawn."""
    found = []
    for form in vars(forms).values():
        for name, field in getattr(form, "base_fields", {}).items():
            if "password" in name and getattr(field.widget, "input_type", "") != "hidden":
                found.append((name, field.widget.render(name, None)))
    return found


def test_they_are_masked_and_may_be_pasted() -> None:
    drawn = asked()
    assert len(drawn) >= 2
    for name, widget in drawn:
        assert 'type="password"' in widget, name
        assert re.search(r'autocomplete="(current|new)-password"', widget), name
        assert "onpaste" not in widget
        longest = re.search(r'maxlength="(\d+)"', widget)
        assert longest is None or int(longest[1]) >= 64


@pytest.mark.django_db
def test_not_a_character_of_it_is_changed() -> None:
    assert len(TYPED) > 64
    ann = user("ann", KEEPER)
    ann.set_password(TYPED)
    ann.save()
    request = RequestFactory().post("/sign-in/")
    request.session, request.user = Client().session, None  # type: ignore[assignment]
    assert authenticate(request, username="ann", password=TYPED) == ann
    client = Client()
    for wrong in (TYPED.strip(), TYPED.upper(), TYPED[:72], TYPED.replace("  ", " ")):
        again = client.post("/sign-in/", {"username": "ann", "password": wrong})
        assert again.status_code == 200, wrong
        assert b"fit together" in again.content
    assert client.post("/sign-in/", {"username": "ann", "password": TYPED}).status_code == 302
