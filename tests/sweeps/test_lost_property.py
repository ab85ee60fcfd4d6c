"""A desk of one folder and one line gets everything: a thing from its finding to its end."""

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from tests.home.cast import HEAD, KEEPER, audited, signed_in, team, user
from tests.sweeps.filling import forms_of
from wansdyke.casework.models import Case, Proposal
from wansdyke.history.models import Event

pytestmark = pytest.mark.django_db
WORDS = "A blue umbrella with a duck’s head"


@pytest.fixture
def keeper() -> Client:
    return signed_in(user("ken", KEEPER, at=team("store")))


@pytest.fixture
def head() -> Client:
    return signed_in(user("hetty", HEAD, at=team("store")))


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    body: bytes = answer.getvalue() if answer.streaming else answer.content
    return body.decode()


def sent(client: Client, path: str, **typed: Any) -> Any:
    """Sends the form of a page with what is typed, as a browser does."""
    form = next(form for form in forms_of(read(client, path)) if form.action in ("", path))
    answer = client.post(path, {**form.filled(), **typed})
    assert answer.status_code == 302, answer.content.decode()
    return answer


def found(client: Client) -> str:
    """The reference of a thing that was found and described."""
    sent(client, "/lost-property/new/", described=WORDS, where="Market Place")
    return Case.objects.latest("pk").root.reference


def test_its_list_and_case_page_show_two_clocks(keeper: Client) -> None:
    reference = found(keeper)
    listed = read(keeper, "/lost-property/")
    assert reference in listed
    assert WORDS in listed
    page = read(keeper, f"/lost-property/{reference}/")
    for words in ("Owner told", "Test policy 1", "Kept long enough", "Test policy 2"):
        assert words in page
    assert "Return to owner" in page
    assert "Dispose of it" in page


def test_a_step_that_wants_a_second_person_waits_for_one(keeper: Client, head: Client) -> None:
    reference = found(keeper)
    sent(keeper, f"/lost-property/{reference}/step/dispose/", reason="Nobody came")
    assert Case.objects.get(root__reference=reference).state == "held"
    decide = f"/lost-property/{reference}/step/dispose/decide/"
    page = read(keeper, decide)
    form = next(form for form in forms_of(page) if not form.action)
    assert keeper.post(decide, {**form.filled(), "agreed": "yes"}).status_code == 200
    assert Proposal.objects.get().decided_at is None
    assert reference in read(head, "/")
    sent(head, decide, agreed="yes", reason="")
    case = Case.objects.get(root__reference=reference)
    assert (case.state, case.is_open) == ("disposed", False)
    assert set(Event.objects.filter(root=case.root).values_list("name", flat=True)) == {
        "opened",
        "proposed: dispose",
        "agreed: dispose",
        "dispose",
    }


def test_its_history_tells_old_and_new(keeper: Client) -> None:
    reference = found(keeper)
    sent(keeper, f"/lost-property/{reference}/edit/", described="A green umbrella")
    page = read(keeper, f"/lost-property/{reference}/history/")
    assert f"<del>{WORDS}</del>" in page
    assert "<ins>A green umbrella</ins>" in page


def test_it_goes_out_as_csv_xlsx_and_json(head: Client) -> None:
    reference = found(head)
    rows = list(
        csv.DictReader(io.StringIO(read(head, "/lost-property/export.csv").lstrip("\ufeff")))
    )
    # Without names unless they are asked for: what was typed is not there, nor any reference.
    assert [row["State"] for row in rows] == ["Held"]
    assert not {reference, WORDS} & set(rows[0].values())
    sheet = load_workbook(io.BytesIO(head.get("/lost-property/export.xlsx").content)).active
    assert sheet is not None
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert len(cells) == 2
    assert not any(reference in row or WORDS in row for row in cells)
    listed = json.loads(read(head, "/api/v1/lost-property/cases"))
    assert [item["reference"] for item in listed["items"]] == [reference]
    one = json.loads(read(head, f"/api/v1/lost-property/cases/{reference}"))
    assert one["fields"]["described"] == WORDS
    assert {deadline["clock"] for deadline in one["deadlines"]} == {
        "owner-told",
        "kept-long-enough",
    }
    assert {event["name"] for event in one["events"]} == {"opened"}


def test_each_reading_of_it_is_in_the_log(keeper: Client) -> None:
    reference = found(keeper)
    read(keeper, f"/lost-property/{reference}/")
    read(keeper, f"/lost-property/{reference}/history/")
    pages = [entry["page"] for entry in audited("consultation") if reference in entry["subjects"]]
    assert {"lost-property:case", "lost-property:history"} <= set(pages)


def test_an_empty_export_is_in_the_log_too(head: Client) -> None:
    """A file with headings alone says that there is nothing, and to whom it was said."""
    read(head, "/lost-property/export.csv")
    assert [entry["subjects"] for entry in audited("export")] == [[]]
    assert audited("export")[0]["desk"] == "lost-property"
