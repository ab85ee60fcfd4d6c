from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wansdyke.kernel.flow import Refused
from wansdyke.kernel.instrument import (
    NOT_KNOWN,
    YES_NO_NOT_KNOWN,
    Answers,
    Instrument,
    Question,
    Result,
)

HARM = Question(
    key="harm",
    text="How bad could it be?",
    answers=(("none", "None"), ("high", "High"), (NOT_KNOWN, "Not known")),
)
WEAPON = Question(key="weapon", text="Is there a weapon?")
KIND = Question(
    key="weapon-kind", text="What is it?", kind="text", ask_if=("weapon", frozenset({"yes"}))
)
HELD = Question(key="held", text="Is it in hand now?", ask_if=("weapon", frozenset({"yes"})))
RAISED = Question(
    key="raised", text="Is it raised?", ask_if=("held", frozenset({"yes"})), required=False
)


def weigh(answers: Answers) -> Result:
    raised = [key for key in ("weapon", "held", "raised") if answers.get(key) == "yes"]
    if answers.get("harm") == "high":
        raised.append("harm")
    return Result("high" if raised else "standard", tuple(raised))


V1 = Instrument(
    key="door-check",
    version=1,
    title="Door check",
    source="An example",
    in_use_from=date(2026, 1, 1),
    in_use_until=date(2026, 9, 1),
    questions=(HARM, WEAPON, KIND, HELD, RAISED),
    grade=weigh,
)


def keys(answers: Answers) -> list[str]:
    return [question.key for question in V1.asked(answers)]


def test_a_question_is_asked_when_its_trigger_is_given() -> None:
    assert keys({}) == ["harm", "weapon"]
    assert keys({"weapon": "no"}) == ["harm", "weapon"]
    assert keys({"weapon": NOT_KNOWN}) == ["harm", "weapon"]
    assert keys({"weapon": "yes"}) == ["harm", "weapon", "weapon-kind", "held"]
    assert keys({"weapon": "yes", "held": "yes"})[-1] == "raised"


def test_a_question_is_not_asked_where_its_trigger_is_not() -> None:
    assert "raised" not in keys({"weapon": "no", "held": "yes"})


def test_answers_that_cannot_be_are_named() -> None:
    errors = V1.check({"harm": "hihg", "colour": "red", "weapon": "yes", "weapon-kind": "A spade"})
    assert errors == {
        "harm": "Choose one of the answers given for “How bad could it be?”",
        "colour": "“colour” is not a question of Door check.",
    }
    assert V1.check({"harm": "", "weapon": NOT_KNOWN}) == {}


def test_what_is_owed_is_what_is_asked_required_and_unanswered() -> None:
    assert V1.missing({}) == ["harm", "weapon"]
    assert V1.missing({"harm": "none", "weapon": "no"}) == []
    assert V1.missing({"harm": " ", "weapon": "yes", "held": "yes"}) == ["harm", "weapon-kind"]


def test_a_run_gives_grade_reasons_and_what_is_owed() -> None:
    assert V1.run({"harm": "high", "weapon": "no"}) == Result("high", ("harm",))
    assert V1.run({"weapon": "yes"}) == Result(
        "high", ("weapon",), missing=("harm", "weapon-kind", "held")
    )
    with pytest.raises(Refused) as caught:
        V1.run({"harm": "hihg"})
    assert caught.value.field == "harm"


def test_an_answer_left_behind_by_a_change_of_mind_does_not_weigh() -> None:
    assert V1.run({"harm": "none", "weapon": "no", "held": "yes"}) == Result("standard", ())


def test_what_the_grading_finds_missing_is_added_once() -> None:
    wary = replace(V1, grade=lambda answers: Result(None, (), missing=("harm", "photograph")))
    assert wary.run({"weapon": "no"}).missing == ("harm", "photograph")


