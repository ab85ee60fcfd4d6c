"""Every write of the control room, and what each step does besides moving the case."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from wansdyke.access.actors import Actor
from wansdyke.access.models import Team, User
from wansdyke.access.notices import holders, tell
from wansdyke.access.sections import Section
from wansdyke.access.settings import values_of
from wansdyke.casework.actions import NewParty, Outcome, name, open_case, unname
from wansdyke.casework.assess import run_in
from wansdyke.casework.desk import Desk
from wansdyke.casework.models import Assessment, Case, CasePlace, Draft, ForceReference
from wansdyke.casework.steps import take
from wansdyke.desks.contact import missing, repeats, triage, whereabouts
from wansdyke.desks.contact import settings as force
from wansdyke.desks.contact.crisis_rules import Request
from wansdyke.desks.contact.instruments.thrive_v1 import LETTERS, THRIVE_V1
from wansdyke.desks.contact.missing import absence_of
from wansdyke.desks.contact.missing_rules import Absence
from wansdyke.desks.contact.models import Contact, Grading
from wansdyke.desks.contact.rules import DEPLOYABLE, FLOW, IN_CHARGE, Facts, Grade, standing
from wansdyke.desks.contact.strands import DOMESTIC_RISK, DOMESTIC_STRAND
from wansdyke.desks.contact.triage import request_of
from wansdyke.history.door import Doing
from wansdyke.history.models import Event
from wansdyke.kernel.flow import Refused
from wansdyke.people.contact_rules import Answer, Channel
from wansdyke.people.records import place_for
from wansdyke.people.safe_contact import add_rule


def facts_of(contact: Contact, at: datetime) -> Facts:
    """What the rules need to know of a call, read from its rows at a moment."""
    graded = contact.gradings.order_by("at", "pk").values_list("grade", "at", "agreed_by")
    runs = Assessment.objects.filter(case_id=contact.pk, instrument="thrive")
    last = runs.order_by("-at", "-pk").values_list("at", "answers").first()
    reopened = Event.objects.filter(root_id=contact.pk, name="reopen").order_by("-occurred_at")
    # The settings that held when the call came in go on holding for it.
    chosen = values_of(force.SETTINGS, contact.received_at)
    return facts_from(
        contact,
        at,
        gradings=tuple((grade, given_at) for grade, given_at, _ in graded),
        standing=standing((grade, agreed is not None) for grade, _, agreed in graded),
        chosen=chosen,
        reopened_at=reopened.values_list("occurred_at", flat=True).first(),
        assessed_at=last[0] if last else None,
        answers=last[1] if last else {},
        triage=request_of(contact, chosen),
        missing=absence_of(contact, chosen),
    )


# What the force sets, by the fact it is to the rules.
CAN_HEAR = "The abuser can hear: let them speak first, and say nothing that gives them away."
AS_SET = {
    "anchor": force.ANCHOR,
    "immediate_minutes": force.IMMEDIATE,
    "priority_minutes": force.PRIORITY,
    "scheduled_hours": force.SCHEDULED,
    "call_back_hours": force.CALL_BACK,
}


def facts_from(
    contact: Contact,
    at: datetime,
    *,
    gradings: tuple[tuple[str, datetime], ...],
    chosen: Mapping[str, Any],
    standing: str = "",
    reopened_at: datetime | None = None,
    assessed_at: datetime | None = None,
    answers: Mapping[str, str] | None = None,
    triage: Request | None = None,
    missing: Absence | None = None,
) -> Facts:
    """The same, from what is already in hand."""
    return Facts(
        received_at=contact.received_at,
        at=at,
        where=contact.where,
        what=contact.what,
        prior_contact=contact.prior_contact,
        grade=contact.grade,
        gradings=gradings,
        standing=standing,
        unit=contact.unit,
        domestic=DOMESTIC_RISK in contact.risk_types or DOMESTIC_STRAND in contact.strands,
        at_scene_at=contact.at_scene_at,
        resulted_at=contact.resulted_at,
        reopened_at=reopened_at,
        letters_owed=tuple(letter for letter in LETTERS if not (answers or {}).get(letter)),
        assessed_at=assessed_at,
        missed_reviewed_at=contact.missed_reviewed_at,
        **{fact: chosen[setting.key] for fact, setting in AS_SET.items()},
        risk_types=tuple(contact.risk_types),
        triage=triage,
        missing=missing,
    )


def take_call(
    desk: Desk,
    values: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
    key: str,
    team: Team,
    grade: str = "",
    reason: str = "",
    postcode: str = "",
    letters: Mapping[str, str] | None = None,
    numbers: Sequence[tuple[str, str]] = (),
    parties: Sequence[NewParty] = (),
    draft: Draft | None = None,
) -> Outcome:
    """Records a call, and grades it in the same breath where a grade was given.

    THRIVE's letters are kept as a run with the same grade and reason; `numbers` are the force's own
    references (kind, value). A place not named is found, or added, by `where` and the postcode.
    Raises Refused where the grade's checks fail, or for letters without a grade; nothing is kept.
    """
    said = {question: answer for question, answer in (letters or {}).items() if answer}
    then = partial(completed, desk=desk, grade=grade, reason=reason, said=said, numbers=numbers)
    with transaction.atomic():
        place = values.get("place") or place_for(values.get("where", ""), postcode)
        return open_case(
            desk,
            {**values, "place": place, "handler_id": values.get("handler_id") or by.user_id},
            by=by,
            at=at,
            key=key,
            team=team,
            opened_at=values["received_at"],
            parties=parties,
            draft=draft,
            then=then,
            also=(grade, reason, said, list(numbers), postcode),
        )


def completed(
    contact: Contact,
    doing: Doing,
    *,
    desk: Desk,
    grade: str = "",
    reason: str = "",
    said: Mapping[str, str] | None = None,
    numbers: Sequence[tuple[str, str]] = (),
) -> None:
    """What a new call brings besides itself: numbers, scene, repeats, its first grade."""
    for kind, value in numbers:
        ForceReference.objects.create(case=contact.case, kind=kind, value=value)
    if contact.place is not None:
        CasePlace.objects.create(case=contact.case, place=contact.place, role="scene")
    whereabouts.keep([contact.pk])
    repeats.keep([contact.pk])
    if contact.abuser_can_hear == "yes":
        _heard(contact, doing)
    if said and not grade:
        raise Refused("Give your own grade: it is kept before the THRIVE letters.", field="grade")
    if not grade:
        return
    step = FLOW.permit(
        "grade-by-phone" if grade == Grade.WITHOUT_DEPLOYMENT else "grade",
        state=contact.case.state,
        posts=doing.by.posts,
        facts=facts_of(contact, doing.at),
        reason=reason,
    )
    take(contact, step, {"grade": grade}, reason, doing, desk, doing.at)
    if said:
        run_in(doing, contact, THRIVE_V1, said, desk=desk, grade=grade, reason=reason)


def _heard(contact: Contact, doing: Doing) -> None:
    """Whoever rings the caller back has to read first that somebody listens."""
    heard = contact.case.parties.filter(role="caller").exclude(
        record__root__contact_rules__words=CAN_HEAR,
        record__root__contact_rules__ended_at=None,
    )
    for party in heard.select_related("record__root"):
        for channel in (Channel.CALL, Channel.TEXT):
            said = {"channel": channel, "answer": Answer.READ, "words": CAN_HEAR}
            add_rule(doing, party.record, said)


def grades(contact: Contact, given: dict[str, Any], doing: Doing, event: Event) -> None:
    """Keeps the grade for a unit with its reason; the first one stays the first."""
    if given.get("grade") not in DEPLOYABLE:
        raise Refused("Choose a grade.", field="grade")
    _grade(contact, given["grade"], given, doing, event)


def by_phone(contact: Contact, given: dict[str, Any], doing: Doing, event: Event) -> None:
    """The grade is that no unit goes."""
    _grade(contact, Grade.WITHOUT_DEPLOYMENT, given, doing, event)


def _grade(
    contact: Contact, grade: str, given: Mapping[str, Any], doing: Doing, event: Event
) -> None:
    reason, proposer = given["reason"], given["proposed_by"]
    Grading.objects.create(
        contact=contact,
        grade=grade,
        reason=reason,
        by_id=given.get("decided_by") or proposer or doing.by.user_id,
        agreed_by_id=doing.by.user_id if proposer else None,
        at=event.occurred_at,
    )
    values = {"grade": str(grade), "grade_reason": reason, "graded_at": event.occurred_at}
    if not contact.first_grade:
        values["first_grade"] = str(grade)
    doing.write(contact, values, event, contact.case.root.reference)


def assigns(contact: Contact, given: dict[str, Any], doing: Doing, event: Event) -> None:
    """Names the officers on the call, so that they see it, and tells them."""
    reference = contact.case.root.reference
    values = {"assigned_at": event.occurred_at, "en_route_at": None}
    doing.write(contact, values, event, reference)
    chosen = set(given.get("officers") or ())
    agency = contact.case.root.agency_id
    named = User.objects.filter(username__in=chosen, is_active=True, agency_id=agency)
    officers = list(named.order_by("name"))
    if len(officers) != len(chosen):
        raise Refused("Choose officers from those listed.", field="officers")
    why = in_the_unit(contact)
    unname(contact.case, why, doing.at, but=[officer.pk for officer in officers])
    for officer in officers:
        name(contact.case.root, officer.pk, doing.at, by=doing.by.user_id, why=why)
    if officers:
        names = [officer.name for officer in officers]
        doing.changed(event, reference, "officers", Section.CORE, None, names)
    tell(
        [officer.pk for officer in officers],
        f"{reference}: you are assigned. Open the brief.",
        root=contact.case.root,
        link=f"/contact/{reference}/brief/",
        at=doing.at,
    )


def times(field: str) -> Any:
    """An effect that keeps when a step happened."""

    def keeps(contact: Contact, given: dict[str, Any], doing: Doing, event: Event) -> None:
        at_reference = contact.case.root.reference
        doing.write(contact, {field: event.occurred_at}, event, at_reference)

    return keeps


def not_at_scene(contact: Contact, given: dict[str, Any], doing: Doing, event: Event) -> None:
    """Nobody had arrived: the time is taken back, and stands in the history."""
    doing.write(contact, {"at_scene_at": None}, event, contact.case.root.reference)


def results(contact: Contact, given: dict[str, Any], doing: Doing, event: Event) -> None:
    """Keeps when and as what the call was resulted."""
    values = {"resulted_at": event.occurred_at}
    doing.write(contact, values, event, contact.case.root.reference)


def in_the_unit(contact: Contact) -> str:
    """Why the officers of a call's unit are named on it."""
    return f"in the unit sent to {contact.case.root.reference}"


