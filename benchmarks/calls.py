"""A control room of one team, and graded calls as its operators take them."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from wansdyke.access.actors import Actor, actor_of
from wansdyke.access.models import Agency, Membership, Team, User
from wansdyke.casework.actions import NewParty, Outcome
from wansdyke.desks.contact.actions import take_call
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.rules import OPERATOR, SUPERVISOR, Grade
from wansdyke.kernel.calendar import london

LONG_AGO = date(2020, 1, 1)
GRADES = (Grade.IMMEDIATE, Grade.PRIORITY, Grade.SCHEDULED)


@dataclass(frozen=True)
class ControlRoom:
    """The team, an operator and a supervisor of it."""

    team: Team
    operator: User
    supervisor: User


def control_room() -> ControlRoom:
    """Makes the force, its control room and two people with their posts, where they are not there
    from an earlier run."""
    named = {"name": "The Force", "kind": "police", "home": True}
    force, _ = Agency.objects.get_or_create(key="force", defaults=named)
    named = {"name": "Control room", "agency": force}
    team, _ = Team.objects.get_or_create(key="control-room", defaults=named)
    people = []
    for username, post in (("operator", OPERATOR), ("supervisor", SUPERVISOR)):
        named = {"name": username.title(), "agency": force}
        user, _ = User.objects.get_or_create(username=username, defaults=named)
        held = {"user": user, "team": team, "post": post}
        Membership.objects.get_or_create(**held, defaults={"from_date": LONG_AGO})
        people.append(user)
    return ControlRoom(team, *people)


def acting_as(user: User, at: datetime) -> Actor:
    """The user as a signed-in actor."""
    return actor_of(user, on=london(at).date(), mfa=True, channel="web")


def graded_call(
    by: Actor, team: Team, at: datetime, *, number: int = 0, key: str | None = None
) -> Outcome:
    """Takes one call with its caller and grades it: case, person, clocks, events, audit."""
    values = {
        "received_at": at - timedelta(seconds=90),
        "channel": "999",
        "what": f"A man is shouting outside number {number}, and something was thrown.",
        "where": f"{number} Sheep Street, Devizes",
        "prior_contact": "no",
        "risk_types": [],
        "strands": [],
    }
    caller = NewParty(
        role="caller",
        typed={"forename": "Avery", "surname": f"Testwell{number}", "phone": "07700 900123"},
    )
    return take_call(
        DESK,
        values,
        by=by,
        at=at,
        key=key or uuid.uuid4().hex,
        team=team,
        grade=GRADES[number % len(GRADES)],
        reason="Heard shouting on the line",
        parties=[caller],
    )
