"""My work across the desks: cases, actions, referrals, decisions and notices, soonest first."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse

from wansdyke.access.actors import Actor
from wansdyke.access.models import Grant, Root, Team
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope, sections_of
from wansdyke.access.sections import shown
from wansdyke.casework.addressed import waiting_for
from wansdyke.casework.models import Action, Case, Proposal, Referral
from wansdyke.casework.presenting import HELD_BACK, due_cell, gist_of
from wansdyke.casework.queries import cases_in_scope
from wansdyke.directory import DESKS, desk_of
from wansdyke.home.notices import my_notices
from wansdyke.home.work_parts import (
    BY_DEADLINE,
    DEADLINE,
    GIST,
    KIND,
    MOST,
    OWNER,
    REFERENCE,
    STATE,
    Part,
    Wanted,
    case_href,
    left_cell,
)
from wansdyke.kernel.flow import Role
from wansdyke.linkage.waiting import conflicts
from wansdyke.people.models import Judgement
from wansdyke.ui.paging import Page, page_of
from wansdyke.ui.tables import Cell, Column, Sort
from wansdyke.ui.words import until

GLIMPSE = 10
# Written as a list of one: SQLite uses no index for a bare truth value.
OPEN = Q(is_open__in=(True,))
CASES = {
    "cases": ("My cases", "You have no open case."),
    "team": ("My team", "Your teams have no open case."),
}
ORDERS = {"deadline": "next_due_at", "opened": "opened_at"}

SORTED = (
    REFERENCE,
    KIND,
    GIST,
    STATE,
    Column(key="deadline", label="Deadline", sortable=True),
    Column(key="opened", label="Opened", sortable=True),
    OWNER,
)


def reads_sort(asked: str | None) -> Sort:
    """The order a query string asks for; by deadline unless it is one of the headings."""
    return Sort.read(asked, SORTED, default=BY_DEADLINE)


def _seen(actor: Actor, right: Right, at: datetime, roots: Collection[int]) -> set[int]:
    """Those of a few roots on which the actor has the right; nothing is asked where there is none.

    A user's own lists are short, so they are found first and held against scope afterwards.
    """
    if not roots:
        return set()
    in_scope = Root.objects.filter(scope(actor, right, at), pk__in=set(roots))
    return set(in_scope.values_list("pk", flat=True))


def my_cases(actor: Actor, at: datetime, wanted: Wanted) -> Part:
    """The open cases that the actor owns or is named on."""
    named = Grant.objects.filter(
        kind=Grant.NAMED, user_id=actor.user_id, revoked_at__isnull=True
    ).values("root_id")
    column = ORDERS[wanted.sort.key]
    sign = "-" if wanted.sort.descending else ""
    found: set[tuple[datetime, int]] = set()
    # Two walks of an index each, rather than one look at every case for either reason.
    for way in (Q(owner_id=actor.user_id), Q(pk__in=named)):
        rows = Case.objects.filter(OPEN, way).order_by(f"{sign}{column}", f"{sign}pk")
        found |= set(rows.values_list(column, "pk")[: MOST + 1])
    seen = _seen(actor, Right.VIEW, at, [pk for _, pk in found])
    ids = [pk for _, pk in sorted(found, reverse=wanted.sort.descending) if pk in seen]
    page = page_of(ids, wanted.number, wanted.per_page, MOST)
    return _cases(actor, at, "cases", page, wanted.sort)


def team_cases(actor: Actor, at: datetime, wanted: Wanted) -> Part:
    """The open cases of the teams that the actor supervises."""
    sign = "-" if wanted.sort.descending else ""
    cases = cases_in_scope(actor, at).filter(OPEN, root__team_id__in=sorted(supervised(actor)))
    page = page_of(
        cases.order_by(f"{sign}{ORDERS[wanted.sort.key]}", "pk"),
        wanted.number,
        wanted.per_page,
        MOST,
    )
    return _cases(actor, at, "team", page, wanted.sort)


def supervised(actor: Actor) -> set[int]:
    """The teams in which the actor holds a supervisor's post today."""
    return {held.team for held in actor.held if held.role is Role.SUPERVISOR}


