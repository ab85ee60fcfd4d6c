"""One call from the first word to its result: an operator, a dispatcher and an officer, each in a
browser of their own; then the privacy officer, who finds all of it in the log."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import Visits, axe
from tests.databases import Database

pytestmark = [pytest.mark.browser, pytest.mark.both_databases]
MOST_KEYSTROKES, IMMEDIATE = 25, 20
PHONE = {"width": 320, "height": 640}
CALL = re.compile(r"/contact/(CT-\w{4}-\w{4})/$")


class Keyboard:
    """Types as a person does, and counts every key beside the words themselves."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def words(self, text: str) -> None:
        self.page.keyboard.type(text)

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)
        self.pressed += times

    def at(self) -> str:
        found = self.page.evaluate("document.activeElement.name || document.activeElement.id")
        return str(found)

    def on_to(self, name: str) -> None:
        """One Tab, which must arrive at that field."""
        self.press("Tab")
        assert self.at() == name


def signed_in(visits: Visits, name: str, **options: object) -> Page:
    page = visits.open(**options)
    page.goto("/sign-in/personas/")
    page.get_by_role("button", name=name).click()
    expect(page.get_by_text(f"Signed in as {name}")).to_be_visible()
    return page


def looked_at(page: Page) -> None:
    """What a page must be whoever looks: no fault that axe can find, no scrolling sideways."""
    assert axe(page) == []
    assert page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0


def begins(operator: Page) -> int:
    """Takes the first words of a call by keyboard, sees them saved, and loses the tab."""
    operator.goto("/contact/call/")
    keys = Keyboard(operator)
    assert keys.at() == "what"
    keys.words("He is breaking the door down, she has locked herself in")
    keys.on_to("where")
    keys.words("4 Lantern Lane, Swindon")
    expect(operator.locator("[data-autosave-status]")).to_contain_text("Saved at")
    looked_at(operator)
    keys.on_to("postcode")
    keys.words("SN1 2AB")
    operator.close()
    return keys.pressed


def goes_on(operator: Page) -> tuple[str, int]:
    """Opens the call page again, goes on with the draft, and grades the call immediate."""
    operator.goto("/contact/call/")
    looked_at(operator)
    # Other journeys of this force may have left calls of theirs.
    mine = operator.get_by_role("listitem").filter(has_text="4 Lantern Lane")
    mine.get_by_role("link", name=re.compile("Go on with the call")).press("Enter")
    expect(operator.get_by_label("Where is it happening?")).to_have_value("4 Lantern Lane, Swindon")
    expect(operator.get_by_label("Postcode", exact=True)).to_have_value("SN1 2AB")
    operator.get_by_label("Postcode", exact=True).focus()
    keys = Keyboard(operator)
    keys.on_to("prior_contact")
    keys.press("Space")
    for name, words in (
        ("caller_forename", "Nia"),
        ("caller_surname", "Netheravon"),
        ("caller_phone", "07700 900123"),
    ):
        keys.on_to(name)
        keys.words(words)
    keys.on_to("grade")
    keys.press("Space")
    keys.on_to("grade_reason")
    keys.words("violence now")
    keys.press("Enter")
    operator.wait_for_url(CALL)
    found = CALL.search(operator.url)
    assert found is not None
    return found[1], keys.pressed


def assigns(dispatcher: Page, reference: str) -> None:
    dispatcher.goto("/contact/board/")
    expect(dispatcher.locator("#graded")).to_be_visible()
    looked_at(dispatcher)
    first = dispatcher.locator("#graded tbody tr", has_text=reference)
    expect(first).to_contain_text("Immediate")
    expect(first).to_contain_text("6 owed")
    rows = dispatcher.locator("#graded tbody tr").all_inner_texts()
    place = next(n for n, row in enumerate(rows) if reference in row)
    # Nothing stands above it but what is late, or due sooner than its own twenty minutes.
    for row in rows[:place]:
        left = row.split("\t")[0]
        sooner = re.match(r"(?:(\d+) minutes?|less than a minute) left", left)
        assert "late" in left or (sooner and int(sooner[1] or 0) <= IMMEDIATE), left
    dispatcher.get_by_role("link", name=reference).click()
    dispatcher.get_by_role("button", name="Assign a unit").click()
    dispatcher.get_by_label("Unit’s call sign").fill("WD21")
    dispatcher.get_by_label("Rosa Finch").check()
    looked_at(dispatcher)
    dispatcher.get_by_role("button", name="Assign a unit").click()
    dispatcher.wait_for_url(CALL)
    expect(dispatcher.get_by_text("Done: Assign a unit.")).to_be_visible()
    looked_at(dispatcher)


def attends(officer: Page, reference: str) -> None:
    """The officer's brief on a phone: it fits, it says what matters, and one press says there."""
    officer.goto("/")
    looked_at(officer)
    officer.goto(f"/contact/{reference}/brief/")
    for said in ("4 Lantern Lane, Swindon", "He is breaking the door down", "Nia Netheravon"):
        expect(officer.get_by_text(said).first).to_be_visible()
    wide = officer.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"], f"the brief is {wide} pixels wide"
    looked_at(officer)
    officer.get_by_role("button", name="At scene").click()
    officer.wait_for_url(CALL)
    expect(officer.get_by_text("Unit at scene").first).to_be_visible()
    looked_at(officer)


