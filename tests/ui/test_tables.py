"""Lists on a page and as files: orders, and payloads that must stay text."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.http import QueryDict
from django.template import engines
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from openpyxl import load_workbook

from wansdyke.ui.paging import page_of
from wansdyke.ui.tables import Cell, Column, Sort, csv_rows, safe_text, write_xlsx, xlsx_bytes

COLUMNS = [
    Column(key="name", label="Name", sortable=True),
    Column(key="due", label="Due", sortable=True),
    Column(key="count", label="Count", numeric=True),
]
PAYLOADS = [
    "=1+1",
    "+44 1632 960001",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =cmd|' /C calc'!A0",
    "＝1+1",
    '=HYPERLINK("http://example.com","x")',
]


def draw(template: str, **context: object) -> str:
    macros = (
        '{% from "ui/table.html" import listing, pagination, tag, summary_list, timeline, '
        "inset, details, light %}"
    )
    return " ".join(str(engines.all()[0].from_string(macros + template).render(context)).split())


def read_csv(pieces: list[bytes]) -> list[list[str]]:
    text = b"".join(pieces).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_formula_is_dead_in_csv(payload: str) -> None:
    row = {"name": payload, "due": Cell(text=payload), "count": 1}
    _, cells = read_csv(list(csv_rows(COLUMNS, [row])))
    assert cells == [f"'{payload}", f"'{payload}", "1"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_formula_is_dead_in_xlsx(payload: str) -> None:
    row = {"name": payload, "due": Cell(text=payload), "count": -1}
    data = xlsx_bytes("List", COLUMNS, [row])
    sheet = load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    assert [sheet["A2"].data_type, sheet["B2"].data_type, sheet["C2"].data_type] == ["s", "s", "n"]
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        xml = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml
    assert "hyperlink" not in xml


@given(st.text())
def test_text_can_be_had_back(text: str) -> None:
    safe = safe_text(text)
    assert safe in (text, f"'{text}")
    assert not safe.lstrip(" ").startswith(("=", "+", "-", "@"))


def test_csv_opens_in_excel_and_keeps_kinds_apart() -> None:
    row = {
        "name": 'Zoë "Z", O\nBrien',
        "due": datetime(2026, 7, 1, 12, 0, 5, tzinfo=UTC),
        "count": None,
    }
    pieces = list(csv_rows(COLUMNS, [row, {"name": True, "due": date(2026, 7, 1), "count": -2.5}]))
    assert pieces[0].startswith(b'\xef\xbb\xbf"Name"')
    assert read_csv(pieces)[1:] == [
        ['Zoë "Z", O\nBrien', "2026-07-01 13:00:05", ""],
        ["Yes", "2026-07-01", "-2.5"],
    ]
    twice = {"name": "", "count": 0, "due": datetime(2026, 10, 25, 1, 30, tzinfo=UTC)}
    assert read_csv(list(csv_rows(COLUMNS, [twice])))[1][1] == "2026-10-25 01:30:00 GMT"


def test_csv_comes_in_pieces_and_its_headings_before_any_row_is_read() -> None:
    def rows() -> Iterator[dict[str, object]]:
        for n in range(5000):
            yield {"name": f"row {n}", "due": None, "count": n}
        raise AssertionError("read too far")

    pieces = csv_rows(COLUMNS, rows())
    assert next(pieces).endswith(b'"Count"\r\n')
    assert 60_000 < len(next(pieces)) < 70_000


def test_xlsx_says_nothing_of_who_made_it() -> None:
    data = xlsx_bytes("Open: [all]/list", COLUMNS, [])
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        core = parts.read("docProps/core.xml").decode()
    assert "<dc:title>Open: [all]/list</dc:title>" in core
    assert "<dc:creator></dc:creator>" in core
    assert "2000-01-01T00:00:00Z" in core
    assert xlsx_bytes("Open: [all]/list", COLUMNS, []) == data


def test_xlsx_keeps_kinds_and_says_when_it_cuts() -> None:
    rows = [
        {"name": "x" * 40_000, "due": datetime(2026, 7, 1, 12, tzinfo=UTC), "count": 10**16},
        {"name": "\x0b\x00", "due": date(1066, 10, 14), "count": float("nan")},
    ]
    file = io.BytesIO()
    assert write_xlsx(file, "List", COLUMNS, rows) == 2
    sheet = load_workbook(io.BytesIO(file.getvalue())).active
    assert sheet is not None
    assert len(str(sheet["A2"].value)) == 32_767
    assert str(sheet["A2"].value).endswith("a spreadsheet cell holds no more]")
    assert sheet["B2"].value == datetime(2026, 7, 1, 13)
    assert sheet["C2"].value == "10000000000000000"
    assert sheet["B3"].value == "1066-10-14"
    assert sheet["C3"].value == "nan"


def test_the_heading_that_rules_turns_the_other_way() -> None:
    default = Sort(key="due")
    assert Sort.read("-name", COLUMNS, default=default) == Sort(key="name", descending=True)
    assert Sort.read("count", COLUMNS, default=default) == default
    assert Sort.read("password", COLUMNS, default=default) == default
    query = QueryDict("state=open&state=new&page=3")
    html = draw(
        "{{ listing(columns, rows, sort, query, caption='Open work') }}",
        columns=COLUMNS,
        rows=[{"name": Cell(text="<b>", href="/c/1/"), "due": date(2026, 1, 2), "count": 1200}],
        sort=default,
        query=query,
    )
    assert 'aria-sort="none"><a class="govuk-link' in html
    assert 'aria-sort="ascending"' in html
    assert 'href="?state=open&amp;state=new&amp;sort=-due"' in html
    assert "page=3" not in html
    assert '<a class="govuk-link" href="/c/1/">&lt;b&gt;</a>' in html
    assert "2 January 2026" in html
    assert "1,200" in html
    assert 'tabindex="0"' in html


def test_an_empty_list_says_so() -> None:
    html = draw("{{ listing(columns, [], empty='No open work.') }}", columns=COLUMNS)
    assert "No open work." in html
    assert "<table" not in html


@pytest.mark.parametrize(
    ("asked", "number", "first"), [(None, 1, 0), ("2", 2, 50), ("99", 3, 100), ("x", 1, 0)]
)
def test_a_page(asked: str | None, number: int, first: int) -> None:
    page = page_of(list(range(120)), asked)
    assert (page.number, page.ids[0], page.pages) == (number, first, 3)


def test_counting_stops_at_the_cap() -> None:
    page = page_of(list(range(500)), "9", per_page=50, cap=100)
    assert page.capped
    assert (page.number, page.ids) == (2, tuple(range(50, 100)))
    assert page.summary == "Showing 51 to 100 of more than 100"
    html = draw("{{ pagination(page, query) }}", page=page, query=QueryDict("q=a%26b"))
    assert "Narrow the list to reach the rest" in html
    assert 'href="?q=a%26b&amp;page=1"' in html
    assert page_of([], "4").summary == "Nothing to show"
    assert page_of(list(range(5000)), 50).numbers == [1, 0, 49, 50, 51, 0, 100]


@pytest.mark.django_db
def test_a_page_of_a_table_reads_ids_and_counts_without_sorting() -> None:
    listed = ContentType.objects.order_by("-app_label", "-pk")
    every = [row.pk for row in listed]
    with CaptureQueriesContext(connection) as asked:
        page = page_of(listed, 1, per_page=50)
    count, ids = (query["sql"] for query in asked.captured_queries)
    assert page.ids == tuple(every[:50])
    assert page.total == len(every)
    assert "ORDER BY" not in count
    assert "LIMIT 50" in ids.replace(f"LIMIT {len(every)}", "LIMIT 50")
    assert "model" not in ids
    assert [row.pk for row in page.in_order(listed.reverse())] == every[:50]


def test_facts_and_what_happened() -> None:
    html = draw(
        "{{ summary_list(rows) }}{{ timeline(items) }}{{ inset('<i>') }}"
        "{{ details('More', '<u>') }}{{ tag('Late <', 'red') }}{{ light('late', '5 minutes') }}",
        rows=[
            {"key": "Name", "value": "<s>", "change": {"text": "Change", "href": "/x/"}},
            {"key": "Note", "value": Markup("<em>kept</em>")},
            {"key": "Age", "value": None},
        ],
        items=[{"title": "Opened", "at": datetime(2026, 7, 1, 20, 33, tzinfo=UTC), "by": "Ann",
                "text": "<q>"}],
    )  # fmt: skip
    for shown in ("&lt;s&gt;", "<em>kept</em>", "&lt;i&gt;", "&lt;u&gt;", "Late &lt;", "&lt;q&gt;",
                  "Not recorded", "1 July 2026 at 9:33pm", "govuk-tag--red", "wd-light--late",
                  'Change<span class="govuk-visually-hidden"> Name</span>'):  # fmt: skip
        assert shown in html
