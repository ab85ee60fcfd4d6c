"""A small control room for the contact desk's tests: its people, and a call taken and moved on."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.home.cast import actor, agency, team, user
from wansdyke.access.actors import Actor
from wansdyke.access.models import ForceSetting, Team, User
from wansdyke.casework.actions import NewParty, Outcome, amend, perform
from wansdyke.casework.assess import assess
from wansdyke.casework.models import NEVER, Deadline, Draft
from wansdyke.casework.second_person import decide
from wansdyke.desks.contact.actions import take_call
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.instruments.thrive_v1 import LETTERS, THRIVE_V1
from wansdyke.desks.contact.models import Contact

NOON = datetime(2026, 6, 10, 11, 0, tzinfo=UTC)
GIVEN = dict(zip(LETTERS, ("now", "high", "likely", "later", "partly", "agreed"), strict=True))


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def room() -> Team:
    return team("control-room", agency())


def response() -> Team:
    return team("response", agency())


def staff(username: str, post: str, *, at: Team | None = None) -> User:
    found = User.objects.filter(username=username).first()
    return found or user(username, post, at=at or room())


def olivia() -> Actor:
    return actor(staff("olivia", "operator"))


def owen() -> Actor:
    return actor(staff("owen", "operator"))


def dev() -> Actor:
    return actor(staff("dev", "dispatcher"))


def sasha() -> Actor:
    return actor(staff("sasha", "control-room-supervisor"))


def idris() -> Actor:
    return actor(staff("idris", "duty-inspector"))


def rosa() -> Actor:
    return actor(staff("rosa", "response-officer", at=response()))


def reuben() -> Actor:
    return actor(staff("reuben", "response-officer", at=response()))


def key() -> str:
    return uuid.uuid4().hex


def values(**changed: Any) -> dict[str, Any]:
    return {
        "received_at": NOON,
        "what": "Shouting next door",
        "where": "12 Lantern Lane, Swindon",
        "prior_contact": "no",
        **changed,
    }


def take(
    by: Actor | None = None,
    *,
    at: datetime = NOON,
    grade: str = "immediate",
    reason: str = "violence now",
    letters: Mapping[str, str] | None = None,
    parties: Sequence[NewParty] = (),
    draft: Draft | None = None,
    sent: str = "",
    **typed: Any,
) -> Contact:
    outcome = take_call(
        DESK,
        values(**typed),
        by=by or olivia(),
        at=at,
        key=sent or key(),
        team=room(),
        grade=grade,
        reason=reason,
        letters=letters,
        parties=parties,
        draft=draft,
    )
    return call_of(outcome.reference)


def call_of(reference: str) -> Contact:
    found: Contact = Contact.objects.select_related("case__root", "case__owner", "place").get(
        case__root__reference=reference
    )
    return found


def again(contact: Contact) -> Contact:
    return call_of(contact.case.root.reference)


def step(
    contact: Contact,
    name: str,
    by: Actor,
    *,
    after: float = 0,
    reason: str = "",
    occurred_at: datetime | None = None,
    version: int | None = None,
    sent: str = "",
    **payload: Any,
) -> Outcome:
    return perform(
        again(contact),
        name,
        desk=DESK,
        by=by,
        at=NOON + minutes(after),
        key=sent or key(),
        payload=payload,
        reason=reason,
        occurred_at=occurred_at,
        version=version,
    )


def settle(
    contact: Contact,
    by: Actor,
    *,
    agreed: bool = True,
    after: float = 0,
    reason: str = "",
    version: int | None = None,
) -> Outcome:
    return decide(
        contact.case.proposals.get(decided_at__isnull=True),
        agreed=agreed,
        desk=DESK,
        by=by,
        at=NOON + minutes(after),
        key=key(),
        reason=reason,
        version=version,
    )


def thrive(
    contact: Contact, by: Actor, *, after: float = 0, sent: str = "", **answers: str
) -> Outcome:
    return assess(
        again(contact),
        THRIVE_V1,
        {**GIVEN, **answers},
        own_grade="immediate",
        own_reason="as I hear it",
        desk=DESK,
        by=by,
        at=NOON + minutes(after),
        key=sent or key(),
    )


def rewrite(
    contact: Contact, by: Actor, version: int | None, *, after: float = 1, **changed: Any
) -> Outcome:
    at = NOON + minutes(after)
    item = again(contact)
    return amend(item, changed, desk=DESK, by=by, at=at, key=key(), version=version)


def running(contact: Contact) -> list[Deadline]:
    rows = Deadline.objects.filter(case_id=contact.pk, stopped_at=None, replaced_at=None)
    return list(rows.order_by("due_at"))


def soonest(contact: Contact) -> datetime:
    """The minimum that the case's own column must say."""
    return min((row.due_at for row in running(contact)), default=NEVER)


def force_sets(setting: str, value: Any, at: datetime = NOON - timedelta(days=1)) -> None:
    made_by = staff("olivia", "operator")
    ForceSetting.objects.create(key=setting, value=value, from_at=at, by=made_by, reason="a test")
