"""What opens a record to somebody, or shuts it: shares, broken glass, conflicts of interest."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from wansdyke.access.models import Agency, Root, Team
from wansdyke.access.sections import Section
from wansdyke.casework.models.case import Case, Marker

USER = settings.AUTH_USER_MODEL
# To whom else a case is open is for nobody outside the force.
CORE, NARRATIVE, STAFF = Section.CORE, Section.NARRATIVE, Section.STAFF
# Lawful bases and gateways that a police force shares on; none of them is consent.
BASES = (
    ("policing", "Policing purpose: law enforcement (common law; DPA 2018 Part 3)"),
    ("legal-obligation", "Legal obligation (UK GDPR Article 6(1)(c))"),
    ("vital-interests", "Vital interests: to protect a life (UK GDPR Article 6(1)(d))"),
    ("public-task", "Public task (UK GDPR Article 6(1)(e))"),
    (
        "safeguarding",
        "Safeguarding of those at risk (Articles 6(1)(e), 9(2)(g); DPA 2018 Sch. 1 para. 18)",
    ),
    ("health-care", "Health or social care (UK GDPR Articles 6(1)(e) and 9(2)(h))"),
)
GATEWAYS = (
    ("", "None: the basis above is enough"),
    ("cda-115", "Crime and Disorder Act 1998, section 115"),
    ("ca-10-11", "Children Act 2004, sections 10 and 11"),
    ("care-45", "Care Act 2014, section 45"),
    ("cja-325", "Criminal Justice Act 2003, section 325 (MAPPA)"),
)


class Share(models.Model):
    """A case opened to an agency, a team or a named person: one of the three. The grants that it
    writes bear its reference."""

    LEVELS: ClassVar = [
        (1, "Read"),
        (2, "Read and comment"),
        (3, "Read, comment, edit and export"),
    ]
    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "case": CORE,
        "reference": CORE,
        "to_agency": STAFF,
        "to_team": STAFF,
        "to_user": STAFF,
        "level": STAFF,
        "sections": STAFF,
        "purpose": STAFF,
        "lawful_basis": STAFF,
        "gateway": STAFF,
        "proportionality": NARRATIVE,
        "marker": STAFF,
        "by": CORE,
        "at": CORE,
        "until_at": STAFF,
        "revoked_at": CORE,
        "revoked_by": CORE,
        "revoke_reason": NARRATIVE,
    }
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="shares")
    reference = models.CharField(max_length=20, unique=True)
    to_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    to_team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")
    to_user = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    level = models.PositiveSmallIntegerField(choices=LEVELS)
    sections = models.JSONField(default=list)
    purpose = models.CharField(max_length=200)
    lawful_basis = models.CharField(max_length=200, choices=BASES)
    gateway = models.CharField(max_length=200, choices=GATEWAYS, blank=True)
    proportionality = models.TextField()
    # The marker that it serves, with which it ends.
    marker = models.ForeignKey(Marker, on_delete=models.PROTECT, null=True, related_name="shares")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    revoke_reason = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["until_at", "case"], name="shares_by_end"),
            models.Index(fields=["-at"], name="shares_by_start"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(to_agency__isnull=False, to_team=None, to_user=None)
                | Q(to_agency=None, to_team__isnull=False, to_user=None)
                | Q(to_agency=None, to_team=None, to_user__isnull=False),
                name="shared_with_one",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case} with {self.to}"

    @property
    def to(self) -> str:
        """With whom, in words."""
        if self.to_user is not None:
            return f"{self.to_user.name}, {self.to_user.agency or 'no agency'}"
        if self.to_team is not None:
            return f"{self.to_team.agency.name}: {self.to_team.name}"
        return f"Everybody at {self.to_agency}"


class BrokenGlass(models.Model):
    """A record that somebody opened for themselves in an emergency, and what a second person made
    of it afterwards. The grants that it writes bear its reference."""

    CATEGORIES: ClassVar = [
        ("life", "Somebody’s life is in danger now"),
        ("child", "A child is at risk now"),
        ("officer", "A colleague is in danger now"),
        ("missing", "Somebody vulnerable is missing"),
        ("other", "Another emergency"),
    ]
    OUTCOMES: ClassVar = [
        ("justified", "It was justified"),
        ("talk", "Not quite: I have talked to them about it"),
        ("standards", "It was not justified: referred to professional standards"),
    ]
    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "root": CORE,
        "reference": CORE,
        "by": CORE,
        "category": STAFF,
        "reason": NARRATIVE,
        "at": CORE,
        "until_at": STAFF,
        "review_by": CORE,
        "reviewed_by": CORE,
        "reviewed_at": CORE,
        "outcome": CORE,
        "words": NARRATIVE,
        "escalated_at": CORE,
    }
    root = models.ForeignKey(Root, on_delete=models.PROTECT, related_name="broken_glass")
    reference = models.CharField(max_length=20, unique=True)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=10, choices=CATEGORIES)
    reason = models.TextField()
    at = models.DateTimeField()
    until_at = models.DateTimeField()
    review_by = models.DateTimeField()
    reviewed_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=OUTCOMES, blank=True)
    words = models.TextField(blank=True)
    escalated_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "broken glass"
        indexes: ClassVar = [
            models.Index(
                fields=["review_by"], condition=Q(reviewed_at=None), name="glass_to_review"
            ),
            models.Index(fields=["by", "-at"], name="glass_by_whom"),
        ]

    def __str__(self) -> str:
        return self.reference


class Conflict(models.Model):
    """Why somebody must not come near a record: it is about them, or theirs, or about what they
    are said to have done. The locks that it writes bear its reference."""

    SUGGESTED, LIVE, LIFTED, DISMISSED = "suggested", "live", "lifted", "dismissed"
    STATES: ClassVar = [
        (SUGGESTED, "Suggested: nobody is locked out"),
        (LIVE, "Locked out"),
        (LIFTED, "Lifted"),
        (DISMISSED, "Looked at: no conflict"),
    ]
    RELATIONS: ClassVar = [
        ("self", "It is about themselves"),
        ("relative", "It is about a relative or a member of their household"),
        ("partner", "It is about a partner or former partner"),
        ("suspect", "They are suspected in it"),
        ("other", "Another conflict of interest"),
    ]
    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "root": STAFF,
        "reference": STAFF,
        "user": STAFF,
        "relation": STAFF,
        "reason": STAFF,
        "state": STAFF,
        "made_by": STAFF,
        "made_at": STAFF,
        "ended_by": STAFF,
        "ended_at": STAFF,
        "end_reason": STAFF,
        "told_of": STAFF,
    }
    root = models.ForeignKey(Root, on_delete=models.PROTECT, related_name="conflicts")
    reference = models.CharField(max_length=20, unique=True)
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    relation = models.CharField(max_length=10, choices=RELATIONS)
    reason = models.TextField()
    state = models.CharField(max_length=10, choices=STATES)
    made_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)
    # The entry of the log up to which professional standards were told of their tries.
    told_of = models.BigIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "-made_at"], name="conflicts_by_state"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["root", "user"],
                condition=Q(state__in=["suggested", "live"]),
                name="one_conflict_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return self.reference
