"""The second person: a step is proposed, and changes nothing until somebody else agrees."""

from datetime import datetime
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.access.notices import holders, tell
from wansdyke.access.one_person import one_person
from wansdyke.access.posts import Right
from wansdyke.access.sections import Section, sections_declared
from wansdyke.casework.desk import Desk
from wansdyke.casework.marking import keep_marked
from wansdyke.casework.models import Proposal
from wansdyke.casework.queries import require
from wansdyke.casework.steps import Outcome, again, locked, outcome_of, take
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of, plain
from wansdyke.kernel.flow import Refused, Step


def propose(
    item: Any,
    step: Step,
    given: dict[str, Any],
    reason: str,
    doing: Doing,
    desk: Desk,
    happened: datetime,
) -> None:
    case = item.case
    if Proposal.objects.filter(case=case, step=step.name, decided_at__isnull=True).exists():
        raise Refused(f"“{step.label}” already waits for a second person.")
    Proposal.objects.create(
        case=case,
        step=step.name,
        payload={k: plain(v) for k, v in given.items()},
        reason=reason,
        by_id=doing.by.user_id,
        at=doing.at,
    )
    event = doing.event(f"proposed: {step.name}", root=case.root, occurred_at=happened)
    sections = sections_declared(desk.model)
    for name, value in given.items():
        section = sections.get(name, Section.NARRATIVE)
        doing.changed(event, f"{case.root.reference} proposed", name, section, None, value)
    doing.changed(event, case.root.reference, "reason", Section.NARRATIVE, None, reason)
    doing.audit(audit.ALTERATION, case.root.reference, proposed=step.name)
    others = holders(step.second_posts, case.root.team_id, doing.at)
    tell(
        [u for u in others if u != doing.by.user_id],
        f"{case.root.reference}: “{step.label}” waits for your decision.",
        root=case.root,
        link=f"/{desk.key}/{case.root.reference}/",
        at=doing.at,
    )


def decide(
    proposal: Proposal,
    *,
    agreed: bool,
    desk: Desk,
    by: Actor,
    at: datetime,
    key: str,
    reason: str = "",
    version: int | None = None,
) -> Outcome:
    """The second person's decision on a proposed step: agreed, it takes effect now.

    `version` is the one of the case that they saw. Raises Stale if it has changed since; Refused
    for the proposer themself, a post that may not decide, a refusal without a reason, a proposal
    already decided, or a step that can no longer be taken; OutOfScope for a case they may not step.
    """
    digest = digest_of("decide", proposal.pk, agreed, reason)
    root = proposal.case.root
    try:
        with change(by=by, at=at, key=key, root=root, version=version, digest=digest) as doing:
            require(by, Right.STEP, root, at)
            proposal = Proposal.objects.select_for_update().get(pk=proposal.pk)
            step = desk.flow.named(proposal.step)
            _may_decide(proposal, step, by, agreed=agreed, reason=reason)
            proposal.decided_by_id, proposal.decided_at = by.user_id, at
            proposal.agreed, proposal.decision_reason = agreed, reason
            proposal.save()
            item = locked(desk, desk.model._default_manager.get(pk=root.pk))
            _note(proposal, step, item, doing, desk)
            if agreed:
                _still_open(step, item, desk, at)
                _take(proposal, step, item, doing, desk)
            else:
                doing.audit(audit.ALTERATION, root.reference, refused=step.name)
            return outcome_of(doing, root.reference)
    except Repeated as repeated:
        return again(repeated)


def _take(proposal: Proposal, step: Step, item: Any, doing: Doing, desk: Desk) -> None:
    given = restored(desk, proposal.payload)
    why, who = proposal.reason, proposal.by_id
    before = desk.marked(item)
    take(item, step, given, why, doing, desk, doing.at, proposed_by=who)
    keep_marked(desk, item, doing, before)


def _note(proposal: Proposal, step: Step, item: Any, doing: Doing, desk: Desk) -> None:
    root = item.case.root
    word = "agreed" if proposal.agreed else "refused"
    event = doing.event(f"{word}: {step.name}", root=root)
    if proposal.decision_reason:
        said = proposal.decision_reason
        doing.changed(event, root.reference, "decision reason", Section.NARRATIVE, None, said)
    tell(
        [proposal.by_id],
        f"{root.reference}: “{step.label}” was {word}.",
        root=root,
        link=f"/{desk.key}/{root.reference}/",
        at=doing.at,
    )


def _still_open(step: Step, item: Any, desk: Desk, at: datetime) -> None:
    if item.case.state not in step.sources:
        raise Refused(
            "The case has moved on, so this step can no longer be taken. Refuse it, and say so."
        )
    sentence = step.refusal(desk.facts(item, at))
    if sentence is not None:
        raise Refused(sentence)


def _may_decide(proposal: Proposal, step: Step, by: Actor, *, agreed: bool, reason: str) -> None:
    if proposal.decided_at is not None:
        raise Refused("This was already decided.")
    if one_person(proposal.by_id, by.user_id):
        raise Refused("A second person must decide: you proposed it.")
    if not by.posts & step.second_posts:
        raise Refused("Your post does not decide this.")
    if not agreed and not reason.strip():
        raise Refused("Enter a reason for refusing.", field="reason")


def restored(desk: Desk, payload: dict[str, Any]) -> dict[str, Any]:
    """A stored payload with the types of the desk's own fields (dates, times) given back."""
    fields = {f.name: f for f in desk.model._meta.concrete_fields}
    return {k: fields[k].to_python(v) if k in fields else v for k, v in payload.items()}
