"""Scoring what was drawn: a score, its handler's answer, and another look. All by the one door.

Nothing of it stands in the case's own history: there the second reviewer would read of the first,
and everyone of the handler. The rows are only ever added to, so they are their own history.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.access.notices import tell
from wansdyke.assurance.models import Sample, SampleReply, Score
from wansdyke.assurance.samples_read import asked_again, own_samples, samples_of, template_of
from wansdyke.casework.queries import OutOfScope
from wansdyke.directory import desk_of
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of
from wansdyke.kernel.flow import Refused


def _again(rows: Any, sample: Sample) -> Sample:
    """The sample as it is now that its case is locked. Raises OutOfScope."""
    found: Sample | None = rows.select_related("case__root", "plan").filter(pk=sample.pk).first()
    if found is None:
        raise OutOfScope(sample.reference)
    return found


def _noted(doing: Doing, sample: Sample, name: str, operation: str) -> None:
    doing.event(name, subject=f"sample:{sample.reference}")
    doing.audit(operation, sample.case.root.reference, sample=sample.reference)
    doing.outcome.update(reference=sample.reference)


def score(
    sample: Sample,
    answers: Mapping[str, str],
    *,
    recording_system: str,
    recording_id: str,
    by: Actor,
    at: datetime,
    key: str,
) -> None:
    """Keeps what a reviewer found. When all who were to score it have, its handler is told.

    Raises Refused for an answer that cannot be or is owed, for a recording that is not named, and
    for who has scored it before or comes too late; OutOfScope for their own work.
    """
    digest = digest_of("score", sample.reference, dict(answers), recording_system, recording_id)
    try:
        with change(by=by, at=at, key=key, root=sample.case.root, digest=digest) as doing:
            fresh = _again(samples_of(by, at), sample)
            _may_score(fresh, by)
            _add_score(fresh, answers, recording_system.strip(), recording_id.strip(), doing)
            _noted(doing, fresh, "work scored", audit.COLLECTION)
            _finish(fresh, doing)
    except Repeated:
        return


def _may_score(sample: Sample, by: Actor) -> None:
    if sample.scores.filter(by_id=by.user_id).exists():
        raise Refused("You have scored this already.")
    if sample.finished_at is not None:
        raise Refused("This has been scored meanwhile. Nothing of yours was kept.")


def _add_score(
    sample: Sample, answers: Mapping[str, str], system: str, recording: str, doing: Doing
) -> Score:
    if not system:
        raise Refused("Enter the system that keeps the recording.", field="recording_system")
    if not recording:
        raise Refused("Enter the recording’s number there.", field="recording_id")
    template = template_of(sample.plan)
    given = {question: answer for question, answer in answers.items() if answer}
    result = template.run(given)
    if result.missing:
        words = {question.key: question.text for question in template.questions}
        raise Refused(f"Answer: {words[result.missing[0]]}", field=result.missing[0])
    return Score.objects.create(
        sample=sample,
        by_id=doing.by.user_id,
        at=doing.at,
        recording_system=system,
        recording_id=recording,
        instrument=template.key,
        version=template.version,
        fingerprint=template.fingerprint(),
        answers=given,
        result=result.grade or "",
        reasons=list(result.reasons),
    )


def _finish(sample: Sample, doing: Doing) -> None:
    live = sample.scores.filter(set_aside_at__isnull=True).count()
    # Scored afresh after another look, one is enough: the pair that was blind has been.
    afresh = sample.scores.filter(set_aside_at__isnull=False).exists()
    if live < (2 if sample.scored_twice and not afresh else 1):
        return
    sample.finished_at = doing.at
    sample.save(update_fields=["finished_at"])
    singular = desk_of(sample.plan.desk).singular
    tell(
        [sample.handler_id],
        f"A {singular} of yours was listened to. Read what was found.",
        root=sample.case.root,
        link=f"/quality/mine/{sample.reference}/",
        at=doing.at,
    )


def reply(sample: Sample, text: str, *, again: bool, by: Actor, at: datetime, key: str) -> None:
    """Keeps what the handler says to a score of their work; `again` asks for another look.

    Those who scored it are told. Raises OutOfScope for anyone else.
    """
    digest = digest_of("reply", sample.reference, text, again)
    try:
        with change(by=by, at=at, key=key, root=sample.case.root, digest=digest) as doing:
            fresh = _again(own_samples(by, at), sample)
            kind = SampleReply.ASKED if again else SampleReply.SAID
            _say(fresh, kind, text, doing)
            _noted(doing, fresh, "score answered", audit.COLLECTION)
            asks = "asks for another look at" if again else "has answered"
            live = fresh.scores.filter(set_aside_at__isnull=True)
            tell(
                list(live.values_list("by_id", flat=True)),
                f"{fresh.reference}: the handler {asks} your score.",
                root=fresh.case.root,
                link=f"/quality/samples/{fresh.reference}/",
                at=at,
            )
    except Repeated:
        return


def look_again(
    sample: Sample, text: str, *, stands: bool, by: Actor, at: datetime, key: str
) -> None:
    """Another look, as the handler asked: the scores stand, or are set aside to be made afresh.

    Raises Refused where nobody asked, or for the only one who scored it.
    """
    digest = digest_of("look again", sample.reference, text, stands)
    try:
        with change(by=by, at=at, key=key, root=sample.case.root, digest=digest) as doing:
            fresh = _again(samples_of(by, at), sample)
            live = fresh.scores.filter(set_aside_at__isnull=True)
            if not asked_again(fresh) or fresh.finished_at is None:
                raise Refused("Nobody is waiting for another look at this.")
            if set(live.values_list("by_id", flat=True)) == {by.user_id}:
                raise Refused("Somebody else looks at it again: this score is yours.")
            _say(fresh, SampleReply.STANDS if stands else SampleReply.SET_ASIDE, text, doing)
            if not stands:
                live.update(set_aside_at=at)
                fresh.finished_at = None
                fresh.save(update_fields=["finished_at"])
            _noted(doing, fresh, "score looked at again", audit.ALTERATION)
            what = "stands" if stands else "is set aside; somebody else scores it afresh"
            link = f"/quality/mine/{fresh.reference}/" if stands else "/quality/mine/"
            told = f"You asked for another look: the score {what}."
            tell([fresh.handler_id], told, root=fresh.case.root, link=link, at=at)
    except Repeated:
        return


def _say(sample: Sample, kind: str, text: str, doing: Doing) -> None:
    if not text.strip():
        raise Refused("Enter what you want to say.", field="text")
    SampleReply.objects.create(
        sample=sample, kind=kind, text=text.strip(), by_id=doing.by.user_id, at=doing.at
    )
