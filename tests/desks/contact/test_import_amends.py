"""The same reference again: what differs is amended, what is left out stands, nothing is lost."""

from pathlib import Path

import pytest
from django.utils import timezone

from tests.desks.contact.import_files import (
    WHOLE,
    contacts,
    loaded,
    put,
    somebody,
    table,
)
from wansdyke.access.models import Root
from wansdyke.casework.models import Deadline, Party
from wansdyke.history.models import AuditEntry, Change, Event
from wansdyke.people.delimited import BadFile
from wansdyke.people.models import PersonRecord

pytestmark = pytest.mark.django_db
FIRST = {"reference": "WP-1", "received_at": "2018-12-31 13:50"}


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    path = put(tmp_path, table(WHOLE, {**FIRST, "reference": "WP-2"}))
    contacts(path)
    before = (Event.objects.count(), AuditEntry.objects.count(), Root.objects.count())
    came = contacts(path)
    assert (came.added, came.amended, came.unchanged, came.load) == (0, 0, 2, 0)
    assert (Event.objects.count(), AuditEntry.objects.count(), Root.objects.count()) == before


def test_what_differs_is_amended_with_its_old_value(tmp_path: Path) -> None:
    path = put(tmp_path, table(WHOLE))
    contacts(path)
    later = {**FIRST, "notes": "Shouting stopped.", "at_scene_at": "2018-12-31 14:20"}
    came = contacts(put(tmp_path, table(later), "later.csv"))
    assert (came.added, came.amended) == (0, 1)
    call = loaded()
    event = Event.objects.get(root=call.case.root, name="amended from a file")
    assert {(c.field, c.old) for c in event.changes.all()} == {
        ("notes", WHOLE["notes"]),
        ("at_scene_at", "2018-12-31T14:04:00+00:00"),
    }
    assert call.case.root.version == 2
    # What the second file left out stands as it was.
    assert (call.grade, call.category, call.where) == (
        "immediate",
        "safety-welfare",
        WHOLE["address"],
    )
    assert Deadline.objects.get().stopped_at == call.at_scene_at


def test_an_empty_cell_changes_nothing(tmp_path: Path) -> None:
    contacts(put(tmp_path, table(WHOLE)))
    came = contacts(put(tmp_path, table(FIRST, columns=tuple(WHOLE)), "later.csv"))
    assert (came.amended, came.unchanged) == (0, 1)


def test_an_open_call_moves_on_as_its_times_come_in(tmp_path: Path) -> None:
    first = {k: v for k, v in WHOLE.items() if k not in ("closed_at", "at_scene_at", "category")}
    contacts(put(tmp_path, table(first)))
    assert loaded().case.state == "assigned"
    contacts(put(tmp_path, table(WHOLE), "later.csv"))
    call = loaded()
    assert (call.case.state, call.case.is_open, call.letters_owed) == ("resulted", False, 0)
    assert call.case.closed_at == call.resulted_at
    event = Event.objects.get(root=call.case.root, name="amended from a file")
    assert (event.state_before, event.state_after) == ("assigned", "resulted")


def test_another_grade_is_kept_beside_the_first_with_both_clocks(tmp_path: Path) -> None:
    contacts(put(tmp_path, table({**FIRST, "grade": "2", "graded_at": "2018-12-31 13:52"})))
    contacts(
        put(
            tmp_path,
            table({**FIRST, "grade": "1", "graded_at": "2018-12-31 13:58"}),
            "later.csv",
        )
    )
    call = loaded()
    assert (call.first_grade, call.grade) == ("priority", "immediate")
    assert [g.grade for g in call.gradings.order_by("at")] == ["priority", "immediate"]
    clocks = Deadline.objects.order_by("pk").values_list("clock", "replaced_at")
    assert [(clock, replaced is None) for clock, replaced in clocks] == [
        ("attend-priority", False),
        ("attend-immediate", True),
    ]


