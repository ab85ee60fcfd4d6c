"""Notices: lines to named users, or to everyone who holds one of some posts in a team today."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from wansdyke.access.models import Membership, Notice, Root, User
from wansdyke.kernel.calendar import london


def holders(posts: Collection[str], team_id: int, at: datetime) -> list[int]:
    """Who holds one of the posts in a team on the London day of a moment; by user id."""
    day = london(at).date()
    rows = Membership.objects.filter(
        Q(until_date__isnull=True) | Q(until_date__gt=day),
        post__in=list(posts),
        team_id=team_id,
        from_date__lte=day,
        user__is_active=True,
    )
    return sorted(set(rows.values_list("user_id", flat=True)))


def holders_in(posts: Collection[str], agency_id: int, at: datetime) -> list[User]:
    """Who holds one of the posts in any team of an agency on the London day of a moment."""
    day = london(at).date()
    rows = Membership.objects.filter(
        Q(until_date__isnull=True) | Q(until_date__gt=day),
        post__in=list(posts),
        team__agency_id=agency_id,
        from_date__lte=day,
    )
    users = User.objects.filter(pk__in=rows.values("user_id"), is_active=True)
    return list(users.order_by("name"))


def tell(users: Collection[int], text: str, *, root: Root | None, link: str, at: datetime) -> int:
    """Tells each user once; the text names no person, for a notice is read out of context.

    Returns how many were told.
    """
    made = [
        Notice(user_id=user, root=root, text=text, link=link, made_at=at) for user in set(users)
    ]
    Notice.objects.bulk_create(made)
    return len(made)
