"""A case's history as a viewer may read it: each event with its old and new values by section."""

from datetime import datetime
from typing import Any

from wansdyke.access.sections import Section
from wansdyke.casework.desk import Desk
from wansdyke.casework.models import Case
from wansdyke.history.models import Event
from wansdyke.ui.words import london

KNOWN = {
    "opened": "Opened",
    "loaded": "Loaded from a file",
    "amended": "Amended",
    "assigned": "Owner changed",
}


def history_of(
    desk: Desk, case: Case, visible: frozenset[Section], last: int | None = None
) -> list[dict[str, Any]]:
    """Events newest first, each with who, when it occurred, when it was recorded if later, and the
    changes whose section the viewer sees; `withheld` counts the others."""
    events = (
        Event.objects.filter(root_id=case.pk)
        .select_related("by")
        .prefetch_related("changes")
        .order_by("-occurred_at", "-pk")
    )
    return [_event(desk, event, visible) for event in (events[:last] if last else events)]


def title_of(desk: Desk, name: str) -> str:
    """An event's name in words: a step by its label, the rest by what they are called."""
    labels = {step.name: step.label for step in desk.flow.steps}
    head, _, tail = name.partition(": ")
    if tail:
        return f"{head.capitalize()}: {labels.get(tail, tail)}"
    return labels.get(name) or KNOWN.get(name) or name.replace("-", " ").capitalize()


def _event(desk: Desk, event: Event, visible: frozenset[Section]) -> dict[str, Any]:
    changes = list(event.changes.all())
    shown = [change for change in changes if Section(change.section) in visible]
    moved = event.state_before != event.state_after and event.state_before
    return {
        "title": title_of(desk, event.name),
        "at": event.occurred_at,
        "recorded_at": event.recorded_at,
        "late": (event.recorded_at - event.occurred_at).total_seconds() > 60,
        "by": event.by.name,
        "from_state": desk.flow.labels.get(event.state_before, "") if moved else "",
        "to_state": desk.flow.labels.get(event.state_after, "") if moved else "",
        "changes": [
            {
                "field": words(desk, c.field),
                "old": in_words(desk, c.field, c.old),
                "new": in_words(desk, c.field, c.new),
            }
            for c in shown
            if c.field not in ("state", "is_open", "closed_at")
        ],
        "withheld": len(changes) - len(shown),
    }


def words(desk: Desk, field: str) -> str:
    """A field's name as the desk words it."""
    known = {shown.key: shown.label for shown in desk.fields}
    return known.get(field) or field.replace("_", " ").capitalize()


def in_words(desk: Desk, field: str, value: Any) -> str:
    """A stored value as a person reads it: a code by its words, a moment by London's clock."""
    if isinstance(value, list):
        return ", ".join(in_words(desk, field, one) for one in value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    columns = {f.name: f for f in desk.model._meta.concrete_fields}
    if field in columns and columns[field].choices:
        return str(dict(columns[field].flatchoices).get(value, value))
    if field in columns and columns[field].get_internal_type() == "DateTimeField":
        return london(datetime.fromisoformat(value))
    return value
