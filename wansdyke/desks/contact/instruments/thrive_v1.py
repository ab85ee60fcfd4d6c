"""THRIVE, version 1: six letters, each a graded answer and a line of what was said.

A prompt list, not a law, and not a score: it is run again whenever the facts change. The prompts
are our own words for threat, harm, risk, investigation, vulnerability and engagement.
"""

from datetime import date

from wansdyke.kernel.instrument import Answers, Instrument, Question, Result

LETTERS = ("threat", "harm", "risk", "investigation", "vulnerability", "engagement")
_UNKNOWN = ("not known", "Not known")

_GRADED = (
    Question(
        key="threat",
        text="Threat: who or what is threatened, and by whom?",
        hint="What happens if police do nothing?",
        answers=(("none", "None"), ("possible", "Possible"), ("now", "Happening now"), _UNKNOWN),
    ),
    Question(
        key="harm",
        text="Harm: how bad would it be?",
        hint="Physical, psychological, financial, to the community.",
        answers=(
            ("none", "None"),
            ("low", "Low"),
            ("medium", "Medium"),
            ("high", "High"),
            _UNKNOWN,
        ),
    ),
    Question(
        key="risk",
        text="Risk: how likely is it?",
        answers=(
            ("unlikely", "Unlikely"),
            ("possible", "Possible"),
            ("likely", "Likely"),
            ("imminent", "Imminent"),
            _UNKNOWN,
        ),
    ),
    Question(
        key="investigation",
        text="Investigation: is there anything that will be lost?",
        hint="Scene, suspect nearby, CCTV, forensic evidence, witnesses.",
        answers=(
            ("none", "Nothing"),
            ("later", "Can wait"),
            ("perishing", "Will be lost"),
            _UNKNOWN,
        ),
    ),
    Question(
        key="vulnerability",
        text="Vulnerability: can they protect themselves or others?",
        answers=(("able", "Yes, they can"), ("partly", "Partly"), ("unable", "No"), _UNKNOWN),
    ),
    Question(
        key="engagement",
        text="Engagement: what do they need, and how can they be reached safely?",
        answers=(("agreed", "Agreed with them"), ("unmet", "Their need is not met"), _UNKNOWN),
    ),
)
QUESTIONS = tuple(
    question
    for graded in _GRADED
    for question in (
        graded,
        Question(
            key=f"{graded.key}-said",
            text=f"{graded.key.capitalize()}: what was said",
            kind="text",
            required=False,
        ),
    )
)


def grade(answers: Answers) -> Result:
    """What the letters point to, and which of them. It advises; a person has graded before this.

    Immediate: happening now, or imminent, with medium or high harm. Priority: likely harm,
    somebody who cannot protect themselves, or evidence that will be lost. None while a letter that
    would decide is missing: absence is never reassurance.
    """
    now = answers.get("threat") == "now" or answers.get("risk") == "imminent"
    serious = answers.get("harm") in ("medium", "high")
    if now and serious:
        return Result("immediate", ("it is happening now or about to, with serious harm",))
    reasons = []
    if now:
        reasons.append("it is happening now or about to")
    if answers.get("risk") == "likely" and answers.get("harm") not in (None, "", "none"):
        reasons.append("harm is likely")
    if answers.get("vulnerability") == "unable":
        reasons.append("they cannot protect themselves")
    if answers.get("investigation") == "perishing":
        reasons.append("evidence will be lost")
    if reasons:
        return Result("priority", tuple(reasons))
    if any(answers.get(letter, "") in ("", "not known") for letter in LETTERS):
        return Result(None, ("a letter is missing or not known, so nothing can be ruled out",))
    return Result("scheduled", ("nothing answered points to an urgent response",))


THRIVE_V1 = Instrument(
    key="thrive",
    version=1,
    title="THRIVE",
    source="College of Policing practice; prompts in our own words",
    in_use_from=date(2014, 1, 1),
    questions=QUESTIONS,
    grade=grade,
)
