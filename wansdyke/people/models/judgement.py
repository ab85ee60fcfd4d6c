"""What people decided about who is who."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from wansdyke.access.models import User
from wansdyke.access.sections import Section
from wansdyke.people.models.people import PersonRecord


class Judgement(models.Model):
    """That two records are, or are not, of one person: by whom, when and why; never overwritten.

    `automatic` was the force's policy, by the maintenance account; `again` is a second person's,
    asked without knowing the first, and moves nothing; `held_back` is a “same” that some
    “different” forbids, so that it joins nothing until its `owner` has settled it.
    """

    SAME, DIFFERENT, UNSURE = "same", "different", "unsure"
    VERDICTS: ClassVar = [
        (SAME, "The same person"),
        (DIFFERENT, "Different people"),
        (UNSURE, "Not sure"),
    ]
    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": Section.CORE,
        "reference": Section.CORE,
        "left": Section.CORE,
        "right": Section.CORE,
        "verdict": Section.IDENTITY,
        "reason": Section.IDENTITY,
        "by": Section.CORE,
        "at": Section.CORE,
        "automatic": Section.CORE,
        "again": Section.CORE,
        "held_back": Section.CORE,
        "owner": Section.CORE,
        "undone_by": Section.CORE,
        "undone_at": Section.CORE,
        "undone_reason": Section.IDENTITY,
    }
    reference = models.CharField(max_length=20, unique=True)
    left = models.ForeignKey(PersonRecord, on_delete=models.PROTECT, related_name="judged_left")
    right = models.ForeignKey(PersonRecord, on_delete=models.PROTECT, related_name="judged_right")
    verdict = models.CharField(max_length=10, choices=VERDICTS)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    automatic = models.BooleanField(default=False)
    again = models.BooleanField(default=False)
    held_back = models.BooleanField(default=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(left__lt=F("right")), name="a_pair_one_way_round"),
            models.UniqueConstraint(
                fields=["left", "right"],
                condition=Q(undone_at=None, again=False),
                name="one_judgement_a_pair",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["owner"], condition=Q(held_back=True), name="conflicts_to_settle")
        ]

    def __str__(self) -> str:
        return self.reference
