"""The pages of those whose work was listened to: what was found, and their answer to it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope
from wansdyke.access.sections import ALL
from wansdyke.assurance import samples, samples_read
from wansdyke.assurance.models import Sample
from wansdyke.assurance.samples_forms import ReplyForm
from wansdyke.assurance.samples_presenting import said, score_shown
from wansdyke.casework.work_forms import refuse
from wansdyke.history.pages import Asked, consulted, page
from wansdyke.kernel.flow import Refused
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Cell, Column

COLUMNS = (
    Column(key="sample", label="Sample", whole=True),
    Column(key="opened", label="Taken"),
    Column(key="scored", label="Scored"),
    Column(key="state", label="Your answer"),
)


@page(right=Right.VIEW, reads="personal", methods=("GET", "HEAD"))
def mine(request: Asked) -> HttpResponse:
    """What was found of the reader's own work, newest first. Nobody is compared with anybody."""
    listed = samples_read.own_samples(request.actor, request.at)
    shown = page_of(listed, request.GET.get("page"))
    related = Sample.objects.select_related("case").prefetch_related("replies")
    found = shown.in_order(related.filter(pk__in=shown.ids))
    consulted(request, [one.reference for one in found])
    rows = [
        {
            "sample": Cell(
                text=one.reference, href=reverse("quality-feedback", args=[one.reference])
            ),
            "opened": one.case.opened_at,
            "scored": one.finished_at,
            "state": "Given" if one.replies.all() else "Not given",
        }
        for one in found
    ]
    context = {"rows": rows, "columns": COLUMNS, "shown": shown, "query": request.GET}
    return render(request, "assurance/mine.html", context)


@page(right=Right.VIEW, reads="personal", writes=True)
def feedback(request: Asked, reference: str) -> HttpResponseBase:
    """What was found of one piece of the reader's own work, and a form to answer it."""
    found = samples_read.own_sample_of(request.actor, reference, request.at)
    root = found.case.root
    # They read what was found of their own work; the case itself only where it is open to them.
    seen = scope(request.actor, Right.VIEW, request.at)
    opens = Root.objects.filter(seen, pk=root.pk).exists()
    consulted(request, [reference, root.reference])
    form = ReplyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            samples.reply(
                found,
                form.cleaned_data["text"],
                again=form.cleaned_data["again"],
                by=request.actor,
                at=request.at,
                key=form.cleaned_data["key"],
            )
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "Your answer is kept. Those who scored it are told.")
            return redirect("quality-feedback", reference)
    standing = [one for one in samples_read.scores_of(found) if one.set_aside_at is None]
    context: dict[str, Any] = {
        "sample": found,
        "form": form,
        "scores": [score_shown(one, ALL) for one in standing],
        "said": said(found, ALL),
        "case_link": f"/{found.case.desk}/{root.reference}/" if opens else "",
    }
    return render(request, "assurance/feedback.html", context)
