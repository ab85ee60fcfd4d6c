"""The pages of what is held: every item with the gate's verdict, one item, and its release."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from wansdyke.access.scope import OutOfScope
from wansdyke.casework import leaving_bundle, leaving_gate, subject_access
from wansdyke.casework.desk import Desk
from wansdyke.casework.document_views import SANDBOX
from wansdyke.casework.leaving_gate import Judged
from wansdyke.casework.leaving_rules import Whose
from wansdyke.casework.models import Leaving, LeavingDecision, LeavingRelease
from wansdyke.casework.subject_access import kept_by, on_request, piece_of, pieces_of
from wansdyke.casework.subject_access_forms import ConfirmForm, ItemForm, ReleaseForm
from wansdyke.casework.work_forms import refuse
from wansdyke.history import audit
from wansdyke.history.door import Doing, digest_of
from wansdyke.history.pages import Asked, consulted, consulted_roots, page
from wansdyke.kernel.flow import Refused
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Cell, Column

Desks = tuple[Desk, ...]
PER_PAGE = 50
COLUMNS = (
    Column(key="item", label="Item"),
    Column(key="record", label="Record", whole=True),
    Column(key="section", label="Section"),
    Column(key="whose", label="Whose"),
    Column(key="verdict", label="Gate"),
    Column(key="decided", label="Decided"),
)
SHOWN = {"all": "All", "held": "Held back", "leaves": "Leaves", "others": "About somebody else"}
SHORT = 60


@page(reads="personal", methods=("GET", "HEAD"))
def items(request: Asked, leaving_reference: str, desks: Desks) -> HttpResponseBase:
    """Everything held on the person that the preparer may see, with the gate's verdict on each."""
    leaving = kept_by(request.actor, leaving_reference)
    shown = request.GET.get("show", "all")
    shown = shown if shown in SHOWN else "all"
    every = pieces_of(leaving, request.actor, request.at, desks)
    wanted = [one for one in every if _wanted(one, shown)]
    listed = page_of(list(range(len(wanted))), request.GET.get("page"), PER_PAGE)
    rows = [wanted[place] for place in listed.ids]
    consulted_roots(request, [one.piece.root for one in rows])
    consulted(request, [leaving.reference])
    context = {
        "one": leaving,
        "columns": COLUMNS,
        "rows": [_row(leaving, one) for one in rows],
        "page": listed,
        "query": request.GET,
        "shown": shown,
        "choices": SHOWN,
        "counts": {key: sum(_wanted(one, key) for one in every) for key in SHOWN},
    }
    return render(request, "casework/leaving/items.html", context)


def _wanted(one: Judged, shown: str) -> bool:
    if shown == "held":
        return one.leaving is None
    if shown == "leaves":
        return one.leaving is not None
    return shown == "all" or one.piece.item.whose is not Whose.SUBJECT or bool(one.piece.spans)


def _row(leaving: Leaving, one: Judged) -> dict[str, Any]:
    text = one.piece.text.replace("\n", "; ")
    short = text if len(text) <= SHORT else f"{text[:SHORT].rstrip()}…"
    href = reverse("leaving-item", args=[leaving.reference, one.name])
    return {
        "item": Cell(text=f"{one.piece.title}: {short}", href=href),
        "record": one.piece.root.reference,
        "section": one.piece.item.section.capitalize(),
        "whose": one.piece.item.whose.value.capitalize(),
        "verdict": _verdict(one),
        "decided": one.decision.get_outcome_display() if one.decision else "",
    }


def _verdict(one: Judged) -> Cell:
    if one.released:
        return Cell(text="Released by two people", colour="blue")
    if one.waiting is not None:
        return Cell(text="Waits for a second person", colour="yellow")
    if one.verdict.leaves:
        return Cell(text="Leaves", colour="green")
    return Cell(text="Held back", colour="red")


def _item(request: Asked, reference: str, name: str, desks: Desks) -> tuple[Leaving, Judged]:
    leaving = kept_by(request.actor, reference)
    one = piece_of(leaving, name, request.actor, request.at, desks)
    consulted_roots(request, [one.piece.root])
    consulted(request, [leaving.reference])
    return leaving, one


@page(reads="personal", writes=True)
def item(request: Asked, leaving_reference: str, item: str, desks: Desks) -> HttpResponseBase:
    """One item whole, what was found in it, and what is to happen to it."""
    leaving, one = _item(request, leaving_reference, item, desks)
    form = ItemForm(request.POST if request.method == "POST" else None, initial=_initial(one))
    if request.method == "POST" and leaving.state != Leaving.OPEN:
        raise OutOfScope(item)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        said = {key: data[key] for key in ("outcome", "exemption", "reason")}
        whole = said["outcome"] == LeavingDecision.WHOLE
        said |= {"phrases": [] if whole else form.lines()}
        given = {"by": request.actor, "at": request.at, "key": data["key"]}
        try:
            leaving_gate.checked_decision(one.piece, **said)
            subject_access.decide(leaving, one.piece, **said, **given)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "Your decision is written down.")
            return redirect("leaving-item", leaving_reference, item)
    context = {
        "one": leaving,
        "judged": one,
        "form": form if leaving.state == Leaving.OPEN else None,
        "found": [(one.piece.text[s.start : s.end], s.what) for s in one.piece.spans],
    }
    return render(request, "casework/leaving/item.html", context)


