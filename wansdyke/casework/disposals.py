"""Disposal and erasure: one person proposes, another confirms, and from then on it is open to
nobody. What it then takes to remove it all is `disposing`.

Both look again, under the lock of the record, whether a hold stands, whether the work is over, and
whether its time has come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Membership, Root
from wansdyke.access.notices import holders, tell
from wansdyke.access.one_person import one_person
from wansdyke.access.posts import RIGHTS, Right, posts
from wansdyke.access.scope import OutOfScope, scope, was_open
from wansdyke.casework.desk import Desk
from wansdyke.casework.holding import is_held
from wansdyke.casework.leaving_apart import waits_for
from wansdyke.casework.let_out import ENDED, asked_about
from wansdyke.casework.models import Case, Disposal, Party, Retention
from wansdyke.casework.on_case import added, needed, unused
from wansdyke.casework.queries import require
from wansdyke.casework.reckoning import reckoned_now
from wansdyke.casework.steps import Outcome, again, outcome_of
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.kernel.retention import VERSION
from wansdyke.ui.words import date_words

PREFIX = "DS"
LONGEST = 2000
HELD = "A legal hold stands on it. It can neither be disposed of nor erased while it does."
ASKED = "Somebody asked for what it says, and is not answered yet. Answer them first."
ASKED_BY_NAME = (
    "Somebody of this name asked for what is held on them, and is not answered yet. Say first, in"
    " the request, whether this is about them."
)
SAID = ("kind", "ground", "rule", "reason")
PAGE = "/retention/disposals/{}/"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What somebody proposes: to dispose or to erase, on which ground, and why."""

    kind: str
    ground: str
    reason: str


def hindrance(root: Root, kind: str, row: Retention, at: datetime) -> str | None:
    """Why a record cannot be disposed of or erased now, or None."""
    if is_held(root.pk):
        return HELD
    if asked_about(root.pk).exclude(state__in=ENDED).exists():
        return ASKED
    if waits_for(root.pk):
        return ASKED_BY_NAME
    if Case.objects.filter(pk=root.pk, is_open=True).exists():
        return "The case is still open. Close it first."
    if Party.objects.filter(record_id=root.pk, case__is_open=True, ended_at=None).exists():
        return "An open case names this person. Close it, or end their part in it, first."
    if kind == Disposal.DISPOSAL:
        if row.review_on is None:
            return f"Its time does not run yet: {row.why.lower()}."
        if row.review_on > london(at).date():
            return f"Its review is not due before {date_words(row.review_on)}."
    return None


def rule_of(kind: str, ground: str, row: Retention) -> str:
    """Under what rule, in words that outlive the record and say nothing of it."""
    why = dict(Disposal.GROUNDS)[ground]
    if kind == Disposal.ERASURE:
        return why
    return f"MoPI group {row.group}: {row.why} (rules {VERSION}). {why}"


def propose(
    root: Root,
    terms: Terms,
    *,
    desks: Sequence[Desk],
    by: Actor,
    at: datetime,
    key: str,
    version: int | None = None,
) -> Outcome:
    """Proposes to dispose of a record or to erase it; nothing changes until another confirms.

    Raises OutOfScope without the right to erase on it, Stale if it changed since `version`, Refused
    without a ground or a reason, while something hinders it (`hindrance`), or one waits already.
    """
    digest = digest_of("disposal", root.reference, terms.kind, terms.ground, terms.reason)
    try:
        with change(by=by, at=at, key=key, root=root, version=version, digest=digest) as doing:
            require(by, Right.ERASE, root, at)
            _known(terms)
            why = needed(terms.reason, "reason", "Enter why.", LONGEST)
            row = reckoned_now(root, desks, at)
            _refuse_if(hindrance(root, terms.kind, row, at))
            if Disposal.objects.filter(root=root, decided_at=None, withdrawn_at=None).exists():
                raise Refused("This waits for a second person already.")
            made = _proposed(doing, root, terms, why, row)
            _ask(doing, made)
            return outcome_of(doing, made.reference)
    except Repeated as repeated:
        return again(repeated)


