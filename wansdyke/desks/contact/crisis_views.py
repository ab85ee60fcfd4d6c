"""The pages of triage: what waits, one request, the practitioner's and the officer's answers."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import render

from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope, sections_of
from wansdyke.access.sections import Section
from wansdyke.casework import referrals
from wansdyke.casework.addressed import addressed_to
from wansdyke.casework.asking import Question, ask
from wansdyke.casework.desk import Desk
from wansdyke.casework.forms import fresh_key
from wansdyke.casework.models import Deadline
from wansdyke.casework.presenting import HELD_BACK, time_left
from wansdyke.casework.queries import case_of, may_also, sections_on
from wansdyke.casework.work_forms import DeclineForm
from wansdyke.casework.work_views import about, sent, who_when
from wansdyke.desks.contact import feedback, queries, triage
from wansdyke.desks.contact.crisis_forms import AdviceForm, ConcludeForm, FeedbackForm, RatingForm
from wansdyke.desks.contact.crisis_panels import feedback_of, state_of, triage_facts
from wansdyke.desks.contact.models import Contact, Triage
from wansdyke.history.pages import Asked, consulted, consulted_roots, page
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Cell, Column
from wansdyke.ui.words import span_words

MOST_HELD = 50
WAITING = [
    Column(key="reference", label="Request", whole=True),
    Column(key="call", label="Call", whole=True),
    Column(key="waited", label="Since it was asked"),
    Column(key="state", label="How it stands"),
]
HELD = [
    Column(key="call", label="Call", whole=True),
    Column(key="left", label="Detention ends"),
]


def _in_sight(request: Asked) -> QuerySet[Triage]:
    """The requests to one's own teams, and those of calls in scope."""
    mine = addressed_to(request.actor, request.at).values("pk")
    calls = queries.calls(request.actor, request.at).values("pk")
    return Triage.objects.filter(Q(referral_id__in=mine) | Q(contact_id__in=calls))


@page(right=Right.VIEW, reads="personal", methods=("GET", "HEAD"))
def waiting(request: Asked, desk: Desk) -> HttpResponseBase:
    """The open requests, those that wait longest first, and who is held under section 136."""
    rows = _in_sight(request).filter(closed_at__isnull=True)
    shown = page_of(rows.order_by("answered_at", "asked_at", "pk"), request.GET.get("page"))
    full = Triage.objects.select_related(
        "contact__case__root", "referral__decided_by", "answered_by"
    )
    found = shown.in_order(full.filter(pk__in=shown.ids))
    visible = sections_of(request.actor, [row.contact_id for row in found], request.at)
    held = _held(request)
    consulted_roots(request, [row.contact.case.root for row in found])
    consulted_roots(request, [row.case.root for row in held])
    context = {
        "desk": desk,
        "columns": WAITING,
        "rows": [_row(row, visible.get(row.contact_id, frozenset()), request.at) for row in found],
        "held_columns": HELD,
        "held": [_held_row(row, request.at) for row in held],
        "page": shown,
        "query": request.GET,
    }
    return render(request, "contact/triage_list.html", context)


def _row(row: Triage, visible: frozenset[Section], at: datetime) -> dict[str, Any]:
    waited = span_words(at - row.asked_at)
    return {
        "reference": Cell(text=row.referral.reference, href=row.referral.href),
        "call": row.contact.case.root.reference,
        "waited": Cell(text=waited, late=row.answered_at is None),
        "state": state_of(row, visible, at),
    }


def _held_row(row: Deadline, at: datetime) -> dict[str, Any]:
    reference = row.case.root.reference
    return {
        "call": Cell(text=reference, href=f"/contact/{reference}/"),
        "left": time_left(row.due_at, at),
    }


def _held(request: Asked) -> list[Deadline]:
    """The running detentions of calls whose health section the viewer sees, soonest end first."""
    calls = queries.calls(request.actor, request.at).values("pk")
    rows = Deadline.objects.filter(
        case_id__in=calls, clock="section-136", stopped_at=None, replaced_at=None
    )
    found = list(rows.select_related("case__root").order_by("due_at")[:MOST_HELD])
    visible = sections_of(request.actor, [row.case_id for row in found], request.at)
    return [row for row in found if Section.HEALTH in visible[row.case_id]]


def _request_of(request: Asked, reference: str) -> Triage:
    """The request of a referral's reference, if its referral is the actor's to see."""
    referral = referrals.referral_of(request.actor, reference, request.at)
    rows = Triage.objects.select_related(
        "contact__case__root", "contact__place", "answered_by", "closed_by", "asked_by"
    )
    found = rows.filter(pk=referral.pk).first()
    if found is None:
        raise OutOfScope(reference)
    found.referral = referral
    return found


