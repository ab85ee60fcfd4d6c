"""Which entries of the log somebody asks for, without those about what they are locked out of."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root, User
from wansdyke.access.references import tidy
from wansdyke.history import audit
from wansdyke.history.models import AuditEntry, AuditSubject
from wansdyke.kernel.calendar import LONDON

# Every operation but those that only read.
CHANGES = "changes"


def narrowed(actor: Actor, asked: dict[str, Any]) -> QuerySet[AuditEntry]:
    """The entries asked for, without those about a record on which the reviewer is locked out.

    `asked` may have a reference, a user (by username), an operation, days since and until, and the
    numbers of a first and a last entry.
    """
    entries = AuditEntry.objects.all()
    if asked.get("reference"):
        typed = asked["reference"]
        about = AuditSubject.objects.filter(reference__in={typed, tidy(typed)})
        entries = entries.filter(pk__in=about.values("entry_id"))
    if asked.get("user"):
        users = User.objects.filter(username__iexact=asked["user"])
        entries = entries.filter(actor_id__in=list(users.values_list("pk", flat=True)))
    if asked.get("operation") == CHANGES:
        entries = entries.exclude(operation__in=audit.READINGS)
    elif asked.get("operation"):
        entries = entries.filter(operation=asked["operation"])
    return _unlocked(actor, _between(entries, asked))


def _between(entries: QuerySet[AuditEntry], asked: dict[str, Any]) -> QuerySet[AuditEntry]:
    if asked.get("since"):
        entries = entries.filter(at__gte=datetime.combine(asked["since"], time.min, LONDON))
    if asked.get("until"):
        day_after = asked["until"] + timedelta(days=1)
        entries = entries.filter(at__lt=datetime.combine(day_after, time.min, LONDON))
    if asked.get("first"):
        entries = entries.filter(seq__gte=asked["first"])
    if asked.get("last"):
        entries = entries.filter(seq__lte=asked["last"])
    return entries


def called(roots: QuerySet[Root]) -> list[str]:
    """Every reference by which some records are asked for: their own, and, of a person's record,
    those of the person, under which the log has whoever looked for them."""
    person = "person_record__person__reference", "person_record__first_person__reference"
    found = roots.values_list("reference", *person)
    return sorted({one for row in found for one in row if one})


def locked_out_of(actor: Actor) -> list[str]:
    """The references by which the records are asked for on which somebody is locked out."""
    return called(Root.objects.filter(locks__user_id=actor.user_id, locks__lifted_at__isnull=True))


def _unlocked(actor: Actor, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
    locked = locked_out_of(actor)
    if not locked:
        return entries
    about = AuditSubject.objects.filter(reference__in=locked)
    return entries.exclude(pk__in=about.values("entry_id"))
