"""What of the control room's work can be listened to: the calls of a period, by who took them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, FilteredRelation, Q, TextField
from django.db.models.functions import Cast

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope
from wansdyke.casework.desk import Framed, Quality
from wansdyke.casework.models import Deadline
from wansdyke.desks.contact import queries, rules
from wansdyke.desks.contact.instruments.quality_v1 import QUALITY_V1
from wansdyke.desks.contact.rules import CONTROL_ROOM, IN_CHARGE
from wansdyke.kernel.calendar import utc

REPEAT_WITHIN = timedelta(days=365)
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
    callers, begins = Callers(_as_kept(until - REPEAT_WITHIN)), _as_kept(since)
    held: Framed | None = None
    last = 0
    for row in _by_receipt(actor, since - REPEAT_WITHIN, until, at).iterator(chunk_size=5000):
        pk, received, person, phone, team, handler, grade, first, domestic, marking = row
        repeated = callers.seen(pk, received, person, phone)
        if pk == last:
            # A call with two callers comes twice, one after the other: either may have called.
            if held is not None and repeated and held.risk in ("", LOWERED):
                held = held._replace(risk=REPEAT)
            continue
        if held is not None:
            yield held
            held = None
        last = pk
        if received < begins or handler is None or marking != Root.STANDARD:
            continue
        if pk in missed:
            risk = MISSED
        elif domestic:
            risk = ABUSE
        elif repeated:
            risk = REPEAT
        else:
            risk = LOWERED if rules.is_lower(grade, first) else ""
        held = Framed(pk, team, handler, risk)
    if held is not None:
        yield held


def _by_receipt(actor: Actor, since: datetime, until: datetime, at: datetime) -> Any:
    """The calls in the order they came, each with its opening and, one row each, its callers.

    Moments as text: of hundreds of thousands of rows, few need be made into more.
    """
    opened = Q(case__root__events__name="opened")
    calling = Q(case__parties__role="caller", case__parties__ended_at__isnull=True)
    calls = queries.calls(actor, at).filter(received_at__gte=since, received_at__lt=until)
    return (
        calls.annotate(
            opening=FilteredRelation("case__root__events", condition=opened),
            calling=FilteredRelation("case__parties", condition=calling),
            received=Cast("received_at", TextField()),
        )
        # As the index has them, turned round: nothing need be sorted.
        .order_by("received_at", "-pk")
        .values_list(
            "pk", "received", "calling__record__person_id", "calling__record__phone_key",
            "case__root__team_id", "opening__by_id", "grade", "first_grade", "domestic",
            "case__root__marking",
        )
    )  # fmt: skip


def _as_kept(moment: datetime) -> str:
    """A moment as both databases give it as text: UTC, to the second."""
    return f"{utc(moment):%Y-%m-%d %H:%M:%S}"


@dataclass
class Callers:
    """Who called, and from which telephone, and when they last did. What is not before `recent`
    is within the twelve months of every call that is asked about: no date need be reckoned."""

    recent: str
    last: dict[int | str, tuple[int, str]] = field(default_factory=dict)

    def seen(self, call: int, received: str, person: int | None, phone: str | None) -> bool:
        """Whether they, or their telephone, made another call in the twelve months before."""
        found = False
        for key in (person, phone):
            if key:
                before = self.last.get(key)
                # Two callers of one call are no repeat of it.
                if before is not None and before[0] != call and not found:
                    found = before[1] >= self.recent or _within(before[1], received)
                self.last[key] = call, received
        return found


def _within(earlier: str, later: str) -> bool:
    return datetime.fromisoformat(later) - datetime.fromisoformat(earlier) <= REPEAT_WITHIN


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
