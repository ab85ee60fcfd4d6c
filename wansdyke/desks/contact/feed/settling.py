"""A person settles what the feed and Wansdyke say differently of a call: one is taken, and why."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Concat

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope, sections_of
from wansdyke.access.sections import Section
from wansdyke.casework.desk import Desk
from wansdyke.casework.models import Party
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
CHANGED = "What the feed says, or what Wansdyke says, has changed since. Look at both again."
MOMENTS = frozenset({"received_at", "graded_at", "assigned_at", "at_scene_at", "resulted_at"})


def label_of(row: FeedConflict) -> str:
    """The field in words."""
    words = row.field.replace("_", " ").capitalize()
    return f"{words} of the {row.part.partition(' ')[0]}" if row.part else words


@dataclass(frozen=True)
class Difference:
    """What the feed says of a field, and what Wansdyke says of it now, as JSON would hold it."""

    row: FeedConflict
    ours: Any

    @property
    def mark(self) -> str:
        """What tells these two values from any other two."""
        return digest_of("difference", self.row.pk, self.row.said, self.ours)[:16]


def still_open(contact: Contact, by: Actor, at: datetime) -> list[Difference]:
    """The differences of a call that nobody has settled: of its own fields in the sections the
    actor sees, of a person's where they may edit that person's record."""
    old = known([str(contact.source_reference)], by, at).get(str(contact.source_reference))
    if old is None:
        return []
    records = {source: party.record for source, party in old.parts.items()}
    roots = [contact.case.root, *(record.root for record in records.values())]
    seen = sections_of(by, [root.pk for root in roots], at)
    rows = contact.feed_conflicts.filter(settled_at=None).select_related("contact__case__root")
    found = []
    for row in rows.order_by("noted_at", "pk"):
        item: Any = records.get(row.part) if row.part else contact
        root = item and (item.root if row.part else contact.case.root)
        if item is not None and Section(row.section) in seen.get(root.pk, frozenset()):
            found.append(Difference(row, plain(getattr(item, row.field))))
    return [one for one in found if one.ours != one.row.said]


def in_sight(actor: Actor, at: datetime) -> Any:
    """The differences nobody has settled, of calls and of people's records in scope, the newest
    first."""
    its_record = Concat("part", Value(": "), "contact__case__root__reference")
    parts = Party.objects.filter(
        scope(actor, Right.EDIT, at, "record__root__"),
        case=OuterRef("contact_id"),
        record__source=OuterRef("its_record"),
    )
    rows = FeedConflict.objects.filter(
        scope(actor, Right.VIEW, at, "contact__case__root__"), settled_at=None
    ).alias(its_record=its_record)
    return rows.filter(Q(part="") | Exists(parts)).order_by("-noted_at", "-pk")


def settle(
    shown: Difference,
    outcome: str,
    reason: str,
    *,
    desk: Desk,
    by: Actor,
    at: datetime,
    key: str,
) -> None:
    """Takes what the feed says, or keeps what Wansdyke says, as both were `shown`.

    Raises Refused, also where either says something else by now; OutOfScope.
    """
    root = shown.row.contact.case.root
    digest = digest_of("settle", shown.row.pk, outcome, reason, shown.mark)
    try:
        with change(by=by, at=at, key=key, root=root, digest=digest) as doing:
            require(by, Right.EDIT, root, at)
            _settle(shown, outcome, reason, desk=desk, doing=doing)
    except Repeated:
        return


def _settle(shown: Difference, outcome: str, reason: str, *, desk: Desk, doing: Doing) -> None:
    pk = shown.row.pk
    row = FeedConflict.objects.select_related("contact__case__root").get(pk=pk)
    root, reference = row.contact.case.root, str(row.contact.source_reference)
    if row.settled_at is not None:
        raise Refused("Somebody has settled this already.")
    now = {one.row.pk: one.mark for one in still_open(row.contact, doing.by, doing.at)}
    if now.get(pk) != shown.mark:
        raise Refused(CHANGED, field="which")
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
