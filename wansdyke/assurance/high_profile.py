"""Records marked as high-profile: every look at them that no work stands behind is queued."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Lock, Root
from wansdyke.access.scope import OutOfScope, whole
from wansdyke.assurance.log_review import LONGEST, may
from wansdyke.assurance.log_review_models import HighProfile
from wansdyke.casework.on_case import needed, unused
from wansdyke.history import audit
from wansdyke.history.door import Repeated, change, digest_of
from wansdyke.kernel.flow import Refused
from wansdyke.people.models import PersonRecord

PREFIX = "HP"


def in_sight(actor: Actor) -> QuerySet[HighProfile]:
    """The marks an actor may see: none on what they are locked out of. Raises OutOfScope."""
    if not may(actor):
        raise OutOfScope("high-profile")
    rows = HighProfile.objects.filter(root__agency_id=actor.agency_id or 0)
    return rows.exclude(root_id__in=_shut(actor)).select_related("root", "by", "ended_by")


def _shut(actor: Actor) -> Any:
    locks = Lock.objects.filter(user_id=actor.user_id, lifted_at__isnull=True)
    return locks.values("root_id")


def one_of(actor: Actor, reference: str) -> HighProfile:
    """One by its reference. Raises OutOfScope."""
    found = in_sight(actor).filter(reference=reference).first()
    if found is None:
        raise OutOfScope(reference)
    return found


def mark(reference: str, *, reason: str, by: Actor, at: datetime, key: str) -> None:
    """Marks a case or a person by one of their records, for looks from now on.

    Raises OutOfScope for whoever may not, Refused for an unknown record (and one on which they are
    locked out), no reason, and one that is marked already.
    """
    if not may(by):
        raise OutOfScope("high-profile")
    digest = digest_of("high-profile", reference, reason)
    try:
        with change(by=by, at=at, key=key, digest=digest) as doing:
            root = root_of(by, reference)
            why = needed(reason, "reason", "Enter why people may look at it.", LONGEST)
            if HighProfile.objects.filter(root=root, ended_at=None).exists():
                raise Refused("It is marked already.", field="reference")
            made = HighProfile.objects.create(
                reference=unused(HighProfile, PREFIX),
                root=root,
                reason=why,
                by_id=by.user_id,
                at=at,
            )
            doing.event("marked as high-profile", subject=made.reference)
            doing.audit(audit.CONFIGURATION, root.reference, high_profile=made.reference)
            doing.outcome["made"] = made.reference
    except Repeated:
        return


def root_of(actor: Actor, reference: str) -> Root:
    """The record of a reference, or the oldest one of a person's. Raises Refused for none, and
    alike for one on which the actor is locked out."""
    rows = Root.objects.filter(whole(), agency_id=actor.agency_id or 0)
    found = rows.filter(reference=reference).first()
    if found is None:
        of = PersonRecord.objects.filter(person__reference=reference).order_by("pk")
        found = rows.filter(pk__in=of.values("pk")[:1]).first()
    if found is None or Root.objects.filter(pk=found.pk, pk__in=_shut(actor)).exists():
        raise Refused("There is no record of this reference.", field="reference")
    return found


def end(made: HighProfile, *, reason: str, by: Actor, at: datetime, key: str) -> None:
    """Takes a mark away. Raises OutOfScope for whoever may not, Refused without a reason and for
    one that has ended."""
    digest = digest_of("high-profile ended", made.reference, reason)
    try:
        with change(by=by, at=at, key=key, digest=digest) as doing:
            held = in_sight(by).select_for_update(of=("self",)).filter(pk=made.pk).first()
            if held is None:
                raise OutOfScope(made.reference)
            if held.ended_at is not None:
                raise Refused("This has ended already.")
            held.end_reason = needed(reason, "reason", "Enter why it ends.", LONGEST)
            held.ended_by_id, held.ended_at = by.user_id, at
            held.save(update_fields=["ended_by", "ended_at", "end_reason"])
            doing.event("no longer high-profile", subject=held.reference)
            doing.audit(audit.CONFIGURATION, held.root.reference, high_profile=held.reference)
            doing.outcome["made"] = held.reference
    except Repeated:
        return
