"""Whoever asks: the made-up force's personas, and those who must be turned away."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.utils import timezone

from tests.sweeps.decisions import Held, Viewer
from wansdyke.access.actors import Actor, actor_of
from wansdyke.access.models import Agency, Membership, Team, User
from wansdyke.demo.force import HOME, PERSONAS, TEAMS
from wansdyke.kernel.calendar import london

# The role of each post, written out: the sweeps do not ask the product.
ROLE = {
    "operator": "practitioner",
    "dispatcher": "practitioner",
    "control-room-supervisor": "supervisor",
    "duty-inspector": "supervisor",
    "response-officer": "practitioner",
    "property-keeper": "practitioner",
    "property-head": "supervisor",
    "analyst": "analyst",
    "records-manager": "records manager",
    "privacy-officer": "auditor",
    "professional-standards": "auditor",
    "administrator": "system administrator",
    "mental-health-practitioner": "partner",
    "partner": "partner",
    "partner-reader": "partner (read)",
}
FACES = frozenset(
    {"operator", "dispatcher", "control-room-supervisor", "duty-inspector", "response-officer"}
)
CONTROL_ROOM = FACES - {"response-officer"}
IN_CHARGE = frozenset({"control-room-supervisor", "duty-inspector"})
PROPERTY = frozenset({"property-keeper", "property-head"})
# Those who are more than the made-up force has: (username, post, team).
MORE_TEAMS = (
    ("control-room-north", HOME),
    ("property-store", HOME),
    ("lapsed-team", "lapsed-trust"),
)
MORE = (
    ("nadia", "operator", "control-room-north"),
    ("petra", "property-keeper", "property-store"),
    ("hedda", "property-head", "property-store"),
    ("sid", "operator", "control-room"),
    ("fred", "operator", "control-room"),
    ("lara", "partner", "lapsed-team"),
    ("nell", "", "control-room"),
)
SUSPENDED, WITHOUT_FACTOR, LAPSED, WITHOUT_POST = "sid", "fred", "lara", "nell"
ANONYMOUS = "nobody"


def _agency(team: str) -> str:
    return dict([*((key, agency) for key, _, agency in TEAMS), *MORE_TEAMS])[team]


def _viewers() -> Iterator[Viewer]:
    yield Viewer(ANONYMOUS, "", active=False)
    told = [(p.username, p.post, p.team) for p in PERSONAS]
    for username, post, team in (*told, *MORE):
        yield Viewer(
            username,
            _agency(team),
            (Held(ROLE[post], team),) if post else (),
            active=username != SUSPENDED,
            agency_open=username != LAPSED,
            second_factor=username != WITHOUT_FACTOR,
        )


VIEWERS: dict[str, Viewer] = {viewer.key: viewer for viewer in _viewers()}
POST_OF: dict[str, str] = {
    **{p.username: p.post for p in PERSONAS},
    **{username: post for username, post, _ in MORE},
}


def sees_faces(viewer: Viewer) -> bool:
    """Whether a viewer's post opens the force-wide safety face."""
    return viewer.admitted and viewer.agency == HOME and POST_OF.get(viewer.key) in FACES


def make_more() -> None:
    """Adds those who are more than the made-up force has, and makes them what they are."""
    now = timezone.now()
    today = london(now).date()
    Agency.objects.create(
        key="lapsed-trust",
        name="Lapsed Trust",
        kind="charity",
        agreement_until=today - timedelta(days=1),
    )
    for key, agency in MORE_TEAMS:
        Team.objects.create(key=key, name=key.title(), agency=Agency.objects.get(key=agency))
    for username, post, team in MORE:
        where = Team.objects.select_related("agency").get(key=team)
        user = User.objects.create(
            username=username,
            name=username.title(),
            agency=where.agency,
            is_active=username != SUSPENDED,
        )
        if post:
            Membership.objects.create(user=user, team=where, post=post, from_date=date(2020, 1, 1))


def actor(username: str) -> Actor:
    """A persona as an actor, now."""
    user = User.objects.select_related("agency").get(username=username)
    return actor_of(user, on=london(timezone.now()).date(), mfa=True, channel="web")
