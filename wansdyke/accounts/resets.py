"""Resets of a password or a second factor: no administrator does both, and each is told of.

Whoever resets both can sign in as somebody else, so the second takes a second administrator, and
not one whom the first has made: that might be the same person twice. Auditors are told of every new
account and post as well, since either opens records.
"""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from wansdyke.access.actors import SYSTEM, Actor
from wansdyke.access.models import Agency, User
from wansdyke.access.notices import holders_in, tell
from wansdyke.access.posts import posts
from wansdyke.history.models import Event
from wansdyke.kernel.flow import Refused, Role

PASSWORD, SECOND_FACTOR = "password set", "second factor reset"
APART = timedelta(hours=24)
SECOND = "Another administrator must do the second reset within 24 hours."
UNRELATED = (
    "An administrator whose account or post was not given by the one who did the other reset must"
    " do the second within 24 hours."
)
MADE, POST_GIVEN = "user created", "post given"
RELATED = timedelta(days=90)
UNASKED = "If you did not ask for this, tell professional standards at once."
TO_USER = {
    PASSWORD: f"An administrator gave your account a new password. {UNASKED}",
    SECOND_FACTOR: f"An administrator reset your second factor. {UNASKED}",
}
TO_AUDITORS = {
    PASSWORD: "An administrator gave an account a new password.",
    SECOND_FACTOR: "An administrator reset an account’s second factor.",
    MADE: "An administrator made a new account.",
    POST_GIVEN: "An administrator gave an account a post.",
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
    if by.username != SYSTEM and _related(by, at, done):
        raise Refused(UNRELATED)
    if by.username != SYSTEM:
        done = done.filter(Q(by_id=by.user_id) | Q(by__username=SYSTEM))
    if done.exists():
        raise Refused(SECOND)


def _related(by: Actor, at: datetime, done: QuerySet[Event]) -> bool:
    """Whether the actor made, or gave a post to, somebody who did one of these resets, or they did
    so to the actor's account, in the last 90 days."""
    others = set(done.exclude(by_id=by.user_id).values_list("by_id", "by__username"))
    for user_id, username in others:
        made_me = Q(subject=f"user:{by.username}", by_id=user_id)
        made_them = Q(subject=f"user:{username}", by_id=by.user_id)
        given = Event.objects.filter(
            made_me | made_them,
            root__isnull=True,
            occurred_at__gt=at - RELATED,
            name__in=(MADE, POST_GIVEN),
        )
        if given.exists():
            return True
    return False


def tell_of_reset(user: User, subject: str, reset: str, *, at: datetime) -> None:
    """Tells the user, and whoever holds an auditor's post in the home force."""
    tell([user.pk], TO_USER[reset], root=None, link="/account/", at=at)
    tell_auditors(user, subject, reset, at=at)


def tell_auditors(user: User, subject: str, what: str, *, at: datetime) -> None:
    """Tells whoever holds an auditor's post in the home force of what was done to an account."""
    force = Agency.objects.filter(home=True).first()
    if force is not None:
        auditing = [post.key for post in posts().values() if post.role is Role.AUDITOR]
        told = {auditor.pk for auditor in holders_in(auditing, force.pk, at)} - {user.pk}
        link = f"/audit/?{urlencode({'reference': subject})}"
        tell(told, TO_AUDITORS[what], root=None, link=link, at=at)
