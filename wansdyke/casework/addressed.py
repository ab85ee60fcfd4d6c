"""To whom a referral can go, and which have come to an actor's teams."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Grant, Lock, Root, Team
from wansdyke.access.posts import RIGHTS, Right
from wansdyke.access.scope import whole
from wansdyke.casework.models import Case, Referral
from wansdyke.kernel.calendar import london


def receivers(case: Case, at: datetime) -> QuerySet[Team]:
    """The teams a case can be referred to: active, not its own, of the force or of a partner
    whose agreement is in date. Ordered by agency, the force first."""
    day = london(at).date()
    in_date = Q(agency__agreement_until__isnull=True) | Q(agency__agreement_until__gte=day)
    return (
        Team.objects.filter(Q(agency__home=True) | in_date, active=True, agency__active=True)
        .exclude(pk=case.root.team_id)
        .select_related("agency")
        .order_by("-agency__home", "agency__name", "name")
    )


def unlocked(actor: Actor) -> Q:
    """Leaves out the referrals of cases that an actor is locked out of."""
    locks = Lock.objects.filter(user_id=actor.user_id, lifted_at__isnull=True)
    return ~Q(case__root_id__in=locks.values("root_id"))


def _teams(actor: Actor, right: Right) -> list[int]:
    if not actor.admitted:
        return []
    return sorted({held.team for held in actor.held if held.role in RIGHTS[right]})


def addressed_to(actor: Actor, at: datetime, right: Right = Right.VIEW) -> QuerySet[Referral]:
    """The referrals to the teams in which an actor holds a post with a right.

    Those that wait, and those accepted for as long as the share lasts that came with it; none of a
    case that has been restricted since, or that the actor is locked out of.
    """
    share = Grant.objects.filter(
        Q(until_at__isnull=True) | Q(until_at__gt=at),
        kind=Grant.SHARE,
        root_id=OuterRef("case_id"),
        team_id=OuterRef("to_team_id"),
        revoked_at__isnull=True,
    )
    return Referral.objects.filter(
        Q(state="sent") | Q(Exists(share), state__in=("accepted", "answered")),
        unlocked(actor),
        whole("case__root__"),
        to_team_id__in=_teams(actor, right),
        case__root__marking=Root.STANDARD,
    )


def waiting_for(actor: Actor, at: datetime) -> QuerySet[Referral]:
    """The referrals that wait for an answer that this actor may give, oldest first."""
    return addressed_to(actor, at, Right.STEP).filter(state="sent").order_by("at", "pk")
