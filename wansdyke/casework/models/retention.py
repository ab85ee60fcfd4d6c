"""How long a record is kept, what holds it, who decided to keep it, and that it was disposed of."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from wansdyke.access.models import Root
from wansdyke.access.sections import Section
from wansdyke.kernel.retention import GROUPS

USER = settings.AUTH_USER_MODEL
CORE, NARRATIVE = Section.CORE, Section.NARRATIVE
GROUP_CHOICES = [(int(key), words) for key, words in GROUPS]


class Retention(models.Model):
    """When a record is next reviewed, by which group, counted from what; it follows from facts.

    `desk` is empty for a person’s record. `reckoned_by` are the rules and settings that it was
    reckoned by; empty where a fact has changed since, and a job reckons it anew.
    """

    SECTIONS: ClassVar[dict[str, Section]] = dict.fromkeys(
        (
            *("root", "desk", "kind", "group", "review_on", "from_on", "from_what", "why"),
            *("years", "rule_version", "reckoned_by"),
        ),
        CORE,
    )
    root = models.OneToOneField(
        Root, on_delete=models.PROTECT, primary_key=True, related_name="retention"
    )
    desk = models.CharField(max_length=30, blank=True)
    kind = models.CharField(max_length=40, blank=True)
    group = models.PositiveSmallIntegerField(choices=GROUP_CHOICES, default=4)
    review_on = models.DateField(null=True)
    from_on = models.DateField(null=True)
    from_what = models.CharField(max_length=60, blank=True)
    why = models.CharField(max_length=120, blank=True)
    years = models.PositiveSmallIntegerField(default=0)
    rule_version = models.PositiveSmallIntegerField(default=0)
    reckoned_by = models.CharField(max_length=16, blank=True)

    class Meta:
        verbose_name = "review date"
        indexes: ClassVar = [
            # A list by date is a walk of this, whichever group it is narrowed to.
            models.Index(fields=["review_on", "root"], name="retention_by_date"),
            models.Index(fields=["group", "review_on", "root"], name="retention_by_group"),
            models.Index(fields=["reckoned_by", "root"], name="retention_reckoned_by"),
        ]

    def __str__(self) -> str:
        return f"{self.root}: group {self.group}"


class RetentionReview(models.Model):
    """A decision to keep a record: whose, why, by which rules, and until it is looked at again."""

    SECTIONS: ClassVar[dict[str, Section]] = {
        **dict.fromkeys(
            ("id", "root", "reference", "by", "at", "group", "due_on", "next_on"), CORE
        ),
        "rule_version": CORE,
        "reason": NARRATIVE,
    }
    root = models.ForeignKey(Root, on_delete=models.PROTECT, related_name="retention_reviews")
    reference = models.CharField(max_length=20, unique=True)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    group = models.PositiveSmallIntegerField(choices=GROUP_CHOICES)
    due_on = models.DateField(null=True)
    next_on = models.DateField()
    rule_version = models.PositiveSmallIntegerField()
    reason = models.TextField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["root", "-at"], name="reviews_of_root")]

    def __str__(self) -> str:
        return self.reference


class LegalHold(models.Model):
    """Why a record may not be disposed of or erased for now, whatever its date. One on a person’s
    record holds all their records and cases."""

    GROUNDS: ClassVar = [
        ("inquiry", "A public inquiry or a review"),
        ("litigation", "A claim against the force, or by it"),
        ("criminal", "Criminal proceedings (CPIA 1996, code of practice)"),
        ("inquest", "An inquest"),
        ("complaint", "A complaint or a conduct matter"),
        ("request", "A request for access that is being answered"),
        ("other", "Another reason in law"),
    ]
    SECTIONS: ClassVar[dict[str, Section]] = {
        **dict.fromkeys(("id", "root", "reference", "ground", "by", "at"), CORE),
        **dict.fromkeys(("lifted_by", "lifted_at"), CORE),
        **dict.fromkeys(("matter", "reason", "lift_reason"), NARRATIVE),
    }
    root = models.ForeignKey(Root, on_delete=models.PROTECT, related_name="legal_holds")
    reference = models.CharField(max_length=20, unique=True)
    ground = models.CharField(max_length=12, choices=GROUNDS)
    matter = models.CharField(max_length=120)
    reason = models.TextField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lift_reason = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["root"], condition=Q(lifted_at=None), name="holds_live")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True) | ~Q(lifted_by=F("by")),
                name="another_lifts_a_hold",
            )
        ]

    def __str__(self) -> str:
        return self.reference


class Disposal(models.Model):
    """That a record is to be disposed of or erased: by whom proposed, by whom confirmed, under
    what rule; and when it was done. It outlives the record, so it says nothing of it: what people
    wrote as reasons goes with the record.

    `was` is the desk of the case, empty for a person’s record, `opened_at` when it was opened.
    `removed` counts what went by kind.
    """

    DISPOSAL, ERASURE = "disposal", "erasure"
    KINDS: ClassVar = [(DISPOSAL, "Disposal"), (ERASURE, "Erasure")]
    GROUNDS: ClassVar = [
        ("reviewed", "Its review found that it is no longer needed for a policing purpose"),
        ("time", "Its time is over and the force’s policy disposes of its kind"),
        ("s47-1-a", "Keeping it would breach the principles (DPA 2018, section 47(1)(a))"),
        ("s47-1-b", "The law requires that it be erased (DPA 2018, section 47(1)(b))"),
        ("article-17", "The right to erasure (UK GDPR, Article 17)"),
    ]
    OF_DISPOSAL, OF_ERASURE = ("reviewed", "time"), ("s47-1-a", "s47-1-b", "article-17")
    SECTIONS: ClassVar[dict[str, Section]] = {
        **dict.fromkeys(
            ("id", "root", "reference", "was", "opened_at", "kind", "ground", "rule", "group"), CORE
        ),
        **dict.fromkeys(("proposed_by", "proposed_at", "decided_by", "decided_at"), CORE),
        **dict.fromkeys(("agreed", "withdrawn_at", "stopped_at", "done_at", "removed"), CORE),
        **dict.fromkeys(("rule_version", "again"), CORE),
        **dict.fromkeys(("reason", "decision_reason"), NARRATIVE),
    }
    root = models.ForeignKey(Root, on_delete=models.PROTECT, related_name="disposals")
    reference = models.CharField(max_length=20, unique=True)
    was = models.CharField(max_length=30, blank=True)
    # Into which period the case fell: what is counted of a past one says how many are gone from it.
    opened_at = models.DateTimeField(null=True)
    kind = models.CharField(max_length=10, choices=KINDS)
    ground = models.CharField(max_length=12, choices=GROUNDS)
    rule = models.CharField(max_length=250)
    group = models.PositiveSmallIntegerField(choices=GROUP_CHOICES)
    rule_version = models.PositiveSmallIntegerField()
    reason = models.TextField(blank=True)
    proposed_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    agreed = models.BooleanField(null=True)
    decision_reason = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    removed = models.JSONField(default=dict)
    # Done once more, after an older backup was put back.
    again = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-decided_at"], name="disposals_by_date"),
            models.Index(fields=["was", "opened_at"], name="disposals_by_opening"),
            models.Index(
                fields=["root"],
                condition=Q(agreed=True, done_at=None, stopped_at=None),
                name="disposals_going_on",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="another_confirms_a_disposal",
            ),
            models.UniqueConstraint(
                fields=["root"],
                condition=Q(decided_at=None, withdrawn_at=None),
                name="one_disposal_proposed",
            ),
            # A record goes once: a second confirmation is refused by the database itself.
            models.UniqueConstraint(
                fields=["root"], condition=Q(agreed=True, stopped_at=None), name="disposed_of_once"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def state(self) -> str:
        """How it stands, in words."""
        if self.done_at is not None:
            return "Disposed of" if self.kind == self.DISPOSAL else "Erased"
        if self.stopped_at is not None:
            return "Stopped by a legal hold"
        if self.withdrawn_at is not None:
            return "Withdrawn"
        if self.decided_at is None:
            return "Waits for a second person"
        return "Confirmed: being carried out" if self.agreed else "Declined"

    @property
    def waits(self) -> bool:
        """Whether a second person has still to decide."""
        return self.decided_at is None and self.withdrawn_at is None