def _cases(actor: Actor, at: datetime, key: str, page: Page, sort: Sort) -> Part:
    title, empty = CASES[key]
    cases = page.in_order(Case.objects.filter(pk__in=page.ids).select_related("root", "owner"))
    gists = _gists(actor, at, cases)
    return Part(
        key=key,
        title=title,
        columns=SORTED,
        page=page,
        rows=[_case_row(case, gists[case.pk], at) for case in cases],
        empty=empty,
        references=[case.root.reference for case in cases],
        sort=sort,
    )


def _gists(actor: Actor, at: datetime, cases: Collection[Case]) -> dict[int, str]:
    """What each case is about, as far as the actor may see: one query a desk."""
    visible = sections_of(actor, [case.pk for case in cases], at) if cases else {}
    gists: dict[int, str] = {}
    for key in {case.desk for case in cases}:
        desk = desk_of(key)
        mine = [case.pk for case in cases if case.desk == key]
        items = desk.model._default_manager.select_related("case__root", *desk.related).in_bulk(
            mine
        )
        gists |= {pk: gist_of(desk, items[pk], visible[pk]) for pk in mine}
    return gists


def _case_row(case: Case, gist: str, at: datetime) -> dict[str, Any]:
    desk = desk_of(case.desk)
    return {
        "reference": Cell(text=case.root.reference, href=case_href(case)),
        "kind": desk.singular.capitalize(),
        "gist": gist,
        "state": desk.flow.labels.get(case.state, case.state),
        "deadline": due_cell(case, at),
        "opened": case.opened_at,
        "owner": case.owner.name if case.owner else "No owner yet",
    }


def my_actions(actor: Actor, at: datetime, wanted: Wanted) -> Part:
    """The actor's actions that are not done, on cases they may see."""
    actions = Action.objects.filter(owner_id=actor.user_id, done_at__isnull=True)
    found = list(actions.order_by("due_at", "pk").values_list("pk", "case_id")[: MOST + 1])
    seen = _seen(actor, Right.VIEW, at, [case for _, case in found])
    ids = [pk for pk, case in found if case in seen]
    page = page_of(ids, wanted.number, wanted.per_page, MOST)
    rows = page.in_order(
        Action.objects.filter(pk__in=page.ids).select_related("case__root", "made_by")
    )
    visible = sections_of(actor, {row.case_id for row in rows}, at)
    return Part(
        key="actions",
        title="My actions",
        columns=(
            Column(key="action", label="Action"),
            Column(key="case", label="Case"),
            DEADLINE,
            Column(key="by", label="Asked by"),
        ),
        page=page,
        rows=[
            {
                "action": Cell(
                    text=shown(row, "title", visible[row.case_id]) or HELD_BACK,
                    href=case_href(row.case),
                ),
                "case": row.case.root.reference,
                "deadline": left_cell(row.due_at, at),
                "by": row.made_by.name,
            }
            for row in rows
        ],
        empty="You have no action to do.",
        references=[row.case.root.reference for row in rows],
    )


def my_referrals(actor: Actor, at: datetime, wanted: Wanted) -> Part:
    """The referrals that wait for an answer the actor may give. The case is not shown, only that
    its desk has written to them."""
    page = page_of(waiting_for(actor, at), wanted.number, wanted.per_page, MOST)
    rows = page.in_order(
        Referral.objects.filter(pk__in=page.ids).select_related("case__root__team", "to_team", "by")
    )
    return Part(
        key="referrals",
        title="Referrals to my teams",
        columns=(
            REFERENCE,
            Column(key="from", label="From"),
            Column(key="to", label="To"),
            Column(key="sent", label="Sent"),
            Column(key="waited", label="Waiting"),
        ),
        page=page,
        rows=[
            {
                "reference": Cell(text=row.reference, href=row.href),
                "from": row.case.root.team.name,
                "to": row.to_team.name,
                "sent": row.at,
                "waited": until(at - row.at).removesuffix(" left"),
            }
            for row in rows
        ],
        empty="No referral waits for your teams.",
        references=[r for row in rows for r in (row.reference, row.case.root.reference)],
    )


