"""The made-up force's own listening: one plan drawn, most of it scored, one answer to a score."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from random import Random

from wansdyke.access.actors import Actor, actor_of
from wansdyke.access.models import Agency, User
from wansdyke.assurance import samples
from wansdyke.assurance.models import Sample
from wansdyke.assurance.samples_draw import Planned, draw_plan
from wansdyke.assurance.samples_read import quality_of, to_listen
from wansdyke.casework.desk import Desk
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.kernel.instrument import Instrument

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
