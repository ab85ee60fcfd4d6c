"""Running an instrument on a case: the person's own grade and reason first, then what it says."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.casework import clocks
from wansdyke.casework.desk import Desk
from wansdyke.casework.models import Assessment
from wansdyke.casework.queries import require
from wansdyke.casework.steps import Outcome, again, locked, outcome_of
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of
from wansdyke.kernel.flow import Refused
from wansdyke.kernel.instrument import Instrument


def assess(
    item: Any,
    instrument: Instrument,
    answers: Mapping[str, str],
    *,
    own_grade: str,
    own_reason: str,
    desk: Desk,
    by: Actor,
    at: datetime,
    key: str,
) -> Outcome:
    """Keeps a run: answers, version, fingerprint, the named decider's grade, and the result.

    What the instrument says changes no state and no grade: a person does that, with a reason.
    Raises Refused without an own grade or reason, or for an answer the instrument does not know.
    """
    root = item.case.root
    digest = digest_of(
        "assess", root.reference, instrument.key, dict(answers), own_grade, own_reason
    )
    try:
        with change(by=by, at=at, key=key, root=root, digest=digest) as doing:
            item = locked(desk, item)
            require(by, Right.EDIT, root, at)
            run_in(doing, item, instrument, answers, desk=desk, grade=own_grade, reason=own_reason)
            clocks.keep(desk, item.case, desk.facts(item, at), at)
            doing.audit(audit.ALTERATION, root.reference, instrument=instrument.key)
            return outcome_of(doing, root.reference)
    except Repeated as repeated:
        return again(repeated)


def run_in(
    doing: Doing,
    item: Any,
    instrument: Instrument,
    answers: Mapping[str, str],
    *,
    desk: Desk | None,
    grade: str,
    reason: str,
    decided_by: int | None = None,
) -> Assessment:
    """Keeps a run inside a change that is already open; raises Refused as `assess` does. Without a
    desk it does nothing else; `decided_by` gave the grade, where another only agreed to it."""
    if not grade:
        raise Refused("Give your own grade first.", field="own_grade")
    if not reason.strip():
        raise Refused("Enter the reason for your grade.", field="own_reason")
    for question, sentence in instrument.check(answers).items():
        raise Refused(sentence, field=question)
    result = instrument.run(answers)
    run = Assessment.objects.create(
        case=item.case,
        instrument=instrument.key,
        version=instrument.version,
        fingerprint=instrument.fingerprint(),
        answers={k: v for k, v in answers.items() if v},
        own_grade=grade,
        own_reason=reason,
        decided_by_id=decided_by or doing.by.user_id,
        result=result.grade or "",
        reasons=list(result.reasons),
        missing=list(result.missing),
        at=doing.at,
    )
    event = doing.event(f"assessed: {instrument.key}", root=item.case.root)
    if desk is not None and desk.assessed is not None:
        desk.assessed(item, run, doing, event)
    return run
