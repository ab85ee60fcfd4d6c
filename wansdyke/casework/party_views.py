"""The pages of the people of a case: adding one, ending a part, correcting a record."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from wansdyke.access.posts import Right
from wansdyke.access.references import tidy
from wansdyke.access.scope import scope, sections_of
from wansdyke.access.sections import Section
from wansdyke.casework import parties
from wansdyke.casework.asking import Question, ask, drawn
from wansdyke.casework.desk import Desk
from wansdyke.casework.forms import fresh_key
from wansdyke.casework.models import Case
from wansdyke.casework.queries import OutOfScope, case_of, sections_on
from wansdyke.casework.work_forms import NEW, CorrectForm, PersonForm, ReasonForm, refuse, told
from wansdyke.casework.work_views import about, editable, sent, who_when
from wansdyke.history import audit
from wansdyke.history.door import Stale
from wansdyke.history.pages import Asked, consulted_roots, page
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.people.alerts import alert
from wansdyke.people.finding import Matches
from wansdyke.people.models import PersonRecord

UNSEEN = "No record that you can see has this reference"


def _set_aside(request: Asked) -> list[PersonRecord]:
    """The records that the form asked about when it was last shown, those still known by name."""
    named = request.POST.get("not_these", "").split(",")[: parties.MOST_ALIKE]
    found = PersonRecord.objects.filter(
        scope(request.actor, Right.VIEW, request.at, "root__"), root__reference__in=named
    )
    rows = list(found.select_related("root").order_by("-pk"))
    seen = sections_of(request.actor, [one.pk for one in rows], request.at) if rows else {}
    return [one for one in rows if Section.IDENTITY in seen[one.pk]]


def _chosen(request: Asked, form: PersonForm) -> PersonRecord | None:
    """The record that the form points to, or None for somebody new. Raises Refused."""
    data = form.cleaned_data
    answer = data.get("chosen") or NEW
    reference = tidy(data["reference"]) if answer == NEW else answer
    if not reference:
        return None
    try:
        return parties.record_in_scope(request.actor, reference, request.at)
    except OutOfScope:
        audit.record(
            audit.DENIED,
            by=request.actor,
            at=request.at,
            subjects=[reference],
            path=request.path[:200],
            method="POST",
        )
        raise Refused(UNSEEN, field="reference") from None


@page(right=Right.EDIT, reads="personal", writes=True)
def person_new(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """Adds a person: a record by its reference, or somebody new once nobody alike is it."""
    case = editable(request, desk, reference)
    alike = _set_aside(request) if request.method == "POST" else []
    consulted_roots(request, [one.root for one in alike])
    today = london(request.at).date()
    form = PersonForm(sent(request), desk=desk, alike=alike, today=today)
    question = about(
        desk, reference, title="Add a person", button="Add person", done="The person is added."
    )
    if not alike:
        question = replace(question, beside=reverse(f"{desk.key}:person-alike", args=[reference]))

    def write(data: dict[str, Any]) -> None:
        typed = {**form.typed(), "address": data["address"], "postcode": data["postcode"]}
        chosen = _chosen(request, form)
        if chosen is None:
            _met(request, typed)
        try:
            parties.add_person(
                case,
                data["role"],
                desk=desk,
                record=chosen,
                typed=typed,
                not_these=form.seen(),
                note=data["note"],
                **who_when(request, form),
            )
        except parties.Alike as found:
            consulted_roots(request, [one.root for one in found.records])
            form.offer([*found.records, *(one for one in alike if one not in found.records)])
            raise

    return ask(request, case.root, form, write, question)


def _met(request: Asked, typed: Mapping[str, Any]) -> Matches:
    """Whom what was typed met: to the owner of a restricted record that is a search like others."""
    met = parties.met_by(typed, request.actor, request.at)
    alert(request.actor, request.at, met)
    return met


@page(right=Right.EDIT, reads="personal", operation=audit.SEARCH, methods=("POST",))
def person_alike(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """Who is known that may be whoever is being typed: part of a page."""
    case = editable(request, desk, reference)
    form = PersonForm(request.POST, desk=desk, today=london(request.at).date())
    form.is_valid()
    typed = {name: value for name, value in form.cleaned_data.items() if value}
    met = _met(request, typed)
    found = parties.likely(met, request.actor, request.at)
    consulted_roots(
        request,
        [record.root for record, _ in found],
        fields=sorted(set(typed) & {*parties.ASKED_BY, "pnc", "cro"}),
        reason=f"adding a person to {case.root.reference}",
    )
    shown = [{"record": one, "told": told(one), "reasons": why} for one, why in found]
    return render(request, "casework/work/alike.html", {"found": shown})


@page(right=Right.EDIT, reads="personal", writes=True)
def person_end(
    request: Asked, desk: Desk, reference: str, record_reference: str, role: str
) -> HttpResponseBase:
    """Ends a person's part in a case."""
    case = editable(request, desk, reference)
    if Section.IDENTITY not in sections_on(request.actor, case.root, request.at):
        raise OutOfScope(record_reference)
    party = parties.part_of(case, record_reference, role)
    label = dict(desk.party_roles).get(role, role)
    form = ReasonForm(sent(request))
    question = about(
        desk,
        reference,
        title=f"End the part of {_named(request, case, party.record)} as {label.lower()}?",
        button="End part",
        done="The part has ended. The case keeps that they had it.",
        warning=True,
    )

    def write(data: dict[str, Any]) -> None:
        given = who_when(request, form)
        parties.end_part(case, record_reference, role, desk=desk, reason=data["reason"], **given)

    return ask(request, case.root, form, write, question)


