"""Two people at one call: nobody writes over anybody, and nothing typed is lost."""

import pytest

from tests.desks.contact import control_room as room
from tests.desks.contact.control_room import rewrite, step
from wansdyke.access.sections import ALL, Section
from wansdyke.casework.merging import differences
from wansdyke.desks.contact.models import Contact
from wansdyke.history.door import Stale
from wansdyke.history.models import Change, Event

pytestmark = pytest.mark.django_db


def test_an_edit_writes_old_and_new_values_of_what_differs() -> None:
    call = room.take()
    seen = call.case.root.version
    rewrite(call, room.owen(), seen, what="Shouting, now a scream", where=call.where)
    event = Event.objects.get(name="amended")
    assert [(c.field, c.old, c.new, c.section) for c in event.changes.all()] == [
        ("what", "Shouting next door", "Shouting, now a scream", "narrative")
    ]
    assert room.again(call).case.root.version == seen + 1


def test_an_edit_that_changes_nothing_leaves_nothing() -> None:
    call = room.take()
    rewrite(call, room.owen(), call.case.root.version, what=call.what)
    assert not Event.objects.filter(name="amended").exists()


def test_a_stale_edit_writes_nothing() -> None:
    call = room.take()
    seen = call.case.root.version
    rewrite(call, room.owen(), seen, what="A scream")
    with pytest.raises(Stale) as stale:
        rewrite(call, room.olivia(), seen, what="Quiet now", notes="Dog barks")
    assert (stale.value.seen, stale.value.root.version) == (seen, seen + 1)
    call = room.again(call)
    assert (call.what, call.notes) == ("A scream", "")


def test_a_stale_step_that_overwrites_is_told_too() -> None:
    call = room.take(grade="priority")
    seen = call.case.root.version
    step(call, "regrade", room.owen(), reason="knife", grade="immediate", version=seen)
    with pytest.raises(Stale):
        step(call, "regrade", room.olivia(), reason="calm", grade="scheduled", version=seen)
    assert room.again(call).grade == "immediate"


def both_at_work() -> tuple[Contact, int]:
    call = room.take(notes="Dog")
    seen = call.case.root.version
    rewrite(call, room.owen(), seen, what="A scream", notes="Two dogs")
    rewrite(call, room.owen(), seen + 1, what="Two screams", interpreter="Polish")
    return room.again(call), seen


def test_who_changed_what() -> None:
    call, seen = both_at_work()
    typed = {
        "what": "Quiet now",  # both
        "notes": "Dog",  # only Owen: the user left it as it was
        "interpreter": "Polish",  # both, to the same
        "safe_to_call": "After six",  # only the user
        "silent_call": False,  # nobody
    }
    found = {d.field: d for d in differences(call, typed, seen, ALL)}
    assert set(found) == {"what", "notes", "safe_to_call"}
    what = found["what"]
    assert (what.before, what.yours, what.theirs) == (
        "Shouting next door", "Quiet now", "Two screams",
    )  # fmt: skip
    assert (what.theirs_by, what.untouched) == ("Owen", False)
    assert (found["notes"].untouched, found["notes"].theirs) == (True, "Two dogs")
    assert (found["safe_to_call"].theirs_by, found["safe_to_call"].theirs) == ("", "")


def test_what_the_user_may_not_see_is_not_shown_them() -> None:
    call, seen = both_at_work()
    found = differences(call, {"what": "Quiet", "unit": "W1"}, seen, frozenset({Section.CORE}))
    assert [d.field for d in found] == ["unit"]


def test_another_records_change_of_the_same_name_is_not_this_ones() -> None:
    call = room.take(notes="Dog")
    seen = call.case.root.version
    rewrite(call, room.owen(), seen, what="A scream")
    event = Event.objects.get(name="amended")
    Change.objects.create(
        event=event, record="PR-0000-0000", field="notes", section="narrative", old="x", new="y"
    )
    (found,) = differences(room.again(call), {"notes": "Two dogs"}, seen, ALL)
    assert (found.before, found.theirs, found.theirs_by) == ("Dog", "Dog", "")
