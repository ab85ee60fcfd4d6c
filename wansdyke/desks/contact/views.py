"""The control room's own pages: a call, the board, the letters owed, a brief, THRIVE again."""

import uuid
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from wansdyke.access.models import Team
from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope, sections_of
from wansdyke.access.sections import Section
from wansdyke.casework.assess import assess
from wansdyke.casework.desk import Desk
from wansdyke.casework.forms import fresh_key
from wansdyke.casework.models import Draft
from wansdyke.casework.presenting import HELD_BACK, clocks_shown, due_cell
from wansdyke.casework.queries import case_of, may_also, sections_on
from wansdyke.casework.step_views import plain_steps, steps_of
from wansdyke.casework.work_presenting import NONE
from wansdyke.casework.work_queries import work_of
from wansdyke.desks.contact import drafts, queries, rerouting
from wansdyke.desks.contact.actions import take_call
from wansdyke.desks.contact.callers import NOTHING_FOUND, look_up, parties_of
from wansdyke.desks.contact.crisis_panels import crisis_on_brief
from wansdyke.desks.contact.forms import CallForm, ThriveForm
from wansdyke.desks.contact.instruments.thrive_v1 import LETTERS, THRIVE_V1
from wansdyke.desks.contact.missing import loud
from wansdyke.desks.contact.models import Contact
from wansdyke.desks.contact.rules import CONTROL_ROOM, GRADES, Grade
from wansdyke.desks.contact.rules import LABELS as STATES
from wansdyke.desks.contact.strands import STRANDS, labels_of
from wansdyke.history import audit
from wansdyke.history.door import KeyReused
from wansdyke.history.pages import Asked, consulted, consulted_roots, page
from wansdyke.kernel.clock import Light
from wansdyke.kernel.flow import Refused
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Cell, Column
from wansdyke.ui.words import date_words, span_words

LABELS = dict(GRADES)
COLOURS: dict[str, str] = {
    Grade.IMMEDIATE: "red",
    Grade.PRIORITY: "orange",
    Grade.SCHEDULED: "blue",
}
MOST_WAITING = 50
ALREADY = (
    "This call was saved before, as {}. What you have changed since is not saved: open that call,"
    " and grade or change it there."
)
SHORT = 80
RUNNING = (Light.RUNNING, Light.CLOSE, Light.LATE)
BOARD = [
    Column(key="deadline", label="Clock"),
    Column(key="grade", label="Grade"),
    Column(key="reference", label="Reference", whole=True),
    Column(key="state", label="State"),
    Column(key="where", label="Where"),
    Column(key="what", label="What"),
    Column(key="unit", label="Unit"),
    Column(key="owed", label="THRIVE"),
]


def control_room_only(request: Asked) -> None:
    """Raises OutOfScope for anyone who does not work in the control room."""
    if not request.actor.posts & CONTROL_ROOM:
        raise OutOfScope(request.path)


@page(right=Right.CREATE, reads="personal", writes=True)
def call(request: Asked, desk: Desk, draft: uuid.UUID | None = None) -> HttpResponseBase:
    """The one page on which a call is taken; what was being typed is where it was left."""
    control_room_only(request)
    kept = queries.kept(request.actor, draft) if draft else None
    sending = request.method == "POST"
    if draft and kept is None and not sending:
        raise OutOfScope(str(draft))
    consulted(request, [])
    typed = request.POST if sending else drafts.as_posted(kept.data) if kept else QueryDict()
    form = CallForm(typed or None, initial=_blank(kept, request.at))
    if not typed:
        form.fields["what"].widget.attrs["autofocus"] = True
    elif not sending or "look-up" in typed:
        form.full_clean()
        form.errors.clear()
    elif form.is_valid():
        done = _take(request, desk, form)
        if done is not None:
            return done
    mine = form["draft"].value()
    return render(
        request,
        "contact/call.html",
        {
            "desk": desk,
            "form": form,
            "letters": [(f"thrive-{one}", f"thrive-{one}-said") for one in LETTERS],
            "hand_on": rerouting.uuid_of(mine),
            "unfinished": [d for d in queries.unfinished(request.actor) if str(d.key) != str(mine)],
            **(look_up(request, typed) if typed else NOTHING_FOUND),
        },
    )


def _blank(kept: Draft | None, at: datetime) -> dict[str, Any]:
    received = kept.started_at if kept else at
    return {"draft": uuid.uuid4(), "received_at": received, "channel": "999"}


