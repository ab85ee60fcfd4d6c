"""What the mental-health practitioner was asked about a call, advised, and what came of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from wansdyke.access.sections import Section
from wansdyke.casework.models import Referral
from wansdyke.desks.contact.crisis_rules import ENDINGS, OUTCOMES, PLACES

USER = settings.AUTH_USER_MODEL
CORE, NARRATIVE, HEALTH = Section.CORE, Section.NARRATIVE, Section.HEALTH


class Triage(models.Model):
    """One request to the mental-health practitioner: a referral, the advice and the outcome.

    Where section 136 was used it also holds the detention: arrival, extension and end.
    """

    KNOWN: ClassVar = [("yes", "Yes"), ("no", "No"), ("not-known", "Not known")]
    SECTIONS: ClassVar[dict[str, Section]] = {
        "referral": CORE,
        "contact": CORE,
        "asked_at": CORE,
        "asked_by": CORE,
        "answered_at": CORE,
        "answered_by": CORE,
        "advice": HEALTH,
        "known": HEALTH,
        "plan": HEALTH,
        "closed_at": CORE,
        "closed_by": CORE,
        "outcome": HEALTH,
        "took": HEALTH,
        "arrived_at": HEALTH,
        "place_of_safety": HEALTH,
        "under_18": HEALTH,
        "extra_hours": HEALTH,
        "extended_at": HEALTH,
        "extended_by": HEALTH,
        "extended_why": HEALTH,
        "approved_by": HEALTH,
        "ended_at": HEALTH,
        "ending": HEALTH,
    }
    referral = models.OneToOneField(
        Referral, on_delete=models.PROTECT, primary_key=True, related_name="triage"
    )
    contact = models.ForeignKey("contact.Contact", on_delete=models.PROTECT, related_name="triages")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    advice = models.TextField(blank=True)
    known = models.CharField(max_length=10, choices=KNOWN, blank=True)
    plan = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=20, choices=OUTCOMES, blank=True)
    took = models.TextField(blank=True)
    arrived_at = models.DateTimeField(null=True)
    place_of_safety = models.CharField(max_length=20, choices=PLACES, blank=True)
    under_18 = models.CharField(max_length=10, choices=KNOWN, blank=True)
    extra_hours = models.PositiveSmallIntegerField(default=0)
    extended_at = models.DateTimeField(null=True)
    extended_by = models.CharField(max_length=120, blank=True)
    extended_why = models.TextField(blank=True)
    approved_by = models.CharField(max_length=120, blank=True)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=20, choices=ENDINGS, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["contact", "asked_at"])]
        constraints: ClassVar = [
            # Asking twice is one request, whoever asks and however fast.
            models.UniqueConstraint(
                fields=["contact"],
                condition=models.Q(closed_at__isnull=True),
                name="contact_one_open_triage",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.referral.reference}: triage"


class TriageFeedback(models.Model):
    """What an officer said of the practitioner's advice: once for each officer and request."""

    HELPED: ClassVar = [("yes", "Yes"), ("partly", "Partly"), ("no", "No")]
    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "triage": CORE,
        "by": CORE,
        "helped": CORE,
        "words": NARRATIVE,
        "at": CORE,
    }
    triage = models.ForeignKey(Triage, on_delete=models.PROTECT, related_name="feedback")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    helped = models.CharField(max_length=10, choices=HELPED)
    words = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["triage", "by"], name="contact_feedback_once")
        ]

    def __str__(self) -> str:
        return f"{self.helped} of {self.triage}"


class BriefRating(models.Model):
    """What an officer who attended said of the brief they were given: once for each officer."""

    RATINGS: ClassVar = [
        ("enough", "It had what I needed"),
        ("some-missing", "Something was missing"),
        ("wrong", "Something was wrong"),
    ]
    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "contact": CORE,
        "by": CORE,
        "rating": CORE,
        "words": NARRATIVE,
        "at": CORE,
    }
    contact = models.ForeignKey(
        "contact.Contact", on_delete=models.PROTECT, related_name="brief_ratings"
    )
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    rating = models.CharField(max_length=20, choices=RATINGS)
    words = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"])]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contact", "by"], name="contact_brief_rated_once")
        ]

    def __str__(self) -> str:
        return f"{self.rating} of {self.contact}"
