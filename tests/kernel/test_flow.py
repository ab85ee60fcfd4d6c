from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wansdyke.kernel.flow import Flow, Post, Refused, Role, Step


@dataclass(frozen=True)
class Call:
    category: str = ""
    letters_owed: bool = False


def category_given(call: Call) -> str | None:
    return None if call.category else "Choose a closing category before you result the call."


def letters_written(call: Call) -> str | None:
    return "Finish THRIVE before you result the call." if call.letters_owed else None


def lowers(call: Call, payload: Mapping[str, Any]) -> bool:
    return payload.get("grade") == "scheduled"


ASSIGN = Step(
    name="assign",
    label="Assign a unit",
    sources=frozenset({"open"}),
    target="assigned",
    posts=frozenset({"dispatcher"}),
)
REGRADE = Step(
    name="regrade",
    label="Grade again",
    sources=frozenset({"open", "assigned"}),
    target=None,
    posts=frozenset({"dispatcher", "operator"}),
    needs_reason=True,
    second_posts=frozenset({"control-room-supervisor"}),
    needs_second=lowers,
)
STAND_DOWN = Step(
    name="stand-down",
    label="Stand down",
    sources=frozenset({"assigned"}),
    target="open",
    posts=frozenset({"dispatcher"}),
)
RESULT = Step(
    name="result",
    label="Result the call",
    sources=frozenset({"assigned"}),
    target="resulted",
    posts=frozenset({"dispatcher"}),
    checks=(category_given, letters_written),
)
FLOW = Flow(
    start="open",
    ends=frozenset({"resulted"}),
    labels={"open": "Open", "assigned": "Assigned", "resulted": "Resulted"},
    steps=(ASSIGN, REGRADE, STAND_DOWN, RESULT),
)


def refusal(name: str, **given_: Any) -> Refused:
    asked: dict[str, Any] = {"state": "assigned", "posts": ["dispatcher"], "facts": Call("Crime")}
    with pytest.raises(Refused) as caught:
        FLOW.permit(name, **{**asked, **given_})
    return caught.value


def test_a_sound_table_has_no_faults_and_names_its_states_in_the_authors_order() -> None:
    assert FLOW.faults() == []
    assert FLOW.states() == ("open", "assigned", "resulted")


def test_the_buttons_are_those_of_the_state_and_the_posts() -> None:
    assert FLOW.offered("open", ["operator"]) == [REGRADE]
    assert FLOW.offered("assigned", {"dispatcher"}) == [REGRADE, STAND_DOWN, RESULT]
    assert FLOW.offered("resulted", {"dispatcher"}) == []
    assert FLOW.offered("open", ()) == []


def test_a_permitted_step_is_handed_back() -> None:
    assert FLOW.permit("assign", state="open", posts=("dispatcher",), facts=Call()) is ASSIGN
    reasoned = FLOW.permit(
        "regrade", state="open", posts=("operator",), facts=Call(), reason="Knife seen"
    )
    assert reasoned.target is None


def test_an_unknown_step_is_refused() -> None:
    assert refusal("explode").message == "There is no step called “explode” here."
    with pytest.raises(Refused):
        FLOW.named("explode")


def test_the_wrong_state_is_refused_in_words() -> None:
    late = refusal("assign", state="resulted")
    assert late.message == "This is already resulted, so “Assign a unit” can no longer be done."
    early = refusal("result", state="open")
    assert early.message == "This is open, so “Result the call” cannot be done at this stage."


def test_a_state_that_opens_with_an_acronym_keeps_its_capitals() -> None:
    flow = replace(FLOW, labels={**FLOW.labels, "resulted": "NFA"})
    with pytest.raises(Refused, match="This is already NFA, so"):
        flow.permit("assign", state="resulted", posts=["dispatcher"], facts=Call())


def test_the_wrong_post_is_told_whose_step_it_is() -> None:
    assert refusal("result", posts=["operator"]).message == (
        "You cannot do “Result the call”. It is for: dispatcher."
    )


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_missing_reason_names_its_field(reason: str) -> None:
    refused = refusal("regrade", reason=reason)
    assert refused.field == "reason"
    assert refused.message == "Enter a reason for “Grade again”."


def test_the_first_failing_check_speaks_for_itself() -> None:
    assert refusal("result", facts=Call(letters_owed=True)).message == category_given(Call())
    owed = refusal("result", facts=Call("Crime", letters_owed=True))
    assert owed.message == "Finish THRIVE before you result the call."
    assert owed.field is None


def test_a_second_person_is_wanted_only_where_the_rule_says() -> None:
    assert REGRADE.wants_second(Call(), {"grade": "scheduled"})
    assert not REGRADE.wants_second(Call(), {"grade": "immediate"})
    assert replace(REGRADE, needs_second=None).wants_second(Call(), {})
    assert not replace(REGRADE, second_posts=frozenset()).wants_second(
        Call(), {"grade": "scheduled"}
    )


def with_step(step: Step, **changes: Any) -> Flow:
    others = tuple(s for s in FLOW.steps if s.name != step.name)
    return replace(FLOW, steps=(*others, replace(step, **changes)))


LOOP = Step(
    name="loop",
    label="Go round",
    sources=frozenset({"open"}),
    target="loop-a",
    posts=frozenset({"dispatcher"}),
)
CIRCLE = (
    LOOP,
    replace(LOOP, name="out", sources=frozenset({"loop-a"}), target="loop-b"),
    replace(LOOP, name="back", sources=frozenset({"loop-b"}), target="loop-a"),
)


@pytest.mark.parametrize(
    ("flow", "fault"),
    [
        (with_step(ASSIGN, target="open"), "state assigned can never be reached"),
        (with_step(RESULT, target="lost"), "state lost has no way out"),
        (with_step(RESULT, target="lost"), "state lost has no label"),
        (with_step(RESULT, target=None), "state resulted can never be reached"),
        (replace(FLOW, steps=(*FLOW.steps, *CIRCLE)), "state loop-a never leads to an end"),
        (replace(FLOW, ends=frozenset()), "the flow has no end"),
        (replace(FLOW, labels={**FLOW.labels, "x": "X"}), "label x belongs to no state"),
        (replace(FLOW, steps=(*FLOW.steps, ASSIGN)), "step assign is named 2 times"),
        (with_step(ASSIGN, posts=frozenset()), "step assign has no posts"),
        (with_step(ASSIGN, sources=frozenset()), "step assign starts from no state"),
        (with_step(ASSIGN, label=""), "step assign has no label"),
        (
            with_step(REGRADE, second_posts=frozenset()),
            "step regrade asks for a second person but names no post for one",
        ),
        (
            with_step(RESULT, second_posts=frozenset({"dispatcher"})),
            "step result can be confirmed only by the post that takes it",
        ),
    ],
)
def test_the_table_finds_its_own_faults(flow: Flow, fault: str) -> None:
    assert fault in flow.faults()


@given(
    state=st.sampled_from([*FLOW.states(), "elsewhere"]),
    posts=st.sets(st.sampled_from(["dispatcher", "operator", "auditor"])),
)
def test_what_is_offered_is_what_is_permitted(state: str, posts: set[str]) -> None:
    offered = {step.name for step in FLOW.offered(state, posts)}
    for step in FLOW.steps:
        try:
            FLOW.permit(step.name, state=state, posts=posts, facts=Call("Crime"), reason="Why")
        except Refused:
            assert step.name not in offered
        else:
            assert step.name in offered


def test_eight_roles_and_a_post_closed_to_the_safety_face_by_default() -> None:
    assert len(Role) == 8
    assert not Post(key="auditor", title="Auditor", role=Role.AUDITOR).safety_face
