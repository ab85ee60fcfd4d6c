"""Missing person, version 1: what is asked before a risk is decided. Our own short paraphrase.

It advises; the person who decides has given their own risk, and why, before it says anything.
"""

from datetime import date

from wansdyke.kernel.instrument import NOT_KNOWN, YES, Answers, Instrument, Question, Result

SERIOUS = ("harm-self", "taken", "others", "needs-care")
LIKELY = ("child", "exploited", "out-of-character", "illness", "conditions")
QUESTIONS = (
    Question(key="harm-self", text="Might they harm themselves?"),
    Question(key="taken", text="Might somebody have taken or hurt them?"),
    Question(key="others", text="Might they harm somebody else?"),
    Question(
        key="needs-care",
        text="Do they need medicine or care without which they would soon be in danger?",
    ),
    Question(key="child", text="Are they under 18?"),
    Question(key="exploited", text="Might somebody be exploiting them?"),
    Question(key="out-of-character", text="Is this unlike them?"),
    Question(key="illness", text="Are they ill, confused, or worse for drink or drugs?"),
    Question(key="conditions", text="Would the weather or the place be dangerous for them?"),
)


def grade(answers: Answers) -> Result:
    """What the answers point to, and why. Never “no apparent risk” while anything is not known."""
    words = {question.key: question.text for question in QUESTIONS}
    serious = [words[key] for key in SERIOUS if answers.get(key) == YES]
    likely = [words[key] for key in LIKELY if answers.get(key) == YES]
    unknown = [key for key in words if answers.get(key, "") in ("", NOT_KNOWN)]
    if serious:
        return Result("high", tuple(f"Yes to: {text}" for text in serious))
    if likely:
        return Result("medium", tuple(f"Yes to: {text}" for text in likely))
    if unknown:
        return Result(None, ("something is not known, so nothing can be ruled out",))
    return Result("low", ("nothing answered points to likely harm",))


MISSING_V1 = Instrument(
    key="missing",
    version=1,
    title="Missing person",
    source="College of Policing practice on missing persons; questions in our own words",
    in_use_from=date(2018, 1, 1),
    questions=QUESTIONS,
    grade=grade,
)
