"""Which records may be of one person, for a person to judge."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from wansdyke.access.sections import Section
from wansdyke.people.models import PersonRecord


class Suggestion(models.Model):
    """Two records that may be of one person, as the model weighs them: evidence, never a decision.

    `contradiction` is what speaks against it however high the weight. It waits until somebody
    judges it or it no longer holds.
    """

    WAITING, JUDGED, GONE = "waiting", "judged", "gone"
    STATES: ClassVar = [(WAITING, "Waiting"), (JUDGED, "Judged"), (GONE, "No longer likely")]
    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": Section.CORE,
        "reference": Section.CORE,
        "left": Section.CORE,
        "right": Section.CORE,
        "weight": Section.IDENTITY,
        "probability": Section.IDENTITY,
        "reasons": Section.IDENTITY,
        "contradiction": Section.IDENTITY,
        "model": Section.CORE,
        "state": Section.CORE,
        "again": Section.CORE,
        "at": Section.CORE,
    }
    reference = models.CharField(max_length=20, unique=True)
    left = models.ForeignKey(PersonRecord, on_delete=models.PROTECT, related_name="suggested_left")
    right = models.ForeignKey(
        PersonRecord, on_delete=models.PROTECT, related_name="suggested_right"
    )
    weight = models.FloatField()
    probability = models.FloatField()
    reasons = models.JSONField(default=list)
    contradiction = models.CharField(max_length=200, blank=True)
    model = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=STATES, default=WAITING)
    # Drawn to be judged a second time, by another person who is not told the first judgement.
    again = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["left", "right"], name="one_suggestion_a_pair"),
            models.CheckConstraint(condition=Q(left__lt=F("right")), name="suggested_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "-probability", "id"])]

    def __str__(self) -> str:
        return self.reference
