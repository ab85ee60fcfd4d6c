"""Mental-health triage: asking, advising, what came of it, and the officer's word on it.

What the control room and the officers do are steps of the call; what the practitioner does goes
through the referral, for the call itself is open to them only as far as it was shared.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.access.models import Grant, Team, User
from wansdyke.access.notices import tell
from wansdyke.access.posts import Right
from wansdyke.access.sections import Section
from wansdyke.access.settings import values_of
from wansdyke.casework import clocks, referrals
from wansdyke.casework.desk import Desk
from wansdyke.casework.models import Case, Referral
from wansdyke.casework.on_case import added, needed
from wansdyke.casework.queries import OutOfScope, require
from wansdyke.casework.steps import Outcome, again, in_time, outcome_of
from wansdyke.desks.contact import settings as force
from wansdyke.desks.contact.crisis_rules import MOST_EXTRA, POLICE_STATION, Request, expires
from wansdyke.desks.contact.models import Contact, Triage
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of
from wansdyke.history.models import Event
from wansdyke.kernel.flow import Refused

KEPT_AT = "/contact/triage/"
OPENS = (Section.NARRATIVE, Section.IDENTITY, Section.SAFE_CONTACT)
LONGEST = 4000
Given = Mapping[str, Any]
CLOSED = "what came of it is recorded"
NO_TEAM = "Your force has not named the team that answers. An administrator sets it."


def request_of(contact: Contact, chosen: Mapping[str, Any]) -> Request | None:
    """The last request on a call, and the last detention that came of one, as rules know them."""
    rows = list(Triage.objects.filter(contact_id=contact.pk).order_by("asked_at", "pk"))
    if not rows:
        return None
    last = rows[-1]
    used = next((row for row in reversed(rows) if row.outcome == "used"), None)
    return Request(
        asked_at=last.asked_at,
        answered_at=last.answered_at,
        closed_at=last.closed_at,
        minutes=chosen[force.TRIAGE_MINUTES.key],
        used=used is not None,
        arrived_at=used.arrived_at if used else None,
        extra_hours=used.extra_hours if used else 0,
        ended_at=used.ended_at if used else None,
    )


def team_that_answers(at: datetime) -> Team | None:
    """The team that the force has named to answer, if there is one."""
    named = values_of((force.TRIAGE_TEAM,), at)[force.TRIAGE_TEAM.key]
    return Team.objects.filter(key=named, active=True).select_related("agency").first()


def asks(contact: Contact, given: dict[str, Any], doing: Doing, event: Event) -> None:
    """Sends the referral; what it opens, and on which basis, is the force's setting, not typed."""
    require(doing.by, Right.SHARE, contact.case.root, doing.at)
    team = team_that_answers(doing.at)
    if team is None:
        raise Refused(NO_TEAM)
    chosen = values_of((force.TRIAGE_BASIS, force.TRIAGE_PURPOSE), doing.at)
    referral = referrals.send_in(
        doing,
        contact.case,
        team,
        reason=f"Mental-health advice is wanted now on {contact.case.root.reference}.",
        sections=OPENS,
        lawful_basis=chosen[force.TRIAGE_BASIS.key],
        purpose=chosen[force.TRIAGE_PURPOSE.key],
        kept_at=KEPT_AT,
    )
    row = Triage.objects.create(
        referral=referral, contact=contact, asked_at=doing.at, asked_by_id=doing.by.user_id
    )
    added(doing, event, row, referral.reference, "asked_at")


def _open(contact: Contact) -> Triage:
    rows = Triage.objects.select_for_update(of=("self",)).select_related("referral__to_team")
    row = rows.filter(contact_id=contact.pk, closed_at__isnull=True).first()
    if row is None:
        raise Refused("No request to the practitioner is open.")
    return row


def _close(row: Triage, outcome: str, took: str, doing: Doing, event: Event) -> None:
    if not outcome:
        raise Refused("Choose what came of it.", field="outcome")
    said = {
        "outcome": outcome,
        "took": took.strip(),
        "closed_at": doing.at,
        "closed_by": User.objects.get(pk=doing.by.user_id),
    }
    if outcome == "used" and not said["took"]:
        raise Refused("Enter who took them, and where.", field="took")
    doing.write(row, said, event, row.referral.reference)


