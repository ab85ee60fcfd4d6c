"""The mental-health practitioner beside the small control room, and what is asked of them."""

from typing import Any

from tests.desks.contact import control_room as room
from tests.home.cast import actor, agency, team, user
from wansdyke.access.actors import Actor
from wansdyke.access.models import User
from wansdyke.casework import referrals
from wansdyke.casework.models import Deadline
from wansdyke.desks.contact import triage
from wansdyke.desks.contact.models import Contact, Triage


def practitioner() -> User:
    found = User.objects.filter(username="mina").first()
    health = team("health-triage", agency("health", home=False))
    return found or user("mina", "mental-health-practitioner", at=health)


def mina() -> Actor:
    return actor(practitioner())


def ask(call: Contact, by: Actor | None = None, *, after: float = 1) -> Triage:
    practitioner()
    room.step(call, "ask-triage", by or room.olivia(), after=after)
    return asked(call)


def asked(call: Contact) -> Triage:
    rows = Triage.objects.select_related("referral__case__root", "referral__to_team")
    return rows.select_related("contact__case__root").filter(contact=call).latest("asked_at")


def given(after: float, by: Actor | None = None) -> dict[str, Any]:
    return {"by": by or mina(), "at": room.NOON + room.minutes(after), "key": room.key()}


def take(call: Contact, *, after: float = 2) -> Triage:
    referrals.accept(asked(call).referral, **given(after))
    return asked(call)


def advise(call: Contact, *, after: float = 5, **words: str) -> Triage:
    told = {"advice": "Known to us; call the crisis team", "known": "yes", "plan": "", **words}
    triage.advise(take(call), desk=room.DESK, **told, **given(after))
    return asked(call)


def clock(call: Contact, key: str) -> Deadline:
    return Deadline.objects.filter(case_id=call.pk, clock=key, replaced_at=None).get()
