"""Need to know: a call shared with a partner, who sees what was chosen; restricted; broken into."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import Visits
from tests.databases import Database, pointed_at
from tests.journeys.test_one_call import looked_at, signed_in
from wansdyke.casework.models import BrokenGlass, Case

pytestmark = [pytest.mark.browser, pytest.mark.both_databases]


def somewhere(database: Database) -> tuple[str, str]:
    """An open call of the control room with somebody on it: its reference, and their surname."""
    with pointed_at(database.name, database.data):
        calls = Case.objects.filter(
            desk="contact", is_open=True, root__team__key="control-room", root__marking=0
        )
        standard = calls.filter(parties__record__root__marking=0)
        case = standard.exclude(parties__record__surname="")[0]
        return case.root.reference, case.parties.all()[0].record.surname


def pressed(page: Page, role: str, name: str | re.Pattern[str]) -> None:
    """Found, and pressed by the keyboard."""
    page.get_by_role(role, name=name).first.focus()  # type: ignore[arg-type]
    page.keyboard.press("Enter")


def arrived(page: Page, heading: str) -> None:
    """The next page is there."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)


def shares(sasha: Page, reference: str, surname: str) -> None:
    """Sasha shares a call with Carol: who the people are, and no more."""
    sasha.goto(f"/contact/{reference}/")
    expect(sasha.get_by_role("main")).to_contain_text("You see this because")
    pressed(sasha, "link", "Who sees this case, and sharing it")
    arrived(sasha, "Who sees this case")
    looked_at(sasha)
    pressed(sasha, "link", "Share this case")
    sasha.get_by_label("Agency, team or person").fill("carol deen")
    sasha.keyboard.press("Enter")
    expect(sasha.get_by_role("link", name="Carol Dean")).to_be_visible()
    looked_at(sasha)
    pressed(sasha, "link", "Carol Dean")
    arrived(sasha, "Share with Carol Dean")
    pressed(sasha, "button", "See what they will see")
    expect(sasha.get_by_role("alert")).to_contain_text("Enter what they need it for")
    looked_at(sasha)
    sasha.get_by_label("Who the people are: names and dates of birth").check()
    sasha.get_by_label("What they need it for").fill("A home visit tomorrow")
    sasha.get_by_label("Safeguarding of those at risk").check()
    sasha.get_by_label("Why they need this much").fill("They must know whom they visit.")
    pressed(sasha, "button", "See what they will see")
    arrived(sasha, "What Carol Dean will see")
    expect(sasha.get_by_role("main")).to_contain_text(surname)
    expect(sasha.get_by_role("main")).to_contain_text("Held back")
    expect(sasha.locator("dt:has-text('What they see') + dd")).to_have_text("Core, identity")
    looked_at(sasha)
    pressed(sasha, "button", "Share with Carol Dean")
    arrived(sasha, "Who sees this case")
    expect(sasha.get_by_role("main")).to_contain_text("A home visit tomorrow")
    looked_at(sasha)


def test_a_partner_sees_what_was_chosen_until_it_is_taken_back(
    visits: Visits, served_database: Database
) -> None:
    reference, surname = somewhere(served_database)
    sasha, carol = signed_in(visits, "Sasha Brook"), signed_in(visits, "Carol Dean")
    assert carol.request.get(f"/contact/{reference}/").status == 404
    shares(sasha, reference, surname)
    carol.goto(f"/contact/{reference}/")
    expect(carol.get_by_role("main")).to_contain_text(surname)
    expect(carol.get_by_role("main")).to_contain_text("it is shared with you to read until")
    expect(carol.get_by_role("main")).not_to_contain_text("A home visit tomorrow")
    looked_at(carol)
    sasha.goto("/shares/")
    expect(sasha.get_by_role("main")).to_contain_text(reference)
    looked_at(sasha)
    sasha.goto(f"/contact/{reference}/who-sees/")
    pressed(sasha, "link", re.compile("^Stop SH-"))
    arrived(sasha, "Stop sharing with")
    sasha.get_by_label("Reason").fill("The visit is over")
    looked_at(sasha)
    pressed(sasha, "button", "Stop sharing")
    expect(sasha.get_by_role("main")).to_contain_text("Stopped")
    assert carol.request.get(f"/contact/{reference}/").status == 404


def breaks(rosa: Page, reference: str) -> None:
    """Rosa opens a call in an emergency; too short a reason opens nothing."""
    assert rosa.request.get(f"/contact/{reference}/").status == 404
    rosa.goto("/glass/")
    looked_at(rosa)
    pressed(rosa, "button", "Break the glass")
    arrived(rosa, "Break the glass")
    rosa.get_by_label("Reference of the record").fill(reference)
    rosa.get_by_label("A child is at risk now").check()
    rosa.get_by_label("Why do you need it now?").fill("Too short")
    pressed(rosa, "button", "Break the glass")
    expect(rosa.get_by_role("alert")).to_contain_text("20 characters or more")
    looked_at(rosa)
    rosa.get_by_label("Why do you need it now?").fill("A child rang from this address just now")
    pressed(rosa, "button", "Break the glass")
    expect(rosa.get_by_role("main")).to_contain_text("you broke the glass, until")


def test_a_restricted_call_is_opened_in_an_emergency_and_reviewed(
    visits: Visits, served_database: Database
) -> None:
    reference, surname = somewhere(served_database)
    olivia, rosa = signed_in(visits, "Olivia Marsh"), signed_in(visits, "Rosa Finch")
    olivia.goto(f"/contact/{reference}/mark/")
    olivia.get_by_label("Restricted").check()
    looked_at(olivia)
    pressed(olivia, "button", "Save marking")
    expect(olivia.get_by_role("main")).to_contain_text("Restricted")
    breaks(rosa, reference)
    expect(rosa.get_by_role("main")).to_contain_text(surname)
    with pointed_at(served_database.name, served_database.data):
        made = BrokenGlass.objects.latest("pk").reference
    priti = signed_in(visits, "Priti Lowe")
    priti.goto("/glass/")
    looked_at(priti)
    pressed(priti, "link", made)
    arrived(priti, made)
    priti.get_by_label("It was justified", exact=True).check()
    priti.get_by_label("How did you come to this?").fill("The child’s call is on record at 21:04.")
    looked_at(priti)
    pressed(priti, "button", "Save review")
    expect(priti.get_by_role("main")).to_contain_text("is written down")
    priti.goto(f"/glass/{made}/")
    expect(priti.get_by_role("main")).to_contain_text("It was justified")
    looked_at(priti)
