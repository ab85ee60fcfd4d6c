"""A small force for the tests, and people signing in to it."""

import json
import time
from dataclasses import dataclass
from datetime import date
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client
from django.utils import timezone

from wansdyke.access.actors import Actor, actor_of
from wansdyke.access.models import Agency, Membership, Team, User
from wansdyke.accounts.second_factor import set_up
from wansdyke.history.models import AuditEntry
from wansdyke.kernel.calendar import london

PASSWORD = "quiet-otter-crosses-bridge"
LONG_AGO = date(2020, 1, 1)


@dataclass
class Person:
    """A user, with what they know and carry."""

    user: User
    secret: str
    recovery: list[str]

    def code(self, steps: int = 0) -> str:
        """What their app shows now, or so many steps of thirty seconds later."""
        return format_hotp_value(hotp_value(self.secret, int(time.time()) // 30 + steps))

    def actor(self, **changed: Any) -> Actor:
        """The actor they are with a second factor."""
        asked = {"on": london(timezone.now()).date(), "mfa": True, "channel": "web"} | changed
        return actor_of(self.user, **asked)


def force() -> Agency:
    """The home force."""
    return Agency.objects.get_or_create(
        key="force", defaults={"name": "The force", "kind": "police", "home": True}
    )[0]


def team(key: str = "control-room", agency: Agency | None = None) -> Team:
    """A team of the force, or of another agency."""
    return Team.objects.get_or_create(
        key=key, defaults={"agency": agency or force(), "name": key.title()}
    )[0]


def person(username: str, *posts: str, factor: bool = True, agency: Agency | None = None) -> Person:
    """Somebody with posts since long ago, and with or without an authenticator app."""
    user = User(username=username, name=username.title(), agency=agency or force())
    user.set_password(PASSWORD)
    user.save()
    for post in posts:
        home = team(agency=agency) if agency is None else team(f"{agency.key}-team", agency)
        Membership.objects.create(user=user, team=home, post=post, from_date=LONG_AGO)
    secret = generate_totp_secret()
    recovery = set_up(user, secret, step=0)[1] if factor else []
    return Person(user, secret, recovery)


def give_password(client: Client, username: str, password: str = PASSWORD, **more: Any) -> Any:
    """Sends the sign-in form."""
    sent = {"username": username, "password": password, **more.pop("data", {})}
    return client.post("/sign-in/", sent, **more)


def give_code(client: Client, code: str, **more: Any) -> Any:
    """Sends the second-factor form."""
    return client.post("/sign-in/second-factor/", {"code": code}, **more)


def signed_in(someone: Person) -> Client:
    """A client of theirs, signed in with both factors."""
    client = Client()
    give_password(client, someone.user.username)
    answer = give_code(client, someone.code())
    assert answer.status_code == 302
    forgotten(someone)
    return client


def forgotten(someone: Person) -> None:
    """Lets a test use the same half-minute's code again."""
    row = Authenticator.objects.get(user=someone.user, type=Authenticator.Type.TOTP)
    row.data["last_step"] = 0
    row.save(update_fields=["data"])


def audited(operation: str) -> list[dict[str, Any]]:
    """What the audit log says of one operation, oldest first."""
    rows = AuditEntry.objects.filter(operation=operation).order_by("seq")
    return [json.loads(row.body) for row in rows]


def outcomes() -> list[str]:
    """The outcomes of the sign-in entries, oldest first."""
    return [entry["outcome"] for entry in audited("sign-in")]
