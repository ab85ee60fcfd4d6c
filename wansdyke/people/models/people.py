"""People's records as each source gave them, and how they may be reached."""

import re
from typing import ClassVar

from django.db import models

from wansdyke.access.models import Root, User
from wansdyke.access.references import PATTERN
from wansdyke.access.sections import Section
from wansdyke.people.contact_rules import CHANNELS, Answer
from wansdyke.people.models.places import Place

ITS_CASE = re.compile(rf":? ?{PATTERN}$")


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
        "email": Section.SAFE_CONTACT,
        "pnc": Section.IDENTITY,
        "cro": Section.IDENTITY,
        "formerly_key": Section.IDENTITY,
        "pnc_key": Section.IDENTITY,
        "cro_key": Section.IDENTITY,
        "first_person": Section.CORE,
        "paired": Section.CORE,
        "warned": Section.IDENTITY,
        "regrouped": Section.CORE,
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
    email = models.CharField(max_length=120, blank=True)
    pnc = models.CharField(max_length=20, blank=True)
    cro = models.CharField(max_length=20, blank=True)
    formerly_key = models.CharField(max_length=80, blank=True)
    pnc_key = models.CharField(max_length=13, blank=True)
    cro_key = models.CharField(max_length=13, blank=True)
    # The cluster it was made as, where judgements have moved it to another since.
    first_person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="first_records"
    )
    # Whether others that may be of the same person were looked for since it last changed.
    paired = models.BooleanField(default=False)
    # Whether a marker was ever published about it, or it or a case of it was marked higher, or
    # somebody was locked out of it: such few are looked through without the many.
    warned = models.BooleanField(default=False)
    # Whether it was judged to be of another person since the desks last heard of it.
    regrouped = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["root"], condition=models.Q(paired=False), name="record_unpaired"),
            models.Index(
                fields=["root"], condition=models.Q(regrouped=True), name="record_regrouped"
            ),
            models.Index(
                fields=["surname_key", "forename_key", "phone_key", "date_of_birth"],
                condition=models.Q(warned=True),
                name="record_warned",
            ),
            models.Index(
                fields=["forename_key"],
                condition=models.Q(warned=True),
                name="record_warned_by_forename",
            ),
            models.Index(fields=["surname_key", "forename_key", "date_of_birth"]),
            models.Index(fields=["surname_key", "date_of_birth"], name="record_by_surname_born"),
            models.Index(fields=["forename_key", "date_of_birth"], name="record_by_forename_born"),
            models.Index(fields=["date_of_birth"]),
            models.Index(fields=["phone_key"]),
            *(
                models.Index(
                    fields=[key], condition=models.Q(**{f"{key}__gt": ""}), name=f"record_by_{key}"
                )
                for key in ("formerly_key", "pnc_key", "cro_key")
            ),
        ]

    def __str__(self) -> str:
        return " ".join(p for p in (self.forename, self.surname) if p) or "Name not known"

    @property
    def known_as(self) -> str:
        """The reference of the cluster it was made as: it leads whoever sees the record to their
        person, and tells nothing of what it was linked with since."""
        return str((self.first_person or self.person).reference)

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
