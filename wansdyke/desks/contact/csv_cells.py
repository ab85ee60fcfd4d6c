"""One cell of a force's file as a value: what spreadsheets and control-room systems write.

Every reader takes the cell's text, spaces trimmed and never empty, and raises Expected with what
it had hoped for.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from wansdyke.desks.contact.rules import GRADES, Grade
from wansdyke.kernel.calendar import LONDON, parse_london
from wansdyke.people.keys import address_key, postcode

Reader = Callable[[str], Any]
# Day 0 of a spreadsheet's date numbers, where 1900 is taken for a leap year.
SPREADSHEET_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - London civil time, as the sheet shows
OLDEST_BIRTH = date(1870, 1, 1)
A_MOMENT = "a date and time such as 2018-12-31 14:05 or 31/12/2018 14:05"
A_DATE = "a date such as 1980-02-28 or 28/02/1980"
# Five digits (from 1927 on): with four, a year alone would read as a day of 1905.
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
_OFFSET = re.compile(r"(?:[Zz]|[+-]\d\d(?::?\d\d)?)$")
_BRITISH_DAY = r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})"
_BRITISH = re.compile(
    _BRITISH_DAY + r",?\s+(?P<hour>\d{1,2})[:.](?P<minute>\d\d)"
    r"(?:[:.](?P<second>\d\d)(?:[.,]\d+)?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
)
_BRITISH_DATE = re.compile(_BRITISH_DAY + r"(?:\s+0{1,2}:00(?::00)?)?")
_ISO_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T]00:00(?::00(?:\.0+)?)?)?")
# What other systems call each grade, as words in small letters.
GRADE_WORDS: dict[Grade, tuple[str, ...]] = {
    Grade.IMMEDIATE: ("immediate", "emergency", "grade 1", "1", "g1", "i"),
    Grade.PRIORITY: ("priority", "prompt", "grade 2", "2", "g2", "p"),
    Grade.SCHEDULED: ("scheduled", "routine", "appointment", "diary", "grade 3", "3", "g3", "s"),
    Grade.WITHOUT_DEPLOYMENT: (
        "resolved without deployment",
        "without deployment",
        "no deployment",
        "telephone resolution",
        "grade 4",
        "4",
        "g4",
    ),
}
_GRADES = {word: grade for grade, words in GRADE_WORDS.items() for word in words}

# No force took a call before, and a date of year 1 is a fault of some other system.
FIRST_YEAR = 1900


class Expected(ValueError):
    """A cell that cannot be read; the message says what was expected instead."""


def text_up_to(most: int) -> Reader:
    """A reader of free text of at most so many characters."""

    def read(text: str) -> str:
        if len(text) > most:
            raise Expected(f"{most:,} characters or fewer, not {len(text):,}")
        if "\x00" in text:
            raise Expected("text without null characters")
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise Expected("text in Unicode, without halves of characters")
        return text

    return read


def moment(text: str) -> datetime:
    """A date and time of day, in UTC; without an offset it is London's.

    ISO 8601, the British order, or a spreadsheet's day number. A date alone is refused, and so is
    a whole day number: a time of day is never invented.
    """
    try:
        if _SERIAL.fullmatch(text):
            text = _of_serial(text).isoformat(" ")
        elif (found := _BRITISH.fullmatch(text)) is not None:
            text = _of_british(found).isoformat(" ")
        read = parse_london(text).astimezone(UTC)
        if read.year < FIRST_YEAR:
            raise ValueError(text)
        return read
    except (ValueError, OverflowError):
        raise Expected(A_MOMENT) from None


def comes_twice(value: datetime, text: str) -> bool:
    """Whether a moment read from this text is of the hour that London's clocks show twice in
    autumn, read as the first of the two for want of an offset."""
    if _OFFSET.search(text):
        return False
    shown = value.astimezone(LONDON)
    return shown.fold == 0 and shown.utcoffset() != shown.replace(fold=1).utcoffset()


def _of_serial(text: str) -> datetime:
    days = float(text.replace(",", "."))
    if days == int(days):
        raise ValueError(text)
    return SPREADSHEET_EPOCH + timedelta(seconds=round(days * 86_400))


def _of_british(found: re.Match[str]) -> datetime:
    hour, half = int(found["hour"]), (found["half"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(found[0])
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    return datetime(  # noqa: DTZ001 - London civil time; the caller gives it its offset
        int(found["year"]),
        int(found["month"]),
        int(found["day"]),
        hour,
        int(found["minute"]),
        int(found["second"] or 0),
    )


def birth(text: str) -> date:
    """A date of birth; a midnight that a spreadsheet put behind it is left off."""
    try:
        day = _day(text)
    except (ValueError, OverflowError):
        raise Expected(A_DATE) from None
    if day < OLDEST_BIRTH:
        raise Expected(f"a date of birth after {OLDEST_BIRTH.year - 1}")
    return day


def _day(text: str) -> date:
    if _SERIAL.fullmatch(text):
        return (SPREADSHEET_EPOCH + timedelta(days=int(float(text.replace(",", "."))))).date()
    british = _BRITISH_DATE.fullmatch(text)
    if british is not None:
        return date(int(british["year"]), int(british["month"]), int(british["day"]))
    iso = _ISO_DATE.fullmatch(text)
    return date.fromisoformat(iso[1] if iso else text)


def degrees(most: int) -> Reader:
    """A reader of degrees between minus and plus `most`; a decimal comma will do."""

    def read(text: str) -> float:
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or abs(value) > most:
            raise Expected(f"degrees between -{most} and {most}, such as 51.5601")
        return value

    return read


def whole_postcode(text: str) -> str:
    """A whole UK postcode, in its usual form."""
    found = postcode(text)
    if found is None:
        raise Expected("a full UK postcode such as SN1 2AB")
    return found


@cache
def grade(text: str) -> Grade:
    """A grade, by any of the words of GRADE_WORDS."""
    found = _GRADES.get(address_key(text))
    if found is None:
        raise Expected(f"a grade: {', '.join(label.lower() for _, label in GRADES)}")
    return found


def choice(menu: Mapping[str, str], kind: str, offered: Iterable[str] | None = None) -> Reader:
    """A reader of one line of a menu (code to label), by either; `offered` is what errors list."""
    known = {address_key(word): code for code, label in menu.items() for word in (label, code)}
    listed = ", ".join(menu.values() if offered is None else offered)

    def read(text: str) -> str:
        found = known.get(address_key(text))
        if found is None:
            raise Expected(f"{kind}: {listed}")
        return found

    return read


def sex(menu: Mapping[str, str]) -> Reader:
    """A reader of a sex, by word or by first letter."""
    whole = choice(menu, "a sex")
    initials = {"f": "female", "m": "male"}

    def read(text: str) -> str:
        return str(whole(initials.get(text.casefold(), text)))

    return read


def numbered(meaning: Callable[[str], str], kind: str) -> Reader:
    """A reader of a number with a check letter, as its own meaning writes it."""

    def read(text: str) -> str:
        found = meaning(text)
        if not found:
            raise Expected(kind)
        return found

    return read


def several(one: Reader) -> Reader:
    """A reader of values separated by “|”, each once, in the order given."""

    def read(text: str) -> list[Any]:
        parts = (part.strip() for part in text.split("|"))
        return list(dict.fromkeys(one(part) for part in parts if part))

    return read
