"""The pages of plans: all of them, a new one, what one says, and each team through them."""

import secrets
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope
from wansdyke.assurance import samples_read, samples_results
from wansdyke.assurance.bars import bars_of
from wansdyke.assurance.models import SamplePlan
from wansdyke.assurance.presenting import period_words as days_words
from wansdyke.assurance.samples_draw import Framework, draw_plan, frame_of
from wansdyke.assurance.samples_forms import PlanForm, TrendForm
from wansdyke.assurance.samples_jobs import last_month
from wansdyke.assurance.samples_results import Covered
from wansdyke.casework.desk import Desk
from wansdyke.casework.work_forms import refuse
from wansdyke.directory import desk_of
from wansdyke.history.pages import Asked, consulted, page
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.kernel.sampling import Agreement, Estimate
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Cell, Column
from wansdyke.ui.words import date_words

PLAN_COLUMNS = (
    Column(key="reference", label="Plan", whole=True),
    Column(key="desk", label="Of"),
    Column(key="period", label="Period"),
    Column(key="drawn", label="Drawn", numeric=True),
    Column(key="of", label="Out of", numeric=True),
    Column(key="scored", label="Scored", numeric=True),
    Column(key="state", label="Listening"),
)
COVERAGE_COLUMNS = (
    Column(key="name", label="Handler"),
    Column(key="work", label="Taken", numeric=True),
    Column(key="drawn", label="Drawn", numeric=True),
    Column(key="scored", label="Scored", numeric=True),
    Column(key="wanted", label="To be scored", numeric=True),
    Column(key="state", label="Covered"),
)
ESTIMATE_COLUMNS = (
    Column(key="question", label="Question"),
    Column(key="good", label="As it should be"),
    Column(key="share", label="Share of all", numeric=True),
    Column(key="interval", label="95% interval", numeric=True, whole=True),
    Column(key="n", label="Scored", numeric=True),
    Column(key="size", label="Stands for", numeric=True),
)
AGREEMENT_COLUMNS = (
    Column(key="question", label="Question"),
    Column(key="pairs", label="Pairs", numeric=True),
    Column(key="share", label="Agreed", numeric=True),
    Column(key="kappa", label="Cohen’s kappa", numeric=True),
)
TREND_COLUMNS = (
    Column(key="team", label="Team"),
    Column(key="period", label="Period"),
    Column(key="share", label="Share of all", numeric=True),
    Column(key="interval", label="95% interval", numeric=True, whole=True),
    Column(key="n", label="Scored", numeric=True),
)
RISK_COLUMNS = (
    Column(key="risk", label="Gravest risk"),
    Column(key="there", label="There are", numeric=True),
    Column(key="drawn", label="Drawn", numeric=True),
)
MOST_PLANS = 24
NO_SHARE = "–"


def reviewers_only(actor: Actor) -> None:
    """Raises OutOfScope for anyone who reviews nobody's work."""
    if not samples_read.reviews(actor):
        raise OutOfScope("quality")


def period_words(plan: SamplePlan) -> str:
    """A plan's period, in words."""
    return days_words(plan.period_start, plan.period_end)


def percent(share: float | None) -> str:
    """A share as whole per cent, or a dash."""
    return NO_SHARE if share is None else f"{100 * share:.0f}%"


def interval(found: Estimate) -> str:
    """An interval as whole per cent, or a dash."""
    if found.low is None or found.high is None:
        return NO_SHARE
    return f"{percent(found.low)} to {percent(found.high)}"


@page(right=Right.VIEW, reads="reference", methods=("GET", "HEAD"))
def plans(request: Asked) -> HttpResponse:
    """Every plan of the teams whose work is reviewed, the newest first."""
    reviewers_only(request.actor)
    listed = samples_read.plans_of(request.actor)
    shown = page_of(listed, request.GET.get("page"))
    found = shown.in_order(SamplePlan.objects.filter(pk__in=shown.ids))
    context = {
        "rows": [_plan_row(plan, london(request.at).date()) for plan in found],
        "columns": PLAN_COLUMNS,
        "shown": shown,
        "query": request.GET,
        "waiting": samples_read.to_listen(request.actor, request.at).count(),
    }
    return render(request, "assurance/plans.html", context)


