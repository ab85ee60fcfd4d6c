"""Answering whoever is outside: opened, whose records it is about, decided, released, closed.

Each write goes through the one door. The existence of a request is for those who keep the records
and the privacy officers; what it says of a case is for whoever also sees that case.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import F, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.notices import holders_in, tell
from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope, scope
from wansdyke.access.settings import Setting, value_of
from wansdyke.casework.calendar import calendar
from wansdyke.casework.desk import Desk
from wansdyke.casework.leaving_apart import about_themselves, apart_from, may_hear
from wansdyke.casework.leaving_clock import Facts, reckoned
from wansdyke.casework.leaving_found import Piece, everything
from wansdyke.casework.leaving_gate import Judged, judged
from wansdyke.casework.models import Leaving, LeavingDecision, LeavingRecord
from wansdyke.casework.on_case import needed, unused
from wansdyke.casework.steps import Outcome, again, outcome_of
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.people.models import PersonRecord

PREFIX = "SA"
KEEPER, PRIVACY = "records-manager", "privacy-officer"
LONGEST = 2000
SHORTEST = 20
LIMIT = Setting(
    key="leaving.months",
    title="Requests for information: months to answer",
    default=1,
    unit="months",
    most=3,
    source="DPA 2018 s54(2); UK GDPR Art. 12(3)",
)
EXTENSION = Setting(
    key="leaving.extension-months",
    title="Requests for information: months of an extension",
    default=2,
    unit="months",
    most=2,
    source="UK GDPR Art. 12(3); for law enforcement DPA 2018 s54 as amended by the Data (Use and"
    " Access) Act 2025 (low confidence: check what is in force)",
)
SETTINGS = (LIMIT, EXTENSION)


def keeps(actor: Actor) -> bool:
    """Whether an actor prepares and closes answers: those of the force who keep its records."""
    return actor.home and actor.may(Right.EXPORT) and KEEPER in actor.posts


def watches(actor: Actor) -> bool:
    """Whether an actor watches over them: the privacy officers, who read no case."""
    return actor.home and actor.may(Right.REVIEW_AUDIT) and PRIVACY in actor.posts


def in_sight(actor: Actor) -> QuerySet[Leaving]:
    """The requests an actor may see, none about themselves and none of anybody from whom a conflict
    keeps them. Raises OutOfScope for whoever they are no business of."""
    if not (keeps(actor) or watches(actor)):
        raise OutOfScope("requests")
    rows = Leaving.objects.exclude(pk__in=apart_from(actor.user_id, actor.name))
    return rows.select_related("by", "prepared_by", "checked_by", "closed_by")


def one_of(actor: Actor, reference: str) -> Leaving:
    """One by its reference. Raises OutOfScope."""
    found = in_sight(actor).filter(reference=reference).first()
    if found is None:
        raise OutOfScope(reference)
    return found


def kept_by(actor: Actor, reference: str) -> Leaving:
    """One that an actor may work on. Raises OutOfScope."""
    if not keeps(actor):
        raise OutOfScope(reference)
    return one_of(actor, reference)


def _facts(leaving: Leaving, at: datetime) -> Facts:
    months = value_of(LIMIT, leaving.at)
    extra = value_of(EXTENSION, leaving.extended_at) if leaving.extended_at else 0
    return Facts(
        regime=leaving.regime,
        received_on=leaving.received_on,
        identity_on=leaving.identity_on,
        closed_at=leaving.closed_at,
        months=months + extra,
    )


def _owed(leaving: Leaving, at: datetime) -> None:
    reckoning = reckoned(_facts(leaving, at), calendar())
    leaving.due_at = reckoning.due_at
    leaving.inputs = {
        **reckoning.inputs,
        "clock": reckoning.key,
        "version": str(reckoning.version),
        "anchored_at": reckoning.anchored_at.isoformat(),
    }


def open_request(said: dict[str, Any], *, by: Actor, at: datetime, key: str) -> Outcome:
    """Opens a request. `said` are columns of Leaving: purpose, recipient_kind, recipient, regime,
    forename, surname, date_of_birth, asked_for, identity, received_on, identity_on.

    Raises OutOfScope for whoever keeps no records, Refused for a receipt that is to come, and for
    whoever opens one about themselves.
    """
    if not keeps(by):
        raise OutOfScope("requests")
    named = (str(said.get(part, "")) for part in ("forename", "surname", "recipient"))
    if about_themselves(by.name, *named):
        raise Refused("Somebody else must open it: it is about you, or goes to you.")
    digest = digest_of("leaving", said)
    try:
        with change(by=by, at=at, key=key, digest=digest) as doing:
            leaving = Leaving(reference=unused(Leaving, PREFIX), by_id=by.user_id, at=at, **said)
            _dated(leaving, at)
            _owed(leaving, at)
            leaving.save()
            doing.event("request opened", subject=leaving.reference)
            facts = {"purpose": leaving.purpose, "recipient_kind": leaving.recipient_kind}
            doing.audit(audit.COLLECTION, leaving.reference, **facts)
            return outcome_of(doing, leaving.reference)
    except Repeated as repeated:
        return again(repeated)


def _dated(leaving: Leaving, at: datetime) -> None:
    today = london(at).date()
    for name in ("received_on", "identity_on"):
        day: date | None = getattr(leaving, name)
        if day is not None and day > today:
            raise Refused("This must not be in the future.", field=name)


Body = Callable[[Doing, Leaving], None]


def on_request(
    leaving: Leaving, body: Body, *, by: Actor, at: datetime, key: str, digest: str,
    version: int | None = None, states: Collection[str] = (Leaving.OPEN,),
) -> Outcome:  # fmt: skip
    """Runs `body` in one change, with the request re-read and locked.

    Raises OutOfScope for whoever may not see it, Refused where it is in none of the `states`, Stale
    where it has changed since the version that was seen.
    """
    try:
        with change(by=by, at=at, key=key, digest=digest) as doing:
            rows = in_sight(by).select_for_update(of=("self",))
            held = rows.filter(pk=leaving.pk).first()
            if held is None:
                raise OutOfScope(leaving.reference)
            if held.state not in states:
                raise Refused("The request has moved on. Open it again.")
            if version is not None and held.version != version:
                raise Refused("Somebody changed this request meanwhile. Open it again.")
            body(doing, held)
            Leaving.objects.filter(pk=held.pk).update(version=F("version") + 1)
            return outcome_of(doing, held.reference)
    except Repeated as repeated:
        return again(repeated)


def say_whose(
    leaving: Leaving, records: Collection[str], theirs: bool, *, by: Actor, at: datetime, key: str
) -> Outcome:
    """Says of some records (references) that they are, or are not, of the person asked about.

    Raises OutOfScope for one that the actor may not see; what was decided of it before is replaced.
    """
    if not keeps(by):
        raise OutOfScope(leaving.reference)

    def body(doing: Doing, held: Leaving) -> None:
        seen = PersonRecord.objects.filter(
            scope(by, Right.VIEW, at, "root__"), root__reference__in=list(records)
        )
        rows = list(seen.select_related("root"))
        if len(rows) != len(set(records)) or not rows:
            raise OutOfScope(held.reference)
        for record in rows:
            said = {"theirs": theirs, "by_id": by.user_id, "at": at}
            LeavingRecord.objects.update_or_create(leaving=held, record=record, defaults=said)
        doing.event("records said to be theirs" if theirs else "records said not to be theirs",
                    subject=held.reference)  # fmt: skip
        references = sorted(record.root.reference for record in rows)
        doing.audit(audit.COMBINATION, held.reference, *references, theirs=theirs)

    digest = digest_of("whose", leaving.reference, sorted(records), theirs)
    return on_request(leaving, body, by=by, at=at, key=key, digest=digest)


def pieces_of(leaving: Leaving, actor: Actor, at: datetime, desks: Iterable[Desk]) -> list[Judged]:
    """Every piece that an actor may see of the person, as the gate and the reviewers judged it."""
    return judged(leaving, everything(leaving, actor, at, desks))


def piece_of(
    leaving: Leaving, item: str, actor: Actor, at: datetime, desks: Iterable[Desk]
) -> Judged:
    """One piece by the name that its page has (`Judged.name`). Raises OutOfScope."""
    for one in pieces_of(leaving, actor, at, desks):
        if one.name == item:
            return one
    raise OutOfScope(item)


def decide(
    leaving: Leaving, piece: Piece, *, outcome: str, phrases: list[str], exemption: str,
    reason: str, by: Actor, at: datetime, key: str,
) -> Outcome:  # fmt: skip
    """Writes down what a reviewer decided of one piece, instead of what was decided before.

    Raises OutOfScope for whoever keeps no records, Refused for an unknown outcome, phrases that
    do not stand in its text, and for withholding or taking out without a ground.
    """
    if not keeps(by):
        raise OutOfScope(leaving.reference)
    said = {"outcome": outcome, "phrases": phrases, "exemption": exemption, "reason": reason}

    def body(doing: Doing, held: Leaving) -> None:
        row = {"root": piece.root, "digest": piece.digest, "by_id": by.user_id, "at": at}
        LeavingDecision.objects.update_or_create(
            leaving=held, item=piece.key, defaults={**said, **row}
        )
        doing.event(f"item decided: {outcome}", subject=held.reference)
        facts = {"item_digest": piece.digest, "decided": outcome, "exemption": exemption}
        doing.audit(audit.ALTERATION, held.reference, piece.root.reference, **facts)

    digest = digest_of("decided", leaving.reference, piece.key, piece.digest, said)
    return on_request(leaving, body, by=by, at=at, key=key, digest=digest)


def extend(leaving: Leaving, *, reason: str, by: Actor, at: datetime, key: str) -> Outcome:
    """Puts the time limit off, once, for a reason that the person is told. Raises Refused where it
    was put off already, or its limit has passed."""

    def body(doing: Doing, held: Leaving) -> None:
        if held.extended_at is not None:
            raise Refused("The time was extended already: it can be only once.")
        if at > held.due_at:
            raise Refused("The time has run out: it can be extended only before.")
        held.extended_why = needed(reason, "reason", "Enter why it takes longer.", LONGEST)
        held.extended_at = at
        _owed(held, at)
        held.save()
        doing.event("time extended", subject=held.reference)
        doing.audit(audit.ALTERATION, held.reference, due=held.due_at.isoformat())

    if not keeps(by):
        raise OutOfScope(leaving.reference)
    digest = digest_of("extended", leaving.reference, reason)
    states = (Leaving.OPEN, Leaving.PREPARED)
    return on_request(leaving, body, by=by, at=at, key=key, digest=digest, states=states)


def withdraw(leaving: Leaving, *, reason: str, by: Actor, at: datetime, key: str) -> Outcome:
    """Ends a request that nothing is sent for. Raises Refused without a reason."""

    def body(doing: Doing, held: Leaving) -> None:
        held.sent_back = needed(reason, "reason", "Enter why.", LONGEST)
        held.state, held.ended_at = Leaving.WITHDRAWN, at
        held.save(update_fields=["state", "sent_back", "ended_at"])
        doing.event("request withdrawn", subject=held.reference)
        doing.audit(audit.ALTERATION, held.reference, state=held.state)

    if not keeps(by):
        raise OutOfScope(leaving.reference)
    digest = digest_of("withdrawn", leaving.reference, reason)
    states = (Leaving.OPEN, Leaving.PREPARED)
    return on_request(leaving, body, by=by, at=at, key=key, digest=digest, states=states)


def check(leaving: Leaving, *, words: str, by: Actor, at: datetime, key: str) -> Outcome:
    """A privacy officer's word on how much lies out of the preparers' sight, in every request, so
    that its being asked tells nothing. Raises OutOfScope for anybody else."""
    if not watches(by):
        raise OutOfScope(leaving.reference)

    def body(doing: Doing, held: Leaving) -> None:
        held.checked_words = needed(words, "words", "Enter what you did about it.", LONGEST)
        held.checked_by_id, held.checked_at = by.user_id, at
        held.save(update_fields=["checked_words", "checked_by", "checked_at"])
        doing.event("out of sight: looked at", subject=held.reference)
        doing.audit(audit.ALTERATION, held.reference, checked=True)

    digest = digest_of("checked", leaving.reference, words)
    states = (Leaving.OPEN, Leaving.PREPARED)
    return on_request(leaving, body, by=by, at=at, key=key, digest=digest, states=states)


def prepare(
    leaving: Leaving, *, by: Actor, at: datetime, key: str, desks: Iterable[Desk]
) -> Outcome:
    """Hands a prepared answer to a second person. Raises Refused where no record was said to be
    theirs or not, who asks is not known, or a release still waits."""
    if not keeps(by):
        raise OutOfScope(leaving.reference)

    def body(doing: Doing, held: Leaving) -> None:
        if held.identity_on is None and held.regime != "none":
            raise Refused("It was not checked yet who is asking: nothing may be prepared for them.")
        if held.releases.filter(decided_at__isnull=True).exists():
            raise Refused("A release still waits for a second person.")
        held.prepared_digest = whole_digest(pieces_of(held, by, at, desks))
        held.state, held.prepared_by_id, held.prepared_at = Leaving.PREPARED, by.user_id, at
        held.save(update_fields=["prepared_digest", "state", "prepared_by", "prepared_at"])
        doing.event("request prepared", subject=held.reference)
        doing.audit(audit.ALTERATION, held.reference, state=held.state)
        others = may_hear(holders_in([KEEPER], by.agency_id or 0, at), held) - {by.user_id}
        text = f"{held.reference}: an answer waits for your review."
        tell(others, text, root=None, link=f"/requests/{held.reference}/", at=at)

    digest = digest_of("prepared", leaving.reference)
    return on_request(leaving, body, by=by, at=at, key=key, digest=digest)


def send_back(leaving: Leaving, *, reason: str, by: Actor, at: datetime, key: str) -> Outcome:
    """Sends a prepared answer back to be prepared again. Raises Refused without a reason."""
    if not keeps(by):
        raise OutOfScope(leaving.reference)

    def body(doing: Doing, held: Leaving) -> None:
        held.sent_back = needed(reason, "reason", "Enter what is to be done.", LONGEST)
        held.state = Leaving.OPEN
        held.save(update_fields=["sent_back", "state"])
        doing.event("request sent back", subject=held.reference)
        doing.audit(audit.ALTERATION, held.reference, state=held.state)

    digest = digest_of("sent back", leaving.reference, reason)
    states = (Leaving.PREPARED,)
    return on_request(leaving, body, by=by, at=at, key=key, digest=digest, states=states)


def whole_digest(pieces: Iterable[Judged]) -> str:
    """A fingerprint of all that leaves, in its order: what two people must have seen alike."""
    told = "\n".join(f"{one.piece.key} {one.piece.digest} {one.leaving}" for one in pieces)
    return hashlib.sha256(told.encode()).hexdigest()
