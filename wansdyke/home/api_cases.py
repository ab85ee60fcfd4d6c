"""A desk's cases as the API gives them: in reach, by section, and noted before they are sent."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from wansdyke.access.actors import Actor
from wansdyke.access.sections import Section
from wansdyke.casework.clocks import light_of
from wansdyke.casework.desk import Desk
from wansdyke.casework.history import title_of
from wansdyke.casework.models import NEVER, Case, Party
from wansdyke.casework.presenting import clock_words
from wansdyke.casework.queries import case_of, list_page
from wansdyke.history.models import Event
from wansdyke.history.pages import consulted, consulted_roots
from wansdyke.home.api_reach import right_of, sections_out, telling_who
from wansdyke.ui.paging import Page, query_string

EVENTS = 200


def page_links(request: HttpRequest, page: Page) -> dict[str, str | None]:
    """The addresses of this page of a list and of its neighbours."""

    def at(number: int | None) -> str | None:
        return request.path + query_string(request.GET, page=number) if number else None

    return {
        "self": request.get_full_path(),
        "next": at(page.next),
        "previous": at(page.previous),
    }


def cases_page(
    request: HttpRequest, desk: Desk, actor: Actor, at: datetime, asked: dict[str, Any]
) -> dict[str, Any]:
    """One page of a desk's cases in reach."""
    chosen = {key: str(value) for key, value in asked.items()}
    number, per_page, right = asked["page"], asked["per_page"], right_of(actor)
    page = list_page(actor, desk, at, chosen, number, per_page=per_page, right=right)
    rows = page.in_order(
        desk.model._default_manager.filter(pk__in=page.ids).select_related(
            "case__root__team", "case__owner", *desk.related
        )
    )
    visible = sections_out(actor, page.ids, at)
    consulted_roots(request, [row.case.root for row in rows])
    return {
        "items": [_row(desk, row, visible[row.pk]) for row in rows],
        "page": page.number,
        "pages": page.pages,
        "total": page.total,
        "capped": page.capped,
        "links": page_links(request, page),
    }


def case_whole(
    request: HttpRequest, desk: Desk, actor: Actor, at: datetime, reference: str
) -> dict[str, Any]:
    """One case in full. Raises OutOfScope."""
    item = case_of(actor, desk, reference, at, right=right_of(actor))
    visible = sections_out(actor, [item.pk], at)[item.pk]
    parties = _parties(desk, item.case, actor, at, visible)
    told = [part[key] for part in parties for key in ("person", "record") if part[key]]
    consulted(request, [item.case.root.reference, *told])
    return {
        **_row(desk, item, visible),
        "deadlines": _deadlines(desk, item.case, at, visible),
        "parties": parties,
        "events": _events(desk, item.case, visible),
    }


def _row(desk: Desk, item: Any, visible: frozenset[Section]) -> dict[str, Any]:
    case: Case = item.case
    open_fields = [shown for shown in desk.fields if shown.section in visible]
    return {
        "reference": case.root.reference,
        "desk": desk.key,
        "state": case.state,
        "state_label": desk.flow.labels.get(case.state, case.state),
        "is_open": case.is_open,
        "owner": case.owner.username if case.owner else None,
        "team": case.root.team.name,
        "marking": case.root.get_marking_display(),
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "next_due_at": None if case.next_due_at >= NEVER else case.next_due_at,
        "version": case.root.version,
        "href": reverse(f"api:{desk.key}_case", kwargs={"reference": case.root.reference}),
        "fields": {shown.key: _plain(shown.value(item)) for shown in open_fields},
        "held_back": [s.key for s in desk.fields if s.section not in visible],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, str | int | float | datetime | None):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return str(value)


def _deadlines(
    desk: Desk, case: Case, at: datetime, visible: frozenset[Section]
) -> list[dict[str, Any]]:
    found = []
    for row in case.deadlines.order_by("due_at", "pk"):
        clock = desk.clock(row.clock, row.rule_version)
        if clock is not None and clock.section not in visible:
            continue
        light = light_of(desk, row, at)
        found.append(
            {
                "clock": row.clock,
                "label": clock.label if clock else row.clock,
                "basis": clock.basis if clock else "A rule that is no longer in use",
                "source": clock.source if clock else "",
                "light": light.value,
                "words": clock_words(light, row, at),
                "anchored_at": row.anchored_at,
                "due_at": row.due_at,
                "stopped_at": row.stopped_at,
                "replaced_at": row.replaced_at,
                "rule_version": row.rule_version,
                "inputs": row.inputs,
            }
        )
    return found


def _parties(
    desk: Desk, case: Case, actor: Actor, at: datetime, visible: frozenset[Section]
) -> list[dict[str, Any]]:
    parties = Party.objects.filter(case=case).select_related(
        "record__root", "record__person", "record__first_person"
    )
    rows = list(parties.order_by("pk"))
    named = telling_who(actor, [row.record_id for row in rows], at)
    roles = dict(desk.party_roles)
    found = []
    for row in rows:
        told = Section.IDENTITY in visible and row.record_id in named
        found.append(
            {
                "role": roles.get(row.role, row.role),
                "person": row.record.known_as if told else None,
                "record": row.record.root.reference if told else None,
                "name": str(row.record) if told else None,
                "ended_at": row.ended_at,
            }
        )
    return found


def _events(desk: Desk, case: Case, visible: frozenset[Section]) -> list[dict[str, Any]]:
    events = (
        Event.objects.filter(root_id=case.pk)
        .select_related("by")
        .prefetch_related("changes")
        .order_by("-occurred_at", "-pk")[:EVENTS]
    )
    found = []
    for event in events:
        changes = list(event.changes.all())
        shown = [change for change in changes if Section(change.section) in visible]
        found.append(
            {
                "name": event.name,
                "title": title_of(desk, event.name),
                "by": event.by.name,
                "occurred_at": event.occurred_at,
                "recorded_at": event.recorded_at,
                "state_before": event.state_before,
                "state_after": event.state_after,
                "changes": [{"field": c.field, "old": c.old, "new": c.new} for c in shown],
                "withheld": len(changes) - len(shown),
            }
        )
    return found