def _take(request: Asked, desk: Desk, form: CallForm) -> HttpResponseBase | None:
    data = form.cleaned_data
    try:
        outcome = take_call(
            desk,
            form.columns(),
            by=request.actor,
            at=request.at,
            key=data["key"],
            team=own_team(request),
            grade=data["grade"],
            reason=data["grade_reason"],
            postcode=data["postcode"],
            letters=form.letters(),
            numbers=form.numbers(),
            parties=parties_of(request, form),
            draft=queries.kept(request.actor, data["draft"]),
        )
    except KeyReused as sent:
        form.saved_already = sent.outcome.get("reference", "")
        form.add_error(None, ALREADY.format(form.saved_already))
        return None
    except Refused as refusal:
        # A call's own time is when it was received.
        field = "received_at" if refusal.field == "occurred_at" else refusal.field
        form.add_error(field if field in form.fields else None, refusal.message)
        return None
    rerouting.became(request.actor, data["draft"], outcome.reference)
    messages.success(request, f"Saved as {outcome.reference}.")
    return redirect(f"/{desk.key}/{outcome.reference}/")


def own_team(request: Asked) -> Team:
    """The team of the actor's control-room post."""
    posts = sorted(held.team for held in request.actor.held if held.post in CONTROL_ROOM)
    return Team.objects.get(pk=posts[0])


@page(right=Right.CREATE, reads="nothing", writes=True, methods=("POST",))
def save_draft(request: Asked, desk: Desk) -> HttpResponseBase:
    """Keeps what is being typed. It is the author's alone and leaves no trace but itself."""
    control_room_only(request)
    try:
        key = uuid.UUID(request.POST.get("draft", ""))
    except ValueError:
        return JsonResponse({"error": "This page has no draft. Open it again."}, status=422)
    saved = drafts.keep(
        request.actor,
        key,
        dict(request.POST.lists()),
        at=request.at,
        page=request.headers.get("Autosave-Page", ""),
        sequence=request.headers.get("Autosave-Sequence", ""),
    )
    return JsonResponse({"saved": saved}, status=200 if saved else 409)


save_draft.takes_nul = True  # type: ignore[attr-defined]


@page(right=Right.CREATE, reads="nothing", writes=True, methods=("POST",))
def drop_draft(request: Asked, desk: Desk, draft: uuid.UUID) -> HttpResponseBase:
    """Throws one's own unfinished call away."""
    control_room_only(request)
    drafts.drop(request.actor, draft)
    messages.success(request, "The unfinished call was thrown away.")
    return redirect("contact:call")


@page(
    right=Right.VIEW, reads="personal", operation=audit.SEARCH, safety_face=True, methods=("POST",)
)
def who_and_where(request: Asked, desk: Desk) -> HttpResponseBase:
    """Who and where, as somebody types: part of a page. Names and numbers stay out of its URL."""
    return render(request, "contact/who_and_where.html", look_up(request, request.POST))


@page(right=Right.VIEW, reads="personal", methods=("GET",))
def board(request: Asked, desk: Desk) -> HttpResponseBase:
    """Open calls by the clock that runs out first; ungraded ones above all."""
    asked = request.GET.get("grade", "")
    grade = asked if asked in LABELS else ""
    tally = queries.tally(request.actor, request.at, grade)
    rows = queries.board(request.actor, request.at, grade)
    shown = page_of(rows, request.GET.get("page"), counted=tally["on_board"])
    ungraded = queries.ungraded(request.actor, request.at).values_list("pk", flat=True)
    first = list(ungraded[:MOST_WAITING])
    # Both lists are read at once: this is the page that is asked for most.
    found = {one.pk: one for one in in_full([*first, *shown.ids])}
    waiting, calls = ([found[pk] for pk in ids if pk in found] for ids in (first, shown.ids))
    consulted_roots(request, [one.case.root for one in (*calls, *waiting)])
    drawn = board_rows(request, [*waiting, *calls])
    return render(
        request,
        "contact/board.html",
        {
            "desk": desk,
            "rows": drawn[len(waiting) :],
            "columns": BOARD,
            "waiting": drawn[: len(waiting)],
            "page": shown,
            "query": request.GET,
            "grades": GRADES,
            "grade": grade,
            "late": tally["late"],
            "owing": tally["owing"],
            "now": request.at,
            "rerouted": [(o, fresh_key()) for o in rerouting.offers(request.actor, request.at)],
        },
    )


def in_full(ids: Any) -> QuerySet[Contact]:
    """Calls with what a list shows of them."""
    return Contact.objects.filter(pk__in=ids).select_related("case__root", "missing")


def board_rows(request: Asked, calls: list[Contact]) -> list[dict[str, Any]]:
    """Calls as rows of the board, each with the sections that the viewer sees of it."""
    visible = sections_of(request.actor, [one.pk for one in calls], request.at)
    return [board_row(one, visible[one.pk], request.at) for one in calls]


def board_row(contact: Contact, visible: frozenset[Section], now: datetime) -> dict[str, Any]:
    """One call as a row of the board."""
    reference = contact.case.root.reference
    label = LABELS.get(contact.grade, "Not graded")
    sees_where, sees_what = Section.ADDRESS in visible, Section.NARRATIVE in visible
    return {
        "deadline": due_cell(contact.case, now) if contact.grade else _waiting(contact, now),
        "grade": Cell(text=label, colour=COLOURS.get(contact.grade, "grey")),
        "reference": Cell(text=reference, href=f"/contact/{reference}/"),
        "state": _state(contact),
        "where": (contact.where or "Not known") if sees_where else HELD_BACK,
        "what": contact.what[:SHORT] if sees_what else HELD_BACK,
        "unit": contact.unit or "None",
        "owed": f"{contact.letters_owed} owed" if contact.letters_owed else "Done",
    }