def closes(contact: Contact, given: dict[str, Any], doing: Doing, event: Event) -> None:
    """What came of a request. One that nobody took up is withdrawn with it."""
    row = _open(contact)
    if row.referral.state == "sent":
        why = "The call was settled before it was taken up."
        referrals.withdraw_in(doing, contact.case, row.referral_id, why)
    _close(row, given.get("outcome", ""), given.get("took", ""), doing, event)
    _tell(row, contact.case, CLOSED, doing, besides=row.answered_by_id)


def _detained(contact: Contact) -> Triage:
    rows = Triage.objects.select_for_update(of=("self",)).select_related("referral")
    row = rows.filter(contact_id=contact.pk, outcome="used").order_by("-asked_at", "-pk").first()
    if row is None:
        raise Refused("Section 136 was not used on this call.")
    return row


def arrives(contact: Contact, given: dict[str, Any], doing: Doing, event: Event) -> None:
    """The arrival at the place of safety, from which the 24 hours run."""
    row = _detained(contact)
    arrived = _moment(given, "arrived_at", doing.at, contact.received_at)
    place, minor = given.get("place_of_safety", ""), given.get("under_18", "")
    if place == POLICE_STATION and minor != "no":
        raise Refused(
            "A police station must not be used for anybody under 18 (Mental Health Act 1983"
            " s136A). Choose it only where they are known to be 18 or over.",
            field="place_of_safety",
        )
    said = {"arrived_at": arrived, "place_of_safety": place, "under_18": minor}
    doing.write(row, said, event, row.referral.reference)


def extends(contact: Contact, given: dict[str, Any], doing: Doing, event: Event) -> None:
    """The doctor's extension: up to 12 hours, given before the 24 have passed."""
    row = _detained(contact)
    if row.arrived_at is None:
        raise Refused("Record the arrival first.")
    when = _moment(given, "extended_at", doing.at, row.arrived_at)
    hours = given.get("extra_hours") or 0
    if not 1 <= hours <= MOST_EXTRA:
        raise Refused(f"The doctor may add 1 to {MOST_EXTRA} hours.", field="extra_hours")
    if when >= expires(row.arrived_at):
        raise Refused(
            "The 24 hours had passed by then: they can be extended only before they end.",
            field="extended_at",
        )
    approved = given.get("approved_by", "").strip()
    if row.place_of_safety == POLICE_STATION and not approved:
        raise Refused(
            "Enter the superintendent who approved it: it is needed at a police station.",
            field="approved_by",
        )
    said = {
        "extra_hours": hours,
        "extended_at": when,
        "extended_by": needed(given.get("extended_by", ""), "extended_by", "Enter who.", 120),
        "extended_why": needed(given.get("extended_why", ""), "extended_why", "Enter why.", 2000),
        "approved_by": approved,
    }
    doing.write(row, said, event, row.referral.reference)


def ends(contact: Contact, given: dict[str, Any], doing: Doing, event: Event) -> None:
    """The end of the detention, which stops its clock."""
    row = _detained(contact)
    ended = _moment(given, "ended_at", doing.at, row.arrived_at)
    said = {"ended_at": ended, "ending": given.get("ending", "")}
    doing.write(row, said, event, row.referral.reference)


def _moment(given: Given, field: str, at: datetime, not_before: datetime | None) -> datetime:
    """A typed moment, clocks may differ by a minute. Raises Refused on its field."""
    try:
        moment = in_time(given.get(field), at, None)
    except Refused as refusal:
        raise Refused(refusal.message, field=field) from None
    if not_before is not None and moment < not_before - timedelta(minutes=1):
        raise Refused("That is before what must have come first.", field=field)
    return moment


def officers_named(case: Case) -> list[int]:
    """The users whom somebody named on a call, and who still are."""
    live = Grant.objects.filter(root_id=case.pk, kind=Grant.NAMED, revoked_at__isnull=True)
    return list(live.values_list("user_id", flat=True))


