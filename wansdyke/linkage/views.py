"""The pages on which people judge who is who."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope
from wansdyke.casework.work_forms import refuse
from wansdyke.history.pages import Asked, consulted_roots, page
from wansdyke.kernel.flow import Refused
from wansdyke.linkage.forms import JudgementForm, TakeOnForm, UndoForm
from wansdyke.linkage.judging import judge, undo
from wansdyke.linkage.models import Suggestion
from wansdyke.linkage.presenting import COLUMNS, LIKELIEST, rows_of
from wansdyke.linkage.settling import against, take_on
from wansdyke.linkage.side_by_side import in_words, side_by_side
from wansdyke.linkage.waiting import (
    conflicts,
    disagreements,
    is_second,
    judgements,
    suggestion,
    to_judge,
    to_take_out,
)
from wansdyke.people.models import Judgement
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Sort

QUEUE = "/linking/"
TO_SETTLE = 25


@page(right=Right.JUDGE, reads="personal", methods=("GET", "HEAD"))
def queue(request: Asked) -> HttpResponseBase:
    """Pairs that wait for somebody's judgement; those to judge again; and what is in conflict."""
    actor, at = request.actor, request.at
    again = request.GET.get("show") == "again"
    sort = Sort.read(request.GET.get("sort"), COLUMNS, default=LIKELIEST)
    waiting = to_judge(actor, at, again=again, sort=sort)
    shown = page_of(waiting, request.GET.get("page"))
    pairs = shown.in_order(
        Suggestion.objects.select_related("left__root", "right__root").filter(pk__in=shown.ids)
    )
    conflicting = _with_roots(conflicts(actor, at))[: TO_SETTLE + 1]
    differing = _with_roots(disagreements(actor, at))[: TO_SETTLE + 1]
    seen = [*pairs, *conflicting, *differing]
    consulted_roots(request, [root for one in seen for root in (one.left.root, one.right.root)])
    return render(
        request,
        "linkage/queue.html",
        {
            "columns": COLUMNS,
            "rows": list(rows_of(pairs)),
            "sort": sort,
            "again": again,
            "page": shown,
            "query": request.GET,
            "conflicts": [in_words(one) for one in conflicting[:TO_SETTLE]],
            "disagreements": [in_words(one) for one in differing[:TO_SETTLE]],
            "more_to_settle": max(len(conflicting), len(differing)) > TO_SETTLE,
            "may_export": to_take_out(waiting, actor, at).exists(),
        },
    )


def _with_roots(rows: Any) -> Any:
    return rows.select_related("left__root", "right__root", "by", "owner")


@page(right=Right.JUDGE, reads="personal", writes=True)
def pair(request: Asked, pair_reference: str) -> HttpResponseBase:
    """Two records side by side, what agrees and what speaks against it; and the judgement."""
    actor, at = request.actor, request.at
    one = suggestion(actor, at, pair_reference)
    again = is_second(one, actor)
    shown = side_by_side(one, actor, at, blind=again)
    consulted_roots(request, [one.left.root, one.right.root, *shown["roots"]])
    form = JudgementForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            judge(
                one.left,
                one.right,
                data["verdict"],
                reason=data["reason"],
                by=actor,
                at=at,
                key=data["key"],
                again=again,
            )
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "Your judgement is written down.")
            return HttpResponseRedirect(f"{QUEUE}?show=again" if again else QUEUE)
    context = {"pair": one, "form": form, "again": again}
    return render(request, "linkage/pair.html", {**context, **shown})


@page(right=Right.JUDGE, reads="personal", writes=True)
def judgement(request: Asked, judgement_reference: str) -> HttpResponseBase:
    """A judgement, and beside which others it cannot stand. Undone, what it joined is apart again,
    as it was."""
    found = _judgement(request, judgement_reference)
    form = UndoForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            undo(found, reason=data["reason"], by=request.actor, at=request.at, key=data["key"])
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "The judgement is undone. The records are as they were.")
            return HttpResponseRedirect(QUEUE)
    others = list(against(found, request.actor, request.at))
    seen = [found, *others]
    consulted_roots(request, [root for one in seen for root in (one.left.root, one.right.root)])
    context = {
        "form": form,
        "taking_on": TakeOnForm(),
        "judged": in_words(found),
        "mine": found.owner_id == request.actor.user_id,
        "against": [in_words(one) for one in others],
    }
    return render(request, "linkage/judgement.html", context)


@page(right=Right.JUDGE, reads="personal", writes=True, methods=("POST",))
def conflict_taken_on(request: Asked, judgement_reference: str) -> HttpResponseBase:
    """Makes whoever asks the one who settles a conflict."""
    found = _judgement(request, judgement_reference)
    form = TakeOnForm(request.POST)
    if form.is_valid():
        try:
            take_on(found, by=request.actor, at=request.at, key=form.cleaned_data["key"])
        except Refused as refused:
            messages.error(request, refused.message)
        else:
            messages.success(request, "This conflict is yours to settle.")
    return redirect("judgement", found.reference)


def _judgement(request: Asked, reference: str) -> Judgement:
    rows = judgements(request.actor, request.at).filter(reference=reference)
    found: Judgement | None = _with_roots(rows).first()
    if found is None:
        raise OutOfScope(reference)
    return found
