"""One change to accounts or settings: who may make it, its Event, its values, its audit."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import models

from wansdyke.access.actors import SYSTEM, Actor
from wansdyke.access.posts import Right
from wansdyke.access.sections import Section
from wansdyke.history import audit
from wansdyke.history.door import Doing, change, digest_of
from wansdyke.history.models import Event
from wansdyke.kernel.flow import Refused


class Configuring:
    """A change in progress: it sets fields, and remembers which it set."""

    def __init__(self, doing: Doing, event: Event, subject: str) -> None:
        self.doing, self.event, self.subject = doing, event, subject
        self.fields: list[str] = []

    def note(self, field: str, old: Any, new: Any) -> None:
        """Notes one old and new value; a secret's are never given."""
        self.doing.changed(self.event, self.subject, field, Section.STAFF, old, new)
        self.fields.append(field)

    def touched(self, field: str) -> None:
        """Notes that a secret changed, without its values."""
        self.fields.append(field)

    def set(self, item: models.Model, **values: Any) -> None:
        """Sets the fields that differ, saves them, and notes each."""
        differing = {name: new for name, new in values.items() if getattr(item, name) != new}
        for name, new in differing.items():
            self.note(name, getattr(item, name), new)
            setattr(item, name, new)
        if differing:
            item.save(update_fields=list(differing))

    def added(self, item: models.Model, *names: str) -> None:
        """Notes the first values of a row that was just made."""
        for name in names:
            if getattr(item, name) not in (None, ""):
                self.note(name, None, getattr(item, name))


def permitted(by: Actor) -> None:
    """Raises Refused unless the actor may administer; maintenance at the command line may."""
    if by.username != SYSTEM and not by.may(Right.ADMINISTER):
        raise Refused("Only a system administrator may do this.")


@contextmanager
def configuring(
    name: str, subject: str, *asked: Any, by: Actor, at: datetime, key: str
) -> Iterator[Configuring]:
    """Opens the one door for a change to accounts or settings, audited as "configuration".

    `asked` is what makes this request differ from another with the same key; never a secret.
    Raises Refused for whoever may not administer, and what `history.door.change` raises.
    """
    permitted(by)
    digest = digest_of(name, subject, *asked)
    with change(by=by, at=at, key=key, digest=digest) as doing:
        made = Configuring(doing, doing.event(name, subject=subject), subject)
        yield made
        doing.audit(audit.CONFIGURATION, subject, change=name, fields=sorted(set(made.fields)))
