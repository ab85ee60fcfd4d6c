"""Dip sampling: a supervisor scores a call that was drawn, its handler reads and answers."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import Visits
from tests.databases import Database
from tests.journeys.test_one_call import PHONE, looked_at, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.both_databases]
OWED = 10
TO_DO = "Ask earlier whether he can hear her"


def to_score(supervisor: Page) -> tuple[str, str]:
    """The first sample that the supervisor has not scored yet, and who took the call."""
    supervisor.goto("/quality/")
    looked_at(supervisor)
    supervisor.get_by_role("link", name=re.compile("^To listen to")).click()
    looked_at(supervisor)
    waiting = [link.get_attribute("href") for link in supervisor.locator("main table a").all()]
    for address in filter(None, waiting or []):
        supervisor.goto(address)
        if supervisor.get_by_role("button", name="Keep this score").count():
            taken_by = supervisor.locator("dt:has-text('By') + dd").first.inner_text()
            return address.split("/")[-2], taken_by
    raise AssertionError("nothing is waiting to be scored")


def scores(supervisor: Page) -> None:
    supervisor.get_by_role("button", name="Keep this score").click()
    problems = supervisor.get_by_role("alert").get_by_role("link")
    expect(problems.first).to_be_visible()
    assert problems.count() > OWED, "every point of the template is owed"
    looked_at(supervisor)
    supervisor.get_by_label("System that keeps the recording").fill("Recorder")
    supervisor.get_by_label("Its number there").fill("R-77")
    for group in supervisor.locator("fieldset").all():
        group.get_by_role("radio").first.check()
    supervisor.get_by_label("What should be done differently?").fill(TO_DO)
    looked_at(supervisor)
    supervisor.get_by_role("button", name="Keep this score").click()
    expect(supervisor.get_by_text("Your score of")).to_be_visible()


def answers(handler: Page, sample: str) -> None:
    """On a phone, in a break."""
    handler.goto("/quality/mine/")
    looked_at(handler)
    handler.get_by_role("link", name=sample).click()
    expect(handler.get_by_text(TO_DO)).to_be_visible()
    handler.get_by_label("Your answer").fill("I asked once, and she could not speak")
    handler.get_by_label(re.compile("looked at again")).check()
    looked_at(handler)
    handler.get_by_role("button", name="Send answer").click()
    expect(handler.get_by_text("I asked once, and she could not speak")).to_be_visible()
    assert handler.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_call_is_scored_and_whoever_took_it_answers(
    visits: Visits, served_database: Database
) -> None:
    supervisor = signed_in(visits, "Sasha Brook")
    sample, handler = to_score(supervisor)
    scores(supervisor)
    answers(signed_in(visits, handler, viewport=PHONE), sample)
    supervisor.goto(f"/quality/samples/{sample}/")
    expect(supervisor.get_by_text("I asked once, and she could not speak")).to_be_visible()
    looked_at(supervisor)