def my_decisions(actor: Actor, at: datetime, wanted: Wanted) -> Part:
    """The proposed steps that wait for a second person whom the actor may be."""
    mine = Q(pk__in=())
    for desk in DESKS:
        steps = [step.name for step in desk.flow.steps if step.second_posts & actor.posts]
        mine |= Q(case__desk=desk.key, step__in=steps) if steps else Q(pk__in=())
    proposals = Proposal.objects.filter(mine, decided_at__isnull=True).exclude(by_id=actor.user_id)
    found = list(proposals.order_by("at", "pk").values_list("pk", "case_id")[: MOST + 1])
    seen = _seen(actor, Right.STEP, at, [case for _, case in found])
    ids = [pk for pk, case in found if case in seen]
    page = page_of(ids, wanted.number, wanted.per_page, MOST)
    rows = page.in_order(
        Proposal.objects.filter(pk__in=page.ids).select_related("case__root", "by")
    )
    return Part(
        key="decisions",
        title="Waiting for my decision",
        columns=(
            Column(key="step", label="What is proposed"),
            Column(key="case", label="Case"),
            Column(key="by", label="Proposed by"),
            Column(key="at", label="Proposed"),
            DEADLINE,
        ),
        page=page,
        rows=[_decision_row(row, at) for row in rows],
        empty="Nothing waits for your decision.",
        references=[row.case.root.reference for row in rows],
    )


def _decision_row(row: Proposal, at: datetime) -> dict[str, Any]:
    label = desk_of(row.case.desk).flow.named(row.step).label
    return {
        "step": Cell(text=label, href=f"{case_href(row.case)}step/{row.step}/decide/"),
        "case": row.case.root.reference,
        "by": row.by.name,
        "at": row.at,
        "deadline": due_cell(row.case, at),
    }


def my_conflicts(actor: Actor, at: datetime, wanted: Wanted) -> Part:
    """The judgements of who is who that cannot stand together and that the actor is to settle."""
    mine = conflicts(actor, at).filter(owner_id=actor.user_id)
    page = page_of(mine, wanted.number, wanted.per_page, MOST)
    rows = page.in_order(
        Judgement.objects.filter(pk__in=page.ids).select_related("left__root", "right__root")
    )
    return Part(
        key="conflicts",
        title="Who is who: to settle",
        columns=(
            REFERENCE,
            Column(key="records", label="Records kept apart"),
            Column(key="at", label="Judged"),
        ),
        page=page,
        rows=[
            {
                "reference": Cell(
                    text=row.reference, href=reverse("judgement", args=[row.reference])
                ),
                "records": f"{row.left.root.reference} and {row.right.root.reference}",
                "at": row.at,
            }
            for row in rows
        ],
        empty="You have no conflict to settle.",
        references=[root.reference for row in rows for root in (row.left.root, row.right.root)],
    )


PARTS: dict[str, Callable[[Actor, datetime, Wanted], Part]] = {
    "decisions": my_decisions,
    "referrals": my_referrals,
    "actions": my_actions,
    "conflicts": my_conflicts,
    "notices": my_notices,
    "cases": my_cases,
    "team": team_cases,
}


def parts_for(actor: Actor) -> list[str]:
    """Which lists an actor has, in the order of the page."""
    if not actor.may(Right.VIEW):
        return ["notices"]
    left_out = {
        "team": not supervised(actor),
        "conflicts": not actor.may(Right.JUDGE),
    }
    return [key for key in PARTS if not left_out.get(key)]


def team_names(actor: Actor) -> list[str]:
    """The names of the teams that the actor supervises."""
    return list(
        Team.objects.filter(pk__in=supervised(actor))
        .order_by("name")
        .values_list("name", flat=True)
    )
