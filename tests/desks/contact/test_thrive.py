"""THRIVE, version 1: worked answers, without a database."""

import pytest

from wansdyke.desks.contact.instruments.thrive_v1 import LETTERS, THRIVE_V1
from wansdyke.kernel.flow import Refused

# Changing a published question is a new version, not a new fingerprint.
PUBLISHED = "0927de0c09ec0eee971bec237d0c7742fa55699c0e4e37a8f18116eb39d7bd75"
CALM = dict(zip(LETTERS, ("none", "low", "unlikely", "later", "able", "agreed"), strict=True))


def test_the_instrument_has_no_fault_and_is_as_published() -> None:
    assert THRIVE_V1.faults() == []
    assert THRIVE_V1.fingerprint() == PUBLISHED


@pytest.mark.parametrize(
    ("answers", "result", "reasons"),
    [
        (CALM, "scheduled", ("nothing answered points to an urgent response",)),
        (
            {**CALM, "threat": "now", "harm": "high"},
            "immediate",
            ("it is happening now or about to, with serious harm",),
        ),
        (
            {**CALM, "risk": "imminent", "harm": "medium"},
            "immediate",
            ("it is happening now or about to, with serious harm",),
        ),
        ({**CALM, "threat": "now"}, "priority", ("it is happening now or about to",)),
        ({**CALM, "risk": "likely"}, "priority", ("harm is likely",)),
        ({**CALM, "vulnerability": "unable"}, "priority", ("they cannot protect themselves",)),
        ({**CALM, "investigation": "perishing"}, "priority", ("evidence will be lost",)),
        (
            {
                **CALM,
                "threat": "now",
                "risk": "likely",
                "vulnerability": "unable",
                "investigation": "perishing",
            },
            "priority",
            (
                "it is happening now or about to",
                "harm is likely",
                "they cannot protect themselves",
                "evidence will be lost",
            ),
        ),
        # One letter is enough to go fast; the others are owed, not assumed.
        (
            {"threat": "now", "harm": "high"},
            "immediate",
            ("it is happening now or about to, with serious harm",),
        ),
    ],
)
def test_worked_answers(answers: dict[str, str], result: str, reasons: tuple[str, ...]) -> None:
    found = THRIVE_V1.run(answers)
    assert (found.grade, found.reasons) == (result, reasons)


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("said", ["", "not known", None])
def test_what_is_absent_or_not_known_never_reassures(letter: str, said: str | None) -> None:
    answers = {**CALM, letter: said or ""}
    if said is None:
        del answers[letter]
    found = THRIVE_V1.run(answers)
    assert found.grade is None
    assert found.reasons == ("a letter is missing or not known, so nothing can be ruled out",)
    assert found.missing == (() if said == "not known" else (letter,))


def test_harm_not_known_does_not_hide_that_it_is_likely() -> None:
    found = THRIVE_V1.run({**CALM, "risk": "likely", "harm": "not known"})
    assert found.grade == "priority"


def test_with_no_answer_all_six_are_owed() -> None:
    assert THRIVE_V1.run({}).missing == LETTERS


def test_what_was_said_is_never_owed_and_never_weighs() -> None:
    said = {f"{letter}-said": "he is at the door, now" for letter in LETTERS}
    assert THRIVE_V1.run({**CALM, **said}) == THRIVE_V1.run(CALM)


@pytest.mark.parametrize(("question", "answer"), [("threat", "maybe"), ("colour", "red")])
def test_an_answer_that_cannot_be_is_refused(question: str, answer: str) -> None:
    with pytest.raises(Refused) as refused:
        THRIVE_V1.run({**CALM, question: answer})
    assert refused.value.field == question