def _known(terms: Terms) -> None:
    grounds = {
        Disposal.DISPOSAL: Disposal.OF_DISPOSAL,
        Disposal.ERASURE: Disposal.OF_ERASURE,
    }
    if terms.kind not in grounds:
        raise Refused("Choose whether to dispose of it or to erase it.", field="kind")
    if terms.ground not in grounds[terms.kind]:
        raise Refused("Choose the ground from those listed.", field="ground")


def _refuse_if(sentence: str | None) -> None:
    if sentence is not None:
        raise Refused(sentence)


def _proposed(doing: Doing, root: Root, terms: Terms, why: str, row: Retention) -> Disposal:
    case = Case.objects.filter(pk=root.pk).first()
    made = Disposal.objects.create(
        root=root,
        reference=unused(Disposal, PREFIX),
        was=case.desk if case else "",
        opened_at=case.opened_at if case else None,
        kind=terms.kind,
        ground=terms.ground,
        rule=rule_of(terms.kind, terms.ground, row),
        group=row.group,
        rule_version=VERSION,
        reason=why,
        proposed_by_id=doing.by.user_id,
        proposed_at=doing.at,
    )
    event = doing.event(f"{made.get_kind_display().lower()} proposed", root=root, touches=False)
    added(doing, event, made, made.reference, *SAID)
    doing.audit(audit.ALTERATION, root.reference, disposal=made.reference, proposed=made.kind)
    return made


def _ask(doing: Doing, made: Disposal) -> None:
    """Whoever may confirm it hears of it: supervisors of its team, and who is named on it."""
    second = [post.key for post in posts().values() if post.role in RIGHTS[Right.CONFIRM_ERASE]]
    team = set(holders(second, made.root.team_id, doing.at))
    if made.root.marking:
        named = made.root.grants.filter(kind="named", revoked_at=None).values_list("user_id")
        team = set(Membership.objects.filter(user__in=named, post__in=second).values_list(
            "user_id", flat=True))  # fmt: skip
    shut = set(made.root.locks.filter(lifted_at=None).values_list("user_id", flat=True))
    words = made.get_kind_display().lower()
    text = f"{made.root.reference}: its {words} waits for your decision."
    whom = team - shut - {doing.by.user_id}
    tell(whom, text, root=made.root, link=PAGE.format(made.reference), at=doing.at)


def in_sight(actor: Actor, at: datetime) -> QuerySet[Disposal]:
    """What was proposed of records that an actor may propose for, or confirm; while they stand."""
    either = scope(actor, Right.ERASE, at, "root__") | scope(
        actor, Right.CONFIRM_ERASE, at, "root__"
    )
    rows = Disposal.objects.filter(either)
    return rows.select_related("root__team", "proposed_by", "decided_by")


def one_of(actor: Actor, reference: str, at: datetime) -> Disposal:
    """One by its reference, also of what is gone by now. Raises OutOfScope."""
    found = in_sight(actor, at).filter(reference=reference).first()
    found = found or register(actor, at).filter(reference=reference).first()
    if found is None:
        raise OutOfScope(reference)
    return found


def register(actor: Actor, at: datetime) -> QuerySet[Disposal]:
    """What was confirmed, of records that an actor could have seen under a right to review: who may
    propose, who may confirm, and of their own agency who reviews the log."""
    gone = was_open(actor, Right.ERASE, at, "root__")
    gone |= was_open(actor, Right.CONFIRM_ERASE, at, "root__")
    if actor.may(Right.REVIEW_AUDIT):
        locked = actor_locks(actor)
        ours = Q(root__agency_id=actor.agency_id or 0, root__disposed_at__isnull=False)
        gone |= ours & ~Q(root_id__in=locked)
    rows = Disposal.objects.filter(gone, agreed=True)
    return rows.select_related("root__team", "proposed_by", "decided_by")


