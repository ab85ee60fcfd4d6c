"""The made-up force: its agencies, teams, and one named persona for each post."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.access.models import Agency, Team, User
from wansdyke.accounts.accounts import create_user, give_post
from wansdyke.accounts.force import create_agency, create_team
from wansdyke.kernel.calendar import london

HOME = "wansdyke-constabulary"
AGENCIES = (
    (HOME, "Wansdyke Constabulary", "police", True),
    ("council", "Wansdyke Council", "council", False),
    ("health", "Wansdyke Mental Health NHS Trust", "health", False),
)
TEAMS = (
    ("control-room", "Control room", HOME),
    ("response-swindon", "Response Swindon", HOME),
    ("response-trowbridge", "Response Trowbridge", HOME),
    ("analysis", "Analysis", HOME),
    ("records", "Records", HOME),
    ("standards", "Standards and privacy", HOME),
    ("systems", "Systems", HOME),
    ("council-safeguarding", "Council safeguarding", "council"),
    ("health-triage", "Mental health triage", "health"),
)


@dataclass(frozen=True)
class Persona:
    """Somebody made up, who holds a post in a team."""

    username: str
    name: str
    rank: str
    team: str
    post: str


PERSONAS = (
    Persona("olivia", "Olivia Marsh", "staff", "control-room", "operator"),
    Persona("owen", "Owen Pritchard", "staff", "control-room", "operator"),
    Persona("dev", "Dev Chandra", "staff", "control-room", "dispatcher"),
    Persona("sasha", "Sasha Brook", "sergeant", "control-room", "control-room-supervisor"),
    Persona("idris", "Idris Vale", "inspector", "control-room", "duty-inspector"),
    Persona("rosa", "Rosa Finch", "constable", "response-swindon", "response-officer"),
    Persona("reuben", "Reuben Hale", "constable", "response-trowbridge", "response-officer"),
    Persona("anya", "Anya Holt", "staff", "analysis", "analyst"),
    Persona("ray", "Ray Mercer", "staff", "records", "records-manager"),
    Persona("rhea", "Rhea Lund", "staff", "records", "records-manager"),
    Persona("priti", "Priti Lowe", "staff", "standards", "privacy-officer"),
    Persona("stan", "Stan Whitlock", "inspector", "standards", "professional-standards"),
    Persona("ada", "Ada Quill", "staff", "systems", "administrator"),
    Persona("carol", "Carol Dean", "staff", "council-safeguarding", "partner"),
    Persona("mina", "Mina Tolland", "staff", "health-triage", "mental-health-practitioner"),
    Persona("hugh", "Hugh Sorrel", "staff", "health-triage", "partner-reader"),
)
DEFAULT_ACTOR = "sasha"


def make_force(
    by: Actor, now: datetime, tell: Callable[[str], None], began: date | None = None
) -> dict[str, list[User]]:
    """Makes agencies, teams and personas through the one door; returns the users by post.

    Their posts begin on the day `began`, else a month before `now`, so that the made-up fortnight
    is theirs.
    """
    keys = (f"demo-force-{n}" for n in count(1))
    for key, name, kind, home in AGENCIES:
        create_agency(
            by=by, at=now, key=next(keys), agency_key=key, name=name, kind=kind, home=home
        )
    for key, name, agency in TEAMS:
        owner = Agency.objects.get(key=agency)
        create_team(by=by, at=now, key=next(keys), agency=owner, team_key=key, name=name)
    tell(f"{len(AGENCIES)} agencies and {len(TEAMS)} teams")
    began = began or london(now - timedelta(days=30)).date()
    people: dict[str, list[User]] = {}
    for persona in PERSONAS:
        team = Team.objects.select_related("agency").get(key=persona.team)
        user = create_user(
            by=by,
            at=now,
            key=next(keys),
            username=persona.username,
            name=persona.name,
            agency=team.agency,
            # A persona is signed in as by one click, and in no other way.
            password=None,
            rank=persona.rank,
        )
        held: dict[str, Any] = {"team": team, "post": persona.post, "from_date": began}
        give_post(by=by, at=now, key=next(keys), user=user, **held)
        people.setdefault(persona.post, []).append(user)
    tell(f"{len(PERSONAS)} people, one for each post at least")
    return people
