"""A person settles what the feed and Wansdyke say differently of a call: one is taken, and why."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.sections import Section
from wansdyke.casework.desk import Desk
from wansdyke.casework.queries import require
from wansdyke.desks.contact.amended import Amendment, Known, amend, known, lowered, misfits
from wansdyke.desks.contact.feed.keeping import TAKEN
from wansdyke.desks.contact.feed.models import FeedConflict
from wansdyke.desks.contact.models import Contact
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of, plain
from wansdyke.kernel.flow import Refused
from wansdyke.people.models import PersonRecord
from wansdyke.people.records_in_bulk import Spot

KEPT = "feed’s value not taken"
MOMENTS = frozenset({"received_at", "graded_at", "assigned_at", "at_scene_at", "resulted_at"})


def label_of(row: FeedConflict) -> str:
    """The field in words."""
    words = row.field.replace("_", " ").capitalize()
    return f"{words} of the {row.part.partition(' ')[0]}" if row.part else words


def ours(row: FeedConflict) -> Any:
    """What Wansdyke says of the field now, as JSON would hold it."""
    if not row.part:
        return plain(getattr(row.contact, row.field))
    party = (
        row.contact.case.parties.filter(record__source__startswith=row.part)
        .select_related("record")
        .order_by("pk")
        .first()
    )
    return plain(getattr(party.record, row.field)) if party else None


def still_open(contact: Contact, visible: Collection[Section]) -> list[FeedConflict]:
    """The differences of a call that nobody has settled, in the sections a viewer sees."""
    rows = contact.feed_conflicts.filter(
        settled_at=None, section__in=[section.value for section in visible]
    )
    found = list(rows.select_related("contact__case__root").order_by("noted_at", "pk"))
    return [row for row in found if ours(row) != row.said]


def settle(
    row: FeedConflict, outcome: str, reason: str, *, desk: Desk, by: Actor, at: datetime, key: str
) -> None:
    """Takes what the feed says, or keeps what Wansdyke says. Raises Refused, OutOfScope."""
    contact = row.contact
    root = contact.case.root
    digest = digest_of("settle", row.pk, outcome, reason)
    try:
        with change(by=by, at=at, key=key, root=root, digest=digest) as doing:
            require(by, Right.EDIT, root, at)
            _settle(row.pk, outcome, reason, desk=desk, doing=doing)
    except Repeated:
        return


def _settle(pk: int, outcome: str, reason: str, *, desk: Desk, doing: Doing) -> None:
    row = FeedConflict.objects.select_related("contact__case__root").get(pk=pk)
    root, reference = row.contact.case.root, str(row.contact.source_reference)
    if row.settled_at is not None:
        raise Refused("Somebody has settled this already.")
    if outcome == FeedConflict.TAKEN:
        old = known([reference], doing.by, doing.at)[reference]
        if old is None:
            raise Refused("You may not change this call.")
        amend(old, _taken(row, old, reason), doing=doing, desk=desk, name=TAKEN)
    else:
        doing.event(KEPT, root=root)
    row.settled_at, row.settled_by_id = doing.at, doing.by.user_id
    row.outcome, row.reason = outcome, reason
    row.save(update_fields=["settled_at", "settled_by", "outcome", "reason"])
    doing.audit(audit.ALTERATION, root.reference, fields=[row.field], feed=outcome)


def _taken(row: FeedConflict, old: Known, reason: str) -> Amendment:
    value = _value(row)
    if row.part:
        return Amendment(people=[("", row.part, {row.field: value})])
    taken = Amendment(values={row.field: value})
    if row.field == "grade":
        times = old.contact.feed_conflicts.filter(field="graded_at", settled_at=None).first()
        taken.values["graded_at"] = _value(times) if times else old.contact.graded_at
        taken.values["grade_reason"] = reason
    if row.field == "where":
        taken.spot = Spot(address=str(value))
    if any(lowered(old.contact, taken.values)):
        raise Refused(
            "A supervisor lowers the grade of an open call on the call’s own page.", field="which"
        )
    for _, expected, found in misfits({}, old.contact, taken.values):
        raise Refused(f"This needs {expected}, and would be {found}.", field="which")
    return taken


def _value(row: FeedConflict) -> Any:
    """What the feed said, as the field keeps it."""
    if row.field in MOMENTS:
        return datetime.fromisoformat(row.said)
    if row.part and PersonRecord._meta.get_field(row.field).get_internal_type() == "DateField":
        return date.fromisoformat(row.said)
    return row.said