def actor_locks(actor: Actor) -> QuerySet[Root, int]:
    """The roots on which somebody is locked out."""
    shut = Root.objects.filter(locks__user_id=actor.user_id, locks__lifted_at__isnull=True)
    return shut.values_list("pk", flat=True)


def withdraw(made: Disposal, *, by: Actor, at: datetime, key: str) -> Outcome:
    """Takes a proposal of one's own back. Raises OutOfScope, Refused for another's or a decided."""
    digest = digest_of("disposal withdrawn", made.reference)
    try:
        with change(by=by, at=at, key=key, root=made.root, digest=digest) as doing:
            held = _waiting(made, by, at, Right.ERASE)
            if held.proposed_by_id != by.user_id:
                raise Refused("Only who proposed it takes it back.")
            held.withdrawn_at = at
            held.save(update_fields=["withdrawn_at"])
            doing.event(f"{held.get_kind_display().lower()} withdrawn", root=held.root)
            facts = {"disposal": held.reference, "withdrawn": True}
            doing.audit(audit.ALTERATION, held.root.reference, **facts)
            return outcome_of(doing, held.root.reference)
    except Repeated as repeated:
        return again(repeated)


def _waiting(made: Disposal, by: Actor, at: datetime, right: Right) -> Disposal:
    """The proposal, locked. Raises OutOfScope without the right on its root, Refused where it no
    longer waits."""
    require(by, right, made.root, at)
    rows = Disposal.objects.select_related("root__team").select_for_update(of=("self",))
    held = rows.get(pk=made.pk)
    if not held.waits:
        raise Refused("This was already decided.")
    return held


def decide(
    made: Disposal,
    *,
    agreed: bool,
    reason: str,
    desks: Sequence[Desk],
    by: Actor,
    at: datetime,
    key: str,
    version: int | None = None,
) -> Outcome:
    """The second person's decision. Confirmed, the record is open to nobody from now on, and a job
    removes it.

    Raises OutOfScope without the right to confirm on its root, Stale if the record has changed
    since `version`, Refused for the proposer, a refusal without a reason, and where something
    hinders it now.
    """
    digest = digest_of("disposal decided", made.reference, agreed, reason)
    try:
        with change(by=by, at=at, key=key, root=made.root, version=version, digest=digest) as doing:
            held = _waiting(made, by, at, Right.CONFIRM_ERASE)
            if one_person(held.proposed_by_id, by.user_id):
                raise Refused("A second person must decide: you proposed it.")
            why = reason.strip()
            if not agreed:
                why = needed(reason, "reason", "Enter why you decline.", LONGEST)
            else:
                row = reckoned_now(held.root, desks, at)
                _refuse_if(hindrance(held.root, held.kind, row, at))
            _decided(doing, held, agreed=agreed, why=why)
            return outcome_of(doing, held.root.reference)
    except Repeated as repeated:
        return again(repeated)


def _decided(doing: Doing, held: Disposal, *, agreed: bool, why: str) -> None:
    root, words = held.root, held.get_kind_display().lower()
    held.decided_by_id, held.decided_at = doing.by.user_id, doing.at
    held.agreed, held.decision_reason = agreed, why
    held.save()
    word = "confirmed" if agreed else "declined"
    event = doing.event(f"{words} {word}", root=root)
    if why:
        doing.changed(event, held.reference, "decision_reason",
                      Disposal.SECTIONS["decision_reason"], None, why)  # fmt: skip
    if agreed:
        root.disposed_at = doing.at
        root.save(update_fields=["disposed_at"])
        doing.audit(audit.ERASURE, root.reference, disposal=held.reference, kind=held.kind,
                    ground=held.ground)  # fmt: skip
    else:
        doing.audit(audit.ALTERATION, root.reference, disposal=held.reference, declined=True)
    # By its own reference: nothing of the record is in anybody’s notices.
    text = f"{held.reference}: the {words} was {word}."
    tell([held.proposed_by_id], text, root=None, link=PAGE.format(held.reference), at=doing.at)
