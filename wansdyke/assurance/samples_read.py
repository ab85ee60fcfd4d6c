"""Reading samples: whose plans, what waits to be scored, and each handler's own feedback.

A sample is seen by scope on its case, by those who review the work of one of the plan's teams, and
never by the handler whose work it is: they see what was found, once it is all in.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from wansdyke.access.actors import Actor
from wansdyke.access.models import Lock
from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope, scope, whole
from wansdyke.assurance.models import Sample, SamplePlan, SampleReply, SampleStratum, Score
from wansdyke.casework.desk import Desk, Quality
from wansdyke.directory import DESKS, desk_of
from wansdyke.kernel.instrument import Instrument

NOBODY = Q(pk__in=())


def quality_of(desk: Desk) -> Quality:
    """How a desk's work is scored. Raises LookupError where it is not."""
    if desk.quality is None:
        raise LookupError(f"The work of {desk.title} is not sampled")
    return desk.quality


def template_of(plan: SamplePlan) -> Instrument:
    """The very version of the questions that a plan is scored by. Raises LookupError."""
    desk = desk_of(plan.desk)
    wanted = (plan.instrument, plan.instrument_version)
    for one in (quality_of(desk).template, *desk.instruments):
        if (one.key, one.version) == wanted:
            return one
    raise LookupError(f"{plan.reference} is scored by questions that this release does not have")


def sampled_desks() -> list[Desk]:
    """The desks whose work can be sampled."""
    return [desk for desk in DESKS if desk.quality is not None]


def teams_reviewed(actor: Actor, desk: Desk) -> set[int]:
    """The teams whose work at a desk an actor draws from and scores."""
    posts = quality_of(desk).reviewers
    if not actor.may(Right.VIEW):
        return set()
    return {held.team for held in actor.held if held.post in posts}


def reviews(actor: Actor) -> bool:
    """Whether an actor reviews anybody's work."""
    return any(teams_reviewed(actor, desk) for desk in sampled_desks())


def is_sampled(actor: Actor) -> bool:
    """Whether an actor holds a post whose work may be drawn."""
    return any(desk.quality and actor.posts & desk.quality.handlers for desk in DESKS)


def plans_of(actor: Actor) -> QuerySet[SamplePlan]:
    """The plans of the teams whose work an actor reviews."""
    mine = NOBODY
    for desk in sampled_desks():
        teams = teams_reviewed(actor, desk)
        if teams:
            of_plan = SampleStratum.objects.filter(plan_id=OuterRef("pk"), team_id__in=teams)
            mine |= Q(Exists(of_plan), desk=desk.key)
    return SamplePlan.objects.filter(mine).order_by("-period_start", "-pk")


def plan_of(actor: Actor, reference: str) -> SamplePlan:
    """A plan of a team whose work the actor reviews. Raises OutOfScope."""
    found = plans_of(actor).filter(reference=reference).select_related("drawn_by").first()
    if found is None:
        raise OutOfScope(reference)
    return found


def samples_of(actor: Actor, at: datetime) -> QuerySet[Sample]:
    """The samples an actor may review: in scope, of their teams, and not of their own work."""
    mine = NOBODY
    for desk in sampled_desks():
        teams = teams_reviewed(actor, desk)
        if teams:
            mine |= Q(plan__desk=desk.key, stratum__team_id__in=teams)
    return Sample.objects.filter(mine, scope(actor, Right.VIEW, at, "case__root__")).exclude(
        handler_id=actor.user_id
    )


def to_listen(actor: Actor, at: datetime, *, everyones: bool = False) -> QuerySet[Sample]:
    """What the actor has still to score, or may score for somebody else; the oldest first.

    One that another has scored looks as one that nobody has.
    """
    scored = Score.objects.filter(sample_id=OuterRef("pk"), by_id=actor.user_id)
    rows = samples_of(actor, at).filter(~Exists(scored), finished_at__isnull=True)
    if not everyones:
        rows = rows.filter(Q(first_reviewer_id=actor.user_id) | Q(second_reviewer_id=actor.user_id))
    return rows.order_by("plan__score_by", "pk")


def _asked_again() -> Q:
    last = SampleReply.objects.filter(sample_id=OuterRef("pk")).exclude(kind=SampleReply.SAID)
    kind = Subquery(last.order_by("-at", "-pk").values("kind")[:1])
    return Q(pk__in=Sample.objects.alias(last=kind).filter(last=SampleReply.ASKED).values("pk"))


def to_look_at_again(actor: Actor, at: datetime) -> QuerySet[Sample]:
    """The scores whose handler asked for another look, of which nobody has had one."""
    rows = samples_of(actor, at).filter(_asked_again(), finished_at__isnull=False)
    return rows.order_by("pk")


def asked_again(sample: Sample) -> bool:
    """Whether its handler asked for another look, and nobody has had one."""
    return Sample.objects.filter(_asked_again(), pk=sample.pk).exists()


def sample_of(actor: Actor, reference: str, at: datetime) -> Sample:
    """A sample that the actor may review. Raises OutOfScope."""
    return _one(samples_of(actor, at), reference)


def own_samples(actor: Actor, at: datetime) -> QuerySet[Sample]:
    """What was found of the actor's own work, newest first: all of it is in, and they are not
    locked out of the case. They took it themselves, so they need not see the case any longer."""
    locks = Lock.objects.filter(user_id=actor.user_id, lifted_at__isnull=True)
    if not actor.admitted:
        return Sample.objects.none()
    return (
        Sample.objects.filter(
            whole("case__root__"), handler_id=actor.user_id, finished_at__isnull=False
        )
        .exclude(case_id__in=locks.values("root_id"))
        .order_by("-finished_at", "-pk")
    )


def own_sample_of(actor: Actor, reference: str, at: datetime) -> Sample:
    """What was found of one piece of the actor's own work. Raises OutOfScope."""
    return _one(own_samples(actor, at), reference)


def _one(rows: QuerySet[Sample], reference: str) -> Sample:
    related = ("case__root__team", "plan", "handler", "stratum")
    found = rows.filter(reference=reference).select_related(*related).first()
    if found is None:
        raise OutOfScope(reference)
    return found


def scores_of(sample: Sample) -> list[Score]:
    """Every score of a sample, those set aside included, in the order they came."""
    return list(sample.scores.select_related("by").order_by("at", "pk"))


def replies_to(sample: Sample) -> list[SampleReply]:
    """What was said about a sample's scores, in order."""
    return list(sample.replies.select_related("by").order_by("at", "pk"))
