"""The pages of the review of the log: the queue, a finding, and what a supervisor is asked."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from wansdyke.access.posts import Right
from wansdyke.access.scope import can
from wansdyke.assurance import log_review
from wansdyke.assurance.log_review_forms import (
    SHOWN,
    AnswerForm,
    FindingForm,
    QuestionForm,
    QueueForm,
    SecondForm,
    TakeForm,
)
from wansdyke.assurance.log_review_models import FindingWord, LogFinding
from wansdyke.assurance.log_review_presenting import (
    BY_KIND,
    COLUMNS,
    ENTRIES,
    GRAVEST,
    asked_for,
    entries_behind,
    facts,
    figures,
    in_order,
    narrowed_log,
    rows_of,
    said_of,
)
from wansdyke.casework.exports import AT_ONCE
from wansdyke.casework.forms import KeyedForm
from wansdyke.casework.work_forms import refuse
from wansdyke.history import audit
from wansdyke.history.pages import Asked, consulted, page
from wansdyke.kernel.flow import Refused
from wansdyke.ui.downloads import as_csv, as_xlsx
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Sort
from wansdyke.ui.words import london

NAME = "log-findings-{:%Y-%m-%d}"


def _asked(request: Asked) -> tuple[QuerySet[LogFinding], Sort, QueueForm]:
    form = QueueForm(request.GET or None)
    said = form.cleaned_data if request.GET and form.is_valid() else {}
    rows = asked_for(log_review.in_sight(request.actor), said, request.actor)
    if request.GET and form.errors:
        rows = rows.none()
    sort = Sort.read(request.GET.get("sort"), COLUMNS, default=GRAVEST)
    return in_order(rows, sort), sort, form


def _references(rows: list[LogFinding]) -> list[str]:
    about = [one.about for one in rows if one.about]
    return list(dict.fromkeys([*about, *(f"user:{one.viewer.username}" for one in rows)]))


@page(right=Right.REVIEW_AUDIT, reads="personal", methods=("GET", "HEAD"))
def queue(request: Asked) -> HttpResponseBase:
    """The queue, the gravest first; its figures, each with the way down to its findings."""
    found, sort, form = _asked(request)
    listed = page_of(found, request.GET.get("page"))
    every = log_review.in_sight(request.actor)
    rows = listed.in_order(every.filter(pk__in=listed.ids))
    headlines, by_kind = figures(every, request.at)
    consulted(request, _references(rows), queue=True)
    shown = request.GET.get("show") or "waiting"
    context = {
        "form": form,
        "columns": COLUMNS,
        "rows": rows_of(rows),
        "sort": sort,
        "page": listed,
        "query": request.GET,
        "caption": dict(SHOWN).get(shown, "Findings"),
        "headlines": headlines,
        "kind_columns": BY_KIND,
        "by_kind": by_kind,
    }
    return render(request, "assurance/log_review/queue.html", context)


def _filed(request: Asked, form: str) -> list[dict[str, Any]]:
    found, _, _ = _asked(request)
    rows = list(found[:AT_ONCE])
    consulted(request, _references(rows), form=form, rows=len(rows))
    return rows_of(rows)


@page(
    right=Right.REVIEW_AUDIT,
    reads="personal",
    operation=audit.EXPORT,
    methods=("GET",),
    sends="within the product",
    holds="people, by need",
)
def queue_csv(request: Asked) -> HttpResponseBase:
    """The list as a CSV file, the first 2,000 of it."""
    return as_csv(NAME.format(request.at), COLUMNS, _filed(request, "csv"))


@page(
    right=Right.REVIEW_AUDIT,
    reads="personal",
    operation=audit.EXPORT,
    methods=("GET",),
    sends="within the product",
    holds="people, by need",
)
def queue_xlsx(request: Asked) -> HttpResponseBase:
    """The same as a spreadsheet."""
    return as_xlsx(NAME.format(request.at), "Log findings", COLUMNS, _filed(request, "xlsx"))


def _form_for(request: Asked, one: LogFinding) -> KeyedForm | None:
    """The form that an actor may send of a finding as it stands."""
    data = request.POST if request.method == "POST" else None
    if one.state == LogFinding.WAITING:
        return FindingForm(data)
    if one.state == LogFinding.SECOND and one.reviewed_by_id != request.actor.user_id:
        return SecondForm(data)
    return None


@page(right=Right.REVIEW_AUDIT, reads="personal", writes=True)
def finding(request: Asked, finding_reference: str) -> HttpResponseBase:
    """One finding: why it is here, the entries behind it, what was said; and the review of it."""
    one = log_review.one_of(request.actor, finding_reference)
    form = _form_for(request, one)
    consulted(request, _references([one]), finding=one.reference)
    if request.method == "POST" and form is not None and form.is_valid():
        data, given = form.cleaned_data, {"by": request.actor, "at": request.at}
        given["key"] = data["key"]
        try:
            if isinstance(form, SecondForm):
                log_review.second(one, data["agreed"] == "yes", data["words"], **given)
            else:
                log_review.review(one, data["outcome"], data["words"], **given)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"Your review of {one.reference} is written down.")
            return redirect("log-review")
    elif request.method == "POST" and form is None:
        messages.info(request, "This has been reviewed already.")
        return redirect("log-finding", one.reference)
    return render(request, "assurance/log_review/finding.html", _shown(request, one, form))


def _shown(request: Asked, one: LogFinding, form: KeyedForm | None) -> dict[str, Any]:
    open_still = one.state != LogFinding.DONE
    return {
        "one": one,
        "form": form,
        "second": isinstance(form, SecondForm),
        "mine": one.state == LogFinding.SECOND and form is None,
        "take": TakeForm() if open_still and one.taken_by_id != request.actor.user_id else None,
        "may_ask": open_still and bool(log_review.supervisors_of(one, request.at)),
        "facts": facts(one, request.at),
        "entry_columns": ENTRIES,
        "entries": entries_behind(request.actor, one),
        "log": narrowed_log(one),
        "said": said_of(one),
    }


@page(right=Right.REVIEW_AUDIT, reads="personal", writes=True, methods=("POST",))
def finding_take(request: Asked, finding_reference: str) -> HttpResponseBase:
    """Takes one on."""
    one = log_review.one_of(request.actor, finding_reference)
    form = TakeForm(request.POST)
    if form.is_valid():
        given = {"by": request.actor, "at": request.at, "key": form.cleaned_data["key"]}
        try:
            log_review.take(one, **given)
        except Refused as refused:
            messages.error(request, refused.message)
    return redirect("log-finding", one.reference)


@page(right=Right.REVIEW_AUDIT, reads="personal", writes=True)
def finding_ask(request: Asked, finding_reference: str) -> HttpResponseBase:
    """Asks one who supervises whoever looked."""
    one = log_review.one_of(request.actor, finding_reference)
    people = log_review.supervisors_of(one, request.at)
    form = QuestionForm(request.POST if request.method == "POST" else None, people=people)
    consulted(request, _references([one]), finding=one.reference)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            given = {"by": request.actor, "at": request.at, "key": data["key"]}
            log_review.ask(one, data["whom"], data["words"], **given)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "Your question is sent. You are told when they answer.")
            return redirect("log-finding", one.reference)
    return render(request, "assurance/log_review/ask.html", {"one": one, "form": form})


@page(right=Right.LIFT, reads="personal", writes=True)
def asked(request: Asked, finding_reference: str) -> HttpResponseBase:
    """A question to a supervisor: who looked when; which record only where they see it anyway."""
    question = log_review.question_to(request.actor, finding_reference)
    done = log_review.answered(question)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    one = question.finding
    seen = one.root is not None and can(request.actor, Right.VIEW, one.root, request.at)
    consulted(request, _references([one]) if seen else [f"user:{one.viewer.username}"])
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            given = {"by": request.actor, "at": request.at, "key": data["key"]}
            log_review.answer(question, data["words"], **given)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "Your answer is sent.")
            return redirect("my_work")
    context = {
        "question": question,
        "form": None if done else form,
        "done": done,
        "facts": _asked_facts(question, seen, request.at),
    }
    return render(request, "assurance/log_review/asked.html", context)


def _asked_facts(question: FindingWord, seen: bool, at: datetime) -> list[dict[str, Any]]:
    one = question.finding
    record = one.about if seen else "One that you do not see"
    rows = [
        ("Who looked", one.viewer.name),
        ("Their post", log_review.own_post(one.viewer, at)),
        ("First and last", f"{london(one.first_at)} to {london(one.last_at)}"),
        ("Entries of the log", f"{one.entries_counted:,}"),
        ("Record", record if one.about else "No one record"),
        ("Asked by", f"{question.by.name}, {london(question.at)}"),
        ("Question", question.words),
    ]
    return [{"key": key, "value": value} for key, value in rows]
