"""Through here goes everything that leaves the product for a person outside it.

The gate itself is a rule (`leaving_rules.may_leave`); here its verdict on each piece meets what
people decided of it. `leaving` is the text that goes out, or None: nothing else ever does.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from wansdyke.access.actors import Actor
from wansdyke.access.notices import holders_in, tell
from wansdyke.casework.leaving_found import Piece, fingerprint
from wansdyke.casework.leaving_rules import (
    EXEMPTIONS,
    Purpose,
    Recipient,
    Release,
    Verdict,
    may_leave,
    passes,
)
from wansdyke.casework.leaving_text import missing_from, without
from wansdyke.casework.models import Leaving, LeavingDecision, LeavingRelease
from wansdyke.casework.on_case import needed, unused
from wansdyke.history import audit
from wansdyke.history.door import Doing
from wansdyke.kernel.flow import Refused

PREFIX = "RL"
LONGEST, SHORTEST = 2000, 20
EXEMPT = {one.key: one for one in EXEMPTIONS}


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A piece, the gate's verdict on it, what people decided, and the text that leaves, or None.

    `kept` is its text as it would leave: with the words taken out that a reviewer named.
    """

    piece: Piece
    verdict: Verdict
    kept: str
    digest: str
    leaving: str | None
    decision: LeavingDecision | None
    releases: tuple[LeavingRelease, ...]

    @property
    def name(self) -> str:
        """By what its page is found: it names no row."""
        return hashlib.sha256(self.piece.key.encode()).hexdigest()[:16]

    @property
    def waiting(self) -> LeavingRelease | None:
        """The release that waits for a second person."""
        return next((one for one in self.releases if one.decided_at is None), None)

    @property
    def released(self) -> bool:
        """Whether two people released exactly this text."""
        return any(_as_rule(one).holds and one.digest == self.digest for one in self.releases)


def _as_rule(row: LeavingRelease) -> Release:
    return Release(
        digest=row.digest,
        proposed_by=row.by_id,
        reason=row.reason,
        confirmed_by=row.decided_by_id,
        confirmed_reason=row.decided_reason,
        agreed=bool(row.agreed),
    )


def judged(leaving: Leaving, pieces: Iterable[Piece]) -> list[Judged]:
    """Each piece as the gate and the reviewers judged it."""
    decisions = {row.item: row for row in leaving.decisions.select_related("by")}
    releases: dict[str, list[LeavingRelease]] = {}
    for row in leaving.releases.select_related("by", "decided_by").order_by("pk"):
        releases.setdefault(row.item, []).append(row)
    purpose, recipient = Purpose(leaving.purpose), Recipient(leaving.recipient_kind)
    return [
        _judged(one, purpose, recipient, decisions.get(one.key), releases.get(one.key, []))
        for one in pieces
    ]


def _judged(
    piece: Piece,
    purpose: Purpose,
    recipient: Recipient,
    decision: LeavingDecision | None,
    releases: list[LeavingRelease],
) -> Judged:
    # What was decided of another text says nothing of this one.
    if decision is not None and decision.digest != piece.digest:
        decision = None
    redacted = decision is not None and decision.outcome == LeavingDecision.REDACTED
    kept = without(piece.text, decision.phrases) if redacted and decision else piece.text
    item = piece.item if kept == piece.text else replace(piece.item, found=left_in(piece, kept))
    verdict = may_leave(item, purpose, recipient)
    digest = fingerprint(piece, kept)
    withheld = decision is not None and decision.outcome == LeavingDecision.WITHHELD
    through = passes(verdict, digest, [_as_rule(one) for one in releases])
    return Judged(
        piece=piece,
        verdict=verdict,
        kept=kept,
        digest=digest,
        leaving=kept if through and not withheld else None,
        decision=decision,
        releases=tuple(releases),
    )


def left_in(piece: Piece, kept: str) -> tuple[str, ...]:
    """Which kinds of held-back values still stand in a piece's text after words were taken out."""
    left = {
        span.what
        for span in piece.spans
        if not missing_from(kept, [piece.text[span.start : span.end]])
    }
    return tuple(sorted(left))


