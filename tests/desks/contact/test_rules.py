"""The control room's flow and checks, without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from wansdyke.desks.contact import rules
from wansdyke.desks.contact.rules import FLOW, Facts, Grade, State
from wansdyke.kernel.flow import Refused

NOON = datetime(2026, 6, 10, 11, 0, tzinfo=UTC)
KNOWN = Facts(
    received_at=NOON,
    at=NOON,
    where="12 Lantern Lane",
    what="Shouting",
    prior_contact="no",
    grade=Grade.IMMEDIATE,
    gradings=((Grade.IMMEDIATE, NOON),),
)
POSTS = ("operator", "dispatcher", "control-room-supervisor", "duty-inspector", "response-officer")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def test_the_flow_has_no_fault() -> None:
    assert FLOW.faults() == []
    assert {post.key for post in rules.POSTS} == {*POSTS, "mental-health-practitioner"}


ROOM = ("operator", "dispatcher", "control-room-supervisor", "duty-inspector")
DISPATCH = ROOM[1:]
EVERYONE = POSTS
# What each state offers, and to whom; nobody else is offered it, and nothing else is offered.
OFFERED: dict[State, dict[str, tuple[str, ...]]] = {
    State.RECEIVED: {"grade": ROOM, "grade-by-phone": ROOM},
    State.WAITING: {
        "assign": DISPATCH,
        "review-missed": ROOM,
        "regrade": ROOM,
        "to-phone": ROOM,
        "close-unattended": DISPATCH,
    },
    State.ASSIGNED: {
        "assign": DISPATCH,
        "en-route": (*DISPATCH, "response-officer"),
        "at-scene": (*DISPATCH, "response-officer"),
        "review-missed": ROOM,
        "regrade": ROOM,
        "stand-down": DISPATCH,
    },
    State.EN_ROUTE: {
        "assign": DISPATCH,
        "at-scene": (*DISPATCH, "response-officer"),
        "review-missed": ROOM,
        "regrade": ROOM,
        "stand-down": DISPATCH,
    },
    State.AT_SCENE: {
        "not-at-scene": (*DISPATCH, "response-officer"),
        "result": EVERYONE,
        "regrade": ROOM,
    },
    State.BY_PHONE: {"result": EVERYONE, "deploy": ROOM},
    State.RESULTED: {"reopen": DISPATCH},
}
# Triage and somebody missing have no states of their own. What may outlast the call is offered
# once it is resulted too; the practitioner takes no step of it.
WHILE_LIVE = ("ask-triage", "missing", "missing-review", "search", "found")
EVER = ("triage-outcome", "arrived-136", "extend-136", "end-136")
for one in OFFERED:
    OFFERED[one] |= dict.fromkeys(EVER, EVERYONE)
    if one != State.RESULTED:
        OFFERED[one] |= dict.fromkeys(WHILE_LIVE, EVERYONE)


@pytest.mark.parametrize("post", POSTS)
@pytest.mark.parametrize("state", list(State))
def test_who_is_offered_what(state: State, post: str) -> None:
    offered = {step.name for step in FLOW.offered(state, {post})}
    assert offered == {name for name, posts in OFFERED[state].items() if post in posts}


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("name", [step.name for step in FLOW.steps])
def test_what_is_not_offered_is_refused(state: State, name: str) -> None:
    for post in (*POSTS, "analyst", "partner", "mental-health-practitioner"):
        if post in OFFERED[state].get(name, ()):
            continue
        with pytest.raises(Refused):
            FLOW.permit(name, state=state, posts={post}, facts=KNOWN, reason="because")


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (
            replace(KNOWN, where=" "),
            "Enter where it is happening before you grade the call.",
        ),
        (replace(KNOWN, what=""), "Enter what is happening before you grade the call."),
        (
            replace(KNOWN, prior_contact=""),
            "Say whether they have contacted police before, or that you could not ask.",
        ),
    ],
)
@pytest.mark.parametrize("name", ["grade", "grade-by-phone"])
def test_what_is_asked_before_a_grade(facts: Facts, sentence: str, name: str) -> None:
    with pytest.raises(Refused) as refused:
        FLOW.permit(name, state="received", posts={"operator"}, facts=facts, reason="because")
    assert refused.value.message == sentence


def test_whoever_could_not_ask_may_grade() -> None:
    facts = replace(KNOWN, prior_contact="could-not-ask", letters_owed=("threat",))
    assert FLOW.permit("grade", state="received", posts={"operator"}, facts=facts, reason="now")


@pytest.mark.parametrize(
    ("name", "state"),
    [("result", "at-scene"), ("result", "by-phone"), ("close-unattended", "waiting")],
)
def test_letters_come_before_the_result(name: str, state: str) -> None:
    owing = replace(KNOWN, letters_owed=("harm", "engagement"))
    with pytest.raises(Refused) as refused:
        FLOW.permit(name, state=state, posts={"dispatcher"}, facts=owing, reason="done")
    assert refused.value.message == "THRIVE is owed before the result: harm, engagement."
    assert FLOW.permit(name, state=state, posts={"dispatcher"}, facts=KNOWN, reason="done")


LATE = replace(
    KNOWN,
    at=NOON
    + minutes(
        20,
    )
    + timedelta(seconds=1),
)


def names_open(facts: Facts, state: str = "waiting") -> dict[str, str | None]:
    return {step.name: why for step, why in FLOW.open_to(state, {"operator"}, facts)}


def test_a_missed_target_opens_its_own_step() -> None:
    in_time = replace(KNOWN, at=NOON + minutes(20))
    assert "review-missed" not in names_open(in_time)
    assert "review-missed" not in names_open(replace(LATE, at_scene_at=NOON + minutes(21)))
    not_yet = names_open(LATE)["review-missed"]
    assert (
        not_yet == "Run THRIVE again first: the target has passed and the facts may have changed."
    )
    early = replace(LATE, assessed_at=NOON + minutes(19))
    assert names_open(early)["review-missed"] == not_yet
    thought = replace(LATE, assessed_at=NOON + minutes(20))
    assert names_open(thought)["review-missed"] is None
    assert FLOW.permit("review-missed", state="assigned", posts={"operator"}, facts=thought)


def test_a_target_still_to_come_cannot_be_reviewed() -> None:
    with pytest.raises(Refused) as refused:
        FLOW.permit("review-missed", state="waiting", posts={"operator"}, facts=KNOWN)
    assert refused.value.message == "The target has not passed, or a unit is at scene."


@pytest.mark.parametrize(
    ("now", "new", "lower"),
    [
        ("immediate", "priority", True),
        ("immediate", "scheduled", True),
        ("priority", "scheduled", True),
        ("scheduled", "without-deployment", True),
        ("priority", "immediate", False),
        ("priority", "priority", False),
        ("without-deployment", "scheduled", False),
        ("priority", "", False),
        ("", "scheduled", False),
        ("priority", "no such grade", False),
    ],
)
def test_which_grades_are_lower(now: str, new: str, lower: bool) -> None:
    assert rules.lowers(replace(KNOWN, grade=now), {"grade": new}) is lower


@pytest.mark.parametrize("name", ["regrade", "reopen"])
def test_only_a_lower_grade_wants_a_second_person(name: str) -> None:
    step = FLOW.named(name)
    assert step.wants_second(KNOWN, {"grade": "scheduled"})
    assert not step.wants_second(replace(KNOWN, grade="priority"), {"grade": "immediate"})


def test_a_grade_stands_until_a_second_person_agrees_to_a_lower_one() -> None:
    assert rules.standing([]) == ""
    assert rules.standing([("priority", False), ("immediate", False)]) == "immediate"
    assert rules.standing([("immediate", False), ("scheduled", False)]) == "immediate"
    assert rules.standing([("immediate", False), ("scheduled", True)]) == "scheduled"
    lowered = [("immediate", False), ("scheduled", True), ("priority", False)]
    assert rules.standing(lowered) == "priority"


@pytest.mark.parametrize("name", ["to-phone", "close-unattended"])
def test_not_going_always_wants_a_second_person(name: str) -> None:
    step = FLOW.named(name)
    assert step.wants_second(KNOWN, {})
    assert step.second_posts == {"control-room-supervisor", "duty-inspector"}


@pytest.mark.parametrize(
    "name",
    ["grade", "grade-by-phone", "regrade", "stand-down", "to-phone", "deploy", "reopen"],
)
def test_a_decision_needs_its_reason(name: str) -> None:
    source = next(iter(FLOW.named(name).sources))
    posts = {"control-room-supervisor"}
    with pytest.raises(Refused) as refused:
        FLOW.permit(name, state=source, posts=posts, facts=KNOWN, reason="  ")
    assert refused.value.field == "reason"
