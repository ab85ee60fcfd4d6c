"""Markers: lines published on purpose about a person or a place, and seen force-wide.

A marker names its source and the day by which it must be looked at again. The last day of a
marker that has one is its `until_date`; a withdrawn or expired one is shown to nobody.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Lock, Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope, sections_of, whole
from wansdyke.access.sections import Section
from wansdyke.casework.models import Case, CasePlace, Marker, Party
from wansdyke.casework.on_case import added, needed, on_case, unused
from wansdyke.casework.queries import OutOfScope
from wansdyke.casework.sharing import end_with, follow
from wansdyke.casework.steps import Outcome
from wansdyke.history import audit
from wansdyke.history.door import Doing, digest_of
from wansdyke.history.seen import settled
from wansdyke.kernel.calendar import add_months, london
from wansdyke.kernel.flow import Refused
from wansdyke.people.known_as import OWN
from wansdyke.people.models import Person, PersonRecord, Place
from wansdyke.people.records import warn_of

PREFIX = "MK"
MOST_MONTHS = 12
SAID = ("person", "place", "kind", "text", "source", "marking", "review_by", "until_date")
LONGEST_TEXT, LONGEST_SOURCE, LONGEST_REASON = 300, 200, 2000


@dataclass(frozen=True, kw_only=True)
class LiveMarker:
    """A marker as somebody may see it. `case_reference` is empty where they may not see its case;
    `overdue` says that nobody has looked at it again by the day they should have; `ended` is the
    London day it was withdrawn or ran out, None while it is in force."""

    reference: str
    person_id: int | None
    place_id: int | None
    kind: str
    label: str
    text: str
    source: str
    owner: str
    from_date: date
    review_by: date
    until_date: date | None
    overdue: bool
    case_reference: str = ""
    desk: str = ""
    ended: date | None = None


def cases_behind(markers: Iterable[LiveMarker]) -> list[str]:
    """The references of the cases that markers name to whoever sees them."""
    return [marker.case_reference for marker in markers if marker.case_reference]


def live(at: datetime) -> QuerySet[Marker]:
    """The markers in force on the London day of a moment, whoever may see them."""
    day = london(at).date()
    return Marker.objects.filter(
        Q(until_date__isnull=True) | Q(until_date__gte=day),
        from_date__lte=day,
        withdrawn_at__isnull=True,
    )


def visible_to(actor: Actor, at: datetime) -> Q:
    """The markers an actor may see: those of cases in their scope, and, for a post that opens the
    safety face, every standard one. Never one of a case they are locked out of, nor one about a
    record they are locked out of, of whomever that was judged to be since."""
    locks = Lock.objects.filter(user_id=actor.user_id, lifted_at__isnull=True).values("root_id")
    shut = PersonRecord.objects.filter(root_id__in=locks)
    own = shut.values_list(OWN)
    about = Q(first_person_id__in=own) | Q(first_person_id__isnull=True, person_id__in=own)
    seen = scope(actor, Right.VIEW, at, "root__")
    if actor.safety_face:
        seen |= Q(marking=Root.STANDARD)
    return seen & ~Q(root_id__in=locks) & ~about & whole("root__")


def live_for(
    persons: Collection[Person] | Collection[int],
    places: Collection[Place] | Collection[int],
    actor: Actor,
    at: datetime,
) -> list[LiveMarker]:
    """The live markers about people (clusters) and places that an actor may see, newest first.

    People and places are given as rows or primary keys.
    """
    if not persons and not places:
        return []
    about = Q(person__in=list(persons)) | Q(place__in=list(places))
    rows = list(
        live(at)
        .filter(about, visible_to(actor, at))
        .select_related("owner", "root__case")
        .order_by("-from_date", "-pk")
    )
    open_to = set(
        Root.objects.filter(
            scope(actor, Right.VIEW, at), pk__in=[row.root_id for row in rows]
        ).values_list("pk", flat=True)
    )
    day = london(at).date()
    return [_shown(row, day, in_scope=row.root_id in open_to) for row in rows]


def past_of(person: Person, actor: Actor, at: datetime) -> list[LiveMarker]:
    """The markers about a person that are no longer in force, newest first: of those cases alone
    whose people the actor sees, for the safety face warns of what is in force."""
    rows = list(
        Marker.objects.filter(scope(actor, Right.VIEW, at, "root__"), person=person)
        .exclude(pk__in=live(at).filter(person=person).values("pk"))
        .filter(from_date__lte=london(at).date())
        .select_related("owner", "root__case")
        .order_by("-from_date", "-pk")
    )
    sections = sections_of(actor, {row.root_id for row in rows}, at)
    day = london(at).date()
    return [
        replace(_shown(row, day, in_scope=True), ended=_ended(row), overdue=False)
        for row in rows
        if Section.IDENTITY in sections[row.root_id]
    ]


def _ended(row: Marker) -> date | None:
    withdrawn = london(row.withdrawn_at).date() if row.withdrawn_at else None
    return min((day for day in (withdrawn, row.until_date) if day), default=None)


def _shown(row: Marker, day: date, *, in_scope: bool) -> LiveMarker:
    return LiveMarker(
        reference=row.reference,
        person_id=row.person_id,
        place_id=row.place_id,
        kind=row.kind,
        label=row.get_kind_display(),
        text=row.text,
        source=row.source,
        owner=row.owner.name,
        from_date=row.from_date,
        review_by=row.review_by,
        until_date=row.until_date,
        overdue=row.review_by < day,
        case_reference=row.root.reference if in_scope else "",
        desk=row.root.case.desk if in_scope else "",
    )


def _review_by(day: date, today: date) -> date:
    last = add_months(today, MOST_MONTHS)
    if not today < day <= last:
        raise Refused(
            f"The review date must be after today and at most {MOST_MONTHS} months ahead.",
            field="review_by",
        )
    return day


def _is_of(case: Case, about: Person | Place) -> bool:
    if isinstance(about, Person):
        return Party.objects.filter(case=case, record__person=about, ended_at__isnull=True).exists()
    return CasePlace.objects.filter(case=case, place=about).exists()


def _may_be(case: Case, about: Person | Place, kind: str, marking: int) -> None:
    if not _is_of(case, about):
        raise Refused("Choose a person or place of this case.", field="about")
    if kind not in dict(Marker.KINDS) or marking not in dict(Root.MARKINGS):
        raise Refused("Choose a kind of marker from those listed.", field="kind")


def _whose(case: Case, about: Person | Place) -> dict[str, Any]:
    """A marker goes with the record of whoever it is about, should records be told apart later."""
    if isinstance(about, Place):
        return {"place": about}
    parts = Party.objects.filter(case=case, record__person=about, ended_at__isnull=True)
    first = parts.order_by("pk").values_list("record__first_person_id", flat=True)[0]
    return {"person": about, "first_person_id": None if first == about.pk else first}


def _days(today: date, review_by: date, until_date: date | None) -> dict[str, Any]:
    if until_date is not None and until_date < today:
        raise Refused("The last day must not be in the past.", field="until_date")
    return {
        "from_date": today,
        "review_by": _review_by(review_by, today),
        "until_date": until_date,
    }


def _words(kind: str, text: str, source: str) -> dict[str, str]:
    return {
        "kind": kind,
        "text": needed(text, "text", "Enter what others need to know.", LONGEST_TEXT),
        "source": needed(source, "source", "Enter where it comes from.", LONGEST_SOURCE),
    }


def publish(
    case: Case,
    about: Person | Place,
    *,
    kind: str,
    text: str,
    source: str,
    review_by: date,
    by: Actor,
    at: datetime,
    key: str,
    until_date: date | None = None,
    marking: int = Root.STANDARD,
) -> Outcome:
    """Publishes a marker about a person on the case or a place of it; its owner is who publishes.

    Raises Refused for anyone or anywhere else, an unknown kind or marking, a blank text or source,
    a review not within twelve months, or an expiry in the past."""

    def body(doing: Doing, held: Case) -> None:
        _may_be(held, about, kind, marking)
        marker = Marker.objects.create(
            reference=unused(Marker, PREFIX),
            root=held.root,
            **_whose(held, about),
            **_words(kind, text, source),
            marking=marking,
            owner_id=by.user_id,
            **_days(london(at).date(), review_by, until_date),
        )
        warn_of(marker.first_person or marker.person)
        added(
            doing, doing.event("marker published", root=held.root), marker, marker.reference, *SAID
        )
        doing.audit(audit.COLLECTION, held.root.reference, marker=marker.reference, kind=kind)

    said = about.reference, kind, text, source, review_by, until_date, marking
    digest = digest_of("marker", case.root.reference, *said)
    return on_case(case, Right.EDIT, body, by=by, at=at, key=key, digest=digest)


def marker_of(case: Case, reference: str) -> Marker:
    """A marker published from a case. Raises OutOfScope."""
    found = Marker.objects.filter(root_id=case.pk, reference=reference)
    marker = found.select_related("person", "place", "owner").first()
    if marker is None:
        raise OutOfScope(reference)
    return marker


def _live_one(case: Case, reference: str, today: date) -> Marker:
    marker = Marker.objects.select_for_update().filter(root_id=case.pk, reference=reference).first()
    if marker is None:
        raise OutOfScope(reference)
    if marker.withdrawn_at is not None:
        raise Refused("This marker was withdrawn.")
    if marker.until_date is not None and marker.until_date < today:
        raise Refused("This marker has expired. Publish a new one if it still holds.")
    return marker


def review(
    case: Case,
    reference: str,
    *,
    review_by: date,
    reason: str,
    by: Actor,
    at: datetime,
    key: str,
    until_date: date | None = None,
    seen: str | None = None,
) -> Outcome:
    """Says that a marker still holds, why, by when to look again and, where that is another, until
    which last day: shares that serve it live as long. Raises Refused for one that was withdrawn or
    has expired, no reason, a review not within twelve months, or a last day in the past; Overtaken
    where a colleague set another day than the form had `seen`."""

    def body(doing: Doing, held: Case) -> None:
        today = london(at).date()
        marker = _live_one(held, reference, today)
        why = needed(reason, "reason", "Enter why it still holds.", LONGEST_REASON)
        typed = _days(today, review_by, until_date)
        del typed["from_date"]
        if until_date is None:
            del typed["until_date"]
        stands = {name: getattr(marker, name) for name in typed}
        values = settled(seen, typed, stands, as_left=False)
        event = doing.event("marker reviewed", root=held.root)
        doing.write(marker, values, event, reference)
        follow(doing, marker)
        doing.changed(event, reference, "reason", Section.NARRATIVE, None, why)
        doing.audit(audit.ALTERATION, held.root.reference, marker=reference, fields=sorted(values))

    digest = digest_of("marker reviewed", reference, review_by, until_date, reason)
    return on_case(case, Right.EDIT, body, by=by, at=at, key=key, digest=digest)


def withdraw(
    case: Case, reference: str, *, reason: str, by: Actor, at: datetime, key: str
) -> Outcome:
    """Takes a marker back at once, with a reason. Raises Refused for one withdrawn or expired."""

    def body(doing: Doing, held: Case) -> None:
        marker = _live_one(held, reference, london(at).date())
        why = needed(reason, "reason", "Enter why it is withdrawn.", LONGEST_REASON)
        event = doing.event("marker withdrawn", root=held.root)
        doing.write(marker, {"withdrawn_at": at}, event, reference)
        end_with(doing, marker)
        doing.changed(event, reference, "reason", Section.NARRATIVE, None, why)
        doing.audit(audit.ALTERATION, held.root.reference, marker=reference, withdrawn=True)

    digest = digest_of("marker withdrawn", reference, reason)
    return on_case(case, Right.EDIT, body, by=by, at=at, key=key, digest=digest)