def checked_decision(
    piece: Piece, outcome: str, phrases: list[str], exemption: str, reason: str
) -> None:
    """Raises Refused for an unknown outcome, no ground, and phrases that are not in the text."""
    if outcome not in dict(LeavingDecision.OUTCOMES):
        raise Refused("Choose what is to happen to it.", field="outcome")
    if outcome == LeavingDecision.WHOLE:
        return
    if exemption not in EXEMPT:
        raise Refused("Choose the ground on which it is withheld.", field="exemption")
    needed(reason, "reason", "Enter why.", LONGEST)
    if outcome == LeavingDecision.REDACTED:
        if not phrases:
            raise Refused("Enter the words to take out.", field="phrases")
        if missing := missing_from(piece.text, phrases):
            raise Refused(f"These words are not in it: {missing[0]}", field="phrases")


def propose(one: Judged, leaving: Leaving, reason: str, doing: Doing) -> LeavingRelease:
    """Proposes to release a held-back piece as it would leave now.

    Raises Refused for what leaves anyway, what nobody may release, what waits already, and for a
    reason of fewer than SHORTEST characters.
    """
    why = enough(reason, "reason")
    if one.verdict.leaves:
        raise Refused("The gate does not hold this back.")
    if not one.verdict.releasable:
        raise Refused("Nobody may release this.")
    if one.waiting is not None:
        raise Refused("Its release waits for a second person already.")
    made = LeavingRelease.objects.create(
        leaving=leaving,
        root=one.piece.root,
        reference=unused(LeavingRelease, PREFIX),
        item=one.piece.key,
        digest=one.digest,
        rule=one.verdict.rule,
        reason=why,
        by_id=doing.by.user_id,
        at=doing.at,
    )
    doing.event("release proposed", subject=made.reference)
    subjects = (made.reference, leaving.reference, made.root.reference)
    doing.audit(audit.ALTERATION, *subjects, rule=made.rule, proposed=True)
    others = {
        user.pk for user in holders_in(["records-manager"], doing.by.agency_id or 0, doing.at)
    }
    text = f"{leaving.reference}: a release waits for a second person."
    link = f"/requests/{leaving.reference}/releases/"
    tell(others - {doing.by.user_id}, text, root=None, link=link, at=doing.at)
    return made


def enough(text: str, field: str) -> str:
    """A reason that says something. Raises Refused for one of fewer than SHORTEST characters."""
    words = needed(text, field, "Enter why.", LONGEST)
    if len(words) < SHORTEST:
        raise Refused(f"Use {SHORTEST} characters or more, not {len(words)}.", field=field)
    return words


def confirm(
    one: Judged, row: LeavingRelease, *, agreed: bool, reason: str, by: Actor, doing: Doing
) -> None:
    """A second person's decision on a release, of exactly the text that was proposed.

    Raises Refused for whoever proposed it, for one that was decided, for a text that has changed
    since, and for a reason of fewer than SHORTEST characters.
    """
    why = enough(reason, "reason")
    if row.decided_at is not None:
        raise Refused("This was already decided.")
    if row.by_id == by.user_id:
        raise Refused("A second person must decide: you proposed it.")
    if agreed and row.digest != one.digest:
        raise Refused("The item has changed since it was proposed. Refuse it, and say so.")
    row.decided_by_id, row.decided_at = by.user_id, doing.at
    row.agreed, row.decided_reason = agreed, why
    row.save(update_fields=["decided_by", "decided_at", "agreed", "decided_reason"])
    doing.event("released" if agreed else "release refused", subject=row.reference)
    # Who gets it stands in the request: a log that is kept for ever names nobody outside.
    facts = {"rule": row.rule, "agreed": agreed, "recipient": row.leaving.recipient_kind}
    operation = audit.DISCLOSURE if agreed else audit.ALTERATION
    doing.audit(operation, row.reference, row.leaving.reference, row.root.reference, **facts)
