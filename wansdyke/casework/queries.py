"""Reading cases: every query starts from what scope allows."""

from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope, halves, in_full, scope, sections_of
from wansdyke.access.sections import Section
from wansdyke.casework.counted import confined, moved, narrowing
from wansdyke.casework.desk import Desk
from wansdyke.casework.models import Case, Deadline
from wansdyke.ui.paging import CAP, Page, count_to, page_of

SHORT = 1_000

__all__ = [
    "OutOfScope",
    "case_of",
    "cases_in_scope",
    "list_page",
    "listed",
    "may_also",
    "narrowed",
    "ordering",
    "require",
    "running",
    "sections_on",
]


def cases_in_scope(
    actor: Actor, at: datetime, *, right: Right = Right.VIEW, desk: str | None = None
) -> QuerySet[Case]:
    """The cases on which an actor has a right, of one desk or of all."""
    cases = Case.objects.filter(scope(actor, right, at, "root__"))
    return cases if desk is None else cases.filter(desk=desk)


def case_of(
    actor: Actor, desk: Desk, reference: str, at: datetime, *, right: Right = Right.VIEW
) -> Any:
    """A desk's row for a reference. Raises OutOfScope."""
    found = (
        desk.model._default_manager.filter(
            scope(actor, right, at, "case__root__"),
            case__desk=desk.key,
            case__root__reference=reference,
        )
        .select_related("case__root__team", "case__root__agency", "case__owner")
        .first()
    )
    if found is None:
        raise OutOfScope(reference)
    return found


def require(actor: Actor, right: Right, root: Root, at: datetime) -> None:
    """Raises OutOfScope unless the actor has the right on the root."""
    if not Root.objects.filter(scope(actor, right, at), pk=root.pk).exists():
        raise OutOfScope(root.reference)


def sections_on(actor: Actor, root: Root, at: datetime) -> frozenset[Section]:
    """The sections of one root that an actor sees."""
    return sections_of(actor, [root.pk], at).get(root.pk, frozenset())


def may_also(actor: Actor, right: Right, root: Root, at: datetime) -> bool:
    """Whether a page that is shown may offer more than looking."""
    return Root.objects.filter(scope(actor, right, at), pk=root.pk).exists()


def running(case: Case) -> QuerySet[Deadline]:
    """The clocks of a case that nothing has stopped or replaced, soonest first."""
    return case.deadlines.filter(stopped_at__isnull=True, replaced_at__isnull=True).order_by(
        "due_at"
    )


def narrowed(
    desk: Desk, cases: QuerySet[Case], chosen: dict[str, str], at: datetime
) -> QuerySet[Case]:
    """A desk's cases narrowed by the filters chosen, and to those behind a number that is named;
    unknown keys and values narrow nothing."""
    behind = narrowing(desk.counting, chosen, at) if desk.counting is not None else None
    if behind is not None:
        cases = cases.filter(moved(behind, detail(desk)))
    for choice in desk.filters:
        value = chosen.get(choice.key, "")
        if value and value in dict(choice.offered()):
            cases = cases.filter(moved(choice.narrow(value), detail(desk)))
    state = chosen.get("state", "")
    if state == "open":
        # A list of one: SQLite uses no index for a bare truth value.
        cases = cases.filter(is_open__in=(True,))
    elif state == "closed":
        cases = cases.filter(is_open__in=(False,))
    elif state in desk.flow.states():
        cases = cases.filter(is_open__in=(state not in desk.flow.ends,), state=state)
    return cases


def listed(
    actor: Actor, desk: Desk, at: datetime, chosen: dict[str, str], *, right: Right = Right.VIEW
) -> QuerySet[Case]:
    """A desk's list as asked for: in scope, narrowed, sorted (by deadline unless said).

    The cases are asked, not the desk's own table: their primary keys are the same, and the order
    is then that of one index.
    """
    cases = _asked_for(actor, desk, at, chosen, scope(actor, right, at, "root__"))
    return cases.order_by(*ordering(desk, chosen.get("sort", "")))


def list_page(
    actor: Actor,
    desk: Desk,
    at: datetime,
    chosen: dict[str, str],
    number: str | int | None,
    *,
    per_page: int = 50,
    right: Right = Right.VIEW,
) -> Page:
    """One page of `listed`.

    Few cases are open at a time, and to whoever sees a good part of all, the next fifty come soon:
    those lists are read in their order. Whoever sees few of many would wait for it; theirs are
    gathered first, by the halves of their scope.
    """
    cases = listed(actor, desk, at, chosen, right=right)
    if chosen.get("state") in {"open", *desk.flow.states()} - set(desk.flow.ends):
        # A list that ends soon is counted by reading it, and is not read again for its page.
        ids = list(cases.values_list("pk", flat=True)[: SHORT + 1])
        return page_of(ids if len(ids) <= SHORT else cases, number, per_page)
    own, given = (
        _asked_for(actor, desk, at, chosen, half) for half in halves(actor, right, at, "root__")
    )
    counted = count_to(own, CAP + 1)
    if counted <= CAP:
        path, _ = ordering(desk, chosen.get("sort", ""))
        by, back = F(path.lstrip("-")), "-" if path.startswith("-") else ""
        rows = (
            own.annotate(by=by)
            .values_list("by", "root_id")
            .union(given.annotate(by=by).values_list("by", "root_id"), all=True)
        )
        ids = [pk for _, pk in rows.order_by(f"{back}by", f"{back}root_id")[: CAP + 1]]
        if len(ids) <= CAP:
            return page_of(ids, number, per_page)
        counted = len(ids)
    return page_of(cases, number, per_page, counted=counted)


def _asked_for(
    actor: Actor, desk: Desk, at: datetime, chosen: dict[str, str], within: Q
) -> QuerySet[Case]:
    cases = narrowed(desk, Case.objects.filter(within, desk=desk.key), chosen, at)
    if confined(desk.counting, chosen):
        cases = cases.filter(in_full(actor, at, "root__"))
    return cases


def ordering(desk: Desk, sort: str) -> list[str]:
    """The ordering a sort key means; "-" in front turns it round. Unknown keys mean deadline.

    Ties go by the case's own key, in the same direction, so that one index serves the whole order.
    """
    known = {"deadline": "next_due_at", "opened": "opened_at"}
    known |= {c.key: f"{detail(desk)}__{c.sort}" for c in desk.columns if c.sort}
    path = known.get(sort.lstrip("-"), "next_due_at")
    back = sort.startswith("-") and sort.lstrip("-") in known
    return [f"-{path}", "-root_id"] if back else [path, "root_id"]


def detail(desk: Desk) -> str:
    """How a query on cases reaches the desk's own columns."""
    return str(desk.model._meta.pk.related_query_name())
