"""When it is down: nothing is shown as saved that is not, and the pack opens with nothing there."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import Visits, axe
from tests.databases import Database
from tests.journeys.test_one_call import CALL, PHONE, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.both_databases]
ONE_PRESS = 1_100
WORDS = "four quiet herons wading"


def typed(page: Page) -> None:
    page.goto("/contact/call/")
    page.get_by_label("What is happening?").fill("A man at the back door")
    page.get_by_label("Where is it happening?").fill("77 Lantern Lane, Swindon")
    page.get_by_label("I could not ask").check()


def calls_at(visits: Visits, where: str) -> int:
    page = signed_in(visits, "Sasha Brook")
    page.goto("/contact/?state=received")
    return page.get_by_role("row").filter(has_text=where).count()


def test_what_cannot_be_sent_is_not_saved_and_is_still_there(
    visits: Visits, served_database: Database
) -> None:
    page = signed_in(visits, "Owen Pritchard")
    typed(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Save the call").first.click()
    warning = page.locator("[data-not-saved]")
    expect(warning).to_contain_text("Not saved")
    expect(warning).to_be_focused()
    expect(page.get_by_label("Where is it happening?")).to_have_value("77 Lantern Lane, Swindon")
    assert axe(page) == []
    page.context.set_offline(False)
    # GOV.UK's button takes a second press within a second for the same one.
    page.wait_for_timeout(ONE_PRESS)
    page.get_by_role("button", name="Save the call").first.click()
    page.wait_for_url(CALL)
    assert calls_at(visits, "77 Lantern Lane") == 1
    # The browser says of its own accord that it could not reach the server.
    visits.faults.clear()


def test_the_pack_opens_with_no_server_and_shows_nothing_without_its_words(
    visits: Visits, served_database: Database, tmp_path: Path
) -> None:
    page = signed_in(visits, "Sasha Brook")
    page.goto("/contact/downtime-pack/")
    assert axe(page) == []
    page.get_by_label("Passphrase", exact=True).fill(WORDS)
    page.get_by_label("Passphrase again").fill(WORDS)
    with page.expect_download() as coming:
        page.get_by_role("button", name="Make the pack").click()
    kept = tmp_path / "pack.html"
    coming.value.save_as(kept)
    alone = visits.open(viewport=PHONE)
    alone.context.set_offline(True)
    alone.goto(kept.as_uri())
    assert axe(alone) == []
    alone.get_by_label("Passphrase").fill("four quiet herons flying")
    alone.get_by_role("button", name="Open").click()
    expect(alone.get_by_role("status")).to_contain_text("does not open")
    assert alone.get_by_text(re.compile("CT-")).count() == 0
    alone.get_by_label("Passphrase").fill(WORDS)
    alone.get_by_role("button", name="Open").click()
    expect(alone.get_by_text("As of")).to_be_focused()
    expect(alone.get_by_role("heading", name=re.compile("^CT-")).first).to_be_visible()
    assert axe(alone) == []
    wide = alone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wide, "it must be read without scrolling sideways"
