"""A flow is a table of steps: the page draws its buttons from it and the server refuses by it."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Check = Callable[[Any], str | None]
SecondPersonRule = Callable[[Any, Mapping[str, Any]], bool]


class Refused(Exception):
    """What was asked for is not allowed; `message` is the sentence the user reads.

    `field` names the form field at fault, or is None where the whole request is.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Role(StrEnum):
    """The eight access roles; every post maps to one of them."""

    PRACTITIONER = "practitioner"
    SUPERVISOR = "supervisor"
    ANALYST = "analyst"
    RECORDS_MANAGER = "records manager"
    PARTNER = "partner"
    PARTNER_READ = "partner (read)"
    AUDITOR = "auditor"
    ADMINISTRATOR = "system administrator"


@dataclass(frozen=True, kw_only=True)
class Post:
    """A job that a dated membership gives, such as dispatcher.

    `safety_face` opens the force-wide safety face of a person or a place.
    """

    key: str
    title: str
    role: Role
    safety_face: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    """One move of a case: from any of `sources` to `target`, by a holder of one of `posts`.

    A `target` of None leaves the state as it is. A check takes the facts and returns the sentence
    the user reads, or None. `needs_second` takes the facts and the payload typed with the step; it
    is consulted only where `second_posts` is not empty, and its absence then means always. `opens`
    is a check that must hold before the step is even offered; `checks` are shown with their reason.
    `section` is the part of a record that its having been taken would tell of.
    """

    name: str
    label: str
    sources: frozenset[str]
    target: str | None
    posts: frozenset[str]
    needs_reason: bool = False
    second_posts: frozenset[str] = frozenset()
    needs_second: SecondPersonRule | None = None
    opens: Check | None = None
    checks: tuple[Check, ...] = ()
    warning: bool = False
    hint: str = ""
    section: str = "core"

    def wants_second(self, facts: Any, payload: Mapping[str, Any]) -> bool:
        """Whether a second person must confirm the step, given these facts and this payload."""
        if not self.second_posts:
            return False
        return self.needs_second is None or self.needs_second(facts, payload)

    def refusal(self, facts: Any) -> str | None:
        """The sentence of the first check that these facts fail, or None."""
        asked = (self.opens, *self.checks) if self.opens else self.checks
        return next((said for said in (check(facts) for check in asked) if said), None)


@dataclass(frozen=True, kw_only=True)
class Flow:
    """The steps of one kind of case. `labels` gives the words for each state."""

    start: str
    ends: frozenset[str]
    labels: Mapping[str, str]
    steps: tuple[Step, ...]

    def states(self) -> tuple[str, ...]:
        """Every state the table names, in the order of `labels`; unlabelled ones come last."""
        used = {self.start, *self.ends}
        for step in self.steps:
            used |= step.sources
            if step.target is not None:
                used.add(step.target)
        labelled = [state for state in self.labels if state in used]
        return (*labelled, *sorted(used - set(self.labels)))

    def named(self, name: str) -> Step:
        """The step of that name. Raises Refused if there is none."""
        for step in self.steps:
            if step.name == name:
                return step
        raise Refused(f"There is no step called “{name}” here.")

    def offered(self, state: str, posts: Collection[str]) -> list[Step]:
        """The steps that a holder of `posts` may take from `state`, in the table's order."""
        return [s for s in self.steps if state in s.sources and not s.posts.isdisjoint(posts)]

    def open_to(
        self, state: str, posts: Collection[str], facts: Any
    ) -> list[tuple[Step, str | None]]:
        """The steps offered whose `opens` holds, each with why it cannot be taken yet, or None."""
        return [
            (step, step.refusal(facts))
            for step in self.offered(state, posts)
            if step.opens is None or step.opens(facts) is None
        ]

    def permit(
        self, name: str, *, state: str, posts: Collection[str], facts: Any, reason: str = ""
    ) -> Step:
        """The step, if it may be taken now.

        Raises Refused for an unknown step, a wrong state, no post that may take it, a missing
        reason (`field` is "reason"), or the first check that fails (with its own sentence).
        A second person, where `Step.wants_second` asks for one, is the caller's to obtain.
        """
        step = self.named(name)
        if state not in step.sources:
            raise Refused(self._wrong_state(step, state))
        if step.posts.isdisjoint(posts):
            holders = ", ".join(sorted(_post_words(post) for post in step.posts))
            raise Refused(f"You cannot do “{step.label}”. It is for: {holders}.")
        if step.needs_reason and not reason.strip():
            raise Refused(f"Enter a reason for “{step.label}”.", field="reason")
        sentence = step.refusal(facts)
        if sentence is not None:
            raise Refused(sentence)
        return step

    def faults(self) -> list[str]:
        """What is wrong with the table itself, one sentence each; a test asserts there is none."""
        return [*self._state_faults(), *self._step_faults()]

    def _wrong_state(self, step: Step, state: str) -> str:
        words = _lower_first(self.labels.get(state, state))
        # "Already" would mislead where the step still lies ahead of the case.
        if step.sources & self._reached_from([state]):
            return f"This is {words}, so “{step.label}” cannot be done at this stage."
        return f"This is already {words}, so “{step.label}” can no longer be done."

    def _reached_from(self, origins: Iterable[str]) -> set[str]:
        reached = set(origins)
        edge = set(reached)
        while edge:
            targets = {s.target for s in self.steps if s.sources & edge and s.target is not None}
            edge = targets - reached
            reached |= edge
        return reached

    def _state_faults(self) -> Iterator[str]:
        states = self.states()
        reached = self._reached_from([self.start])
        leaving = {
            state for s in self.steps for state in s.sources if s.target not in (None, state)
        }
        if not self.ends:
            yield "the flow has no end"
        for state in states:
            if not self.labels.get(state):
                yield f"state {state} has no label"
            if state not in reached:
                yield f"state {state} can never be reached"
            elif state not in leaving | self.ends:
                yield f"state {state} has no way out"
            elif self.ends and not self._reached_from([state]) & self.ends:
                yield f"state {state} never leads to an end"
        for state in self.labels:
            if state not in states:
                yield f"label {state} belongs to no state"

    def _step_faults(self) -> Iterator[str]:
        for name, times in Counter(step.name for step in self.steps).items():
            if times > 1:
                yield f"step {name} is named {times} times"
        for step in self.steps:
            if not step.label:
                yield f"step {step.name} has no label"
            if not step.sources:
                yield f"step {step.name} starts from no state"
            if not step.posts:
                yield f"step {step.name} has no posts"
            if step.needs_second is not None and not step.second_posts:
                yield f"step {step.name} asks for a second person but names no post for one"
            # Where one post alone may both take and confirm, its only holder can never finish.
            if len(step.posts) == 1 and step.posts == step.second_posts:
                yield f"step {step.name} can be confirmed only by the post that takes it"


def _lower_first(words: str) -> str:
    is_acronym = len(words) > 1 and words[1].isupper()
    return words if is_acronym else words[:1].lower() + words[1:]


def _post_words(key: str) -> str:
    return key.replace("-", " ").replace("_", " ")
