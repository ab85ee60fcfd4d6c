"""The events of a case whose story is known whole, each with its changes, for a load.

What a file brings in happened elsewhere: it gets the one event of having been loaded. Where every
step is known, `Retelling` notes what taking them one by one through the door would have left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models

from wansdyke.access.models import Root
from wansdyke.access.sections import Section
from wansdyke.history.door import plain
from wansdyke.history.models import Change, Event
from wansdyke.people.many_rows import insert


@dataclass
class Retelling:
    """What happened to one root, first to last; its version counts with it."""

    root: Root
    events: list[Event] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def event(
        self, name: str, by: int, at: datetime, *, occurred_at: datetime | None = None, **state: str
    ) -> Event:
        """An event of the version that the root has now; `state` is before and after."""
        event = Event(
            root=self.root,
            name=name,
            by_id=by,
            occurred_at=occurred_at or at,
            recorded_at=at,
            state_before=state.get("before", ""),
            state_after=state.get("after", ""),
            version=self.root.version,
        )
        self.events.append(event)
        return event

    def changed(
        self, event: Event, field: str, section: Section, old: Any, new: Any, *, of: str = ""
    ) -> None:
        """Notes one field's old and new value under an event."""
        self.changes.append(
            Change(
                event=event,
                record=f"{self.root.reference}{of}",
                field=field,
                section=section.value,
                old=plain(old),
                new=plain(new),
            )
        )

    def write(self, item: models.Model, values: Mapping[str, Any], event: Event) -> None:
        """Sets fields on a row that is not saved yet, and notes those that differ."""
        sections: Mapping[str, Section] = getattr(type(item), "SECTIONS", {})
        for name, new in values.items():
            old = getattr(item, name)
            if old != new:
                self.changed(event, name, sections[name], old, new)
                setattr(item, name, new)


def write_down(told: Sequence[Retelling]) -> None:
    """Writes events and changes whose roots are saved. Call inside the change that loads them."""
    events = [event for one in told for event in one.events]
    roots = [one.root.pk for one in told]
    before = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    insert(events)
    # Rows of one statement are numbered in their order, so each root's are in its own.
    found = Event.objects.filter(pk__gt=before, root__in=roots).order_by("pk")
    keys: dict[int, list[int]] = {}
    for pk, root in found.values_list("pk", "root_id"):
        keys.setdefault(root, []).append(pk)
    for one in told:
        for event, pk in zip(one.events, keys[one.root.pk], strict=True):
            event.pk = pk
    insert(change for one in told for change in one.changes)
