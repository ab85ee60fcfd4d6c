"""The pages of a referral: sending, reading and withdrawing it; accepting, declining, answering."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from wansdyke.access.models import Team
from wansdyke.access.posts import Right
from wansdyke.access.sections import Section
from wansdyke.casework import referrals
from wansdyke.casework.addressed import receivers
from wansdyke.casework.agenda import warned, warning
from wansdyke.casework.asking import Question, ask
from wansdyke.casework.desk import Desk
from wansdyke.casework.models import Case, Referral
from wansdyke.casework.presenting import HELD_BACK
from wansdyke.casework.queries import OutOfScope, case_of, may_also, sections_on
from wansdyke.casework.work_forms import (
    AnswerForm,
    ConfirmForm,
    DeclineForm,
    ReferralForm,
    WithdrawReferralForm,
)
from wansdyke.casework.work_views import about, sent, who_when
from wansdyke.history.pages import Asked, consulted, consulted_roots, page


@page(right=Right.SHARE, reads="personal", writes=True)
def referral_new(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """Refers a case to a team of the force or of a partner."""
    case = case_of(request.actor, desk, reference, request.at, right=Right.SHARE).case
    teams = list(receivers(case, request.at))
    visible = sections_on(request.actor, case.root, request.at)
    form = ReferralForm(sent(request), teams=teams, visible=visible)
    question = about(
        desk,
        reference,
        title=f"Refer {reference}",
        button="Send referral",
        done="The referral is sent. You will be told when it is answered.",
        hint=_hint(case, teams, request.at),
    )

    def write(data: dict[str, Any]) -> None:
        referrals.send(
            case,
            next(team for team in teams if team.key == data["team"]),
            reason=data["reason"],
            sections=[Section(section) for section in data["sections"]],
            lawful_basis=data["lawful_basis"],
            purpose=data["purpose"],
            **who_when(request, form),
        )

    return ask(request, case.root, form, write, question)


def _hint(case: Case, teams: Sequence[Team], at: datetime) -> str:
    """What the sender should know first: how the case is marked, and whose staff to mind."""
    agencies = {team.agency_id: team.agency.name for team in teams}
    minded = sorted(agencies[pk] for pk in warned(case, agencies, at))
    marked = [referrals.MARKED] if case.root.marking else []
    return " ".join([*marked, *map(warning, minded)])


def _facts(referral: Referral, *, whole: bool) -> list[dict[str, Any]]:
    """What a referral says, the words held back from whoever may not read them."""

    def read(text: str) -> str:
        return text if whole else HELD_BACK

    shared = ["core", *referral.sections]
    rows: list[tuple[str, Any]] = [
        ("Case", referral.case.root.reference),
        ("From", f"{referral.case.root.agency.name}: {referral.case.root.team.name}"),
        ("To", f"{referral.to_team.agency.name}: {referral.to_team.name}"),
        ("Sent by", referral.by.name),
        ("Reason", read(referral.reason)),
        ("Opened on acceptance", ", ".join(shared).capitalize()),
    ]
    if referral.lawful_basis:
        rows += [("Lawful basis", referral.lawful_basis), ("Purpose", referral.purpose)]
    if referral.decided_by:
        rows.append(("Decided by", referral.decided_by.name))
    if referral.decline_reason:
        rows.append(("Why declined", read(referral.decline_reason)))
    if referral.withdraw_reason:
        rows.append(("Why withdrawn", read(referral.withdraw_reason)))
    if referral.answered_by:
        rows += [("Answer", read(referral.answer)), ("Answered by", referral.answered_by.name)]
    return [{"key": key, "value": value} for key, value in rows]


@page(right=Right.VIEW, reads="personal", methods=("GET", "HEAD"))
def referral(request: Asked, reference: str) -> HttpResponseBase:
    """A referral as its sender wrote it; the case itself only to whom it is open."""
    found = referrals.referral_of(request.actor, reference, request.at)
    if found.kept_at:
        return redirect(found.href)
    root = found.case.root
    opens = may_also(request.actor, Right.VIEW, root, request.at)
    whole = referrals.reads_whole(request.actor, found, request.at) or (
        opens and Section.NARRATIVE in sections_on(request.actor, root, request.at)
    )
    consulted_roots(request, [root], referral=reference)
    consulted(request, [reference])
    moments = (("Sent", found.at), ("Decided", found.decided_at), ("Answered", found.answered_at))
    context = {
        "referral": found,
        "facts": _facts(found, whole=whole),
        "moments": [{"title": title, "at": at} for title, at in moments if at],
        "may_answer": referrals.may_answer(request.actor, found, request.at),
        "may_withdraw": referrals.may_withdraw(request.actor, found, request.at),
        "case_link": f"/{found.case.desk}/{root.reference}/" if opens else "",
    }
    return render(request, "casework/work/referral.html", context)


def _mine(request: Asked, reference: str) -> Referral:
    """A referral that the actor may answer. Raises OutOfScope."""
    found = referrals.referral_of(request.actor, reference, request.at)
    if not referrals.may_answer(request.actor, found, request.at):
        raise OutOfScope(reference)
    return found


def _asking(reference: str, **words: Any) -> Question:
    return Question(back=f"/referrals/{reference}/", place=reference, **words)


@page(right=Right.STEP, reads="personal", writes=True)
def accept(request: Asked, reference: str) -> HttpResponseBase:
    """Takes the work on for one's team."""
    found = _mine(request, reference)
    form = ConfirmForm(sent(request))
    question = _asking(
        reference,
        title=f"Accept {reference} for {found.to_team.name}?",
        button="Accept",
        done="Accepted. The case is open to your team for 90 days.",
        hint="Your team takes the work on, and the sender is told.",
    )

    def write(data: dict[str, Any]) -> None:
        referrals.accept(found, **who_when(request, form))

    return ask(request, found.case.root, form, write, question)


