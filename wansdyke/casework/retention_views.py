"""The pages of reviews and legal holds."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.references import tidy
from wansdyke.access.scope import OutOfScope, can, scope
from wansdyke.casework.desk import Desk
from wansdyke.casework.exports import AT_ONCE
from wansdyke.casework.holding import HOLDING, holds_on, in_sight, lift, place, root_to_hold
from wansdyke.casework.keeping import keep, latest
from wansdyke.casework.models import Case, Disposal, LegalHold, Retention, RetentionReview
from wansdyke.casework.reckoning import reckoned_now
from wansdyke.casework.retention_forms import HoldForm, KeepForm, LiftForm
from wansdyke.casework.retention_lists import (
    COLUMNS,
    SHOWN,
    SOONEST,
    from_words,
    ordered,
    reviews,
    rows_of,
    what,
)
from wansdyke.casework.work_forms import refuse
from wansdyke.history import audit
from wansdyke.history.door import Stale
from wansdyke.history.pages import Asked, consulted, consulted_roots, page
from wansdyke.kernel.calendar import london as day_in_london
from wansdyke.kernel.flow import Refused
from wansdyke.kernel.pseudonym import RECORD, Pseudonyms
from wansdyke.kernel.retention import GROUPS, SOURCE
from wansdyke.people.models import PersonRecord
from wansdyke.ui.downloads import as_csv, as_xlsx
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Cell, Column, Sort
from wansdyke.ui.words import date_words, london

NAME = "reviews-{:%Y-%m-%d}"
CHANGED = "This has changed since you opened it. Look at it again, then decide."
HOLDS = (
    Column(key="reference", label="Hold", whole=True),
    Column(key="record", label="Record", whole=True),
    Column(key="ground", label="What for"),
    Column(key="matter", label="Matter"),
    Column(key="since", label="Since", sortable=True),
    Column(key="by", label="By"),
    Column(key="state", label="State"),
)
LAST = Sort(key="since", descending=True)


def _asked(request: Asked, right: Right = Right.ERASE) -> tuple[Any, Sort, str, str]:
    shown, group = request.GET.get("show", "overdue"), request.GET.get("group", "")
    shown = shown if shown in SHOWN else "overdue"
    sort = Sort.read(request.GET.get("sort"), COLUMNS, default=SOONEST)
    rows = reviews(request.actor, request.at, shown, group, right=right)
    return ordered(rows, sort), sort, shown, group


@page(right=Right.ERASE, reads="personal", methods=("GET", "HEAD"))
def retention(request: Asked, desks: Sequence[Desk]) -> HttpResponseBase:
    """What is to be reviewed, the longest overdue first."""
    found, sort, shown, group = _asked(request)
    listed = page_of(found, request.GET.get("page"))
    rows = listed.in_order(Retention.objects.filter(pk__in=listed.ids).select_related("root__team"))
    consulted_roots(request, [row.root for row in rows])
    context = {
        "columns": COLUMNS,
        "rows": rows_of(rows, desks, london_today(request)),
        "sort": sort,
        "page": listed,
        "query": request.GET,
        "shown": shown,
        "group": group,
        "choices": SHOWN,
        "groups": GROUPS,
        "source": SOURCE,
        "may_export": request.actor.may(Right.EXPORT),
    }
    return render(request, "casework/retention/list.html", context)


def london_today(request: Asked) -> Any:
    """The London day of a request."""
    return day_in_london(request.at).date()


def _filed(request: Asked, desks: Sequence[Desk], form: str) -> list[dict[str, Any]]:
    found, _, _, _ = _asked(request)
    may_leave = scope(request.actor, Right.EXPORT, request.at, "root__")
    rows = list(found.filter(may_leave).select_related("root__team")[:AT_ONCE])
    consulted(request, [row.root.reference for row in rows], form=form, rows=len(rows))
    people = set(PersonRecord.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk"))
    names = Pseudonyms()
    shown = rows_of(rows, desks, london_today(request), linked=False)
    for row, one in zip(rows, shown, strict=True):
        if (row.pk,) in people:
            one["reference"] = names.of(RECORD, row.pk)
    return shown


@page(
    right=Right.ERASE,
    reads="personal",
    operation=audit.EXPORT,
    methods=("GET",),
    sends="within the product",
    holds="pseudonyms",
)
def retention_csv(request: Asked, desks: Sequence[Desk]) -> HttpResponseBase:
    """The list as a CSV file, the first 2,000 of it: a person's record stands in it
    under a pseudonym."""
    return as_csv(NAME.format(request.at), COLUMNS, _filed(request, desks, "csv"))


@page(
    right=Right.ERASE,
    reads="personal",
    operation=audit.EXPORT,
    methods=("GET",),
    sends="within the product",
    holds="pseudonyms",
)
def retention_xlsx(request: Asked, desks: Sequence[Desk]) -> HttpResponseBase:
    """The same as a spreadsheet."""
    return as_xlsx(NAME.format(request.at), "Reviews", COLUMNS, _filed(request, desks, "xlsx"))


@page(reads="personal", writes=True)
def review(request: Asked, desks: Sequence[Desk], record_reference: str) -> HttpResponseBase:
    """One record: its group, its date and why, what holds it, what was decided; and to keep it."""
    root = root_to_hold(request.actor, request.at, record_reference)
    consulted_roots(request, [root])
    may_review = can(request.actor, Right.ERASE, root, request.at)
    if request.method == "POST" and not may_review:
        raise OutOfScope(record_reference)
    row = reckoned_now(root, desks, request.at)
    form = KeepForm(request.POST if request.method == "POST" else None)
    form.fields["version"].initial = root.version
    if request.method == "POST" and form.is_valid() and _kept(request, desks, root, form):
        messages.success(request, f"{root.reference} is kept, and reviewed again then.")
        return redirect("retention-review", root.reference)
    last = latest(root, desks, request.at)
    form.fields["next_on"].help_text = f"After today, and by {date_words(last)}."
    context = {
        "root": root,
        "facts": _facts(row, desks),
        "holds": list(holds_on(root.pk).select_related("by", "root")),
        "kept": list(
            RetentionReview.objects.filter(root=root).select_related("by").order_by("-at")
        ),
        "proposed": Disposal.objects.filter(root=root, decided_at=None, withdrawn_at=None).first(),
        "form": form if may_review and row.review_on else None,
        "may_review": may_review,
        "where": _where(request, root),
    }
    return render(request, "casework/retention/review.html", context)


def _where(request: Asked, root: Root) -> str:
    """Where the record itself is, for whoever may view it."""
    if not can(request.actor, Right.VIEW, root, request.at):
        return ""
    case = Case.objects.filter(pk=root.pk).first()
    if case is not None:
        return reverse(f"{case.desk}:case", kwargs={"reference": root.reference})
    record = PersonRecord.objects.select_related("person", "first_person").get(pk=root.pk)
    return reverse("person", args=[record.known_as])


def _facts(row: Retention, desks: Sequence[Desk]) -> list[dict[str, Any]]:
    rows: list[tuple[str, Any]] = [
        ("What it is", what(row, desks)),
        ("Review group", row.get_group_display()),
        ("Counted from", from_words(row)),
        ("Why then", row.why),
        ("Next review", f"{date_words(row.review_on)}" if row.review_on else "Not yet"),
        ("Rules", f"Version {row.rule_version}. {SOURCE}"),
    ]
    return [{"key": key, "value": value} for key, value in rows]


def _kept(request: Asked, desks: Sequence[Desk], root: Root, form: KeepForm) -> bool:
    data = form.cleaned_data
    given = {"by": request.actor, "at": request.at, "key": data["key"]}
    said = {"reason": data["reason"], "next_on": data["next_on"], "version": data["version"]}
    try:
        keep(root, desks=desks, **said, **given)
    except Stale as stale:
        seen_anew(form, stale)
        return False
    except Refused as refused:
        refuse(form, refused)
        return False
    return True


def seen_anew(form: Any, stale: Stale) -> None:
    """Shows a form again on what the record is now."""
    typed = form.data.copy()
    typed["version"] = str(stale.root.version)
    form.data = typed
    form.add_error(None, CHANGED)


def _may_hold(request: Asked) -> None:
    if not any(request.actor.may(right) for right in HOLDING):
        raise OutOfScope("holds")


@page(reads="personal", methods=("GET", "HEAD"))
def holds(request: Asked) -> HttpResponseBase:
    """The legal holds on records that one may hold: those that stand, or those lifted."""
    _may_hold(request)
    lifted = request.GET.get("show") == "lifted"
    sort = Sort.read(request.GET.get("sort"), HOLDS, default=LAST)
    rows = in_sight(request.actor, request.at).filter(lifted_at__isnull=not lifted)
    found = page_of(
        rows.order_by("-at" if sort.descending else "at", "pk"), request.GET.get("page")
    )
    items = found.in_order(in_sight(request.actor, request.at).filter(pk__in=found.ids))
    consulted_roots(request, [one.root for one in items])
    context = {
        "columns": HOLDS,
        "rows": [_hold_row(one) for one in items],
        "sort": sort,
        "page": found,
        "query": request.GET,
        "lifted": lifted,
    }
    return render(request, "casework/retention/holds.html", context)


def _hold_row(one: LegalHold) -> dict[str, Any]:
    return {
        "reference": Cell(text=one.reference, href=reverse("hold", args=[one.reference])),
        "record": one.root.reference,
        "ground": one.get_ground_display(),
        "matter": one.matter,
        "since": one.at,
        "by": one.by.name,
        "state": Cell(text="Lifted", colour="grey")
        if one.lifted_at
        else Cell(text="Stands", colour="red"),
    }


@page(reads="personal", writes=True)
def hold_new(request: Asked) -> HttpResponseBase:
    """Puts a hold on a record."""
    _may_hold(request)
    asked = {"reference": request.GET.get("record", "")[:20]}
    form = HoldForm(request.POST if request.method == "POST" else None, initial=asked)
    consulted(request, [])
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        given = {"by": request.actor, "at": request.at, "key": data["key"]}
        said = {name: data[name] for name in ("ground", "matter", "reason")}
        try:
            root = root_to_hold(request.actor, request.at, tidy(data["reference"]))
            made = place(root, **said, **given)
        except OutOfScope:
            form.add_error("reference", "There is no record of this reference that you may hold.")
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "It is held from now on.")
            return redirect("hold", made.reference)
    return render(request, "casework/retention/hold_new.html", {"form": form})


@page(reads="personal", writes=True)
def hold(request: Asked, hold_reference: str) -> HttpResponseBase:
    """One hold, and its lifting by another person."""
    _may_hold(request)
    one = in_sight(request.actor, request.at).filter(reference=hold_reference).first()
    if one is None:
        raise OutOfScope(hold_reference)
    consulted_roots(request, [one.root])
    form = LiftForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        given = {"by": request.actor, "at": request.at, "key": data["key"]}
        try:
            lift(one, reason=data["reason"], **given)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"{one.reference} is lifted.")
            return redirect("holds")
    mine = one.by_id == request.actor.user_id
    context = {
        "one": one,
        "facts": _hold_facts(one),
        "form": None if one.lifted_at or (mine and request.method != "POST") else form,
        "mine": mine,
    }
    return render(request, "casework/retention/hold.html", context)


def _hold_facts(one: LegalHold) -> list[dict[str, Any]]:
    rows: list[tuple[str, Any]] = [
        ("Record", one.root.reference),
        ("Team", one.root.team.name),
        ("Held for", one.get_ground_display()),
        ("Matter", one.matter),
        ("Why", one.reason),
        ("Placed", f"{london(one.at)}, by {one.by.name}"),
    ]
    if one.lifted_at is not None and one.lifted_by is not None:
        rows += [("Lifted", f"{london(one.lifted_at)}, by {one.lifted_by.name}")]
        rows += [("Why it was lifted", one.lift_reason)]
    return [{"key": key, "value": value} for key, value in rows]
