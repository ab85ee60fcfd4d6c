"""The pages of disposal and erasure: proposing, deciding, and the register of what is gone."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope, can, scope
from wansdyke.casework.desk import Desk
from wansdyke.casework.disposals import (
    Terms,
    decide,
    hindrance,
    in_sight,
    one_of,
    propose,
    register,
    withdraw,
)
from wansdyke.casework.exports import AT_ONCE
from wansdyke.casework.holding import HOLDING
from wansdyke.casework.models import Case, Disposal, Party
from wansdyke.casework.reckoning import reckoned_now
from wansdyke.casework.retention_forms import DecideForm, ProposeForm
from wansdyke.casework.retention_lists import (
    NEWEST,
    PREVIEW,
    REGISTER,
    of_my_concern,
    preview,
    register_rows,
    was,
)
from wansdyke.casework.retention_views import seen_anew
from wansdyke.casework.work_forms import refuse
from wansdyke.history import audit
from wansdyke.history.door import Stale
from wansdyke.history.pages import Asked, consulted, consulted_roots, page
from wansdyke.kernel.flow import Refused
from wansdyke.people.models import PersonRecord
from wansdyke.ui.downloads import as_csv, as_xlsx
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Sort
from wansdyke.ui.words import london

NAME = "disposals-{:%Y-%m-%d}"
SHOWN = {
    "waiting": "Waiting for a second person",
    "gone": "Register: disposed of or erased",
    "other": "Declined, withdrawn or stopped",
}


def _asked(request: Asked) -> tuple[QuerySet[Disposal], Sort, str]:
    actor, at = request.actor, request.at
    shown = request.GET.get("show", "waiting")
    shown = shown if shown in SHOWN else "waiting"
    sort = Sort.read(request.GET.get("sort"), REGISTER, default=NEWEST)
    rows = register(actor, at) if shown == "gone" else of_my_concern(in_sight(actor, at), shown)
    order = F("decided_at")
    first = order.desc(nulls_last=True) if sort.descending else order.asc(nulls_last=True)
    return rows.order_by(first, "-pk"), sort, shown


def _concerned(request: Asked) -> None:
    if not any(request.actor.may(right) for right in (*HOLDING, Right.REVIEW_AUDIT)):
        raise OutOfScope("disposals")


@page(reads="personal", methods=("GET", "HEAD"))
def disposals(request: Asked, desks: Sequence[Desk]) -> HttpResponseBase:
    """What waits for a second person, and the register of what is gone."""
    _concerned(request)
    found, sort, shown = _asked(request)
    listed = page_of(found, request.GET.get("page"))
    rows = listed.in_order(
        Disposal.objects.filter(pk__in=listed.ids).select_related(
            "root", "proposed_by", "decided_by"
        )
    )
    consulted_roots(request, [one.root for one in rows])
    context = {
        "columns": REGISTER,
        "rows": register_rows(rows, desks),
        "sort": sort,
        "page": listed,
        "query": request.GET,
        "shown": shown,
        "choices": SHOWN,
        "may_export": request.actor.may(Right.EXPORT) and shown == "gone",
    }
    return render(request, "casework/retention/disposals.html", context)


def _filed(request: Asked, desks: Sequence[Desk], form: str) -> list[dict[str, Any]]:
    _concerned(request)
    found = register(request.actor, request.at).order_by("-decided_at", "-pk")
    rows = list(found.select_related("root", "proposed_by", "decided_by")[:AT_ONCE])
    consulted(request, [one.root.reference for one in rows], form=form, rows=len(rows))
    return register_rows(rows, desks, linked=False)


@page(
    right=Right.EXPORT,
    reads="personal",
    operation=audit.EXPORT,
    methods=("GET",),
    sends="within the product",
    holds="nobody",
)
def disposals_csv(request: Asked, desks: Sequence[Desk]) -> HttpResponseBase:
    """The register as a CSV file, the newest 2,000 of it: it says nothing of what is gone."""
    return as_csv(NAME.format(request.at), REGISTER, _filed(request, desks, "csv"))


@page(
    right=Right.EXPORT,
    reads="personal",
    operation=audit.EXPORT,
    methods=("GET",),
    sends="within the product",
    holds="nobody",
)
def disposals_xlsx(request: Asked, desks: Sequence[Desk]) -> HttpResponseBase:
    """The same as a spreadsheet."""
    return as_xlsx(NAME.format(request.at), "Disposals", REGISTER, _filed(request, desks, "xlsx"))


@page(right=Right.ERASE, reads="personal", writes=True)
def disposal_new(request: Asked, desks: Sequence[Desk], record_reference: str) -> HttpResponseBase:
    """Proposes to dispose of a record or to erase it, beside exactly what would go."""
    actor, at = request.actor, request.at
    root = Root.objects.filter(scope(actor, Right.ERASE, at), reference=record_reference).first()
    if root is None:
        raise OutOfScope(record_reference)
    consulted_roots(request, [root])
    form = ProposeForm(request.POST if request.method == "POST" else None)
    form.fields["version"].initial = root.version
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        terms = Terms(kind=form.kind, ground=data["ground"], reason=data["reason"])
        given = {"by": actor, "at": at, "key": data["key"], "version": data["version"]}
        try:
            made = propose(root, terms, desks=desks, **given)
        except Stale as stale:
            seen_anew(form, stale)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"{root.reference}: it waits for a second person.")
            return redirect("disposal", made.reference)
    row = reckoned_now(root, desks, at)
    context = {
        "root": root,
        "form": form,
        "columns": PREVIEW,
        "rows": preview(root),
        "remains": _remains(root),
        "hindrances": [
            (words, sentence)
            for kind, words in Disposal.KINDS
            if (sentence := hindrance(root, kind, row, at)) is not None
        ],
    }
    return render(request, "casework/retention/propose.html", context)


def _remains(root: Root) -> list[str]:
    """What is about the same people, and stays until somebody disposes of it by itself."""
    said = []
    if Case.objects.filter(pk=root.pk).exists():
        records = Party.objects.filter(case_id=root.pk).values("record_id").distinct().count()
        if records:
            said.append(f"Records of people in this case: {records}")
    person = PersonRecord.objects.filter(pk=root.pk).values("person_id")
    others = PersonRecord.objects.filter(person_id__in=person, root__disposed_at=None)
    if count := others.exclude(pk=root.pk).count():
        said.append(f"Other records of the same person: {count}")
    if count := Party.objects.filter(record_id=root.pk).values("case_id").distinct().count():
        said.append(f"Cases that name this person, with what they say: {count}")
    return said


@page(reads="personal", writes=True)
def disposal(request: Asked, desks: Sequence[Desk], disposal_reference: str) -> HttpResponseBase:
    """One proposal, what it would remove, and a second person's decision; or what came of it."""
    _concerned(request)
    one = one_of(request.actor, disposal_reference, request.at)
    consulted_roots(request, [one.root])
    mine = one.proposed_by_id == request.actor.user_id
    may_decide = one.waits and not mine and _may_confirm(request, one)
    may_withdraw = one.waits and mine
    form = DecideForm(request.POST if request.method == "POST" else None)
    form.fields["version"].initial = one.root.version
    if request.method == "POST":
        came = _posted(request, desks, one, form, withdrawing="withdraw" in request.POST)
        if came is not None:
            return came
    context = {
        "one": one,
        "facts": _facts(one, desks),
        "form": form if may_decide else None,
        "may_withdraw": may_withdraw,
        "key": DecideForm().fields["key"].initial,
        "columns": PREVIEW,
        "rows": preview(one.root) if one.waits else _removed(one),
        "remains": _remains(one.root) if one.waits else [],
    }
    return render(request, "casework/retention/disposal.html", context)


