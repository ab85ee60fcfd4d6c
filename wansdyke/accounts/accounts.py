"""Users and their posts: every write to them, each through the one door."""

import re
import secrets
from datetime import date, datetime, timedelta

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q

from wansdyke.access.actors import SYSTEM, Actor
from wansdyke.access.database import empty
from wansdyke.access.models import Agency, Membership, Team, User
from wansdyke.access.posts import PARTNER_ROLES, posts
from wansdyke.access.ranks import RANKS
from wansdyke.access.references import ALPHABET
from wansdyke.access.sessions import end_sessions
from wansdyke.accounts.configuring import Configuring, configuring
from wansdyke.accounts.force import make_agency, make_team
from wansdyke.accounts.resets import (
    PASSWORD,
    POST_ENDED,
    RESTORED,
    SECOND_FACTOR,
    refuse_both,
    tell_of,
)
from wansdyke.accounts.second_administrator import MADE, POST_GIVEN, SUSPENDED, refuse_alone
from wansdyke.accounts.tokens import end_tokens
from wansdyke.history import audit
from wansdyke.history.door import change, digest_of
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
FIRST_TEAM = "administration"
SAME = "The new password must differ from the one you have now."
NOT_YOUR_OWN = "Ask another administrator: nobody changes their own {what}."


def subject_of(user: User) -> str:
    """How events and the audit log name an account."""
    return f"user:{user.username}"


