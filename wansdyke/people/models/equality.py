"""What people answered about equality, kept apart from all that is said of them elsewhere."""

from typing import ClassVar

from django.db import models

from wansdyke.access.models import Load, Root, User
from wansdyke.access.sections import Section
from wansdyke.people.equality_words import ASKED, BASES


class EqualityAnswer(models.Model):
    """One answer about one protected characteristic, or why there is none; shown to nobody.

    Its section opens to nobody on any record: it is counted, and told to the person themself. A new
    answer takes the place of the old, of which nothing is kept.
    """

    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": Section.CORE,
        "root": Section.CORE,
        "characteristic": Section.EQUALITY,
        "answer": Section.EQUALITY,
        "basis": Section.EQUALITY,
        "by": Section.CORE,
        "at": Section.CORE,
    }
    root = models.ForeignKey(Root, on_delete=models.PROTECT, related_name="equality_answers")
    characteristic = models.CharField(max_length=30, choices=[(c.key, c.label) for c in ASKED])
    answer = models.CharField(max_length=30)
    basis = models.CharField(max_length=10, choices=BASES)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["root", "characteristic"], name="one_answer_a_characteristic"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_characteristic_display()} of {self.root}"


class PopulationShare(models.Model):
    """How many of those who live in the force's area have an answer, as answers are published: by
    whom it was counted or estimated, and of which year."""

    characteristic = models.CharField(max_length=30)
    value = models.CharField(max_length=30)
    people = models.PositiveIntegerField()
    year = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=120)
    load = models.ForeignKey(Load, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["characteristic", "value", "year"], name="one_share_a_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.characteristic}: {self.value}, {self.year}"
