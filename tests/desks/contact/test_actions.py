"""Taking, grading, deploying and resulting a call: what is written, and what is refused."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests.desks.contact import control_room as room
from tests.desks.contact.control_room import NOON, minutes, step
from tests.home.cast import audited, record
from wansdyke.access.models import Grant, Notice, Root
from wansdyke.access.sections import ALL
from wansdyke.casework.actions import NewParty, assign
from wansdyke.casework.models import NEVER, Assessment, Case, CasePlace, Draft, Party
from wansdyke.casework.presenting import clocks_shown
from wansdyke.casework.queries import OutOfScope, case_of, cases_in_scope
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.models import Contact, Grading
from wansdyke.history.door import KeyReused
from wansdyke.history.models import AuditEntry, Change, Event, Operation
from wansdyke.history.verify import verify
from wansdyke.kernel.clock import Light
from wansdyke.kernel.flow import Refused
from wansdyke.people.models import PersonRecord, Place

pytestmark = pytest.mark.django_db
KEPT: tuple[Any, ...] = (
    Root, Case, Contact, Grading, Event, Change, Operation, Party, PersonRecord, Place, CasePlace,
    Assessment, Grant, AuditEntry,
)  # fmt: skip
CALLER = NewParty(
    role="caller",
    typed={"forename": "Ada", "surname": "Marden", "date_of_birth": date(1984, 3, 2)},
)


def a_draft() -> Draft:
    return Draft.objects.create(
        author_id=room.olivia().user_id,
        desk="contact",
        key="6f1c1ad2-6f0e-4e0c-8a75-000000000001",
        started_at=NOON,
        saved_at=NOON,
        data={"what": ["Shout"]},
    )


def test_a_graded_call_is_written_whole() -> None:
    draft = a_draft()
    call = room.take(parties=[CALLER], draft=draft, letters=room.GIVEN)
    case = call.case
    assert (case.state, case.is_open, case.owner_id) == ("waiting", True, room.olivia().user_id)
    assert (call.grade, call.first_grade, call.grade_reason) == (
        "immediate", "immediate", "violence now",
    )  # fmt: skip
    assert [g.reason for g in call.gradings.all()] == ["violence now"]
    names = list(Event.objects.filter(root=case.root).order_by("pk").values_list("name", flat=True))
    assert names == ["opened", "grade", "assessed: thrive"]
    old_new = Change.objects.get(field="grade")
    assert (old_new.old, old_new.new, old_new.record) == ("", "immediate", case.root.reference)
    (deadline,) = room.running(call)
    assert (deadline.clock, deadline.due_at) == ("attend-immediate", NOON + minutes(20))
    assert case.next_due_at == NOON + minutes(20)
    (party,) = case.parties.all()
    assert (party.role, str(party.record)) == ("caller", "Ada Marden")
    (part,) = case.places.all()
    assert (part.role, part.place) == ("scene", call.place)
    assert call.letters_owed == 0
    assert not Draft.objects.exists()
    assert {json.dumps(e["subjects"]) for e in audited("alteration")} == {
        json.dumps([case.root.reference])
    }
    assert {s for e in audited("collection") for s in e["subjects"]} >= {
        case.root.reference,
        party.record.root.reference,
    }
    assert verify().intact


@pytest.mark.parametrize("missing", ["where", "what", "prior_contact"])
@pytest.mark.parametrize("grade", ["immediate", "without-deployment"])
def test_a_grade_too_soon_keeps_nothing_and_the_draft_stands(missing: str, grade: str) -> None:
    by, draft = room.olivia(), a_draft()
    room.room()
    before = [model.objects.count() for model in KEPT]
    with pytest.raises(Refused):
        room.take(by, grade=grade, parties=[CALLER], draft=draft, **{missing: ""})
    assert [model.objects.count() for model in KEPT] == before
    assert Draft.objects.filter(pk=draft.pk).exists()


def test_a_grade_and_a_line_are_enough() -> None:
    call = room.take(reason="screaming")
    assert (call.case.state, call.letters_owed) == ("waiting", 6)


def test_a_call_may_be_saved_before_it_is_graded() -> None:
    call = room.take(grade="", what="", prior_contact="")
    assert (call.case.state, call.grade, call.case.next_due_at) == ("received", "", NEVER)
    with pytest.raises(Refused, match="what is happening"):
        step(call, "grade", room.olivia(), reason="now", grade="immediate")


def test_letters_are_never_kept_without_a_grade_of_ones_own() -> None:
    with pytest.raises(Refused) as refused:
        room.take(grade="", letters={"threat": "now"})
    assert refused.value.field == "grade"


def test_without_deployment_goes_to_the_phone() -> None:
    call = room.take(grade="without-deployment", reason="advice is enough")
    assert call.case.state == "by-phone"
    (deadline,) = room.running(call)
    assert (deadline.clock, deadline.due_at) == ("call-back", NOON + timedelta(hours=24))


def test_a_call_in_the_future_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        room.take(received_at=NOON + minutes(2))
    assert refused.value.field == "occurred_at"


def test_clocks_start_at_receipt_where_the_force_has_set_it() -> None:
    room.force_sets("contact.clock-anchor", "receipt")
    room.force_sets("contact.immediate-minutes", 15)
    call = room.take(received_at=NOON - minutes(4))
    (deadline,) = room.running(call)
    assert (deadline.anchored_at, deadline.due_at) == (NOON - minutes(4), NOON + minutes(11))
    assert (call.received_at, call.graded_at) == (NOON - minutes(4), NOON)


def test_a_setting_changed_later_leaves_the_running_call_alone() -> None:
    call = room.take()
    room.force_sets("contact.immediate-minutes", 5, NOON + minutes(1))
    room.thrive(call, room.olivia(), after=2)
    assert [d.due_at for d in room.running(call)] == [NOON + minutes(20)]


def test_only_the_control_room_takes_calls() -> None:
    with pytest.raises(Refused, match="does not open"):
        room.take(room.rosa())


def test_letters_owed_are_counted_and_come_before_the_result() -> None:
    call = room.take(letters={"threat": "now", "harm": "high", "harm-said": "a knife"})
    assert call.letters_owed == 4
    step(call, "assign", room.dev(), after=1, unit="WD11")
    step(call, "at-scene", room.dev(), after=9)
    with pytest.raises(Refused) as refused:
        step(call, "result", room.dev(), after=30, category="crime")
    owed = "risk, investigation, vulnerability, engagement"
    assert refused.value.message == f"THRIVE is owed before the result: {owed}."
    room.thrive(call, room.olivia(), after=31)
    assert room.again(call).letters_owed == 0
    step(call, "result", room.dev(), after=32, category="crime", result_note="Arrest")
    call = room.again(call)
    assert (call.case.state, call.case.is_open) == ("resulted", False)
    assert (call.category, call.resulted_at) == ("crime", NOON + minutes(32))
    assert call.case.closed_at == NOON + minutes(32)
    assert call.case.next_due_at == NEVER


def test_a_later_run_with_fewer_letters_owes_them_again() -> None:
    call = room.take(letters=room.GIVEN)
    room.thrive(call, room.olivia(), after=1, engagement="")
    assert room.again(call).letters_owed == 1


def test_an_officer_of_another_team_sees_the_call_they_are_named_on_and_no_other() -> None:
    call, other = room.take(parties=[CALLER]), room.take()
    rosa, reuben = room.rosa(), room.reuben()
    with pytest.raises(OutOfScope):
        case_of(rosa, DESK, call.case.root.reference, NOON)
    step(call, "assign", room.dev(), after=1, unit="WD11", officers=["rosa"])
    at = NOON + minutes(2)
    assert list(cases_in_scope(rosa, at)) == [call.case]
    assert not cases_in_scope(reuben, at).exists()
    with pytest.raises(OutOfScope):
        case_of(rosa, DESK, other.case.root.reference, at)
    grant = Grant.objects.get(user_id=rosa.user_id, root=call.case.root)
    assert (grant.kind, grant.made_by_id) == (Grant.NAMED, room.dev().user_id)
    notice = Notice.objects.get(user_id=rosa.user_id)
    assert notice.link == f"/contact/{call.case.root.reference}/brief/"
    named = Change.objects.get(field="officers", record=call.case.root.reference)
    assert named.new == ["Rosa"]


@pytest.mark.parametrize("officer", ["nobody", "olga"])
def test_an_officer_must_be_one_of_the_force(officer: str) -> None:
    from_elsewhere = room.team("council", room.agency("council", home=False))
    room.staff("olga", "response-officer", at=from_elsewhere)
    call = room.take()
    with pytest.raises(Refused) as refused:
        step(call, "assign", room.dev(), unit="WD11", officers=[officer])
    assert refused.value.field == "officers"
    assert room.again(call).unit == ""


def test_times_are_when_it_happened_and_when_it_was_recorded() -> None:
    call, rosa = room.take(), room.rosa()
    step(call, "assign", room.dev(), after=1, unit="WD11", officers=["rosa"])
    step(call, "en-route", rosa, after=3)
    step(call, "at-scene", rosa, after=25, occurred_at=NOON + minutes(19))
    call = room.again(call)
    assert (call.assigned_at, call.en_route_at) == (NOON + minutes(1), NOON + minutes(3))
    assert call.at_scene_at == NOON + minutes(19)
    event = Event.objects.get(name="at-scene")
    assert (event.occurred_at, event.recorded_at) == (NOON + minutes(19), NOON + minutes(25))
    (clock,) = clocks_shown(DESK, call.case, NOON + minutes(25), ALL)
    assert clock.light is Light.MET


@pytest.mark.parametrize(
    ("when", "sentence"), [(2, "must not be in the future"), (-1, "before this was received")]
)
def test_a_time_that_cannot_be_is_refused(when: float, sentence: str) -> None:
    call = room.take()
    with pytest.raises(Refused, match=sentence) as refused:
        step(call, "assign", room.dev(), unit="WD11", occurred_at=NOON + minutes(when))
    assert refused.value.field == "occurred_at"
    assert room.again(call).case.state == "waiting"


def test_a_step_did_not_happen_before_the_one_that_led_to_it() -> None:
    call = room.take()
    step(call, "assign", room.dev(), after=9, unit="WD11")
    with pytest.raises(Refused, match="before the step that led here") as refused:
        step(call, "at-scene", room.dev(), after=12, occurred_at=NOON + minutes(2))
    assert refused.value.field == "occurred_at"
    step(call, "at-scene", room.dev(), after=12, occurred_at=NOON + minutes(9))
    assert room.again(call).at_scene_at == NOON + minutes(9)


def test_the_same_key_with_another_time_is_not_the_same_form() -> None:
    call, key = room.take(), room.key()
    step(call, "assign", room.dev(), after=1, unit="WD11")
    step(call, "at-scene", room.dev(), after=9, sent=key)
    with pytest.raises(KeyReused):
        step(call, "at-scene", room.dev(), after=9, sent=key, occurred_at=NOON + minutes(5))


def test_a_slip_at_scene_is_taken_back_and_the_clock_runs_on() -> None:
    call = room.take(grade="immediate")
    step(call, "assign", room.dev(), after=1, unit="WD11")
    step(call, "at-scene", room.dev(), after=2)
    with pytest.raises(Refused):
        step(call, "not-at-scene", room.dev(), after=3)
    step(call, "not-at-scene", room.dev(), after=3, reason="Wrong button")
    call = room.again(call)
    assert (call.at_scene_at, call.case.state) == (None, "en-route")
    assert call.case.next_due_at == NOON + minutes(20)
    (clock,) = [c for c in clocks_shown(DESK, call.case, NOON + minutes(21), ALL) if c.light]
    assert clock.light is Light.LATE


def test_standing_down_puts_the_call_back_among_the_waiting() -> None:
    call = room.take()
    step(call, "assign", room.dev(), after=1, unit="WD11")
    step(call, "en-route", room.dev(), after=2)
    step(call, "stand-down", room.dev(), after=3, reason="puncture")
    call = room.again(call)
    assert (call.case.state, call.unit) == ("waiting", "")
    assert (call.assigned_at, call.en_route_at) == (None, None)
    assert call.case.next_due_at == NOON + minutes(20)


def resulted() -> Contact:
    call = room.take(letters=room.GIVEN)
    step(call, "assign", room.dev(), after=1, unit="WD11")
    step(call, "en-route", room.dev(), after=2)
    step(call, "at-scene", room.dev(), after=9)
    step(call, "result", room.dev(), after=30, category="crime", result_note="Arrest")
    return room.again(call)


def test_opened_again_it_waits_anew_and_what_was_met_stays_met() -> None:
    call = resulted()
    step(call, "reopen", room.dev(), after=90, reason="he is back")
    call = room.again(call)
    assert (call.case.state, call.case.is_open, call.case.closed_at) == ("waiting", True, None)
    assert (call.grade, call.unit, call.category, call.result_note) == ("immediate", "", "", "")
    assert (call.at_scene_at, call.en_route_at, call.assigned_at) == (None, None, None)
    assert call.case.next_due_at == NOON + minutes(110)
    first, second = call.case.deadlines.order_by("pk")
    assert (first.stopped_at, first.replaced_at) == (NOON + minutes(9), NOON + minutes(90))
    step(call, "assign", room.dev(), after=91, unit="WD12")
    step(call, "at-scene", room.dev(), after=111)
    lights = [c.light for c in clocks_shown(DESK, room.again(call).case, NOON + minutes(120), ALL)]
    assert sorted(lights) == [Light.MET, Light.MISSED]
    first.refresh_from_db()
    assert first.stopped_at == NOON + minutes(9)
    assert second.pk != first.pk


def test_opened_again_after_the_phone_it_needs_a_grade() -> None:
    call = room.take(grade="without-deployment", letters=room.GIVEN)
    step(call, "result", room.olivia(), after=5, category="administration")
    with pytest.raises(Refused) as refused:
        step(call, "reopen", room.dev(), after=9, reason="worse than it sounded")
    assert refused.value.field == "grade"
    step(call, "reopen", room.dev(), after=9, reason="worse than it sounded", grade="priority")
    call = room.again(call)
    assert (call.grade, call.case.next_due_at) == ("priority", NOON + minutes(69))


def test_a_missed_target_is_reviewed_after_thrive_and_the_supervisors_are_told() -> None:
    room.sasha(), room.idris()
    call = room.take()
    with pytest.raises(Refused, match="has not passed"):
        step(call, "review-missed", room.olivia(), after=20, call_back="No answer")
    with pytest.raises(Refused, match="Run THRIVE again first"):
        step(call, "review-missed", room.olivia(), after=21, call_back="No answer")
    room.thrive(call, room.olivia(), after=22)
    Notice.objects.all().delete()
    step(call, "review-missed", room.olivia(), after=23, call_back="No answer, not safe")
    call = room.again(call)
    assert (call.case.state, call.call_back) == ("waiting", "No answer, not safe")
    assert call.missed_reviewed_at == NOON + minutes(23)
    assert {n.user.username for n in Notice.objects.all()} == {"sasha", "idris"}
    assert Change.objects.get(field="call_back").section == "safe contact"


def test_a_late_clock_goes_on_running_until_a_unit_is_there() -> None:
    call = room.take()
    room.thrive(call, room.olivia(), after=30)
    assert room.again(call).case.next_due_at == NOON + minutes(20)
    (clock,) = clocks_shown(DESK, room.again(call).case, NOON + minutes(32), ALL)
    assert clock.light is Light.LATE


SENT_TWICE: dict[str, Callable[[Contact, str], Any]] = {
    "step": lambda call, sent: step(call, "assign", room.dev(), after=1, unit="W1", sent=sent),
    "thrive": lambda call, sent: room.thrive(call, room.olivia(), after=1, sent=sent),
    "owner": lambda call, sent: assign(
        call.case, room.owen().user_id, desk=DESK, by=room.owen(), at=NOON + minutes(1), key=sent
    ),
}


@pytest.mark.parametrize("deed", SENT_TWICE)
def test_the_same_form_twice_has_one_effect(deed: str) -> None:
    call, sent = room.take(), room.key()
    first = SENT_TWICE[deed](call, sent)
    events = Event.objects.count()
    second = SENT_TWICE[deed](call, sent)
    assert (first.repeated, second.repeated) == (False, True)
    assert (second.reference, Event.objects.count()) == (first.reference, events)


def test_a_call_sent_twice_is_one_call() -> None:
    sent = room.key()
    assert room.take(sent=sent).pk == room.take(sent=sent).pk
    assert Contact.objects.count() == 1
    with pytest.raises(Refused, match="already sent with other answers"):
        room.take(sent=sent, what="Something else")


def test_thrive_with_another_reason_is_not_the_same_form() -> None:
    call, sent = room.take(), room.key()
    room.thrive(call, room.olivia(), sent=sent)
    with pytest.raises(Refused, match="already sent with other answers"):
        room.thrive(call, room.olivia(), sent=sent, engagement="unmet")


def test_a_known_record_becomes_the_callers_part() -> None:
    known = record(at=room.room(), forename="Nia", surname="Quarley")
    call = room.take(parties=[NewParty(role="caller", record=known)])
    assert [party.record for party in call.case.parties.all()] == [known]


def test_the_owner_stands_in_the_history_by_name() -> None:
    call = room.take()
    assign(call.case, room.owen().user_id, desk=DESK, by=room.owen(), at=NOON, key=room.key())
    change = Change.objects.get(field="owner")
    assert (change.old, change.new) == ("Olivia", "Owen")
    with pytest.raises(Refused, match="a supervisor gives it to others"):
        assign(call.case, room.dev().user_id, desk=DESK, by=room.owen(), at=NOON, key=room.key())
