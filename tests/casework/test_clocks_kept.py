"""A case with two clocks: its own column says which runs out first, whatever happens."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.home.cast import HEAD, KEEPER, actor, now, thing, user
from tests.lost_property.desk import DESK
from tests.lost_property.models import Thing
from wansdyke.access.models import User
from wansdyke.casework import clocks
from wansdyke.casework.actions import amend, perform
from wansdyke.casework.forms import fresh_key
from wansdyke.casework.models import NEVER, Case, Deadline
from wansdyke.casework.second_person import decide

pytestmark = pytest.mark.django_db


def soonest(found: Thing) -> datetime:
    rows = Deadline.objects.filter(case_id=found.pk, stopped_at=None, replaced_at=None)
    return min((row.due_at for row in rows), default=NEVER)


def kept(found: Thing) -> Case:
    case = Case.objects.get(pk=found.pk)
    assert case.next_due_at == soonest(found)
    return case


@pytest.fixture
def ann() -> User:
    return user("ann", KEEPER)


def test_the_soonest_of_two_clocks_is_the_cases_own(ann: User) -> None:
    found = thing(ann)
    assert [row.clock for row in found.case.deadlines.order_by("due_at")] == [
        "owner-told",
        "kept-long-enough",
    ]
    assert kept(found).next_due_at == found.case.deadlines.get(clock="owner-told").due_at


def test_both_stop_at_the_end_and_none_runs_on(ann: User) -> None:
    found, helen = thing(ann), user("helen", HEAD)
    at, key = now(), fresh_key()
    perform(found, "dispose", desk=DESK, by=actor(ann), at=at, key=key, reason="Nobody came")
    assert kept(found).next_due_at < NEVER
    proposal = found.case.proposals.get()
    decide(proposal, agreed=True, desk=DESK, by=actor(helen), at=now(), key=fresh_key())
    assert kept(found).next_due_at == NEVER
    assert found.case.deadlines.filter(stopped_at=None).count() == 0


@settings(max_examples=15)
@given(hours=st.lists(st.integers(1, 24 * 60), min_size=1, max_size=4))
def test_clocks_follow_an_anchor_that_is_corrected(hours: list[int]) -> None:
    ann = User.objects.filter(username="ann").first() or user("ann", KEEPER)
    found = thing(ann)
    for ago in hours:
        at = now()
        corrected = {"found_at": at - timedelta(hours=ago)}
        amend(found, corrected, desk=DESK, by=actor(ann), at=at, key=fresh_key(), version=None)
        kept(found)
        running = Deadline.objects.filter(case_id=found.pk, replaced_at=None)
        assert {row.anchored_at for row in running} == {corrected["found_at"]}
        assert running.count() == 2
    assert clocks.light_of(DESK, running[0], now())
