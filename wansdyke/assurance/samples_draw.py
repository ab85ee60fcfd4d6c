"""Drawing a plan: once, by a named person, with the seed, the method and each chance kept."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import count

from wansdyke.access.actors import Actor
from wansdyke.access.models import Team
from wansdyke.access.notices import holders, tell
from wansdyke.access.references import fresh
from wansdyke.assurance.models import Sample, SamplePlan, SampleStratum
from wansdyke.assurance.samples_read import quality_of, teams_reviewed
from wansdyke.casework.counted import Period
from wansdyke.casework.desk import Desk
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.kernel.sampling import METHOD, Stratum, Wanted, allocate, draw, twice

PLAN, SAMPLE = "QP", "QS"
AT_ONCE = 500
ASKED = ("period_start", "period_end", "per_handler", "at_random", "by_risk", "twice_percent")


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What a plan is asked to be. Both days belong to the period."""

    period_start: date
    period_end: date
    per_handler: int = 2
    at_random: int = 30
    by_risk: int = 5
    twice_percent: int = 10
    listen_days: int = 28

    @property
    def wanted(self) -> Wanted:
        return Wanted(per_handler=self.per_handler, at_random=self.at_random, by_risk=self.by_risk)


@dataclass(frozen=True)
class Framework:
    """The frame by strata, and how many would be drawn from each."""

    units: Mapping[Stratum, list[int]]
    numbers: Mapping[Stratum, int]

    @property
    def size(self) -> int:
        return sum(map(len, self.units.values()))

    @property
    def drawn(self) -> int:
        return sum(self.numbers.values())

    @property
    def handlers(self) -> int:
        return len({stratum.handler for stratum in self.units})

    def of_risk(self, risk: str) -> tuple[int, int]:
        """How many there are of a class of risk, and how many would be drawn."""
        keys = [key for key in self.units if key.risk == risk]
        return sum(len(self.units[key]) for key in keys), sum(self.numbers[key] for key in keys)


def frame_of(desk: Desk, planned: Planned, *, by: Actor, at: datetime) -> Framework:
    """What there is to draw from, and what would be drawn. Raises Refused, with the field."""
    quality = quality_of(desk)
    teams = teams_reviewed(by, desk)
    if not teams:
        raise Refused(f"Your post does not sample {desk.title.lower()}.")
    if planned.period_end < planned.period_start:
        raise Refused("The last day must not be before the first.", field="period_end")
    if planned.period_end >= london(at).date():
        raise Refused(
            "The last day must be over: what has not happened yet could not be drawn.",
            field="period_end",
        )
    units = defaultdict(list)
    period = Period(planned.period_start, planned.period_end)
    for one in quality.frame(by, period.start, period.end, at):
        if one.team in teams:
            units[Stratum(one.team, one.handler, one.risk)].append(one.case)
    sizes = {key: len(cases) for key, cases in units.items()}
    return Framework(units, allocate(sizes, planned.wanted))


def draw_plan(desk: Desk, planned: Planned, *, by: Actor, at: datetime, key: str, seed: str) -> str:
    """Draws a plan and gives what was drawn to reviewers; returns its reference.

    Raises Refused for another post, a period that is not over, one in which nothing was done, or
    days of a team that were drawn from before: nobody draws again until they like what comes.
    """
    digest = digest_of("draw", desk.key, asdict(planned))
    try:
        with change(by=by, at=at, key=key, digest=digest) as doing:
            # Held until the end, so that two do not draw the same team's days at once.
            teams = teams_reviewed(by, desk)
            list(Team.objects.select_for_update().filter(pk__in=teams).order_by("pk"))
            frame = frame_of(desk, planned, by=by, at=at)
            _once(desk, planned, frame)
            plan = _kept(desk, planned, frame, doing, seed)
            doing.event("sample drawn", subject=f"sample plan:{plan.reference}")
            doing.audit(
                audit.COLLECTION, plan.reference, desk=desk.key, drawn=plan.drawn,
                frame=plan.frame_size, method=plan.method,
            )  # fmt: skip
            doing.outcome.update(reference=plan.reference)
            return plan.reference
    except Repeated as repeated:
        return str(repeated.outcome["reference"])


