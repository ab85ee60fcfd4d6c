"""A row of every model that belongs to a record, with a word of its own in every text field.

Made from the models themselves: a new desk, or a new model, is filled with no line here.
"""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from hashlib import sha256
from string import ascii_lowercase
from typing import Any

from django.db import models
from django.utils import timezone

from wansdyke.access.models import Agency, Load, Root, Team, User
from wansdyke.casework.belonging import Belonging, removable
from wansdyke.casework.models import Case, Marker, Share
from wansdyke.linkage.models import Suggestion
from wansdyke.people.models import Judgement, Person, PersonRecord, Place

SHORTEST = 11
# Codes by which rows are read, and the keys that the vocabulary was learnt from.
KEPT = ("desk", "state", "clock", "stored_as", "section", "reckoned_by")
Model = type[models.Model]


def word_of(*names: str) -> str:
    """The word of a field: letters that occur nowhere else."""
    drawn = sha256(".".join(names).encode()).digest()[:8]
    return f"zq{''.join(ascii_lowercase[byte % 26] for byte in drawn)}x"


@dataclass
class Filling:
    """The rows that new ones may point at, and the words that were put somewhere."""

    case: Case
    record: PersonRecord
    other: PersonRecord
    user: User
    place: Place
    words: set[str] = field(default_factory=set)
    made: dict[Model, Any] = field(default_factory=dict)

    def fill(self) -> None:
        """Fills what is there and adds what is not, of the case and of the record."""
        self.made = {Case: self.case, PersonRecord: self.record}
        for one in reversed(removable()):
            of_case = not one.rows(self.case.pk).exists() and self._of_case(one)
            if of_case:
                self.made[one.model] = self._add(one.model, self.case.root)
            of_record = one.paths == ("root",) and one.model not in (Case, PersonRecord)
            if of_record and not one.rows(self.record.pk).exists():
                self._add(one.model, self.record.root)
            for row in (*one.rows(self.case.pk), *one.rows(self.record.pk)):
                self.made.setdefault(one.model, row)
                self._words_into(row)

    def _of_case(self, one: Belonging) -> bool:
        """Whether it can hang from this case: not another desk's row, nor of one record alone."""
        of_a_desk = one.model._meta.pk.related_model is Case
        return one.model not in (Case, PersonRecord) and not (
            of_a_desk or self._missing_parent(one.model)
        )

    def _missing_parent(self, model: Model) -> bool:
        parents = {to.model for to in removable()}
        return any(
            f.related_model in parents - {Case, PersonRecord} and f.related_model not in self.made
            for f in model._meta.concrete_fields
            if f.is_relation and not f.null
        )

    def _add(self, model: Model, root: Root | None) -> Any:
        values = {
            f.name: self._value(f, root)
            for f in model._meta.concrete_fields
            if not isinstance(f, models.AutoField)
        }
        if model in (Judgement, Suggestion):
            left, right = sorted((self.record, self.other), key=lambda one: one.pk)
            values |= {"left": left, "right": right}
        if model is Share:
            values["to_agency"] = self.user.agency
        if model is Marker:
            values["person"] = self.record.person
        row = model(**values)
        model._default_manager.bulk_create([row])
        return row

    def _value(self, f: Any, root: Root | None) -> Any:
        if f.is_relation:
            return self._row(f, root)
        if f.choices:
            return f.choices[0][0]
        moments = {models.DateTimeField: timezone.now(), models.DateField: date(2018, 1, 1)}
        for kind, value in {**moments, models.TimeField: time(9)}.items():
            if isinstance(f, kind):
                return None if f.null else value
        if isinstance(f, models.BooleanField):
            return False
        if isinstance(f, models.FloatField):
            return 0.5
        if isinstance(f, models.IntegerField):
            return 1
        if isinstance(f, models.JSONField):
            return []
        return word_of(str(f), str(root))[: f.max_length]

    def _row(self, f: Any, root: Root | None) -> Any:
        to = f.related_model
        if f.null and to not in (Place, Case):
            return None
        there = {
            Root: root, User: self.user, Agency: self.user.agency, Place: self.place,
            Team: self.case.root.team, Person: self.record.person,
        }  # fmt: skip
        if to in there:
            return there[to]
        if to in self.made:
            return self.made[to]
        assert to is not Load
        self.made[to] = self._add(to, root)
        return self.made[to]

    def _words_into(self, row: Any) -> None:
        changed: dict[str, Any] = {}
        for f in row._meta.concrete_fields:
            text = isinstance(f, models.CharField | models.TextField) and not f.choices
            roomy = f.max_length is None or f.max_length >= SHORTEST
            kept = f.name in KEPT or f.name.endswith("_key")
            word = word_of(row._meta.label, f.name, str(row.pk))
            if text and roomy and not kept and not f.primary_key:
                changed[f.name] = f"{word} {word}"[: f.max_length] if f.max_length != 20 else word
            elif isinstance(f, models.JSONField):
                changed[f.name] = [word]
            else:
                continue
            self.words.add(word)
        type(row)._default_manager.filter(pk=row.pk).update(**changed)


OLD = timedelta(days=366 * 12)


def ended_long_ago(case: Case) -> None:
    """Closes a case behind its flow's back, long enough ago for any group."""
    then = timezone.now() - OLD
    Case.objects.filter(pk=case.pk).update(is_open=False, closed_at=then, opened_at=then)
    case.refresh_from_db()
