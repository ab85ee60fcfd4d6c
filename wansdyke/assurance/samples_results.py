"""What the scores say: coverage of each handler, the share of all the work, agreement, the trend.

They are numbers of a plan, and of no case: whoever may read the plan gets the same, so that one
plan never says two things. Only what is all in counts, or the blind second could see the first.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from wansdyke.assurance.models import Sample, SamplePlan, SampleStratum, Score
from wansdyke.assurance.samples_read import template_of
from wansdyke.kernel.instrument import Instrument, Question
from wansdyke.kernel.measure import suppressed
from wansdyke.kernel.sampling import Agreement, Answered, Estimate, agreement, estimate

NOT_APPLICABLE = "na"
POINTS = "points"
PAIR = 2


@dataclass(frozen=True, kw_only=True)
class Covered:
    """How much of one handler's work there was, was drawn, was scored, and was to be."""

    name: str
    work: int
    drawn: int
    scored: int
    wanted: int

    @property
    def none(self) -> bool:
        """Whether nobody has listened to them at all."""
        return self.scored == 0

    @property
    def short(self) -> bool:
        """Whether they were listened to less than the plan says."""
        return self.scored < self.wanted


def coverage(plan: SamplePlan) -> list[Covered]:
    """Every handler who did any work in the period, by name: never by how well they did."""
    work: dict[int, list[int]] = {}
    names: dict[int, str] = {}
    strata = SampleStratum.objects.filter(plan=plan).values_list(
        "handler_id", "handler__name", "size", "drawn"
    )
    for handler, name, size, drawn in strata:
        names[handler] = name
        sums = work.setdefault(handler, [0, 0])
        sums[0] += size
        sums[1] += drawn
    finished = Sample.objects.filter(plan=plan, finished_at__isnull=False)
    scored = Counter(finished.values_list("handler_id", flat=True))
    return [
        Covered(
            name=names[handler],
            work=size,
            drawn=drawn,
            scored=scored[handler],
            wanted=min(plan.per_handler, size),
        )
        for handler, (size, drawn) in sorted(work.items(), key=lambda one: (names[one[0]], one[0]))
    ]


def questions_of(template: Instrument) -> list[Question]:
    """The questions that can be counted."""
    return [question for question in template.questions if question.kind == "choice"]


def value(question: Question, answers: Mapping[str, str]) -> float | None:
    """1 where the answer is as it should be, 0 where not, None where it did not apply."""
    answer = answers.get(question.key, NOT_APPLICABLE)
    return None if answer == NOT_APPLICABLE else float(answer == question.answers[0][0])


def points(template: Instrument, answers: Mapping[str, str]) -> float | None:
    """The share of the points that bore on the work and were met."""
    found = [value(question, answers) for question in questions_of(template)]
    bearing = [one for one in found if one is not None]
    return sum(bearing) / len(bearing) if bearing else None


@dataclass(frozen=True)
class Scored:
    """A plan's strata, and the first score that stands of each sample that is all in."""

    template: Instrument
    strata: Sequence[SampleStratum]
    answers: Mapping[int, Sequence[Mapping[str, str]]]

    def estimate(self, key: str, teams: Collection[int] | None = None) -> Estimate:
        """The share of all the work for one question, or of the points; of some teams, or all."""
        asked = {question.key: question for question in questions_of(self.template)}
        seen = [
            Answered(
                stratum.pk,
                stratum.risk,
                stratum.size,
                tuple(
                    points(self.template, one) if key == POINTS else value(asked[key], one)
                    for one in self.answers.get(stratum.pk, ())
                ),
            )
            for stratum in self.strata
            if teams is None or stratum.team_id in teams
        ]
        return estimate(seen)

    @property
    def teams(self) -> dict[int, str]:
        """The teams whose work is in the plan, by name."""
        found = {stratum.team_id: stratum.team.name for stratum in self.strata}
        return dict(sorted(found.items(), key=lambda one: one[1]))


def scored(plan: SamplePlan) -> Scored:
    """What the scores of a plan say that are in."""
    rows = Score.objects.filter(
        sample__plan=plan, sample__finished_at__isnull=False, set_aside_at__isnull=True
    ).order_by("at", "pk")
    firsts: dict[int, tuple[int, Mapping[str, str]]] = {}
    for sample, stratum, answers in rows.values_list("sample_id", "sample__stratum_id", "answers"):
        firsts.setdefault(sample, (stratum, answers))
    by_stratum: dict[int, list[Mapping[str, str]]] = defaultdict(list)
    for stratum, answers in firsts.values():
        by_stratum[stratum].append(answers)
    strata = list(plan.strata.select_related("team"))
    return Scored(template_of(plan), strata, by_stratum)


def agreements(plan: SamplePlan) -> list[tuple[Question, Agreement]]:
    """How far the blind pairs that are in agree, question by question."""
    rows = Score.objects.filter(
        sample__plan=plan, sample__scored_twice=True, sample__finished_at__isnull=False
    ).order_by("at", "pk")
    by_sample: dict[int, list[Mapping[str, str]]] = defaultdict(list)
    for sample, answers in rows.values_list("sample_id", "answers"):
        by_sample[sample].append(answers)
    pairs = [found[:PAIR] for found in by_sample.values() if len(found) >= PAIR]
    return [
        (
            question,
            agreement([(a.get(question.key, ""), b.get(question.key, "")) for a, b in pairs]),
        )
        for question in questions_of(template_of(plan))
    ]


@dataclass(frozen=True)
class OfTeam:
    """What one plan says of one team; None where too few were scored to say it."""

    plan: SamplePlan
    team: str
    found: Estimate | None


def trend(plans: Iterable[SamplePlan], key: str) -> list[OfTeam]:
    """Each team through the plans, the oldest first: by name and day, never by how well."""
    found = []
    for plan in plans:
        told = scored(plan)
        for team, name in told.teams.items():
            one = told.estimate(key, {team})
            found.append(OfTeam(plan, name, None if suppressed(one.n) or not one.n else one))
    return sorted(found, key=lambda one: (one.team, one.plan.period_start))
