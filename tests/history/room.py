"""What the tests of history share: a control room, its operator as actor, and a chain to hurt."""

import uuid
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from benchmarks.calls import ControlRoom, acting_as, control_room, graded_call
from wansdyke.access.actors import Actor, system_actor
from wansdyke.access.models import Root
from wansdyke.history import audit

__all__ = ["ControlRoom", "a_root", "chained", "control_room", "graded_call", "operator_of"]


def operator_of(room: ControlRoom) -> Actor:
    """The room's operator, now."""
    return acting_as(room.operator, timezone.now())


def a_root(room: ControlRoom) -> Root:
    """A root of the room's team."""
    return Root.objects.create(
        reference=f"XX-{uuid.uuid4().hex[:4].upper()}-{uuid.uuid4().hex[:4].upper()}",
        agency=room.team.agency,
        team=room.team,
        created_at=timezone.now(),
    )


def chained(count: int, at: datetime | None = None) -> None:
    """Links so many entries in, each about a record of its own, some in one transaction."""
    by = system_actor()
    for start in range(0, count, 3):
        entries = [
            audit.Entry(audit.CONSULTATION, (f"CT-{n:04d}",), {"page": "case", "name": f"É{n}"})
            for n in range(start, min(start + 3, count))
        ]
        with transaction.atomic():
            audit.append(entries, by=by, at=at or timezone.now())


def execute(words: str, values: list[object] | None = None) -> None:
    """Runs one statement on the database itself."""
    with connection.cursor() as cursor:
        cursor.execute(words, values)
