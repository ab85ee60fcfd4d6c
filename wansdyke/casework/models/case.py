"""Cases, who and where they are about, their clocks, and the markers published from them."""

from datetime import UTC, datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from wansdyke.access.models import Root
from wansdyke.access.sections import Section
from wansdyke.people.models import Person, PersonRecord, Place

USER = settings.AUTH_USER_MODEL
# Nothing is due: sorts after everything that is, in one index both databases can walk.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
CORE, NARRATIVE, THIRD_PARTY = Section.CORE, Section.NARRATIVE, Section.THIRD_PARTY


class Case(models.Model):
    """Any piece of work with its own state and owner. `next_due_at` is the soonest running clock,
    kept by the one door so that lists by deadline are one index walk."""

    SECTIONS: ClassVar[dict[str, Section]] = {
        "root": CORE,
        "desk": CORE,
        "state": CORE,
        "is_open": CORE,
        "owner": CORE,
        "parent": CORE,
        "opened_at": CORE,
        "closed_at": CORE,
        "next_due_at": CORE,
    }
    root = models.OneToOneField(
        Root, on_delete=models.PROTECT, primary_key=True, related_name="case"
    )
    desk = models.CharField(max_length=30)
    state = models.CharField(max_length=40)
    is_open = models.BooleanField(default=True)
    owner = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="cases")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    next_due_at = models.DateTimeField(default=NEVER)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["desk", "is_open", "next_due_at", "root"]),
            models.Index(fields=["desk", "is_open", "opened_at", "root"]),
            models.Index(fields=["desk", "next_due_at", "root"]),
            models.Index(fields=["desk", "opened_at", "root"]),
            models.Index(fields=["owner", "is_open", "next_due_at"]),
            models.Index(fields=["is_open", "next_due_at", "root"]),
        ]

    def __str__(self) -> str:
        return self.root.reference


class Party(models.Model):
    """A person's part in a case."""

    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "case": CORE,
        "record": Section.IDENTITY,
        "role": CORE,
        "note": THIRD_PARTY,
        "ended_at": CORE,
    }
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="parties")
    record = models.ForeignKey(PersonRecord, on_delete=models.PROTECT, related_name="parts")
    role = models.CharField(max_length=40)
    note = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "parties"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "record", "role"],
                condition=Q(ended_at__isnull=True),
                name="one_part_a_person_and_role",
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} on {self.case}"


class CasePlace(models.Model):
    """A place's part in a case."""

    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "case": CORE,
        "place": Section.ADDRESS,
        "role": CORE,
    }
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="places")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="cases")
    role = models.CharField(max_length=40)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "place", "role"], name="one_part_a_place")
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.case}"


class Deadline(models.Model):
    """A clock on a case: the fact it runs from, what it counted, and when it was stopped.

    Lateness is computed from these, never stored. A replaced deadline is kept and still stopped,
    so that a re-graded call can be judged by its first grade and by its last.
    """

    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "case": CORE,
        "clock": CORE,
        "rule_version": CORE,
        "anchored_at": CORE,
        "due_at": CORE,
        "stopped_at": CORE,
        "replaced_at": CORE,
        "inputs": CORE,
        "told_at": CORE,
    }
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="deadlines")
    clock = models.CharField(max_length=60)
    rule_version = models.PositiveSmallIntegerField()
    anchored_at = models.DateTimeField()
    due_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)
    inputs = models.JSONField(default=dict)
    told_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                condition=Q(stopped_at__isnull=True, replaced_at__isnull=True),
                name="deadlines_running",
            ),
            models.Index(fields=["clock", "case"]),
        ]

    def __str__(self) -> str:
        return f"{self.clock} on {self.case}"


class ForceReference(models.Model):
    """The force's own number for the same thing in another system."""

    KINDS: ClassVar = [
        ("command-and-control", "Command and control log"),
        ("crime", "Crime number"),
        ("custody", "Custody record"),
        ("urn", "URN"),
    ]
    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "case": CORE,
        "kind": CORE,
        "value": CORE,
    }
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="force_references")
    kind = models.CharField(max_length=20, choices=KINDS)
    value = models.CharField(max_length=60, db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "kind", "value"], name="a_number_once_a_case")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class Marker(models.Model):
    """A line somebody published on purpose about a person or a place, seen force-wide."""

    KINDS: ClassVar = [
        ("repeat-victim", "Repeat victim"),
        ("repeat-suspect", "Repeat suspect"),
        ("repeat-location", "Repeat location"),
        ("domestic-abuse", "Domestic abuse here or against this person"),
        ("violence", "Violence towards police"),
        ("weapons", "Weapons"),
        ("child-at-risk", "Child at risk"),
        ("order-in-force", "Protective order in force"),
        ("safe-contact", "Contact with care"),
        ("mental-health", "Mental health: ask the triage practitioner"),
        ("other", "Other warning"),
    ]
    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "reference": CORE,
        "root": CORE,
        "person": Section.IDENTITY,
        "first_person": Section.IDENTITY,
        "place": Section.ADDRESS,
        "kind": CORE,
        "text": CORE,
        "source": CORE,
        "marking": CORE,
        "owner": CORE,
        "from_date": CORE,
        "review_by": CORE,
        "until_date": CORE,
        "withdrawn_at": CORE,
    }
    reference = models.CharField(max_length=20, unique=True)
    root = models.ForeignKey(Root, on_delete=models.PROTECT, related_name="markers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="markers")
    # The cluster its record was made as, where that is another: it goes with the record.
    first_person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="first_markers"
    )
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, related_name="markers")
    kind = models.CharField(max_length=30, choices=KINDS)
    text = models.CharField(max_length=300)
    source = models.CharField(max_length=200)
    marking = models.PositiveSmallIntegerField(choices=Root.MARKINGS, default=Root.STANDARD)
    owner = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    from_date = models.DateField()
    review_by = models.DateField()
    until_date = models.DateField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(place__isnull=False),
                name="a_marker_is_about_someone_or_somewhere",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text}"
