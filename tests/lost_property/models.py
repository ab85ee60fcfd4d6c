"""One thing found."""

from typing import ClassVar

from django.db import models

from wansdyke.access.sections import Section
from wansdyke.casework.models import Case


class Thing(models.Model):
    """What was found, and where."""

    SECTIONS: ClassVar[dict[str, Section]] = {
        "case": Section.CORE,
        "found_at": Section.CORE,
        "described": Section.NARRATIVE,
        "where": Section.ADDRESS,
    }
    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True)
    found_at = models.DateTimeField()
    described = models.TextField(blank=True)
    where = models.CharField(max_length=100, blank=True)
