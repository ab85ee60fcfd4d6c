"""The force's own numbers for a case: command and control log, crime, custody, URN."""

from datetime import datetime

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.casework.models import Case, ForceReference
from wansdyke.casework.on_case import added, needed, on_case
from wansdyke.casework.steps import Outcome
from wansdyke.history import audit
from wansdyke.history.door import Doing, digest_of
from wansdyke.kernel.flow import Refused

LONGEST = 60


def tidied(value: str) -> str:
    """A number as it is kept: capitals, with single spaces."""
    return " ".join(value.upper().split())


def add(case: Case, *, kind: str, value: str, by: Actor, at: datetime, key: str) -> Outcome:
    """Adds a number. Raises Refused for an unknown kind, a blank, or one the case has already."""

    def body(doing: Doing, held: Case) -> None:
        if kind not in dict(ForceReference.KINDS):
            raise Refused("Choose a kind of reference from those listed.", field="kind")
        number = needed(tidied(value), "value", "Enter the reference.", LONGEST)
        if ForceReference.objects.filter(case=held, kind=kind, value=number).exists():
            raise Refused("This case has that reference already.", field="value")
        row = ForceReference.objects.create(case=held, kind=kind, value=number)
        event = doing.event("force reference added", root=held.root)
        added(doing, event, row, held.root.reference, "kind", "value")
        doing.audit(audit.ALTERATION, held.root.reference, fields=["force reference"])

    digest = digest_of("force reference", case.root.reference, kind, value)
    return on_case(case, Right.EDIT, body, by=by, at=at, key=key, digest=digest)


def remove(case: Case, *, kind: str, value: str, by: Actor, at: datetime, key: str) -> Outcome:
    """Takes a number off a case; its history keeps it. Raises Refused where it has none such."""

    def body(doing: Doing, held: Case) -> None:
        row = ForceReference.objects.filter(case=held, kind=kind, value=value).first()
        if row is None:
            raise Refused("That reference was already removed.")
        event = doing.event("force reference removed", root=held.root)
        for field in ("kind", "value"):
            section = ForceReference.SECTIONS[field]
            doing.changed(event, held.root.reference, field, section, getattr(row, field), None)
        row.delete()
        doing.audit(audit.ALTERATION, held.root.reference, fields=["force reference"])

    digest = digest_of("force reference removed", case.root.reference, kind, value)
    return on_case(case, Right.EDIT, body, by=by, at=at, key=key, digest=digest)
