"""A list taken out with names: by whoever may, for a purpose that is stated, never by default."""

from datetime import datetime
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.references import fresh
from wansdyke.access.scope import OutOfScope
from wansdyke.casework.desk import Desk
from wansdyke.casework.exports import AT_ONCE, exportable, may_name, nameable
from wansdyke.casework.forms import KeyedForm, Lines
from wansdyke.casework.models import Export
from wansdyke.casework.on_case import needed
from wansdyke.casework.pseudonyms import SAID, columns_of
from wansdyke.casework.work_forms import refuse
from wansdyke.directory import desk_of
from wansdyke.history import audit
from wansdyke.history.door import Repeated, change, digest_of
from wansdyke.history.pages import Asked, consulted, page
from wansdyke.home.exports import chosen_in, make_spreadsheet, named_columns
from wansdyke.kernel.flow import Refused
from wansdyke.ui.forms import OneOf, Option
from wansdyke.ui.paging import page_of, query_string
from wansdyke.ui.tables import Column, Sort

SHORTEST, LONGEST = 20, 1000
REGISTER = (
    Column(key="reference", label="File", whole=True),
    Column(key="by", label="By"),
    Column(key="at", label="Asked for", sortable=True),
    Column(key="list", label="List"),
    Column(key="purpose", label="What for"),
    Column(key="why", label="Why not without names"),
    Column(key="rows", label="Rows", numeric=True),
    Column(key="people", label="People named", numeric=True),
)
NEWEST = Sort(key="at", descending=True)
NOT_A_PURPOSE = "Choose what it is for from those listed."


class NamedForm(KeyedForm):
    """What a file with names is for, and which kind of file."""

    purpose = OneOf(
        label="What do you need the names for?",
        options=[Option(key, words) for key, words in Export.PURPOSES],
    )
    why = Lines(
        label="Why will the file without names not do?",
        max_length=LONGEST,
        help_text=f"At least {SHORTEST} characters. It is kept, and whoever reviews the log reads"
        " it. Name nobody here.",
    )
    form = OneOf(
        label="Which kind of file?", options=[Option(key, words) for key, words in Export.FORMS]
    )


def ask_with_names(
    actor: Actor, desk: Desk, query: str, said: dict[str, str], *, at: datetime, key: str
) -> str:
    """Asks for a list with names, and returns the reference of what is asked for; the same key
    again asks for nothing more.

    Raises OutOfScope for whoever may not take out names, Refused for no purpose of those listed and
    too few words.
    """
    if not may_name(actor):
        raise OutOfScope("names")
    purpose, form, why = _stated(said)
    digest = digest_of("named export", desk.key, query, purpose, why, form)
    try:
        with change(by=actor, at=at, key=key, digest=digest) as doing:
            made = Export.objects.create(
                by_id=actor.user_id,
                reference=fresh("EX")[0],
                desk=desk.key,
                query=query,
                asked_at=at,
                form=form,
                purpose=purpose,
                why=why,
            )
            make_spreadsheet.enqueue(made.pk)
            doing.event("export with names asked for", subject=f"export:{made.reference}")
            doing.audit(
                audit.EXPORT, made.reference, desk=desk.key, asked=True, purpose=purpose, form=form
            )
            doing.outcome["reference"] = made.reference
            return made.reference
    except Repeated as repeated:
        return str(repeated.outcome["reference"])


def _stated(said: dict[str, str]) -> tuple[str, str, str]:
    purpose, form = said["purpose"], said["form"]
    if purpose not in dict(Export.PURPOSES):
        raise Refused(NOT_A_PURPOSE, field="purpose")
    if form not in dict(Export.FORMS):
        raise Refused("Choose a kind of file from those listed.", field="form")
    why = needed(said["why"], "why", "Enter why the file without names will not do.", LONGEST)
    if len(why) < SHORTEST:
        raise Refused(f"Use {SHORTEST} characters or more, not {len(why)}.", field="why")
    return purpose, form, why


@page(right=Right.EXPORT, reads="personal", writes=True)
def take_out(request: Asked, desk: Desk) -> HttpResponseBase:
    """What a file of this list holds without names, to be had at once, and with names, to be asked
    for with a purpose."""
    actor, at = request.actor, request.at
    # Whoever may not name anybody is asked nothing, so whatever they send asks for nothing.
    sending = request.method == "POST" and may_name(actor)
    query = request.META.get("QUERY_STRING", "")[:500]
    form = NamedForm(request.POST if sending else None)
    consulted(request, [], desk=desk.key, asking=True)
    if sending and form.is_valid():
        data = form.cleaned_data
        try:
            made = ask_with_names(actor, desk, query, data, at=at, key=data["key"])
        except Refused as refused:
            refuse(form, refused)
        else:
            return redirect("export", reference=made)
    return render(request, "home/take_out.html", _shown(request, desk, query, form))


def _shown(request: Asked, desk: Desk, query: str, form: NamedForm) -> dict[str, Any]:
    actor, at = request.actor, request.at
    ids = exportable(actor, desk, at, chosen_in(query))
    named = may_name(actor)
    return {
        "desk": desk,
        "form": form if named else None,
        "rows": len(ids),
        "named_rows": len(nameable(actor, ids, at)) if named else 0,
        "later": len(ids) > AT_ONCE,
        "columns": [column.label for column in columns_of(desk)],
        "named_columns": [column.label for column in named_columns(desk)],
        "said": SAID,
        "asked": query_string(request.GET, page=None),
    }


@page(right=Right.REVIEW_AUDIT, reads="personal", methods=("GET", "HEAD"))
def register(request: Asked) -> HttpResponseBase:
    """Every list that somebody of one's own agency took out with names, and for what."""
    rows = Export.objects.exclude(purpose="").filter(by__agency=request.actor.agency_id)
    sort = Sort.read(request.GET.get("sort"), REGISTER, default=NEWEST)
    shown = page_of(
        rows.order_by("-asked_at" if sort.descending else "asked_at", "pk"), request.GET.get("page")
    )
    found = shown.in_order(rows.filter(pk__in=shown.ids).select_related("by"))
    consulted(request, [one.reference for one in found])
    context = {
        "columns": REGISTER,
        "rows": [_row(one) for one in found],
        "sort": sort,
        "page": shown,
        "query": request.GET,
    }
    return render(request, "home/named_exports.html", context)


def _row(one: Export) -> dict[str, Any]:
    made = one.ready_at is not None
    return {
        "reference": one.reference,
        "by": one.by.name,
        "at": one.asked_at,
        "list": desk_of(one.desk).title,
        "purpose": one.get_purpose_display(),
        "why": one.why,
        "rows": one.rows if made else "Not made",
        "people": one.people if made else "Not made",
    }
