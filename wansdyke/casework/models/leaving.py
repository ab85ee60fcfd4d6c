"""What is asked for a person outside the product, what was decided of each item, and the bundle."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from wansdyke.access.models import Root
from wansdyke.access.sections import Section
from wansdyke.casework.leaving_rules import EXEMPTIONS, Purpose, Recipient
from wansdyke.people.models import PersonRecord

USER = settings.AUTH_USER_MODEL
CORE, NARRATIVE = Section.CORE, Section.NARRATIVE


class Leaving(models.Model):
    """Something asked for somebody outside the product: by whom, of whom, for what, until when.

    It belongs to no root: those who keep the records and the privacy officers alone see it. What
    it is about hangs from it, record by record. `amount` months are counted from `received_on`, or
    from the day on which who they are was known.
    """

    OPEN, PREPARED, CLOSED, WITHDRAWN = "open", "prepared", "closed", "withdrawn"
    DISPOSED = "disposed"
    STATES: ClassVar = [
        (OPEN, "Being prepared"),
        (PREPARED, "Waits for a second person"),
        (CLOSED, "Closed: the bundle is made"),
        (WITHDRAWN, "Withdrawn"),
        (DISPOSED, "Disposed of"),
    ]
    REGIMES: ClassVar = [
        ("part-3", "Law enforcement: DPA 2018 Part 3, section 45"),
        ("part-2", "Other purposes: UK GDPR Article 15"),
        ("none", "No right of access: a court’s order, or the force’s own decision"),
    ]
    IDENTITY: ClassVar = [
        ("seen", "I saw their passport or driving licence"),
        ("copy", "Copies of two documents, one with their address"),
        ("known", "They are known to an officer, who said so in writing"),
        ("court", "An order of a court, or a letter from counsel"),
        ("not-yet", "Not yet: who they are was asked"),
    ]
    reference = models.CharField(max_length=20, unique=True)
    purpose = models.CharField(max_length=60, choices=[(p.value, p.value) for p in Purpose])
    recipient_kind = models.CharField(
        max_length=40, choices=[(r.value, r.value) for r in Recipient]
    )
    recipient = models.CharField(max_length=200)
    regime = models.CharField(max_length=10, choices=REGIMES)
    forename = models.CharField(max_length=80, blank=True)
    surname = models.CharField(max_length=80, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    asked_for = models.TextField(blank=True)
    identity = models.CharField(max_length=10, choices=IDENTITY)
    received_on = models.DateField()
    identity_on = models.DateField(null=True, blank=True)
    due_at = models.DateTimeField()
    inputs = models.JSONField(default=dict)
    extended_at = models.DateTimeField(null=True)
    extended_why = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=STATES, default=OPEN)
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    prepared_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    prepared_at = models.DateTimeField(null=True)
    # What the preparer saw when they had prepared it; the second person must see the same.
    prepared_digest = models.CharField(max_length=64, blank=True)
    # That a privacy officer looked at how much lies out of the preparers' sight.
    checked_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    checked_words = models.TextField(blank=True)
    closed_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    sent_back = models.TextField(blank=True)
    # From when its own time runs; and that two people disposed of it, as which it was open until
    # then, and when all of it was gone.
    ended_at = models.DateTimeField(null=True)
    dispose_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    dispose_at = models.DateTimeField(null=True)
    disposed_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    disposed_at = models.DateTimeField(null=True)
    was = models.CharField(max_length=10, choices=STATES, blank=True)
    gone_at = models.DateTimeField(null=True)
    again = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "due_at"], name="leaving_by_due")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | ~Q(closed_by=F("prepared_by")),
                name="leaving_closed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(disposed_by__isnull=True) | ~Q(disposed_by=F("dispose_by")),
                name="leaving_disposed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class LeavingRecord(models.Model):
    """That a record is, or is not, of the person who is asked about: somebody's decision."""

    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "leaving": CORE,
        "record": Section.IDENTITY,
        "theirs": Section.IDENTITY,
        "by": Section.STAFF,
        "at": CORE,
    }
    leaving = models.ForeignKey(Leaving, on_delete=models.PROTECT, related_name="records")
    record = models.ForeignKey(PersonRecord, on_delete=models.PROTECT, related_name="+")
    theirs = models.BooleanField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["leaving", "record"], name="a_record_decided_once")
        ]

    def __str__(self) -> str:
        return f"{self.leaving} of {self.record_id}"


class LeavingDecision(models.Model):
    """What a reviewer decided of one item: withheld on a ground, or with words taken out of it.

    It is about the text of its `digest` and of no other.
    """

    WITHHELD, REDACTED, WHOLE = "withheld", "redacted", "whole"
    OUTCOMES: ClassVar = [
        (WHOLE, "It leaves as it is"),
        (REDACTED, "It leaves with some words taken out"),
        (WITHHELD, "It does not leave"),
    ]
    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "leaving": CORE,
        "root": CORE,
        "item": CORE,
        "digest": CORE,
        "outcome": Section.STAFF,
        "phrases": NARRATIVE,
        "exemption": Section.STAFF,
        "reason": NARRATIVE,
        "by": Section.STAFF,
        "at": CORE,
    }
    leaving = models.ForeignKey(Leaving, on_delete=models.PROTECT, related_name="decisions")
    root = models.ForeignKey(Root, on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    outcome = models.CharField(max_length=10, choices=OUTCOMES)
    phrases = models.JSONField(default=list)
    exemption = models.CharField(
        max_length=20, choices=[(e.key, e.words) for e in EXEMPTIONS], blank=True
    )
    reason = models.TextField(blank=True)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["leaving", "item"], name="an_item_decided_once")
        ]

    def __str__(self) -> str:
        return f"{self.item} of {self.leaving}"


class LeavingRelease(models.Model):
    """That an item the gate holds back is to leave all the same: one proposes it, another agrees,
    each with a reason, of the text of one digest."""

    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "leaving": CORE,
        "root": CORE,
        "reference": CORE,
        "item": CORE,
        "digest": CORE,
        "rule": Section.STAFF,
        "reason": NARRATIVE,
        "by": Section.STAFF,
        "at": CORE,
        "decided_by": Section.STAFF,
        "decided_at": CORE,
        "agreed": Section.STAFF,
        "decided_reason": NARRATIVE,
    }
    leaving = models.ForeignKey(Leaving, on_delete=models.PROTECT, related_name="releases")
    root = models.ForeignKey(Root, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20, unique=True)
    item = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    rule = models.CharField(max_length=20)
    reason = models.TextField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    decided_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    agreed = models.BooleanField(null=True)
    decided_reason = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("by")),
                name="released_by_another",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="released_for_a_reason"),
            models.CheckConstraint(
                condition=~Q(agreed=True) | (Q(decided_by__isnull=False) & ~Q(decided_reason="")),
                name="agreed_for_a_reason",
            ),
            models.UniqueConstraint(
                fields=["leaving", "item", "digest"],
                condition=Q(decided_at__isnull=True),
                name="one_open_release_an_item",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class LeavingBundle(models.Model):
    """What was made to go out: one file in the store, by whom it was asked for and its digest."""

    FORMS: ClassVar = [("pdf", "PDF"), ("json", "JSON")]
    leaving = models.ForeignKey(Leaving, on_delete=models.PROTECT, related_name="bundles")
    form = models.CharField(max_length=4, choices=FORMS)
    stored_as = models.CharField(max_length=80, unique=True)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["leaving", "form"], name="one_bundle_a_form")
        ]

    def __str__(self) -> str:
        return f"{self.leaving}.{self.form}"