def _plan_row(plan: SamplePlan, today: date) -> dict[str, Any]:
    scored = plan.samples.filter(finished_at__isnull=False).count()
    if scored == plan.drawn:
        state = Cell(text="All in")
    elif plan.score_by < today:
        state = Cell(text=f"Was to end on {date_words(plan.score_by)}", late=True)
    else:
        state = Cell(text=f"Until {date_words(plan.score_by)}")
    return {
        "reference": Cell(text=plan.reference, href=reverse("quality-plan", args=[plan.reference])),
        "desk": desk_of(plan.desk).title,
        "period": period_words(plan),
        "drawn": plan.drawn,
        "of": plan.frame_size,
        "scored": scored,
        "state": state,
    }


@page(right=Right.VIEW, reads="reference", writes=True)
def new_plan(request: Asked) -> HttpResponseBase:
    """A new plan: what it would draw is shown first, and only what was shown is drawn."""
    desks = [
        d for d in samples_read.sampled_desks() if samples_read.teams_reviewed(request.actor, d)
    ]
    reviewers_only(request.actor)
    month = last_month(london(request.at).date())
    sent = request.POST if request.method == "POST" else None
    form = PlanForm(sent, desks=desks, month=month)
    frame = None
    if sent is not None and form.is_valid():
        desk = desk_of(form.cleaned_data["desk"])
        try:
            if form.cleaned_data["seen"] == form.print_():
                return _drawn(request, form, desk)
            frame = frame_of(desk, form.planned(), by=request.actor, at=request.at)
            form.data = sent.copy()
            form.data["seen"] = form.print_()
        except Refused as refused:
            refuse(form, refused)
    told = _framed(frame, desk) if frame is not None else {}
    return render(request, "assurance/plan_new.html", {"form": form, "frame": frame, **told})


def _drawn(request: Asked, form: PlanForm, desk: Desk) -> HttpResponseBase:
    reference = draw_plan(
        desk,
        form.planned(),
        by=request.actor,
        at=request.at,
        key=form.cleaned_data["key"],
        seed=secrets.token_hex(16),
    )
    messages.success(request, "The plan is drawn. Those who are to listen have been told.")
    return redirect("quality-plan", reference)


def _framed(frame: Framework, desk: Desk) -> dict[str, Any]:
    risks = (*samples_read.quality_of(desk).risks, ("", "None of these"))
    counts = [(words, *frame.of_risk(key)) for key, words in risks]
    return {
        "desk": desk,
        "share": f"{100 * frame.drawn / frame.size:.1f}%" if frame.size else NO_SHARE,
        "risk_rows": [{"risk": w, "there": there, "drawn": drawn} for w, there, drawn in counts],
        "risk_columns": RISK_COLUMNS,
    }


@page(right=Right.VIEW, reads="personal", methods=("GET", "HEAD"))
def plan(request: Asked, reference: str) -> HttpResponse:
    """What a plan says: whom it covers, what it found of all the work, and how far two agree."""
    found = samples_read.plan_of(request.actor, reference)
    consulted(request, [reference])
    covered = samples_results.coverage(found)
    shown = page_of(range(len(covered)), request.GET.get("page"))
    told = samples_results.scored(found)
    desk = desk_of(found.desk)
    context = {
        "plan": found,
        "desk": desk,
        "facts": _facts(found),
        "unheard": [one.name for one in covered if one.none],
        "short": sum(one.short and not one.none for one in covered),
        "coverage": [_covered_row(covered[place]) for place in shown.ids],
        "coverage_columns": COVERAGE_COLUMNS,
        "shown": shown,
        "query": request.GET,
        "estimates": _estimate_rows(told),
        "estimate_columns": ESTIMATE_COLUMNS,
        "agreements": [
            _agreement_row(question.text, one)
            for question, one in samples_results.agreements(found)
            if one.pairs
        ],
        "agreement_columns": AGREEMENT_COLUMNS,
        "over": found.score_by < london(request.at).date(),
    }
    return render(request, "assurance/plan.html", context)


