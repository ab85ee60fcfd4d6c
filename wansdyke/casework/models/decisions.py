"""What people decided on a case: assessments with their own grade first, and second persons."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from wansdyke.access.sections import Section
from wansdyke.casework.models.case import Case

USER = settings.AUTH_USER_MODEL
CORE, NARRATIVE = Section.CORE, Section.NARRATIVE


class Assessment(models.Model):
    """One run of an instrument: a person’s grade first, the answers, what it said and why."""

    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "case": CORE,
        "instrument": CORE,
        "version": CORE,
        "fingerprint": CORE,
        "answers": NARRATIVE,
        "own_grade": CORE,
        "own_reason": NARRATIVE,
        "decided_by": CORE,
        "result": CORE,
        "reasons": NARRATIVE,
        "missing": CORE,
        "at": CORE,
    }
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assessments")
    instrument = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField()
    fingerprint = models.CharField(max_length=64)
    answers = models.JSONField(default=dict)
    own_grade = models.CharField(max_length=40)
    own_reason = models.TextField()
    decided_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    result = models.CharField(max_length=40, blank=True)
    reasons = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.instrument} {self.version} on {self.case}"


class Proposal(models.Model):
    """A step that waits for a second person; until they decide, nothing has changed."""

    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "case": CORE,
        "step": CORE,
        "payload": NARRATIVE,
        "reason": NARRATIVE,
        "by": CORE,
        "at": CORE,
        "decided_by": CORE,
        "decided_at": CORE,
        "agreed": CORE,
        "decision_reason": NARRATIVE,
    }
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="proposals")
    step = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    reason = models.TextField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    decided_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    agreed = models.BooleanField(null=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("by")),
                name="second_person_is_another",
            ),
            models.UniqueConstraint(
                fields=["case", "step"],
                condition=Q(decided_at__isnull=True),
                name="one_open_proposal_a_step",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} on {self.case}"