def _once(desk: Desk, planned: Planned, frame: Framework) -> None:
    if not frame.size:
        raise Refused("Nothing was done in this period that can be drawn.", field="period_start")
    earlier = SamplePlan.objects.filter(
        desk=desk.key,
        period_start__lte=planned.period_end,
        period_end__gte=planned.period_start,
        strata__team_id__in={stratum.team for stratum in frame.units},
    ).first()
    if earlier is not None:
        raise Refused(
            f"{earlier.reference} was drawn from some of these days already.", field="period_start"
        )


def _kept(desk: Desk, planned: Planned, frame: Framework, doing: Doing, seed: str) -> SamplePlan:
    template = quality_of(desk).template
    plan = SamplePlan.objects.create(
        reference=fresh(PLAN)[0],
        desk=desk.key,
        **{name: getattr(planned, name) for name in ASKED},
        score_by=london(doing.at).date() + timedelta(days=planned.listen_days),
        method=METHOD,
        seed=seed,
        frame_size=frame.size,
        drawn=frame.drawn,
        instrument=template.key,
        instrument_version=template.version,
        drawn_by_id=doing.by.user_id,
        drawn_at=doing.at,
    )
    strata = {
        key: SampleStratum(
            plan=plan,
            team_id=key.team,
            handler_id=key.handler,
            risk=key.risk,
            size=len(frame.units[key]),
            drawn=frame.numbers[key],
        )
        for key in frame.numbers
    }
    SampleStratum.objects.bulk_create(strata.values(), batch_size=AT_ONCE)
    samples = _samples(plan, strata, draw(frame.units, frame.numbers, seed))
    told = _give_out(plan, samples, desk, doing)
    Sample.objects.bulk_create(samples, batch_size=AT_ONCE)
    for reviewer, number in told.items():
        what = desk.singular if number == 1 else f"{desk.singular}s"
        text = f"{number} {what} drawn: listen by {plan.score_by:%-d %B}."
        tell([reviewer], text, root=None, link="/quality/to-listen/", at=doing.at)
    return plan


def _samples(
    plan: SamplePlan, strata: Mapping[Stratum, SampleStratum], drawn: Mapping[Stratum, list[int]]
) -> list[Sample]:
    references = iter(fresh(SAMPLE, sum(map(len, drawn.values()))))
    return [
        Sample(
            reference=next(references),
            case_id=case,
            plan=plan,
            stratum=strata[key],
            chance=strata[key].drawn / strata[key].size,
            handler_id=strata[key].handler_id,
        )
        for key, cases in drawn.items()
        for case in cases
    ]


def _give_out(plan: SamplePlan, samples: list[Sample], desk: Desk, doing: Doing) -> dict[int, int]:
    """Gives each sample to a reviewer in turn, a share of them to a second; returns how many each
    has. Nobody gets their own work, and what nobody can be given stays open to all."""
    posts = quality_of(desk).reviewers
    able = {
        team: holders(posts, team, doing.at) for team in {one.stratum.team_id for one in samples}
    }
    others = {
        one.case_id: [user for user in able[one.stratum.team_id] if user != one.handler_id]
        for one in samples
    }
    two = [case for case, users in others.items() if len(users) > 1]
    again = twice(two, plan.twice_percent / 100, plan.seed)
    turns = count()
    told: dict[int, int] = defaultdict(int)
    for one in samples:
        users = others[one.case_id]
        if not users:
            continue
        turn = next(turns)
        one.first_reviewer_id = users[turn % len(users)]
        told[one.first_reviewer_id] += 1
        if one.case_id in again:
            one.scored_twice = True
            one.second_reviewer_id = users[(turn + 1) % len(users)]
            told[one.second_reviewer_id] += 1
    return told