def stands_down(contact: Contact, given: dict[str, Any], doing: Doing, event: Event) -> None:
    """The call waits for another unit; the officers of this one no longer see it."""
    unname(contact.case, in_the_unit(contact), doing.at)
    values = {"unit": "", "assigned_at": None, "en_route_at": None}
    doing.write(contact, values, event, contact.case.root.reference)


def reopens(contact: Contact, given: dict[str, Any], doing: Doing, event: Event) -> None:
    """The call waits again: its result and its unit are history. One that was to be resolved
    without deployment, or has no grade, needs a grade now."""
    values = {
        **dict.fromkeys(("resulted_at", "at_scene_at", "en_route_at", "assigned_at")),
        **dict.fromkeys(("unit", "category", "result_note"), ""),
        "missed_reviewed_at": None,
    }
    doing.write(contact, values, event, contact.case.root.reference)
    if given.get("grade") or contact.grade not in DEPLOYABLE:
        grades(contact, given, doing, event)


def reviews_missed(contact: Contact, given: dict[str, Any], doing: Doing, event: Event) -> None:
    """The missed target was thought about again; the supervisors on duty are told."""
    reference = contact.case.root.reference
    doing.write(contact, {"missed_reviewed_at": event.occurred_at}, event, reference)
    tell_supervisors(contact.case, f"{reference}: target missed, reviewed.", doing.at)


