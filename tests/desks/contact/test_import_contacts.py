"""Contacts from a file: what each becomes, what is refused, and what the same reference amends."""

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.desks.contact.import_files import (
    WHOLE,
    contacts,
    loaded,
    put,
    somebody,
    table,
)
from wansdyke.access.models import ForceSetting, Load, Root
from wansdyke.casework.models import Case, Deadline, Party
from wansdyke.desks.contact.models import Contact
from wansdyke.history.models import AuditEntry, Event
from wansdyke.history.verify import verify
from wansdyke.kernel.flow import Refused
from wansdyke.people.delimited import BadFile
from wansdyke.people.models import PersonRecord, Place

pytestmark = pytest.mark.django_db
FIRST = {"reference": "WP-1", "received_at": "2018-12-31 13:50"}


def refused(path: Path, **more: object) -> str:
    """What a file is refused with, nothing of it kept."""
    with pytest.raises(BadFile) as caught:
        contacts(path, **more)
    assert not Contact.objects.exists()
    assert not Load.objects.exists()
    return str(caught.value)


def test_a_whole_row_becomes_a_call_with_its_people_and_clocks(tmp_path: Path) -> None:
    came = contacts(put(tmp_path, table(WHOLE)))
    assert (came.rows, came.added, came.amended, came.rejected) == (1, 1, 0, 0)
    call = loaded()
    assert call.received_at == datetime(2018, 12, 31, 13, 50, tzinfo=UTC)
    assert (call.grade, call.first_grade) == ("immediate", "immediate")
    assert call.risk_types == ["domestic-abuse", "child"]
    assert (call.where, str(call.place)) == (WHOLE["address"], f"{WHOLE['address']}, SN1 2AB")
    assert (call.category, call.letters_owed) == ("safety-welfare", 0)
    case = call.case
    assert (case.state, case.is_open, case.owner) == ("resulted", False, None)
    assert (case.opened_at, case.closed_at) == (call.received_at, call.resulted_at)
    deadline = Deadline.objects.get()
    assert deadline.clock == "attend-immediate"
    assert deadline.due_at - deadline.anchored_at == timedelta(minutes=20)
    assert deadline.stopped_at == call.at_scene_at
    assert [(p.role, str(p.record)) for p in case.parties.order_by("pk")] == [
        ("caller", "Ada Birdsall"),
        ("suspect", "Rhys Marden"),
    ]
    assert case.force_references.get().value == "WP-1"
    assert case.places.get().place == call.place


def test_every_root_has_one_event_and_the_chain_names_it(tmp_path: Path) -> None:
    contacts(put(tmp_path, table(WHOLE)))
    events = Event.objects.filter(root__isnull=False)
    assert [event.name for event in events] == ["loaded"] * 3
    assert {event.occurred_at for event in events} == {loaded().received_at}
    named = AuditEntry.objects.filter(operation="collection", subjects__reference=str(loaded()))
    assert named.count() == 1
    assert verify().intact


@pytest.mark.parametrize(
    ("left_out", "state"),
    [
        (("closed_at",), "at-scene"),
        (("closed_at", "at_scene_at"), "assigned"),
        (("closed_at", "at_scene_at", "assigned_at"), "waiting"),
        (("closed_at", "at_scene_at", "assigned_at", "grade", "graded_at"), "received"),
    ],
)
def test_its_times_say_where_a_call_stands(
    tmp_path: Path, left_out: tuple[str, ...], state: str
) -> None:
    contacts(put(tmp_path, table({k: v for k, v in WHOLE.items() if k not in left_out})))
    call = loaded()
    assert (call.case.state, call.case.is_open, call.letters_owed) == (state, True, 6)


def test_graded_without_deployment_is_being_resolved_by_phone(tmp_path: Path) -> None:
    contacts(put(tmp_path, table({**FIRST, "grade": "4"})))
    assert loaded().case.state == "by-phone"
    assert loaded().graded_at == loaded().received_at


def test_on_the_night_the_clocks_go_back_a_call_ends_after_it_began(tmp_path: Path) -> None:
    night = {
        "received_at": "2018-10-28 01:50",
        "graded_at": "2018-10-28 01:52",
        "grade": "1",
        "assigned_at": "2018-10-28 01:55",
        "at_scene_at": "2018-10-28 01:05",
        "closed_at": "2018-10-28 01:40",
    }
    contacts(put(tmp_path, table({"reference": "WP-1"} | night)))
    call = loaded()
    assert call.at_scene_at - call.received_at == timedelta(minutes=15)
    assert call.resulted_at - call.at_scene_at == timedelta(minutes=35)
    contacts(put(tmp_path, table({"reference": "WP-1"} | night), "again.csv"))
    said = night | {"closed_at": "2018-10-28 01:40+01:00"}
    with pytest.raises(BadFile, match="not before the receipt"):
        contacts(put(tmp_path, table({"reference": "WP-1"} | said), "offset.csv"))


