"""Somebody is asked about equality: what they answer is never seen again, and is only counted."""

import os
import re
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import Visits
from tests.databases import Database
from tests.journeys.test_one_call import PHONE, looked_at, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.both_databases]


# The year that runs, in which all of the made-up fortnight lies.
COUNTED = """
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from wansdyke.assurance.equality_counting import count_year, year_before
now = timezone.now()
assert count_year(year_before((now + timedelta(days=366)).date()), now) == 1
"""


def counted(database: Database) -> None:
    """Counts the victims of the year that runs."""
    given = {"WANSDYKE_DEMO": "1", "DJANGO_SETTINGS_MODULE": "config.settings"}
    env = {**os.environ, **database.environment, **given}
    subprocess.run([sys.executable, "-c", COUNTED], env=env, check=True)


def a_person(page: Page) -> str:
    """The page of somebody whose record the operator may amend; its address."""
    page.goto("/contact/")
    page.locator("tbody a[href^='/contact/']").first.click()
    page.locator("main a[href^='/people/']").first.click()
    expect(page.get_by_role("link", name=re.compile("Asked about equality")).first).to_be_visible()
    return page.url


def test_what_is_answered_is_never_seen_again(visits: Visits, served_database: Database) -> None:
    operator = signed_in(visits, "Olivia Marsh", viewport=PHONE)
    person = a_person(operator)
    operator.get_by_role("link", name=re.compile("Asked about equality")).first.click()
    asked = operator.url
    looked_at(operator)
    assert operator.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    # Nothing answered, and nobody said whose words it is: both are named.
    operator.get_by_role("button", name="Save answers").click()
    expect(operator.get_by_role("alert")).to_contain_text("whose words")
    looked_at(operator)
    operator.get_by_label("As they described themselves").check()
    operator.get_by_label("Sexual orientation").select_option(label="Bisexual")
    operator.get_by_label("Disability").select_option(label="Declined to say")
    operator.get_by_role("button", name="Save answers").click()
    operator.wait_for_url(person)
    expect(operator.get_by_role("alert")).to_contain_text("The answers are recorded")
    assert "isexual" not in operator.content()
    operator.goto(asked)
    told = operator.locator(".govuk-summary-list")
    expect(told).to_contain_text("Sexual orientation")
    expect(told).to_contain_text("by Olivia Marsh")
    expect(told).not_to_contain_text("Bisexual")
    expect(operator.get_by_label("Sexual orientation")).to_have_value("")
    looked_at(operator)


def test_the_analyst_sees_how_many_and_nobody(visits: Visits, served_database: Database) -> None:
    counted(served_database)
    analyst = signed_in(visits, "Anya Holt")
    analyst.goto("/measures/")
    analyst.get_by_role("link", name="Equality of victims").click()
    expect(analyst.get_by_role("heading", level=1)).to_have_text("Equality of victims")
    looked_at(analyst)
    analyst.get_by_role("link", name="Disability").click()
    expect(analyst.locator("#whole")).to_contain_text("Not disabled")
    expect(analyst.locator("#by-area")).to_contain_text("Declined to say")
    expect(analyst.locator("main")).to_contain_text("Here none does")
    assert analyst.locator("main table a").count() == 0
    looked_at(analyst)
    analyst.set_viewport_size(PHONE)
    looked_at(analyst)
    assert analyst.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
