"""What was published of the equality of victims: a year at a time, counted once and never again."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class EqualityYear(models.Model):
    """One year that was counted. Both days belong to it; no two have a day in common.

    `method` is how its numbers were made safe to publish.
    """

    first = models.DateField(unique=True)
    last = models.DateField()
    counted_at = models.DateTimeField()
    method = models.CharField(max_length=80)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(last__gt=F("first")), name="a_year_has_an_end")
        ]

    def __str__(self) -> str:
        return f"{self.first:%Y}-{self.last:%y}"


class EqualityCount(models.Model):
    """One published number: how many victims answered so, or None where it is held back.

    What was counted is kept nowhere. `part` is one of an area or kind, "" of the whole; `answer` is
    "" for everybody of the part.
    """

    year = models.ForeignKey(EqualityYear, on_delete=models.PROTECT, related_name="counts")
    characteristic = models.CharField(max_length=30)
    what = models.CharField(max_length=10)
    part = models.CharField(max_length=80, blank=True)
    answer = models.CharField(max_length=30, blank=True)
    people = models.PositiveIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["year", "characteristic", "what", "part", "answer"],
                name="one_equality_count",
            )
        ]

    def __str__(self) -> str:
        return f"{self.characteristic} of {self.part or self.what}, {self.year}"