def _tell(
    row: Triage,
    case: Case,
    what: str,
    doing: Doing,
    *,
    besides: int | None = None,
    but: int | None = None,
) -> None:
    """Tells all who are named on the call, and one `besides`; not the doer, nor one `but`."""
    told = {*officers_named(case), besides} - {doing.by.user_id, but, None}
    text = f"{case.root.reference}: mental-health triage, {what}."
    link = f"/referrals/{row.referral.reference}/"
    tell([who for who in told if who is not None], text, root=case.root, link=link, at=doing.at)


def _row(referral: Referral) -> Triage:
    found = Triage.objects.select_for_update(of=("self",)).select_related("contact__case__root")
    row = found.get(pk=referral.pk)
    row.referral = referral
    return row


def _keep(row: Triage, desk: Desk, at: datetime) -> None:
    clocks.keep(desk, row.contact.case, desk.facts(row.contact, at), at)


def advise(
    triage: Triage,
    *,
    advice: str,
    known: str,
    plan: str,
    desk: Desk,
    by: Actor,
    at: datetime,
    key: str,
) -> Outcome:
    """The practitioner's advice: the control room and the officers named on the call are told.

    Raises OutOfScope for whoever may not answer for the team; Refused for no advice, or a request
    that is not taken, is answered, or is closed.
    """
    words = needed(advice, "advice", "Enter your advice.", LONGEST)

    def then(doing: Doing, referral: Referral) -> None:
        row = _row(referral)
        if row.closed_at is not None:
            raise Refused("This request is closed already.")
        event = doing.event("triage advised", root=row.contact.case.root)
        said = {
            "answered_at": at,
            "answered_by": User.objects.get(pk=by.user_id),
            "advice": words,
            "known": known,
            "plan": plan.strip(),
        }
        doing.write(row, said, event, referral.reference)
        _keep(row, desk, at)
        # Whoever asked is told by the referral itself.
        _tell(row, row.contact.case, "advice is in", doing, but=referral.by_id)

    said = "Advice is given; it stands with the call."
    return referrals.answer(triage.referral, text=said, by=by, at=at, key=key, then=then)


def turn_down(
    triage: Triage, *, reason: str, desk: Desk, by: Actor, at: datetime, key: str
) -> Outcome:
    """The practitioner cannot take it; whoever asked is told why. Raises as `advise`."""

    def then(doing: Doing, referral: Referral) -> None:
        row = _row(referral)
        event = doing.event("triage declined", root=row.contact.case.root)
        _close(row, "declined", "", doing, event)
        _keep(row, desk, at)

    return referrals.decline(triage.referral, reason=reason, by=by, at=at, key=key, then=then)


def conclude(
    triage: Triage, *, outcome: str, took: str, desk: Desk, by: Actor, at: datetime, key: str
) -> Outcome:
    """The practitioner says what came of it. Raises OutOfScope for whoever may not answer for the
    team, Refused for a request without advice or closed already."""

    def body(doing: Doing) -> None:
        if not referrals.may_answer(by, triage.referral, at):
            raise OutOfScope(triage.referral.reference)
        row = _row(Referral.objects.select_related("to_team").get(pk=triage.pk))
        if row.closed_at is not None or row.answered_at is None:
            raise Refused("Give your advice first; a request is closed once.")
        event = doing.event("triage closed", root=row.contact.case.root)
        _close(row, outcome, took, doing, event)
        _keep(row, desk, at)
        _tell(row, row.contact.case, CLOSED, doing)

    parts = ("triage closed", triage.referral.reference, outcome, took)
    return in_change(triage.contact, body, by=by, at=at, key=key, digest=digest_of(*parts))


def in_change(
    contact: Contact,
    body: Callable[[Doing], None],
    *,
    by: Actor,
    at: datetime,
    key: str,
    digest: str,
) -> Outcome:
    """A write beside the flow: the call's root locked, audited, once per key."""
    root = contact.case.root
    try:
        with change(by=by, at=at, key=key, root=root, digest=digest) as doing:
            body(doing)
            doing.audit(audit.ALTERATION, root.reference)
            return outcome_of(doing, root.reference)
    except Repeated as repeated:
        return again(repeated)


EFFECTS = {
    "ask-triage": asks,
    "triage-outcome": closes,
    "arrived-136": arrives,
    "extend-136": extends,
    "end-136": ends,
}