def test_not_known_and_not_asked_are_never_no() -> None:
    seen: list[dict[str, str]] = []

    def look(answers: Answers) -> Result:
        seen.append(dict(answers))
        return Result(None, ())

    watched = replace(V1, grade=look)
    watched.run({"weapon": NOT_KNOWN, "harm": ""})
    assert seen == [{"weapon": NOT_KNOWN}]
    assert len({code for code, _ in YES_NO_NOT_KNOWN}) == 3


def test_a_version_is_in_use_up_to_but_not_on_its_last_date() -> None:
    assert V1.in_use(date(2026, 1, 1))
    assert not V1.in_use(date(2025, 12, 31))
    assert not V1.in_use(date(2026, 9, 1))
    assert replace(V1, in_use_until=None).in_use(date(2099, 1, 1))


def test_the_fingerprint_is_pinned() -> None:
    assert V1.fingerprint() == ("c8055b9aefe370cfdfb06757089e350ee260c89051280e6c6d6bc850bdce9756")


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Is a weapon there?"},
        {"hint": "Ask twice"},
        {"required": False},
        {"section": "medical"},
        {"answers": YES_NO_NOT_KNOWN[:2]},
        {"ask_if": ("harm", frozenset({"high"}))},
    ],
)
def test_the_fingerprint_moves_with_any_word_of_a_question(change: dict[str, Any]) -> None:
    questions = tuple(replace(q, **change) if q is WEAPON else q for q in V1.questions)
    assert replace(V1, questions=questions).fingerprint() != V1.fingerprint()
    assert replace(V1, title="Gate check").fingerprint() == V1.fingerprint()


def with_questions(*questions: Question) -> Instrument:
    return replace(V1, questions=questions)


def hangs(key: str, on: str, code: str = "yes") -> Question:
    return Question(key=key, text=f"And {key}?", ask_if=(on, frozenset({code})))


@pytest.mark.parametrize(
    ("instrument", "fault"),
    [
        (with_questions(hangs("a", "b"), hangs("b", "a")), "question a hangs on itself"),
        (with_questions(hangs("a", "a")), "question a hangs on itself"),
        (with_questions(hangs("a", "gone")), "question a hangs on gone, which is not there"),
        (with_questions(WEAPON, hangs("a", "weapon", "maybe")), "that weapon cannot have"),
        (with_questions(WEAPON, KIND, hangs("a", "weapon-kind")), "that weapon-kind cannot have"),
        (with_questions(WEAPON, WEAPON), "question weapon is there 2 times"),
        (with_questions(replace(WEAPON, kind="slider")), "is of unknown kind slider"),
        (with_questions(replace(WEAPON, answers=(("yes", "Yes"),))), "leaves no choice"),
        (
            with_questions(replace(WEAPON, answers=(*YES_NO_NOT_KNOWN, ("yes", "Aye")))),
            "has a code twice",
        ),
        (replace(V1, in_use_until=date(2026, 1, 1)), "ends before it comes into use"),
    ],
)
def test_an_instrument_finds_its_own_faults(instrument: Instrument, fault: str) -> None:
    assert any(fault in found for found in instrument.faults())


def test_a_sound_instrument_has_no_faults() -> None:
    assert V1.faults() == []


def test_a_circle_is_never_asked_rather_than_asked_for_ever() -> None:
    circle = with_questions(hangs("a", "b"), hangs("b", "a"), hangs("c", "a"))
    assert circle.asked({"a": "yes", "b": "yes"}) == []
    assert len(circle.faults()) == 2


@given(
    st.dictionaries(
        st.sampled_from([q.key for q in V1.questions] + ["x"]),
        st.sampled_from(["yes", "no", "", "A"]),
    )
)
def test_any_answers_are_refused_or_graded_and_what_is_owed_was_asked(answers: Answers) -> None:
    errors = V1.check(answers)
    if errors:
        with pytest.raises(Refused) as caught:
            V1.run(answers)
        assert caught.value.field in errors
    else:
        assert set(V1.run(answers).missing) <= set(keys(answers))
