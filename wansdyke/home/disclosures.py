"""To whom a person's records, and the cases that name them, were opened: one log of all of it."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import render

from wansdyke.access.actors import Actor
from wansdyke.access.models import Grant, Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope, in_full, scope
from wansdyke.casework.models.sharing import BASES, GATEWAYS
from wansdyke.casework.sharing import sections_words
from wansdyke.history.pages import Asked, consulted, page
from wansdyke.home.person import records_in_scope
from wansdyke.people.known_as import as_known
from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Cell, Column
from wansdyke.ui.words import london

COLUMNS = (
    Column(key="record", label="Opened", whole=True),
    Column(key="to", label="To"),
    Column(key="what", label="What of it"),
    Column(key="purpose", label="What for"),
    Column(key="basis", label="Basis"),
    Column(key="since", label="Since"),
    Column(key="until", label="Until"),
    Column(key="source", label="By", whole=True),
)
NAMES = dict(BASES) | dict(GATEWAYS)


def opened(actor: Actor, at: datetime, reference: str) -> QuerySet[Grant]:
    """What opened a person's records, or a case that names them, to somebody besides, the newest
    first: of the roots that the actor sees in full, those of the force alone. Raises OutOfScope
    for whoever is of another agency or sees none of the person's records in full."""
    seen = scope(actor, Right.VIEW, at) & in_full(actor, at)
    records = list(records_in_scope(actor, at, reference).values_list("pk", flat=True))
    mine = list(Root.objects.filter(seen, pk__in=records).values_list("pk", flat=True))
    if not mine or not actor.home:
        raise OutOfScope(reference)
    cases = Root.objects.filter(seen, case__parties__record_id__in=mine)
    roots = Q(root_id__in=mine) | Q(root_id__in=cases.values("pk"))
    rows = Grant.objects.filter(roots, kind__in=[Grant.SHARE, Grant.BREAK_GLASS])
    return rows.order_by("-from_at", "-pk")


def sees_disclosures(actor: Actor, at: datetime, reference: str) -> bool:
    """Whether there is such a log for an actor."""
    try:
        opened(actor, at, reference)
    except OutOfScope:
        return False
    return True


def _rows(grants: QuerySet[Grant], at: datetime) -> list[dict[str, Any]]:
    found = grants.select_related("root", "user__agency", "team__agency", "agency")
    return [_row(one, at) for one in found]


def _row(one: Grant, at: datetime) -> dict[str, Any]:
    broken = one.kind == Grant.BREAK_GLASS
    return {
        "record": one.root.reference,
        "to": _whom(one),
        "what": "All of it, to read" if broken else sections_words(one.sections),
        "purpose": "Broken glass" if broken else one.purpose,
        "basis": one.reason if broken else _basis(one),
        "since": one.from_at,
        "until": _until(one, at),
        "source": one.source,
    }


def _basis(one: Grant) -> str:
    return "; ".join(NAMES.get(part, part) for part in (one.lawful_basis, one.gateway) if part)


def _whom(one: Grant) -> str:
    if one.user is not None:
        return f"{one.user.name}, {one.user.agency or 'no agency'}"
    if one.team is not None:
        return f"{one.team.agency.name}: {one.team.name}"
    return f"Everybody at {one.agency}"


def _until(one: Grant, at: datetime) -> Cell:
    ended = min((end for end in (one.revoked_at, one.until_at) if end is not None), default=None)
    if ended is None:
        return Cell(text="Until it is taken back", colour="blue")
    return Cell(text=london(ended), colour="grey" if ended <= at else "blue")


def _read(request: Asked, reference: str) -> tuple[Any, QuerySet[Grant]]:
    found = opened(request.actor, request.at, reference)
    record = records_in_scope(request.actor, request.at, reference).select_related("person")[0]
    return as_known(request.actor, request.at, record.person), found


@page(right=Right.VIEW, reads="personal", methods=("GET", "HEAD"))
def person_disclosures(request: Asked, person_reference: str) -> HttpResponseBase:
    """The log of to whom somebody's records and cases were opened, what for and until when."""
    person, found = _read(request, person_reference)
    shown = page_of(found, request.GET.get("page"))
    rows = _rows(Grant.objects.filter(pk__in=shown.ids).order_by("-from_at", "-pk"), request.at)
    consulted(request, [person.reference, *dict.fromkeys(row["record"] for row in rows)])
    context = {
        "person": person,
        "columns": COLUMNS,
        "rows": rows,
        "page": shown,
        "query": request.GET,
    }
    return render(request, "home/disclosures.html", context)
