"""A request for information goes when its time is over: proposed by one, confirmed by another, and
its bundles, its decisions and who it was about are removed.

It belongs to no record, so it has a time of its own. What is left is its reference, for what and
when it was asked and answered, by whom of the force, and the log.
"""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from wansdyke.access.actors import Actor
from wansdyke.access.models import User
from wansdyke.access.notices import holders_in, tell
from wansdyke.access.one_person import one_person
from wansdyke.access.scope import OutOfScope
from wansdyke.access.sections import Section
from wansdyke.access.settings import Setting, value_of
from wansdyke.casework import disposal_register
from wansdyke.casework.holding import is_held
from wansdyke.casework.jobs import worker
from wansdyke.casework.leaving_apart import may_hear
from wansdyke.casework.let_out import NAMING, WORDS
from wansdyke.casework.models import Leaving
from wansdyke.casework.on_case import needed
from wansdyke.casework.steps import Outcome
from wansdyke.casework.subject_access import KEEPER, LONGEST, keeps, on_request
from wansdyke.history import audit
from wansdyke.history.door import Doing, change, digest_of
from wansdyke.history.models import Change
from wansdyke.kernel.calendar import add_months, london
from wansdyke.kernel.flow import Refused
from wansdyke.ui.words import date_words

KEPT_YEARS = Setting(
    key="leaving.keep-years",
    title="Requests for information: years to keep them after they ended",
    default=2,
    unit="years",
    most=10,
    source="The force’s retention schedule; two years is usual for requests (low confidence)",
)
SETTINGS = (KEPT_YEARS,)
ENDED = (Leaving.CLOSED, Leaving.WITHDRAWN)
KIND = "request"
HELD = "A legal hold covers a record that it is about. It cannot be disposed of while it does."


def due_on(leaving: Leaving, at: datetime) -> date:
    """The day from which a request that ended may be disposed of."""
    ended = leaving.ended_at or leaving.closed_at or leaving.at
    return add_months(london(ended).date(), 12 * int(value_of(KEPT_YEARS, at)))


def is_due(leaving: Leaving, at: datetime) -> bool:
    """Whether a request may be disposed of by its time."""
    return london(at).date() >= due_on(leaving, at)


def _held(leaving: Leaving) -> bool:
    return any(is_held(pk) for pk in leaving.records.values_list("record_id", flat=True))


def _refuse(leaving: Leaving, at: datetime) -> None:
    if not is_due(leaving, at):
        raise Refused(f"It is kept until {date_words(due_on(leaving, at))}.")
    if _held(leaving):
        raise Refused(HELD)


def propose(leaving: Leaving, *, by: Actor, at: datetime, key: str) -> Outcome:
    """Proposes to dispose of a request that ended. Raises OutOfScope for whoever keeps no records,
    Refused before its time, under a legal hold, and where it waits for a second person already."""
    if not keeps(by):
        raise OutOfScope(leaving.reference)

    def body(doing: Doing, held: Leaving) -> None:
        _refuse(held, at)
        if held.dispose_by_id is not None:
            raise Refused("This waits for a second person already.")
        held.dispose_by_id, held.dispose_at = by.user_id, at
        held.save(update_fields=["dispose_by", "dispose_at"])
        doing.event("disposal of the request proposed", subject=held.reference)
        doing.audit(audit.ALTERATION, held.reference, disposal="proposed")
        others = may_hear(holders_in([KEEPER], by.agency_id or 0, at), held) - {by.user_id}
        text = f"{held.reference}: its disposal waits for your decision."
        tell(others, text, root=None, link=f"/requests/{held.reference}/", at=at)

    digest = digest_of("request disposal", leaving.reference)
    return on_request(leaving, body, by=by, at=at, key=key, digest=digest, states=ENDED)


def decline(leaving: Leaving, *, reason: str, by: Actor, at: datetime, key: str) -> Outcome:
    """Takes a proposal back, or declines another's: the request stays. Raises OutOfScope, Refused
    without a reason, and where none waits."""
    if not keeps(by):
        raise OutOfScope(leaving.reference)

    def body(doing: Doing, held: Leaving) -> None:
        if held.dispose_by_id is None:
            raise Refused("Nothing waits for a second person.")
        held.dispose_by_id, held.dispose_at = None, None
        held.save(update_fields=["dispose_by", "dispose_at"])
        event = doing.event("disposal of the request declined", subject=held.reference)
        why = needed(reason, "reason", "Enter why it is kept.", LONGEST)
        doing.changed(event, held.reference, "decline_reason", Section.NARRATIVE, None, why)
        doing.audit(audit.ALTERATION, held.reference, disposal="declined")

    digest = digest_of("request disposal declined", leaving.reference, reason)
    return on_request(leaving, body, by=by, at=at, key=key, digest=digest, states=ENDED)


