"""Referrals: work passed to a team of the force or of a partner: accepted or declined, answered.

Sending opens nothing but what the sender wrote. On acceptance the receiving team gets a share of
the case for 90 days: to work on it within the force, to read it in a partner agency.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from wansdyke.access.actors import Actor
from wansdyke.access.models import Grant, Lock, Root, Team, User
from wansdyke.access.notices import holders, tell
from wansdyke.access.posts import RIGHTS, Right, posts
from wansdyke.access.sections import ALL, Section
from wansdyke.casework.addressed import addressed_to, receivers, unlocked
from wansdyke.casework.models import Case, Referral
from wansdyke.casework.on_case import added, needed, on_case, unused
from wansdyke.casework.parties import let_in
from wansdyke.casework.queries import OutOfScope, cases_in_scope, may_also, sections_on
from wansdyke.casework.steps import Outcome, again, outcome_of
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of
from wansdyke.kernel.flow import Refused

Then = Callable[[Doing, Referral], None]
PREFIX = "RF"
LASTS = timedelta(days=90)
WITHIN_FORCE, OUTSIDE = 3, 1
OWN_BASIS = "policing purpose (common law)"
LONGEST, LONGEST_BASIS = 4000, 200
# Who works here and where a tip came from never travel with a referral.
OFFERED = tuple(
    one for one in Section if one in ALL - {Section.CORE, Section.SOURCE, Section.STAFF}
)
MARKED = "A restricted case cannot be referred to a team. Give it to named people instead."
SAID = ("to_team", "reason", "sections", "lawful_basis", "purpose")
DECIDED = "This referral was already decided."


def referral_of(actor: Actor, reference: str, at: datetime) -> Referral:
    """A referral that the actor's team received, that they sent, or of a case they may view.

    Raises OutOfScope.
    """
    cases = cases_in_scope(actor, at).values("pk")
    # Whoever sent it keeps sight of the answer, until the case is marked higher.
    mine = Q(by_id=actor.user_id, case__root__marking=Root.STANDARD)
    sent = mine if actor.may(Right.VIEW) else Q(pk__in=())
    found = (
        Referral.objects.filter(
            Q(pk__in=addressed_to(actor, at).values("pk")) | sent | Q(case_id__in=cases),
            unlocked(actor),
            reference=reference,
        )
        .select_related(
            "case__root__team", "case__root__agency", "to_team__agency", "by", "decided_by"
        )
        .select_related("answered_by")
        .first()
    )
    if found is None:
        raise OutOfScope(reference)
    return found


def may_answer(actor: Actor, referral: Referral, at: datetime) -> bool:
    """Whether an actor may accept, decline or answer a referral for its team."""
    return addressed_to(actor, at, Right.STEP).filter(pk=referral.pk).exists()


def may_withdraw(actor: Actor, referral: Referral, at: datetime) -> bool:
    """Whether an actor may take a referral back: whoever may refer its case, while it waits."""
    return referral.state == "sent" and may_also(actor, Right.SHARE, referral.case.root, at)


def reads_whole(actor: Actor, referral: Referral, at: datetime) -> bool:
    """Whether an actor reads what the sender wrote whatever they may see of the case itself."""
    mine = referral.by_id == actor.user_id
    return mine or addressed_to(actor, at).filter(pk=referral.pk).exists()


def send(
    case: Case,
    team: Team,
    *,
    reason: str,
    sections: Collection[Section],
    by: Actor,
    at: datetime,
    key: str,
    lawful_basis: str = "",
    purpose: str = "",
) -> Outcome:
    """Refers a case to a team, and tells those of it who may answer.

    Raises Refused for a restricted case, a team not among `receivers`, no reason, a referral to
    that team that still waits, sections the sender does not see, and, to another agency, no
    lawful basis or purpose. OutOfScope without the right to share the case.
    """

    def body(doing: Doing, held: Case) -> None:
        lawful = {"lawful_basis": lawful_basis, "purpose": purpose}
        send_in(doing, held, team, reason=reason, sections=sections, **lawful)

    parts = (team.pk, reason, sorted(sections), lawful_basis, purpose)
    digest = digest_of("referral", case.root.reference, *parts)
    return on_case(case, Right.SHARE, body, by=by, at=at, key=key, digest=digest)


def send_in(
    doing: Doing,
    case: Case,
    team: Team,
    *,
    reason: str,
    sections: Collection[Section],
    lawful_basis: str = "",
    purpose: str = "",
    kept_at: str = "",
) -> Referral:
    """As `send`, inside a change that is already open; the right to share is the caller's to ask.

    `kept_at` is where a desk that deals with it on pages of its own has them.
    """
    outside = team.agency_id != case.root.agency_id
    _may_go(case, team, sections, doing.by, doing.at)
    referral = Referral.objects.create(
        case=case,
        reference=unused(Referral, PREFIX),
        to_team=team,
        reason=needed(reason, "reason", "Enter why you are referring it.", LONGEST),
        sections=[section for section in OFFERED if section in sections],
        **_lawful(lawful_basis, purpose) if outside else {},
        by_id=doing.by.user_id,
        at=doing.at,
        kept_at=kept_at,
    )
    event = doing.event("referral sent", root=referral.case.root)
    added(doing, event, referral, referral.reference, *SAID)
    _audited(doing, referral, outside=outside)
    _tell_team(referral, doing.at)
    return referral


def _lawful(basis: str, purpose: str) -> dict[str, str]:
    missing = {
        "lawful_basis": (basis, "Enter the lawful basis for sharing."),
        "purpose": (purpose, "Enter what they need it for."),
    }
    return {
        field: needed(text, field, otherwise, LONGEST_BASIS)
        for field, (text, otherwise) in missing.items()
    }


def _may_go(case: Case, team: Team, sections: Collection[Section], by: Actor, at: datetime) -> None:
    if case.root.marking != Root.STANDARD:
        raise Refused(MARKED)
    if not receivers(case, at).filter(pk=team.pk).exists():
        raise Refused("Choose a team from those listed.", field="team")
    if Referral.objects.filter(case=case, to_team=team, state="sent").exists():
        raise Refused("A referral to this team already waits for its answer.", field="team")
    if not set(sections) <= sections_on(by, case.root, at) & set(OFFERED):
        raise Refused("You can share only the sections that you see yourself.", field="sections")


def _audited(doing: Doing, referral: Referral, *, outside: bool) -> None:
    doing.audit(
        audit.DISCLOSURE if outside else audit.ALTERATION,
        referral.case.root.reference,
        referral=referral.reference,
        team=referral.to_team.key,
        sections=list(referral.sections),
        state=referral.state,
    )


def _tell_team(referral: Referral, at: datetime, *, withdrawn: bool = False) -> None:
    answering = [post.key for post in posts().values() if post.role in RIGHTS[Right.STEP]]
    locked_out = Lock.objects.filter(root=referral.case.root, lifted_at__isnull=True)
    told = set(holders(answering, referral.to_team_id, at)) - {referral.by_id}
    told -= set(locked_out.values_list("user_id", flat=True))
    text = f"{referral.reference}: a referral to {referral.to_team.name} waits for an answer."
    if withdrawn:
        # It leads nowhere, so that it is no longer about a case that they may not see.
        text = f"{referral.reference}: the referral to {referral.to_team.name} was withdrawn."
        tell(told, text, root=None, link="", at=at)
        return
    tell(told, text, root=referral.case.root, link=f"/referrals/{referral.reference}/", at=at)


def _tell_sender(referral: Referral, what: str, doing: Doing) -> None:
    if referral.by_id != doing.by.user_id:
        text = f"{referral.reference}: {referral.to_team.name} {what}."
        link = f"/referrals/{referral.reference}/"
        tell([referral.by_id], text, root=referral.case.root, link=link, at=doing.at)


def _held(referral: Referral, doing: Doing, *, state: str, otherwise: str) -> Referral:
    """The referral locked and re-read, if this actor may answer it and it still stands so."""
    if not may_answer(doing.by, referral, doing.at):
        raise OutOfScope(referral.reference)
    held = (
        Referral.objects.select_for_update(of=("self",))
        .select_related("case__root", "to_team")
        .get(pk=referral.pk)
    )
    if held.state != state:
        raise Refused(otherwise)
    return held


def _turn(
    referral: Referral,
    values: dict[str, Any],
    *,
    state: str,
    otherwise: str,
    told: str,
    by: Actor,
    at: datetime,
    key: str,
    then: Then | None = None,
) -> Outcome:
    """Moves a referral on from a state, opens the case if it is accepted, and tells the sender."""
    digest = digest_of("referral", referral.reference, values["state"], *_typed(values))
    try:
        with change(by=by, at=at, key=key, root=referral.case.root, digest=digest) as doing:
            held = _held(referral, doing, state=state, otherwise=otherwise)
            event = doing.event(f"referral {values['state']}", root=held.case.root)
            doing.write(held, values, event, held.reference)
            accepted = values["state"] == "accepted"
            if accepted:
                _open_case(held, at)
            outside = held.to_team.agency_id != held.case.root.agency_id
            _audited(doing, held, outside=outside and accepted)
            _tell_sender(held, told, doing)
            if then is not None:
                then(doing, held)
            return outcome_of(doing, held.reference)
    except Repeated as repeated:
        return again(repeated)


def _typed(values: dict[str, Any]) -> list[str]:
    return [values[name] for name in ("decline_reason", "answer") if name in values]


def _open_case(referral: Referral, at: datetime) -> None:
    """The share that an acceptance brings, on the case and on its team's records of its people."""
    outside = referral.to_team.agency_id != referral.case.root.agency_id
    Grant.objects.create(
        root=referral.case.root,
        kind=Grant.SHARE,
        team=referral.to_team,
        level=OUTSIDE if outside else WITHIN_FORCE,
        sections=referral.sections,
        lawful_basis=referral.lawful_basis if outside else OWN_BASIS,
        purpose=referral.purpose if outside else referral.reason[:LONGEST_BASIS],
        reason=f"Referral {referral.reference}",
        source=referral.reference,
        from_at=at,
        until_at=at + LASTS,
        made_by_id=referral.by_id,
    )
    let_in(referral.case.root, at)


