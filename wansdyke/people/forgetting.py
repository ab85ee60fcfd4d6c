"""Words and places that nobody's record has any more, forgotten when a record is disposed of."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import models

from wansdyke.people.models import PersonRecord, Place, Word
from wansdyke.people.vocabulary import named_house

# Of each kind of word the columns that hold it.
COLUMNS: dict[str, tuple[tuple[type[models.Model], str], ...]] = {
    Word.FORENAME: ((PersonRecord, "forename_key"),),
    Word.SURNAME: ((PersonRecord, "surname_key"), (PersonRecord, "formerly_key")),
    Word.ADDRESS: ((Place, "street_key"), (Place, "house_key")),
}
Words = set[tuple[str, str]]


def words_held(rows: Sequence[Any]) -> Words:
    """The words, by kind, that some rows have, of records and places; none of other rows."""
    return {
        (kind, getattr(row, column))
        for row in rows
        for kind, columns in COLUMNS.items()
        for model, column in columns
        if isinstance(row, model) and getattr(row, column)
    }


def forget_words(words: Words, places: Collection[int] = ()) -> int:
    """Removes those places (primary keys) that nothing names and that came from no register of
    addresses, and of the words given, and of those places', the ones that nothing has any more.
    Call in the change that took the rows away; returns how many words went."""
    idle = [place for place in Place.objects.filter(pk__in=places, uprn="") if not _named(place)]
    words = words | words_held(idle)
    Place.objects.filter(pk__in=[place.pk for place in idle]).delete()
    gone = 0
    for kind, text in sorted(words):
        if not _had(kind, text):
            gone += Word.objects.filter(kind=kind, text=text).delete()[0]
    return gone


def _named(place: Place) -> bool:
    # Those without a name of their own too.
    to_it = (one for one in Place._meta.get_fields(include_hidden=True) if one.auto_created)
    return any(
        one.field.model._default_manager.filter(**{one.field.name: place}).exists()
        for one in to_it
        if isinstance(one, models.ManyToOneRel)
    )


def _had(kind: str, text: str) -> bool:
    if kind == Word.ADDRESS and not named_house(text):
        return Place.objects.filter(street_key=text).exists()
    return any(
        model._default_manager.filter(**{column: text}).exists() for model, column in COLUMNS[kind]
    )
