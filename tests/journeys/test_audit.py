"""What privacy officers do with the log beside its review: entries with their proof for a court,
why somebody could see a record, records that people look at out of curiosity; and what members of
staff declare, without a script."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import Visits
from tests.databases import Database, pointed_at
from tests.journeys.test_need_to_know import arrived, pressed, somewhere
from tests.journeys.test_one_call import PHONE, looked_at, signed_in
from wansdyke.casework.models import Case
from wansdyke.history.checking import check_extract, read_key
from wansdyke.history.checkpoints import PUBLIC, Signer, make_key

pytestmark = [pytest.mark.browser, pytest.mark.both_databases]


def signs(database: Database) -> tuple[str, bytes]:
    """The log as it stands is signed, as the process beside `serve` does; the public key."""
    key, outbox = database.data / "log-key", database.data / "checkpoints"
    with pointed_at(database.name, database.data):
        if not key.exists():
            make_key(key)
        Signer(key, outbox).sign()
    return read_key((outbox / PUBLIC).read_text())


def takes_out(priti: Page, folder: Path) -> list[str]:
    """From the narrowed log to the extract of what it shows; a word is no number of an entry."""
    priti.goto("/audit/")
    priti.get_by_label("Username").fill("rosa")
    pressed(priti, "button", "Show")
    priti.wait_for_url(re.compile("user=rosa"))
    expect(priti.get_by_role("table")).to_contain_text("rosa")
    looked_at(priti)
    pressed(priti, "link", "Extract with proof, for a court")
    arrived(priti, "Extract of the log")
    expect(priti.get_by_label("Username")).to_have_value("rosa")
    priti.get_by_label("First entry").fill("the first")
    pressed(priti, "button", "Download the extract")
    pressed(priti, "link", "First entry must be a whole number")
    expect(priti.get_by_label("First entry")).to_be_focused()
    looked_at(priti)
    priti.get_by_label("First entry").fill("1")
    with priti.expect_download() as coming:
        pressed(priti, "button", "Download the extract")
    kept = folder / coming.value.suggested_filename
    coming.value.save_as(kept)
    return kept.read_text().splitlines()


def explains(priti: Page, reference: str, name: str) -> None:
    """Rule by rule, and nothing of what the call says."""
    priti.goto("/audit/")
    pressed(priti, "link", "Why could they see this?")
    pressed(priti, "button", "Explain")
    pressed(priti, "link", "Enter sign-in name")
    expect(priti.get_by_label("Sign-in name")).to_be_focused()
    looked_at(priti)
    priti.keyboard.type("olivia")
    priti.get_by_label("Reference of the case").fill(reference.lower())
    pressed(priti, "button", "Explain")
    expect(priti.get_by_role("main")).to_contain_text(f"Olivia Marsh can see {reference}")
    expect(priti.get_by_role("main")).not_to_contain_text(name)
    looked_at(priti)


def marks(priti: Page, reference: str) -> None:
    """A record is marked as high-profile, and no longer."""
    priti.goto("/audit/review/high-profile/")
    looked_at(priti)
    pressed(priti, "button", "Mark a record")
    pressed(priti, "button", "Mark it")
    expect(priti.get_by_role("alert")).to_contain_text("Enter why people may look at it")
    looked_at(priti)
    priti.get_by_label("Reference of the case").fill(reference)
    priti.get_by_label("Why may people look at it").fill("It was in the newspaper this week.")
    pressed(priti, "button", "Mark it")
    row = priti.get_by_role("row").filter(has_text=reference).filter(has_text="Marked")
    expect(row).to_contain_text("Marked")
    looked_at(priti)
    row.get_by_role("link").click()
    priti.get_by_label("Reason").fill("Nobody writes of it any more.")
    looked_at(priti)
    pressed(priti, "button", "Take the mark away")
    expect(priti.get_by_role("main")).to_contain_text("It is no longer marked.")


def test_the_log_is_taken_out_for_a_court_and_explained(
    visits: Visits, served_database: Database, tmp_path: Path
) -> None:
    reference, _ = somewhere(served_database)
    with pointed_at(served_database.name, served_database.data):
        name = str(Case.objects.get(root__reference=reference).parties.all()[0].record)
    signed_in(visits, "Rosa Finch")
    key = signs(served_database)
    priti = signed_in(visits, "Priti Lowe")
    count, _ = check_extract(takes_out(priti, tmp_path), key)
    assert count > 0
    explains(priti, reference, name)
    marks(priti, reference)


def test_staff_declare_themselves_without_a_script(
    visits: Visits, served_database: Database
) -> None:
    reuben = signed_in(visits, "Reuben Hale", viewport=PHONE, java_script_enabled=False)
    reuben.goto("/audit/declaration/")
    reuben.locator("[name=date_of_birth-day]").fill("31")
    reuben.locator("[name=date_of_birth-month]").fill("2")
    reuben.locator("[name=date_of_birth-year]").fill("1988")
    reuben.get_by_role("button", name="Save").click()
    problem = reuben.get_by_role("alert").get_by_role("link")
    expect(problem).to_contain_text("Your date of birth must be a real date")
    expect(problem).to_have_attribute("href", "#id_date_of_birth-day")
    reuben.locator("[name=date_of_birth-month]").fill("3")
    reuben.get_by_label("Your postcode").fill("ba14 6dn")
    reuben.get_by_role("button", name="Save").click()
    expect(reuben.get_by_label("Your postcode")).to_have_value("BA14 6DN")
    reuben.get_by_role("button", name="Add somebody").click()
    reuben.get_by_label("Former partner").check()
    reuben.get_by_label("Their forename").fill("Tamsin")
    reuben.get_by_role("button", name="Add", exact=True).click()
    expect(reuben.get_by_role("alert")).to_contain_text("Enter their surname")
    reuben.get_by_label("Their surname").fill("Hollowell")
    reuben.get_by_role("button", name="Add", exact=True).click()
    expect(reuben.get_by_role("table")).to_contain_text("Tamsin Hollowell")
    assert reuben.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"]
    reuben.get_by_role("table").get_by_role("link").first.click()
    arrived(reuben, "Take Tamsin Hollowell off my declaration")
    reuben.get_by_role("button", name="Take off").click()
    expect(reuben.get_by_role("main")).to_contain_text("You have declared nobody.")
