"""What takes effect only when somebody else agrees: lower grades, the phone, closing unattended."""

import pytest

from tests.desks.contact import control_room as room
from tests.desks.contact.control_room import NOON, minutes, settle, step
from tests.home.cast import actor, user
from wansdyke.access.models import Notice
from wansdyke.access.sections import ALL
from wansdyke.casework.models import NEVER, Case, Proposal
from wansdyke.casework.presenting import clocks_shown
from wansdyke.casework.queries import OutOfScope
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.models import Contact, Grading
from wansdyke.history.door import Stale
from wansdyke.history.models import Change, Event
from wansdyke.kernel.clock import Light
from wansdyke.kernel.flow import Refused

pytestmark = pytest.mark.django_db


def lowered(after: float = 5) -> Contact:
    call = room.take()
    outcome = step(
        call, "regrade", room.olivia(), after=after, reason="he has left", grade="scheduled"
    )
    assert outcome.proposed
    return room.again(call)


def test_a_higher_grade_takes_effect_at_once_and_both_clocks_are_kept() -> None:
    call = room.take(grade="priority")
    outcome = step(call, "regrade", room.olivia(), after=5, reason="knife", grade="immediate")
    call = room.again(call)
    assert not outcome.proposed
    assert (call.first_grade, call.grade, call.grade_reason) == ("priority", "immediate", "knife")
    assert [g.grade for g in call.gradings.order_by("at")] == ["priority", "immediate"]
    assert call.case.next_due_at == NOON + minutes(25)
    first, last = call.case.deadlines.order_by("pk")
    assert (first.replaced_at, last.replaced_at) == (NOON + minutes(5), None)
    step(call, "assign", room.dev(), after=6, unit="WD1")
    step(call, "at-scene", room.dev(), after=30)
    lights = {c.label: c.light for c in clocks_shown(DESK, room.again(call).case, NOON, ALL)}
    # By its first grade it was met, by its last it was not; both can be said.
    assert lights == {
        "Priority: unit at scene": Light.MET,
        "Immediate: unit at scene": Light.MISSED,
    }


def test_a_lower_grade_waits_and_the_stricter_clock_runs() -> None:
    room.sasha(), room.idris()
    call = lowered()
    assert (call.grade, call.case.next_due_at) == ("immediate", NOON + minutes(20))
    assert Grading.objects.count() == 1
    told = {n.user.username for n in Notice.objects.filter(text__contains="waits for your")}
    assert told == {"sasha", "idris"}
    settle(call, room.sasha(), after=9)
    call = room.again(call)
    assert (call.grade, call.first_grade) == ("scheduled", "immediate")
    assert call.case.next_due_at == NOON + minutes(9 + 48 * 60)
    last = Grading.objects.latest("pk")
    assert (last.by.username, last.agreed_by.username) == ("olivia", "sasha")
    assert Grading.objects.earliest("pk").agreed_by is None
    names = list(Event.objects.order_by("pk").values_list("name", flat=True))
    assert names == ["opened", "grade", "proposed: regrade", "agreed: regrade", "regrade"]
    assert Notice.objects.filter(user__username="olivia", text__contains="was agreed").exists()


def test_agreed_after_the_target_the_first_clock_was_missed_all_the_same() -> None:
    call = lowered(after=19)
    settle(call, room.sasha(), after=21)
    lights = {c.label: c.light for c in clocks_shown(DESK, call.case, NOON + minutes(22), ALL)}
    assert lights["Immediate: unit at scene"] is Light.MISSED


def test_whoever_proposed_cannot_agree() -> None:
    call = room.take()
    step(call, "regrade", room.sasha(), reason="calmer", grade="priority")
    with pytest.raises(Refused, match="you proposed it"):
        settle(call, room.sasha())
    assert Proposal.objects.get().decided_at is None
    settle(call, room.idris())
    assert room.again(call).grade == "priority"


def test_the_second_person_holds_a_post_that_decides() -> None:
    call = lowered()
    with pytest.raises(Refused, match="Your post does not decide this"):
        settle(call, room.dev())
    with pytest.raises(OutOfScope):
        settle(call, actor(user("sue", "control-room-supervisor", at=room.response())))


def test_a_refusal_needs_a_reason_and_changes_nothing() -> None:
    call = lowered()
    with pytest.raises(Refused) as refused:
        settle(call, room.sasha(), agreed=False, reason=" ")
    assert refused.value.field == "reason"
    settle(call, room.sasha(), agreed=False, after=7, reason="He often comes back")
    assert room.again(call).grade == "immediate"
    proposal = Proposal.objects.get()
    assert (proposal.agreed, proposal.decision_reason) == (False, "He often comes back")
    said = Change.objects.get(field="decision reason")
    assert (said.new, said.event.name) == ("He often comes back", "refused: regrade")
    with pytest.raises(Proposal.DoesNotExist):
        settle(call, room.sasha())


def test_a_step_waits_once() -> None:
    call = lowered()
    with pytest.raises(Refused, match="already waits"):
        step(call, "regrade", room.owen(), reason="calm", grade="priority")