def _named(request: Asked, case: Case, record: PersonRecord) -> str:
    """A record's name where the actor sees it on both the case and the record."""
    both = [sections_on(request.actor, case.root, request.at)]
    try:
        parties.record_in_scope(request.actor, record.root.reference, request.at)
    except OutOfScope:
        return record.root.reference
    both.append(sections_on(request.actor, record.root, request.at))
    if not all(Section.IDENTITY in visible for visible in both):
        return record.root.reference
    consulted_roots(request, [record.root])
    return str(record)


@page(right=Right.EDIT, reads="personal", writes=True)
def person_correct(
    request: Asked, desk: Desk, reference: str, record_reference: str
) -> HttpResponseBase:
    """Corrects what a person's record says, unless somebody else has meanwhile."""
    case = case_of(request.actor, desk, reference, request.at).case
    if not case.parties.filter(record__root__reference=record_reference).exists():
        raise OutOfScope(record_reference)
    record = parties.record_in_scope(request.actor, record_reference, request.at, Right.EDIT)
    visible = sections_on(request.actor, record.root, request.at)
    if Section.IDENTITY not in visible:
        raise OutOfScope(record_reference)
    consulted_roots(request, [case.root, record.root])
    initial = {name: getattr(record, name) for name in PersonRecord.SECTIONS if name != "root"}
    form = CorrectForm(
        sent(request),
        initial={**initial, "version": record.root.version},
        visible=visible,
        today=london(request.at).date(),
    )
    question = about(
        desk,
        reference,
        title=f"Correct the record of {record}",
        button="Save",
        done="Saved.",
        hint=f"Record {record_reference}, from {record.origin}.",
    )
    return _correct(request, record, form, question)


def _correct(
    request: Asked, record: PersonRecord, form: CorrectForm, question: Question
) -> HttpResponseBase:
    differences: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"]
            given = who_when(request, form)
            parties.correct_person(record, form.typed(), version=version, **given)
        except Stale as stale:
            differences = _meanwhile(form, record, stale.root.version)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, question.done)
            return HttpResponseRedirect(question.back)
    return drawn(request, form, question, differences=differences)


def _meanwhile(form: CorrectForm, record: PersonRecord, version: int) -> list[dict[str, Any]]:
    """What the record says now beside what was typed; sending again then writes what was typed."""
    # What was read before the lock was waited for may be what a colleague has just changed.
    record.refresh_from_db()
    typed = form.typed()
    form.put("version", str(version))
    form.put("key", fresh_key())
    form.add_error(
        None, "Somebody changed this record after you opened it. Check both, then save again."
    )
    return [
        {"label": form.fields[name].label, "now": getattr(record, name), "yours": yours}
        for name, yours in typed.items()
        if getattr(record, name) != yours
    ]
