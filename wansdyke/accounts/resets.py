"""Resets of a password or a second factor: no administrator does both, and each is told of.

Whoever resets both can sign in as somebody else, so the second takes a second administrator.
"""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Q

from wansdyke.access.actors import SYSTEM, Actor
from wansdyke.access.models import Agency, User
from wansdyke.access.notices import holders_in, tell
from wansdyke.access.posts import posts
from wansdyke.history.models import Event
from wansdyke.kernel.flow import Refused, Role

PASSWORD, SECOND_FACTOR = "password set", "second factor reset"
APART = timedelta(hours=24)
SECOND = "Another administrator must do the second reset within 24 hours."
UNASKED = "If you did not ask for this, tell professional standards at once."
TO_USER = {
    PASSWORD: f"An administrator gave your account a new password. {UNASKED}",
    SECOND_FACTOR: f"An administrator reset your second factor. {UNASKED}",
}
TO_AUDITORS = {
    PASSWORD: "An administrator gave an account a new password.",
    SECOND_FACTOR: "An administrator reset an account’s second factor.",
}


def refuse_both(subject: str, reset: str, *, by: Actor, at: datetime) -> None:
    """Raises Refused where the actor did the other reset to this account in the last 24 hours.

    Call with the account's row locked. Maintenance at the command line has no name, so it may be
    any administrator.
    """
    other = SECOND_FACTOR if reset == PASSWORD else PASSWORD
    # The null root leads to the index on root and moment.
    done = Event.objects.filter(
        root__isnull=True, occurred_at__gt=at - APART, subject=subject, name=other
    )
    if by.username != SYSTEM:
        done = done.filter(Q(by_id=by.user_id) | Q(by__username=SYSTEM))
    if done.exists():
        raise Refused(SECOND)


def tell_of_reset(user: User, subject: str, reset: str, *, at: datetime) -> None:
    """Tells the user, and whoever holds an auditor's post in the home force."""
    tell([user.pk], TO_USER[reset], root=None, link="/account/", at=at)
    force = Agency.objects.filter(home=True).first()
    if force is not None:
        auditing = [post.key for post in posts().values() if post.role is Role.AUDITOR]
        told = {auditor.pk for auditor in holders_in(auditing, force.pk, at)} - {user.pk}
        link = f"/audit/?{urlencode({'reference': subject})}"
        tell(told, TO_AUDITORS[reset], root=None, link=link, at=at)