def _may_confirm(request: Asked, one: Disposal) -> bool:
    return can(request.actor, Right.CONFIRM_ERASE, one.root, request.at)


def _removed(one: Disposal) -> list[dict[str, Any]]:
    gone = {kind: number for kind, number in one.removed.items() if kind != "begun"}
    return [{"kind": kind.capitalize(), "count": number} for kind, number in sorted(gone.items())]


def _posted(
    request: Asked, desks: Sequence[Desk], one: Disposal, form: DecideForm, *, withdrawing: bool
) -> HttpResponseBase | None:
    given: dict[str, Any] = {"by": request.actor, "at": request.at}
    try:
        if withdrawing:
            withdraw(one, key=request.POST.get("key", "")[:64], **given)
            messages.success(request, "Your proposal is taken back.")
            return redirect("disposals")
        if not form.is_valid():
            return None
        data = form.cleaned_data
        agreed = data["agreed"] == "yes"
        said = {"reason": data["reason"], "version": data["version"], "key": data["key"]}
        decide(one, agreed=agreed, desks=desks, **said, **given)
    except Stale as stale:
        seen_anew(form, stale)
        return None
    except Refused as refused:
        if not form.is_bound or withdrawing:
            messages.error(request, refused.message)
            return redirect("disposal", one.reference)
        refuse(form, refused)
        return None
    messages.success(request, "Confirmed: it is removed now." if agreed else "Declined: it stays.")
    return redirect("disposals")


def _facts(one: Disposal, desks: Sequence[Desk]) -> list[dict[str, Any]]:
    rows: list[tuple[str, Any]] = [
        ("Record", one.root.reference),
        ("What it is" if one.waits else "What it was", was(one, desks)),
        ("Proposed", f"{one.get_kind_display()}, {london(one.proposed_at)}, by {one.proposed_by}"),
        ("Under what rule", one.rule),
    ]
    if one.reason:
        rows.append(("Reason", one.reason))
    if one.decided_at is not None:
        word = "Confirmed" if one.agreed else "Declined"
        who = one.decided_by.name if one.decided_by else "somebody who has no account here now"
        rows.append((word, f"{london(one.decided_at)}, by {who}"))
    if one.decision_reason:
        rows.append(("Their reason", one.decision_reason))
    if one.done_at is not None:
        rows.append(("Done", london(one.done_at)))
    return [{"key": key, "value": value} for key, value in rows]
