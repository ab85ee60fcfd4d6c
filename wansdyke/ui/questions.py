"""A question within a sentence: "What is it for?" becomes "what it is for"."""

import re
from typing import Final

# Where this and the rest leave two readings, the question stays as it was asked.
ASKING: Final = r"(?P<asking>what|who|whom|how|when|where|why|(?:which|how many) \w+)"
SUBJECT: Final = r"(?P<subject>it|they|you|these|people|this(?: \w+(?= \w))?)"
BARE: Final = re.compile(f"{ASKING} (?P<verb>is|are|was) (?P<subject>the [^,]+)")
TURNED: Final = re.compile(f"{ASKING} (?P<verb>is|are|was|were|must|may|can) {SUBJECT}(?P<rest>.*)")
DONE: Final = re.compile(
    f"(?:{ASKING} )?(?P<verb>do|did) (?P<subject>it|they|you|the \\w+) (?P<done>\\w+)(?P<rest>.*)"
)
DOES: Final = re.compile(f"{ASKING} does (?P<subject>it|the .+?) (?P<done>do|end)(?P<rest>.*)")
WHETHER: Final = re.compile(
    "(?P<verb>is|are|was|were|have|can) (?P<subject>it|they|these|the \\w+)(?P<rest>.*)"
)
PAST: Final = {"come": "came", "do": "did"}


def named(label: str) -> str:
    """What a label names, as a sentence begins with it."""
    return f"Your answer to “{label}”" if label.endswith("?") else label.rstrip(": ")


def indirect(question: str) -> str:
    """What a question, in small letters and without its mark, asks for, as a part of a sentence."""
    for form in (BARE, TURNED, WHETHER):
        found = form.fullmatch(question)
        if found is not None:
            parts = {"asking": "whether", "rest": "", **found.groupdict()}
            return f"{parts['asking']} {parts['subject']} {parts['verb']}{parts['rest']}"
    found = DONE.fullmatch(question) or DOES.fullmatch(question)
    if found is None:
        return question
    parts = found.groupdict()
    done = parts["done"]
    if parts.get("verb") == "did":
        done = PAST.get(done, f"{done}d" if done.endswith("e") else f"{done}ed")
    elif "verb" not in parts:
        done += "es" if done.endswith("o") else "s"
    return f"{parts['asking'] or 'whether'} {parts['subject']} {done}{parts['rest']}"
