"""What somebody answered about equality, in words for themself alone (`casework.leaving_found`)."""

from wansdyke.people.equality_words import BY_KEY, UNSAID, Basis
from wansdyke.people.models import EqualityAnswer, PersonRecord
from wansdyke.ui.words import date_words, in_london


def told_to_themself(record: PersonRecord) -> str:
    """Every answer of a record as a line; "" where nothing was recorded."""
    rows = EqualityAnswer.objects.filter(root_id=record.pk).order_by("characteristic")
    return "\n".join(_line(row) for row in rows)


def themselves_said(record: PersonRecord) -> bool:
    """Whether all that was recorded is what they said of themselves, and so know is held."""
    rows = EqualityAnswer.objects.filter(root_id=record.pk)
    return not rows.exclude(basis=Basis.SELF.value).exists()


def _line(row: EqualityAnswer) -> str:
    characteristic = BY_KEY[row.characteristic]
    words = dict(UNSAID) | {value.key: value.label for value in characteristic.values}
    said = words.get(row.answer, row.answer)
    day = date_words(in_london(row.at).date())
    return f"{characteristic.label}: {said}. {row.get_basis_display()}, {day}"
