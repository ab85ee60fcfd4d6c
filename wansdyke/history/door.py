"""The one door for change: one transaction, once per key, never over a colleague's edit."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.db.models import F

from wansdyke.access.actors import Actor
from wansdyke.access.for_agency import every_agency
from wansdyke.access.models import Root
from wansdyke.access.sections import Section
from wansdyke.history import audit
from wansdyke.history.models import Change, Event, Operation
from wansdyke.kernel.flow import Refused


class Repeated(Exception):
    """The key was used before with the same bytes: here is what came of it then."""

    def __init__(self, outcome: dict[str, Any]) -> None:
        super().__init__("This was already done.")
        self.outcome = outcome


class KeyReused(Refused):
    """The key was used before with other bytes; `outcome` is what came of it then."""

    def __init__(self, outcome: dict[str, Any]) -> None:
        super().__init__("This form was already sent with other answers. Open the page again.")
        self.outcome = outcome


class Stale(Exception):
    """The root has changed since the version that the edit was made on."""

    def __init__(self, root: Root, seen: int) -> None:
        super().__init__(f"{root.reference} has changed since you opened it.")
        self.root, self.seen = root, seen


def digest_of(*parts: Any) -> str:
    """A fingerprint of what was asked for, so that one key cannot mean two things."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=plain).encode()).hexdigest()


def plain(value: Any) -> Any:
    """A field's value as JSON can hold it: dates and times in ISO form, rows by their name."""
    if isinstance(value, str | int | float | bool | None):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return str(value)


@dataclass
class Doing:
    """A change in progress: what it notes here is written, once, when it ends well."""

    by: Actor
    at: datetime
    key: str
    root: Root | None = None
    outcome: dict[str, Any] = field(default_factory=dict)
    entries: list[audit.Entry] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    touched: dict[int, Root] = field(default_factory=dict)

    def event(
        self,
        name: str,
        *,
        root: Root | None = None,
        subject: str = "",
        occurred_at: datetime | None = None,
        before: str = "",
        after: str = "",
        touches: bool = True,
    ) -> Event:
        """Adds an Event now (a Change needs its key); recorded at the change's own time.

        Without `touches` the root keeps its version: nothing that a user sees and edits changed,
        so nobody's open form goes stale.
        """
        if root is not None and touches:
            self.touch(root)
        return Event.objects.create(
            root=root,
            subject=subject,
            name=name,
            by_id=self.by.user_id,
            occurred_at=occurred_at or self.at,
            recorded_at=self.at,
            state_before=before,
            state_after=after,
            version=root.version if root else 0,
        )

    def touch(self, root: Root) -> None:
        """Counts a new version of a root, once a change."""
        if root.pk not in self.touched:
            Root.objects.filter(pk=root.pk).update(version=F("version") + 1)
            root.version += 1
            self.touched[root.pk] = root

    def changed(
        self, event: Event, record: str, field: str, section: Section, old: Any, new: Any
    ) -> None:
        """Notes one field's old and new value under an event."""
        self.changes.append(
            Change(
                event=event,
                record=record,
                field=field,
                section=section,
                old=plain(old),
                new=plain(new),
            )
        )

    def audit(self, operation: str, *subjects: str, **facts: Any) -> None:
        """Notes an audit entry, linked into the chain when the change ends."""
        self.entries.append(audit.Entry(operation, subjects, facts))

    def write(self, item: models.Model, values: dict[str, Any], event: Event, record: str) -> bool:
        """Sets fields on a row, saves only those that differ, and notes each as a Change.

        Returns whether anything differed. Raises LookupError for a field without a section.
        """
        sections = getattr(type(item), "SECTIONS", {})
        differing: list[str] = []
        for name, new in values.items():
            old = getattr(item, name)
            if old == new:
                continue
            if name not in sections:
                raise LookupError(f"{type(item).__name__}.{name} declares no section")
            self.changed(event, record, name, sections[name], old, new)
            setattr(item, name, new)
            differing.append(name)
        if differing:
            item.save(update_fields=differing)
        return bool(differing)


def _claim(by: Actor, at: datetime, key: str, digest: str) -> None:
    row = Operation(user_id=by.user_id, key=key, digest=digest, at=at)
    # Two sendings at once: the second waits for the first here, then finds its row.
    Operation.objects.bulk_create([row], ignore_conflicts=True)
    kept = Operation.objects.get(user_id=by.user_id, key=key)
    if kept.digest != digest:
        raise KeyReused(kept.outcome)
    if kept.outcome:
        raise Repeated(kept.outcome)


@contextmanager
def change(
    *,
    by: Actor,
    at: datetime,
    key: str,
    root: Root | None = None,
    version: int | None = None,
    digest: str = "",
) -> Iterator[Doing]:
    """The one door: everything inside happens together, once per key and user, or not at all.

    `root` is locked and re-read first; `version` is the one the user saw. `at` is when it is
    recorded. Raises Repeated (key seen, same digest), KeyReused (key seen, other digest), Stale
    (version passed by), or whatever the body raises, in which case nothing is kept.
    """
    if not by.active:
        raise Refused("Your account is not active.")
    with transaction.atomic():
        _claim(by, at, key, digest)
        doing = Doing(by=by, at=at, key=key)
        if root is not None:
            doing.root = Root.objects.select_for_update().get(pk=root.pk)
            if version is not None and doing.root.version != version:
                raise Stale(doing.root, version)
        # What follows may reach further than the agency of whoever asked: a grant is carried to a
        # partner's record of the same person, a lock to every case that names them.
        with every_agency():
            yield doing
            Change.objects.bulk_create(doing.changes, batch_size=500)
        Operation.objects.filter(user_id=by.user_id, key=key).update(
            outcome=doing.outcome or {"done": True}
        )
        audit.append(doing.entries, by=by, at=at)
