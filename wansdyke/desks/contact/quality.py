"""What of the control room's work can be listened to: the calls of a period, by who took them."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import F, FilteredRelation, Q, TextField
from django.db.models.functions import Cast

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope
from wansdyke.casework.desk import Framed, Quality
from wansdyke.casework.models import Deadline, Party
from wansdyke.desks.contact import queries, rules
from wansdyke.desks.contact.instruments.quality_v1 import QUALITY_V1
from wansdyke.desks.contact.rules import CONTROL_ROOM, IN_CHARGE

REPEAT_WITHIN, NONE = timedelta(days=365), timedelta(0)
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
    repeated = _repeated(actor, since, until, at)
    calls = (
        queries.calls(actor, at)
        .filter(received_at__gte=since, received_at__lt=until)
        .filter(case__root__marking=Root.STANDARD)
        .annotate(
            opening=FilteredRelation(
                "case__root__events", condition=Q(case__root__events__name="opened")
            ),
            # As text: a hundred thousand lists need not be read to find one word in them.
            risks_said=Cast("risk_types", TextField()),
            strands_said=Cast("strands", TextField()),
        )
        .filter(opening__by_id__isnull=False)
    )
    rows = calls.values_list(
        "pk", "case__root__team_id", "opening__by_id", "grade", "first_grade", "risks_said",
        "strands_said",
    )  # fmt: skip
    for pk, team, handler, grade, first, risks, strands in rows.iterator(chunk_size=5000):
        if pk in missed:
            risk = MISSED
        elif '"domestic-abuse"' in risks or '"V01"' in strands:
            risk = ABUSE
        elif pk in repeated:
            risk = REPEAT
        else:
            risk = LOWERED if rules.is_lower(grade, first) else ""
        yield Framed(case=pk, team=team, handler=handler, risk=risk)


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


def _repeated(actor: Actor, since: datetime, until: datetime, at: datetime) -> set[int]:
    """The calls whose caller, or their telephone, had called in the twelve months before."""
    callers = (
        Party.objects.filter(
            scope(actor, Right.VIEW, at, "case__root__"),
            case__desk="contact",
            role="caller",
            ended_at__isnull=True,
            case__contact__received_at__gte=since - REPEAT_WITHIN,
            case__contact__received_at__lt=until,
        )
        .order_by("case__contact__received_at", "case_id")
        .values_list(
            "case_id", "case__contact__received_at", "record__person_id", "record__phone_key"
        )
    )
    return _again(callers.iterator(chunk_size=5000), since)


def _again(callers: Iterable[tuple[int, datetime, int, str]], since: datetime) -> set[int]:
    people: dict[int, datetime] = {}
    phones: dict[str, datetime] = {}
    found: set[int] = set()
    for case, received, person, phone in callers:
        earlier = [at for at in (people.get(person), phones.get(phone)) if at is not None]
        # Two callers of one call are no repeat of it.
        if received >= since and any(NONE < received - at <= REPEAT_WITHIN for at in earlier):
            found.add(case)
        people[person] = received
        if phone:
            phones[phone] = received
    return found


QUALITY = Quality(
    template=QUALITY_V1,
    reviewers=IN_CHARGE,
    handlers=CONTROL_ROOM,
    risks=RISKS,
    frame=frame,
)
