"""What of the control room's work can be listened to: the calls of a period, by who took them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Case, F, Q, Value, When

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope
from wansdyke.casework.desk import Framed, Quality
from wansdyke.casework.models import Deadline
from wansdyke.desks.contact import queries
from wansdyke.desks.contact.instruments.quality_v1 import QUALITY_V1
from wansdyke.desks.contact.measures import LESS_URGENT
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
    calls = queries.calls(actor, at).filter(
        received_at__gte=since,
        received_at__lt=until,
        handler__isnull=False,
        case__root__marking=Root.STANDARD,
    )
    risk = Case(
        When(pk__in=_missed(actor, since, until, at), then=Value(MISSED)),
        When(domestic=True, then=Value(ABUSE)),
        When(repeat_caller=True, then=Value(REPEAT)),
        When(LESS_URGENT, then=Value(LOWERED)),
        default=Value(""),
    )
    rows = calls.order_by("received_at", "-pk").annotate(risk=risk)
    columns = rows.values_list("pk", "case__root__team_id", "handler_id", "risk")
    return map(Framed._make, columns.iterator(chunk_size=5000))


def _missed(actor: Actor, since: datetime, until: datetime, at: datetime) -> Any:
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
    return rows.values("case_id")


QUALITY = Quality(
    template=QUALITY_V1,
    reviewers=IN_CHARGE,
    handlers=CONTROL_ROOM,
    risks=RISKS,
    frame=frame,
)
