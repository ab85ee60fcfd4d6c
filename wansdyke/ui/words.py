"""Dates, times, spans and numbers in words, in GOV.UK style and London time."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

LONDON: Final = ZoneInfo("Europe/London")
NOT_RECORDED: Final = "not recorded"

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR


def in_london(moment: datetime) -> datetime:
    """The same instant on a London clock.

    Raises:
        ValueError: the moment has no time zone, so it names no instant.
    """
    if moment.tzinfo is None:
        raise ValueError("A moment needs a time zone before it can be shown.")
    return moment.astimezone(LONDON)


def date_words(day: date | None) -> str:
    """ "22 November 2026"; a moment is first put on the London calendar."""
    if day is None:
        return NOT_RECORDED
    if isinstance(day, datetime):
        day = in_london(day).date()
    return f"{day.day} {day:%B %Y}"


def time_words(clock: datetime | time | None, *, seconds: bool = False) -> str:
    """ "9:33pm", "9pm", "midday"; "12am" and not "midnight", which could end either day.

    With `seconds`, "9:33:05pm".
    """
    if clock is None:
        return NOT_RECORDED
    if isinstance(clock, datetime):
        clock = in_london(clock).timetz()
    half = "am" if clock.hour < 12 else "pm"
    hour = clock.hour % 12 or 12
    if seconds:
        return f"{hour}:{clock.minute:02}:{clock.second:02}{half}"
    if clock.minute:
        return f"{hour}:{clock.minute:02}{half}"
    return "midday" if clock.hour == 12 else f"{hour}{half}"


def london(moment: datetime | None, *, seconds: bool = False) -> str:
    """ "22 November 2026 at 9:33pm", and in the hour that comes twice, "1:30am GMT"."""
    if moment is None:
        return NOT_RECORDED
    local = in_london(moment)
    zone = f" {local:%Z}" if comes_twice(local) else ""
    return f"{date_words(local)} at {time_words(local, seconds=seconds)}{zone}"


def comes_twice(local: datetime) -> bool:
    """Whether a London clock shows this time twice, as it does when summer time ends."""
    if not _clocks_change(local.date()):
        return False
    other = local.replace(fold=1 - local.fold)
    return local.utcoffset() != other.utcoffset() and was_shown(local.replace(tzinfo=None))


# The rows of one export tell of the same days again and again.
@lru_cache(maxsize=1024)
def _clocks_change(day: date) -> bool:
    first = datetime.combine(day, time.min, LONDON)
    after = datetime.combine(day, time.max, LONDON).replace(fold=1)
    return first.utcoffset() != after.utcoffset()


def was_shown(naive: datetime) -> bool:
    """Whether a London clock ever shows this time: not in the hour skipped in spring."""
    local = naive.replace(tzinfo=LONDON)
    there_and_back = local.astimezone(ZoneInfo("UTC")).astimezone(LONDON)
    return there_and_back.replace(tzinfo=None, fold=0) == naive.replace(fold=0)


def _counted(amount: int, unit: str) -> str:
    return f"{amount} {unit}" if amount == 1 else f"{amount} {unit}s"


def span_words(span: timedelta) -> str:
    """The length of a span: "12 minutes", "1 hour 5 minutes", "3 days 2 hours"; never signed."""
    left = int(abs(span.total_seconds()))
    if left < _MINUTE:
        return "less than a minute"
    days, left = divmod(left, _DAY)
    hours, left = divmod(left, _HOUR)
    parts = [(days, "day"), (hours, "hour"), (left // _MINUTE, "minute")]
    while parts[0][0] == 0:
        parts.pop(0)
    return " ".join(_counted(amount, unit) for amount, unit in parts[:2] if amount)


def ago(span: timedelta | None) -> str:
    """How long since: "12 minutes ago"."""
    if span is None:
        return NOT_RECORDED
    return "just now" if abs(span) < timedelta(minutes=1) else f"{span_words(span)} ago"


def until(span: timedelta | None) -> str:
    """How long is left, or how late: "12 minutes left", "12 minutes late"."""
    if span is None:
        return NOT_RECORDED
    return f"{span_words(span)} {'late' if span < timedelta(0) else 'left'}"


def number(amount: float | None) -> str:
    """ "12,345"; a number that nobody collected is said to be so, and is never nought."""
    if amount is None:
        return "not collected"
    return f"{amount:,}"
