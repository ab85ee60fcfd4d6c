"""Why could they see this? The one policy, asked for somebody, a record and a moment.

A moment that is over is asked of the rows as they were: the record's marking, its grants and locks
are put back for the time of asking, in a transaction that is taken back unseen.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from wansdyke.access.actors import Actor, actor_of
from wansdyke.access.models import Grant, Lock, Root, User
from wansdyke.access.why import RuleAnswer, explained
from wansdyke.casework.marking import NAMES
from wansdyke.history.models import Change
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused

MARKINGS = {words: marking for marking, words in NAMES.items()}


@dataclass(frozen=True)
class Explanation:
    """The answer for one user: whether they see the record, and rule by rule why."""

    user: User
    sees: bool
    rules: list[RuleAnswer]

    @property
    def by(self) -> str:
        """What opens it, or shuts it, in one line."""
        rules = {one.rule: one for one in self.rules}
        if not rules["R0"].holds:
            return "R0: their account or agency is not active"
        if rules["R1"].holds:
            return f"R1: {'; '.join(rules['R1'].rests_on)}"
        opening = [one for one in self.rules if one.holds and one.rule in OPENING]
        if self.sees and opening:
            return "; ".join(f"{one.rule}: {', '.join(one.rests_on)}" for one in opening)
        return "R2: no post of theirs gives the right" if not rules["R2"].holds else "R7"


OPENING = ("R3", "R4", "R5", "R5b", "R6")


def explain(user: User, root: Root, at: datetime, *, now: datetime) -> Explanation:
    """Whether and why somebody sees, or saw, a record. Raises Refused for a moment to come, and for
    one before there was such a record."""
    if at > now:
        raise Refused("The moment must not be to come.", field="at")
    if at < root.created_at:
        raise Refused("There was no such record yet.", field="at")
    with _as_it_was(user, root, at, now) as (then, there):
        sees, rules = explained(then, acting(then, at), there, at)
    return Explanation(user, sees, rules)


def acting(user: User, at: datetime) -> Actor:
    """Somebody as an actor at a moment, signed in with a second factor."""
    return actor_of(user, on=london(at).date(), mfa=True, channel="web")


def who_sees(root: Root, users: list[User], at: datetime) -> list[Explanation]:
    """Of some users, whether and why each sees a record now."""
    return [Explanation(user, *explained(user, acting(user, at), root, at)) for user in users]


@contextmanager
def _as_it_was(user: User, root: Root, at: datetime, now: datetime) -> Iterator[tuple[User, Root]]:
    """Meanwhile the rows about a record, and whether an account was active, are as they were."""
    if at >= now:
        yield user, root
        return
    with transaction.atomic():
        grants = Grant.objects.filter(root=root)
        # One who was named again since stood there once: what began later goes first.
        grants.filter(from_at__gt=at, revoked_at=None).update(revoked_at=F("from_at"))
        grants.filter(from_at__lte=at, revoked_at__gt=at).update(revoked_at=None)
        locks = Lock.objects.filter(root=root, user=user)
        locks.filter(lifted_at__gt=at).update(lifted_at=None)
        locks.filter(made_at__gt=at).update(lifted_at=F("made_at"))
        there = Root.objects.get(pk=root.pk)
        there.marking = _marking_then(root, at)
        there.save(update_fields=["marking"])
        then = User.objects.select_related("agency").get(pk=user.pk)
        then.is_active = _active_then(user, at)
        try:
            yield then, there
        finally:
            transaction.set_rollback(True)


def _marking_then(root: Root, at: datetime) -> int:
    later = Change.objects.filter(event__root=root, field="marking", event__recorded_at__gt=at)
    first = later.order_by("event__recorded_at", "pk").first()
    return MARKINGS.get(str(first.old), root.marking) if first else root.marking


def _active_then(user: User, at: datetime) -> bool:
    later = Change.objects.filter(
        record=f"user:{user.username}", field="is_active", event__recorded_at__gt=at
    )
    first = later.order_by("event__recorded_at", "pk").first()
    return bool(first.old) if first else user.is_active
