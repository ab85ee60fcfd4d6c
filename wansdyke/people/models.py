"""People's records as each source gave them, the places they name, and published reference data."""

import re
from typing import ClassVar

from django.db import models
from django.db.models import Q

from wansdyke.access.models import Load, Root, Team, User
from wansdyke.access.references import PATTERN
from wansdyke.access.sections import Section
from wansdyke.people.contact_rules import CHANNELS, Answer

ITS_CASE = re.compile(rf":? ?{PATTERN}$")


class Area(models.Model):
    """A published outline: an LSOA or another area that counts are given for.

    `policing`: it is of the kind that the force chose as its community policing areas.
    """

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    outline = models.JSONField()
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    policing = models.BooleanField(default=False)
    load = models.ForeignKey(Load, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["kind", "name"])]

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """An address or a spot: reference data, so it names nobody and belongs to no root."""

    reference = models.CharField(max_length=20, unique=True)
    address = models.CharField(max_length=250, blank=True)
    address_key = models.CharField(max_length=250, db_index=True, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    postcode_key = models.CharField(max_length=8, db_index=True, blank=True)
    uprn = models.CharField(max_length=12, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    area = models.ForeignKey(Area, on_delete=models.SET_NULL, null=True, related_name="places")
    policing_area = models.ForeignKey(
        Area, on_delete=models.SET_NULL, null=True, related_name="policed_places"
    )
    # By which drawing of the outlines its areas were found (`whereabouts`).
    placed_by = models.CharField(max_length=16, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["placed_by", "id"],
                condition=Q(latitude__isnull=False),
                name="place_placed_by",
            )
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.address, self.postcode) if part) or self.reference


class Population(models.Model):
    """How many people live in an area, by whom it was counted or estimated, and of which year."""

    code = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    people = models.PositiveIntegerField()
    source = models.CharField(max_length=120)
    load = models.ForeignKey(Load, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "year"], name="one_population_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.code}, {self.year}"


