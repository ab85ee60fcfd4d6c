"""Why somebody sees a record: the rules of the policy that open it to them, in words.

It asks the same grants as `scope`, which alone decides. A viewer who sees nothing is told nothing;
an auditor is told of every rule whether it holds, and on which row it rests.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Grant, Lock, Membership, Root, User
from wansdyke.access.posts import AGENCY_WIDE, RIGHTS, Right, posts
from wansdyke.access.scope import broken_for, can, named_for, shared_with
from wansdyke.kernel.calendar import london

LEVELS = {1: "to read", 2: "to read and comment", 3: "to read, comment, edit and export"}


def why(actor: Actor, root: Root, at: datetime) -> str:
    """Why an actor sees a root at a moment, as one sentence; "" where they do not."""
    if not can(actor, Right.VIEW, root, at):
        return ""
    return f"You see this because {'; and '.join(reasons(actor, root, at))}."


def reasons(actor: Actor, root: Root, at: datetime) -> list[str]:
    """The rules that open a root to an actor in whose view scope it is, in their order."""
    found = _by_post(actor, root)
    if named_for(actor, at).filter(root=root).exists():
        found.append("you are named on it")
    for grant in shared_with(actor, Right.VIEW, at).filter(root=root).select_related("agency"):
        found.append(_by_share(grant))
    if broken := broken_for(actor, at).filter(root=root).order_by("-until_at").first():
        found.append(f"you broke the glass, until {_moment(broken.until_at)}")
    return found


def _by_post(actor: Actor, root: Root) -> list[str]:
    if root.marking != Root.STANDARD or root.agency_id != actor.agency_id:
        return []
    viewing = [held for held in actor.held if held.role in RIGHTS[Right.VIEW]]
    wide = sorted({held.post for held in viewing if held.role in AGENCY_WIDE})
    if wide:
        return [f"your post, {posts()[wide[0]].title.lower()}, sees all that is not restricted"]
    if root.team_id in {held.team for held in viewing}:
        return ["it belongs to your team"]
    return []


def _by_share(grant: Grant) -> str:
    whom = "you" if grant.user_id else "your team" if grant.team_id else "your agency"
    until = f" until {_moment(grant.until_at)}" if grant.until_at else ""
    return f"it is shared with {whom} {LEVELS.get(grant.level, LEVELS[1])}{until}"


def _moment(at: datetime | None) -> str:
    return london(at).strftime("%d %B %Y, %H:%M").lstrip("0") if at else "it is taken back"


@dataclass(frozen=True)
class RuleAnswer:
    """One rule of the policy as it stands for somebody and a record: does it hold, and by what."""

    rule: str
    asks: str
    holds: bool
    rests_on: tuple[str, ...] = ()


def explained(user: User, actor: Actor, root: Root, at: datetime) -> tuple[bool, list[RuleAnswer]]:
    """Whether somebody sees a root at a moment, and each rule with what it rests on, for auditors.

    `scope` decides; what stands beside it are the rows that it asks. It tells of memberships,
    grants and locks with their days, and nothing of what the record says.
    """
    sees = can(actor, Right.VIEW, root, at)
    shares = shared_with(actor, Right.VIEW, at).filter(root=root).select_related("agency", "team")
    to_all = [grant for grant in shares if root.marking == Root.STANDARD]
    by_name = [grant for grant in shares if root.marking == Root.RESTRICTED]
    named = list(named_for(actor, at).filter(root=root))
    broken = list(broken_for(actor, at).filter(root=root))
    locks = list(Lock.objects.filter(root=root, user=user, lifted_at__isnull=True))
    viewing = [f"{one.role} by the post {_title(one.post)}" for one in actor.held
               if one.role in RIGHTS[Right.VIEW]]  # fmt: skip
    rows = [
        RuleAnswer("R0", "The account and its agency are active", actor.admitted, _admitted(user)),
        RuleAnswer("R1", "A lock for conflict shuts it", bool(locks), _each(locks, _lock)),
        RuleAnswer(
            "R2", "A post gives the right to view", actor.may(Right.VIEW), tuple(sorted(viewing))
        ),
        RuleAnswer("R3", "It is standard, and of their team or agency-wide post",
                   bool(_by_post(actor, root)), _memberships(user, actor, root, at)),
        RuleAnswer("R4", "They are named on it", bool(named), _each(named, _grant)),
        RuleAnswer("R5", "It is standard and shared", bool(to_all), _each(to_all, _grant)),
        RuleAnswer("R5b", "It is restricted and shared by name", bool(by_name),
                   _each(by_name, _grant)),
        RuleAnswer("R6", "They broke the glass", bool(broken), _each(broken, _grant)),
        RuleAnswer("R7", "Anything else is as if there were nothing", not sees),
    ]  # fmt: skip
    return sees, rows


def _title(post: str) -> str:
    known = posts()
    return known[post].title if post in known else post


def _admitted(user: User) -> tuple[str, ...]:
    agency = user.agency
    if agency is None:
        return ("They belong to no agency.",)
    until = f", by an agreement until {_day(agency.agreement_until)}" if (
        agency.agreement_until and not agency.home) else ""  # fmt: skip
    return (f"{agency.name}{until}; that they signed in with a second factor is taken as given.",)


def _memberships(user: User, actor: Actor, root: Root, at: datetime) -> tuple[str, ...]:
    """The posts by which a standard root of their agency is open, with their days."""
    if not _by_post(actor, root):
        return ()
    wide = {held.post for held in actor.held if held.role in AGENCY_WIDE}
    day = london(at).date()
    rows = Membership.objects.filter(user=user, from_date__lte=day).select_related("team")
    live = rows.filter(Q(until_date__isnull=True) | Q(until_date__gt=day)).order_by("from_date")
    return tuple(
        f"{_title(row.post)} in {row.team.name} since {_day(row.from_date)}"
        + (f" until {_day(row.until_date)}" if row.until_date else "")
        for row in live
        if row.team_id == root.team_id or row.post in wide
    )


def _each(rows: Iterable[Any], words: Callable[[Any], str]) -> tuple[str, ...]:
    return tuple(words(row) for row in rows)


def _lock(lock: Lock) -> str:
    source = f" by {lock.source}" if lock.source else ""
    return f"Locked out{source} since {_moment(lock.made_at)}"


def _grant(grant: Grant) -> str:
    source = f"{grant.source}: " if grant.source else ""
    whom = "them" if grant.user_id else "their team" if grant.team_id else "their agency"
    until = f" until {_moment(grant.until_at)}" if grant.until_at else ""
    return f"{source}open to {whom} since {_moment(grant.from_at)}{until}"


def _day(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else "it is taken back"


def opened_to(root: Root, at: datetime) -> QuerySet[User]:
    """Those to whom a post, a grant or a share may open a root: nobody else is asked of the
    policy, which alone says whether it does."""
    day = london(at).date()
    live = Membership.objects.filter(
        Q(until_date__isnull=True) | Q(until_date__gt=day), from_date__lte=day
    )
    wide = [post.key for post in posts().values() if post.role in AGENCY_WIDE]
    grants = Grant.objects.filter(
        Q(until_at__isnull=True) | Q(until_at__gt=at), root=root, revoked_at__isnull=True
    )
    by_post = live.filter(
        Q(team_id=root.team_id) | Q(post__in=wide, team__agency_id=root.agency_id)
    )
    to_team = live.filter(team_id__in=grants.exclude(team=None).values("team_id"))
    agencies = grants.exclude(agency=None).values("agency_id")
    found = Q(pk__in=by_post.values("user_id")) | Q(pk__in=to_team.values("user_id"))
    found |= Q(pk__in=grants.exclude(user=None).values("user_id")) | Q(agency_id__in=agencies)
    return User.objects.filter(found, is_active=True).order_by("name", "pk")
