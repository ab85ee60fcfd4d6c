"""The pages of broken glass: breaking it, what was broken, and what was made of it."""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from wansdyke.access.posts import Right
from wansdyke.access.references import PATTERN, tidy
from wansdyke.access.scope import OutOfScope
from wansdyke.casework.glass import (
    behind,
    break_glass,
    in_sight,
    one_of,
    review,
    to_review,
)
from wansdyke.casework.glass_forms import GlassForm, ReviewForm
from wansdyke.casework.models import BrokenGlass, Case
from wansdyke.casework.work_forms import refuse
from wansdyke.history import audit
from wansdyke.history.pages import Asked, consulted, consulted_roots, page
from wansdyke.kernel.flow import Refused
from wansdyke.people.models import PersonRecord
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Cell, Column, Sort
from wansdyke.ui.words import date_words, london

NOT_HERE = "There is no record of this reference that can be opened so."
REFERENCE = re.compile(PATTERN)
COLUMNS = (
    Column(key="reference", label="Broken glass", whole=True),
    Column(key="record", label="Record", whole=True),
    Column(key="by", label="By"),
    Column(key="at", label="When", sortable=True),
    Column(key="why", label="Emergency"),
    Column(key="review", label="Review by", sortable=True),
    Column(key="outcome", label="Outcome"),
)
ORDERS = {"at": "at", "review": "review_by"}
SOONEST = Sort(key="review")


@page(reads="personal", methods=("GET", "HEAD"))
def glass(request: Asked) -> HttpResponseBase:
    """What waits for a review by whoever asks, or all that they see of it."""
    actor = request.actor
    if not (actor.may(Right.BREAK_GLASS) or actor.may(Right.REVIEW_AUDIT)):
        raise OutOfScope("glass")
    reviews = actor.may(Right.REVIEW_AUDIT) or actor.may(Right.LIFT)
    every = not reviews or request.GET.get("show") == "all"
    sort = Sort.read(request.GET.get("sort"), COLUMNS, default=SOONEST)
    sign = "-" if sort.descending else ""
    rows = in_sight(actor) if every else to_review(actor)
    shown = page_of(rows.order_by(f"{sign}{ORDERS[sort.key]}", "pk"), request.GET.get("page"))
    listed = shown.in_order(in_sight(actor).filter(pk__in=shown.ids))
    consulted_roots(request, [one.root for one in listed])
    context = {
        "columns": COLUMNS,
        "rows": list(_rows(listed, request)),
        "sort": sort,
        "page": shown,
        "query": request.GET,
        "every": every,
        "reviews": reviews,
        "may_break": actor.may(Right.BREAK_GLASS),
    }
    return render(request, "casework/glass/list.html", context)


def _rows(items: Iterable[BrokenGlass], request: Asked) -> Iterable[dict[str, Any]]:
    for one in items:
        done = one.reviewed_at is not None
        # Whoever broke it finds the way back for as long as it is open to them.
        back = one.by_id == request.actor.user_id and request.at < one.until_at
        yield {
            "reference": Cell(text=one.reference, href=reverse("glass-one", args=[one.reference])),
            "record": Cell(text=one.root.reference, href=_where(one) if back else ""),
            "by": one.by.name,
            "at": one.at,
            "why": one.get_category_display(),
            "review": "Reviewed" if done else _last_day(one),
            "outcome": _outcome(one),
        }


def _last_day(one: BrokenGlass) -> str:
    """The day by whose end it is to be reviewed; it ends at the next one's midnight."""
    return date_words(one.review_by - timedelta(minutes=1))


def _outcome(one: BrokenGlass) -> Cell:
    if one.reviewed_at is not None:
        return Cell(text=one.get_outcome_display(), colour="green")
    late = one.escalated_at is not None
    return Cell(
        text="Overdue: professional standards were told" if late else "Waits for review",
        colour="red" if late else "yellow",
    )


@page(right=Right.BREAK_GLASS, reads="personal", writes=True)
def glass_break(request: Asked) -> HttpResponseBase:
    """Opens a record in an emergency; every try is written down, also of what is not there."""
    known = tidy(request.GET.get("reference", ""))
    given_there = {"reference": known} if REFERENCE.fullmatch(known) else None
    form = GlassForm(request.POST if request.method == "POST" else None, initial=given_there)
    asked: list[str] = []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        reference = tidy(data["reference"])
        try:
            behind(request.actor, reference, request.at)
            given = {"by": request.actor, "at": request.at, "key": data["key"]}
            said = {"category": data["category"], "reason": data["reason"]}
            made = break_glass(reference, **said, **given)
        except OutOfScope:
            # Whatever else was typed may be somebody's name, and the chain keeps all.
            asked = [reference] if REFERENCE.fullmatch(reference) else []
            request.logged_as = audit.DENIED
            form.add_error("reference", NOT_HERE)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"{reference} is open to you for three hours.")
            return redirect(_where(BrokenGlass.objects.get(reference=made.reference)))
    consulted(request, asked)
    return render(request, "casework/glass/break.html", {"form": form})


def _where(made: BrokenGlass) -> str:
    """The page of what was opened: a case's own, or the person's."""
    case = Case.objects.filter(pk=made.root_id).select_related("root").first()
    if case is not None:
        return reverse(f"{case.desk}:case", kwargs={"reference": case.root.reference})
    record = PersonRecord.objects.select_related("person", "first_person")
    return reverse("person", args=[record.get(pk=made.root_id).known_as])


@page(reads="personal", writes=True)
def glass_one(request: Asked, glass_reference: str) -> HttpResponseBase:
    """One time that the glass was broken, and the review of it."""
    one = one_of(request.actor, glass_reference)
    mine_to_review = to_review(request.actor).filter(pk=one.pk).exists()
    form = ReviewForm(request.POST if request.method == "POST" else None)
    consulted_roots(request, [one.root])
    if request.method == "POST" and not mine_to_review:
        raise OutOfScope(glass_reference)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            given = {"by": request.actor, "at": request.at, "key": data["key"]}
            review(one, outcome=data["outcome"], words=data["words"], **given)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"Your review of {one.reference} is written down.")
            return redirect("glass")
    context = {"one": one, "form": form if mine_to_review else None, "facts": _facts(one)}
    return render(request, "casework/glass/one.html", context)


def _facts(one: BrokenGlass) -> list[dict[str, Any]]:
    rows: list[tuple[str, Any]] = [
        ("Record", one.root.reference),
        ("Team", one.root.team.name),
        ("Broken by", one.by.name),
        ("When", london(one.at)),
        ("Open until", london(one.until_at)),
        ("Emergency", one.get_category_display()),
        ("Reason", one.reason),
    ]
    if one.reviewed_at is None:
        rows.append(("Review by", _last_day(one)))
    else:
        who = one.reviewed_by.name if one.reviewed_by else ""
        rows += [("Reviewed by", who), ("Reviewed", london(one.reviewed_at))]
        rows += [("Outcome", one.get_outcome_display()), ("How they came to it", one.words)]
    return [{"key": key, "value": value} for key, value in rows]
