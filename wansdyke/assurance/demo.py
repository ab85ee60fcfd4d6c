"""The made-up force's assurance: work drawn and scored, and what the log's review finds."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from random import Random

from wansdyke.access.actors import Actor, actor_of
from wansdyke.access.models import Agency, User
from wansdyke.assurance import declarations, samples
from wansdyke.assurance.log_review_jobs import look_through
from wansdyke.assurance.models import Sample
from wansdyke.assurance.samples_draw import Planned, draw_plan
from wansdyke.assurance.samples_read import quality_of, to_listen
from wansdyke.casework.desk import Desk
from wansdyke.history import audit
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.kernel.instrument import Instrument
from wansdyke.people.models import PersonRecord

GOOD = ("Calm and clear throughout.", "Kept the line open and kept asking.", "")
TO_DO = ("Ask earlier how to ring back safely.", "Say why the grade was chosen.", "")
SHARE_SCORED, SHARE_FINE = 0.8, 0.75
DAYS = 14


def make_samples(
    desk: Desk,
    *,
    people: Mapping[str, Sequence[User]],
    agency: Agency,
    now: datetime,
    rng: Random,
) -> int:
    """Draws from the fortnight before today and scores most of it; returns how many were drawn."""
    listeners = [
        user
        for post in sorted(quality_of(desk).reviewers)
        for user in people.get(post, ())
        if user.agency_id == agency.pk
    ]
    if not listeners:
        return 0
    keys = (f"demo-samples-{n}" for n in count(1))
    actors = [_acting(user, now) for user in listeners]
    today = london(now).date()
    planned = Planned(
        period_start=today - timedelta(days=DAYS),
        period_end=today - timedelta(days=1),
        per_handler=4,
        at_random=6,
        by_risk=2,
    )
    try:
        draw_plan(desk, planned, by=actors[0], at=now, key=next(keys), seed=str(rng.random()))
    except Refused:
        return 0
    for actor in actors:
        waiting = list(to_listen(actor, now).select_related("case__root", "plan"))
        for sample in waiting[: round(len(waiting) * SHARE_SCORED)]:
            _score(sample, quality_of(desk).template, actor, now, next(keys), rng)
    _answer(now, next(keys))
    return Sample.objects.count()


def _acting(user: User, now: datetime) -> Actor:
    return actor_of(user, on=london(now).date(), mfa=True, channel="command line")


def _score(
    sample: Sample, template: Instrument, by: Actor, at: datetime, key: str, rng: Random
) -> None:
    answers = {"good": rng.choice(GOOD), "to-do": rng.choice(TO_DO)}
    for question in template.questions:
        if question.kind == "choice":
            fine = rng.random() < SHARE_FINE
            answers[question.key] = question.answers[0 if fine else 1][0]
    samples.score(
        sample,
        answers,
        recording_system="Made-up recorder",
        recording_id=f"R-{rng.randint(100_000, 999_999)}",
        by=by,
        at=at,
        key=key,
    )


def _answer(at: datetime, key: str) -> None:
    """The handler of the first that is all in answers it, and asks for another look."""
    related = ("case__root", "plan", "handler__agency")
    first = Sample.objects.filter(finished_at__isnull=False).select_related(*related).first()
    if first is not None:
        text = "The caller would not say more while he was in the room."
        by = _acting(first.handler, at)
        samples.reply(first, text, again=True, by=by, at=at, key=key)


def make_log_findings(people: Mapping[str, Sequence[User]], now: datetime) -> int:
    """Looks of the made-up staff that the review of the log finds: a stranger is come
    back to, references are tried by turns, and somebody looks at their kin. Returns how many."""
    officers = people.get("response-officer", ())
    records = PersonRecord.objects.filter(root__marking=0).select_related("root", "person")
    known = list(records.exclude(surname="").order_by("pk")[:40])
    if not officers or len(known) < 2:
        return 0
    looker, other = officers[0], officers[-1]
    kin, stranger = known[0], known[-1]
    said = {"relation": "relative", "forename": kin.forename, "surname": kin.surname}
    born = {"date_of_birth": kin.date_of_birth}
    by = _acting(looker, now)
    declarations.add({**said, **born}, by=by, at=now, key="demo-associate")
    for days in (3, 2):
        _look(by, kin, now - timedelta(days=days))
        _look(_acting(other, now), stranger, now - timedelta(days=days))
    for turn in range(6):
        at = now - timedelta(hours=5, seconds=-30 * turn)
        tried = f"CT-0000-000{turn}"
        audit.record(
            audit.DENIED, by=by, at=at, subjects=[tried], path="contact/<reference:reference>/"
        )
    return look_through(now, seconds=60)


def _look(by: Actor, whom: PersonRecord, at: datetime) -> None:
    subjects = [whom.known_as, whom.root.reference]
    audit.record(audit.CONSULTATION, by=by, at=at, subjects=subjects, page="person")
