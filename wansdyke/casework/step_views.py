"""Taking a step: its form, a second person's decision, and what a stale edit asks."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.sections import Section, sections_declared
from wansdyke.casework.actions import Outcome, perform
from wansdyke.casework.desk import Desk
from wansdyke.casework.forms import DecisionForm, Mergeable, StepForm
from wansdyke.casework.history import in_words, words
from wansdyke.casework.merging import differences
from wansdyke.casework.models import Proposal
from wansdyke.casework.presenting import fact_rows
from wansdyke.casework.queries import OutOfScope, case_of, sections_on
from wansdyke.casework.second_person import decide, restored
from wansdyke.history.door import Stale, plain
from wansdyke.history.pages import Asked, consulted_roots, page
from wansdyke.kernel.flow import Refused, Step

NOTHING = "nothing"


def case_url(desk: Desk, reference: str) -> str:
    """Where a case is."""
    return f"/{desk.key}/{reference}/"


def steps_of(
    desk: Desk, item: Any, actor: Actor, at: datetime, *, may_step: bool
) -> dict[str, Any]:
    """The steps this user may take now, and those they may take later with what is missing."""
    if not may_step:
        return {"steps": [], "not_yet": []}
    visible = sections_on(actor, item.case.root, at)
    offered = [
        (step, why_not)
        for step, why_not in desk.flow.open_to(item.case.state, actor.posts, desk.facts(item, at))
        if step.section in visible
    ]
    return {
        "steps": [step for step, why_not in offered if why_not is None],
        "not_yet": [(step, why_not) for step, why_not in offered if why_not is not None],
    }


def plain_steps(desk: Desk) -> set[str]:
    """The steps that ask for nothing: one press, from the case page itself."""
    return {
        step.name
        for step in desk.flow.steps
        if step.name not in desk.step_forms and not step.needs_reason
    }


def proposals_of(
    desk: Desk, item: Any, user_id: int, posts: frozenset[str], visible: frozenset[Section]
) -> list[dict[str, Any]]:
    """The steps that wait for a second person, and whether this user may be the one."""
    found = []
    waiting = Proposal.objects.filter(case=item.case, decided_at__isnull=True)
    for proposal in waiting.select_related("by"):
        step = desk.flow.named(proposal.step)
        found.append(
            {
                "proposal": proposal,
                "step": step,
                "reason": proposal.reason if Section.NARRATIVE in visible else "",
                "mine_to_decide": proposal.by_id != user_id and bool(posts & step.second_posts),
            }
        )
    return found


@page(right=Right.STEP, reads="personal", writes=True)
def step(request: Asked, desk: Desk, reference: str, step: str) -> HttpResponseBase:
    """One step: its form, or, for a step that asks for nothing, the deed itself."""
    item = case_of(request.actor, desk, reference, request.at, right=Right.STEP)
    try:
        named = desk.flow.named(step)
    except Refused as refusal:
        raise OutOfScope(step) from refusal
    consulted_roots(request, [item.case.root])
    kind = desk.step_forms.get(step, StepForm)
    form = kind(request.POST or None, step=named, item=item, at=request.at)
    form.fields["version"].initial = item.case.root.version
    if request.method == "POST" and form.is_valid():
        done = _take(request, desk, item, named, form)
        if done is not None:
            return done
    shown = {"desk": desk, "item": item, "step": named, "form": form}
    visible = sections_on(request.actor, item.case.root, request.at)
    return render(
        request, "casework/step.html", {**shown, "lead": fact_rows(desk, item, visible)["lead"]}
    )


def _take(
    request: Asked, desk: Desk, item: Any, named: Step, form: StepForm
) -> HttpResponseBase | None:
    reference = item.case.root.reference
    if form.given_up():
        # A step is one deed: with the colleague's value standing there is nothing left to do.
        messages.info(request, f"“{named.label}” was not done: what your colleague did stands.")
        return redirect(case_url(desk, reference))
    version = form.cleaned_data["version"] if form.rewrites else None
    try:
        try:
            outcome = _perform(request, desk, item, named, form, version)
        except Stale as stale:
            if _clash(request, desk, item, form.payload(), stale):
                return merge_page(request, desk, item, form, form.payload(), stale)
            outcome = _perform(request, desk, item, named, form, stale.root.version)
    except Stale as stale:
        return merge_page(request, desk, item, form, form.payload(), stale)
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return None
    if outcome.proposed:
        messages.success(request, f"“{named.label}” waits for a second person.")
    else:
        messages.success(request, f"Done: {named.label}.")
    return redirect(case_url(desk, reference))


def _perform(
    request: Asked, desk: Desk, item: Any, named: Step, form: StepForm, version: int | None
) -> Outcome:
    return perform(
        item,
        named.name,
        desk=desk,
        by=request.actor,
        at=request.at,
        key=form.cleaned_data["key"],
        payload=form.payload(),
        reason=form.cleaned_data.get("reason", ""),
        occurred_at=form.cleaned_data["occurred_at"],
        version=version,
    )


def _clash(request: Asked, desk: Desk, item: Any, typed: dict[str, Any], stale: Stale) -> bool:
    fresh = case_of(request.actor, desk, item.case.root.reference, request.at)
    visible = sections_on(request.actor, fresh.case.root, request.at)
    return any(d.theirs_by for d in differences(fresh, typed, stale.seen, visible))


def merge_page(
    request: Asked, desk: Desk, item: Any, form: Mergeable, typed: dict[str, Any], stale: Stale
) -> HttpResponse:
    """Yours and theirs, field by field. Nothing was saved; nothing that was typed is lost."""
    fresh = case_of(request.actor, desk, item.case.root.reference, request.at)
    visible = sections_on(request.actor, fresh.case.root, request.at)
    found = differences(fresh, typed, stale.seen, visible)
    # Whoever sends a step means it: what it writes is never merely left as it was.
    untouched = [] if isinstance(form, StepForm) else [d.field for d in found if d.untouched]
    rows = [
        {
            "field": one.field,
            "label": _label(desk, form, one.field),
            "before": _said(desk, form, one.field, one.before),
            "yours": _said(desk, form, one.field, one.yours),
            "theirs": _said(desk, form, one.field, one.theirs),
            "by": one.theirs_by,
        }
        for one in found
    ]
    return render(
        request,
        "casework/merge.html",
        {
            "desk": desk,
            "item": fresh,
            "rows": [row for row in rows if row["field"] not in untouched],
            "kept": [row for row in rows if row["field"] in untouched],
            "typed": form.resend(stale.root.version, untouched),
            "path": request.path,
        },
        status=409,
    )


def _label(desk: Desk, form: Mergeable, field: str) -> str:
    shown = form.fields.get(field)
    return str(shown.label) if shown is not None else words(desk, field)


def _said(desk: Desk, form: Mergeable, field: str, value: Any) -> str:
    """A value as the form's own answers word it; an empty one is said to be nothing."""
    if value in (None, "", []):
        return NOTHING
    answers = dict(getattr(form.fields.get(field), "choices", ()))
    chosen = value if isinstance(value, list) else [value]
    if answers:
        return ", ".join(str(answers.get(one, one)) for one in chosen)
    return in_words(desk, field, value)


