"""Somebody missing: their risk as it was last decided, every decision before it, and the search."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from wansdyke.access.sections import Section
from wansdyke.casework.models import Assessment
from wansdyke.desks.contact.missing_rules import FOUND, INTERVIEWS, RISKS
from wansdyke.kernel.instrument import YES_NO_NOT_KNOWN
from wansdyke.people.models import PersonRecord

USER = settings.AUTH_USER_MODEL
CORE, NARRATIVE, ADDRESS = Section.CORE, Section.NARRATIVE, Section.ADDRESS


class Missing(models.Model):
    """The person whom a call reports missing, how they stand, and how they were found."""

    SECTIONS: ClassVar[dict[str, Section]] = {
        "contact": CORE,
        "record": Section.IDENTITY,
        "child": CORE,
        "last_seen_at": CORE,
        "last_seen_where": ADDRESS,
        "recorded_at": CORE,
        "recorded_by": CORE,
        "first_risk": CORE,
        "risk": CORE,
        "reviewed_at": CORE,
        "found_at": CORE,
        "found_by": NARRATIVE,
        "found_where": ADDRESS,
        "found_how": CORE,
        "interview": CORE,
    }
    contact = models.OneToOneField(
        "contact.Contact", on_delete=models.PROTECT, primary_key=True, related_name="missing"
    )
    record = models.ForeignKey(PersonRecord, on_delete=models.PROTECT, related_name="+")
    child = models.CharField(max_length=10, choices=YES_NO_NOT_KNOWN)
    last_seen_at = models.DateTimeField(null=True)
    last_seen_where = models.CharField(max_length=250, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    first_risk = models.CharField(max_length=20, choices=RISKS)
    risk = models.CharField(max_length=20, choices=RISKS)
    reviewed_at = models.DateTimeField()
    found_at = models.DateTimeField(null=True)
    found_by = models.CharField(max_length=200, blank=True)
    found_where = models.CharField(max_length=250, blank=True)
    found_how = models.CharField(max_length=20, choices=FOUND, blank=True)
    interview = models.CharField(max_length=20, choices=INTERVIEWS, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["found_at", "risk"])]

    def __str__(self) -> str:
        return f"{self.contact}: missing"


class MissingReview(models.Model):
    """One decision on the risk to somebody missing: whose, why, and on which answers."""

    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "missing": CORE,
        "risk": CORE,
        "reason": NARRATIVE,
        "by": CORE,
        "agreed_by": CORE,
        "at": CORE,
        "run": CORE,
    }
    missing = models.ForeignKey(Missing, on_delete=models.PROTECT, related_name="reviews")
    risk = models.CharField(max_length=20, choices=RISKS)
    reason = models.TextField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    agreed_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    run = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["missing", "at"])]

    def __str__(self) -> str:
        return f"{self.risk} of {self.missing}"


class Search(models.Model):
    """One line of the search log: where somebody looked, who, when, and what they found."""

    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "missing": CORE,
        "where": ADDRESS,
        "searched_by": NARRATIVE,
        "from_at": CORE,
        "until_at": CORE,
        "result": NARRATIVE,
        "logged_by": CORE,
        "logged_at": CORE,
    }
    missing = models.ForeignKey(Missing, on_delete=models.PROTECT, related_name="searches")
    where = models.CharField(max_length=250)
    searched_by = models.CharField(max_length=200)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    result = models.TextField(blank=True)
    logged_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    logged_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["missing", "from_at"])]

    def __str__(self) -> str:
        return f"{self.missing}: search"