def tell_supervisors(case: Case, text: str, at: datetime) -> int:
    """Tells whoever is in charge of the call's team; returns how many."""
    return tell(
        holders(IN_CHARGE, case.root.team_id, at),
        text,
        root=case.root,
        link=f"/contact/{case.root.reference}/",
        at=at,
    )


def assessed(contact: Contact, run: Assessment, doing: Doing, event: Event) -> None:
    """How many letters are still owed after a run of THRIVE."""
    owed = sum(1 for letter in LETTERS if not run.answers.get(letter))
    doing.write(contact, {"letters_owed": owed}, event, contact.case.root.reference)


def amended(contact: Contact, given: dict[str, Any], doing: Doing, event: Event) -> None:
    """Where the place was amended, it is the scene now; the old one stands in the history."""
    if given.get("abuser_can_hear") == "yes":
        _heard(contact, doing)
    if "place" in given:
        _moved(contact)


def _moved(contact: Contact) -> None:
    scene = CasePlace.objects.filter(case_id=contact.pk, role="scene")
    left = scene.exclude(place=contact.place)
    after = Contact.objects.filter(
        place__in=left.values("place"), received_at__gte=contact.received_at
    )
    again = [contact.pk, *after.values_list("pk", flat=True)]
    left.delete()
    if contact.place is not None:
        CasePlace.objects.get_or_create(case_id=contact.pk, place=contact.place, role="scene")
    whereabouts.keep([contact.pk])
    repeats.keep(again)


def people_changed(contact: Contact, given: dict[str, Any], doing: Doing, event: Event) -> None:
    """Somebody joined the call or left it: they may have called, or been harmed, before."""
    repeats.keep([contact.pk])


EFFECTS = {
    **triage.EFFECTS,
    **missing.EFFECTS,
    "amended": amended,
    "people": people_changed,
    "grade": grades,
    "grade-by-phone": by_phone,
    "regrade": grades,
    "deploy": grades,
    "to-phone": by_phone,
    "assign": assigns,
    "en-route": times("en_route_at"),
    "at-scene": times("at_scene_at"),
    "not-at-scene": not_at_scene,
    "result": results,
    "close-unattended": results,
    "stand-down": stands_down,
    "reopen": reopens,
    "review-missed": reviews_missed,
}
