"""Taking a step: what perform and a second person's agreement have in common."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from wansdyke.access.sections import Section
from wansdyke.casework import clocks
from wansdyke.casework.desk import Desk
from wansdyke.casework.models import Case
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated
from wansdyke.history.models import Event
from wansdyke.kernel.flow import Refused, Step
from wansdyke.ui.words import london

# A phone's clock may be a little ahead of the server's.
AHEAD = timedelta(minutes=1)


@dataclass(frozen=True)
class Outcome:
    """What came of a write: the case, whether it waits for a second person, and whether this was
    only the answer to a form sent twice."""

    reference: str
    proposed: bool = False
    repeated: bool = False


def outcome_of(doing: Doing, reference: str, *, proposed: bool = False) -> Outcome:
    doing.outcome.update(reference=reference, proposed=proposed)
    return Outcome(reference, proposed)


def again(repeated: Repeated) -> Outcome:
    return Outcome(
        repeated.outcome["reference"], bool(repeated.outcome.get("proposed")), repeated=True
    )


def in_time(occurred_at: datetime | None, at: datetime, not_before: datetime | None) -> datetime:
    """When something happened; raises Refused for the future, or before the case began."""
    happened = occurred_at or at
    if happened > at + AHEAD:
        raise Refused("The time it happened must not be in the future.", field="occurred_at")
    if not_before is not None and happened < not_before:
        raise Refused(
            "The time it happened must not be before this was received.", field="occurred_at"
        )
    return happened


def in_order(case: Case, occurred_at: datetime | None, at: datetime) -> datetime:
    """When a step happened. Raises Refused as `in_time`, and for a step said to have happened
    before the one that led to this state."""
    happened = in_time(occurred_at, at, case.opened_at)
    moves = Event.objects.filter(root_id=case.pk).exclude(state_before=F("state_after"))
    last = moves.order_by("-occurred_at").values_list("occurred_at", flat=True).first()
    if last is not None and happened < last:
        raise Refused(
            f"The time it happened must not be before the step that led here: {london(last)}.",
            field="occurred_at",
        )
    return happened


def locked(desk: Desk, item: Any) -> Any:
    return (
        desk.model._default_manager.select_related("case__root__team", "case__owner")
        .select_for_update(of=("self",))
        .get(pk=item.pk)
    )


def take(
    item: Any,
    step: Step,
    given: dict[str, Any],
    reason: str,
    doing: Doing,
    desk: Desk,
    happened: datetime,
    proposed_by: int | None = None,
) -> Event:
    case = item.case
    before, after = case.state, step.target or case.state
    event = doing.event(step.name, root=case.root, occurred_at=happened, before=before, after=after)
    columns = {f.name for f in desk.model._meta.concrete_fields}
    record = case.root.reference
    doing.write(item, {k: v for k, v in given.items() if k in columns}, event, record)
    if reason:
        doing.changed(event, record, "reason", Section.NARRATIVE, None, reason)
    is_open = after not in desk.flow.ends
    doing.write(
        case,
        {"state": after, "is_open": is_open, "closed_at": None if is_open else happened},
        event,
        record,
    )
    if step.name in desk.effects:
        also = {"reason": reason, "proposed_by": proposed_by}
        desk.effects[step.name](item, {**given, **also}, doing, event)
    clocks.keep(desk, case, desk.facts(item, doing.at), doing.at)
    doing.audit(audit.ALTERATION, record, step=step.name, fields=sorted(given))
    return event