def test_a_file_does_not_lower_the_grade_of_an_open_call(tmp_path: Path) -> None:
    contacts(put(tmp_path, table({**FIRST, "grade": "1"})))
    with pytest.raises(BadFile, match="a supervisor lowers that of an open call"):
        contacts(put(tmp_path, table({**FIRST, "grade": "3"}), "later.csv"))
    assert loaded().grade == "immediate"


def test_people_are_corrected_where_they_came_from(tmp_path: Path) -> None:
    contacts(put(tmp_path, table(WHOLE)))
    later = WHOLE | {"caller_surname": "Birdsall-Wexcombe", "subject_role": "witness"}
    assert contacts(put(tmp_path, table(later), "later.csv")).amended == 1
    parties = loaded().case.parties.order_by("pk")
    assert [(p.role, p.record.surname) for p in parties] == [
        ("caller", "Birdsall-Wexcombe"),
        ("witness", "Marden"),
    ]
    assert PersonRecord.objects.count() == 2
    assert Change.objects.filter(field="surname", old="Birdsall").count() == 1
    assert PersonRecord.objects.filter(surname_key="birdsallwexcombe").count() == 1


def test_somebody_named_only_later_is_added(tmp_path: Path) -> None:
    contacts(put(tmp_path, table(FIRST)))
    contacts(put(tmp_path, table({**FIRST, "caller_surname": "Marden"}), "later.csv"))
    party = Party.objects.get()
    assert (party.role, party.record.surname) == ("caller", "Marden")
    assert party.record.root.load is None


def test_somebody_taken_off_the_call_is_not_put_back(tmp_path: Path) -> None:
    contacts(put(tmp_path, table(WHOLE)))
    Party.objects.update(ended_at=timezone.now())
    later = WHOLE | {"caller_surname": "Other"}
    assert contacts(put(tmp_path, table(later), "later.csv")).unchanged == 1


def test_another_address_moves_the_scene(tmp_path: Path) -> None:
    contacts(put(tmp_path, table(WHOLE)))
    later = {**FIRST, "address": "9 Quarry Rise, Swindon", "postcode": "SN1 9ZZ"}
    contacts(put(tmp_path, table(later), "later.csv"))
    call = loaded()
    assert (call.where, call.place.postcode) == ("9 Quarry Rise, Swindon", "SN1 9ZZ")
    assert call.case.places.get().place == call.place
    assert contacts(put(tmp_path, table(later), "again.csv")).unchanged == 1


def test_a_later_file_may_not_make_nonsense_of_the_times(tmp_path: Path) -> None:
    contacts(put(tmp_path, table(WHOLE)))
    with pytest.raises(BadFile, match="not before the receipt"):
        contacts(put(tmp_path, table({**FIRST, "received_at": "2018-12-31 15:00"}), "later.csv"))


def test_a_receipt_put_right_takes_an_untimed_grade_along(tmp_path: Path) -> None:
    contacts(put(tmp_path, table({**FIRST, "grade": "1"})))
    later = {**FIRST, "received_at": "2018-12-31 13:55", "grade": "1"}
    contacts(put(tmp_path, table(later), "later.csv"))
    call = loaded()
    assert call.graded_at == call.received_at == call.case.opened_at
    assert call.gradings.get().at == call.received_at


def test_a_call_of_another_team_is_not_amended_and_the_try_is_logged(tmp_path: Path) -> None:
    contacts(put(tmp_path, table(WHOLE)))
    stranger = somebody("sam", team="elsewhere")
    with pytest.raises(BadFile, match="the reference of a contact that you may change"):
        contacts(put(tmp_path, table(FIRST | {"notes": "mine"}), "later.csv"), stranger)
    assert loaded().notes == WHOLE["notes"]
    denied = AuditEntry.objects.get(operation="denied")
    assert [s.reference for s in denied.subjects.all()] == ["WP-1"]
