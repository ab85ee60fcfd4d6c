"""Review of the log: what was found in it and made of it, and what staff declare of their own."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from wansdyke.access.models import Root
from wansdyke.access.sections import Section
from wansdyke.assurance.log_review_rules import Kind

USER = settings.AUTH_USER_MODEL
STAFF = Section.STAFF
KINDS = (
    (Kind.SELF.value, "Their own record"),
    (Kind.RELATIVE.value, "A relative, partner or household"),
    (Kind.COLLEAGUE.value, "A colleague"),
    (Kind.NEIGHBOUR.value, "A neighbour"),
    (Kind.NO_CASE.value, "No case"),
    (Kind.VOLUME.value, "Volume"),
    (Kind.DENIED.value, "Refusals"),
    (Kind.HIGH_PROFILE.value, "A high-profile record"),
    (Kind.SAMPLE.value, "Random sample"),
)


class LogFinding(models.Model):
    """Something of the log that somebody should look at: who looked, at which record, why it is
    here. One a viewer, record, kind and week; what comes later in the week is added to it."""

    WAITING, SECOND, DONE = "waiting", "second", "done"
    STATES: ClassVar = [
        (WAITING, "Waits for review"),
        (SECOND, "Waits for a second look"),
        (DONE, "Reviewed"),
    ]
    MISUSE = "misuse"
    OUTCOMES: ClassVar = [
        ("work", "The work it was needed for is shown"),
        ("explained", "Explained by their manager"),
        ("training", "Training or advice"),
        ("standards", "Referred to professional standards"),
        (MISUSE, "Misuse confirmed"),
        ("undetermined", "Not determined"),
    ]
    SECTIONS: ClassVar[dict[str, Section]] = dict.fromkeys(
        (
            "id", "reference", "root", "about", "viewer", "kind", "week", "gravity", "reasons",
            "entries_counted", "first_at", "last_at", "raised_at", "state", "outcome", "taken_by",
            "taken_at", "reviewed_by", "reviewed_at", "seconded_by", "seconded_at",
        ),
        STAFF,
    )  # fmt: skip
    reference = models.CharField(max_length=20, unique=True)
    root = models.ForeignKey(Root, on_delete=models.PROTECT, null=True, related_name="log_findings")
    # The root's reference, or "" where it is about none: two of those must not stand side by side.
    about = models.CharField(max_length=20, blank=True)
    viewer = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="log_findings")
    kind = models.CharField(max_length=20, choices=KINDS)
    week = models.DateField()
    gravity = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    entries_counted = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    raised_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=STATES, default=WAITING)
    outcome = models.CharField(max_length=20, choices=OUTCOMES, blank=True)
    taken_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    seconded_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    seconded_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "-gravity", "first_at"], name="findings_by_gravity"),
            models.Index(fields=["viewer", "week"], name="findings_by_viewer"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["viewer", "about", "kind", "week"],
                condition=~Q(state="done"),
                name="one_finding_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return self.reference


class FindingEntry(models.Model):
    """An entry of the log that is behind a finding, by its number."""

    SECTIONS: ClassVar[dict[str, Section]] = dict.fromkeys(("id", "finding", "seq"), STAFF)
    finding = models.ForeignKey(LogFinding, on_delete=models.PROTECT, related_name="entries")
    seq = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "finding entries"
        indexes: ClassVar = [models.Index(fields=["seq"], name="finding_entries_by_seq")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["finding", "seq"], name="an_entry_once_a_finding")
        ]

    def __str__(self) -> str:
        return f"{self.seq}"


class FindingWord(models.Model):
    """What somebody did or said about a finding. Only ever added to, so it is its own history."""

    TAKEN, ASKED, ANSWERED, REVIEWED = "taken", "asked", "answered", "reviewed"
    AGREED, SENT_BACK = "agreed", "sent-back"
    KINDS: ClassVar = [
        (TAKEN, "Taken on"),
        (ASKED, "Asked their supervisor"),
        (ANSWERED, "Answered"),
        (REVIEWED, "Reviewed"),
        (AGREED, "Second look: agreed"),
        (SENT_BACK, "Second look: not agreed, it waits for review again"),
    ]
    SECTIONS: ClassVar[dict[str, Section]] = dict.fromkeys(
        ("id", "finding", "kind", "by", "at", "to", "outcome", "words"), STAFF
    )
    finding = models.ForeignKey(LogFinding, on_delete=models.PROTECT, related_name="said")
    kind = models.CharField(max_length=10, choices=KINDS)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    to = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="questions")
    outcome = models.CharField(max_length=20, choices=LogFinding.OUTCOMES, blank=True)
    words = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["finding", "at"], name="said_of_a_finding")]

    def __str__(self) -> str:
        return f"{self.kind} on {self.finding}"


class HighProfile(models.Model):
    """A record that an auditor marked as one that people look at out of curiosity."""

    SECTIONS: ClassVar[dict[str, Section]] = dict.fromkeys(
        ("id", "reference", "root", "reason", "by", "at", "ended_by", "ended_at", "end_reason"),
        STAFF,
    )
    reference = models.CharField(max_length=20, unique=True)
    root = models.ForeignKey(Root, on_delete=models.PROTECT, related_name="high_profile")
    reason = models.TextField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["root"], condition=Q(ended_at=None), name="high_profile_once"
            )
        ]

    def __str__(self) -> str:
        return self.reference


class LogMark(models.Model):
    """Up to which entry, or which day, the log has been looked through, by what is looked for."""

    pace = models.CharField(max_length=20, unique=True)
    seq = models.BigIntegerField(default=0)
    day = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.pace}: {self.day or self.seq}"


class LookWithoutWork(models.Model):
    """A look at a record behind which no work of the viewer's was found; by references alone."""

    seq = models.BigIntegerField()
    viewer = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=20)
    at = models.DateTimeField()
    week = models.DateField()

    class Meta:
        verbose_name_plural = "looks without work"
        indexes: ClassVar = [models.Index(fields=["viewer", "week"], name="looks_by_viewer")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["seq", "about"], name="a_look_once")
        ]

    def __str__(self) -> str:
        return f"{self.seq}"


