"""Where calls come from: areas as a table and a map, and the way down to the calls behind them."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import Visits
from tests.databases import Database
from tests.journeys.test_one_call import PHONE, looked_at, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.both_databases]


def most_calls(analyst: Page) -> tuple[str, int]:
    """Sorts the table by calls, the most first; the first area and its number."""
    analyst.goto("/areas/")
    looked_at(analyst)
    heading = analyst.locator("th a[href*=own]").first
    heading.focus()
    analyst.keyboard.press("Enter")
    analyst.wait_for_url(re.compile("sort="))
    heading.click()
    analyst.wait_for_url(re.compile("sort=-"))
    first = analyst.locator("#areas tbody tr, table tbody tr").first
    name = first.get_by_role("link").first.inner_text()
    number = first.get_by_role("link").nth(1)
    many = int(number.inner_text().replace(",", ""))
    number.click()
    return name, many


def test_a_number_of_an_area_leads_to_the_calls_behind_it(
    visits: Visits, served_database: Database
) -> None:
    analyst = signed_in(visits, "Anya Holt")
    name, many = most_calls(analyst)
    expect(analyst.get_by_role("main")).to_contain_text(f"of {many:,}")
    expect(analyst.get_by_role("main")).to_contain_text(name)
    analyst.goto("/areas/")
    drawn = analyst.locator("svg a")
    assert drawn.count() > 20, "each area of the map is a link"
    drawn.first.focus()
    analyst.keyboard.press("Enter")
    expect(analyst.get_by_role("heading", level=1)).not_to_have_text("Areas")
    looked_at(analyst)


def test_whoever_comes_on_shift_sees_what_is_new_where_they_police(
    visits: Visits, served_database: Database
) -> None:
    officer = signed_in(visits, "Rosa Finch", viewport=PHONE)
    officer.goto("/since/?since=168")
    expect(officer.get_by_role("heading", name="In the areas your teams police")).to_be_visible()
    expect(officer.get_by_role("main")).to_contain_text("Swindon")
    looked_at(officer)
    assert officer.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
