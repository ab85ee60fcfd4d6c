"""The list every desk has, and what is taken out of it: as CSV, as a spreadsheet, by whom."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import openpyxl
import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from tests.desks.contact import control_room as room
from tests.forms_sent import form_of
from tests.home.cast import audited, now, signed_in, team
from wansdyke.access.models import Membership, Notice
from wansdyke.casework.models import Export
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.models import Contact
from wansdyke.home import exports

pytestmark = pytest.mark.django_db
LIST = "/contact/"


@pytest.fixture
def olivia() -> Client:
    room.olivia()
    return signed_in(room.staff("olivia", "operator"))


def fresh(ago: float = 1, by: Any = None, **more: Any) -> Contact:
    at = now() - timedelta(minutes=ago)
    return room.take(by, at=at, received_at=at, **more)


def ref(call: Any) -> str:
    return str(call.case.root.reference)


def body(answer: Any) -> str:
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


def listed(answer: Any) -> list[str]:
    return list(dict.fromkeys(re.findall(r'href="/contact/(CT-[\w-]+)/"', body(answer))))


# The list.


def closed(**more: Any) -> Contact:
    call = fresh(9, grade="without-deployment", letters=room.GIVEN, **more)
    room.perform(
        call, "result", desk=DESK, by=room.olivia(), at=now(), key=room.key(),
        payload={"category": "administration"},
    )  # fmt: skip
    return call


def test_the_list_is_narrowed_sorted_and_audited(olivia: Client) -> None:
    scheduled, immediate = fresh(grade="scheduled"), fresh(5)
    priority, done = fresh(3, grade="priority", letters=room.GIVEN), closed()
    by_deadline = [ref(immediate), ref(priority), ref(scheduled)]
    assert listed(olivia.get(LIST)) == by_deadline
    assert set(audited("consultation")[-1]["subjects"]) == set(by_deadline)
    assert listed(olivia.get(LIST, {"sort": "-deadline"})) == by_deadline[::-1]
    opened = listed(olivia.get(LIST, {"sort": "opened", "state": ""}))
    assert opened == [ref(c) for c in (done, immediate, priority, scheduled)]
    assert listed(olivia.get(LIST, {"state": "closed"})) == [ref(done)]
    assert listed(olivia.get(LIST, {"state": "by-phone"})) == []
    assert listed(olivia.get(LIST, {"grade": "priority"})) == [ref(priority)]
    assert listed(olivia.get(LIST, {"letters": "owed"})) == [ref(immediate), ref(scheduled)]
    assert listed(olivia.get(LIST, {"sort": "case__root__team", "grade": "x"})) == by_deadline
    page = olivia.get(LIST, {"grade": "priority"})
    assert form_of(page, "grade")["typed"]["grade"] == ["priority"]
    assert 'aria-sort="ascending"' in body(page)


def test_the_list_turns_its_pages(olivia: Client) -> None:
    calls = [ref(fresh(n)) for n in range(52, 0, -1)]
    first, second = olivia.get(LIST), olivia.get(LIST, {"page": "2"})
    assert (listed(first), listed(second)) == (calls[:50], calls[50:])
    assert "Showing 51 to 52 of 52" in body(second)
    assert listed(olivia.get(LIST, {"page": "99"})) == calls[50:]


# What is taken out.


def csv_of(client: Client, **query: str) -> tuple[list[list[str]], Any]:
    answer = client.get(f"{LIST}export.csv", query)
    assert answer.status_code == 200
    assert answer.streaming
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text))), answer


def named_of(client: Client, form: str = "csv", **query: str) -> Any:
    """The answer with the file that was asked for with names, made by the worker."""
    page = f"{LIST}take-out/?{urlencode(query)}"
    said = {"purpose": "safeguarding", "why": "To call round at each address today", "form": form}
    asked = client.post(page, {**said, "key": room.key()})
    assert asked.status_code == 302, asked.content.decode()
    exports.make_spreadsheet.call(Export.objects.get(reference=asked["Location"].split("/")[2]).pk)
    return client.get(f"{asked['Location']}file/")


def named_csv_of(client: Client, **query: str) -> list[list[str]]:
    answer = named_of(client, **query)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> Iterator[None]:
    with override_settings(FILES_DIR=tmp_path):
        yield


def people() -> tuple[Client, Client, Client]:
    room.sasha(), room.owen()
    analyst = signed_in(room.staff("anya", "analyst", at=team("analysis")))
    sasha = signed_in(room.staff("sasha", "control-room-supervisor"))
    return signed_in(room.staff("owen", "operator")), sasha, analyst


def test_a_practitioner_takes_out_only_cases_of_their_own() -> None:
    owen, sasha, _ = people()
    mine, theirs = fresh(by=room.owen()), fresh(2)
    headings, *rows = named_csv_of(owen)
    assert [row[0] for row in rows] == [ref(mine)]
    assert headings[:2] == ["Reference", "State"]
    _, *rows = named_csv_of(sasha)
    assert {row[0] for row in rows} == {ref(mine), ref(theirs)}
    taken = [e for e in audited("export") if "export" in e]
    assert [set(e["subjects"]) for e in taken] == [{ref(mine)}, {ref(mine), ref(theirs)}]
    assert {e["purpose"] for e in taken} == {"safeguarding"}
    (_, *rows), answer = csv_of(owen)
    assert answer["Content-Disposition"].startswith('attachment; filename="contact-')
    assert len(rows) == 1
    (_, *rows), _ = csv_of(sasha)
    assert len(rows) == 2
    taken = [e for e in audited("export") if "pseudonymised" in e]
    assert [set(e["subjects"]) for e in taken] == [{ref(mine)}, {ref(mine), ref(theirs)}]
    assert {e["actor"] for e in taken} == {"owen", "sasha"}


def test_an_analyst_takes_out_no_name_and_no_address() -> None:
    _, sasha, analyst = people()
    fresh(what="He has a knife", where="1 Secret Close", safe_to_call="After six")
    (headings, row), _ = csv_of(analyst)
    text = " ".join(row)
    for held in ("knife", "Secret", "After six", "violence now"):
        assert held not in text
    assert row[headings.index("Grade")] == "Immediate"
    assert "Where" not in headings
    assert ref(Contact.objects.get()) not in text
    assert audited("export")[-1]["pseudonymised"] == 1
    said = {"purpose": "crime", "why": "Because I would like to", "form": "csv", "key": room.key()}
    assert "With names" not in body(analyst.post(f"{LIST}take-out/", said))
    assert not Export.objects.exists()
    headings, row = named_csv_of(sasha)
    assert row[headings.index("Where")] == "1 Secret Close"


def test_whoever_is_an_analyst_as_well_takes_out_names_only_of_cases_of_their_own() -> None:
    people()
    both = room.staff("owen", "operator")
    Membership.objects.create(
        user=both, team=team("analysis"), post="analyst", from_date="2020-01-01"
    )
    mine, theirs = fresh(by=room.owen(), where="1 Mine Street"), fresh(2, where="2 Their Street")
    headings, *rows = named_csv_of(signed_in(both))
    where = {row[0]: row[headings.index("Where")] for row in rows}
    assert where == {ref(mine): "1 Mine Street"}
    (_, *rows), _ = csv_of(signed_in(both))
    assert len(rows) == 2
    assert not {ref(mine), ref(theirs), "2 Their Street"} & {cell for row in rows for cell in row}


def test_a_formula_leaves_as_text() -> None:
    _, sasha, _ = people()
    fresh(what='=HYPERLINK("http://x","y")', where="+44 street")
    headings, row = named_csv_of(sasha)
    assert row[headings.index("What is happening")] == '\'=HYPERLINK("http://x","y")'
    assert row[headings.index("Where")] == "'+44 street"


def test_the_file_holds_what_the_list_was_narrowed_to() -> None:
    _, sasha, _ = people()
    fresh(), closed()
    priority = fresh(3, grade="priority")
    _, *rows = named_csv_of(sasha, grade="priority")
    assert [row[0] for row in rows] == [ref(priority)]
    (_, *rows), _ = csv_of(sasha, grade="priority")
    assert len(rows) == 1
    (_, *rows), _ = csv_of(sasha, state="closed")
    assert len(rows) == 1


def test_an_export_of_nothing_is_written_down_too() -> None:
    owen, _, _ = people()
    (_, *rows), _ = csv_of(owen)
    assert rows == []
    asked = audited("export")[-1]
    assert (asked["actor"], asked["subjects"], asked["rows"]) == ("owen", [], 0)


def test_a_short_list_is_a_spreadsheet_at_once() -> None:
    owen, sasha, _ = people()
    call = fresh(what="=1+1")
    answer = sasha.get(f"{LIST}export.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    rows = list(book.active.iter_rows(values_only=True))
    assert (rows[0][0], len(rows), book.sheetnames) == ("Case (pseudonym)", 2, ["Calls"])
    assert not any("=1+1" in str(cell) or ref(call) in str(cell) for cell in rows[1])
    assert any(e["subjects"] == [ref(call)] for e in audited("export"))
    answer = named_of(sasha, "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][0] == ref(call)
    place = rows[0].index("What is happening")
    assert (rows[1][place], sheet.cell(2, place + 1).data_type) == ("=1+1", "s")
    assert (
        len(openpyxl.load_workbook(io.BytesIO(owen.get(f"{LIST}export.xlsx").content)).active["A"])
        == 1
    )


def test_a_long_list_is_made_by_the_worker_for_whoever_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    owen, sasha, _ = people()
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    fresh(), fresh(2, by=room.owen())
    with override_settings(FILES_DIR=tmp_path):
        answer = sasha.get(f"{LIST}export.xlsx")
        asked = Export.objects.get()
        assert answer["Location"] == f"/exports/{asked.reference}/"
        file = f"{answer['Location']}file/"
        assert sasha.get(file).status_code == 404
        assert body(sasha.get(answer["Location"]))
        exports.make_spreadsheet.call(asked.pk)
        asked.refresh_from_db()
        assert asked.rows == 2
        assert Notice.objects.get(user__username="sasha").link == answer["Location"]
        made = sasha.get(file)
        book = openpyxl.load_workbook(io.BytesIO(b"".join(made.streaming_content)))
        first, *rest = (cell.value for cell in book.active["A"])
        assert first == "Case (pseudonym)"
        assert len({one for one in rest if one.startswith("C-")}) == 2
        assert audited("export")[-1]["subjects"] == [asked.reference]
        assert [owen.get(path).status_code for path in (answer["Location"], file)] == [404, 404]


@pytest.mark.parametrize("path", [LIST, f"{LIST}export.csv", "/contact/board/"])
def test_more_rows_are_not_more_queries(path: str) -> None:
    _, sasha, _ = people()

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            answer = sasha.get(path)
            b"".join(answer.streaming_content) if answer.streaming else answer.content
        return len(queries)

    fresh(risk_types=["asb"])
    asked()
    few = asked()
    for n in range(9):
        fresh(n + 2, risk_types=["asb", "child"], strands=["V01"])
    # Nine rows more; the session may be saved in one of the two and not in the other.
    assert asked() <= few + 2