@page(right=Right.STEP, reads="personal", writes=True)
def decline(request: Asked, reference: str) -> HttpResponseBase:
    """Turns the work down, with a reason."""
    found = _mine(request, reference)
    if found.kept_at:
        return redirect(found.href)
    form = DeclineForm(sent(request))
    # A team that declined has no more to do with it, so the way on is one's own work.
    question = Question(
        back="/",
        place="My work",
        title=f"Decline {reference}",
        button="Decline",
        done=f"{reference} is declined. The sender is told why, and it closes to your team.",
        warning=True,
    )

    def write(data: dict[str, Any]) -> None:
        referrals.decline(found, reason=data["reason"], **who_when(request, form))

    return ask(request, found.case.root, form, write, question)


@page(right=Right.STEP, reads="personal", writes=True)
def answer(request: Asked, reference: str) -> HttpResponseBase:
    """Tells the sender what came of the work."""
    found = _mine(request, reference)
    if found.kept_at:
        return redirect(found.href)
    form = AnswerForm(sent(request))
    question = _asking(
        reference,
        title=f"Answer {reference}",
        button="Send answer",
        done="Answered. The sender is told.",
    )

    def write(data: dict[str, Any]) -> None:
        referrals.answer(found, text=data["answer"], **who_when(request, form))

    return ask(request, found.case.root, form, write, question)


@page(right=Right.SHARE, reads="personal", writes=True)
def withdraw(request: Asked, reference: str) -> HttpResponseBase:
    """Takes back a referral that still waits, with a reason."""
    found = referrals.referral_of(request.actor, reference, request.at)
    if not may_also(request.actor, Right.SHARE, found.case.root, request.at):
        raise OutOfScope(reference)
    if found.kept_at:
        return redirect(found.href)
    form = WithdrawReferralForm(sent(request))
    question = _asking(
        reference,
        title=f"Withdraw {reference}",
        button="Withdraw referral",
        done="Withdrawn. The team it went to can no longer read it, and is told.",
        warning=True,
    )

    def write(data: dict[str, Any]) -> None:
        referrals.withdraw(found, reason=data["reason"], **who_when(request, form))

    return ask(request, found.case.root, form, write, question)
