"""Hostile words in every text column of the sweeps' world, whoever may type them: by rows, for what
no form takes today another way in may bring tomorrow."""

from collections.abc import Iterator
from itertools import count
from typing import Any

from django.apps import apps
from django.db import models

from tests.proof.payloads import MARK, PAYLOADS
from wansdyke.history.models import Change

# Enough for a text area that nobody limits, and no more than a page can be opened with.
LONGEST, ALL, FEW = 1200, 12_000, 10
# Columns of text that nobody types: keys, states, digests, and what is made of what was typed.
TYPED_BY_NOBODY = """
access.Agency: key
access.Team: key
access.User: password username
access.Membership: post
access.Load: kind sha256 counts
access.Root: reference
access.Grant: sections source
access.Lock: source
access.ForceSetting: key value
access.Notice: link
access.Guess: account address
access.ApiToken: sha256
access.Installation: notes
people.Area: code outline kind
people.Place: reference address_key house_key street_key postcode_key placed_by
people.Population: code
people.Person: reference
people.PersonRecord: forename_key surname_key phone_key formerly_key pnc_key cro_key
people.ContactRule: reference days
people.CallerPassword: hashed
people.Judgement: reference
people.ModelInUse: name learnt
people.PublishedCrime: crime_id fingerprint area_code
people.Word: text
people.Spelling: key
casework.Case: desk state
casework.Party: role
casework.CasePlace: role
casework.Deadline: clock inputs
casework.Marker: reference
casework.Assessment: instrument fingerprint own_grade result missing
casework.Proposal: step payload
casework.Share: reference sections
casework.BrokenGlass: reference
casework.Conflict: reference
casework.Action: reference
casework.Referral: reference sections kept_at
casework.Document: reference section stored_as media_type sha256
casework.Draft: desk
casework.Export: reference desk held opened stored_as query
casework.ContactAttempt: reference
linkage.Suggestion: reference model
contact.FeedConflict: part field section
contact.Contact: placed_by risk_types strands category
contact.RiskType: code
assurance.SamplePlan: reference desk method seed instrument
assurance.SampleStratum: risk
assurance.Sample: reference
assurance.Score: instrument fingerprint result
"""


def _ours() -> frozenset[str]:
    found, model = set(), ""
    for word in TYPED_BY_NOBODY.split():
        if word.endswith(":"):
            model = word[:-1]
        else:
            found.add(f"{model}.{word}")
    return frozenset(found)


OURS = _ours()
# The log and its like take no change: its events name steps and not what was typed.
APART = frozenset({"history"})
NUL = "\0"


def columns() -> Iterator[tuple[type[models.Model], Any]]:
    """Every text column that somebody types."""
    for model in apps.get_models():
        ours = model.__module__.startswith(("wansdyke.", "tests."))
        if not ours or model._meta.app_label in APART:
            continue
        for field in model._meta.concrete_fields:
            text = isinstance(field, models.CharField | models.TextField | models.JSONField)
            if text and not field.choices and f"{model._meta.label}.{field.name}" not in OURS:
                yield model, field


class Seeds:
    """Payloads one after another, each column in its own turn, from where the last pass ended."""

    def __init__(self) -> None:
        self.next: dict[str, int] = {}
        self.rows: dict[str, int] = {}

    def take(self, column: str, most: int) -> str:
        """As many of the payloads as fit, the next ones first."""
        words: list[str] = []
        for number in count(self.next.get(column, 0)):
            one = PAYLOADS[number % len(PAYLOADS)]
            if (words and len("\n".join([*words, one])) > most) or len(words) == len(PAYLOADS):
                self.next[column] = number
                return "\n".join(words)
            # What is cut short is still what somebody may have typed.
            words.append(one[:most])
        raise AssertionError("unreachable")

    def sow(self) -> None:
        """Fills every column of every row."""
        for model, field in columns():
            column = f"{model._meta.label}.{field.name}"
            rows = list(model._default_manager.order_by("pk"))
            # Where there are few rows, each holds them all.
            most = field.max_length or (ALL if len(rows) < FEW else LONGEST)
            for row in rows:
                if isinstance(field, models.JSONField):
                    value: Any = self.worded(column, getattr(row, field.name))
                else:
                    value = self.take(column, most)
                model._default_manager.filter(pk=row.pk).update(**{field.name: value})
            self.rows[column] = self.rows.get(column, 0) + len(rows)
        self._changes()

    def worded(self, column: str, value: Any) -> Any:
        """What a column of JSON holds, with payloads for the words in it."""
        if isinstance(value, dict):
            return {key: self.worded(column, one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.worded(column, one) for one in value]
        free = isinstance(value, str) and (" " in value or MARK in value)
        return self.take(column, 200) if free else value

    def _changes(self) -> None:
        """Old and new values are never changed; new ones come beside them."""
        made = []
        for change in Change.objects.order_by("pk").select_related("event"):
            if isinstance(change.new, str) and " " in change.new and MARK not in change.new:
                old, new = (self.take("history.Change", 300) for _ in range(2))
                change.pk, change.old, change.new = None, old, new
                made.append(change)
        Change.objects.bulk_create(made[:400])

    def left_out(self) -> list[str]:
        """The columns in which not every payload was, and how many were."""
        return [
            f"{column}: {self.next.get(column, 0)}"
            for column in sorted(self.rows)
            if self.next.get(column, 0) < len(PAYLOADS)
        ]
