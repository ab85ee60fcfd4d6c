"""Somebody missing: a named person's risk, kept with its answers; reviews, search, found."""

from datetime import timedelta
from typing import Any

import pytest

from tests.desks.contact import control_room as room
from tests.desks.contact import crisis
from tests.desks.contact.control_room import NOON, minutes, step
from tests.home.cast import signed_in
from wansdyke.casework.actions import NewParty
from wansdyke.desks.contact.instruments.missing_v1 import MISSING_V1, grade
from wansdyke.desks.contact.models import Missing, MissingReview, Search
from wansdyke.kernel.flow import Refused

pytestmark = pytest.mark.django_db


def gone(risk: str = "medium", child: str = "no", **more: Any) -> Any:
    party = NewParty(role="subject", typed={"forename": "Lowri", "surname": "Pewsham"})
    call = room.take(risk_types=["missing"], parties=[party])
    recorded = {
        "missing_person": "subject 1",
        "last_seen_at": NOON - timedelta(hours=1),
        "missing_risk": risk,
        "missing_child": child,
        **more,
    }
    step(call, "missing", room.olivia(), after=2, reason="unlike them", **recorded)
    return call


def review(call: Any, risk: str, by: Any, after: float) -> Any:
    said = {"missing_risk": risk, "missing_child": "no"}
    return step(call, "missing-review", by, after=after, reason="new facts", **said)


def row(call: Any) -> Missing:
    return Missing.objects.get(pk=call.pk)


def test_only_a_call_with_the_risk_missing_records_somebody_of_its_own():
    call = room.take()
    said = {"missing_person": "subject 1", "missing_risk": "low", "missing_child": "no"}
    with pytest.raises(Refused, match="no risk “missing”"):
        step(call, "missing", room.olivia(), after=2, reason="x", last_seen_at=None, **said)
    call = room.take(risk_types=["missing"])
    with pytest.raises(Refused, match="one of the people"):
        step(call, "missing", room.olivia(), after=2, reason="x", last_seen_at=None, **said)


def test_the_answers_are_kept_and_replay_and_decide_nothing():
    call = gone("low", **{"missing_harm-self": "yes"})
    kept = MissingReview.objects.get()
    assert (kept.risk, kept.run.result) == ("low", "high")
    assert row(call).risk == "low"
    assert MISSING_V1.run(kept.run.answers).grade == kept.run.result
    assert kept.by.username == kept.run.decided_by.username == "olivia"
    assert room.again(call).letters_owed == 6


def test_not_known_rules_nothing_out():
    answers = {question.key: "no" for question in MISSING_V1.questions}
    assert grade(answers).grade == "low"
    assert grade({**answers, "illness": "not known"}).grade is None


def test_the_review_clock_follows_the_grade_and_each_review():
    call = gone("medium")
    assert crisis.clock(call, "missing-review").due_at == NOON + minutes(2 + 8 * 60)
    review(call, "high", room.olivia(), 60)
    assert crisis.clock(call, "missing-review").due_at == NOON + minutes(60 + 2 * 60)
    found = NOON + minutes(90)
    how = {"found_by": "PC Finch", "found_how": "safe", "interview": "done"}
    step(call, "found", room.olivia(), after=95, person_found_at=found, **how)
    assert crisis.clock(call, "missing-review").stopped_at == found


def test_lowering_the_risk_waits_for_a_second_person_under_the_stricter_clock():
    call = gone("high")
    due = crisis.clock(call, "missing-review").due_at
    assert review(call, "low", room.olivia(), 30).proposed
    assert row(call).risk == "high"
    assert crisis.clock(call, "missing-review").due_at == due
    room.settle(call, room.sasha(), after=40)
    last = MissingReview.objects.latest("pk")
    assert (row(call).risk, last.by.username, last.agreed_by.username) == ("low", "olivia", "sasha")
    assert last.run.decided_by.username == "olivia"
    assert MissingReview.objects.count() == 2


def test_the_search_log_keeps_where_by_whom_when_and_what_came_of_it():
    call = gone()
    said = {"search_where": "Park", "searched_by": "WD1", "search_result": "Nothing"}
    began, ended = NOON + minutes(10), NOON + minutes(5)
    with pytest.raises(Refused, match="before it began"):
        step(call, "search", room.olivia(), after=20, search_from=began, search_until=ended, **said)
    step(call, "search", room.olivia(), after=20, search_from=began, search_until=None, **said)
    assert Search.objects.get().where == "Park"


def test_no_call_is_resulted_while_somebody_is_missing():
    call = gone()
    room.thrive(call, room.olivia(), after=3)
    step(call, "assign", room.dev(), after=4, unit="WD1", officers=["rosa"] if room.rosa() else [])
    step(call, "at-scene", room.dev(), after=5)
    ended = {"category": "safety-welfare", "result_note": ""}
    with pytest.raises(Refused, match="still missing"):
        step(call, "result", room.olivia(), after=6, **ended)
    how = {"found_by": "PC Finch", "found_how": "safe", "interview": "arranged"}
    early = NOON - timedelta(hours=2)
    with pytest.raises(Refused, match="seen after that"):
        step(call, "found", room.olivia(), after=7, person_found_at=early, **how)
    step(call, "found", room.olivia(), after=7, person_found_at=NOON + minutes(6), **how)
    step(call, "result", room.olivia(), after=8, **ended)


@pytest.mark.parametrize(
    ("risk", "child", "loud"),
    [
        ("medium", "yes", "Missing child, medium risk"),
        ("high", "no", "Missing person, high risk"),
        ("low", "not known", "Missing person, perhaps a child, low risk"),
        ("medium", "no", ""),
    ],
)
def test_a_child_or_a_high_risk_is_loud_on_the_board_and_the_brief(risk, child, loud):
    call = gone(risk, child)
    olivia = signed_in(room.staff("olivia", "operator"))
    for where in ("board", f"{call.case.root.reference}/brief"):
        page = olivia.get(f"/contact/{where}/").content.decode()
        assert (loud or "Missing person,") in page if loud else "Missing person," not in page
