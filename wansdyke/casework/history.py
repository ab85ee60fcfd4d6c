"""A case's history as a viewer may read it: each event with its old and new values by section."""

from datetime import date, datetime
from typing import Any

from django.db.models import Model

from wansdyke.access.sections import Section
from wansdyke.casework.desk import Desk
from wansdyke.casework.models import (
    Action,
    BrokenGlass,
    Case,
    ContactAttempt,
    Document,
    ForceReference,
    Marker,
    Referral,
    Share,
)
from wansdyke.casework.parties import PLACE_ROLES
from wansdyke.history.models import Event
from wansdyke.ui.words import date_words, london

KNOWN = {
    "opened": "Opened",
    "loaded": "Loaded from a file",
    "amended": "Amended",
    "assigned": "Owner changed",
}

# The rows of a case that have a reference of their own, by how it begins; and those that have none.
ROWS: dict[str, type[Model]] = {
    "AC-": Action,
    "BG-": BrokenGlass,
    "CA-": ContactAttempt,
    "DC-": Document,
    "MK-": Marker,
    "RF-": Referral,
    "SH-": Share,
}
UNNAMED: tuple[type[Model], ...] = (ForceReference,)


def history_of(
    desk: Desk, case: Case, visible: frozenset[Section], last: int | None = None
) -> list[dict[str, Any]]:
    """Events newest first, each with who, when it occurred, when it was recorded if later, and the
    changes whose section the viewer sees; `withheld` counts the others. A step whose very name
    tells of a section they do not see is left out."""
    untold = [step.name for step in desk.flow.steps if step.section not in visible]
    events = (
        Event.objects.filter(root_id=case.pk)
        .exclude(name__in=untold)
        .select_related("by")
        .prefetch_related("changes")
        .order_by("-occurred_at", "-pk")
    )
    return [_event(desk, event, visible) for event in (events[:last] if last else events)]


def title_of(desk: Desk, name: str) -> str:
    """An event's name in words: a step by its label, the rest by what they are called."""
    labels = {step.name: step.label for step in desk.flow.steps}
    labels |= {instrument.key: instrument.title for instrument in desk.instruments}
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
                "old": in_words(desk, c.field, c.old, c.record),
                "new": in_words(desk, c.field, c.new, c.record),
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


def in_words(desk: Desk, field: str, value: Any, record: str = "") -> str:
    """A stored value as a person reads it: a code by its words, a moment by London's clock.

    `record` is the reference of the row that the field is of, where it is not the case.
    """
    if isinstance(value, list):
        return ", ".join(in_words(desk, field, one, record) for one in value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if value is None:
        return ""
    column = _column(desk, field, record)
    if column is not None and column.choices:
        return str(dict(column.flatchoices).get(value, value))
    coded = next((shown.words for shown in desk.fields if shown.key == field), None)
    if coded is not None and (not record or record.startswith(f"{desk.prefix}-")):
        return str(dict(coded()).get(value, value))
    if not isinstance(value, str):
        return str(value)
    if field == "role":
        return {**dict(PLACE_ROLES), **dict(desk.party_roles)}.get(value, value)
    kind = column.get_internal_type() if column is not None else ""
    if kind == "DateTimeField" and value:
        return london(datetime.fromisoformat(value))
    return date_words(date.fromisoformat(value)) if kind == "DateField" and value else value


def _column(desk: Desk, field: str, record: str) -> Any:
    """The column a field is: the desk's own, or that of the row with the reference."""
    own = (ROWS[record[:3]],) if record[:3] in ROWS else (desk.model, *UNNAMED)
    models = (*own, *desk.rows)
    for model in models:
        for column in model._meta.concrete_fields:
            if column.name == field:
                return column
    return None