def accept(referral: Referral, *, by: Actor, at: datetime, key: str) -> Outcome:
    """Takes the work on: the receiving team is let into the case for 90 days.

    Raises OutOfScope for whoever may not answer for the team, or a case restricted since; Refused
    for a referral that no longer waits.
    """
    decided = {"decided_by": User.objects.get(pk=by.user_id), "decided_at": at}
    return _turn(
        referral,
        {"state": "accepted", **decided},
        state="sent",
        otherwise=DECIDED,
        told="accepted your referral",
        by=by,
        at=at,
        key=key,
    )


def decline(
    referral: Referral,
    *,
    reason: str,
    by: Actor,
    at: datetime,
    key: str,
    then: Then | None = None,
) -> Outcome:
    """Turns the work down, with a reason that the sender reads. Raises as `accept`, and Refused
    without a reason. `then` is what a desk writes of its own in the same change."""
    why = needed(reason, "reason", "Enter why your team declines it.", LONGEST)
    decided = {"decided_by": User.objects.get(pk=by.user_id), "decided_at": at}
    return _turn(
        referral,
        {"state": "declined", "decline_reason": why, **decided},
        state="sent",
        otherwise=DECIDED,
        told="declined your referral; open it to read why",
        by=by,
        at=at,
        key=key,
        then=then,
    )


