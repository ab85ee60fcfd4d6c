"""The control room's own pages: a call, the board, the letters owed, a brief, THRIVE again."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from wansdyke.access.models import Team
from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope, scope
from wansdyke.access.sections import Section
from wansdyke.casework.actions import NewParty
from wansdyke.casework.assess import assess
from wansdyke.casework.desk import Desk
from wansdyke.casework.markers import live_for
from wansdyke.casework.presenting import clocks_shown, due_cell
from wansdyke.casework.queries import case_of, sections_on
from wansdyke.desks.contact import drafts, queries
from wansdyke.desks.contact.actions import take_call
from wansdyke.desks.contact.forms import CallForm, LookUpForm, ThriveForm
from wansdyke.desks.contact.instruments.thrive_v1 import LETTERS, THRIVE_V1
from wansdyke.desks.contact.models import Contact, RiskType
from wansdyke.desks.contact.rules import CONTROL_ROOM, GRADES, Grade
from wansdyke.desks.contact.rules import LABELS as STATES
from wansdyke.desks.contact.strands import STRANDS, labels_of
from wansdyke.history import audit
from wansdyke.history.pages import Asked, consulted, consulted_roots, page
from wansdyke.kernel.flow import Refused
from wansdyke.linkage.lookup import Query, find_people, find_places, noted
from wansdyke.people.models import PersonRecord
from wansdyke.people.records import place_for, says_nothing
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Cell, Column

LABELS = dict(GRADES)
COLOURS: dict[str, str] = {
    Grade.IMMEDIATE: "red",
    Grade.PRIORITY: "orange",
    Grade.SCHEDULED: "blue",
}
MOST_FOUND = 8
MOST_WAITING = 50
SHORT = 80
NOTHING_FOUND: dict[str, Any] = {"searched": False, "chosen": ""}
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
    if draft and kept is None:
        raise OutOfScope(str(draft))
    consulted(request, [])
    typed = kept.data if kept and request.method == "GET" else None
    form = CallForm(
        drafts.as_posted(typed) if typed else request.POST or None,
        initial={
            "draft": draft or uuid.uuid4(),
            "received_at": kept.started_at if kept else request.at,
            "channel": "999",
        },
    )
    found: dict[str, Any] = {}
    if typed:
        form.full_clean()
        form.errors.clear()
    elif request.method == "POST" and "look-up" in request.POST:
        found = look_up(request, request.POST)
        form.full_clean()
        form.errors.clear()
    elif request.method == "POST" and form.is_valid():
        done = _take(request, desk, form)
        if done is not None:
            return done
    return render(
        request,
        "contact/call.html",
        {
            "desk": desk,
            "form": form,
            "letters": [(f"thrive-{one}", f"thrive-{one}-said") for one in LETTERS],
            "unfinished": [] if draft else queries.unfinished(request.actor),
            **(found or NOTHING_FOUND),
        },
    )


def _take(request: Asked, desk: Desk, form: CallForm) -> HttpResponseBase | None:
    data = form.cleaned_data
    place = place_for(data["where"], data["postcode"]) if data["where"] else None
    try:
        outcome = take_call(
            desk,
            {**form.columns(), "place": place},
            by=request.actor,
            at=request.at,
            key=data["key"],
            team=own_team(request),
            grade=data["grade"],
            reason=data["grade_reason"],
            letters=form.letters(),
            numbers=form.numbers(),
            parties=parties_of(request, form),
            draft=queries.kept(request.actor, data["draft"]),
        )
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return None
    messages.success(request, f"Saved as {outcome.reference}.")
    return redirect(f"/{desk.key}/{outcome.reference}/")


def own_team(request: Asked) -> Team:
    """The team of the actor's control-room post."""
    posts = sorted(held.team for held in request.actor.held if held.post in CONTROL_ROOM)
    return Team.objects.get(pk=posts[0])


def parties_of(request: Asked, form: CallForm) -> list[NewParty]:
    """The caller and whom it is about: a record chosen from the look-up, or what was typed."""
    parties = []
    chosen = _chosen(request, form.cleaned_data["caller_record"])
    if chosen is not None:
        parties.append(NewParty(role="caller", record=chosen))
    elif not says_nothing(form.person("caller")):
        parties.append(NewParty(role="caller", typed=form.person("caller")))
    if not says_nothing(form.person("subject")):
        role = form.cleaned_data["subject_role"] or "subject"
        parties.append(NewParty(role=role, typed=form.person("subject")))
    return parties


def _chosen(request: Asked, reference: str) -> PersonRecord | None:
    if not reference:
        return None
    in_scope = scope(request.actor, Right.VIEW, request.at, "root__")
    return PersonRecord.objects.filter(in_scope, root__reference=reference).first()


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


@page(right=Right.CREATE, reads="nothing", writes=True, methods=("POST",))
def drop_draft(request: Asked, desk: Desk, draft: uuid.UUID) -> HttpResponseBase:
    """Throws one's own unfinished call away."""
    control_room_only(request)
    drafts.drop(request.actor, draft)
    messages.success(request, "The unfinished call was thrown away.")
    return redirect("contact:call")


@page(
    right=Right.VIEW, reads="personal", operation=audit.SEARCH, safety_face=True, methods=("GET",)
)
def who_and_where(request: Asked, desk: Desk) -> HttpResponseBase:
    """Who and where, as somebody types: part of a page."""
    return render(request, "contact/who_and_where.html", look_up(request, request.GET))


