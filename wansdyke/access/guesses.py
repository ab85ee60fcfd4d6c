"""Guesses at passwords and codes, counted in the database for the account and for the address."""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest

from wansdyke.access.models import Guess

MOST = 10
# A whole control room may sit behind one address.
MOST_BY_ADDRESS = 100
WINDOW = timedelta(minutes=5)
TOO_MANY = "There have been too many tries. Wait 5 minutes, then try again."


def account_key(username: str) -> str:
    """What stands for an account in the count: people type passwords into the wrong box."""
    return hashlib.sha256(username.strip().lower().encode()).hexdigest()


def address_of(request: HttpRequest) -> str:
    """Where a request comes from; behind the force's own proxy, what that proxy says."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        # Only the last entry is the proxy's; the client may have written the others.
        return str(forwarded).rpartition(",")[2].strip()[:64]
    return str(request.META.get("REMOTE_ADDR", ""))[:64]


def claim(username: str, address: str, at: datetime, device: str = "") -> Guess | None:
    """Counts a guess before it is judged; None, and no judging, after too many in five minutes:
    ten for the account, or a hundred from the address.

    A `device` that the account knows has ten of its own, apart from those of strangers and of its
    address: whoever else guesses there shuts nobody out of a browser that was theirs. Counting
    first lets no burst of simultaneous guesses slip through; `forget` a right one.
    """
    since = at - WINDOW
    Guess.objects.filter(at__lte=since).delete()
    account = _apart(f"device {device}", username) if device else account_key(username)
    counted_at = "" if device else address
    guess = Guess.objects.create(account=account, address=counted_at, at=at)
    by_account = Guess.objects.filter(at__gt=since, account=account).count()
    if by_account > MOST or _by_address(counted_at, at) > MOST_BY_ADDRESS:
        guess.delete()
        return None
    return guess


def _apart(what: str, username: str) -> str:
    """A key that is no account's own, so that it counts towards none."""
    return hashlib.sha256(f"{what} {account_key(username)}".encode()).hexdigest()


def _by_address(address: str, at: datetime) -> int:
    recent = Guess.objects.filter(at__gt=at - WINDOW, address=address)
    return recent.count() if address else 0


def first_refusal(username: str, address: str, at: datetime) -> bool:
    """Whether this is the first guess in five minutes that `claim` refused of an account (""
    for names that are nobody's) from an address; asking notes it.

    So whoever goes on trying cannot fill the audit log.
    """
    mark = _apart(f"refused {address}", username)
    if Guess.objects.filter(account=mark, at__gt=at - WINDOW).exists():
        return False
    Guess.objects.create(account=mark, address="", at=at)
    return True


def forget(guess: Guess) -> None:
    """Takes a guess that was right out of the count."""
    guess.delete()
