"""A write to what hangs from a case: the case locked, the right checked on it, once per key."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import models

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.references import fresh
from wansdyke.casework.models import Case
from wansdyke.casework.queries import require
from wansdyke.casework.steps import Outcome, again, outcome_of
from wansdyke.history.door import Doing, Repeated, change
from wansdyke.history.models import Event
from wansdyke.kernel.flow import Refused

Body = Callable[[Doing, Case], None]


def on_case(
    case: Case,
    right: Right,
    body: Body,
    *,
    by: Actor,
    at: datetime,
    key: str,
    digest: str,
) -> Outcome:
    """Runs `body` in one change, with the case re-read after its root was locked.

    Raises OutOfScope without the right on the case, and whatever the body raises; then nothing
    is kept. A key seen before does nothing and says so.
    """
    try:
        with change(by=by, at=at, key=key, root=case.root, digest=digest) as doing:
            require(by, right, case.root, at)
            held = Case.objects.select_related("root__team", "root__agency").get(pk=case.pk)
            body(doing, held)
            return outcome_of(doing, held.root.reference)
    except Repeated as repeated:
        return again(repeated)


def unused(model: type[models.Model], prefix: str) -> str:
    """A reference that no row of a model bears yet."""
    while True:
        (drawn,) = fresh(prefix)
        if not model._default_manager.filter(reference=drawn).exists():
            return drawn


def added(doing: Doing, event: Event, item: models.Model, record: str, *fields: str) -> None:
    """Notes what a new row says, field by field; what was left blank is left out."""
    sections: dict[str, Any] = getattr(type(item), "SECTIONS", {})
    for field in fields:
        value = getattr(item, field)
        if value not in (None, "", []):
            doing.changed(event, record, field, sections[field], None, value)


def needed(text: str, field: str, otherwise: str, most: int) -> str:
    """What was typed, trimmed; raises Refused on its field where it is blank or too long."""
    plain = text.strip()
    if not plain:
        raise Refused(otherwise, field=field)
    if len(plain) > most:
        raise Refused(f"Use {most:,} characters or fewer, not {len(plain):,}.", field=field)
    return plain
