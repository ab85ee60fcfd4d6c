"""Actors: who is asking, with everything that access is decided from, fixed for one request."""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Q

from wansdyke.access.models import Membership, User
from wansdyke.access.posts import RIGHTS, Right, posts
from wansdyke.kernel.flow import Role

SYSTEM = "system"


class Held(NamedTuple):
    """A post held in a team today, with the role it maps to."""

    team: int
    post: str
    role: Role


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts, and through what. `by` everywhere below the view."""

    user_id: int
    username: str
    name: str
    rank: str = "staff"
    agency_id: int | None = None
    home: bool = False
    active: bool = True
    mfa: bool = False
    password_given: bool = False
    held: frozenset[Held] = field(default_factory=frozenset)
    channel: str = "web"
    session: str = ""
    address: str = ""
    request_id: str = ""
    # Whether this is a program that may bring in what another system records.
    sends: bool = False

    @property
    def posts(self) -> frozenset[str]:
        return frozenset(held.post for held in self.held)

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(held.role for held in self.held)

    @property
    def teams(self) -> frozenset[int]:
        return frozenset(held.team for held in self.held)

    @property
    def admitted(self) -> bool:
        """Rule R0: active, in an active agency, with a second factor in this session, by a
        password that nobody else chose."""
        return self.active and self.mfa and not self.password_given

    @property
    def safety_face(self) -> bool:
        """Whether a post opens the force-wide safety face of a person or place."""
        known = posts()
        return self.admitted and self.home and any(known[p].safety_face for p in self.posts)

    def may(self, right: Right) -> bool:
        """Rule R2: whether any role of theirs grants the right at all."""
        return self.admitted and bool(self.roles & RIGHTS[right])


def held_on(user: User, day: date) -> frozenset[Held]:
    """The posts a user holds on a day; posts no longer known to the installation are left out."""
    known = posts()
    rows = Membership.objects.filter(
        Q(until_date__isnull=True) | Q(until_date__gt=day),
        user=user,
        from_date__lte=day,
        team__active=True,
    ).values_list("team_id", "post")
    return frozenset(Held(team, post, known[post].role) for team, post in rows if post in known)


def actor_of(
    user: User,
    *,
    on: date,
    mfa: bool,
    channel: str,
    password_given: bool = False,
    session: str = "",
    address: str = "",
    request_id: str = "",
) -> Actor:
    """The actor a user is on a day (a London date) through a channel.

    Channels: web, api, command line, worker. `password_given`: they came by a password that
    somebody else chose.
    """
    agency = user.agency
    live = agency is None or (
        agency.active
        and (agency.home or agency.agreement_until is None or agency.agreement_until >= on)
    )
    return Actor(
        user_id=user.pk,
        username=user.username,
        name=user.name,
        rank=user.rank,
        agency_id=user.agency_id,
        home=bool(agency and agency.home),
        active=user.is_active and live,
        mfa=mfa,
        password_given=password_given,
        held=held_on(user, on),
        channel=channel,
        session=session,
        address=address,
        request_id=request_id,
    )


def system_actor() -> Actor:
    """The maintenance account: it holds no post, so scope shows it nothing."""
    user, _ = User.objects.get_or_create(
        username=SYSTEM, defaults={"name": "Wansdyke itself", "password": "!"}
    )
    return Actor(user_id=user.pk, username=SYSTEM, name=user.name, mfa=True, channel="command line")
