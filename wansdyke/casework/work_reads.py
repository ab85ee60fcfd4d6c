"""The rows of work on a case, in the order they are shown, and whose records may be named."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.scope import loaded, scope, sections_of
from wansdyke.access.sections import Section
from wansdyke.casework.models import (
    Action,
    Case,
    CasePlace,
    Comment,
    Document,
    ForceReference,
    Marker,
    Party,
    Referral,
)
from wansdyke.people.caller_password import protected
from wansdyke.people.models import PersonRecord, Residence
from wansdyke.people.safe_contact import Standing, standing


def people_of(case: Case) -> QuerySet[Party]:
    """The people of a case, those whose part has ended last; none of a load not yet complete.
    Of whose record was disposed of, that somebody was there remains."""
    rows = Party.objects.filter(loaded("record__root__"), case=case)
    rows = rows.select_related("record__root__team", "record__person", "record__first_person")
    return rows.order_by(F("ended_at").asc(nulls_first=True), "pk")


def places_of(case: Case) -> QuerySet[CasePlace]:
    """The places of a case."""
    return CasePlace.objects.filter(case=case).select_related("place").order_by("pk")


def actions_of(case: Case) -> QuerySet[Action]:
    """The actions of a case: open ones first, soonest first."""
    rows = Action.objects.filter(case=case).select_related("owner", "made_by")
    return rows.order_by(F("done_at").asc(nulls_first=True), "due_at", "pk")


def referrals_of(case: Case) -> QuerySet[Referral]:
    """The referrals of a case, newest first."""
    rows = Referral.objects.filter(case=case).select_related("to_team__agency", "by")
    return rows.order_by("-at", "-pk")


def documents_of(case: Case) -> QuerySet[Document]:
    """The documents of a case, newest first."""
    return Document.objects.filter(case=case).select_related("by").order_by("-at", "-pk")


def markers_of(case: Case) -> QuerySet[Marker]:
    """The markers published from a case, withdrawn and expired ones included, newest first."""
    rows = Marker.objects.filter(root_id=case.pk).select_related("owner", "person", "place")
    return rows.order_by("-from_date", "-pk")


def notes_of(case: Case) -> QuerySet[Comment]:
    """The notes on a case, newest first."""
    return Comment.objects.filter(case=case).select_related("by").order_by("-at", "-pk")


def force_references_of(case: Case) -> QuerySet[ForceReference]:
    """The force's own numbers for a case."""
    return ForceReference.objects.filter(case=case).order_by("kind", "value")


READS: dict[str, Callable[[Case], QuerySet[Any]]] = {
    "people": people_of,
    "places": places_of,
    "actions": actions_of,
    "referrals": referrals_of,
    "documents": documents_of,
    "markers": markers_of,
    "notes": notes_of,
    "force_references": force_references_of,
}


@dataclass(frozen=True, kw_only=True)
class RecordsSeen:
    """The people's records that an actor may see: what of each (by primary key), which of them
    they may correct, where each says its person lives, how each person (by primary key) may be
    reached, and whose callers have to say a word."""

    sections: dict[int, frozenset[Section]] = field(default_factory=dict)
    editable: frozenset[int] = frozenset()
    homes: dict[int, list[str]] = field(default_factory=dict)
    standing: dict[int, Standing] = field(default_factory=dict)
    protected: frozenset[int] = frozenset()

    def shows(self, record: PersonRecord, section: Section) -> bool:
        """Whether a section of a record is shown."""
        return section in self.sections.get(record.pk, frozenset())


def _in_scope(actor: Actor, right: Right, at: datetime, records: set[int]) -> set[int]:
    found = PersonRecord.objects.filter(scope(actor, right, at, "root__"), pk__in=records)
    return set(found.values_list("pk", flat=True))


def records_seen(records: Iterable[PersonRecord], actor: Actor, at: datetime) -> RecordsSeen:
    """Which of some records are in an actor's scope, and what of them is shown."""
    people = {record.pk: record.person_id for record in records}
    wanted = set(people)
    found = _in_scope(actor, Right.VIEW, at, wanted) if wanted else set()
    if not found:
        return RecordsSeen()
    sections = sections_of(actor, found, at)
    homes: dict[int, list[str]] = {}
    addressed = [pk for pk in found if Section.ADDRESS in sections[pk]]
    lived = Residence.objects.filter(root_id__in=addressed, until_date=None)
    for residence in lived.select_related("place").order_by("pk"):
        homes.setdefault(residence.root_id, []).append(str(residence.place))
    reached = {people[pk] for pk, visible in sections.items() if Section.SAFE_CONTACT in visible}
    return RecordsSeen(
        standing=standing(reached, at),
        protected=protected(actor, at, reached),
        sections=sections,
        editable=frozenset(_in_scope(actor, Right.EDIT, at, found)),
        homes=homes,
    )
