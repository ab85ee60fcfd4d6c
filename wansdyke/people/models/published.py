"""Crimes as they are published: reference data, never cases."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from wansdyke.access.models import Load


class PublishedCrime(models.Model):
    """A crime or anti-social behaviour as published: a month, not a day; reference, not a case.

    Known by its Crime ID; where it has none, by a fingerprint of the whole row and which of that
    row's copies it is. Rows are only ever added, so that a load not yet complete changes nothing:
    the outcome now is the last of its PublishedOutcome rows, or the first one where it has none.
    """

    crime_id = models.CharField(max_length=80, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    copy = models.PositiveIntegerField(default=1)
    month = models.DateField()
    category = models.CharField(max_length=60)
    area_code = models.CharField(max_length=20, blank=True)
    area_name = models.CharField(max_length=120, blank=True)
    location = models.CharField(max_length=200, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    reported_by = models.CharField(max_length=80, blank=True)
    falls_within = models.CharField(max_length=80, blank=True)
    first_outcome = models.CharField(max_length=120, blank=True)
    context = models.CharField(max_length=300, blank=True)
    load = models.ForeignKey(Load, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["crime_id"], condition=~Q(crime_id=""), name="one_crime_a_crime_id"
            ),
            models.UniqueConstraint(
                fields=["fingerprint", "copy"], condition=Q(crime_id=""), name="one_crime_a_copy"
            ),
            models.CheckConstraint(
                condition=Q(~Q(fingerprint=""), crime_id="") | Q(~Q(crime_id=""), fingerprint=""),
                name="known_by_one_identity",
            ),
        ]
        # Both hold all that a count needs, so that counting reads no row.
        indexes: ClassVar = [
            models.Index(
                fields=["area_code", "month", "category", "load"], name="published_by_area"
            ),
            models.Index(
                fields=["month", "category", "area_code", "load"], name="published_by_month"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category}, {self.month:%B %Y}"


class PublishedOutcome(models.Model):
    """A published crime's outcome after its first, in the order the files brought them."""

    crime = models.ForeignKey(PublishedCrime, on_delete=models.CASCADE, related_name="outcomes")
    outcome = models.CharField(max_length=120)
    load = models.ForeignKey(Load, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["crime", "outcome"], name="outcome_once_a_crime")
        ]

    def __str__(self) -> str:
        return self.outcome