def _initial(one: Judged) -> dict[str, Any]:
    if one.decision is not None:
        names = ("outcome", "exemption", "reason")
        said = {name: getattr(one.decision, name) for name in names}
        return {**said, "phrases": "\n".join(one.decision.phrases)}
    found = (one.piece.text[span.start : span.end] for span in one.piece.spans)
    return {"phrases": "\n".join(dict.fromkeys(" ".join(text.split()) for text in found))}


@page(reads="personal", writes=True)
def release(request: Asked, leaving_reference: str, item: str, desks: Desks) -> HttpResponseBase:
    """Proposes to release one item that the gate holds back."""
    leaving, one = _item(request, leaving_reference, item, desks)
    if one.verdict.leaves or not one.verdict.releasable or leaving.state != Leaving.OPEN:
        raise OutOfScope(item)
    form = ReleaseForm(request.POST if request.method == "POST" else None)

    def body(doing: Doing, held: Leaving) -> None:
        now = piece_of(held, item, request.actor, request.at, desks)
        leaving_gate.propose(now, held, form.cleaned_data["reason"], doing)

    if request.method == "POST" and form.is_valid():
        digest = digest_of("release", leaving.reference, one.digest, form.cleaned_data["reason"])
        if _sent(request, leaving, form, body, digest):
            messages.success(request, "The release waits for a second person.")
            return redirect("leaving-item", leaving_reference, item)
    context = {"one": leaving, "judged": one, "form": form, "release": None}
    return render(request, "casework/leaving/release.html", context)


def _sent(
    request: Asked, leaving: Leaving, form: Any, body: Callable[[Doing, Leaving], None], digest: str
) -> bool:
    given = {"by": request.actor, "at": request.at, "key": form.cleaned_data["key"]}
    try:
        on_request(leaving, body, digest=digest, **given)
    except Refused as refused:
        refuse(form, refused)
        return False
    return True


@page(reads="personal", methods=("GET", "HEAD"))
def releases(request: Asked, leaving_reference: str, desks: Desks) -> HttpResponseBase:
    """What waits for a second person, and what was decided."""
    leaving = kept_by(request.actor, leaving_reference)
    rows = _releases(leaving, pieces_of(leaving, request.actor, request.at, desks))
    consulted_roots(request, [row.root for row, _ in rows])
    consulted(request, [leaving.reference])
    context = {"one": leaving, "rows": rows}
    return render(request, "casework/leaving/releases.html", context)


def _releases(leaving: Leaving, every: Iterable[Judged]) -> list[tuple[LeavingRelease, Judged]]:
    """The releases of items that whoever asks sees, those that wait first."""
    seen = {one.piece.key: one for one in every}
    rows = leaving.releases.select_related("root", "by", "decided_by").order_by("pk")
    known = [(row, seen[row.item]) for row in rows if row.item in seen]
    return sorted(known, key=lambda one: one[0].decided_at is not None)


def _release(
    request: Asked, reference: str, release: str, desks: Desks
) -> tuple[Leaving, LeavingRelease, Judged]:
    leaving = kept_by(request.actor, reference)
    every = pieces_of(leaving, request.actor, request.at, desks)
    for row, one in _releases(leaving, every):
        if row.reference == release:
            consulted_roots(request, [row.root])
            consulted(request, [leaving.reference])
            return leaving, row, one
    raise OutOfScope(release)


@page(reads="personal", writes=True)
def confirm(
    request: Asked, leaving_reference: str, release_reference: str, desks: Desks
) -> HttpResponseBase:
    """A second person's decision on one release: they see exactly what is to leave."""
    leaving, row, one = _release(request, leaving_reference, release_reference, desks)
    form = ConfirmForm(request.POST if request.method == "POST" else None)

    def body(doing: Doing, held: Leaving) -> None:
        locked = held.releases.select_for_update(of=("self",)).get(pk=row.pk)
        now = piece_of(held, one.name, request.actor, request.at, desks)
        agreed, why = form.cleaned_data["agreed"] == "yes", form.cleaned_data["reason"]
        leaving_gate.confirm(now, locked, agreed=agreed, reason=why, by=request.actor, doing=doing)

    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        digest = digest_of("confirm", row.reference, said["agreed"], said["reason"])
        if _sent(request, leaving, form, body, digest):
            messages.success(request, "Your decision is written down.")
            return redirect("leaving-releases", leaving_reference)
    mine, decided = row.by_id == request.actor.user_id, row.decided_at is not None
    open_to_me = leaving.state == Leaving.OPEN and not mine and not decided
    context = {"one": leaving, "judged": one, "release": row, "form": form if open_to_me else None}
    return render(request, "casework/leaving/release.html", context)


@page(
    reads="personal",
    operation=audit.DISCLOSURE,
    methods=("GET",),
    sends="through the gate",
    holds="people, by need",
    step_up=True,
)
def file(request: Asked, leaving_reference: str, form: str) -> HttpResponseBase:
    """The bundle itself, to be given to its recipient."""
    leaving = kept_by(request.actor, leaving_reference)
    bundle, content = leaving_bundle.opened(leaving, form)
    facts = {"recipient": leaving.recipient_kind, "purpose": leaving.purpose}
    consulted(request, [leaving.reference], form=form, sha256=bundle.sha256, **facts)
    name = f"{leaving.reference}.{form}"
    media = leaving_bundle.MEDIA[form]
    response = FileResponse(content, as_attachment=True, filename=name, content_type=media)
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
