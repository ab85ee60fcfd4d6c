"""What a form showed as standing is held against what stands: nobody writes over what they did not
see."""

import json
from datetime import date
from typing import Any

import pytest

from wansdyke.history.seen import Overtaken, settled, shown
from wansdyke.kernel.flow import Refused

STOOD = {"name": "Council", "until": date(2027, 1, 2), "active": True}
SEEN = shown(STOOD)


def test_what_nobody_else_changed_is_written() -> None:
    typed = {"name": "The council", "until": None, "active": False}
    assert settled(SEEN, typed, STOOD) == typed


def test_what_was_left_as_it_was_keeps_what_a_colleague_made_of_it() -> None:
    now = STOOD | {"active": False}
    typed = STOOD | {"name": "The council"}
    assert settled(SEEN, typed, now) == {
        "name": "The council", "until": date(2027, 1, 2), "active": False,
    }  # fmt: skip


@pytest.mark.parametrize("as_left", [True, False])
def test_what_both_changed_is_written_by_neither(as_left: bool) -> None:
    now = STOOD | {"name": "Borough"}
    with pytest.raises(Overtaken) as overtaken:
        settled(SEEN, STOOD | {"name": "The council"}, now, as_left=as_left)
    assert overtaken.value.theirs == {"name": "Borough"}
    assert overtaken.value.now == now


def test_what_both_changed_to_the_same_is_no_quarrel() -> None:
    now = STOOD | {"name": "Borough"}
    assert settled(SEEN, now, now) == now


def test_where_what_was_left_is_meant_a_colleagues_change_is_told() -> None:
    now = STOOD | {"active": False}
    with pytest.raises(Overtaken) as overtaken:
        settled(SEEN, STOOD, now, as_left=False)
    assert overtaken.value.theirs == {"active": False}


def test_whoever_saw_no_form_writes_what_they_say() -> None:
    assert settled(None, {"name": "x"}, STOOD) == {"name": "x"}


@pytest.mark.parametrize("seen", ["", "nonsense", "[]", "{}", json.dumps({"name": "Council"})])
def test_a_form_that_does_not_say_what_it_showed_is_refused(seen: str) -> None:
    typed: dict[str, Any] = {"name": "x", "active": True}
    with pytest.raises(Refused):
        settled(seen, typed, STOOD)
