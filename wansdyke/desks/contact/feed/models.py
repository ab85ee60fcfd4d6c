"""What came from command and control, counted; and where it says one thing and Wansdyke another."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from wansdyke.access.sections import Section

CORE = Section.CORE
USER = settings.AUTH_USER_MODEL


class FeedArrival(models.Model):
    """One sending: how many of its rows did what, and what was wrong with those refused.

    A fault keeps the force's reference, the column and what was expected; never what was found.
    """

    WAYS: ClassVar = [("api", "API"), ("folder", "Watched folder")]
    way = models.CharField(max_length=10, choices=WAYS)
    # The account that sends, or the file that was loaded.
    source = models.CharField(max_length=255)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_index=True)
    arrived = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    amended = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    stale = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    faults = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.way} {self.source} {self.at:%Y-%m-%d %H:%M}"


class FeedConflict(models.Model):
    """What the feed says of a field that a person in Wansdyke decided otherwise; kept until a
    person settles it. `section` is that of the field, so only who sees the field sees this."""

    TAKEN, KEPT = "taken", "kept"
    OUTCOMES: ClassVar = [(TAKEN, "Taken from the feed"), (KEPT, "Kept as Wansdyke has it")]
    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "contact": CORE,
        "part": CORE,
        "field": CORE,
        "section": CORE,
        # Shown in the section that the row itself names; never looser than this one.
        "said": Section.NARRATIVE,
        "noted_at": CORE,
        "settled_at": CORE,
        "settled_by": CORE,
        "outcome": CORE,
        "reason": Section.NARRATIVE,
    }
    contact = models.ForeignKey(
        "contact.Contact", on_delete=models.PROTECT, related_name="feed_conflicts"
    )
    # The call itself (empty), or which of its people by where their record came from.
    part = models.CharField(max_length=60, blank=True)
    field = models.CharField(max_length=40)
    section = models.CharField(max_length=30)
    said = models.JSONField()
    noted_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=OUTCOMES, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contact", "part", "field"], name="one_conflict_a_field"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["settled_at", "-noted_at"])]

    def __str__(self) -> str:
        return f"{self.contact}: {self.field}"
