"""What takes two administrators, and who counts as a second one.

An account that somebody made, or made an administrator, may be that same person again, under
another name: so it is no second administrator beside them, nor beside another of theirs.
"""

from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from wansdyke.access.actors import SYSTEM, Actor
from wansdyke.access.models import Membership, User
from wansdyke.access.posts import posts
from wansdyke.history.models import Event
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused, Role

MADE, POST_GIVEN, SUSPENDED = "user created", "post given", "user suspended"
ADMINISTRATOR = "administrator"
NEW_FOR = timedelta(hours=72)
RELATED_FOR = timedelta(days=90)
MADE_BY_YOU = (
    "You made this account less than 72 hours ago. Another administrator must give it this post, "
    "or wait until the 72 hours have passed."
)


def _since(at: datetime, long: timedelta) -> QuerySet[Event]:
    # The null root leads to the index on root and moment.
    return Event.objects.filter(root__isnull=True, occurred_at__gt=at - long)


def is_new(username: str, at: datetime) -> bool:
    """Whether an account was made in the last 72 hours, and not as the installation's first."""
    return _since(at, NEW_FOR).filter(subject=f"user:{username}", name=MADE).exists()


def _made_administrator(event: Event) -> bool:
    given = [str(change.new) for change in event.changes.all() if change.field == "post"]
    return any(post.startswith(f"{ADMINISTRATOR} in ") for post in given)


def _with_their_makers(username: str, at: datetime) -> set[str]:
    """The account and, link by link, whoever made it or made it an administrator."""
    found, ahead = {username}, [username]
    while ahead:
        done = _since(at, RELATED_FOR).filter(
            subject=f"user:{ahead.pop()}", name__in=(MADE, POST_GIVEN)
        )
        for event in done.select_related("by").prefetch_related("changes"):
            maker = event.by.username
            if maker in found or maker == SYSTEM:
                continue
            if event.name == MADE or _made_administrator(event):
                found.add(maker)
                ahead.append(maker)
    return found


def related(one: str, other: str, at: datetime) -> bool:
    """Whether two accounts, by username, may be one person's: in the last 90 days the one made the
    other, or made it an administrator, by itself or through others, or a third did so to both."""
    return bool(_with_their_makers(one, at) & _with_their_makers(other, at))


def _another_administrator(by: Actor, at: datetime) -> bool:
    """Whether the force has, or had in the last 72 hours, an administrator besides the actor: so
    nobody becomes the only one by ending the other's post or suspending them a moment before."""
    day = london(at).date()
    held = Membership.objects.filter(
        Q(until_date__isnull=True) | Q(until_date__gt=london(at - NEW_FOR).date()),
        # A post that ended on its first day was never held.
        Q(until_date__isnull=True) | Q(until_date__gt=F("from_date")),
        post=ADMINISTRATOR,
        from_date__lte=day,
    )
    others = User.objects.filter(pk__in=held.values("user_id")).exclude(pk=by.user_id)
    suspended = _since(at, NEW_FOR).filter(name=SUSPENDED).values_list("subject", flat=True)
    lately = [subject.removeprefix("user:") for subject in suspended]
    return others.filter(Q(is_active=True) | Q(username__in=lately)).exists()


def refuse_alone(subject: str, post: str, *, by: Actor, at: datetime) -> None:
    """Raises Refused where the actor made this account in the last 72 hours and the post opens
    cases or administration, unless they are the only administrator or maintenance.

    Posts that audit open neither.
    """
    known = posts().get(post)
    if by.username == SYSTEM or known is None or known.role is Role.AUDITOR:
        return
    mine = _since(at, NEW_FOR).filter(subject=subject, name=MADE, by_id=by.user_id)
    if mine.exists() and _another_administrator(by, at):
        raise Refused(MADE_BY_YOU, field="post")
