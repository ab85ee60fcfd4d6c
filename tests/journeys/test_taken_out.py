"""A list taken out: without names at once, with names for a purpose that auditors read."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import Visits
from tests.databases import Database
from tests.journeys.test_need_to_know import arrived, pressed, somewhere
from tests.journeys.test_one_call import looked_at, signed_in

pytestmark = [pytest.mark.browser]


def test_a_list_names_nobody_until_somebody_says_what_for(
    visits: Visits, served_database: Database
) -> None:
    _, surname = somewhere(served_database)
    sasha = signed_in(visits, "Sasha Brook")
    sasha.goto("/contact/")
    expect(sasha.get_by_role("main")).to_contain_text("The file names nobody")
    pressed(sasha, "link", "What the file holds, and asking for names")
    arrived(sasha, "Take out Calls")
    looked_at(sasha)
    sasha.set_viewport_size({"width": 320, "height": 900})
    assert sasha.evaluate("document.documentElement.scrollWidth") <= 320
    looked_at(sasha)
    sasha.set_viewport_size({"width": 1280, "height": 900})
    with sasha.expect_download() as download:
        sasha.get_by_role("link", name="CSV file without names").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    headings, *rows = list(csv.reader(text.splitlines()))
    assert headings[0] == "Case (pseudonym)"
    assert rows
    assert all(row[0].startswith("C-") for row in rows)
    assert "CT-" not in text
    assert surname not in text
    asks_for_names(sasha)
    priti = signed_in(visits, "Priti Lowe")
    priti.goto("/audit/")
    pressed(priti, "link", "Lists taken out with names, and for what")
    arrived(priti, "Lists taken out with names")
    expect(priti.get_by_role("main")).to_contain_text("Each of them is to be called on today")
    looked_at(priti)


def asks_for_names(sasha: Page) -> None:
    """Sasha says too little, then what for."""
    pressed(sasha, "button", "Ask for the file with names")
    expect(sasha.get_by_role("alert")).to_contain_text("There is a problem")
    looked_at(sasha)
    sasha.get_by_label("To reach or protect the people in it").check()
    sasha.get_by_label("Why will the file without names not do?").fill("Too short")
    sasha.get_by_label("CSV file", exact=True).check()
    pressed(sasha, "button", "Ask for the file with names")
    expect(sasha.get_by_role("alert")).to_contain_text("20 characters or more")
    sasha.get_by_label("Why will the file without names not do?").fill(
        "Each of them is to be called on today"
    )
    pressed(sasha, "button", "Ask for the file with names")
    arrived(sasha, "File EX-")
    expect(sasha.get_by_role("main")).to_contain_text("With names. What for: To reach or protect")
    looked_at(sasha)


def test_an_analyst_is_not_asked_for_a_purpose(visits: Visits) -> None:
    anya = signed_in(visits, "Anya Holt")
    anya.goto("/contact/take-out/")
    arrived(anya, "Take out Calls")
    expect(anya.get_by_role("main")).not_to_contain_text("With names")
    looked_at(anya)