def test_two_columns_are_enough(tmp_path: Path) -> None:
    contacts(put(tmp_path, table(FIRST)))
    assert loaded().case.state == "received"
    assert not Party.objects.exists()
    assert not Place.objects.exists()


def test_the_settings_that_held_then_hold_for_it(tmp_path: Path) -> None:
    by = somebody()
    for minutes, year in ((15, 2018), (10, 2019)):
        ForceSetting.objects.create(
            key="contact.immediate-minutes",
            value=minutes,
            from_at=datetime(year, 1, 1, tzinfo=UTC),
            by_id=by.user_id,
            reason="Policy",
        )
    contacts(put(tmp_path, table(WHOLE)), by)
    deadline = Deadline.objects.get()
    assert deadline.due_at - deadline.anchored_at == timedelta(minutes=15)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + table(WHOLE | {"notes": "caf\u00e9"}).encode(),
        table(WHOLE | {"notes": "caf\u00e9"}).encode("cp1252"),
        table(WHOLE | {"notes": "caf\u00e9"}).encode("utf-16"),
        table(WHOLE | {"notes": "caf\u00e9"}, delimiter=";").encode(),
        table(WHOLE | {"notes": "caf\u00e9"}, delimiter="\t").encode(),
        (table(WHOLE | {"notes": "caf\u00e9"}) + "," * 21 + "\r\n\r\n").encode(),
        table({k.replace("_", " ").title(): v for k, v in WHOLE.items()})
        .replace("Shouting next door.", "caf\u00e9")
        .encode(),
    ],
    ids=["mark", "1252", "utf-16", "semicolons", "tabs", "blank rows", "headings as words"],
)
def test_whatever_saved_the_file(tmp_path: Path, content: bytes) -> None:
    assert contacts(put(tmp_path, content)).added == 1
    assert loaded().notes == "café"


def test_a_cell_may_hold_lines_and_quotation_marks(tmp_path: Path) -> None:
    said = 'She said:\r\n"he is outside",\nand hung up.'
    contacts(put(tmp_path, table({**FIRST, "notes": said}, {**FIRST, "reference": "WP-2"})))
    assert loaded().notes == said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"received_at": "31/12/2018"}, "column “received_at”: expected a date and time such as"),
        ({"received_at": ""}, "column “received_at”: expected a value, found “nothing”"),
        ({"reference": ""}, "column “reference”: expected a value"),
        ({"received_at": "2999-01-01 10:00"}, "expected a time that is not in the future"),
        ({"closed_at": "2018-12-31 13:00"}, "column “closed_at”: expected a time not before"),
        ({"at_scene_at": "2018-12-31 13:53"}, "expected a time not before assigned_at"),
        ({"closed_at": "2018-12-31 14:00"}, "expected a time not before at_scene_at"),
        ({"grade": "urgent-ish"}, "column “grade”: expected a grade: immediate, priority"),
        ({"grade": ""}, "column “grade”: expected a grade, since graded_at is given"),
        ({"risk_types": "asb|dragons"}, "expected a risk of the force’s menu: Domestic abuse"),
        ({"category": "closed"}, "column “category”: expected a closing category: Anti-social"),
        ({"latitude": "151.5"}, "column “latitude”: expected degrees between -90 and 90"),
        ({"longitude": ""}, "expected both latitude and longitude, or neither"),
        ({"postcode": "SN1"}, "column “postcode”: expected a full UK postcode"),
        ({"address": "x" * 251}, "column “address”: expected 250 characters or fewer, not 251"),
        ({"subject_role": "Villain"}, "expected a part in the call: Victim, Suspect"),
        ({"caller_date_of_birth": "2999-01-01"}, "expected a date that is not in the future"),
    ],
)
def test_a_bad_row_is_named_with_column_and_what_was_expected(
    tmp_path: Path, change: dict[str, str], words: str
) -> None:
    path = put(tmp_path, table({**WHOLE, "reference": "WP-0"}, WHOLE | change))
    said = refused(path)
    assert "calls.csv, row 3" in said
    assert words in said


