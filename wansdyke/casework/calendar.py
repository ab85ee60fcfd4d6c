"""The calendar clocks count on: England and Wales, from the holidays library."""

from datetime import date
from functools import cache

import holidays

from wansdyke.kernel.calendar import Calendar

# The library knows substitute days by rule; one-off days only as far as they were announced.
FIRST_YEAR, LAST_YEAR = 2005, 2035
SATURDAY = 5


@cache
def calendar() -> Calendar:
    """Bank holidays of England, 2005 to 2035; those of Wales are the same.

    The library also lists holidays that fall on a weekend, which the published list leaves out
    (Saturday 26 December 2026). Where sources disagree the earlier time is the alarm, so they are
    left out here too; days that statute names itself count as disregarded whatever any list says.
    """
    listed = holidays.country_holidays("GB", subdiv="ENG", years=range(FIRST_YEAR, LAST_YEAR + 1))
    weekdays = frozenset(day for day in listed if day.weekday() < SATURDAY)
    return Calendar(bank_holidays=weekdays, horizon=date(LAST_YEAR, 12, 31))
