"""London civil time: which days count, and how hours, working days and months are counted."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)
NONE = timedelta(0)
SATURDAY, SUNDAY = 6, 7


class Disregard(StrEnum):
    """A kind of day that a clock may leave out, whole; each value is its words."""

    SATURDAYS = "Saturdays"
    SUNDAYS = "Sundays"
    CHRISTMAS_DAY = "Christmas Day"
    GOOD_FRIDAY = "Good Friday"
    BANK_HOLIDAYS = "bank holidays"


@lru_cache(maxsize=512)
def easter(year: int) -> date:
    """Western Easter Sunday, by the anonymous Gregorian computus (Meeus, Jones and Butcher)."""
    golden = year % 19
    century, year_of_century = divmod(year, 100)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - correction + 15) % 30
    weekday = (
        32 + 2 * (century % 4) + 2 * (year_of_century // 4) - epact - year_of_century % 4
    ) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def good_friday(year: int) -> date:
    """The Friday before Easter Sunday."""
    return easter(year) - 2 * DAY


@dataclass(frozen=True)
class Calendar:
    """The bank holidays of England and Wales, as far as they are known.

    `horizon` is the last date the list is known for. Beyond it a bank holiday may be missing from
    the count; a missing one can only bring a deadline forward, never put it back.
    """

    bank_holidays: frozenset[date]
    horizon: date

    def disregarded(self, day: date, rules: Collection[Disregard]) -> str | None:
        """Why the rules leave this day out, in words, or None where it counts.

        Christmas Day is 25 December on whatever weekday it falls and whatever the list says:
        when it falls at a weekend the published list holds only its substitute.
        """
        if Disregard.CHRISTMAS_DAY in rules and (day.month, day.day) == (12, 25):
            return "Christmas Day"
        if Disregard.GOOD_FRIDAY in rules and day == good_friday(day.year):
            return "Good Friday"
        if Disregard.BANK_HOLIDAYS in rules and day in self.bank_holidays:
            return "bank holiday"
        if Disregard.SUNDAYS in rules and day.isoweekday() == SUNDAY:
            return "Sunday"
        if Disregard.SATURDAYS in rules and day.isoweekday() == SATURDAY:
            return "Saturday"
        return None

    def rest_day(self, day: date) -> str | None:
        """Why this is not a working day, in words, or None where it is one."""
        return self.disregarded(day, frozenset(Disregard))

    def working(self, day: date) -> bool:
        """Monday to Friday, and no bank holiday, Christmas Day or Good Friday."""
        return self.rest_day(day) is None

    def add_working_days(self, day: date, n: int) -> date:
        """The nth working day after `day`; before it for a negative n; `day` itself for 0."""
        step = DAY if n > 0 else -DAY
        left = abs(n)
        while left:
            day += step
            left -= self.working(day)
        return day

    def beyond(self, day: date) -> bool:
        """Whether the day lies past the last date the bank-holiday list is known for."""
        return day > self.horizon


@dataclass(frozen=True)
class DayCount:
    """What one London day added to a running clock; `why` is "counts" or why it was left out."""

    day: date
    counted: timedelta
    why: str


def utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises ValueError where the moment carries no offset."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC)


def london(moment: datetime) -> datetime:
    """The same moment on the clocks of London. Raises ValueError where it carries no offset."""
    return utc(moment).astimezone(LONDON)


def end_of_day(day: date) -> datetime:
    """24:00 in London, which is the next day's midnight, in UTC."""
    return datetime.combine(day + DAY, time.min, LONDON).astimezone(UTC)


def elapse(
    start: datetime, amount: timedelta, calendar: Calendar, rules: Collection[Disregard]
) -> datetime:
    """The moment, in UTC, at which `amount` of countable time has passed since `start`.

    Hours are those that really pass, also where the clocks change; a London day that the rules
    leave out is skipped whole, be it 23, 24 or 25 hours long. A count that is complete at the
    midnight before such a day ends at that midnight. Nothing to count ends at `start`.
    Raises ValueError for a start without a time zone or a negative amount.
    Law: the form of words of the Domestic Abuse Act 2021 s.29 and the Crime and Security Act 2010
    s.27 ("not later than 48 hours after …", certain days disregarded).
    """
    if not rules and amount >= NONE:
        return utc(start) + amount
    return elapse_explained(start, amount, calendar, rules)[0]


def elapse_explained(
    start: datetime, amount: timedelta, calendar: Calendar, rules: Collection[Disregard]
) -> tuple[datetime, tuple[DayCount, ...]]:
    """As `elapse`, with what each London day from the start to the end added to the count."""
    if amount < NONE:
        raise ValueError("A clock cannot count a negative time")
    moment, left = utc(start), amount
    days: list[DayCount] = []
    while left > NONE:
        day = moment.astimezone(LONDON).date()
        midnight = end_of_day(day)
        why = calendar.disregarded(day, rules)
        if why is None:
            counted = min(left, midnight - moment)
            days.append(DayCount(day, counted, "counts"))
            left -= counted
            moment += counted
        else:
            days.append(DayCount(day, NONE, why))
            moment = midnight
    return moment, tuple(days)


def parse_london(text: str) -> datetime:
    """An ISO 8601 date and time as a moment, carrying the offset London had at that moment.

    Without an offset it is London civil time. An hour that the spring change skips is read as if
    the clocks had not yet changed (29 March 2026 01:30 is 02:30 summer time); an hour that the
    autumn change repeats is read as the first of the two. The offset is fixed, so that two results
    compare and subtract by the hours that passed.
    Raises ValueError, with a sentence to read, for anything else, and for a date without a time:
    a time of day is never invented.
    """
    text = text.strip()
    if _is_date_alone(text):
        raise ValueError(f"“{text}” has no time of day. Enter both, such as 2026-01-31 14:05.")
    try:
        moment = datetime.fromisoformat(text)
        if moment.utcoffset() is None:
            moment = moment.replace(tzinfo=LONDON)
        offset = london(moment).utcoffset() or NONE
        return moment.astimezone(timezone(offset))
    except (ValueError, OverflowError):
        raise ValueError(
            f"“{text}” is not a date and time. Enter one such as 2026-01-31 14:05."
        ) from None


def _is_date_alone(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def add_months(day: date, n: int) -> date:
    """The corresponding date n calendar months on, or the month's last day if it has none."""
    years, month = divmod(day.month - 1 + n, 12)
    first = date(day.year + years, month + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - DAY
    return first.replace(day=min(day.day, last.day))