def thinks_again(operator: Page, reference: str) -> None:
    operator.goto(f"/contact/{reference}/")
    operator.get_by_role("link", name="Run THRIVE").click()
    operator.get_by_label("Immediate", exact=True).check()
    operator.get_by_label("Reason for your grade").fill("He is still inside")
    for letter, answer in (
        ("Threat: who", "now"),
        ("Harm: how bad", "high"),
        ("Risk: how likely", "imminent"),
        ("Investigation: is there", "perishing"),
        ("Vulnerability: can they", "unable"),
        ("Engagement: what do", "agreed"),
    ):
        operator.get_by_label(re.compile(letter)).select_option(answer)
    looked_at(operator)
    operator.get_by_role("button", name="Keep this run").click()
    operator.wait_for_url(CALL)
    expect(operator.get_by_text("All six letters are answered.")).to_be_visible()
    expect(operator.get_by_text(re.compile("points to immediate"))).to_be_visible()
    looked_at(operator)


def results(dispatcher: Page, reference: str) -> None:
    dispatcher.goto(f"/contact/{reference}/")
    dispatcher.get_by_role("button", name="Result", exact=True).click()
    dispatcher.get_by_role("button", name="Result", exact=True).click()
    expect(dispatcher.get_by_role("alert")).to_contain_text("closing category")
    looked_at(dispatcher)
    dispatcher.get_by_label("Closing category").select_option("crime")
    dispatcher.get_by_label("What was done").fill("One arrested, she is safe with her sister")
    dispatcher.get_by_role("button", name="Result", exact=True).click()
    dispatcher.wait_for_url(CALL)
    expect(dispatcher.get_by_text("Resulted", exact=True).first).to_be_visible()
    dispatcher.goto(f"/contact/{reference}/history/")
    looked_at(dispatcher)


def finds_all_of_it(reviewer: Page, reference: str) -> None:
    reviewer.goto("/audit/")
    reviewer.get_by_label("Reference").fill(reference.lower())
    reviewer.get_by_role("button", name="Show").click()
    expect(reviewer.get_by_role("table")).to_be_visible()
    looked_at(reviewer)
    rows = reviewer.locator("tbody tr").all_inner_texts()
    found = {tuple(cell.strip() for cell in row.split("\t")[2:4]) for row in rows}
    assert found >= {
        ("olivia", "Collection"),
        ("olivia", "Alteration"),
        ("olivia", "Consultation"),
        ("dev", "Alteration"),
        ("dev", "Consultation"),
        ("rosa", "Alteration"),
        ("rosa", "Consultation"),
    }
    steps = "\n".join(rows)
    for step in ("grade", "assign", "at-scene", "result"):
        assert f"step: {step}" in steps
    assert "instrument: thrive" in steps
    for page in ("contact:board", "contact:brief", "contact:case", "contact:history"):
        assert f"page: {page}" in steps
    assert "Lantern" not in steps


def the_chain_is_whole(database: Database) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("wansdyke")), "audit", "verify", "--json"],
        env={**os.environ, **database.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["intact"] is True


def test_one_call_by_three_people_and_all_of_it_in_the_log(
    visits: Visits, served_database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    operator = signed_in(visits, "Olivia Marsh")
    other_tab = operator.context.new_page()
    visits.watch(other_tab)
    pressed = begins(operator)
    reference, more = goes_on(other_tab)
    dispatcher = signed_in(visits, "Dev Chandra")
    assigns(dispatcher, reference)
    officer = signed_in(visits, "Rosa Finch", viewport=PHONE, has_touch=True)
    attends(officer, reference)
    thinks_again(other_tab, reference)
    results(dispatcher, reference)
    finds_all_of_it(signed_in(visits, "Priti Lowe"), reference)
    the_chain_is_whole(served_database)
    with capsys.disabled():
        said = f"\n{pressed + more} keystrokes beside the words to take and grade a call\n"
        sys.stdout.write(said)
    assert pressed + more <= MOST_KEYSTROKES


def test_a_call_is_taken_and_graded_without_javascript(visits: Visits) -> None:
    page = signed_in(visits, "Owen Pritchard", java_script_enabled=False)
    page.goto("/contact/call/")
    page.get_by_label("What is happening?").fill("Shouting next door")
    page.get_by_label("Where is it happening?").fill("9 Sarsen Way, Marlborough")
    page.get_by_label("Caller’s last name").fill("Fos")
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_role("heading", name="People")).to_be_visible()
    expect(page.get_by_label("What is happening?")).to_have_value("Shouting next door")
    page.get_by_label("Priority", exact=True).check()
    page.get_by_role("button", name="Save the call").first.click()
    expect(page.get_by_role("alert")).to_contain_text("contacted police before")
    page.get_by_role("link", name=re.compile("contacted police before")).click()
    assert page.url.endswith("#id_prior_contact")
    page.get_by_label("I could not ask").check()
    page.get_by_label("Reason for the grade, in a line").fill("child heard")
    page.get_by_role("button", name="Save the call").first.click()
    page.wait_for_url(CALL)
    expect(page.get_by_text("Waiting for a unit").first).to_be_visible()
