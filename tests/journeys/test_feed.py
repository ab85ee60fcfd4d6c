"""Command and control sends a call with a token made in the browser; a person writes otherwise,
and the feed does not undo it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import Visits
from tests.databases import Database
from tests.journeys.test_one_call import looked_at, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.both_databases]
THEIRS = "WP-20261123-0007"
ADDRESS = f"/api/v1/contact/feed/{THEIRS}"


def token_of(sender: Page) -> str:
    sender.goto("/account/tokens/")
    sender.get_by_label("What the token is for").fill("Command and control")
    sender.get_by_label(re.compile("It may send calls")).check()
    looked_at(sender)
    sender.get_by_role("button", name="Make the token").click()
    made = sender.locator(".govuk-inset-text strong")
    expect(made).to_be_visible()
    return made.inner_text()


def sends(sender: Page, token: str, **said: str) -> dict[str, object]:
    row = {"received_at": "2026-11-01 13:50", "notes": "Shouting next door", **said}
    answer = sender.context.request.put(
        ADDRESS, data=row, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.ok, answer.text()
    found: dict[str, object] = answer.json()
    return found


def regrades(supervisor: Page, reference: str) -> None:
    supervisor.goto(f"/contact/{reference}/")
    supervisor.get_by_role("link", name="Change these facts").click()
    supervisor.get_by_label("Notes").fill("Shouting, then a door kicked in")
    supervisor.get_by_role("button", name=re.compile("Save")).first.click()
    expect(supervisor.get_by_text("then a door kicked in").first).to_be_visible()


def settles(supervisor: Page, reference: str) -> None:
    supervisor.goto("/contact/feed/")
    looked_at(supervisor)
    supervisor.get_by_role("link", name=reference).click()
    supervisor.get_by_label(re.compile("keep “Shouting, then a door kicked in”")).check()
    supervisor.get_by_label("Reason").fill("Heard on the open line")
    looked_at(supervisor)
    supervisor.get_by_role("button", name="Settle this").click()
    expect(supervisor.get_by_text("Settled.")).to_be_visible()
    supervisor.goto("/contact/feed/")
    expect(supervisor.get_by_text("Nothing differs.")).to_be_visible()


def test_what_a_person_wrote_is_not_undone_by_the_feed(
    visits: Visits, served_database: Database
) -> None:
    supervisor = signed_in(visits, "Sasha Brook")
    token = token_of(supervisor)
    first = sends(supervisor, token)
    reference = str(first["case"])
    assert sends(supervisor, token)["outcome"] == "unchanged"
    regrades(supervisor, reference)
    again = sends(supervisor, token, notes="Shouting next door, again")
    assert again["conflicts"]
    settles(supervisor, reference)
