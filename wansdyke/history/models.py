"""Rows that are only ever added: events, changes, operations and the audit chain."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from wansdyke.access.models import Root


class Event(models.Model):
    """Something that happened, without content; what it changed hangs from it as Change rows."""

    root = models.ForeignKey(Root, on_delete=models.PROTECT, null=True, related_name="events")
    subject = models.CharField(max_length=80, blank=True)
    name = models.CharField(max_length=60)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    state_before = models.CharField(max_length=40, blank=True)
    state_after = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["root", "occurred_at"]),
            models.Index(fields=["recorded_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.name} on {self.root or self.subject}"


class Change(models.Model):
    """One field's old and new value. Disposal may delete it; nothing may alter it."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="changes")
    record = models.CharField(max_length=80)
    field = models.CharField(max_length=60)
    section = models.CharField(max_length=30)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"{self.record}.{self.field}"


class Operation(models.Model):
    """A client's key for something it asked to be done once, and what came of it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    outcome = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key"], name="one_effect_a_key")
        ]

    def __str__(self) -> str:
        return self.key


class AuditEntry(models.Model):
    """A link of the chain: hash = SHA-256(previous hash ‖ body). `body` is the record; the other
    columns only find it."""

    seq = models.BigIntegerField(primary_key=True)
    body = models.TextField()
    hash = models.BinaryField(max_length=32)
    at = models.DateTimeField(db_index=True)
    actor_id = models.BigIntegerField(null=True)
    operation = models.CharField(max_length=20)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes: ClassVar = [
            models.Index(fields=["actor_id", "seq"]),
            models.Index(fields=["operation", "seq"]),
        ]

    def __str__(self) -> str:
        return f"{self.seq}"


class AuditSubject(models.Model):
    """Which records an entry is about, so that «who has looked at this?» is one look-up."""

    entry = models.ForeignKey(AuditEntry, on_delete=models.PROTECT, related_name="subjects")
    reference = models.CharField(max_length=60)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["reference", "entry"])]

    def __str__(self) -> str:
        return self.reference


class AuditHead(models.Model):
    """The last link. One row, locked last, so that writers queue for an instant only."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.seq}"


class LogCheck(models.Model):
    """What was last seen of the log: of its end, or of all of it. `entries` and `hash` are of the
    last time that it fitted; `waits` is the first entry that was not signed then; `why` is what was
    told, empty where there was nothing to tell."""

    TAIL, WHOLE = "tail", "whole"
    KINDS = ((TAIL, "The end"), (WHOLE, "All of it"))
    kind = models.CharField(max_length=5, choices=KINDS, unique=True)
    asked_at = models.DateTimeField(null=True)
    at = models.DateTimeField(null=True)
    entries = models.BigIntegerField(default=0)
    hash = models.BinaryField(max_length=32, default=bytes)
    vouched = models.BigIntegerField(null=True)
    waits = models.BigIntegerField(default=0)
    first_bad = models.BigIntegerField(null=True)
    why = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.kind