def initial_password() -> str:
    """A random password that can be read out: four groups of five, 100 bits."""
    drawn = ("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(4))
    return "-".join(drawn).lower()


def checked_password(password: str, user: User) -> str:
    """The password, if it may be used; raises Refused for its field with every reason."""
    try:
        validate_password(password, user)
    except ValidationError as refused:
        raise Refused(" ".join(refused.messages), field="password") from None
    return password


def _shut_out(doing: Configuring, user: User, at: datetime) -> None:
    end_sessions(user)
    if end_tokens(user, at):
        doing.touched("API tokens")


def _fresh_username(username: str) -> str:
    plain = username.strip().lower()
    if not USERNAME.fullmatch(plain) or plain == SYSTEM:
        raise Refused(
            "A username has 2 to 40 letters, digits, dots, hyphens or underscores, "
            "and starts with a letter or digit.",
            field="username",
        )
    if User.objects.filter(username__iexact=plain).exists():
        raise Refused(f"There is already a user called “{plain}”.", field="username")
    return plain


def _make_user(
    doing: Configuring,
    *,
    username: str,
    name: str,
    rank: str,
    agency: Agency,
    password: str | None,
    email: str,
    password_given: bool,
) -> User:
    if rank not in dict(RANKS):
        raise Refused("Choose one of the ranks listed.", field="rank")
    if not name.strip():
        raise Refused("Enter the full name.", field="name")
    user = User(
        username=_fresh_username(username),
        name=name.strip(),
        rank=rank,
        agency=agency,
        email=email,
        password_given=password_given,
    )
    # Without one nobody signs in by password, until an administrator gives one.
    user.set_password(checked_password(password, user) if password is not None else None)
    user.save()
    doing.added(user, "username", "name", "rank", "agency", "email")
    doing.touched("password")
    return user


def create_user(
    *,
    by: Actor,
    at: datetime,
    key: str,
    username: str,
    name: str,
    agency: Agency,
    password: str | None,
    rank: str = "staff",
    email: str = "",
) -> User:
    """Makes an account without any post, whose password is changed at the first sign-in.

    Without a password nobody signs in to it by one. Raises Refused naming the field at fault.
    """
    subject = f"user:{username.strip().lower()}"[:45]
    with configuring(MADE, subject, name, rank, agency.key, email, by=by, at=at, key=key) as doing:
        made = _make_user(
            doing,
            username=username,
            name=name,
            rank=rank,
            agency=agency,
            password=password,
            email=email,
            password_given=password is not None,
        )
        tell_of(made, MADE, by=by, at=at)
        return made


def refuse_unless_empty() -> None:
    """Raises Refused on a database that already has a user."""
    if not empty():
        raise Refused("There are users already. A system administrator can add more.")


def create_first(
    *, by: Actor, at: datetime, key: str, username: str, name: str, password: str, force: str
) -> User:
    """Makes the force, its administration team and the first administrator, all or nothing.

    Raises Refused on a database that already has a user.
    """
    subject = f"user:{username.strip().lower()}"[:45]
    with configuring("first administrator created", subject, by=by, at=at, key=key) as doing:
        refuse_unless_empty()
        agency = Agency.objects.filter(home=True).first() or make_agency(
            doing, key="force", name=force, kind="police", home=True
        )
        team = Team.objects.filter(key=FIRST_TEAM).first() or make_team(
            doing, agency=agency, key=FIRST_TEAM, name="Administration"
        )
        user = _make_user(
            doing,
            username=username,
            name=name,
            rank="staff",
            agency=agency,
            password=password,
            email="",
            # Whoever makes the first account makes it for themselves.
            password_given=False,
        )
        _make_membership(doing, user, team, "administrator", london(at).date(), None)
        return user


def _locked(user: User, by: Actor, what: str) -> User:
    if by.user_id == user.pk:
        raise Refused(NOT_YOUR_OWN.format(what=what))
    if user.username == SYSTEM:
        raise Refused("The maintenance account cannot be changed.")
    return User.objects.select_for_update().get(pk=user.pk)


def suspend(*, by: Actor, at: datetime, key: str, user: User, reason: str) -> None:
    """Ends a user's access from the next request on, their sessions and their API tokens; the
    auditors are told.

    Raises Refused.
    """
    with configuring(SUSPENDED, subject_of(user), reason, by=by, at=at, key=key) as doing:
        row = _locked(user, by, "access")
        if not row.is_active:
            raise Refused("This account is already suspended.")
        doing.set(row, is_active=False)
        doing.note("reason", None, _given(reason))
        _shut_out(doing, row, at)
        tell_of(row, SUSPENDED, by=by, at=at)


def restore(*, by: Actor, at: datetime, key: str, user: User, reason: str) -> None:
    """Gives a suspended user access again; the auditors are told. Raises Refused."""
    with configuring(RESTORED, subject_of(user), reason, by=by, at=at, key=key) as doing:
        row = _locked(user, by, "access")
        if row.is_active:
            raise Refused("This account is not suspended.")
        doing.set(row, is_active=True)
        doing.note("reason", None, _given(reason))
        tell_of(row, RESTORED, by=by, at=at)


def _given(reason: str) -> str:
    if not reason.strip():
        raise Refused("Enter a reason.", field="reason")
    return reason.strip()[:300]


def set_password(*, by: Actor, at: datetime, key: str, user: User, password: str) -> None:
    """Sets another user's password, which they change when they next sign in, and ends their
    sessions and API tokens; they and the auditors are told.

    Raises Refused, also for whoever reset their second factor in the last 24 hours.
    """
    with configuring(PASSWORD, subject_of(user), by=by, at=at, key=key) as doing:
        row = _locked(user, by, "password here")
        refuse_both(subject_of(row), PASSWORD, by=by, at=at)
        row.set_password(checked_password(password, row))
        row.password_given = True
        row.save(update_fields=["password", "password_given"])
        doing.touched("password")
        _shut_out(doing, row, at)
        tell_of(row, PASSWORD, by=by, at=at)


def reset_second_factor(*, by: Actor, at: datetime, key: str, user: User) -> None:
    """Takes away a lost authenticator, its recovery codes and all passkeys, and ends the user's
    sessions and API tokens; they and the auditors are told.

    They set up a new one when they next sign in. Raises Refused, also for whoever set their
    password in the last 24 hours.
    """
    with configuring(SECOND_FACTOR, subject_of(user), by=by, at=at, key=key) as doing:
        row = _locked(user, by, "second factor here")
        refuse_both(subject_of(row), SECOND_FACTOR, by=by, at=at)
        Authenticator.objects.filter(user=row).delete()
        doing.touched("second factor")
        _shut_out(doing, row, at)
        tell_of(row, SECOND_FACTOR, by=by, at=at)


def change_own_password(*, by: Actor, at: datetime, key: str, user: User, password: str) -> None:
    """Sets the actor's own password and ends their API tokens; the old one must have been checked.

    Raises Refused for a poor password, and for the one they have now.
    """
    if user.check_password(password):
        raise Refused(SAME, field="password")
    with change(by=by, at=at, key=key, digest=digest_of("own password")) as doing:
        row = User.objects.select_for_update().get(pk=by.user_id)
        row.set_password(checked_password(password, row))
        row.password_given = False
        row.save(update_fields=["password", "password_given"])
        user.password, user.password_given = row.password, False
        ended = end_tokens(row, at)
        doing.event("password changed", subject=subject_of(row))
        doing.audit(
            audit.SIGN_IN, subject_of(row), outcome="password changed", tokens_revoked=ended
        )


def _fits(user: User, team: Team, post: str) -> None:
    known = posts().get(post)
    if known is None:
        raise Refused(f"There is no post called “{post}”.", field="post")
    if team.agency_id != user.agency_id:
        raise Refused(f"{team} is a team of another agency.", field="team")
    if not team.active:
        raise Refused(f"{team} is closed.", field="team")
    partner = known.role in PARTNER_ROLES
    if partner and team.agency.home:
        raise Refused(f"{known.title} is a post for partner agencies.", field="post")
    if not partner and not team.agency.home:
        raise Refused("People of a partner agency hold partner posts only.", field="post")


def _make_membership(
    doing: Configuring,
    user: User,
    team: Team,
    post: str,
    from_date: date,
    until_date: date | None,
) -> Membership:
    _fits(user, team, post)
    if until_date is not None and until_date <= from_date:
        raise Refused("The post must end after it starts.", field="until_date")
    same = Membership.objects.filter(user=user, team=team, post=post)
    meets = same.filter(Q(until_date__isnull=True) | Q(until_date__gt=from_date))
    if until_date is not None:
        meets = meets.filter(from_date__lt=until_date)
    # A post ended on the day it began was never held and stands in nobody's way.
    if any(m.until_date is None or m.until_date > m.from_date for m in meets):
        raise Refused("They already hold this post in this team in that time.", field="post")
    made = Membership.objects.create(
        user=user, team=team, post=post, from_date=from_date, until_date=until_date
    )
    doing.note("post", None, words_of(made))
    return made


def words_of(membership: Membership) -> str:
    """A membership in words, as the history keeps it."""
    until = f" until {membership.until_date}" if membership.until_date else ""
    return f"{membership.post} in {membership.team.key} from {membership.from_date}{until}"


def give_post(
    *,
    by: Actor,
    at: datetime,
    key: str,
    user: User,
    team: Team,
    post: str,
    from_date: date | None = None,
    until_date: date | None = None,
) -> Membership:
    """Gives a user a post in a team, from a London date (today) until one (exclusive) or none.

    Raises Refused for the actor's own account, an unknown post, a team of another agency, a post
    that partners may not hold or only they may, one that is held already in that time, and one that
    takes a second administrator.
    """
    starts = from_date or london(at).date()
    asked = (team.key, post, str(starts), str(until_date))
    with configuring(POST_GIVEN, subject_of(user), *asked, by=by, at=at, key=key) as doing:
        row = _locked(user, by, "posts")
        refuse_alone(subject_of(row), post, by=by, at=at)
        given = _make_membership(doing, row, team, post, starts, until_date)
        tell_of(row, POST_GIVEN, by=by, at=at)
        return given


def end_post(
    *,
    by: Actor,
    at: datetime,
    key: str,
    membership: Membership,
    until_date: date | None = None,
) -> None:
    """Ends a post on a London date (today), the first day on which it is no longer held.

    Raises Refused for the actor's own posts, one that has ended, and a day in the past.
    """
    today = london(at).date()
    ends = until_date or today
    asked = (membership.pk, str(ends))
    user = membership.user
    with configuring(POST_ENDED, subject_of(user), *asked, by=by, at=at, key=key) as doing:
        _locked(user, by, "posts")
        row = Membership.objects.select_for_update().get(pk=membership.pk)
        if row.until_date is not None and row.until_date <= today:
            raise Refused("This post has ended already.")
        if ends < today:
            raise Refused("A post cannot end before today.", field="until_date")
        before = words_of(row)
        row.until_date = max(ends, row.from_date)
        row.save(update_fields=["until_date"])
        doing.note("post", before, words_of(row))
        tell_of(user, POST_ENDED, by=by, at=at)


def memberships_of(user: User) -> list[Membership]:
    """Every post a user has held, holds or will hold, newest first."""
    rows = user.memberships.select_related("team__agency").order_by("-from_date", "-pk")
    return list(rows)


def holds_on(membership: Membership, day: date) -> bool:
    """Whether a post is held on a day."""
    last = membership.until_date or day + timedelta(days=1)
    return membership.from_date <= day < last
