"""The decision to keep a record when its review is due: whose, why, and until when."""

from collections.abc import Sequence
from datetime import date, datetime

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.casework.desk import Desk
from wansdyke.casework.models import Retention, RetentionReview
from wansdyke.casework.on_case import added, needed, unused
from wansdyke.casework.queries import require
from wansdyke.casework.reckoning import group_of, keep_reckoned, reckoned_now
from wansdyke.casework.retained import rules_at
from wansdyke.casework.steps import Outcome, again, outcome_of
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.kernel.retention import VERSION, latest_keep
from wansdyke.ui.words import date_words

PREFIX = "RV"
LONGEST = 2000
SAID = ("group", "due_on", "next_on", "rule_version", "reason")


def latest(root: Root, desks: Sequence[Desk], at: datetime) -> date:
    """The last day to which a record's next review may be put off."""
    row = reckoned_now(root, desks, at)
    return latest_keep(london(at).date(), group_of(row), rules_at(desks, at).periods)


def keep(
    root: Root,
    *,
    reason: str,
    next_on: date,
    desks: Sequence[Desk],
    by: Actor,
    at: datetime,
    key: str,
    version: int | None = None,
) -> Outcome:
    """Keeps a record until it is looked at again.

    Raises OutOfScope without the right to erase on it, Stale, Refused without a reason, for a day
    that is not ahead or later than its group allows, and for a record whose time does not run.
    """
    digest = digest_of("kept", root.reference, reason, next_on)
    try:
        with change(by=by, at=at, key=key, root=root, version=version, digest=digest) as doing:
            require(by, Right.ERASE, root, at)
            why = needed(reason, "reason", "Enter why it must be kept.", LONGEST)
            row = reckoned_now(root, desks, at)
            _within_reach(row, next_on, desks, at)
            made = _made(row, next_on, why, doing)
            event = doing.event("reviewed and kept", root=root)
            added(doing, event, made, made.reference, *SAID)
            doing.audit(audit.ALTERATION, root.reference, review=made.reference, kept=True)
            keep_reckoned(root, desks, at)
            return outcome_of(doing, made.reference)
    except Repeated as repeated:
        return again(repeated)


def _made(row: Retention, next_on: date, why: str, doing: Doing) -> RetentionReview:
    return RetentionReview.objects.create(
        root=row.root,
        reference=unused(RetentionReview, PREFIX),
        by_id=doing.by.user_id,
        at=doing.at,
        group=row.group,
        due_on=row.review_on,
        next_on=next_on,
        rule_version=VERSION,
        reason=why,
    )


def _within_reach(row: Retention, next_on: date, desks: Sequence[Desk], at: datetime) -> None:
    if row.review_on is None:
        raise Refused(f"Its time does not run yet: {row.why.lower()}.")
    today = london(at).date()
    last = latest_keep(today, group_of(row), rules_at(desks, at).periods)
    if not today < next_on <= last:
        raise Refused(
            f"The next review must be after today and by {date_words(last)}.", field="next_on"
        )
