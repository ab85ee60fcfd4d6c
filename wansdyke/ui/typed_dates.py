"""Reads a day or a moment as people type it, and says exactly what is missing or wrong."""

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from wansdyke.ui.words import LONDON, comes_twice, in_london, was_shown

MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
SEPARATOR: Final = re.compile(r"[\s/.,-]+")
ISO_DAY: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
CLOCK: Final = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.]?(?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>gmt|bst)?"
)
SHORTCUTS: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}


class Unclear(Exception):
    """What was typed names no day or moment.

    `sentence` follows the field's label, as in "Date of birth {sentence}"; `parts` are the
    boxes at fault.
    """

    def __init__(self, sentence: str, *parts: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.parts = parts


def _listed(names: list[str]) -> str:
    words = [f"a {name}" for name in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _month(typed: str) -> int:
    """1 to 12 from "3", "mar" or "March"; 0 if it is none of these."""
    if typed.isdecimal():
        return int(typed)
    name = typed.lower()
    found = [n for n, month in enumerate(MONTHS, start=1) if month.startswith(name)]
    return found[0] if len(found) == 1 and len(name) >= 3 else 0


def read_parts(day: str, month: str, year: str) -> date:
    """The date in three boxes; the month may be a name.

    Raises:
        Unclear: a box is empty, or there is no such day.
    """
    typed = {"day": day.strip(), "month": month.strip(), "year": year.strip()}
    missing = [name for name, text in typed.items() if not text]
    if missing:
        raise Unclear(f"must include {_listed(missing)}", *missing)
    if not (typed["year"].isdecimal() and len(typed["year"]) == 4):
        raise Unclear("must have a year of 4 numbers, like 1984", "year")
    if not typed["day"].isdecimal() or not 1 <= int(typed["day"]) <= 31:
        raise Unclear("must have a day from 1 to 31", "day")
    number = _month(typed["month"])
    if not 1 <= number <= 12:
        raise Unclear("must have a month from 1 to 12, or its name", "month")
    try:
        return date(int(typed["year"]), number, int(typed["day"]))
    except ValueError:
        raise Unclear("must be a real date", *typed) from None


def read_day(text: str, today: date) -> date:
    """A day in one box: "22/11/2026", "22 Nov 2026", "2026-11-22", "today", "yesterday".

    Raises:
        Unclear: it is none of these.
    """
    typed = text.strip()
    if typed.lower() in SHORTCUTS:
        return today + timedelta(days=SHORTCUTS[typed.lower()])
    iso = ISO_DAY.fullmatch(typed)
    pieces = list(iso.groups())[::-1] if iso else SEPARATOR.split(typed)
    if len(pieces) != 3:
        raise Unclear("must have a day, a month and a year, like 22/11/2026, or “today”", "date")
    try:
        return read_parts(*pieces)
    except Unclear as unclear:
        raise Unclear(unclear.sentence, "date") from None


def read_clock(text: str) -> tuple[time, str]:
    """A time in one box, "14:05", "2pm", "2.05pm", "1405", and "GMT" or "BST" if it was said.

    Raises:
        Unclear: it is no time of day, or it is "midnight", which could end either day.
    """
    typed = " ".join(text.lower().split())
    if typed in ("midday", "noon"):
        return time(12), ""
    if typed == "midnight":
        raise Unclear("must not say midnight: use 12am for the start of the day, "
                      "or 11:59pm for its end", "time")  # fmt: skip
    found = CLOCK.fullmatch(typed)
    if not found or (found["minute"] is None and not found["half"]):
        raise Unclear("must have a time like 2:05pm, 2pm, 14:05 or 1405", "time")
    hour, half = int(found["hour"]), (found["half"] or "")[:1]
    if half:
        if not 1 <= hour <= 12:
            raise Unclear("must have a real time: before am or pm, the hour is 1 to 12", "time")
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        clock = time(hour, int(found["minute"] or 0), int(found["second"] or 0))
    except ValueError:
        raise Unclear("must have a real time, from 00:00 to 23:59", "time") from None
    return clock, (found["zone"] or "").upper()


def read_moment(day_text: str, time_text: str, now: datetime) -> datetime:
    """The moment in two boxes, on a London clock; "now" in either box will do alone.

    Raises:
        Unclear: a box is empty or unclear, the clock never showed this time, or it showed it
            twice and the text does not say which was meant.
    """
    day_typed, time_typed = day_text.strip().lower(), time_text.strip().lower()
    if "now" in (day_typed, time_typed) and {day_typed, time_typed} <= {"now", "today", ""}:
        return in_london(now)
    missing = [n for n, text in (("date", day_typed), ("time", time_typed)) if not text]
    if missing:
        raise Unclear(f"must include {_listed(missing)}", *missing)
    if "now" in (day_typed, time_typed):
        raise Unclear("must have a time, or “now” and no other day", "time")
    day = read_day(day_text, in_london(now).date())
    clock, zone = read_clock(time_text)
    return _placed(datetime.combine(day, clock), zone)


def _placed(naive: datetime, zone: str) -> datetime:
    if not was_shown(naive):
        raise Unclear("must be a real time: the clocks went forward over it", "time")
    local = naive.replace(tzinfo=LONDON)
    if comes_twice(local):
        if not zone:
            clock = f"{naive:%H:%M}"
            raise Unclear(f"must say which: {clock} came twice that night. Add BST for the "
                          "first, GMT for the second", "time")  # fmt: skip
        return local.replace(fold=0 if zone == "BST" else 1)
    if zone and local.tzname() != zone:
        raise Unclear(f"must be in {local.tzname()} on that day", "time")
    return local


def day_text(moment: datetime) -> str:
    """The London day of a moment as `read_day` reads it back."""
    return f"{in_london(moment):%d/%m/%Y}"


def clock_text(moment: datetime) -> str:
    """The London time of a moment as `read_clock` reads it back."""
    local = in_london(moment)
    text = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    return f"{text} {local.tzname()}" if comes_twice(local) else text
