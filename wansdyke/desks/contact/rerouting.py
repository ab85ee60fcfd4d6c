"""A call that somebody else is to take: one offer, which one colleague takes on.

It is made where whoever takes the call is locked out of somebody in it, and where they ask for it
themselves; the two look alike, so that neither the operator nor a colleague learns from it why. The
operator goes on meanwhile, for a call is never left, and is told only that a colleague takes it.
"""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.notices import holders, tell
from wansdyke.access.posts import RIGHTS, Right, posts
from wansdyke.access.scope import OutOfScope
from wansdyke.casework.forms import fresh_key
from wansdyke.casework.models import Draft
from wansdyke.casework.on_case import unused
from wansdyke.desks.contact.drafts import DESK
from wansdyke.desks.contact.models import Reroute
from wansdyke.desks.contact.rules import CONTROL_ROOM
from wansdyke.history import audit
from wansdyke.history.door import Repeated, change, digest_of
from wansdyke.kernel.flow import Refused

PREFIX = "RR"
STANDS = timedelta(hours=1)
TAKEN = "A colleague takes this call."
GONE = "A colleague has taken this call on already."
# What was typed goes along; whose form it was, and which record was chosen in it, does not.
NOT_ALONG = frozenset({"key", "draft", "autosave", "caller_record", "csrfmiddlewaretoken"})


def offer(actor: Actor, at: datetime, draft: Any, shut: Collection[int] = ()) -> bool:
    """Offers the call that an actor is taking to their colleagues, once an hour; later only which
    draft it is and who is `shut` out of it (user ids) is noted. Returns whether anybody was told.

    The actor is told nothing.
    """
    key = uuid_of(draft)
    if not actor.teams:
        return False
    standing = Reroute.objects.filter(operator_id=actor.user_id, at__gt=at - STANDS)
    same = standing.filter(draft=key).first() or standing.filter(draft=None).first()
    if same is not None:
        same.draft, same.not_for = key or same.draft, sorted({*same.not_for, *shut})
        same.save(update_fields=["draft", "not_for"])
        return False
    team = min(held.team for held in actor.held if held.post in CONTROL_ROOM)
    made = Reroute.objects.create(
        reference=unused(Reroute, PREFIX),
        operator_id=actor.user_id,
        team_id=team,
        draft=key,
        not_for=sorted(shut),
        at=at,
    )
    leading = {post.key for post in posts().values() if post.role in RIGHTS[Right.LIFT]}
    whom = set(holders(sorted(CONTROL_ROOM | leading), team, at)) - {actor.user_id, *shut}
    text = f"Somebody else must take the call that {actor.name} is taking."[:300]
    tell(whom, text, root=None, link="/contact/board/", at=made.at)
    return bool(whom)


def uuid_of(draft: Any) -> uuid.UUID | None:
    """The key of a draft as a form says it, or None where that is none."""
    try:
        return uuid.UUID(str(draft))
    except ValueError:
        return None


def offers(actor: Actor, at: datetime) -> list[Reroute]:
    """The calls that an actor may take on: of their team, of the last hour, taken by nobody."""
    if not actor.posts & CONTROL_ROOM:
        return []
    return [one for one in _in_reach(actor, at).order_by("at") if one.taken_at is None][:20]


def _in_reach(actor: Actor, at: datetime) -> Any:
    rows: QuerySet[Reroute] = Reroute.objects.filter(team_id__in=actor.teams, at__gt=at - STANDS)
    mine = [one.pk for one in rows if actor.user_id in (one.operator_id, *one.not_for)]
    return rows.exclude(pk__in=mine).select_related("operator")


def require_in_reach(actor: Actor, reference: str, at: datetime) -> None:
    """Raises OutOfScope for an offer that is none of an actor's, or of nobody's."""
    theirs = _in_reach(actor, at).filter(reference=reference)
    if not actor.posts & CONTROL_ROOM or not theirs.exists():
        raise OutOfScope(reference)


def taken_from(actor: Actor, at: datetime, draft: Any) -> bool:
    """Whether a colleague took on what an actor is typing."""
    mine = Reroute.objects.filter(operator_id=actor.user_id, at__gt=at - STANDS)
    return bool(mine.filter(draft=uuid_of(draft), taken_at__isnull=False).exists())


def became(actor: Actor, draft: Any, reference: str) -> None:
    """Notes which call came of a draft, so that whoever takes it on finds it."""
    mine = Reroute.objects.filter(operator_id=actor.user_id, draft=uuid_of(draft), became="")
    if mine.exists():
        mine.update(became=reference)


def take_on(reference: str, *, by: Actor, at: datetime, key: str) -> str:
    """Makes a call one's own to take: what was typed of it so far is a draft of one's own; where
    it is saved already, it is the call itself. Returns the address to go on at.

    Raises OutOfScope for an offer that is none of theirs, Refused for one that is taken.
    """
    require_in_reach(by, reference, at)
    digest = digest_of("taken on", reference)
    try:
        with change(by=by, at=at, key=key, digest=digest) as doing:
            row = _in_reach(by, at).select_for_update(of=("self",)).filter(reference=reference)
            found = row.first()
            if found is None:
                raise OutOfScope(reference)
            if found.taken_at is not None:
                raise Refused(GONE)
            found.taken_by_id, found.taken_at = by.user_id, at
            found.save(update_fields=["taken_by", "taken_at"])
            doing.event("call taken on", subject=reference)
            doing.audit(audit.ALTERATION, reference, taken_from=found.operator.username)
            doing.outcome.update(reference=reference, onward=_onward(found, by, at))
            tell([found.operator_id], TAKEN, root=None, link="", at=at)
            return str(doing.outcome["onward"])
    except Repeated as repeated:
        return str(repeated.outcome["onward"])


def _onward(found: Reroute, by: Actor, at: datetime) -> str:
    if found.became:
        return f"/contact/{found.became}/"
    theirs = Draft.objects.filter(author_id=found.operator_id, desk=DESK)
    typed = theirs.filter(key=found.draft).first() if found.draft else None
    if typed is None:
        return "/contact/call/"
    key = uuid.uuid4()
    said = {name: one for name, one in typed.data.items() if name not in NOT_ALONG}
    own = Draft.objects.create(
        author_id=by.user_id,
        desk=DESK,
        key=key,
        data={**said, "draft": [str(key)], "key": [fresh_key()]},
        started_at=typed.started_at,
        saved_at=at,
    )
    return f"/contact/call/{own.key}/"
