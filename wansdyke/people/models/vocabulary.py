"""The words that names and addresses are made of, each once, with the ways to find it misspelt."""

from typing import ClassVar

from django.db import models


class Word(models.Model):
    """A distinct name, street or named house, in the form it is compared in: reference data.

    A word says nothing of anybody: whose name it is stands in their record, under its scope.
    `records` is how many records or places had it when they were last counted.
    """

    FORENAME, SURNAME, ADDRESS = "f", "s", "a"
    KINDS: ClassVar = [
        (FORENAME, "A forename"),
        (SURNAME, "A surname"),
        (ADDRESS, "A street or a named house"),
    ]
    kind = models.CharField(max_length=1, choices=KINDS)
    text = models.CharField(max_length=80)
    records = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "text"], name="a_word_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["kind", "id"], name="word_by_kind"),
            models.Index(fields=["kind", "text", "records"], name="word_by_text"),
        ]

    def __str__(self) -> str:
        return self.text


class Spelling(models.Model):
    """One key by which a word is found: itself, itself without one letter, one of its
    halves, or how it sounds."""

    word = models.ForeignKey(Word, on_delete=models.CASCADE, related_name="spellings")
    kind = models.CharField(max_length=1, choices=Word.KINDS)
    key = models.CharField(max_length=82)

    class Meta:
        # It holds all that finding reads, so that no row is fetched.
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key", "word"], name="a_spelling_once")
        ]

    def __str__(self) -> str:
        return self.key
