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
from wansdyke.people.many_rows import insert_plain

# An event and a change by their columns: there are dozens of them for each case.
Row = dict[str, Any]


@dataclass
class Retelling:
    """What happened to one root, first to last; its version counts with it."""

    root: Root
    events: list[Row] = field(default_factory=list)
    # Each with the place of its event among those.
    changes: list[tuple[int, Row]] = field(default_factory=list)

    def event(
        self,
        name: str,
        by: int,
        at: datetime,
        *,
        occurred_at: datetime | None = None,
        before: str = "",
        after: str = "",
    ) -> int:
        """An event of the version that the root has now; returns its place."""
        self.events.append(
            {
                "subject": "",
                "name": name,
                "by_id": by,
                "occurred_at": occurred_at or at,
                "recorded_at": at,
                "state_before": before,
                "state_after": after,
                "version": self.root.version,
            }
        )
        return len(self.events) - 1

    def changed(
        self, event: int, field: str, section: Section, old: Any, new: Any, *, of: str = ""
    ) -> None:
        """Notes one field's old and new value under an event."""
        row = {
            "record": f"{self.root.reference}{of}",
            "field": field,
            "section": section.value,
            "old": plain(old),
            "new": plain(new),
        }
        self.changes.append((event, row))

    def write(self, item: models.Model, values: Mapping[str, Any], event: int) -> None:
        """Sets fields on a row that is not saved yet, and notes those that differ."""
        sections: Mapping[str, Section] = getattr(type(item), "SECTIONS", {})
        for name, new in values.items():
            old = getattr(item, name)
            if old != new:
                self.changed(event, name, sections[name], old, new)
                setattr(item, name, new)


def write_down(told: Sequence[Retelling]) -> None:
    """Writes events and changes whose roots are saved. Call inside the change that loads them."""
    before = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    insert_plain(Event, [{**row, "root_id": one.root.pk} for one in told for row in one.events])
    # Rows of one statement are numbered in their order, so each root's are in its own.
    roots = [one.root.pk for one in told]
    found = Event.objects.filter(pk__gt=before, root__in=roots).order_by("pk")
    keys: dict[int, list[int]] = {}
    for pk, root in found.values_list("pk", "root_id"):
        keys.setdefault(root, []).append(pk)
    insert_plain(
        Change,
        [
            {**row, "event_id": keys[one.root.pk][event]}
            for one in told
            for event, row in one.changes
        ],
    )
