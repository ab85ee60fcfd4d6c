"""The pages every desk has: its list, a case, its history, an edit, an owner, a new case."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root, Team, User
from wansdyke.access.notices import holders
from wansdyke.access.posts import Right
from wansdyke.access.scope import sections_of
from wansdyke.access.why import why
from wansdyke.casework.actions import amend, assign, open_case
from wansdyke.casework.counted import behind
from wansdyke.casework.desk import Desk
from wansdyke.casework.exports import may_name
from wansdyke.casework.forms import FilterForm, OwnerForm, fresh_key
from wansdyke.casework.history import history_of
from wansdyke.casework.holding import HOLDING
from wansdyke.casework.presenting import clocks_shown, fact_rows, list_columns, list_row
from wansdyke.casework.queries import (
    OutOfScope,
    case_of,
    list_page,
    may_also,
    sections_on,
)
from wansdyke.casework.step_views import (
    case_url,
    merge_page,
    plain_steps,
    proposals_of,
    steps_of,
)
from wansdyke.casework.work_forms import refuse
from wansdyke.casework.work_queries import work_of
from wansdyke.history.door import Stale
from wansdyke.history.pages import Asked, consulted, consulted_roots, page
from wansdyke.kernel.flow import Refused, Role
from wansdyke.ui.tables import Sort

RECENT = 10


@page(right=Right.VIEW, reads="personal", methods=("GET", "HEAD"))
def cases(request: Asked, desk: Desk) -> HttpResponseBase:
    """A desk's list: in scope, narrowed, by deadline unless sorted otherwise."""
    chosen = {key: value for key, value in request.GET.items() if isinstance(value, str)}
    chosen.setdefault("state", "open")
    columns = list_columns(desk)
    shown = list_page(request.actor, desk, request.at, chosen, chosen.get("page"))
    rows = shown.in_order(
        desk.model._default_manager.filter(pk__in=shown.ids).select_related(
            "case__root", *desk.related
        )
    )
    visible = sections_of(request.actor, shown.ids, request.at)
    consulted_roots(request, [row.case.root for row in rows])
    states = [("open", "Open"), ("closed", "Closed"), *desk.flow.labels.items()]
    choices: list[tuple[str, str, Any]] = [("state", "State", states)]
    offered = [(f.key, f.label, f.offered()) for f in desk.filters]
    choices += [(key, label, found) for key, label, found in offered if found]
    return render(
        request,
        "casework/list.html",
        {
            "desk": desk,
            "columns": columns,
            "rows": [list_row(desk, row, visible[row.pk], request.at) for row in rows],
            "sort": Sort.read(chosen.get("sort"), columns, default=Sort(key="deadline")),
            "page": shown,
            "query": request.GET,
            "filters": FilterForm(chosen, choices=choices),
            "behind": behind(desk.counting, chosen),
            "may_open": bool(request.actor.posts & desk.opening),
            "may_export": request.actor.may(Right.EXPORT),
            "may_name": may_name(request.actor),
        },
    )


