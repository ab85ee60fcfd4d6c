"""Dates, times and spans in words."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from wansdyke.ui.words import ago, date_words, london, number, time_words, until


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 22, 21, 33, tzinfo=UTC), "22 November 2026 at 9:33pm"),
        (datetime(2026, 7, 1, 20, 0, tzinfo=UTC), "1 July 2026 at 9pm"),
        (datetime(2026, 7, 1, 23, 0, tzinfo=UTC), "2 July 2026 at 12am"),
        (datetime(2026, 12, 1, 12, 0, tzinfo=UTC), "1 December 2026 at midday"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "25 October 2026 at 1:30am BST"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "25 October 2026 at 1:30am GMT"),
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "29 March 2026 at 2:30am"),
        (None, "not recorded"),
    ],
)
def test_a_moment_in_london(moment: datetime | None, words: str) -> None:
    assert london(moment) == words


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        london(datetime(2026, 1, 1))


def test_days_and_times() -> None:
    assert date_words(date(2026, 1, 2)) == "2 January 2026"
    assert date_words(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == "2 July 2026"
    assert time_words(time(21, 33, 5), seconds=True) == "9:33:05pm"
    assert time_words(time(0, 5)) == "12:05am"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(minutes=12, seconds=59), "12 minutes left"),
        (timedelta(minutes=-1), "1 minute late"),
        (timedelta(seconds=-1), "less than a minute late"),
        (timedelta(hours=-25, minutes=-5), "1 day 1 hour late"),
        (timedelta(days=2, minutes=5), "2 days left"),
        (timedelta(hours=1, minutes=5), "1 hour 5 minutes left"),
        (None, "not recorded"),
    ],
)
def test_until(span: timedelta | None, words: str) -> None:
    assert until(span) == words


def test_ago_and_number() -> None:
    assert ago(timedelta(minutes=12)) == "12 minutes ago"
    assert ago(timedelta(seconds=5)) == "just now"
    assert number(0) == "0"
    assert number(12345) == "12,345"
    assert number(None) == "not collected"
