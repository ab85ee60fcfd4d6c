"""What of the control room's work can be listened to: the calls of a period, by who took them."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F, Q

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope
from wansdyke.casework.desk import Framed, Quality
from wansdyke.casework.models import Deadline
from wansdyke.desks.contact import queries, rules
from wansdyke.desks.contact.instruments.quality_v1 import QUALITY_V1
from wansdyke.desks.contact.rules import CONTROL_ROOM, IN_CHARGE

MISSED, ABUSE, REPEAT, LOWERED = "missed", "domestic-abuse", "repeat", "lowered"
RISKS = (
    (MISSED, "Target missed"),
    (ABUSE, "Domestic abuse"),
    (REPEAT, "Caller or telephone with another call in the 12 months before"),
    (LOWERED, "Grade lowered since the first"),
)


def frame(actor: Actor, since: datetime, until: datetime, at: datetime) -> Iterator[Framed]:
    """The calls received from one moment up to another that the actor sees, with who took each.

    Standard ones alone: whoever is to listen must see them too. A call that a file brought in was
    taken by nobody known, so it is not among them.
    """
    missed = _missed(actor, since, until, at)
    calls = queries.calls(actor, at).filter(
        received_at__gte=since,
        received_at__lt=until,
        handler__isnull=False,
        case__root__marking=Root.STANDARD,
    )
    rows = calls.order_by("received_at", "-pk").values_list(
        "pk", "case__root__team_id", "handler_id", "domestic", "repeat_caller", "grade",
        "first_grade",
    )  # fmt: skip
    for pk, team, handler, domestic, repeated, grade, first in rows.iterator(chunk_size=5000):
        if pk in missed:
            risk = MISSED
        elif domestic:
            risk = ABUSE
        elif repeated:
            risk = REPEAT
        else:
            risk = LOWERED if rules.is_lower(grade, first) else ""
        yield Framed(pk, team, handler, risk)


def _missed(actor: Actor, since: datetime, until: datetime, at: datetime) -> set[int]:
    """The calls on which a clock ran out, under whichever grade."""
    late = (
        Q(stopped_at__gt=F("due_at"))
        | Q(stopped_at__isnull=True, replaced_at__gt=F("due_at"))
        | Q(stopped_at__isnull=True, replaced_at__isnull=True, due_at__lt=at)
    )
    rows = Deadline.objects.filter(
        late,
        scope(actor, Right.VIEW, at, "case__root__"),
        case__desk="contact",
        case__contact__received_at__gte=since,
        case__contact__received_at__lt=until,
    )
    return set(rows.values_list("case_id", flat=True))


QUALITY = Quality(
    template=QUALITY_V1,
    reviewers=IN_CHARGE,
    handlers=CONTROL_ROOM,
    risks=RISKS,
    frame=frame,
)