class TeamArea(models.Model):
    """That a team polices an area between two dates (until is exclusive)."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="areas")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="teams")
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["team", "area"],
                condition=Q(until_date__isnull=True),
                name="team_area_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.team}: {self.area}"


class Person(models.Model):
    """A cluster of records that are one human being. It holds no facts of its own."""

    reference = models.CharField(max_length=20, unique=True)

    def __str__(self) -> str:
        return self.reference


class PersonRecord(models.Model):
    """What one source said of one person. Never merged, never changed by linking."""

    SEXES: ClassVar = [
        ("", "Not recorded"),
        ("female", "Female"),
        ("male", "Male"),
        ("other", "Other"),
        ("unknown", "Not known"),
    ]
    SECTIONS: ClassVar[dict[str, Section]] = {
        "root": Section.CORE,
        "person": Section.CORE,
        "source": Section.CORE,
        "forename": Section.IDENTITY,
        "middle_names": Section.IDENTITY,
        "surname": Section.IDENTITY,
        "forename_key": Section.IDENTITY,
        "surname_key": Section.IDENTITY,
        "date_of_birth": Section.IDENTITY,
        "sex": Section.IDENTITY,
        "phone": Section.SAFE_CONTACT,
        "phone_key": Section.SAFE_CONTACT,
        "safe_contact": Section.SAFE_CONTACT,
    }
    root = models.OneToOneField(
        Root, on_delete=models.PROTECT, primary_key=True, related_name="person_record"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="records")
    source = models.CharField(max_length=60)
    forename = models.CharField(max_length=80, blank=True)
    middle_names = models.CharField(max_length=120, blank=True)
    surname = models.CharField(max_length=80, blank=True)
    forename_key = models.CharField(max_length=80, blank=True)
    surname_key = models.CharField(max_length=80, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=10, choices=SEXES, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    phone_key = models.CharField(max_length=20, blank=True)
    safe_contact = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["surname_key", "forename_key", "date_of_birth"]),
            models.Index(fields=["forename_key"]),
            models.Index(fields=["date_of_birth"]),
            models.Index(fields=["phone_key"]),
        ]

    def __str__(self) -> str:
        return " ".join(p for p in (self.forename, self.surname) if p) or "Name not known"

    @property
    def origin(self) -> str:
        """The source as it is shown: without its case's reference, for the case may be shut to
        whoever may see the record."""
        return ITS_CASE.sub("", self.source)


class Residence(models.Model):
    """Where a person's record says they live or lived; it belongs to that record's root."""

    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": Section.CORE,
        "root": Section.CORE,
        "place": Section.ADDRESS,
        "from_date": Section.ADDRESS,
        "until_date": Section.ADDRESS,
    }
    root = models.ForeignKey(Root, on_delete=models.PROTECT, related_name="residences")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="residences")
    from_date = models.DateField(null=True, blank=True)
    until_date = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.root} at {self.place}"


class ContactRule(models.Model):
    """What a person's record says of one way to reach them: safe, unsafe or read first, and when.

    `days` are weekdays, 0 for Monday, none for all; the times are London's.
    """

    SAFE: ClassVar = [
        (Answer.SAFE.value, "Safe"),
        (Answer.READ.value, "Read first, then decide"),
        (Answer.UNSAFE.value, "Not safe"),
    ]
    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": Section.CORE,
        "root": Section.CORE,
        "reference": Section.CORE,
        "channel": Section.SAFE_CONTACT,
        "answer": Section.SAFE_CONTACT,
        "days": Section.SAFE_CONTACT,
        "from_time": Section.SAFE_CONTACT,
        "until_time": Section.SAFE_CONTACT,
        "words": Section.SAFE_CONTACT,
        "until_date": Section.SAFE_CONTACT,
        "by": Section.CORE,
        "at": Section.CORE,
        "ended_at": Section.CORE,
    }
    root = models.ForeignKey(Root, on_delete=models.PROTECT, related_name="contact_rules")
    reference = models.CharField(max_length=20, unique=True)
    channel = models.CharField(max_length=10, choices=[(c.value, words) for c, words in CHANNELS])
    answer = models.CharField(max_length=10, choices=SAFE)
    days = models.JSONField(default=list)
    from_time = models.TimeField(null=True)
    until_time = models.TimeField(null=True)
    words = models.CharField(max_length=300, blank=True)
    until_date = models.DateField(null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_answer_display()}"


class CallerPassword(models.Model):
    """A word by which a person shows on the telephone who they are; kept as a hash."""

    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": Section.CORE,
        "root": Section.CORE,
        "hashed": Section.SAFE_CONTACT,
        "by": Section.CORE,
        "at": Section.CORE,
        "ended_at": Section.CORE,
    }
    root = models.ForeignKey(Root, on_delete=models.PROTECT, related_name="caller_passwords")
    hashed = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["root"], condition=models.Q(ended_at=None), name="one_caller_password"
            )
        ]

    def __str__(self) -> str:
        return f"Caller password of {self.root}"


class PublishedCrime(models.Model):
    """A crime or anti-social behaviour as published: a month, not a day; reference, not a case.

    Known by its Crime ID; where it has none, by a fingerprint of the whole row and which of that
    row's copies it is. Rows are only ever added, so that a load not yet complete changes nothing:
    the outcome now is the last of its PublishedOutcome rows, or the first one where it has none.
    """

    crime_id = models.CharField(max_length=80, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    copy = models.PositiveIntegerField(default=1)
    month = models.DateField()
    category = models.CharField(max_length=60)
    area_code = models.CharField(max_length=20, blank=True)
    area_name = models.CharField(max_length=120, blank=True)
    location = models.CharField(max_length=200, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    reported_by = models.CharField(max_length=80, blank=True)
    falls_within = models.CharField(max_length=80, blank=True)
    first_outcome = models.CharField(max_length=120, blank=True)
    context = models.CharField(max_length=300, blank=True)
    load = models.ForeignKey(Load, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["crime_id"], condition=~Q(crime_id=""), name="one_crime_a_crime_id"
            ),
            models.UniqueConstraint(
                fields=["fingerprint", "copy"], condition=Q(crime_id=""), name="one_crime_a_copy"
            ),
            models.CheckConstraint(
                condition=Q(~Q(fingerprint=""), crime_id="") | Q(~Q(crime_id=""), fingerprint=""),
                name="known_by_one_identity",
            ),
        ]
        # Both hold all that a count needs, so that counting reads no row.
        indexes: ClassVar = [
            models.Index(
                fields=["area_code", "month", "category", "load"], name="published_by_area"
            ),
            models.Index(
                fields=["month", "category", "area_code", "load"], name="published_by_month"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category}, {self.month:%B %Y}"


class PublishedOutcome(models.Model):
    """A published crime's outcome after its first, in the order the files brought them."""

    crime = models.ForeignKey(PublishedCrime, on_delete=models.CASCADE, related_name="outcomes")
    outcome = models.CharField(max_length=120)
    load = models.ForeignKey(Load, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["crime", "outcome"], name="outcome_once_a_crime")
        ]

    def __str__(self) -> str:
        return self.outcome
