"""The pages on which people judge who is who."""

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render

from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope, scope
from wansdyke.casework.work_forms import refuse
from wansdyke.history.pages import Asked, consulted_roots, page
from wansdyke.kernel.flow import Refused
from wansdyke.linkage.forms import JudgementForm, UndoForm
from wansdyke.linkage.judging import (
    conflicts,
    disagreements,
    judge,
    judgements,
    undo,
)
from wansdyke.linkage.models import Suggestion
from wansdyke.linkage.side_by_side import in_words, side_by_side
from wansdyke.people.models import Judgement
from wansdyke.ui.paging import page_of

QUEUE = "/linking/"


def _queue(request: Asked, *, again: bool) -> Any:
    """The suggestions whose both records are in scope, the likeliest first."""
    actor, at = request.actor, request.at
    rows = Suggestion.objects.filter(
        scope(actor, Right.JUDGE, at, "left__root__"),
        scope(actor, Right.JUDGE, at, "right__root__"),
    )
    if not again:
        return rows.filter(state=Suggestion.WAITING).order_by("-probability", "pk")
    judged = Judgement.objects.filter(
        left=OuterRef("left"), right=OuterRef("right"), undone_at=None
    )
    mine_or_twice = judged.filter(Q(by_id=actor.user_id) | Q(again=True))
    waiting = rows.filter(~Exists(mine_or_twice), state=Suggestion.JUDGED, again=True)
    return waiting.order_by("-probability", "pk")


@page(right=Right.JUDGE, reads="personal", methods=("GET", "HEAD"))
def queue(request: Asked) -> HttpResponseBase:
    """Pairs that wait for somebody's judgement; those to judge again; and what is in conflict."""
    again = request.GET.get("show") == "again"
    shown = page_of(_queue(request, again=again), request.GET.get("page"))
    rows = Suggestion.objects.select_related("left__root", "right__root").in_bulk(list(shown.ids))
    pairs = [rows[pk] for pk in shown.ids]
    conflicting = list(_with_roots(conflicts(request.actor, request.at))[:25])
    differing = list(_with_roots(disagreements(request.actor, request.at))[:25])
    seen = [*pairs, *conflicting, *differing]
    consulted_roots(request, [root for one in seen for root in (one.left.root, one.right.root)])
    return render(
        request,
        "linkage/queue.html",
        {
            "pairs": pairs,
            "again": again,
            "page": shown,
            "query": request.GET,
            "conflicts": [in_words(one) for one in conflicting],
            "disagreements": [in_words(one) for one in differing],
        },
    )


def _with_roots(rows: Any) -> Any:
    return rows.select_related("left__root", "right__root", "by")


@page(right=Right.JUDGE, reads="personal", writes=True)
def pair(request: Asked, pair_reference: str) -> HttpResponseBase:
    """Two records side by side, what agrees and what speaks against it; and the judgement."""
    actor, at = request.actor, request.at
    one = _suggestion(request, pair_reference)
    consulted_roots(request, [one.left.root, one.right.root])
    judged = Judgement.objects.filter(left=one.left, right=one.right, undone_at=None)
    again = one.again and judged.exists() and not judged.filter(by_id=actor.user_id).exists()
    first = None if again else judged.filter(again=False).select_related("by").first()
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
    shown = side_by_side(one, actor, at)
    context = {"pair": one, "form": form, "judged": first and in_words(first), "again": again}
    return render(request, "linkage/pair.html", {**context, **shown})


def _suggestion(request: Asked, reference: str) -> Suggestion:
    found = (
        Suggestion.objects.filter(
            scope(request.actor, Right.JUDGE, request.at, "left__root__"),
            scope(request.actor, Right.JUDGE, request.at, "right__root__"),
            reference=reference,
        )
        .select_related("left__root", "right__root", "left__person", "right__person")
        .first()
    )
    if found is None:
        raise OutOfScope(reference)
    return found


@page(right=Right.JUDGE, reads="personal", writes=True)
def judgement_undo(request: Asked, judgement_reference: str) -> HttpResponseBase:
    """Takes a judgement back: what it joined is apart again, as it was."""
    rows = judgements(request.actor, request.at).filter(reference=judgement_reference)
    found = _with_roots(rows).first()
    if found is None:
        raise OutOfScope(judgement_reference)
    consulted_roots(request, [found.left.root, found.right.root])
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
    context = {"form": form, "judged": in_words(found)}
    return render(request, "linkage/undo.html", context)