def confirm(leaving: Leaving, *, by: Actor, at: datetime, key: str) -> Outcome:
    """The second person's word: it is closed to everybody now, and a job removes what it holds.

    Raises OutOfScope, Refused for whoever proposed it, where nothing waits, and as `propose`.
    """
    if not keeps(by):
        raise OutOfScope(leaving.reference)

    def body(doing: Doing, held: Leaving) -> None:
        if held.dispose_by_id is None:
            raise Refused("Nothing waits for a second person.")
        if one_person(held.dispose_by_id, by.user_id):
            raise Refused("A second person must decide: you proposed it.")
        _refuse(held, at)
        held.was, held.state = held.state, Leaving.DISPOSED
        held.disposed_by_id, held.disposed_at = by.user_id, at
        held.save(update_fields=["was", "state", "disposed_by", "disposed_at"])
        doing.event("disposal of the request confirmed", subject=held.reference)
        doing.audit(audit.ERASURE, held.reference, disposal="confirmed")

    digest = digest_of("request disposal confirmed", leaving.reference)
    return on_request(leaving, body, by=by, at=at, key=key, digest=digest, states=ENDED)


def carry_out(register: Path, at: datetime) -> int:
    """Removes what confirmed requests hold; returns of how many. Goes on where it stopped."""
    waiting = Leaving.objects.filter(state=Leaving.DISPOSED, gone_at=None).order_by("pk")
    return sum(_carry_out_one(one, register, at) for one in waiting)


def _carry_out_one(one: Leaving, register: Path, at: datetime) -> bool:
    if not one.again and _held(one):
        return _kept_after_all(one, at)
    # On the disk before the first row goes, as of any record.
    disposal_register.add(register, line_of(one))
    key = f"request gone:{one.pk}:{at.timestamp():.6f}"
    with change(by=worker(), at=at, key=key, digest=digest_of(key)) as doing:
        held = Leaving.objects.select_for_update().get(pk=one.pk)
        if held.gone_at is not None or held.state != Leaving.DISPOSED:
            return False
        removed = _removed(held)
        held.gone_at = at
        held.save()
        doing.event("request disposed of", subject=held.reference)
        doing.audit(audit.ERASURE, held.reference, removed=removed)
    return True


def _removed(held: Leaving) -> int:
    """Files first, then rows, then who it was about."""
    gone = 0
    for bundle in held.bundles.all():
        (Path(settings.FILES_DIR) / bundle.stored_as).unlink(missing_ok=True)
    for rows in (held.bundles, held.releases, held.decisions, held.records):
        gone += rows.all().delete()[0]
    gone += Change.objects.filter(record=held.reference).delete()[0]
    for name in (*NAMING, *WORDS):
        setattr(held, name, "")
    held.date_of_birth = None
    held.prepared_digest = ""
    return gone


def _kept_after_all(one: Leaving, at: datetime) -> bool:
    """A hold came between the confirmation and the first row: the request is there again."""
    key = f"request held:{one.pk}:{at.timestamp():.6f}"
    with change(by=worker(), at=at, key=key, digest=digest_of(key)) as doing:
        held = Leaving.objects.select_for_update().get(pk=one.pk)
        if held.gone_at is not None or held.state != Leaving.DISPOSED:
            return False
        told = [pk for pk in (held.dispose_by_id, held.disposed_by_id) if pk is not None]
        held.state, held.was = held.was, ""
        held.dispose_by_id = held.dispose_at = held.disposed_by_id = held.disposed_at = None
        held.save()
        doing.event("disposal of the request stopped by a legal hold", subject=held.reference)
        doing.audit(audit.ALTERATION, held.reference, held=True)
        text = f"{held.reference}: a legal hold came before it was disposed of. It stands."
        tell(told, text, root=None, link=f"/requests/{held.reference}/", at=at)
    return False


def line_of(one: Leaving) -> dict[str, Any]:
    """What the register says of one: nothing of whom it was about."""
    return {
        "reference": one.reference,
        "root": "",
        "kind": KIND,
        "proposed_by": one.dispose_by.username if one.dispose_by else "",
        "decided_by": one.disposed_by.username if one.disposed_by else "",
        "decided_at": one.disposed_at.isoformat() if one.disposed_at else "",
    }


def brought_back(register: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines of a register whose requests are there although they were disposed of."""
    said = {one["reference"]: one for one in register if one["kind"] == KIND}
    there = Leaving.objects.filter(reference__in=list(said)).exclude(state=Leaving.DISPOSED)
    return [said[reference] for reference in there.values_list("reference", flat=True)]


def reapply(said: dict[str, Any], register: Path, *, by: Actor, at: datetime) -> bool | None:
    """Disposes again of a request that an older backup brought back: whether it did; None where
    there is no such request."""
    one = Leaving.objects.filter(reference=said["reference"]).first()
    if one is None:
        return None
    if one.gone_at is not None:
        return False
    users = {user.username: user for user in User.objects.filter(
        username__in=[said["proposed_by"], said["decided_by"]])}  # fmt: skip
    key = f"request again:{one.pk}:{at.timestamp():.6f}"
    with change(by=by, at=at, key=key, digest=digest_of(key)) as doing:
        held = Leaving.objects.select_for_update().get(pk=one.pk)
        held.was, held.state, held.again = held.was or held.state, Leaving.DISPOSED, True
        held.dispose_by = users.get(said["proposed_by"])
        held.disposed_by = users.get(said["decided_by"])
        held.disposed_at = datetime.fromisoformat(said["decided_at"]) if said["decided_at"] else at
        held.save()
        doing.event("request to be disposed of again", subject=held.reference)
        doing.audit(audit.ERASURE, held.reference, disposal="again")
    return _carry_out_one(held, register, at)