def look_up(request: Asked, typed: QueryDict) -> dict[str, Any]:
    """The people and places that what was typed points to, with their markers; audited."""
    form = LookUpForm(typed)
    form.is_valid()
    data = form.cleaned_data
    who = Query(
        forename=data.get("caller_forename") or "",
        surname=data.get("caller_surname") or "",
        date_of_birth=data.get("caller_date_of_birth"),
        phone=data.get("caller_phone") or "",
    )
    whereabouts = Query(address=data.get("where") or "", postcode=data.get("postcode") or "")
    people = find_people(request.actor, request.at, who, limit=MOST_FOUND)
    places = find_places(request.actor, request.at, whereabouts, limit=MOST_FOUND)
    noted(request, people, places, reason="a call being taken")
    return {
        "people": people,
        "places": places,
        "searched": bool(who.given() or whereabouts.given()),
        "not_searched": dict.fromkeys((*people.not_searched, *places.not_searched)),
        "chosen": typed.get("caller_record", ""),
    }


@page(right=Right.VIEW, reads="personal", methods=("GET",))
def board(request: Asked, desk: Desk) -> HttpResponseBase:
    """Open calls by the clock that runs out first; ungraded ones above all."""
    grade = request.GET.get("grade", "")
    rows = queries.board(request.actor, request.at, grade if grade in LABELS else "")
    shown = page_of(rows, request.GET.get("page"))
    calls = shown.in_order(in_full(shown.ids))
    waiting = list(in_full(queries.ungraded(request.actor, request.at).values("pk")[:MOST_WAITING]))
    consulted_roots(request, [one.case.root for one in (*calls, *waiting)])
    owing = queries.owing_letters(request.actor, request.at)
    return render(
        request,
        "contact/board.html",
        {
            "desk": desk,
            "rows": [board_row(one, request.at) for one in calls],
            "columns": BOARD,
            "waiting": [board_row(one, request.at) for one in waiting],
            "page": shown,
            "query": request.GET,
            "grades": GRADES,
            "grade": grade,
            "owing": owing.values("pk")[:1000].count(),
            "now": request.at,
        },
    )


def in_full(ids: Any) -> QuerySet[Contact]:
    """Calls with what a list shows of them."""
    return Contact.objects.filter(pk__in=ids).select_related("case__root", "case__owner", "place")


def board_row(contact: Contact, now: datetime) -> dict[str, Any]:
    """One call as a row of the board."""
    reference = contact.case.root.reference
    label = LABELS.get(contact.grade, "Not graded")
    return {
        "deadline": due_cell(contact.case, now),
        "grade": Cell(text=label, colour=COLOURS.get(contact.grade, "grey")),
        "reference": Cell(text=reference, href=f"/contact/{reference}/"),
        "state": STATES[contact.case.state],
        "where": contact.where or "Not known",
        "what": contact.what[:SHORT],
        "unit": contact.unit or "None",
        "owed": f"{contact.letters_owed} owed" if contact.letters_owed else "Done",
    }


@page(right=Right.VIEW, reads="personal", methods=("GET",))
def letters(request: Asked, desk: Desk) -> HttpResponseBase:
    """The calls whose THRIVE letters are owed."""
    shown = page_of(queries.owing_letters(request.actor, request.at), request.GET.get("page"))
    calls = shown.in_order(in_full(shown.ids))
    consulted_roots(request, [one.case.root for one in calls])
    rows = [board_row(one, request.at) for one in calls]
    context = {"desk": desk, "rows": rows, "columns": BOARD, "page": shown, "query": request.GET}
    return render(request, "contact/letters.html", context)


@page(right=Right.VIEW, reads="personal", methods=("GET",))
def brief(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """The one page for the officer on the way."""
    contact = case_of(request.actor, desk, reference, request.at)
    at, actor = request.at, request.actor
    visible = sections_on(actor, contact.case.root, at)
    parties = list(
        contact.case.parties.filter(ended_at__isnull=True).select_related("record__root__team")
    )
    roots = [contact.case.root, *(party.record.root for party in parties)]
    before = queries.here_before(actor, contact, at)
    consulted_roots(request, [*roots, *(one.case.root for one in before)])
    markers = live_for(
        [party.record.person_id for party in parties],
        [contact.place_id] if contact.place_id else [],
        actor,
        at,
    )
    return render(
        request,
        "contact/brief.html",
        {
            "desk": desk,
            "contact": contact,
            "shows": lambda field: Contact.SECTIONS[field] in visible,
            "grade": LABELS.get(contact.grade, "Not graded"),
            "parties": parties if Section.IDENTITY in visible else [],
            "markers": markers,
            "before": before,
            "clocks": clocks_shown(desk, contact.case, at),
            "risks": labels_of(contact.risk_types, RiskType.objects.values_list("code", "label")),
            "strands": labels_of(contact.strands, STRANDS),
            "now": at,
        },
    )


@page(right=Right.EDIT, reads="personal", writes=True)
def thrive(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """THRIVE again: one's own grade first, then the letters; the earlier run is the start."""
    contact = case_of(request.actor, desk, reference, request.at, right=Right.EDIT)
    consulted_roots(request, [contact.case.root])
    runs = queries.runs_of(contact)
    form = ThriveForm(request.POST or None, last=runs[0].answers if runs else {})
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
