"""The officer's word: on the practitioner's advice and on the brief, once each."""

from datetime import datetime

from wansdyke.access.actors import Actor
from wansdyke.access.models import Grant
from wansdyke.access.notices import tell
from wansdyke.access.posts import Right
from wansdyke.casework.on_case import added
from wansdyke.casework.queries import require
from wansdyke.casework.steps import Outcome
from wansdyke.desks.contact.actions import in_the_unit
from wansdyke.desks.contact.models import BriefRating, Contact, Triage, TriageFeedback
from wansdyke.desks.contact.rules import OFFICER
from wansdyke.desks.contact.triage import in_change
from wansdyke.history.door import Doing, digest_of
from wansdyke.history.models import Event
from wansdyke.kernel.flow import Refused

ONCE = "You have said it already; it is said once."


def in_unit(contact: Contact, actor: Actor) -> bool:
    """Whether an actor is one of the officers of the unit that the call has now."""
    sent = Grant.objects.filter(
        root_id=contact.pk,
        kind=Grant.NAMED,
        user_id=actor.user_id,
        reason=in_the_unit(contact),
        revoked_at__isnull=True,
    )
    return OFFICER in actor.posts and sent.exists()


def to_judge(contact: Contact, actor: Actor) -> Triage | None:
    """The last advice on a call that an officer sent to it has not yet judged."""
    if not in_unit(contact, actor):
        return None
    advised = Triage.objects.filter(contact_id=contact.pk, answered_at__isnull=False)
    mine = advised.exclude(feedback__by_id=actor.user_id).select_related("referral")
    return mine.order_by("-asked_at", "-pk").first()


def may_rate(contact: Contact, actor: Actor) -> bool:
    """Whether an officer has been there with the brief and has not yet said how good it was."""
    there = contact.at_scene_at is not None and in_unit(contact, actor)
    rated = BriefRating.objects.filter(contact_id=contact.pk, by_id=actor.user_id)
    return there and not rated.exists()


def say_if_it_helped(
    contact: Contact, *, helped: str, words: str, by: Actor, at: datetime, key: str
) -> Outcome:
    """Keeps an officer's word on the advice; the practitioner who gave it is told.

    Raises Refused for whoever is not in the unit, no advice, or a second word.
    """

    def body(doing: Doing) -> None:
        require(by, Right.STEP, contact.case.root, at)
        triage = to_judge(contact, by)
        if triage is None:
            raise Refused("Only officers sent to the call judge its advice, once.")
        row = TriageFeedback.objects.create(
            triage=triage, by_id=by.user_id, helped=helped, words=words.strip(), at=at
        )
        event = doing.event("advice judged", root=contact.case.root, touches=False)
        added(doing, event, row, triage.referral.reference, "helped", "words")
        if triage.answered_by_id is not None:
            text = f"{triage.referral.reference}: an officer said whether your advice helped."
            link = f"/referrals/{triage.referral.reference}/"
            tell([triage.answered_by_id], text, root=contact.case.root, link=link, at=at)

    digest = digest_of("advice judged", contact.case.root.reference, helped, words)
    return in_change(contact, body, by=by, at=at, key=key, digest=digest)


def rate_brief(
    contact: Contact, *, rating: str, words: str, by: Actor, at: datetime, key: str
) -> Outcome:
    """Keeps an officer's word on the brief; the operator who took the call is told.

    Raises Refused for whoever did not arrive with the unit, and for a second word.
    """

    def body(doing: Doing) -> None:
        require(by, Right.STEP, contact.case.root, at)
        now = Contact.objects.select_related("case__root").get(pk=contact.pk)
        if BriefRating.objects.filter(contact_id=contact.pk, by_id=by.user_id).exists():
            raise Refused(ONCE)
        if not may_rate(now, by):
            raise Refused("Only officers of the unit that is at scene rate the brief.")
        row = BriefRating.objects.create(
            contact=contact, by_id=by.user_id, rating=rating, words=words.strip(), at=at
        )
        event = doing.event("brief rated", root=contact.case.root, touches=False)
        added(doing, event, row, contact.case.root.reference, "rating", "words")
        reference = contact.case.root.reference
        taken = Event.objects.filter(root_id=contact.pk, name="opened")
        who = set(taken.values_list("by_id", flat=True)) - {by.user_id, None}
        text, link = f"{reference}: an officer rated your brief.", f"/contact/{reference}/"
        tell(who, text, root=contact.case.root, link=link, at=at)

    digest = digest_of("brief rated", contact.case.root.reference, rating, words)
    return in_change(contact, body, by=by, at=at, key=key, digest=digest)
