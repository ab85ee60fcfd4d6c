"""The pages of answering whoever is outside: the list, one request, and its steps."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from wansdyke.access.scope import OutOfScope
from wansdyke.casework import leaving_bundle, leaving_disposal, subject_access
from wansdyke.casework.asking import Question, drawn
from wansdyke.casework.desk import Desk
from wansdyke.casework.forms import KeyedForm
from wansdyke.casework.leaving_disposal import ENDED
from wansdyke.casework.models import Leaving
from wansdyke.casework.subject_access import in_sight, keeps, kept_by, one_of, watches
from wansdyke.casework.subject_access_forms import (
    CheckForm,
    NoQuestionForm,
    ReasonForm,
    RequestForm,
    WhoseForm,
)
from wansdyke.casework.subject_access_reads import candidates, out_of_sight
from wansdyke.casework.work_forms import refuse
from wansdyke.history.pages import Asked, consulted, consulted_roots, page
from wansdyke.kernel.flow import Refused
from wansdyke.people.models import PersonRecord
from wansdyke.ui.forms import Option
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Cell, Column, Sort
from wansdyke.ui.words import date_words, london

COLUMNS = (
    Column(key="reference", label="Request", whole=True),
    Column(key="purpose", label="For"),
    Column(key="received", label="Received", sortable=True),
    Column(key="due", label="Answer by", sortable=True),
    Column(key="state", label="State"),
)
ORDERS = {"received": "received_on", "due": "due_at"}
SOONEST = Sort(key="due")
# A day ends at the next one's midnight.
RESOLUTION = timedelta(minutes=1)
COLOURS = {Leaving.OPEN: "yellow", Leaving.PREPARED: "blue", Leaving.CLOSED: "green"}


@page(reads="personal", methods=("GET", "HEAD"))
def requests(request: Asked) -> HttpResponseBase:
    """What was asked for somebody outside, the most urgent first."""
    every = request.GET.get("show") == "all"
    rows = in_sight(request.actor)
    if not every:
        rows = rows.filter(state__in=[Leaving.OPEN, Leaving.PREPARED])
    sort = Sort.read(request.GET.get("sort"), COLUMNS, default=SOONEST)
    sign = "-" if sort.descending else ""
    shown = page_of(rows.order_by(f"{sign}{ORDERS[sort.key]}", "pk"), request.GET.get("page"))
    listed = shown.in_order(in_sight(request.actor).filter(pk__in=shown.ids))
    consulted(request, [one.reference for one in listed])
    context = {
        "columns": COLUMNS,
        "rows": [_row(one, request) for one in listed],
        "sort": sort,
        "page": shown,
        "query": request.GET,
        "every": every,
        "may_open": keeps(request.actor),
    }
    return render(request, "casework/leaving/list.html", context)


def _row(one: Leaving, request: Asked) -> dict[str, Any]:
    waits = one.state in (Leaving.OPEN, Leaving.PREPARED)
    return {
        "reference": Cell(text=one.reference, href=reverse("leaving-one", args=[one.reference])),
        "purpose": one.purpose.capitalize(),
        "received": one.received_on,
        "due": Cell(
            text=date_words(one.due_at - RESOLUTION), late=waits and request.at > one.due_at
        ),
        "state": Cell(text=one.get_state_display(), colour=COLOURS.get(one.state, "grey")),
    }


@page(reads="personal", writes=True)
def request_new(request: Asked) -> HttpResponseBase:
    """Opens a request."""
    if not keeps(request.actor):
        raise OutOfScope("requests")
    form = RequestForm(request.POST if request.method == "POST" else None)
    consulted(request, [])
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "at": request.at, "key": form.cleaned_data["key"]}
        try:
            outcome = subject_access.open_request(form.said(), **given)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"{outcome.reference} is open.")
            return redirect("leaving-people", outcome.reference)
    question = Question(
        title="Open a request",
        button="Open the request",
        done="",
        back=reverse("leaving"),
        place="Requests for information",
    )
    return drawn(request, form, question)


@page(reads="personal", methods=("GET", "HEAD"))
def request_one(request: Asked, leaving_reference: str) -> HttpResponseBase:
    """One request: what was asked, how it stands, and what may be done now."""
    leaving = one_of(request.actor, leaving_reference)
    consulted(request, [leaving.reference])
    watching = watches(request.actor)
    context = {
        "one": leaving,
        "facts": _facts(leaving),
        "keeps": keeps(request.actor),
        "steps": [(name, STEPS[name][1]) for name in _steps_now(leaving, request)],
        "unseen": out_of_sight(leaving, request.actor, request.at) if watching else None,
        "waiting": leaving.releases.filter(decided_at__isnull=True).count(),
        "closed": leaving.state == Leaving.CLOSED,
    }
    return render(request, "casework/leaving/one.html", context)


def _facts(one: Leaving) -> list[dict[str, Any]]:
    who = " ".join(part for part in (one.forename, one.surname) if part)
    if one.state == Leaving.DISPOSED:
        who = ""
    rows: list[tuple[str, Any]] = [
        ("For", one.purpose.capitalize()),
        ("About", f"{who}, born {date_words(one.date_of_birth)}" if who else None),
        ("Asked for", one.asked_for or None),
        ("Who gets it", f"{one.recipient} ({one.recipient_kind})".strip()),
        ("Law", one.get_regime_display()),
        ("Who asks was checked", one.get_identity_display()),
        ("Received", date_words(one.received_on)),
        ("Answer by", f"{date_words(one.due_at - RESOLUTION)}. {_counted(one)}"),
        ("Opened", f"{london(one.at)}, by {one.by.name}"),
        ("State", one.get_state_display()),
    ]
    if one.extended_at is not None:
        rows.append(("Extended", f"{london(one.extended_at)}: {one.extended_why}"))
    if one.prepared_at is not None and one.prepared_by is not None:
        rows.append(("Prepared", f"{london(one.prepared_at)}, by {one.prepared_by.name}"))
    if one.checked_at is not None and one.checked_by is not None:
        rows.append(
            ("Out of sight", f"Looked at {london(one.checked_at)}, by {one.checked_by.name}")
        )
    if one.closed_at is not None and one.closed_by is not None:
        rows.append(("Closed", f"{london(one.closed_at)}, by {one.closed_by.name}"))
    if one.dispose_at is not None and one.dispose_by is not None:
        rows.append(("Disposal proposed", f"{london(one.dispose_at)}, by {one.dispose_by.name}"))
    if one.disposed_at is not None and one.disposed_by is not None:
        rows.append(("Disposed of", f"{london(one.disposed_at)}, by {one.disposed_by.name}"))
    if one.sent_back:
        rows.append(("Last said", one.sent_back))
    return [{"key": key, "value": value} for key, value in rows]


def _counted(one: Leaving) -> str:
    amount, unit = one.inputs.get("amount", ""), one.inputs.get("unit", "")
    unit = unit.removesuffix("s") if amount == "1" else unit
    return f"{amount} {unit} from {one.inputs.get('anchor', '')}."


@page(reads="personal", writes=True)
def request_people(request: Asked, leaving_reference: str) -> HttpResponseBase:
    """Which of the records found are of the person, as somebody decides it."""
    leaving = kept_by(request.actor, leaving_reference)
    found = candidates(leaving, request.actor, request.at)
    consulted_roots(request, [one.root for one in found])
    consulted(request, [leaving.reference])
    options = [Option(one.root.reference, _told(one), _decided(one)) for one in found]
    form = WhoseForm(request.POST if request.method == "POST" else None, found=options)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        given = {"by": request.actor, "at": request.at, "key": data["key"]}
        try:
            subject_access.say_whose(leaving, data["records"], data["theirs"] == "yes", **given)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "It is written down whose they are.")
            return redirect("leaving-people", leaving_reference)
    context = {"one": leaving, "form": form, "found": found}
    return render(request, "casework/leaving/people.html", context)


def _told(one: PersonRecord) -> str:
    born = f", born {date_words(one.date_of_birth)}" if one.date_of_birth else ""
    return f"{one}{born}, {one.root.reference}"


def _decided(one: PersonRecord) -> str:
    said = {True: "Decided: theirs", False: "Decided: not theirs", None: "Not decided yet"}
    return f"{said[one.decided]}. From {one.origin or 'an unknown source'}"  # type: ignore[attr-defined]


Do = Callable[..., Any]
# Each step: its form, the words of its button, what is said then, the function, who takes it.
STEPS: dict[str, tuple[type[KeyedForm], str, str, Do, bool]] = {
    "prepare": (
        NoQuestionForm,
        "Hand to a second person",
        "It waits for a second person.",
        subject_access.prepare,
        True,
    ),
    "send-back": (
        ReasonForm,
        "Send back to be prepared again",
        "It was sent back.",
        subject_access.send_back,
        True,
    ),
    "close": (
        NoQuestionForm,
        "Close and make the bundle",
        "It is closed, and the bundle is made.",
        leaving_bundle.close,
        True,
    ),
    "extend": (
        ReasonForm,
        "Extend the time",
        "The time is extended.",
        subject_access.extend,
        True,
    ),
    "withdraw": (
        ReasonForm,
        "Withdraw the request",
        "The request is withdrawn.",
        subject_access.withdraw,
        True,
    ),
    "check": (
        CheckForm,
        "Say what you did about what is out of sight",
        "It is written down.",
        subject_access.check,
        False,
    ),
    "dispose": (
        NoQuestionForm,
        "Propose to dispose of the request",
        "It waits for a second person.",
        leaving_disposal.propose,
        True,
    ),
    "dispose-confirm": (
        NoQuestionForm,
        "Confirm its disposal",
        "It is disposed of. What it held is removed within seconds.",
        leaving_disposal.confirm,
        True,
    ),
    "dispose-decline": (
        ReasonForm,
        "Keep it: its disposal is declined",
        "It stays.",
        leaving_disposal.decline,
        True,
    ),
}
AT: dict[str, tuple[str, ...]] = {
    "prepare": (Leaving.OPEN,),
    "send-back": (Leaving.PREPARED,),
    "close": (Leaving.PREPARED,),
    "extend": (Leaving.OPEN, Leaving.PREPARED),
    "withdraw": (Leaving.OPEN, Leaving.PREPARED),
    "check": (Leaving.OPEN, Leaving.PREPARED),
    "dispose": ENDED,
    "dispose-confirm": ENDED,
    "dispose-decline": ENDED,
}


def _steps_now(leaving: Leaving, request: Asked) -> Iterable[str]:
    """The steps that whoever asks may take now."""
    for name, (_, _, _, _, by_keeper) in STEPS.items():
        may = keeps(request.actor) if by_keeper else watches(request.actor)
        own = name == "close" and leaving.prepared_by_id == request.actor.user_id
        twice = name == "extend" and leaving.extended_at is not None
        if may and leaving.state in AT[name] and not own and not twice and _its_turn(
            name, leaving, request
        ):  # fmt: skip
            yield name


def _its_turn(name: str, leaving: Leaving, request: Asked) -> bool:
    """Of the steps of a disposal those that are next; of all others, that they are no such."""
    proposed = leaving.dispose_by_id
    if name == "dispose":
        return proposed is None and leaving_disposal.is_due(leaving, request.at)
    if name == "dispose-confirm":
        return proposed not in (None, request.actor.user_id)
    return name != "dispose-decline" or proposed is not None


@page(reads="personal", writes=True)
def request_step(
    request: Asked, leaving_reference: str, step: str, desks: tuple[Desk, ...]
) -> HttpResponseBase:
    """Takes one step with a request."""
    leaving = one_of(request.actor, leaving_reference)
    if step not in STEPS or step not in set(_steps_now(leaving, request)):
        raise OutOfScope(step)
    form_of, words, done, do, _ = STEPS[step]
    form = form_of(request.POST if request.method == "POST" else None)
    consulted(request, [leaving.reference])
    back = reverse("leaving-one", args=[leaving.reference])
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        given = {"by": request.actor, "at": request.at, **data}
        if step in ("prepare", "close"):
            given["desks"] = desks
        try:
            do(leaving, **given)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, done)
            return HttpResponseRedirect(back)
    question = Question(
        title=words, button=words, done=done, back=back, place=leaving.reference,
        hint=HINTS.get(step, ""), warning=step in ("withdraw", "close", "dispose-confirm"),
    )  # fmt: skip
    return drawn(request, form, question)


HINTS = {
    "prepare": "Read every item first. Another records manager reviews all of it and closes it.",
    "close": "You see exactly what the first person saw; if anything has changed since, it is not"
    " closed. The bundle is made of what passes the gate, and of nothing else.",
    "dispose": "Its bundle, every decision about it and whom it was about are removed. What stays"
    " is its reference, for what and when it was asked, and the log. Another records manager"
    " confirms.",
    "extend": "Once, and only because it is complex or they asked often. Tell them why, within the"
    " first month.",
}
