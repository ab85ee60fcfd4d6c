"""An instrument is a published, frozen set of questions with a pure grading function."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from wansdyke.kernel.flow import Refused

YES = "yes"
NO = "no"
NOT_KNOWN = "not known"
YES_NO_NOT_KNOWN = ((YES, "Yes"), (NO, "No"), (NOT_KNOWN, "Not known"))
KINDS = ("choice", "text")
FEWEST_ANSWERS = 2

Answers = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question. `kind` is "choice" (one code of `answers`, pairs of code and words) or "text".

    `ask_if` names an earlier question and the codes on which this one is asked; None is always.
    """

    key: str
    text: str
    hint: str = ""
    kind: str = "choice"
    answers: tuple[tuple[str, str], ...] = YES_NO_NOT_KNOWN
    ask_if: tuple[str, frozenset[str]] | None = None
    required: bool = True
    section: str = "narrative"

    def codes(self) -> frozenset[str]:
        """The codes a choice may take; none for text."""
        return frozenset(code for code, _ in self.answers) if self.kind == "choice" else frozenset()


@dataclass(frozen=True)
class Result:
    """What an instrument says: a grade (None where it gives none), why, and what is still owed.

    `missing` holds the keys of required questions that were asked and not answered.
    """

    grade: str | None
    reasons: tuple[str, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """One version of a set of questions; in use up to, but not on, `in_use_until`.

    Answers map a question's key to a code or a text. A blank answer is no answer, and no answer
    means "not asked": it is never read as "no", and neither is "not known".
    """

    key: str
    version: int
    title: str
    source: str
    in_use_from: date
    in_use_until: date | None = None
    questions: tuple[Question, ...]
    grade: Callable[[Answers], Result]

    def in_use(self, day: date) -> bool:
        """Whether this version is the one to ask on that day."""
        return self.in_use_from <= day and (self.in_use_until is None or day < self.in_use_until)

    def asked(self, answers: Answers) -> list[Question]:
        """The questions to ask, given the answers so far, in their published order.

        A question that hangs on one which is itself not asked is not asked either.
        """
        by_key = {question.key: question for question in self.questions}
        return [q for q in self.questions if _is_asked(q, answers, by_key)]

    def check(self, answers: Answers) -> dict[str, str]:
        """A sentence for each answer that cannot be: an unknown question or an unknown code."""
        by_key = {question.key: question for question in self.questions}
        errors: dict[str, str] = {}
        for key, answer in answers.items():
            question = by_key.get(key)
            if question is None:
                errors[key] = f"“{key}” is not a question of {self.title}."
            elif question.kind == "choice" and answer.strip() and answer not in question.codes():
                errors[key] = f"Choose one of the answers given for “{question.text}”"
        return errors

    def missing(self, answers: Answers) -> list[str]:
        """The keys of the required questions that are asked and have no answer."""
        return [q.key for q in self.asked(answers) if q.required and not _given(answers, q.key)]

    def run(self, answers: Answers) -> Result:
        """Grade the answers, whether or not they are complete; what is owed stands in `missing`.

        Only answers to questions that are asked reach the grading function, so an answer left
        behind by a change of mind further up cannot weigh.
        Raises Refused, with the question's key as `field`, for an answer that cannot be.
        """
        for key, sentence in self.check(answers).items():
            raise Refused(sentence, field=key)
        kept = {q.key: answers[q.key] for q in self.asked(answers) if _given(answers, q.key)}
        result = self.grade(kept)
        owed = dict.fromkeys((*self.missing(answers), *result.missing))
        return replace(result, missing=tuple(owed))

    def fingerprint(self) -> str:
        """The SHA-256, in hex, of the questions as canonical JSON; tests pin it once published."""
        canonical = json.dumps(
            [_as_published(question) for question in self.questions],
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
        )
        return hashlib.sha256(canonical.encode()).hexdigest()

    def faults(self) -> list[str]:
        """What is wrong with the instrument itself; a test asserts there is nothing."""
        faults = [fault for question in self.questions for fault in self._faults_of(question)]
        for key, times in Counter(question.key for question in self.questions).items():
            if times > 1:
                faults.append(f"question {key} is there {times} times")
        if self.in_use_until is not None and self.in_use_until <= self.in_use_from:
            faults.append(f"instrument {self.key} ends before it comes into use")
        return faults

    def _faults_of(self, question: Question) -> Iterator[str]:
        name = f"question {question.key}"
        by_key = {q.key: q for q in self.questions}
        if question.kind not in KINDS:
            yield f"{name} is of unknown kind {question.kind}"
        if question.kind == "choice" and len(question.codes()) < FEWEST_ANSWERS:
            yield f"{name} leaves no choice"
        if question.kind == "choice" and len(question.codes()) < len(question.answers):
            yield f"{name} has a code twice"
        if question.ask_if is None:
            return
        target, codes = question.ask_if
        if target not in by_key:
            yield f"{name} hangs on {target}, which is not there"
            return
        if not codes or codes - by_key[target].codes():
            yield f"{name} hangs on an answer that {target} cannot have"
        if _hangs_on_itself(question, by_key):
            yield f"{name} hangs on itself"


def _given(answers: Answers, key: str) -> bool:
    return bool(answers.get(key, "").strip())


def _is_asked(question: Question, answers: Answers, by_key: Mapping[str, Question]) -> bool:
    seen: set[str] = set()
    while question.ask_if is not None:
        target, codes = question.ask_if
        if target in seen or target not in by_key or answers.get(target) not in codes:
            return False
        seen.add(target)
        question = by_key[target]
    return True


def _hangs_on_itself(question: Question, by_key: Mapping[str, Question]) -> bool:
    seen: set[str] = set()
    current: Question | None = question
    while current is not None and current.ask_if is not None:
        target = current.ask_if[0]
        if target == question.key:
            return True
        if target in seen:
            return False
        seen.add(target)
        current = by_key.get(target)
    return False


def _as_published(question: Question) -> dict[str, object]:
    ask_if = question.ask_if
    return {
        "key": question.key,
        "text": question.text,
        "hint": question.hint,
        "kind": question.kind,
        "answers": [list(pair) for pair in question.answers],
        "ask_if": None if ask_if is None else [ask_if[0], sorted(ask_if[1])],
        "required": question.required,
        "section": question.section,
    }