def _facts(plan: SamplePlan) -> list[dict[str, str]]:
    asked = (
        f"{plan.per_handler} of each handler at least, {plan.at_random} at random besides, "
        f"{plan.by_risk} of each class of risk besides; {plan.twice_percent}% scored twice"
    )
    rows = (
        ("Period", period_words(plan)),
        ("Drawn", f"{plan.drawn:,} of {plan.frame_size:,}"),
        ("Asked for", asked),
        ("Listen by", date_words(plan.score_by)),
        ("Drawn by", plan.drawn_by.name),
        ("Method and seed", f"{plan.method}, {plan.seed}"),
        ("Questions", f"{plan.instrument}, version {plan.instrument_version}"),
    )
    return [{"key": key, "value": value} for key, value in rows]


def _covered_row(one: Covered) -> dict[str, Any]:
    state = Cell(text="Enough")
    if one.none:
        state = Cell(text="Not listened to at all", late=True)
    elif one.short:
        state = Cell(text=f"{one.wanted - one.scored} too few", late=True)
    return {
        "name": one.name,
        "work": one.work,
        "drawn": one.drawn,
        "scored": one.scored,
        "wanted": one.wanted,
        "state": state,
    }


def _estimate_rows(told: samples_results.Scored) -> list[dict[str, Any]]:
    questions = samples_results.questions_of(told.template)
    asked = [(q.key, q.text, q.answers[0][1]) for q in questions]
    rows = []
    for key, text, good in (*asked, (samples_results.POINTS, "All points together", "Met")):
        found = told.estimate(key)
        if found.n:
            rows.append(
                {
                    "question": text,
                    "good": good,
                    "share": percent(found.share),
                    "interval": interval(found),
                    "n": found.n,
                    "size": found.size,
                }
            )
    return rows


def _agreement_row(question: str, one: Agreement) -> dict[str, Any]:
    return {
        "question": question,
        "pairs": one.pairs,
        "share": percent(one.share),
        "kappa": NO_SHARE if one.kappa is None else f"{one.kappa:.2f}",
    }


@page(right=Right.VIEW, reads="reference", methods=("GET", "HEAD"))
def by_team(request: Asked) -> HttpResponse:
    """Each team through the plans, for one question. No handler is in it, and no order of merit."""
    reviewers_only(request.actor)
    newest = list(samples_read.plans_of(request.actor)[:MOST_PLANS])
    choices = [(samples_results.POINTS, "All points together")]
    if newest:
        template = samples_read.template_of(newest[0])
        choices += [(q.key, q.text) for q in samples_results.questions_of(template)]
    form = TrendForm(request.GET, choices=choices)
    chosen = (form.cleaned_data.get("question") if form.is_valid() else "") or choices[0][0]
    same = [one for one in newest if (one.desk, one.instrument) == _kind(newest[0])]
    rows = [_trend_row(one) for one in samples_results.trend(same, chosen)]
    context = {
        "form": form,
        "rows": rows,
        "charts": [(team, bars_of(list(its))) for team, its in groupby(rows, itemgetter("team"))],
        "columns": TREND_COLUMNS,
        "chosen": dict(choices)[chosen],
    }
    return render(request, "assurance/trend.html", context)


def _kind(plan: SamplePlan) -> tuple[str, str]:
    return plan.desk, plan.instrument


def _trend_row(one: samples_results.OfTeam) -> dict[str, Any]:
    few = one.found is None
    return {
        "team": one.team,
        "period": period_words(one.plan),
        "group": period_words(one.plan),
        "size": one.found.share if one.found else None,
        "value": percent(one.found.share) if one.found else "",
        "share": percent(one.found.share) if one.found else "Not shown",
        "interval": interval(one.found) if one.found else "",
        "n": "Fewer than 5" if few or one.found is None else one.found.n,
    }
