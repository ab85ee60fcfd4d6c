"""The review of the log: a privacy officer reads why a look is queued, reviews it and takes the
list out; whoever looked finds none of it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browsers import Visits
from tests.journeys.test_need_to_know import arrived, pressed
from tests.journeys.test_one_call import looked_at, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.both_databases]


def test_a_look_is_found_explained_and_reviewed(visits: Visits) -> None:
    priti, rosa = signed_in(visits, "Priti Lowe"), signed_in(visits, "Rosa Finch")
    pressed(priti, "link", "Review of the log")
    arrived(priti, "Review of the log")
    expect(priti.get_by_role("main")).to_contain_text("Nothing is reviewed yet")
    looked_at(priti)
    priti.get_by_label("Why", exact=True).select_option("relative")
    pressed(priti, "button", "Show")
    pressed(priti, "link", re.compile("^LF-"))
    expect(priti.get_by_role("main")).to_contain_text("of their declared relative")
    looked_at(priti)
    path = priti.url
    assert rosa.request.get(path).status == 404
    assert rosa.request.get("/audit/review/").status == 404
    pressed(priti, "button", "Save review")
    expect(priti.get_by_role("alert")).to_contain_text("Select what it was")
    looked_at(priti)
    priti.get_by_label("Training or advice").check()
    priti.get_by_label("How did you come to this?").fill("I asked her sergeant, who knew of it.")
    pressed(priti, "button", "Save review")
    expect(priti.get_by_role("main")).to_contain_text("0% (0 of 1)")
    with priti.expect_download() as saved:
        priti.get_by_role("link", name="Save as CSV").click()
    assert saved.value.suggested_filename.startswith("log-findings-")
    rosa.goto("/audit/declaration/")
    looked_at(rosa)
    pressed(rosa, "button", "Add somebody")
    arrived(rosa, "Add somebody")
    looked_at(rosa)
    priti.goto("/audit/why/?user=rosa&reference=CT-ZZZZ-ZZZZ")
    expect(priti.get_by_role("alert")).to_contain_text("There is no record of this reference")
    looked_at(priti)
