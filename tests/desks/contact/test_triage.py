"""Asking the mental-health practitioner: one request, what it opens, advice, outcome, the law."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.desks.contact import control_room as room
from tests.desks.contact import crisis
from tests.desks.contact.control_room import NOON, minutes, step
from tests.home.cast import signed_in
from wansdyke.access.models import Notice
from wansdyke.access.sections import Section
from wansdyke.casework import jobs, referrals
from wansdyke.casework.history import history_of
from wansdyke.casework.models import Referral
from wansdyke.casework.presenting import clocks_shown
from wansdyke.casework.queries import OutOfScope, sections_on
from wansdyke.desks.contact import feedback, triage
from wansdyke.desks.contact.crisis_rules import CLOCKS
from wansdyke.desks.contact.models import BriefRating, Triage, TriageFeedback
from wansdyke.kernel.calendar import Calendar
from wansdyke.kernel.flow import Refused

pytestmark = pytest.mark.django_db
OPENED = {Section.CORE, Section.NARRATIVE, Section.IDENTITY, Section.SAFE_CONTACT}


def told(username: str) -> list[str]:
    return list(Notice.objects.filter(user__username=username).values_list("text", flat=True))


def at_scene(*officers: str) -> Any:
    room.rosa()
    call = room.take()
    step(call, "assign", room.dev(), after=1, unit="WD1", officers=list(officers))
    step(call, "en-route", room.rosa(), after=2)
    step(call, "at-scene", room.rosa(), after=8)
    return call


def test_asking_twice_is_one_request():
    call = room.take()
    first = crisis.ask(call)
    with pytest.raises(Refused, match="asked already"):
        crisis.ask(call, room.owen(), after=2)
    assert Triage.objects.get(contact=call) == first
    assert Referral.objects.count() == 1


def test_what_it_opens_is_fixed_and_the_basis_is_filled_in():
    call = room.take()
    asked = crisis.ask(call)
    assert sections_on(crisis.mina(), call.case.root, NOON + minutes(1)) <= {Section.CORE}
    crisis.take(call)
    assert sections_on(crisis.mina(), call.case.root, NOON + minutes(3)) == OPENED
    assert "s136(1C)" in asked.referral.lawful_basis
    assert asked.referral.purpose


def test_an_officer_named_on_the_call_asks_and_nobody_without_a_post_there():
    call = at_scene("rosa")
    crisis.ask(call, room.rosa(), after=9)
    with pytest.raises(OutOfScope):
        step(room.take(), "ask-triage", room.reuben(), after=9)


def test_a_force_that_named_no_team_is_told_so():
    room.force_sets("contact.triage-team", "nobody")
    with pytest.raises(Refused, match="not named the team"):
        step(room.take(), "ask-triage", room.olivia(), after=1)


def test_advice_stops_the_clock_and_tells_all_who_are_named():
    call = at_scene("rosa")
    crisis.ask(call, after=9)
    assert crisis.clock(call, "triage-answer").due_at == NOON + minutes(9 + 15)
    with pytest.raises(Refused, match="Only an accepted"):
        triage.advise(
            crisis.asked(call), advice="a", known="no", plan="", desk=room.DESK, **crisis.given(10)
        )
    crisis.advise(call, after=13)
    assert crisis.clock(call, "triage-answer").stopped_at == NOON + minutes(13)
    for username in ("olivia", "rosa"):
        assert any("advice is in" in text or "answered your" in text for text in told(username))


def test_the_advice_is_of_the_health_section_and_a_stranger_gives_none():
    call = room.take()
    crisis.ask(call)
    row = crisis.take(call)
    words = {"advice": "x", "known": "no", "plan": ""}
    with pytest.raises(OutOfScope):
        triage.advise(row, desk=room.DESK, **words, **crisis.given(3, room.sasha()))
    assert Triage.SECTIONS["advice"] == Triage.SECTIONS["outcome"] == Section.HEALTH


def test_the_practitioner_closes_with_an_outcome_once():
    call = room.take()
    crisis.ask(call)
    row = crisis.take(call)
    closing = {"outcome": "avoided", "took": "", "desk": room.DESK}
    with pytest.raises(Refused, match="advice first"):
        triage.conclude(row, **closing, **crisis.given(4))
    with pytest.raises(OutOfScope):
        triage.conclude(row, **closing, **crisis.given(4, room.sasha()))
    triage.advise(row, advice="a", known="no", plan="", desk=room.DESK, **crisis.given(5))
    triage.conclude(row, **closing, **crisis.given(6))
    closed = crisis.asked(call)
    assert (closed.outcome, closed.closed_by.username) == ("avoided", "mina")
    with pytest.raises(Refused):
        triage.conclude(row, **closing, **crisis.given(7))
    crisis.ask(call, after=20)
    assert Triage.objects.filter(contact=call).count() == 2


def test_declined_it_is_closed_and_another_can_be_asked():
    call = room.take()
    row = crisis.ask(call)
    triage.turn_down(row, reason="On another call", desk=room.DESK, **crisis.given(3))
    assert crisis.asked(call).outcome == "declined"
    assert crisis.clock(call, "triage-answer").stopped_at == NOON + minutes(3)
    crisis.ask(call, after=4)


def test_settled_before_it_is_taken_the_request_is_withdrawn():
    call = room.take()
    crisis.ask(call)
    step(call, "triage-outcome", room.olivia(), after=2, outcome="not-needed", took="")
    assert crisis.asked(call).referral.state == "withdrawn"
    with pytest.raises(OutOfScope):
        referrals.accept(crisis.asked(call).referral, **crisis.given(3))


def detained(after: float = 30) -> Any:
    call = at_scene("rosa")
    crisis.ask(call, after=9)
    crisis.advise(call, after=12)
    step(call, "triage-outcome", room.rosa(), after=20, outcome="used", took="WD1 to Sandalwood")
    arrived = NOON + minutes(after - 5)
    place = {"place_of_safety": "health-based", "under_18": "no"}
    step(call, "arrived-136", room.rosa(), after=after, arrived_at=arrived, **place)
    return call, arrived


def test_section_136_runs_24_hours_from_the_arrival_and_the_doctor_adds_up_to_12():
    call, arrived = detained()
    assert crisis.clock(call, "section-136").due_at == arrived + timedelta(hours=24)
    doctor = {"extended_by": "Dr Ames", "extended_why": "Too unwell", "approved_by": ""}
    day = 24 * 60
    late = {"extra_hours": 4, "extended_at": arrived + timedelta(hours=24), **doctor}
    with pytest.raises(Refused, match="had passed"):
        step(call, "extend-136", room.rosa(), after=day + 60, **late)
    more = {"extra_hours": 13, "extended_at": arrived + timedelta(hours=20), **doctor}
    with pytest.raises(Refused, match="1 to 12"):
        step(call, "extend-136", room.rosa(), after=day + 60, **more)
    in_time = {"extra_hours": 12, "extended_at": arrived + timedelta(hours=20), **doctor}
    step(call, "extend-136", room.rosa(), after=day + 60, **in_time)
    assert crisis.clock(call, "section-136").due_at == arrived + timedelta(hours=36)
    ended = arrived + timedelta(hours=30)
    step(call, "end-136", room.rosa(), after=day * 2, ended_at=ended, ending="assessed")
    assert crisis.clock(call, "section-136").stopped_at == ended


def test_a_police_station_is_for_nobody_under_18_and_wants_a_superintendent():
    call = at_scene("rosa")
    crisis.ask(call, after=9)
    step(call, "triage-outcome", room.rosa(), after=20, outcome="used", took="WD1")
    here = {"arrived_at": NOON + minutes(25), "place_of_safety": "police-station"}
    for unsure in ("yes", "not-known"):
        with pytest.raises(Refused, match="under 18"):
            step(call, "arrived-136", room.rosa(), after=30, under_18=unsure, **here)
    step(call, "arrived-136", room.rosa(), after=30, under_18="no", **here)
    doctor = {"extra_hours": 2, "extended_by": "Dr Ames", "extended_why": "Too unwell"}
    doctor["extended_at"] = NOON + minutes(60)
    with pytest.raises(Refused, match="superintendent"):
        step(call, "extend-136", room.rosa(), after=61, approved_by="", **doctor)


@pytest.mark.parametrize(
    ("arrived", "hours", "due"),
    [
        # The clocks go forward on 25 March 2018 and back on 28 October: elapsed hours count.
        (datetime(2018, 3, 24, 22, 0, tzinfo=UTC), 24, datetime(2018, 3, 25, 22, 0, tzinfo=UTC)),
        (datetime(2018, 10, 27, 20, 0, tzinfo=UTC), 36, datetime(2018, 10, 29, 8, 0, tzinfo=UTC)),
    ],
)
def test_the_law_counts_elapsed_hours(arrived: datetime, hours: int, due: datetime):
    (rule,) = [one for one in CLOCKS if one.key == "section-136"]
    assert rule.due(arrived, hours, Calendar(frozenset(), arrived.date())) == due


def test_the_law_is_in_force_from_11_december_2017():
    (rule,) = [one for one in CLOCKS if one.key == "section-136"]
    assert not rule.in_force(datetime(2017, 12, 10, 23, 59, tzinfo=UTC))
    assert rule.in_force(datetime(2017, 12, 11, tzinfo=UTC))


def test_a_detention_that_runs_over_is_told_of_though_the_call_is_closed():
    call, arrived = detained()
    room.thrive(call, room.olivia(), after=40)
    step(call, "result", room.rosa(), after=50, category="safety-welfare", result_note="")
    room.sasha()
    assert not room.again(call).case.is_open
    jobs.tell_of_missed([room.DESK], arrived + timedelta(hours=25))
    assert any("time set by law" in text for text in told("sasha"))


def test_a_partner_without_the_health_section_learns_of_no_detention():
    call, _ = detained()
    at, everything = NOON + minutes(60), frozenset(Section)
    case = room.again(call).case
    for sections, knows in ((frozenset(OPENED), False), (everything, True)):
        told = [one.label for one in clocks_shown(room.DESK, case, at, sections)]
        told += [one["title"] for one in history_of(room.DESK, case, sections)]
        assert any("Section 136" in text for text in told) is knows
        assert "At scene" in told
    times = [c["new"] for one in history_of(room.DESK, case, everything) for c in one["changes"]]
    assert not [text for text in times if "T11:" in text]
    triaged = {one["title"] for one in history_of(room.DESK, case, frozenset(OPENED))}
    assert "Ask mental-health triage" in triaged


def test_the_officers_word_on_advice_is_said_once():
    call = at_scene("rosa")
    crisis.ask(call, after=9)
    said = {"helped": "partly", "words": "Came late"}
    with pytest.raises(Refused):
        feedback.say_if_it_helped(call, **said, **crisis.given(10, room.rosa()))
    crisis.advise(call, after=12)
    feedback.say_if_it_helped(call, **said, **crisis.given(14, room.rosa()))
    with pytest.raises(Refused):
        feedback.say_if_it_helped(call, **said, **crisis.given(15, room.rosa()))
    assert TriageFeedback.objects.get().helped == "partly"
    assert any("whether your advice helped" in text for text in told("mina"))


def test_the_brief_is_rated_once_after_arrival_and_the_operator_is_told():
    room.rosa()
    call = room.take()
    step(call, "assign", room.dev(), after=1, unit="WD1", officers=["rosa"])
    said = {"rating": "some-missing", "words": "No key code"}
    with pytest.raises(Refused, match="at scene"):
        feedback.rate_brief(call, **said, **crisis.given(2, room.rosa()))
    step(call, "en-route", room.rosa(), after=3)
    step(call, "at-scene", room.rosa(), after=8)
    rosa = signed_in(room.staff("rosa", "response-officer"))
    where = f"/contact/{call.case.root.reference}/brief/"
    assert "Was this brief good enough?" in rosa.get(where).content.decode()
    answer = rosa.post(f"{where}rate/", {"key": room.key(), **said})
    assert answer.status_code == 302
    rated = BriefRating.objects.get()
    assert (rated.rating, rated.by.username) == ("some-missing", "rosa")
    assert any("rated your brief" in text for text in told("olivia"))
    with pytest.raises(Refused, match="once"):
        feedback.rate_brief(call, **said, **crisis.given(20, room.rosa()))
    assert "Was this brief good enough?" not in rosa.get(where).content.decode()
    with pytest.raises(Refused):
        feedback.rate_brief(call, **said, **crisis.given(20, room.sasha()))


def test_the_thin_whole_in_the_browser_of_three_people():
    call = room.take(at=NOON)
    crisis.practitioner()
    olivia = signed_in(room.staff("olivia", "operator"))
    case = f"/contact/{call.case.root.reference}/"
    assert "Asking opens to Health, Health-Triage" in olivia.get(case).content.decode()
    assert olivia.post(f"{case}step/ask-triage/", {"key": room.key()}).status_code == 302
    request = crisis.asked(call).referral
    mina = signed_in(crisis.practitioner())
    assert request.reference in mina.get("/").content.decode()
    page = mina.get(request.href).content.decode()
    assert "Shouting next door" not in page
    mina.post(f"/referrals/{request.reference}/accept/", {"key": room.key()})
    assert "Shouting next door" in mina.get(request.href).content.decode()
    advice = {"advice": "Ring the crisis team", "known": "yes", "plan": "", "key": room.key()}
    assert mina.post(f"{request.href}advice/", advice).status_code == 302
    assert "Ring the crisis team" in olivia.get(case).content.decode()
    outcome = {"outcome": "avoided", "took": "", "key": room.key()}
    assert mina.post(f"{request.href}outcome/", outcome).status_code == 302
    assert "Section 136 avoided" in olivia.get(case).content.decode()
