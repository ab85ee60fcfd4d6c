"""Browsers that an account knows: whoever signed in there with both factors may guess apart.

Else a stranger's ten wrong guesses would shut the owner out. The cookie opens nothing.
"""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple, TypeVar

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from wansdyke.access.models import User

COOKIE = "__Host-known-device" if settings.SECURE else "known_device"
KEPT_DAYS = 180
# A terminal in a control room has many users: the cookie must still fit into a request.
MOST_ACCOUNTS = 20
LONGEST = 4000
BETWEEN = "~"
SALT = "wansdyke.accounts.devices"
Answer = TypeVar("Answer", bound=HttpResponseBase)


class Line(NamedTuple):
    """One account's part of the cookie: whose it is, which device, since which day, and the proof.

    None of it names the account to whoever reads the cookie.
    """

    account: str
    device: str
    day: str
    proof: str


def _signed(what: str, key: str, length: int) -> str:
    return salted_hmac(SALT, what, secret=key, algorithm="sha256").hexdigest()[:length]


def _account(user: User, key: str) -> str:
    return _signed(f"account {user.pk}", key, 16)


def _factors(user: User) -> str:
    # A new password or authenticator makes another proof, so a reset ends what was known.
    rows = Authenticator.objects.filter(user=user).order_by("pk").values_list("type", "pk")
    apps = [pk for kind, pk in rows if kind == Authenticator.Type.TOTP]
    # Of whoever has no app, the first passkey: another one added forgets no browser.
    keys = [pk for kind, pk in rows if kind == Authenticator.Type.WEBAUTHN][:1]
    return f"{user.password} {apps or keys}"


def _proof(device: str, day: str, whose: str, factors: str, key: str) -> str:
    return _signed(f"{whose} {device} {day} {factors}", key, 32)


def _lines(request: HttpRequest) -> Iterator[Line]:
    text = request.COOKIES.get(COOKIE, "")
    for written in text.split(BETWEEN) if len(text) <= LONGEST else ():
        parts = written.split(".")
        if len(parts) == len(Line._fields):
            yield Line(*parts)


def _today() -> int:
    return timezone.now().toordinal()


def known_device(request: HttpRequest, user: User) -> str:
    """The mark of a device on which this account has signed in with both factors; "" for a
    stranger's, a forged mark, and one from before the password or the authenticator changed."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        whose = _account(user, key)
        # The browser was given one line for each account: a second was added by somebody else.
        line = next((each for each in _lines(request) if each.account == whose), None)
        if line is None or not line.day.isdecimal():
            continue
        proof = _proof(line.device, line.day, whose, _factors(user), key)
        if constant_time_compare(line.proof, proof) and _today() - int(line.day) < KEPT_DAYS:
            return line.device
    return ""


def known_from_now_on(request: HttpRequest, answer: Answer, user: User) -> Answer:
    """Adds to an answer that the account knows this browser; call once both factors were given."""
    key = settings.SECRET_KEY
    whose, day = _account(user, key), str(_today())
    device = known_device(request, user) or secrets.token_hex(8)
    mine = Line(whose, device, day, _proof(device, day, whose, _factors(user), key))
    others = [line for line in _lines(request) if line.account != whose]
    answer.set_cookie(
        COOKIE,
        BETWEEN.join(".".join(line) for line in [mine, *others][:MOST_ACCOUNTS]),
        max_age=timedelta(days=KEPT_DAYS),
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer
