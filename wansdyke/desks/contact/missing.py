"""A missing person: recording them, each decision on their risk, the search, and finding them."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wansdyke.access.notices import tell
from wansdyke.access.sections import Section
from wansdyke.casework.assess import run_in
from wansdyke.casework.models import Case, Party
from wansdyke.casework.on_case import added, needed
from wansdyke.casework.steps import in_time
from wansdyke.desks.contact import settings as force
from wansdyke.desks.contact.instruments.missing_v1 import MISSING_V1, QUESTIONS
from wansdyke.desks.contact.missing_rules import RISKS, Absence
from wansdyke.desks.contact.models import Contact, Missing, MissingReview, Search
from wansdyke.history.door import Doing
from wansdyke.history.models import Event
from wansdyke.kernel.flow import Refused

PREFIX = "missing_"
CORE = Section.CORE


def absence_of(contact: Contact, chosen: Mapping[str, Any]) -> Absence | None:
    """Somebody missing on a call, as the rules know them."""
    row = Missing.objects.filter(pk=contact.pk).first()
    if row is None:
        return None
    hours = chosen[force.MISSING[row.risk].key]
    return Absence(risk=row.risk, reviewed_at=row.reviewed_at, hours=hours, found_at=row.found_at)


def parts_of(case: Case) -> dict[str, Party]:
    """The people of a call by their part and its number ("child 1"): a form can offer those to
    somebody who may not see who they are."""
    found: dict[str, Party] = {}
    counted: Counter[str] = Counter()
    for party in case.parties.filter(ended_at__isnull=True).select_related("record").order_by("pk"):
        counted[party.role] += 1
        found[f"{party.role} {counted[party.role]}"] = party
    return found


def loud(row: Missing | None) -> str:
    """What must not be overlooked: a child, or a high risk, missing now. Else nothing."""
    if row is None or row.found_at is not None:
        return ""
    high = row.risk == "high"
    who = {"yes": "child", "no": "person"}.get(row.child, "person, perhaps a child")
    if row.child == "no" and not high:
        return ""
    risk = dict(RISKS)[row.risk].lower()
    return f"Missing {who}, {risk if row.risk == 'no-apparent' else f'{risk} risk'}"


def _decided(
    row: Missing, contact: Contact, given: Mapping[str, Any], doing: Doing, event: Event
) -> None:
    """Keeps a decision on the risk: the answers as a run that can be replayed, and whose it was."""
    proposer = given["proposed_by"]
    names = {question.key: f"{PREFIX}{question.key}" for question in QUESTIONS}
    answers = {key: given.get(name) or "" for key, name in names.items()}
    run = run_in(
        doing,
        contact,
        MISSING_V1,
        answers,
        desk=None,
        grade=given["missing_risk"],
        reason=given["reason"],
        decided_by=proposer,
    )
    MissingReview.objects.create(
        missing=row,
        risk=given["missing_risk"],
        reason=given["reason"],
        by_id=proposer or doing.by.user_id,
        agreed_by_id=doing.by.user_id if proposer else None,
        at=doing.at,
        run=run,
    )


def records(contact: Contact, given: dict[str, Any], doing: Doing, event: Event) -> None:
    """Records who is missing, with the first decision on their risk; those in charge see it."""
    party = parts_of(contact.case).get(given.get("missing_person", ""))
    if party is None:
        raise Refused("Choose one of the people on this call.", field="missing_person")
    risk = given["missing_risk"]
    row = Missing.objects.create(
        contact=contact,
        record=party.record,
        child=given["missing_child"],
        last_seen_at=_moment(given, "last_seen_at", doing.at) if given["last_seen_at"] else None,
        last_seen_where=given.get("last_seen_where", ""),
        recorded_at=doing.at,
        recorded_by_id=doing.by.user_id,
        first_risk=risk,
        risk=risk,
        reviewed_at=doing.at,
    )
    said = ("child", "last_seen_at", "last_seen_where", "risk")
    added(doing, event, row, contact.case.root.reference, *said)
    _decided(row, contact, given, doing, event)


def reviews(contact: Contact, given: dict[str, Any], doing: Doing, event: Event) -> None:
    """Another decision on the risk, from which the review clock runs anew."""
    row = _held(contact)
    said = {
        "risk": given["missing_risk"],
        "child": given["missing_child"],
        "reviewed_at": doing.at,
    }
    doing.write(row, said, event, contact.case.root.reference)
    _decided(row, contact, given, doing, event)


def searches(contact: Contact, given: dict[str, Any], doing: Doing, event: Event) -> None:
    """A line of the search log."""
    row = _held(contact)
    began = _moment(given, "search_from", doing.at)
    ended = _moment(given, "search_until", doing.at) if given.get("search_until") else None
    if ended is not None and ended < began:
        raise Refused("The search must not end before it began.", field="search_until")
    line = Search.objects.create(
        missing=row,
        where=needed(given.get("search_where", ""), "search_where", "Enter where.", 250),
        searched_by=needed(given.get("searched_by", ""), "searched_by", "Enter by whom.", 200),
        from_at=began,
        until_at=ended,
        result=given.get("search_result", "").strip(),
        logged_by_id=doing.by.user_id,
        logged_at=doing.at,
    )
    said = ("where", "searched_by", "from_at", "until_at", "result")
    added(doing, event, line, contact.case.root.reference, *said)


def finds(contact: Contact, given: dict[str, Any], doing: Doing, event: Event) -> None:
    """Found: the clock stops, and whoever recorded them is told."""
    row = _held(contact)
    found = _moment(given, "person_found_at", doing.at)
    if row.last_seen_at is not None and found < row.last_seen_at:
        raise Refused("They were seen after that.", field="person_found_at")
    said = {
        "found_at": found,
        "found_by": needed(given.get("found_by", ""), "found_by", "Enter by whom.", 200),
        "found_where": given.get("found_where", "").strip(),
        "found_how": given["found_how"],
        "interview": given["interview"],
    }
    doing.write(row, said, event, contact.case.root.reference)
    reference = contact.case.root.reference
    told = {row.recorded_by_id} - {doing.by.user_id}
    text, link = f"{reference}: the missing person was found.", f"/contact/{reference}/"
    tell(told, text, root=contact.case.root, link=link, at=doing.at)


def _held(contact: Contact) -> Missing:
    return Missing.objects.select_for_update(of=("self",)).get(pk=contact.pk)


def _moment(given: Mapping[str, Any], field: str, at: datetime) -> datetime:
    try:
        return in_time(given.get(field), at, None)
    except Refused as refusal:
        raise Refused(refusal.message, field=field) from None


EFFECTS = {
    "missing": records,
    "missing-review": reviews,
    "search": searches,
    "found": finds,
}
