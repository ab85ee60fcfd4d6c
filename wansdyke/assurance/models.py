"""Dip sampling: a plan, the strata of its frame, what was drawn, its scores and what was said."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from wansdyke.access.models import Team
from wansdyke.access.sections import Section
from wansdyke.assurance.equality_models import EqualityCount, EqualityYear
from wansdyke.assurance.log_review_models import (
    Associate,
    Declaration,
    FindingEntry,
    FindingWord,
    HighProfile,
    LogFinding,
    LogMark,
    LookWithoutWork,
    SampleDraw,
    StaffDay,
)
from wansdyke.casework.models import Case

__all__ = [
    "Associate",
    "Declaration",
    "EqualityCount",
    "EqualityYear",
    "FindingEntry",
    "FindingWord",
    "HighProfile",
    "LogFinding",
    "LogMark",
    "LookWithoutWork",
    "Sample",
    "SampleDraw",
    "SamplePlan",
    "SampleReply",
    "SampleStratum",
    "Score",
    "StaffDay",
]

USER = settings.AUTH_USER_MODEL
CORE, NARRATIVE, STAFF = Section.CORE, Section.NARRATIVE, Section.STAFF


class SamplePlan(models.Model):
    """One draw from the work of a desk in a period: what was asked for, and how it was drawn.

    Both days belong to the period. With the seed, the method and the frame it is drawn again.
    """

    reference = models.CharField(max_length=20, unique=True)
    desk = models.CharField(max_length=30)
    period_start = models.DateField()
    period_end = models.DateField()
    per_handler = models.PositiveSmallIntegerField()
    at_random = models.PositiveSmallIntegerField()
    by_risk = models.PositiveSmallIntegerField()
    twice_percent = models.PositiveSmallIntegerField()
    score_by = models.DateField()
    method = models.CharField(max_length=40)
    seed = models.CharField(max_length=64)
    frame_size = models.PositiveIntegerField()
    drawn = models.PositiveIntegerField()
    instrument = models.CharField(max_length=60)
    instrument_version = models.PositiveSmallIntegerField()
    drawn_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()
    gaps_told_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["desk", "-period_start"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(period_end__gte=F("period_start")), name="a_plan_ends_after_it_starts"
            )
        ]

    def __str__(self) -> str:
        return self.reference


class SampleStratum(models.Model):
    """What one handler did at one team, of one class of risk: how many, and how many were drawn."""

    plan = models.ForeignKey(SamplePlan, on_delete=models.PROTECT, related_name="strata")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    handler = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    risk = models.CharField(max_length=40, blank=True)
    size = models.PositiveIntegerField()
    drawn = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "sample strata"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan", "team", "handler", "risk"], name="a_stratum_once_a_plan"
            ),
            models.CheckConstraint(
                condition=Q(drawn__gte=1, drawn__lte=F("size")), name="every_chance_above_nought"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.drawn} of {self.size} in {self.plan}"


class Sample(models.Model):
    """One piece of work that was drawn: its chance, who is to score it, and whether twice."""

    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "reference": CORE,
        "case": CORE,
        "plan": CORE,
        "stratum": STAFF,
        "chance": CORE,
        "handler": STAFF,
        "scored_twice": STAFF,
        "first_reviewer": STAFF,
        "second_reviewer": STAFF,
        "finished_at": STAFF,
    }
    reference = models.CharField(max_length=20, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="samples")
    plan = models.ForeignKey(SamplePlan, on_delete=models.PROTECT, related_name="samples")
    stratum = models.ForeignKey(SampleStratum, on_delete=models.PROTECT, related_name="samples")
    chance = models.FloatField()
    handler = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    scored_twice = models.BooleanField(default=False)
    first_reviewer = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    second_reviewer = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["handler", "finished_at"]),
            models.Index(fields=["finished_at", "plan"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "case"], name="drawn_once_a_plan"),
            models.CheckConstraint(
                condition=Q(chance__gt=0, chance__lte=1), name="a_chance_is_a_chance"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Score(models.Model):
    """What one reviewer found, as it was sent: never altered, only set aside by another look."""

    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "sample": CORE,
        "by": STAFF,
        "at": STAFF,
        "recording_system": STAFF,
        "recording_id": STAFF,
        "instrument": STAFF,
        "version": STAFF,
        "fingerprint": STAFF,
        "answers": NARRATIVE,
        "result": STAFF,
        "reasons": NARRATIVE,
        "set_aside_at": STAFF,
    }
    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="scores")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    recording_system = models.CharField(max_length=80)
    recording_id = models.CharField(max_length=120)
    instrument = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField()
    fingerprint = models.CharField(max_length=64)
    answers = models.JSONField(default=dict)
    result = models.CharField(max_length=40)
    reasons = models.JSONField(default=list)
    set_aside_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sample", "by"], name="a_reviewer_scores_once")
        ]

    def __str__(self) -> str:
        return f"{self.result} for {self.sample}"


class SampleReply(models.Model):
    """What the handler said to a score, or a reviewer in return; and whether it is to be, or was,
    looked at again."""

    SAID, ASKED, STANDS, SET_ASIDE = "said", "asked", "stands", "set-aside"
    KINDS: ClassVar = [
        (SAID, "Answered"),
        (ASKED, "Asked for it to be looked at again"),
        (STANDS, "Looked at again: the score stands"),
        (SET_ASIDE, "Looked at again: to be scored afresh by somebody else"),
    ]
    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "sample": CORE,
        "kind": STAFF,
        "text": NARRATIVE,
        "by": STAFF,
        "at": STAFF,
    }
    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="replies")
    kind = models.CharField(max_length=10, choices=KINDS)
    text = models.TextField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "sample replies"
        indexes: ClassVar = [models.Index(fields=["sample", "at"])]

    def __str__(self) -> str:
        return f"{self.kind} on {self.sample}"
