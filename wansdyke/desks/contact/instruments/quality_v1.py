"""Listening to a call, version 1: was each THRIVE letter applied, was the grade right, and more.

The questions are our own words for what the report of 2018 asked of a control room. What comes out
is how many of the points that bore on the call were met. It decides nothing.
"""

from datetime import date

from wansdyke.kernel.instrument import Answers, Instrument, Question, Result

NOT_APPLICABLE = "na"
_NA = (NOT_APPLICABLE, "Did not apply")
_APPLIED = (("yes", "Yes"), ("partly", "Partly"), ("no", "No"), _NA)
_DONE = (("yes", "Yes"), ("no", "No"), _NA)
_LETTERS = (
    ("threat", "Threat", "who or what was threatened, and by whom"),
    ("harm", "Harm", "how bad it could be"),
    ("risk", "Risk", "how likely it was"),
    ("investigation", "Investigation", "what would be lost"),
    ("vulnerability", "Vulnerability", "whether they could protect themselves"),
    ("engagement", "Engagement", "what they needed and how to reach them"),
)
POINTS = (
    *(
        Question(key=key, text=f"{word}: was it applied?", hint=f"Asked or heard: {hint}.",
                 answers=_APPLIED)
        for key, word, hint in _LETTERS
    ),
    Question(key="grade", text="Was the grade right?",
             answers=(("right", "Right"), ("too-high", "Too high"), ("too-low", "Too low"))),
    Question(key="prior-contact", text="Were they asked about earlier contact with police?",
             answers=_DONE),
    Question(key="markers", text="Were warning markers looked at and used?", answers=_APPLIED),
    Question(key="safe-contact", text="Was a safe way to reach them agreed?", answers=_DONE),
)  # fmt: skip
QUESTIONS = (
    *POINTS,
    Question(key="good", text="What was good?", kind="text", required=False),
    Question(key="to-do", text="What should be done differently?", kind="text", required=False),
)


def grade(answers: Answers) -> Result:
    """How many of the points that bore on the call were met, as “8 of 10”, and those that were not.

    Partly is not met.
    """
    bearing = [q for q in POINTS if answers.get(q.key, NOT_APPLICABLE) != NOT_APPLICABLE]
    missed = [q for q in bearing if answers[q.key] != q.answers[0][0]]
    words = tuple(f"{q.text} {dict(q.answers)[answers[q.key]]}" for q in missed)
    return Result(f"{len(bearing) - len(missed)} of {len(bearing)}", words)


QUALITY_V1 = Instrument(
    key="call-quality",
    version=1,
    title="Listening to a call",
    source="HMICFRS, Wiltshire PEEL 2018 (what a call should hold); questions in our own words",
    in_use_from=date(2014, 1, 1),
    questions=QUESTIONS,
    grade=grade,
)