@page(right=Right.VIEW, reads="personal", methods=("GET", "HEAD"))
def case(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """A case: who may do what next, its clocks, facts, people, work and latest history."""
    item = case_of(request.actor, desk, reference, request.at)
    actor, at, root = request.actor, request.at, item.case.root
    visible = sections_on(actor, root, at)
    may_step = may_also(actor, Right.STEP, root, at)
    shown = case_shown(desk, item, actor, at)
    consulted(request, [root.reference, *shown["consulted"]])
    return render(
        request,
        "casework/case.html",
        {
            **shown,
            **steps_of(desk, item, actor, at, may_step=may_step),
            "plain_steps": plain_steps(desk),
            "step_key": fresh_key(),
            "proposals": proposals_of(desk, item, actor.user_id, actor.posts, visible),
            "may_assign": may_also(actor, Right.ASSIGN, root, at),
            "may_share": may_also(actor, Right.SHARE, root, at),
            "may_hold": any(may_also(actor, right, root, at) for right in HOLDING),
            "why": why(actor, root, at),
        },
    )


def case_shown(desk: Desk, item: Any, actor: Actor, at: datetime) -> dict[str, Any]:
    """What `casework/case_shown.html` says of a case to an actor in whose scope it is; `consulted`
    are the references of the records it shows besides."""
    visible = sections_on(actor, item.case.root, at)
    panels = [
        {"panel": panel, "context": context}
        for panel in desk.panels
        if panel.section in visible and (context := panel.context(item, actor, at)) is not None
    ]
    return {
        "desk": desk,
        "item": item,
        "case": item.case,
        "reference": item.case.root.reference,
        "state": desk.flow.labels.get(item.case.state, item.case.state),
        **fact_rows(desk, item, visible),
        "clocks": clocks_shown(desk, item.case, at, visible),
        "may_edit": desk.edit_form is not None and may_also(actor, Right.EDIT, item.case.root, at),
        "panels": panels,
        "history": history_of(desk, item.case, visible, last=RECENT),
        "now": at,
        **work_of(item, desk, actor, at, visible),
    }


@page(right=Right.EDIT, reads="personal", writes=True)
def edit(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """An edit of a case's facts; a stale one gets the merge page, never a silent overwrite."""
    item = case_of(request.actor, desk, reference, request.at, right=Right.EDIT)
    if desk.edit_form is None:
        raise OutOfScope(reference)
    consulted_roots(request, [item.case.root])
    visible = sections_on(request.actor, item.case.root, request.at)
    form = desk.edit_form(request.POST or None, item=item, visible=visible)
    form.fields["version"].initial = item.case.root.version
    if request.method == "POST" and form.is_valid():
        values = form.values()
        try:
            outcome = amend(
                item,
                values,
                desk=desk,
                by=request.actor,
                at=request.at,
                key=form.cleaned_data["key"],
                version=form.cleaned_data["version"],
            )
        except Stale as stale:
            return merge_page(request, desk, item, form, values, stale)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, "Saved.")
            return redirect(case_url(desk, outcome.reference))
    return render(request, "casework/edit.html", {"desk": desk, "item": item, "form": form})


@page(right=Right.VIEW, reads="personal", methods=("GET", "HEAD"))
def history(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """Everything that happened to a case, with old and new values of what the viewer may see."""
    item = case_of(request.actor, desk, reference, request.at)
    visible = sections_on(request.actor, item.case.root, request.at)
    consulted_roots(request, [item.case.root])
    return render(
        request,
        "casework/history.html",
        {"desk": desk, "item": item, "history": history_of(desk, item.case, visible)},
    )


@page(right=Right.ASSIGN, reads="personal", writes=True)
def owner(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """Gives a case an owner: oneself, or, by a supervisor, somebody of its team."""
    item = case_of(request.actor, desk, reference, request.at, right=Right.ASSIGN)
    consulted_roots(request, [item.case.root])
    people = colleagues(request, item.case.root)
    owns = item.case.owner.username if item.case.owner else ""
    form = OwnerForm(request.POST or None, people=people, owner=owns)
    if request.method == "POST" and form.is_valid():
        chosen = next(u for u in people if u.username == form.cleaned_data["owner"])
        try:
            assign(
                item.case,
                chosen.pk,
                desk=desk,
                by=request.actor,
                at=request.at,
                key=form.cleaned_data["key"],
                seen=form.cleaned_data["seen"],
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, f"{chosen.name} now owns it.")
            return redirect(case_url(desk, reference))
    return render(request, "casework/owner.html", {"desk": desk, "item": item, "form": form})


def colleagues(request: Asked, root: Root) -> list[User]:
    """Who may own a case: oneself of its team, or for a supervisor everyone of that team today."""
    ids = {request.actor.user_id} if root.team_id in request.actor.teams else set()
    if Role.SUPERVISOR in request.actor.roles:
        members = Team.objects.get(pk=root.team_id).memberships.values_list("post", flat=True)
        ids |= set(holders(list(members), root.team_id, request.at))
    return list(User.objects.filter(pk__in=ids, is_active=True).order_by("name"))


@page(right=Right.CREATE, reads="nothing", writes=True)
def new(request: Asked, desk: Desk) -> HttpResponseBase:
    """Opens a case with the desk's own first form."""
    if desk.open_form is None or not request.actor.posts & desk.opening:
        raise OutOfScope(desk.key)
    form = desk.open_form(request.POST or None, item=None)
    if request.method == "POST" and form.is_valid():
        team = Team.objects.get(
            pk=min(h.team for h in request.actor.held if h.post in desk.opening)
        )
        try:
            outcome = open_case(
                desk,
                form.values(),
                by=request.actor,
                at=request.at,
                key=form.cleaned_data["key"],
                team=team,
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, f"{outcome.reference} is open.")
            return redirect(case_url(desk, outcome.reference))
    return render(request, "casework/new.html", {"desk": desk, "form": form})