@page(right=Right.VIEW, reads="personal", methods=("GET", "HEAD"))
def request_page(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """One request: to the practitioner what was opened of the call, and what to do next."""
    found = _request_of(request, reference)
    actor, at, root = request.actor, request.at, found.contact.case.root
    opens = may_also(actor, Right.VIEW, root, at)
    visible = sections_on(actor, root, at) if opens else frozenset()
    whole = referrals.reads_whole(actor, found.referral, at)
    reads = visible | {Section.CORE, Section.HEALTH} if whole else visible
    consulted_roots(request, [root], referral=reference)
    consulted(request, [reference])
    context = {
        "desk": desk,
        "triage": found,
        "referral": found.referral,
        "call": root.reference,
        "opens": opens,
        "what": _of_call(found.contact, visible) if opens else [],
        "state": state_of(found, reads, at),
        "facts": triage_facts(found, reads),
        "feedback": feedback_of(found, reads),
        "may_answer": referrals.may_answer(actor, found.referral, at),
        "key": fresh_key(),
    }
    return render(request, "contact/triage.html", context)


def _of_call(contact: Contact, visible: frozenset[Section]) -> list[dict[str, str]]:
    """What the practitioner needs of the call, as far as it was opened to them."""
    asked = (
        ("what", "What is happening", contact.what),
        ("notes", "Notes", contact.notes),
        ("where", "Where", contact.where),
        ("safe_to_call", "Safe to call back", contact.safe_to_call),
        ("abuser_can_hear", "Abuser can hear", contact.get_abuser_can_hear_display()),
    )
    return [
        {"key": label, "value": (value or "Not known") if _opens(field, visible) else HELD_BACK}
        for field, label, value in asked
    ]


def _opens(field: str, visible: frozenset[Section]) -> bool:
    return Contact.SECTIONS[field] in visible


def _mine(request: Asked, reference: str) -> Triage:
    """A request that the actor may answer. Raises OutOfScope."""
    found = _request_of(request, reference)
    if not referrals.may_answer(request.actor, found.referral, request.at):
        raise OutOfScope(reference)
    return found


def _asking(found: Triage, **words: Any) -> Question:
    return Question(back=found.referral.href, place=found.referral.reference, **words)


@page(right=Right.STEP, reads="personal", writes=True)
def advise(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """The practitioner's advice."""
    found = _mine(request, reference)
    form = AdviceForm(sent(request))
    question = _asking(
        found,
        title="Give your advice",
        button="Send advice",
        done="Sent. The control room and the officers named on the call are told.",
    )

    def write(data: dict[str, Any]) -> None:
        words = {name: data[name] for name in ("advice", "known", "plan")}
        triage.advise(found, **words, desk=desk, **who_when(request, form))

    return ask(request, found.contact.case.root, form, write, question)


@page(right=Right.STEP, reads="personal", writes=True)
def conclude(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """What came of it, as the practitioner says it."""
    found = _mine(request, reference)
    form = ConcludeForm(sent(request))
    question = _asking(
        found, title="Say what came of it", button="Close the request", done="Closed."
    )

    def write(data: dict[str, Any]) -> None:
        words = {name: data[name] for name in ("outcome", "took")}
        triage.conclude(found, **words, desk=desk, **who_when(request, form))

    return ask(request, found.contact.case.root, form, write, question)


@page(right=Right.STEP, reads="personal", writes=True)
def turn_down(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """The practitioner cannot take it."""
    found = _mine(request, reference)
    form = DeclineForm(sent(request))
    question = Question(
        back="/",
        place="My work",
        title="You cannot take this request",
        button="Decline",
        done="Declined. Whoever asked is told why.",
        warning=True,
    )

    def write(data: dict[str, Any]) -> None:
        triage.turn_down(found, reason=data["reason"], desk=desk, **who_when(request, form))

    return ask(request, found.contact.case.root, form, write, question)


@page(right=Right.STEP, reads="personal", writes=True)
def judge(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """An officer says whether the practitioner's advice helped."""
    contact = case_of(request.actor, desk, reference, request.at, right=Right.STEP)
    form = FeedbackForm(sent(request))
    question = about(
        desk,
        reference,
        title="Did the mental-health advice help?",
        button="Send",
        done="Thank you. The practitioner is told.",
        hint="For officers sent to the call; said once.",
    )

    def write(data: dict[str, Any]) -> None:
        words = {name: data[name] for name in ("helped", "words")}
        feedback.say_if_it_helped(contact, **words, **who_when(request, form))

    return ask(request, contact.case.root, form, write, question)


@page(right=Right.STEP, reads="personal", writes=True)
def rate(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """An officer says whether the brief was good enough."""
    contact = case_of(request.actor, desk, reference, request.at, right=Right.STEP)
    form = RatingForm(sent(request))
    question = about(
        desk,
        reference,
        title="Was the brief good enough?",
        button="Send",
        done="Thank you. Whoever took the call is told.",
        hint="For officers of the unit at scene; said once.",
    )

    def write(data: dict[str, Any]) -> None:
        words = {name: data[name] for name in ("rating", "words")}
        feedback.rate_brief(contact, **words, **who_when(request, form))

    return ask(request, contact.case.root, form, write, question)