def _state(contact: Contact) -> Cell:
    """How a call stands; a child or a high risk missing is said first, and loudly."""
    state = STATES[contact.case.state]
    shout = loud(getattr(contact, "missing", None))
    return Cell(text=f"{shout}. {state}", colour="red") if shout else Cell(text=state)


def _waiting(contact: Contact, now: datetime) -> Cell:
    """How long a call has gone without a grade, and so without a clock: never a quiet cell."""
    return Cell(text=f"{span_words(now - contact.received_at)} without a grade", late=True)


@page(right=Right.VIEW, reads="personal", methods=("GET",))
def letters(request: Asked, desk: Desk) -> HttpResponseBase:
    """The calls whose THRIVE letters are owed."""
    shown = page_of(queries.owing_letters(request.actor, request.at), request.GET.get("page"))
    calls = shown.in_order(in_full(shown.ids))
    consulted_roots(request, [one.case.root for one in calls])
    rows = board_rows(request, calls)
    context = {"desk": desk, "rows": rows, "columns": BOARD, "page": shown, "query": request.GET}
    return render(request, "contact/letters.html", context)


@page(right=Right.VIEW, reads="personal", methods=("GET",))
def brief(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """The one page for the officer on the way."""
    contact = case_of(request.actor, desk, reference, request.at)
    at, actor = request.at, request.actor
    visible = sections_on(actor, contact.case.root, at)
    work = work_of(contact, desk, actor, at, visible)
    before = queries.here_before(actor, contact, at)
    earlier = sections_of(actor, [one.pk for one in before], at)
    roots = [contact.case.root, *(one.case.root for one in before)]
    consulted(request, [*(root.reference for root in roots), *work["consulted"]])
    may_step = may_also(actor, Right.STEP, contact.case.root, at)
    quick = plain_steps(desk)
    steps = steps_of(desk, contact, actor, at, may_step=may_step)["steps"]
    return render(
        request,
        "contact/brief.html",
        {
            "desk": desk,
            "contact": contact,
            "shows": lambda field: Contact.SECTIONS[field] in visible,
            "grade": LABELS.get(contact.grade, "Not graded"),
            "colour": COLOURS.get(contact.grade, "grey"),
            "state": STATES[contact.case.state],
            "people": [person_in_line(row) for row in work["people"].rows],
            "warnings": work["warnings"],
            "before": [(one, Section.NARRATIVE in earlier[one.pk]) for one in before],
            "clocks": [
                c for c in clocks_shown(desk, contact.case, at, visible) if c.light in RUNNING
            ],
            "risks": labels_of(contact.risk_types, queries.risk_menu()),
            "strands": labels_of(contact.strands, STRANDS),
            "steps": [(step, fresh_key()) for step in steps if step.name in quick],
            "now": at,
            **crisis_on_brief(contact, actor, at),
        },
    )


def person_in_line(row: dict[str, Any]) -> str:
    """Somebody's part in a call, who they are and how to reach them, in one line."""
    born = f", born {date_words(row['born'])}" if isinstance(row["born"], date) else ""
    reach = f", {row['contact']}" if row["contact"] not in (HELD_BACK, NONE) else ""
    visit = f". At the door: {row['visit']}" if row["visit"] else ""
    return f"{row['role']}: {row['name'].text}{born}{reach}{visit}"


@page(right=Right.EDIT, reads="personal", writes=True)
def thrive(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """THRIVE again: one's own grade first, then the letters; the earlier run is the start."""
    contact = case_of(request.actor, desk, reference, request.at, right=Right.EDIT)
    consulted_roots(request, [contact.case.root])
    runs = queries.runs_of(contact)
    visible = sections_on(request.actor, contact.case.root, request.at)
    last = runs[0].answers if runs and Section.NARRATIVE in visible else {}
    form = ThriveForm(request.POST or None, last=last)
    if request.method == "POST" and form.is_valid():
        try:
            assess(
                contact,
                THRIVE_V1,
                form.answers(),
                own_grade=form.cleaned_data["own_grade"],
                own_reason=form.cleaned_data["own_reason"],
                desk=desk,
                by=request.actor,
                at=request.at,
                key=form.cleaned_data["key"],
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, "THRIVE is kept.")
            return redirect(f"/{desk.key}/{reference}/")
    context = {"desk": desk, "item": contact, "form": form, "runs": runs, "labels": LABELS}
    context["letters"] = [(one, f"{one}-said") for one in LETTERS]
    return render(request, "contact/thrive.html", context)
