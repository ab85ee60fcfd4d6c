"""A list without names joins within itself and with nothing else; with names it says what for."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings

from tests.desks.contact import control_room as room
from tests.home.cast import audited, now, record, signed_in, team
from wansdyke.casework.jobs import EXPORT_KEPT, remove_exports
from wansdyke.casework.models import Export, Party
from wansdyke.home import exports
from wansdyke.home.files import folder

pytestmark = pytest.mark.django_db
PAGE = "/contact/take-out/?state="
SAID = {"purpose": "safeguarding", "why": "To call round at each address today", "form": "csv"}


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> Iterator[None]:
    with override_settings(FILES_DIR=tmp_path):
        yield


@pytest.fixture
def sasha() -> Client:
    room.sasha()
    return signed_in(room.staff("sasha", "control-room-supervisor"))


def rows_of(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def two_calls_of_one() -> Any:
    victim = record(at=room.room(), surname="Quillfeather")
    for ago in (3, 9):
        at = now() - timedelta(minutes=ago)
        call = room.take(at=at, received_at=at, unit="PC Dovetail")
        Party.objects.create(case=call.case, record=victim, role="victim")
    return victim


def asked(client: Client, key: str, **said: str) -> Any:
    return client.post(PAGE, {**SAID, "key": key, **said})


def test_rows_of_one_person_join_in_a_file_and_no_two_files_do(sasha: Client) -> None:
    victim = two_calls_of_one()
    first, second = (rows_of(sasha.get("/contact/export.csv?state=")) for _ in range(2))
    victims = [{row["Victim (pseudonym, age)"] for row in rows} for rows in (first, second)]
    assert [len(found) for found in victims] == [1, 1]
    assert victims[0] != victims[1]
    assert next(iter(victims[0])).startswith("P-")
    cases = [{row["Case (pseudonym)"] for row in rows} for rows in (first, second)]
    assert [len(found) for found in cases] == [2, 2]
    assert not cases[0] & cases[1]
    for clear in (victim.surname, victim.root.reference, "Dovetail", "CT-"):
        assert clear not in str([*first, *second])


def test_with_names_it_says_what_for_and_of_how_many(sasha: Client) -> None:
    victim = two_calls_of_one()
    key = room.key()
    one, again = asked(sasha, key), asked(sasha, key)
    assert one["Location"] == again["Location"]
    export = Export.objects.get()
    exports.make_spreadsheet.call(export.pk)
    rows = rows_of(sasha.get(f"{one['Location']}file/"))
    told = f"{victim} ({victim.root.reference})"
    assert [row["Victim (name, record)"] for row in rows] == [told, told]
    part = next(entry for entry in audited("export") if "export" in entry)
    assert (part["purpose"], part["people"], part["export"]) == (
        "safeguarding",
        1,
        export.reference,
    )
    assert victim.root.reference in part["subjects"]
    last = audited("export")[-1]
    assert (last["purpose"], last["people"], last["rows"]) == ("safeguarding", 1, 2)
    assert not any("To call round" in str(entry) for entry in audited("export"))
    assert "1 person by name" in sasha.get(one["Location"]).content.decode()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"why": "Too short"}, "Use 20 characters or more, not 9"),
        ({"purpose": ""}, "Select what do you need the names for"),
        ({"purpose": "curiosity"}, "purpose"),
        ({"form": "exe"}, "form"),
    ],
)
def test_without_a_purpose_and_a_reason_there_are_no_names(
    sasha: Client, said: dict[str, str], words: str
) -> None:
    answer = asked(sasha, room.key(), **said)
    assert answer.status_code == 200
    assert "There is a problem" in answer.content.decode()
    assert not Export.objects.exists()


def test_names_need_a_second_factor_given_just_now(sasha: Client) -> None:
    old = signed_in(room.staff("sasha", "control-room-supervisor"), factor=False)
    assert asked(old, room.key()).status_code == 302
    assert not Export.objects.exists()


def test_the_purpose_stays_when_the_file_is_gone(sasha: Client) -> None:
    two_calls_of_one()
    location = asked(sasha, room.key())["Location"]
    export = Export.objects.get()
    exports.make_spreadsheet.call(export.pk)
    export.refresh_from_db()
    made = folder("exports") / export.stored_as
    assert made.exists()
    assert remove_exports(folder("exports"), now() + EXPORT_KEPT + timedelta(hours=1)) == 1
    export.refresh_from_db()
    assert not made.exists()
    assert (export.held, export.opened, export.query, export.people) == ([], [], "", 1)
    assert "It is removed" in sasha.get(location).content.decode()
    assert sasha.get(f"{location}file/").status_code == 404
    priti = signed_in(room.staff("priti", "privacy-officer", at=team("standards")))
    page = priti.get("/exports/").content.decode()
    assert "To call round at each address today" in page
    assert export.reference in page
    assert sasha.get("/exports/").status_code == 404