def test_a_proposal_says_what_it_would_write_and_why() -> None:
    lowered()
    found = Change.objects.filter(event__name="proposed: regrade").order_by("pk")
    assert [(c.field, c.new) for c in found] == [("grade", "scheduled"), ("reason", "he has left")]


def test_the_second_person_decides_on_what_they_saw() -> None:
    call = lowered()
    seen = call.case.root.version
    step(call, "regrade", room.owen(), after=6, reason="shots", grade="immediate")
    with pytest.raises(Stale):
        settle(call, room.sasha(), version=seen)
    assert room.again(call).grade == "immediate"


def test_a_case_that_moved_on_takes_the_step_no_more() -> None:
    call = room.take()
    step(call, "to-phone", room.olivia(), after=1, reason="she says all is well")
    step(call, "assign", room.dev(), after=2, unit="WD1")
    with pytest.raises(Refused, match="moved on"):
        settle(call, room.sasha(), after=3)
    settle(call, room.sasha(), after=4, agreed=False, reason="A unit is on the way")
    assert room.again(call).case.state == "assigned"


def test_what_was_right_when_proposed_is_checked_again_when_agreed() -> None:
    call = room.take(letters=room.GIVEN)
    step(call, "close-unattended", room.dev(), after=1, reason="duplicate", category="duplicate")
    room.thrive(call, room.olivia(), after=2, engagement="")
    with pytest.raises(Refused, match="THRIVE is owed"):
        settle(call, room.sasha(), after=3)
    assert room.again(call).case.state == "waiting"


def test_to_the_phone_and_back() -> None:
    call = room.take()
    outcome = step(call, "to-phone", room.olivia(), after=1, reason="he left")
    assert outcome.proposed
    assert room.again(call).case.state == "waiting"
    settle(call, room.sasha(), after=2)
    call = room.again(call)
    assert (call.case.state, call.grade) == ("by-phone", "without-deployment")
    assert [d.clock for d in room.running(call)] == ["call-back"]
    step(call, "deploy", room.olivia(), after=30, reason="he is back", grade="priority")
    call = room.again(call)
    assert (call.case.state, call.grade) == ("waiting", "priority")
    assert call.case.next_due_at == NOON + minutes(90)


def test_closing_unattended_meets_no_target() -> None:
    call = room.take(letters=room.GIVEN)
    outcome = step(
        call, "close-unattended", room.dev(), after=2, reason="duplicate", category="duplicate"
    )
    assert outcome.proposed
    settle(call, room.idris(), after=4)
    call = room.again(call)
    assert (call.case.state, call.category, call.case.next_due_at) == (
        "resulted", "duplicate", NEVER,
    )  # fmt: skip
    (clock,) = clocks_shown(DESK, call.case, NOON + minutes(5), ALL)
    assert clock.light is Light.REPLACED
    late = room.take(letters=room.GIVEN)
    step(late, "close-unattended", room.dev(), after=25, reason="gone", category="duplicate")
    settle(late, room.idris(), after=26)
    (clock,) = clocks_shown(DESK, late.case, NOON + minutes(27), ALL)
    assert clock.light is Light.MISSED


def test_opening_again_with_a_lower_grade_waits_as_well() -> None:
    call = room.take(letters=room.GIVEN)
    step(call, "assign", room.dev(), after=1, unit="WD1")
    step(call, "at-scene", room.dev(), after=9)
    step(call, "result", room.dev(), after=10, category="crime")
    outcome = step(call, "reopen", room.dev(), after=20, reason="again", grade="scheduled")
    assert outcome.proposed
    assert room.again(call).case.state == "resulted"


@pytest.mark.parametrize("grade", ["without-deployment", "no such grade", ""])
def test_a_unit_is_never_sent_without_a_grade_for_one(grade: str) -> None:
    call = room.take(grade="", reason="")
    with pytest.raises(Refused) as refused:
        step(call, "grade", room.olivia(), reason="because", grade=grade)
    assert refused.value.field == "grade"
    assert room.again(call).grade == ""


def test_a_file_that_lowered_and_closed_a_call_does_not_lower_it_once_opened_again() -> None:
    call = room.take(grade="immediate", letters=room.GIVEN)
    Grading.objects.create(
        contact=call, grade="scheduled", reason="Loaded from a file", by=call.gradings.get().by,
        at=NOON + minutes(3),
    )  # fmt: skip
    Contact.objects.filter(pk=call.pk).update(grade="scheduled", resulted_at=NOON + minutes(4))
    Case.objects.filter(pk=call.pk).update(state="resulted", is_open=False)
    outcome = step(room.again(call), "reopen", room.dev(), after=9, reason="he is back")
    assert outcome.proposed
    again = step(
        room.again(call), "reopen", room.sasha(), after=10, reason="he is back", grade="immediate"
    )
    assert not again.proposed


def test_a_grade_that_a_second_person_agreed_to_is_opened_again_without_another() -> None:
    call = lowered()
    settle(call, room.sasha(), after=9)
    Contact.objects.filter(pk=call.pk).update(resulted_at=NOON + minutes(12))
    Case.objects.filter(pk=call.pk).update(state="resulted", is_open=False)
    assert not step(room.again(call), "reopen", room.dev(), after=20, reason="again").proposed
