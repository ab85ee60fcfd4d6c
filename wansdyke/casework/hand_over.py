"""What one shift hands over to the next: words to a team, and notes on cases that are for it."""

from datetime import datetime

from django.db.models import QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Team
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope
from wansdyke.casework.models import Comment, HandOver
from wansdyke.casework.on_case import needed
from wansdyke.history import audit
from wansdyke.history.door import Repeated, change, digest_of
from wansdyke.kernel.flow import Refused

LONGEST = 5_000


def hand_over(team: Team, text: str, *, by: Actor, at: datetime, key: str) -> None:
    """Tells the next shift of one's own team something that is of no record.

    Raises Refused for a team that is not one's own, blank words or too many.
    """
    digest = digest_of("hand-over", team.key, text)
    try:
        with change(by=by, at=at, key=key, digest=digest) as doing:
            if team.pk not in by.teams:
                raise Refused("Choose one of your own teams.", field="team")
            words = needed(text, "text", "Enter what the next shift has to know.", LONGEST)
            HandOver.objects.create(team=team, text=words, by_id=by.user_id, at=at)
            doing.event("handed over", subject=team.key)
            doing.audit(audit.COLLECTION, team.key, fields=["hand-over"])
    except Repeated:
        return


def handed_over(actor: Actor, since: datetime) -> QuerySet[HandOver]:
    """What was handed over to the actor's teams since a moment, newest first."""
    rows = HandOver.objects.filter(team_id__in=sorted(actor.teams), at__gt=since)
    return rows.select_related("team", "by").order_by("-at", "-pk")


def handed_over_on_cases(actor: Actor, at: datetime, since: datetime) -> QuerySet[Comment]:
    """The notes for the next shift on cases of the actor's teams, or that are theirs, since then:
    of those they may see now, newest first."""
    seen = scope(actor, Right.VIEW, at, "case__root__")
    rows = Comment.objects.filter(seen, hand_over=True, at__gt=since)
    return rows.select_related("case__root", "by").order_by("-at", "-pk")
