"""The pages of those who listen: what waits for them, a score, and another look at one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope
from wansdyke.access.sections import Section
from wansdyke.assurance import samples, samples_read
from wansdyke.assurance.models import Sample, SampleReply
from wansdyke.assurance.samples_forms import LookAgainForm, ScoreForm
from wansdyke.assurance.samples_plan_views import reviewers_only
from wansdyke.assurance.samples_presenting import said, score_shown
from wansdyke.casework.asking import Question, ask
from wansdyke.casework.presenting import HELD_BACK, fact_rows
from wansdyke.casework.queries import case_of, sections_on
from wansdyke.casework.work_forms import refuse
from wansdyke.directory import desk_of
from wansdyke.history.pages import Asked, consulted, consulted_roots, page
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Cell, Column
from wansdyke.ui.words import date_words
from wansdyke.ui.words import london as london_words

COLUMNS = (
    Column(key="sample", label="Sample", whole=True),
    Column(key="case", label="Of", whole=True),
    Column(key="opened", label="Taken"),
    Column(key="by", label="Listen by"),
)


@page(right=Right.VIEW, reads="personal", methods=("GET", "HEAD"))
def listening(request: Asked) -> HttpResponse:
    """What the reader is to listen to, or all that they may; and what is to be looked at again."""
    reviewers_only(request.actor)
    everyones = request.GET.get("whose") == "all"
    listed = samples_read.to_listen(request.actor, request.at, everyones=everyones)
    shown = page_of(listed, request.GET.get("page"))
    related = Sample.objects.select_related("case__root", "plan")
    found = shown.in_order(related.filter(pk__in=shown.ids))
    again = list(
        samples_read.to_look_at_again(request.actor, request.at).select_related(
            "case__root", "plan"
        )[:50]
    )
    consulted_roots(request, [one.case.root for one in (*found, *again)])
    context = {
        "rows": [_row(request, one) for one in found],
        "again": [_row(request, one) for one in again],
        "columns": COLUMNS,
        "shown": shown,
        "query": request.GET,
        "everyones": everyones,
    }
    return render(request, "assurance/to_listen.html", context)


def _row(request: Asked, one: Sample) -> dict[str, Any]:
    late = one.plan.score_by < london(request.at).date() and one.finished_at is None
    return {
        "sample": Cell(text=one.reference, href=reverse("quality-sample", args=[one.reference])),
        "case": one.case.root.reference,
        "opened": one.case.opened_at,
        "by": Cell(text=date_words(one.plan.score_by), late=late),
    }


@page(right=Right.VIEW, reads="personal", writes=True)
def sample(request: Asked, reference: str) -> HttpResponseBase:
    """One sample: the form while it waits for the reader's score, then what was found.

    Until all are in, a reader sees their own score and nobody else's, nor whether there is one.
    """
    found = samples_read.sample_of(request.actor, reference, request.at)
    root = found.case.root
    consulted_roots(request, [root], sample=reference)
    scores = samples_read.scores_of(found)
    scored = any(one.by_id == request.actor.user_id for one in scores)
    may_score = not scored and found.finished_at is None
    form = None
    if may_score:
        sent = request.POST if request.method == "POST" else None
        form = ScoreForm(sent, template=samples_read.template_of(found.plan))
        if sent is not None and form.is_valid() and _kept(request, found, form):
            return redirect("quality-to-listen")
    elif request.method == "POST" and not scored:
        messages.error(request, "This has been scored meanwhile. Nothing of yours was kept.")
    visible = sections_on(request.actor, root, request.at)
    if found.finished_at is None:
        scores = [one for one in scores if one.by_id == request.actor.user_id]
    context = {
        "sample": found,
        "form": form,
        "facts": _facts(request, found, visible),
        "scores": [score_shown(one, visible) for one in scores],
        "said": said(found, visible) if found.finished_at else [],
        "asked": found.finished_at is not None and samples_read.asked_again(found),
        "case_link": f"/{found.case.desk}/{root.reference}/",
    }
    return render(request, "assurance/sample.html", context)


def _kept(request: Asked, found: Sample, form: ScoreForm) -> bool:
    typed = form.cleaned_data
    try:
        samples.score(
            found,
            form.answers(),
            recording_system=typed["recording_system"],
            recording_id=typed["recording_id"],
            by=request.actor,
            at=request.at,
            key=typed["key"],
        )
    except Refused as refused:
        refuse(form, refused)
        return False
    messages.success(request, f"Your score of {found.reference} is kept.")
    return True


def _facts(request: Asked, found: Sample, visible: frozenset[Section]) -> list[dict[str, Any]]:
    desk = desk_of(found.case.desk)
    item = case_of(request.actor, desk, found.case.root.reference, request.at)
    seen = Section.STAFF in visible
    rows = [
        ("Taken", london_words(found.case.opened_at)),
        ("By", found.handler.name if seen else HELD_BACK),
        ("In short", ", ".join(map(str, fact_rows(desk, item, visible)["lead"]))),
        ("Listen by", date_words(found.plan.score_by)),
    ]
    return [{"key": key, "value": value} for key, value in rows]


@page(right=Right.VIEW, reads="personal", writes=True)
def again(request: Asked, reference: str) -> HttpResponseBase:
    """Another look at a score, where its handler asked for one."""
    found = samples_read.sample_of(request.actor, reference, request.at)
    if found.finished_at is None:
        raise OutOfScope(reference)
    consulted(request, [found.case.root.reference], sample=reference)
    form = LookAgainForm(request.POST if request.method == "POST" else None)
    question = Question(
        title="Another look",
        button="Decide",
        done="Your decision is kept, and the handler is told.",
        back=reverse("quality-to-listen"),
        place="To listen to",
        hint="Listen again before you decide. Every score is kept, those set aside too.",
    )

    def write(data: dict[str, Any]) -> None:
        samples.look_again(
            found,
            data["text"],
            stands=data["outcome"] == SampleReply.STANDS,
            by=request.actor,
            at=request.at,
            key=data["key"],
        )

    return ask(request, found.case.root, form, write, question)