def withdraw(referral: Referral, *, reason: str, by: Actor, at: datetime, key: str) -> Outcome:
    """Takes a referral back that still waits: the team it went to no longer reads it, and is told.

    Raises OutOfScope without the right to share the case; Refused without a reason, or for a
    referral that was decided meanwhile.
    """
    why = needed(reason, "reason", "Enter why you take it back.", LONGEST)
    digest = digest_of("referral", referral.reference, "withdrawn", why)

    def body(doing: Doing, held: Case) -> None:
        withdraw_in(doing, held, referral.pk, why)

    return on_case(referral.case, Right.SHARE, body, by=by, at=at, key=key, digest=digest)


def withdraw_in(doing: Doing, case: Case, pk: int, why: str) -> None:
    """As `withdraw`, inside a change that is already open."""
    mine = Referral.objects.select_for_update(of=("self",)).select_related("to_team")
    row = mine.get(pk=pk, case=case)
    if row.state != "sent":
        raise Refused("Only a referral that still waits can be withdrawn.")
    event = doing.event("referral withdrawn", root=case.root)
    doing.write(row, {"state": "withdrawn", "withdraw_reason": why}, event, row.reference)
    row.case = case
    _audited(doing, row, outside=False)
    _tell_team(row, doing.at, withdrawn=True)


def answer(
    referral: Referral, *, text: str, by: Actor, at: datetime, key: str, then: Then | None = None
) -> Outcome:
    """Says what came of accepted work. Raises OutOfScope as `accept`; Refused for no answer, or a
    referral not accepted or answered before. `then` as for `decline`."""
    words = needed(text, "answer", "Enter your answer.", LONGEST)
    answered = {"answered_by": User.objects.get(pk=by.user_id), "answered_at": at}
    return _turn(
        referral,
        {"state": "answered", "answer": words, **answered},
        state="accepted",
        otherwise="Only an accepted referral can be answered, and only once.",
        told="answered your referral",
        by=by,
        at=at,
        key=key,
        then=then,
    )
