"""Published bank holidays of England and Wales, for the years that the examples need."""

from datetime import UTC, date, datetime

from wansdyke.kernel.calendar import LONDON, Calendar, Disregard

BANK_HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        *("2023-01-02", "2023-04-07", "2023-04-10", "2023-05-01", "2023-05-08", "2023-05-29"),
        *("2023-08-28", "2023-12-25", "2023-12-26"),
        *("2026-01-01", "2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25", "2026-08-31"),
        *("2026-12-25", "2026-12-28"),
        *("2027-01-01", "2027-03-26", "2027-03-29", "2027-05-03", "2027-05-31", "2027-08-30"),
        *("2027-12-27", "2027-12-28"),
    )
)
ENGLAND = Calendar(BANK_HOLIDAYS, horizon=date(2027, 12, 31))

# Domestic Abuse Act 2021 s.29; Crime and Security Act 2010 s.27. Saturdays count.
NOTICE_DAYS = frozenset(Disregard) - {Disregard.SATURDAYS}


def at(text: str) -> datetime:
    """London civil time as a moment in UTC; of a repeated hour, the first."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)