def test_a_row_of_another_width_is_named(tmp_path: Path) -> None:
    text = table(FIRST) + "WP-2,2018-12-31 14:00,too much\r\n"
    assert "row 3: expected 2 columns, as in the first row, found “3”" in refused(
        put(tmp_path, text)
    )


def test_the_same_reference_twice_in_a_file_names_both_rows(tmp_path: Path) -> None:
    path = put(tmp_path, table(FIRST, {**FIRST, "reference": "WP-2"}, FIRST))
    said = refused(path)
    assert "row 4, column “reference”" in said
    assert "row 2 has it too" in said


def test_an_unknown_column_is_named_with_its_neighbour(tmp_path: Path) -> None:
    said = refused(put(tmp_path, table({**FIRST, "graded": "2018-12-31 13:52", "mood": "grim"})))
    assert "row 1, column “graded”: expected “grade" in said
    assert "column “mood”: expected a documented column (the columns are reference," in said


def test_a_required_column_is_asked_for(tmp_path: Path) -> None:
    said = refused(put(tmp_path, table({"reference": "WP-1", "notes": "x"})))
    assert "column “received_at”: expected a column of this name in the first row" in said
    assert "found “reference, notes”" in said


def test_only_the_first_twenty_are_listed_and_all_counted(tmp_path: Path) -> None:
    rows = [{"reference": f"WP-{n}", "received_at": "never"} for n in range(100)]
    assert "and 80 more like these" in refused(put(tmp_path, table(*rows)))


def test_a_dry_run_checks_all_and_writes_nothing(tmp_path: Path) -> None:
    path = put(tmp_path, table(WHOLE))
    by, before = somebody(), AuditEntry.objects.count()
    came = contacts(path, by, dry_run=True)
    assert (came.added, came.load, came.dry_run) == (1, 0, True)
    assert not Contact.objects.exists()
    assert AuditEntry.objects.count() == before
    assert "expected" in refused(put(tmp_path, table(WHOLE | {"grade": "?"})), dry_run=True)


def test_bad_rows_can_be_left_out_and_come_back_mended(tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    bad = WHOLE | {"reference": "WP-2", "grade": "?", "notes": "line\nline; “mark”"}
    text = table(WHOLE, bad, WHOLE) + "WP-9,too short\r\n"
    came = contacts(put(tmp_path, text), rejects=rejects)
    assert (came.rows, came.added, came.rejected) == (4, 1, 3)
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["why_rejected", *WHOLE]
    assert "row 3, column “grade”: expected a grade" in rows[1][0]
    assert rows[1][1:] == list(bad.values())
    assert "row 2 has it too" in rows[2][0]
    assert rows[3][1:] == ["WP-9", "too short"]
    mended = [dict(zip(rows[0], rows[1], strict=True)) | {"grade": "2"}]
    assert contacts(put(tmp_path, table(*mended), "mended.csv")).added == 1


def test_rejects_never_overwrite_the_file_that_is_loaded(tmp_path: Path) -> None:
    path = put(tmp_path, table(WHOLE | {"grade": "?"}))
    with pytest.raises(Refused, match="Choose another file"):
        contacts(path, rejects=path)
    assert "Lantern Lane" in path.read_text()


def test_who_takes_no_calls_brings_none_in(tmp_path: Path) -> None:
    path = put(tmp_path, table(WHOLE))
    with pytest.raises(Refused, match="holds no post that takes calls"):
        contacts(path, somebody("rex", "response-officer"))
    with pytest.raises(Refused, match="Choose one of: control-room"):
        contacts(path, team="nowhere")


def test_the_team_can_be_chosen(tmp_path: Path) -> None:
    by = somebody("olive", team="north")
    by = somebody("olive", team="south")
    contacts(put(tmp_path, table(WHOLE)), by, team="south")
    assert {root.team.key for root in Root.objects.all()} == {"south"}


def test_the_same_address_is_one_place(tmp_path: Path) -> None:
    other = WHOLE | {"reference": "WP-2", "address": "4 LANTERN LANE  Swindon"}
    contacts(put(tmp_path, table(WHOLE, other)))
    assert loaded("WP-1").place == loaded("WP-2").place
    assert Place.objects.count() == 1


def test_dates_of_birth_are_dates(tmp_path: Path) -> None:
    contacts(put(tmp_path, table(WHOLE)))
    born = PersonRecord.objects.order_by("pk").values_list("date_of_birth", flat=True)
    assert list(born) == [date(1980, 2, 28), date(1975, 4, 3)]


def test_the_cases_are_the_desks(tmp_path: Path) -> None:
    contacts(put(tmp_path, table(WHOLE)))
    assert Case.objects.get().desk == "contact"