class StaffDay(models.Model):
    """How many different records somebody opened on a London day, and in which post."""

    viewer = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    post = models.CharField(max_length=60)
    opened = models.PositiveIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["day", "post"], name="staff_days_by_post")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["viewer", "day"], name="a_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.opened} on {self.day}"


class SampleDraw(models.Model):
    """Whose week was drawn to be looked through: with the seed and the frame it is drawn again."""

    week = models.DateField(unique=True)
    seed = models.CharField(max_length=64)
    percent = models.PositiveSmallIntegerField()
    # The sign-in names of all who looked at anything that week, and of those who were drawn.
    frame = models.JSONField(default=list)
    drawn = models.JSONField(default=list)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.week}"


class Declaration(models.Model):
    """What a member of staff says of themselves, so that looks at their own can be told from
    others. Auditors read it, and nobody else but themselves."""

    user = models.OneToOneField(USER, on_delete=models.PROTECT, related_name="declaration")
    date_of_birth = models.DateField(null=True, blank=True)
    address = models.CharField(max_length=250, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Declaration {self.pk}"


class Associate(models.Model):
    """Somebody whom a member of staff declared: a partner, a relative, a household, a friend."""

    RELATIONS: ClassVar = [
        ("partner", "Partner"),
        ("former partner", "Former partner"),
        ("relative", "Relative"),
        ("household", "Lives with me"),
        ("friend", "Close friend"),
        ("associate", "Another associate"),
    ]
    declaration = models.ForeignKey(
        Declaration, on_delete=models.PROTECT, related_name="associates"
    )
    reference = models.CharField(max_length=20, unique=True)
    relation = models.CharField(max_length=20, choices=RELATIONS)
    forename = models.CharField(max_length=80)
    surname = models.CharField(max_length=80)
    date_of_birth = models.DateField(null=True, blank=True)
    address = models.CharField(max_length=250, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.reference
