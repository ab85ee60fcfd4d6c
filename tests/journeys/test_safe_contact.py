"""Reaching a caller safely: what is said of a way, a try against it, and a password that only the
caller says."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import Visits
from tests.databases import Database
from tests.journeys.test_one_call import CALL, PHONE, looked_at, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.both_databases]
WORD = "copper kettle"


def taken(operator: Page) -> str:
    """A call of a known caller; its address."""
    operator.goto("/contact/call/")
    operator.get_by_label("What is happening?").fill("Her former partner is outside")
    operator.get_by_label("Where is it happening?").fill("9 Herons Way, Swindon")
    operator.get_by_label("I could not ask").check()
    for name, words in (("forename", "Nest"), ("surname", "Nettleton"), ("phone", "07700 900321")):
        operator.locator(f"[name=caller_{name}]").fill(words)
    operator.get_by_role("button", name="Save the call").first.click()
    operator.wait_for_url(CALL)
    return operator.url


def says_texts_are_unsafe(operator: Page) -> None:
    operator.get_by_role("link", name="Read before you call").click()
    looked_at(operator)
    operator.get_by_role("link", name="Record how to reach them safely").click()
    operator.get_by_label("Text message", exact=True).check()
    operator.get_by_label("Not safe", exact=True).check()
    operator.get_by_label("What to know").fill("He reads her messages")
    looked_at(operator)
    operator.get_by_role("button", name="Save").click()
    expect(operator.get_by_text("Not safe now").first).to_be_visible()
    expect(operator.get_by_text("He reads her messages").first).to_be_visible()


def goes_against_it(operator: Page) -> None:
    operator.get_by_role("link", name="Note a try by text message").click()
    expect(operator.get_by_text("He reads her messages").first).to_be_visible()
    operator.get_by_label("Sent or left; no answer yet").check()
    operator.get_by_role("button", name="Save").click()
    problem = operator.get_by_role("alert").get_by_role("link")
    expect(problem).to_be_visible()
    looked_at(operator)
    problem.click()
    expect(operator.get_by_label("Why you went ahead")).to_be_focused()
    operator.keyboard.type("She asked for it in this call")
    operator.get_by_role("button", name="Save").click()
    expect(operator.get_by_text("What came of it is kept.")).to_be_visible()
    expect(operator.get_by_text("She asked for it in this call")).to_be_visible()
    looked_at(operator)


def sets_a_password(operator: Page) -> None:
    operator.get_by_role("link", name=re.compile("Set a caller password")).click()
    operator.get_by_label("Caller password").fill(WORD)
    operator.get_by_role("button", name="Set password").click()
    expect(operator.get_by_text("The caller password is set.")).to_be_visible()
    assert WORD not in operator.content()


def asks_for_it(handler: Page, call: str) -> None:
    """On a small screen, as a call-back is made from anywhere."""
    handler.goto(call)
    handler.get_by_role("link", name="Nest Nettleton").first.click()
    handler.get_by_role("link", name="check what the caller says").click()
    for said, answer in (("silver spoon", "does not match"), ("Copper Kettle", "matches")):
        handler.get_by_label("What the caller said").fill(said)
        handler.get_by_role("button", name=re.compile("Check")).click()
        expect(handler.get_by_role("main")).to_contain_text(re.compile(answer))
        assert WORD not in handler.content()
        looked_at(handler)
    assert handler.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_way_that_is_not_safe_is_said_before_anyone_uses_it(
    visits: Visits, served_database: Database
) -> None:
    operator = signed_in(visits, "Olivia Marsh")
    call = taken(operator)
    says_texts_are_unsafe(operator)
    goes_against_it(operator)
    sets_a_password(operator)
    supervisor = signed_in(visits, "Sasha Brook")
    supervisor.goto("/")
    expect(supervisor.get_by_text(re.compile("unsafe|not safe")).first).to_be_visible()
    asks_for_it(signed_in(visits, "Owen Pritchard", viewport=PHONE), call)
