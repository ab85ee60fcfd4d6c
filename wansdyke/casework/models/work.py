"""The work on a case: actions, referrals, documents, notes, drafts and exports."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from wansdyke.access.for_agency import Opens
from wansdyke.access.models import Team
from wansdyke.access.sections import Section
from wansdyke.casework.models.case import Case
from wansdyke.people.contact_rules import CHANNELS
from wansdyke.people.models import ContactRule, PersonRecord

USER = settings.AUTH_USER_MODEL
CORE, NARRATIVE = Section.CORE, Section.NARRATIVE


class Action(models.Model):
    """A task on a case with an owner and a date."""

    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "case": CORE,
        "reference": CORE,
        "title": NARRATIVE,
        "owner": CORE,
        "due_at": CORE,
        "made_by": CORE,
        "made_at": CORE,
        "done_at": CORE,
        "outcome": NARRATIVE,
    }
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="actions")
    reference = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    owner = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="actions")
    due_at = models.DateTimeField()
    made_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["owner", "due_at"], condition=Q(done_at=None), name="actions_open")
        ]

    def __str__(self) -> str:
        return self.title


class Referral(models.Model):
    """Work passed to another team or agency: accepted or declined, answered; or withdrawn."""

    # While it waits; what is accepted comes with a share.
    OPENS = Opens(team="to_team_id", when="state = 'sent'")
    STATES: ClassVar = [
        ("sent", "Waiting for an answer"),
        ("accepted", "Accepted"),
        ("declined", "Declined"),
        ("answered", "Answered"),
        ("withdrawn", "Withdrawn"),
    ]
    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "case": CORE,
        "reference": CORE,
        "to_team": CORE,
        "reason": NARRATIVE,
        "state": CORE,
        "by": CORE,
        "at": CORE,
        "decided_by": CORE,
        "decided_at": CORE,
        "decline_reason": NARRATIVE,
        "withdraw_reason": NARRATIVE,
        "answer": NARRATIVE,
        "answered_by": CORE,
        "answered_at": CORE,
        "lawful_basis": CORE,
        "purpose": CORE,
        "sections": CORE,
        "kept_at": CORE,
    }
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="referrals")
    reference = models.CharField(max_length=20, unique=True)
    to_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="referrals")
    reason = models.TextField()
    lawful_basis = models.CharField(max_length=200, blank=True)
    purpose = models.CharField(max_length=200, blank=True)
    sections = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=STATES, default="sent")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    decided_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decline_reason = models.TextField(blank=True)
    withdraw_reason = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    # Where its desk deals with it on pages of its own, such as /contact/triage/; else nothing.
    kept_at = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["to_team", "state", "at"])]

    def __str__(self) -> str:
        return f"{self.case} to {self.to_team}"

    @property
    def href(self) -> str:
        """Where it is dealt with."""
        return f"{self.kept_at or '/referrals/'}{self.reference}/"


class Document(models.Model):
    """A file kept with a case under a name of ours, served only as a download."""

    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "case": CORE,
        "reference": CORE,
        "title": NARRATIVE,
        "section": CORE,
        "stored_as": CORE,
        "media_type": CORE,
        "size": CORE,
        "sha256": CORE,
        "by": CORE,
        "at": CORE,
    }
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    reference = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    section = models.CharField(max_length=30, default=NARRATIVE)
    stored_as = models.CharField(max_length=80, unique=True)
    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title


class Comment(models.Model):
    """A note on a case, kept as it was written; one for the next shift is handed over."""

    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "case": CORE,
        "text": NARRATIVE,
        "by": CORE,
        "at": CORE,
        "hand_over": CORE,
    }
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="comments")
    text = models.TextField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    hand_over = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-at"], condition=Q(hand_over=True), name="comments_handed_over")
        ]

    def __str__(self) -> str:
        return f"note on {self.case}"


class HandOver(models.Model):
    """What one shift of a team tells the next, about no record: words that name nobody."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["team", "-at"])]

    def __str__(self) -> str:
        return f"hand-over of {self.team}"


class Draft(models.Model):
    """What somebody is typing, saved as they type. Theirs alone; it has no Event."""

    author = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="drafts")
    desk = models.CharField(max_length=30)
    key = models.UUIDField(unique=True)
    data = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["author", "desk", "-saved_at"])]

    def __str__(self) -> str:
        return f"draft by {self.author}"


class Export(models.Model):
    """A list taken out as a file: asked for, made, fetched by whoever asked, then removed.

    One without a `purpose` names nobody. One with names says for what (`why` in the asker's own
    words) and of how many people it told; that stays when the file is gone.
    """

    PURPOSES: ClassVar = [
        ("safeguarding", "To reach or protect the people in it"),
        ("crime", "To prevent, investigate or prosecute crime"),
        ("court", "Court proceedings or a court’s order"),
        ("checking", "To check or correct the records themselves"),
        ("duty", "Another duty in law"),
    ]
    FORMS: ClassVar = [("xlsx", "Excel spreadsheet"), ("csv", "CSV file")]
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="exports")
    reference = models.CharField(max_length=20, unique=True)
    desk = models.CharField(max_length=30)
    query = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    failed = models.CharField(max_length=200, blank=True)
    rows = models.PositiveIntegerField(default=0)
    held = models.JSONField(default=list)
    # [[section, …], [root, …]] for each set of sections that was given of some of the roots.
    opened = models.JSONField(default=list)
    stored_as = models.CharField(max_length=80, blank=True)
    form = models.CharField(max_length=4, choices=FORMS, default="xlsx")
    purpose = models.CharField(max_length=20, choices=PURPOSES, blank=True)
    why = models.CharField(max_length=1000, blank=True)
    people = models.PositiveIntegerField(default=0)
    removed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.reference


class ContactAttempt(models.Model):
    """A try at reaching a person of a case: what the gate said then, and what came of it.

    `against` is the reason of whoever went ahead although it was not known to be safe.
    """

    OUTCOMES: ClassVar = [
        ("reached", "Spoke to them, or it was given to them"),
        ("sent", "Sent or left; no answer yet"),
        ("no-answer", "No answer"),
        ("somebody-else", "Somebody else answered"),
        ("refused", "They did not want contact"),
    ]
    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "case": CORE,
        "reference": CORE,
        "record": Section.IDENTITY,
        "channel": Section.SAFE_CONTACT,
        "gate": Section.SAFE_CONTACT,
        "against": Section.SAFE_CONTACT,
        "outcome": Section.SAFE_CONTACT,
        "words": NARRATIVE,
        "by": CORE,
        "at": CORE,
    }
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="contact_attempts")
    reference = models.CharField(max_length=20, unique=True)
    record = models.ForeignKey(PersonRecord, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10, choices=[(c.value, words) for c, words in CHANNELS])
    gate = models.CharField(max_length=10, choices=ContactRule.SAFE)
    against = models.CharField(max_length=500, blank=True)
    outcome = models.CharField(max_length=20, choices=OUTCOMES)
    words = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_outcome_display()}"
