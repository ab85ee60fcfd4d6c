"""Two records as somebody judges them: field by field, with what agrees, and whom they share."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.casework.models import Case
from wansdyke.linkage.around import around
from wansdyke.linkage.links import cases_by_record, linked_cases
from wansdyke.linkage.models import Suggestion
from wansdyke.people.models import Judgement, PersonRecord, Residence
from wansdyke.people.records import RECORD_FIELDS
from wansdyke.ui.words import date_words

# How somebody is reached says nothing of who they are.
COMPARED = tuple(field for field in RECORD_FIELDS if field[0] != "safe_contact")
MOST_CASES = 10
VERDICTS = dict(Judgement.VERDICTS)


def side_by_side(
    pair: Suggestion, actor: Actor, at: datetime, *, blind: bool = False
) -> dict[str, Any]:
    """The fields of both records, whom each is known with, the cases that they share, and what was
    judged, in an actor's scope. `blind` tells nothing that follows from what was judged."""
    left, right = pair.left, pair.right
    one_person = left.person_id == right.person_id
    linked = cases_by_record(actor, at, [left.pk, right.pk])
    apart = {left.person_id, right.person_id}
    beside = [around(linked.get(one.pk, ()), apart, actor, at) for one in (left, right)]
    shared = _both(linked, left.pk, right.pk)
    if not blind and not one_person:
        people = linked_cases(actor, at, apart)
        shared = _both(people, left.person_id, right.person_id)
    cases = Case.objects.select_related("root").in_bulk(shared)
    judged = Judgement.objects.filter(left=left, right=right, undone_at=None, again=False)
    first = None if blind else judged.select_related("by", "left", "right").first()
    return {
        "fields": list(_fields(left, right)),
        "beside": beside,
        "shared": [cases[case] for case in shared],
        "one_person": one_person and not blind,
        "judged": first and in_words(first),
        "roots": [
            *(cases[case].root for case in shared),
            *(one.root for known in beside for one in known),
        ],
    }


def _both(linked: Mapping[int, list[int]], one: int, other: int) -> list[int]:
    theirs = set(linked.get(other, ()))
    return [case for case in linked.get(one, ()) if case in theirs][:MOST_CASES]


def _fields(left: PersonRecord, right: PersonRecord) -> Iterator[dict[str, str]]:
    homes = [_homes(left), _homes(right)]
    rows = [(title, _said(left, name), _said(right, name)) for name, title in COMPARED]
    rows += [("Address", homes[0], homes[1]), ("From", left.origin, right.origin)]
    for title, one, other in rows:
        if one and other and title != "From":
            agrees = "Same" if one.casefold() == other.casefold() else "Differs"
        else:
            agrees = ""
        yield {"title": title, "left": one, "right": other, "agrees": agrees}


def _said(record: PersonRecord, name: str) -> str:
    value = getattr(record, name)
    if name == "date_of_birth":
        return date_words(value) if value else ""
    return record.get_sex_display() if name == "sex" and value else str(value or "")


def _homes(record: PersonRecord) -> str:
    rows = Residence.objects.filter(root=record.root).select_related("place").order_by("pk")
    return "; ".join(str(home.place) for home in rows)


def in_words(judgement: Judgement) -> dict[str, Any]:
    """A judgement as a page shows it."""
    return {
        "reference": judgement.reference,
        "verdict": VERDICTS[judgement.verdict],
        "reason": judgement.reason,
        "by": "the force’s policy" if judgement.automatic else judgement.by.name,
        "owner": judgement.owner.name if judgement.owner else "",
        "undone": judgement.undone_at is not None,
        "at": judgement.at,
        "left": judgement.left,
        "right": judgement.right,
        "again": judgement.again,
        "held_back": judgement.held_back,
    }
