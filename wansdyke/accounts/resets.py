"""Resets of a password, a second factor or a link to single sign-on: no administrator does one and
the other, and each is told of.

Whoever resets both can sign in as somebody else, so the second takes a second administrator, and
not one whom the first has made: that might be the same person twice. Auditors are told of every new
account and every post given or ended as well, since those open records.
"""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Q

from wansdyke.access.actors import SYSTEM, Actor
from wansdyke.access.models import Agency, User
from wansdyke.access.notices import holders_in, tell
from wansdyke.access.posts import posts
from wansdyke.accounts.second_administrator import MADE, POST_GIVEN, SUSPENDED, is_new, related
from wansdyke.history.models import Event
from wansdyke.kernel.flow import Refused, Role

PASSWORD, SECOND_FACTOR = "password set", "second factor reset"
LINKED, UNLINKED = "single sign-on linked", "single sign-on link removed"
APART = timedelta(hours=24)
SECOND = "Another administrator must do the second reset within 24 hours."
UNRELATED = (
    "An administrator whose account or post was not given by the one who did the other reset must"
    " do the second within 24 hours."
)
TOO_NEW = (
    "Your account is less than 72 hours old. An administrator with an older account must do the "
    "second reset within 24 hours."
)
POST_ENDED = "post ended"
RESTORED = "user restored"
UNASKED = "If you did not ask for this, tell professional standards at once."
TO_USER = {
    PASSWORD: f"An administrator gave your account a new password. {UNASKED}",
    SECOND_FACTOR: f"An administrator reset your second factor. {UNASKED}",
    LINKED: f"An administrator linked your account to single sign-on. {UNASKED}",
    UNLINKED: "An administrator took away your account’s link to single sign-on.",
    # Whoever audits must not lose that in silence, least of all the last one.
    POST_ENDED: "An administrator ended a post of yours.",
}
TO_AUDITORS = {
    PASSWORD: "An administrator gave an account a new password.",
    SECOND_FACTOR: "An administrator reset an account’s second factor.",
    LINKED: "An administrator linked an account to single sign-on.",
    UNLINKED: "An administrator took away an account’s link to single sign-on.",
    MADE: "An administrator made a new account.",
    POST_GIVEN: "An administrator gave an account a post.",
    POST_ENDED: "An administrator ended a post of an account.",
    SUSPENDED: "An administrator suspended an account.",
    RESTORED: "An administrator gave a suspended account access again.",
}


def refuse_both(subject: str, reset: str, *, by: Actor, at: datetime) -> None:
    """Raises Refused where the other reset was done to this account in the last 24 hours by the
    actor, or by one who may be them under another name, and to an actor whose account is new.

    Call with the account's row locked. Maintenance at the command line has no name, so it may be
    any administrator.
    """
    others = (PASSWORD, LINKED) if reset == SECOND_FACTOR else (SECOND_FACTOR,)
    # The null root leads to the index on root and moment.
    done = Event.objects.filter(
        root__isnull=True, occurred_at__gt=at - APART, subject=subject, name__in=others
    )
    if by.username != SYSTEM:
        makers = set(done.exclude(by_id=by.user_id).values_list("by__username", flat=True))
        if any(related(by.username, maker, at) for maker in makers):
            raise Refused(UNRELATED)
        if makers and is_new(by.username, at):
            raise Refused(TOO_NEW)
        done = done.filter(Q(by_id=by.user_id) | Q(by__username=SYSTEM))
    if done.exists():
        raise Refused(SECOND)


def tell_of(user: User, what: str, *, by: Actor, at: datetime) -> None:
    """Tells whoever holds an auditor's post in the home force what was done to an account, and its
    user of a reset and of a post that ended.

    Of accounts and posts nobody is told where maintenance sets a force up.
    """
    if by.username == SYSTEM and what not in (PASSWORD, SECOND_FACTOR, LINKED):
        return
    if what in TO_USER:
        tell([user.pk], TO_USER[what], root=None, link="/account/", at=at)
    tell_auditors(user, TO_AUDITORS[what], at)


def tell_auditors(user: User, words: str, at: datetime) -> None:
    """Tells whoever holds an auditor's post in the home force, but the user themselves, of an
    account."""
    force = Agency.objects.filter(home=True).first()
    if force is not None:
        auditing = [post.key for post in posts().values() if post.role is Role.AUDITOR]
        told = {auditor.pk for auditor in holders_in(auditing, force.pk, at)} - {user.pk}
        link = f"/audit/?{urlencode({'reference': f'user:{user.username}'})}"
        tell(told, words, root=None, link=link, at=at)
