"""Every form of the product, sent twice at once and by two people at once: no lost answer, one
effect. Twenty of each at every form, each on a copy of the sweeps' world."""

import os
from collections.abc import Iterator
from functools import partial
from html import unescape

import pytest

from tests.proof.arena import (
    KEYS,
    OF_WRITING,
    Answered,
    Sending,
    Sent,
    a_round,
    came,
    counted,
    otherwise,
    sendings,
)
from tests.proof.letting_go import Pair, two
from tests.sweeps.test_writes import writers
from tests.sweeps.urls import walked
from tests.sweeps.world import World
from wansdyke.history.models import Operation

pytestmark = pytest.mark.proof
ROUNDS = int(os.environ.get("WANSDYKE_ROUNDS", "20"))
ANSWERED = frozenset({200, 302, 400, 409, 422})
SEEN = ("version", "seen")
# What stands on the answer is shown once, so that the second of two alike cannot show it again.
SHOWN_ONCE = frozenset(
    {"contact:downtime-pack", "api_tokens", "user_new", "user_password", "caller_check"}
)
# Deeds that may be done again, and then say so again: a password given anew, an app taken away.
AGAIN = frozenset({"user_password", "user_factor", "conflict-taken-on"})
# What makes something new, so that two who send it make two.
NEW = frozenset({"contact:risk-new", "lost-property:new", "contact:from-paper"})
# What is asked besides the edit itself, and is kept with it: a reason.
NOT_KEPT = frozenset({"reason"})
# What has no effect of its own but in the log, which says each time that it was done: a file that
# was fetched; and one's own unfinished call, thrown away.
NO_EFFECT = frozenset({"contact:downtime-pack", "contact:drop-draft"})
# What is one's own and ends but once, however often it is asked, without a key.
ENDS = frozenset({"session_end"})


def alone(world: World, sending: Sending) -> dict[str, int]:
    """What one sending leaves; nothing where it did nothing."""
    with a_round(world):
        before = counted()
        sending.post()
        return came(before)


def doubled(
    world: World, pair: Pair, name: str, sending: Sending, one: dict[str, int]
) -> list[str]:
    """What is wrong when a form is sent twice at once."""
    with a_round(world, pair):
        before = counted()
        answers = pair.at_once(sending.post, sending.post)
        left = came(before)
    wrong = [f"it answered {answer}" for answer in answers if not answered(answer)]
    if left != one and name not in NO_EFFECT:
        wrong.append(f"sent twice it left {left}, once {one}")
    if not wrong and {answer.status for answer in answers} != {302} and name not in SHOWN_ONCE:
        wrong.append(f"its answers are {[answer.status for answer in answers]}")
    return wrong


def answered(answer: object) -> bool:
    return isinstance(answer, Answered) and answer.status in ANSWERED


def raced(
    world: World, pair: Pair, name: str, sending: Sending, one: dict[str, int]
) -> Iterator[str]:
    """What is wrong when two people send a form at once, each with their own answers."""
    data = [otherwise(sending, turn) for turn in (0, 1)]
    with a_round(world, pair):
        before, done = counted(), Operation.objects.count()
        answers = pair.at_once(*(partial(sending.post, each) for each in data))
        # What a colleague shut while one was asking opens to those named on it a moment later: they
        # send again what their browser holds.
        answers = [
            sending.post(data[turn]) if getattr(answer, "status", 0) == 404 else answer
            for turn, answer in enumerate(answers)
        ]
        left, effects = came(before), Operation.objects.count() - done
    # Whoever comes second may find that what the form was about is gone.
    gone = [answer for answer in answers if getattr(answer, "status", 0) == 404]
    if any(not answered(one) for one in answers if one not in gone) or len(gone) == 2:
        yield f"it answered {answers}"
        return
    if name in NO_EFFECT:
        return
    if name in ENDS:
        if left != one:
            yield f"two left {left}, one {one}"
        return
    if effects not in (1, 2):
        yield f"{effects} took effect: {answers}"
    if left.get("history.Event", 0) < effects * one["history.Event"]:
        yield f"of {effects} effects there are fewer Events: {left}, of one {one}"
    if name not in NEW and any(held in sending.data for held in SEEN):
        yield from lost(answers, effects, data)
    elif effects == 2:
        yield from overwritten(name, left, one)


def lost(answers: list[Answered], effects: int, data: list[Sent]) -> Iterator[str]:
    """What of two edits is lost: one is done, and the other is shown both answers."""
    if all(data[0][name] == one for name, one in data[1].items() if name not in KEYS):
        return  # nothing else can be answered, and both may say the same
    if effects != 1:
        yield f"both were written, one over the other: {[one.status for one in answers]}"
        return
    loser = next((n for n in (0, 1) if answers[n].status != 302), None)
    if loser is None:
        yield "both were told that it is done"
        return
    page = unescape(answers[loser].text)
    for mine, theirs in zip(data[loser].items(), data[1 - loser].items(), strict=True):
        if mine == theirs or mine[0] in KEYS:
            continue
        if str(mine[1]) not in page:
            yield f"what the loser typed as {mine[0]} is not on the page"
        if mine[0] not in NOT_KEPT and str(theirs[1]) not in page:
            yield f"what the winner wrote as {mine[0]} is not on the loser’s page"


def overwritten(name: str, left: dict[str, int], one: dict[str, int]) -> Iterator[str]:
    """Two took effect, and each must have left rows of its own."""
    own = {label: count for label, count in one.items() if label not in OF_WRITING}
    less = {label for label, count in own.items() if left.get(label, 0) < count}
    if (less or not own) and name not in AGAIN:
        yield f"the second wrote over the first: {left}, alone {one}"


@pytest.mark.parametrize("name", [url.name for url in writers()])
def test_at_every_form(world: World, name: str) -> None:
    url = next(one for one in walked() if one.name == name)
    for sending in sendings(world, url):
        one = alone(world, sending)
        if one:
            break
    else:
        pytest.skip("no way of filling it in changed anything")
    wrong: list[str] = []
    with two() as pair:
        for _ in range(ROUNDS):
            wrong += doubled(world, pair, name, sending, one)
            wrong += raced(world, pair, name, sending, one)
            assert len(wrong) < 3, f"{sending.title}: " + "\n".join(wrong)
    assert wrong == [], f"{sending.title}: " + "\n".join(wrong)
