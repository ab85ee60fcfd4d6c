"""Two records as somebody judges them: field by field, with what agrees, and whom they share."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope
from wansdyke.casework.models import Case, Party
from wansdyke.linkage.models import Suggestion
from wansdyke.people.models import Judgement, PersonRecord, Residence
from wansdyke.ui.words import date_words

FIELDS = (
    ("forename", "Forename"),
    ("middle_names", "Middle names"),
    ("surname", "Surname"),
    ("date_of_birth", "Date of birth"),
    ("sex", "Sex"),
    ("phone", "Telephone"),
    ("email", "Email address"),
    ("pnc", "PNC number"),
    ("cro", "CRO number"),
)
MOST_CASES = 10
VERDICTS = dict(Judgement.VERDICTS)


def side_by_side(pair: Suggestion, actor: Actor, at: datetime) -> dict[str, Any]:
    """The fields of both records, the people and cases that they share, in an actor's scope."""
    left, right = pair.left, pair.right
    return {
        "fields": list(_fields(left, right)),
        "shared": shared_cases(left, right, actor, at),
        "same_cluster": left.person_id == right.person_id,
    }


def _fields(left: PersonRecord, right: PersonRecord) -> Iterator[dict[str, str]]:
    homes = [_homes(left), _homes(right)]
    rows = [(title, _said(left, name), _said(right, name)) for name, title in FIELDS]
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


def shared_cases(
    left: PersonRecord, right: PersonRecord, actor: Actor, at: datetime
) -> list[dict[str, str]]:
    """The cases in scope in which both records, or others of their people, have a part."""
    parts = Party.objects.filter(scope(actor, Right.VIEW, at, "case__root__"))
    cases = [
        set(parts.filter(record__person_id=one.person_id).values_list("case_id", flat=True))
        for one in (left, right)
    ]
    found = Case.objects.filter(pk__in=cases[0] & cases[1]).select_related("root")
    return [
        {"reference": case.root.reference, "href": f"/{case.desk}/{case.root.reference}/"}
        for case in found.order_by("-opened_at")[:MOST_CASES]
    ]


def in_words(judgement: Judgement) -> dict[str, Any]:
    """A judgement as a page shows it."""
    return {
        "reference": judgement.reference,
        "verdict": VERDICTS[judgement.verdict],
        "reason": judgement.reason,
        "by": "the force’s policy" if judgement.automatic else judgement.by.name,
        "at": judgement.at,
        "left": judgement.left,
        "right": judgement.right,
        "again": judgement.again,
        "held_back": judgement.held_back,
    }
