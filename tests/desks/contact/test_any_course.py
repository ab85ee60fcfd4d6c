"""Whatever course a call takes: its clocks, its chain and its assessments stay true."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.desks.contact import control_room as room
from tests.desks.contact.control_room import settle, step
from wansdyke.access.actors import Actor
from wansdyke.casework.models import Assessment, Proposal
from wansdyke.casework.queries import OutOfScope
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.instruments.thrive_v1 import LETTERS, THRIVE_V1
from wansdyke.desks.contact.models import Contact
from wansdyke.desks.contact.rules import FLOW
from wansdyke.history.verify import verify
from wansdyke.kernel.flow import Refused

pytestmark = pytest.mark.django_db
WHO: tuple[Callable[[], Actor], ...] = (
    room.olivia, room.dev, room.sasha, room.idris, room.rosa,
)  # fmt: skip
GRADES = ("immediate", "priority", "scheduled", "without-deployment", "")
STEPS = st.tuples(st.just("step"), st.sampled_from([s.name for s in FLOW.steps]))
MOVES = st.one_of(STEPS, STEPS, st.just(("thrive", "")), st.just(("decide", "")))
COURSE = st.lists(
    st.tuples(
        MOVES,
        st.sampled_from(range(len(WHO))),
        st.sampled_from(GRADES),
        st.integers(0, 90),
        st.integers(0, 60),
    ),
    min_size=3,
    max_size=14,
)

# Each example is a dozen transactions: a few at every run, many when asked to prove it.
EXAMPLES = max(8, settings.default.max_examples // 10) if settings.default else 8


class Undone(Exception):
    """Leaves the database as it was before the example."""


def moved(
    call: Contact, move: tuple[str, str], by: Actor, grade: str, after: int, ago: int
) -> None:
    deed, name = move
    if deed == "thrive":
        room.thrive(call, by, after=after, engagement="" if ago % 2 else "agreed")
    elif deed == "decide":
        agreed = ago % 3 > 0
        if Proposal.objects.filter(case_id=call.pk, decided_at=None).count() == 1:
            settle(call, by, after=after, agreed=agreed, reason="because")
    else:
        happened = room.NOON + timedelta(minutes=max(0, after - ago))
        payload = {"grade": grade} if name in ("grade", "regrade", "deploy", "reopen") else {}
        payload |= {"unit": "WD1"} if name == "assign" else {}
        payload |= {"category": "crime"} if name in ("result", "close-unattended") else {}
        step(call, name, by, after=after, reason="because", occurred_at=happened, **payload)


def holds(call: Contact) -> None:
    call = room.again(call)
    case = call.case
    assert case.next_due_at == room.soonest(call)
    assert case.is_open == (case.state not in FLOW.ends)
    assert (case.closed_at is None) == case.is_open
    if not case.is_open:
        assert room.running(call) == []
    gradings = list(call.gradings.order_by("pk").values_list("grade", flat=True))
    assert call.grade == (gradings[-1] if gradings else "")
    assert call.first_grade == (gradings[0] if gradings else "")
    assert len(room.running(call)) <= 1
    for row in case.deadlines.all():
        assert row.stopped_at is None or row.stopped_at >= row.anchored_at
    runs = Assessment.objects.filter(case=case).order_by("-at", "-pk")
    owed = [x for x in LETTERS if not (runs[0].answers if runs else {}).get(x)]
    assert call.letters_owed == len(owed)


def replayed(stored: Assessment) -> tuple[Any, ...]:
    kinds = {(i.key, i.version): i for i in DESK.instruments}
    instrument = kinds[stored.instrument, stored.version]
    assert stored.fingerprint == instrument.fingerprint()
    found = instrument.run(stored.answers)
    return (found.grade or "", list(found.reasons), list(found.missing))


@settings(max_examples=EXAMPLES)
@given(course=COURSE, first=st.sampled_from(GRADES))
def test_clocks_follow_the_facts_whatever_happens(
    course: list[tuple[tuple[str, str], int, str, int, int]], first: str
) -> None:
    try:
        with transaction.atomic():
            call = room.take(grade=first, letters=room.GIVEN if first else None)
            holds(call)
            passed = 0
            for move, who, grade, after, ago in course:
                passed += after
                try:
                    with transaction.atomic():
                        moved(call, move, WHO[who](), grade, passed, ago)
                except (Refused, OutOfScope):
                    pass
                holds(call)
            assert verify().intact
            raise Undone
    except Undone:
        pass


ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        q.key: st.sampled_from(["", *sorted(q.codes())]) if q.codes() else st.text(max_size=20)
        for q in THRIVE_V1.questions
    },
)


@settings(max_examples=EXAMPLES)
@given(answers=ANSWERS)
def test_every_stored_assessment_says_the_same_again(answers: dict[str, str]) -> None:
    answers = {k: v.replace("\0", "") for k, v in answers.items()}
    try:
        with transaction.atomic():
            call = room.take()
            room.thrive(call, room.olivia(), **{**dict.fromkeys(LETTERS, ""), **answers})
            stored = Assessment.objects.get()
            assert replayed(stored) == (stored.result, stored.reasons, stored.missing)
            raise Undone
    except Undone:
        pass


def test_an_older_assessment_is_not_read_by_what_came_after() -> None:
    call = room.take(letters=room.GIVEN)
    room.thrive(call, room.olivia(), after=2, threat="none", risk="unlikely", harm="low")
    first, second = Assessment.objects.order_by("pk")
    assert (first.result, second.result) == ("immediate", "scheduled")
    for run in (first, second):
        assert replayed(run) == (run.result, run.reasons, run.missing)
    # Neither run has moved the call, nor its grade.
    call = room.again(call)
    assert (call.grade, call.case.state) == ("immediate", "waiting")
