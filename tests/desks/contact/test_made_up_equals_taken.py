"""What the made-up history has in bulk is, field by field, what working each call leaves."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from tests.desks.contact import made_up
from wansdyke.desks.contact.demo_bulk import Before
from wansdyke.desks.contact.demo_tables import KINDS
from wansdyke.desks.contact.repeats import WITHIN

pytestmark = pytest.mark.django_db
CALLS = 70
ALL_THAT_HAPPENS = {
    *(kind.key for kind in KINDS),
    *("immediate", "priority", "scheduled", "without-deployment"),
    *("0 people", "1 people", "2 people", "3 people"),
    *("assign", "en-route", "at-scene", "result", "assess"),
    *("raised", "lowered", "letters later"),
}
Pictures = dict[str, list[dict[str, Any]]]


def pictures(write: Callable[[], None]) -> Pictures:
    """What a way of writing leaves on an empty database, which is empty again afterwards."""
    with transaction.atomic():
        write()
        found = made_up.Pictures()
        taken = {
            "calls": found.of_calls(),
            "records": found.of_records(),
            "places": found.of_places(),
        }
        transaction.set_rollback(True)
    return taken


def test_made_up_calls_are_as_taking_and_working_them_leaves_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made_up.much_happens(monkeypatch)
    wanted = made_up.wanted(CALLS)
    told = made_up.stories(wanted)
    assert made_up.kinds_of(told) >= ALL_THAT_HAPPENS
    by_hand = pictures(lambda: made_up.by_hand(told))
    in_bulk = pictures(lambda: made_up.in_bulk(wanted))
    assert len(in_bulk["calls"]) == CALLS
    for what, rows in by_hand.items():
        for one, other in zip(rows, in_bulk[what], strict=True):
            for part, value in one.items():
                assert other[part] == value, part
    marks = ("repeat_caller", "repeat_victim", "repeat_place")
    for mark in marks:
        assert {call["call"][mark] for call in in_bulk["calls"]} == {True, False}


def test_of_two_calls_at_one_moment_neither_makes_the_other_a_repeat() -> None:
    at, before = made_up.UNTIL, Before()
    assert [before._seen("place", ["here"], at) for _ in range(2)] == [False, False]
    later = at + timedelta(seconds=1)
    assert [before._seen("place", ["here"], later) for _ in range(2)] == [True, True]
    assert not before._seen("place", ["here"], later + WITHIN + timedelta(seconds=1))
