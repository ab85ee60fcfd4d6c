"""Why somebody sees a record: the rules of the policy that open it to them, in words.

It asks the same grants as `scope`, which alone decides; whoever sees nothing is told nothing.
"""

from datetime import datetime

from wansdyke.access.actors import Actor
from wansdyke.access.models import Grant, Root
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