@page(right=Right.STEP, reads="personal", writes=True)
def decision(request: Asked, desk: Desk, reference: str, step: str) -> HttpResponseBase:
    """A second person's decision on a step that waits."""
    item = case_of(request.actor, desk, reference, request.at, right=Right.STEP)
    consulted_roots(request, [item.case.root])
    proposal = (
        Proposal.objects.filter(case=item.case, step=step, decided_at__isnull=True)
        .select_related("by", "case__root")
        .first()
    )
    if proposal is None:
        messages.info(request, "That was already decided.")
        return redirect(case_url(desk, reference))
    form = DecisionForm(request.POST or None)
    form.fields["version"].initial = item.case.root.version
    if request.method == "POST" and form.is_valid() and _decided(request, desk, proposal, form):
        return redirect(case_url(desk, reference))
    visible = sections_on(request.actor, item.case.root, request.at)
    context = {"desk": desk, "item": item, "proposal": proposal, "form": form}
    context["lead"] = fact_rows(desk, item, visible)["lead"]
    context["would_change"] = _would_change(desk, item, proposal, visible)
    context["reason"] = proposal.reason if Section.NARRATIVE in visible else ""
    return render(
        request, "casework/decision.html", {**context, "step": desk.flow.named(proposal.step)}
    )


def _decided(request: Asked, desk: Desk, proposal: Proposal, form: DecisionForm) -> bool:
    agreed = form.cleaned_data["agreed"] == "yes"
    try:
        decide(
            proposal,
            agreed=agreed,
            desk=desk,
            by=request.actor,
            at=request.at,
            key=form.cleaned_data["key"],
            reason=form.cleaned_data["reason"],
            version=form.cleaned_data["version"],
        )
    except Stale as stale:
        typed = request.POST.copy()
        typed["version"] = str(stale.root.version)
        form.data = typed
        form.add_error(None, "This has changed since you opened it. Look at it again, then decide.")
        return False
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return False
    messages.success(request, "Agreed: it has taken effect." if agreed else "Refused.")
    return True


def _would_change(
    desk: Desk, item: Any, proposal: Proposal, visible: frozenset[Section]
) -> list[dict[str, str]]:
    """What a proposed step would write, beside what stands now."""
    sections = sections_declared(desk.model)
    rows = []
    for field, value in restored(desk, proposal.payload).items():
        if sections.get(field, Section.NARRATIVE) in visible and value not in (None, "", []):
            now = getattr(item, field) if field in sections else None
            rows.append(
                {
                    "label": words(desk, field),
                    "now": in_words(desk, field, plain(now)) or NOTHING,
                    "then": in_words(desk, field, plain(value)),
                }
            )
    return rows
