"""A call, and each grade it was given."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from wansdyke.access.sections import Section
from wansdyke.casework.models import Case
from wansdyke.desks.contact.feed.models import FeedArrival, FeedConflict
from wansdyke.desks.contact.missing_models import Missing, MissingReview, Search
from wansdyke.desks.contact.rerouted_models import Reroute
from wansdyke.desks.contact.rules import GRADES
from wansdyke.desks.contact.triage_models import BriefRating, Triage, TriageFeedback
from wansdyke.people.models import Area, Place

__all__ = [
    "BriefRating",
    "Contact",
    "FeedArrival",
    "FeedConflict",
    "Grading",
    "Missing",
    "MissingReview",
    "Reroute",
    "RiskType",
    "Search",
    "Triage",
    "TriageFeedback",
]
USER = settings.AUTH_USER_MODEL
CORE, NARRATIVE, SAFE = Section.CORE, Section.NARRATIVE, Section.SAFE_CONTACT


class Contact(models.Model):
    """One call or other first contact."""

    CHANNELS: ClassVar = [
        ("999", "999"),
        ("101", "101"),
        ("online", "Online"),
        ("front-counter", "Front counter"),
        ("partner", "Partner agency"),
        ("other", "Other"),
    ]
    PRIOR: ClassVar = [
        ("yes", "Yes"),
        ("no", "No"),
        ("not-known", "They do not know"),
        ("could-not-ask", "I could not ask"),
    ]
    YES_NO: ClassVar = [("yes", "Yes"), ("no", "No"), ("not-known", "Not known")]
    SECTIONS: ClassVar[dict[str, Section]] = {
        "case": CORE,
        "received_at": CORE,
        "channel": CORE,
        "where": Section.ADDRESS,
        "place": Section.ADDRESS,
        "latitude": Section.ADDRESS,
        "longitude": Section.ADDRESS,
        "area": CORE,
        "policing_area": CORE,
        "placed_by": CORE,
        "what": NARRATIVE,
        "notes": NARRATIVE,
        "prior_contact": CORE,
        "risk_types": CORE,
        "strands": CORE,
        "grade": CORE,
        "first_grade": CORE,
        "graded_at": CORE,
        "grade_reason": NARRATIVE,
        "caller_is_victim": CORE,
        "abuser_can_hear": SAFE,
        "safe_to_call": SAFE,
        "silent_call": CORE,
        "interpreter": CORE,
        "unit": CORE,
        "assigned_at": CORE,
        "en_route_at": CORE,
        "at_scene_at": CORE,
        "resulted_at": CORE,
        "category": CORE,
        "result_note": NARRATIVE,
        "letters_owed": CORE,
        "domestic": CORE,
        "first_due_at": CORE,
        "last_due_at": CORE,
        "seconds_to_scene": CORE,
        "missed_reviewed_at": CORE,
        "call_back": SAFE,
        "source_reference": CORE,
        "source_updated_at": CORE,
        "handler": CORE,
        "paper_number": CORE,
        "entered_why": NARRATIVE,
        "repeat_caller": CORE,
        "repeat_victim": CORE,
        "repeat_place": CORE,
    }
    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, primary_key=True, related_name="contact"
    )
    received_at = models.DateTimeField()
    channel = models.CharField(max_length=20, choices=CHANNELS, default="999")
    where = models.CharField(max_length=250, blank=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, related_name="+")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    # The areas that it lies in follow its place (`whereabouts`), or its own degrees.
    area = models.ForeignKey(Area, on_delete=models.SET_NULL, null=True, related_name="+")
    policing_area = models.ForeignKey(Area, on_delete=models.SET_NULL, null=True, related_name="+")
    placed_by = models.CharField(max_length=16, blank=True)
    what = models.TextField(blank=True)
    notes = models.TextField(blank=True)
    prior_contact = models.CharField(max_length=20, choices=PRIOR, blank=True)
    risk_types = models.JSONField(default=list)
    strands = models.JSONField(default=list)
    grade = models.CharField(max_length=20, choices=GRADES, blank=True)
    first_grade = models.CharField(max_length=20, choices=GRADES, blank=True)
    graded_at = models.DateTimeField(null=True)
    grade_reason = models.TextField(blank=True)
    caller_is_victim = models.CharField(max_length=10, choices=YES_NO, blank=True)
    abuser_can_hear = models.CharField(max_length=10, choices=YES_NO, blank=True)
    safe_to_call = models.CharField(max_length=200, blank=True)
    silent_call = models.BooleanField(default=False)
    interpreter = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    assigned_at = models.DateTimeField(null=True)
    en_route_at = models.DateTimeField(null=True)
    at_scene_at = models.DateTimeField(null=True)
    resulted_at = models.DateTimeField(null=True)
    category = models.CharField(max_length=60, blank=True)
    result_note = models.TextField(blank=True)
    letters_owed = models.PositiveSmallIntegerField(default=6)
    # What follows from the facts and the clocks, kept with them (`rules.that_follow`).
    domestic = models.BooleanField(default=False)
    first_due_at = models.DateTimeField(null=True)
    last_due_at = models.DateTimeField(null=True)
    seconds_to_scene = models.PositiveIntegerField(null=True)
    missed_reviewed_at = models.DateTimeField(null=True)
    call_back = models.CharField(max_length=300, blank=True)
    source_reference = models.CharField(max_length=60, null=True, unique=True)
    # When the source last changed what it says of the call; what is older overwrites nothing.
    source_updated_at = models.DateTimeField(null=True)
    # Who took the call; nobody known where a file brought it in.
    handler = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    # Of a call that was taken on paper while the system was down, and entered later.
    paper_number = models.CharField(max_length=40, null=True, unique=True)
    entered_why = models.CharField(max_length=300, blank=True)
    # Whether there was another call in the twelve months before (`repeats.keep`).
    repeat_caller = models.BooleanField(default=False)
    repeat_victim = models.BooleanField(default=False)
    repeat_place = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-received_at", "case"]),
            models.Index(fields=["place", "-received_at"]),
            models.Index(fields=["area", "-received_at"]),
            models.Index(fields=["policing_area", "-received_at"]),
            models.Index(
                fields=["placed_by", "case"],
                condition=models.Q(latitude__isnull=False),
                name="contact_placed_by",
            ),
            models.Index(
                fields=["letters_owed", "case"],
                condition=models.Q(letters_owed__gt=0),
                name="contact_letters_owed",
            ),
        ]

    def __str__(self) -> str:
        return self.case.root.reference


class Grading(models.Model):
    """One grade given to a call: by whom, when, why, and who agreed where a second person must.

    Every one is kept.
    """

    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "contact": CORE,
        "grade": CORE,
        "reason": NARRATIVE,
        "by": CORE,
        "agreed_by": CORE,
        "at": CORE,
    }
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="gradings")
    grade = models.CharField(max_length=20, choices=GRADES)
    reason = models.TextField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    agreed_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["contact", "at"])]

    def __str__(self) -> str:
        return f"{self.grade} for {self.contact}"


class RiskType(models.Model):
    """A line of the risk menu, which the force edits."""

    code = models.SlugField(max_length=40, unique=True)
    label = models.CharField(max_length=80)
    order = models.PositiveSmallIntegerField(default=100)
    active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["order", "label"]

    def __str__(self) -> str:
        return self.label
