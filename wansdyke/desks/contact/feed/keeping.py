"""What a feed may amend of a call: never what a person in Wansdyke graded, wrote or put right."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wansdyke.access.sections import Section
from wansdyke.desks.contact.amended import (
    EVENT,
    Amendment,
    Known,
    amendment,
    lowered,
    misfits,
    somebody_missing,
)
from wansdyke.desks.contact.csv_columns import Given
from wansdyke.desks.contact.feed.models import FeedConflict
from wansdyke.desks.contact.imported import PLAIN, spot_of
from wansdyke.desks.contact.models import Contact
from wansdyke.history.door import plain
from wansdyke.history.models import Change
from wansdyke.people.models import PersonRecord

TAKEN = "feed’s value taken"
# Changes of these names are the feed's own; whatever else changed a field was a person's doing.
THE_FEEDS = frozenset({EVENT, TAKEN})
GRADE = frozenset({"grade", "first_grade", "graded_at", "grade_reason"})
CLOSING = frozenset({"resulted_at", "category"})
WHERE = frozenset({"where", "place", "latitude", "longitude"})


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """The feed says one thing of a field, and a person in Wansdyke another."""

    field: str
    section: Section
    said: Any
    part: str = ""


def decided_here(olds: Iterable[Known]) -> dict[str, set[str]]:
    """The fields last changed by a person, by the reference of their record."""
    olds = list(olds)
    records = [one.contact.case.root.reference for one in olds]
    records += [party.record.root.reference for old in olds for party in old.parts.values()]
    latest: dict[tuple[str, str], str] = {}
    rows = Change.objects.filter(record__in=records).order_by("pk")
    for record, field, name in rows.values_list("record", "field", "event__name"):
        latest[record, field] = name
    found: dict[str, set[str]] = {}
    for (record, field), name in latest.items():
        if name not in THE_FEEDS:
            found.setdefault(record, set()).add(field)
    return found


def sifted(
    given: Given, old: Known, decided: Mapping[str, set[str]]
) -> tuple[Amendment, list[Conflict]]:
    """What a row may amend, and where it says otherwise than a person decided here."""
    contact, change = old.contact, amendment(given, old)
    if change.stale:
        return change, []
    mine = set(decided.get(contact.case.root.reference, ()))
    # A grade goes with its time and its reason, a place with its address.
    if mine & GRADE or any(lowered(contact, change.values)):
        mine |= GRADE
    if mine & WHERE:
        mine |= WHERE
    if "resulted_at" in change.values and somebody_missing(contact):
        mine |= CLOSING
    # Asked again of what is left: a grade may go with the end of a call, and the end be kept here.
    if any(lowered(contact, _without(change.values, mine))):
        mine |= GRADE
    conflicts = list(_of_call(given, contact, change, mine))
    change.values = _without(change.values, mine)
    if mine & WHERE:
        change.spot = None
    conflicts += _of_people(old, change, decided)
    change.faults = list(misfits(given, contact, change.values))
    if set(change.values) == {"source_updated_at"} and not (change.spot or change.people):
        change.values = {}
    return change, conflicts


def _without(values: Mapping[str, Any], mine: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in mine}


def _of_call(
    given: Given, contact: Contact, change: Amendment, mine: set[str]
) -> Iterable[Conflict]:
    said = {"grade": given.get("grade"), "graded_at": given.get("graded_at")}
    said |= {name: given.get(column) for column, name in PLAIN.items()}
    said |= {"received_at": given["received_at"], "where": spot_of(given).address}
    for name in sorted(mine & set(change.values)):
        if said.get(name):
            section = Contact.SECTIONS[name]
            yield Conflict(field=name, section=section, said=plain(said[name]))


def _of_people(
    old: Known, change: Amendment, decided: Mapping[str, set[str]]
) -> Iterable[Conflict]:
    kept, conflicts = [], []
    for role, source, columns in change.people:
        party = old.parts.get(source)
        mine = decided.get(party.record.root.reference, set()) if party else set()
        for name in sorted(mine & set(columns)):
            if party is not None and getattr(party.record, name) != columns[name]:
                section = PersonRecord.SECTIONS[name]
                conflicts.append(
                    Conflict(field=name, section=section, said=plain(columns[name]), part=source)
                )
        left = {name: value for name, value in columns.items() if name not in mine}
        said = party is not None and all(getattr(party.record, k) == v for k, v in left.items())
        if not said or (party is not None and role not in ("", party.role)):
            kept.append((role, source, left))
    change.people = kept
    return conflicts


def news(contact: Contact, conflicts: Iterable[Conflict]) -> list[Conflict]:
    """Those of the conflicts that nobody was told of, as they stand."""
    told = {(row.part, row.field): row.said for row in contact.feed_conflicts.all()}
    return [one for one in conflicts if told.get((one.part, one.field), ...) != one.said]


def keep(contact: Contact, conflicts: Iterable[Conflict], at: datetime) -> None:
    """Keeps what the feed says otherwise; what was settled is asked again only where it now says
    something new."""
    for one in news(contact, conflicts):
        FeedConflict.objects.update_or_create(
            contact=contact,
            part=one.part,
            field=one.field,
            defaults={
                "section": one.section.value,
                "said": one.said,
                "noted_at": at,
                "settled_at": None,
                "settled_by": None,
                "outcome": "",
                "reason": "",
            },
        )
