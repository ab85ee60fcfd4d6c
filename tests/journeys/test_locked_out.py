"""Conflicts of interest: somebody is locked out of a person by professional standards, whose call
they then take; a colleague takes it on from the board; and the lock is lifted."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import Visits
from tests.databases import Database, pointed_at
from tests.journeys.test_need_to_know import arrived, pressed
from tests.journeys.test_one_call import PHONE, looked_at, signed_in
from wansdyke.casework.conflicts import tell_of_tries
from wansdyke.desks.contact.rerouting import TAKEN
from wansdyke.people.models import PersonRecord

pytestmark = [pytest.mark.browser, pytest.mark.both_databases]
WHAT = "Her brother will not let her leave the house"


def somebody(database: Database) -> PersonRecord:
    """Somebody whom the control room knows by a name that nobody shares."""
    with pointed_at(database.name, database.data):
        rows = PersonRecord.objects.filter(root__team__key="control-room", root__marking=0)
        rows = rows.exclude(forename="").exclude(surname="").select_related("root", "person")
        names = [row.surname for row in rows]
        return next(row for row in rows if names.count(row.surname) == 1)


def locks(stan: Page, record: PersonRecord) -> str:
    """Stan locks Owen out: an unknown colleague and an unknown record are named as such."""
    stan.goto("/conflicts/")
    looked_at(stan)
    pressed(stan, "button", "Lock somebody out")
    arrived(stan, "Lock somebody out")
    stan.get_by_label("Whom to lock out").fill("Nobody Ofthatname")
    stan.get_by_label("Reference of the case").fill(record.root.reference)
    stan.get_by_label("It is about a relative").check()
    stan.get_by_label("What do you know of it?").fill("They are brother and sister.")
    pressed(stan, "button", "Lock them out")
    pressed(stan, "link", "Nobody of this name works in the product.")
    expect(stan.get_by_label("Whom to lock out")).to_be_focused()
    looked_at(stan)
    stan.get_by_label("Whom to lock out").fill("owen pritchrd")
    pressed(stan, "button", "Lock them out")
    expect(stan.get_by_role("main")).to_contain_text("They are locked out from now on.")
    expect(stan.get_by_role("main")).to_contain_text("None since they were locked out.")
    looked_at(stan)
    return stan.url


def takes_the_call(owen: Page, record: PersonRecord) -> None:
    """Owen finds nobody, as if there were nothing; the look-up itself asks for a colleague."""
    owen.goto("/contact/call/")
    owen.get_by_label("What is happening?").fill(WHAT)
    owen.locator("[name=caller_forename]").fill(record.forename)
    owen.locator("[name=caller_surname]").press_sequentially(record.surname)
    expect(owen.locator("[data-autosave-status]")).to_contain_text("Saved at")
    with owen.expect_navigation():
        owen.get_by_role("button", name="Look up").click()
    expect(owen.get_by_label("What is happening?")).to_have_value(WHAT)
    expect(owen.get_by_role("main")).not_to_contain_text(record.root.reference)
    expect(owen.get_by_role("main")).not_to_contain_text(TAKEN)
    looked_at(owen)


def takes_it_on(olivia: Page, record: PersonRecord) -> None:
    """Olivia, without a script, goes on where Owen is, and is not told why."""
    olivia.goto("/contact/board/")
    expect(olivia.get_by_role("main")).to_contain_text("the call that Owen Pritchard is taking")
    assert olivia.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"]
    olivia.get_by_role("button", name=re.compile("Take this call on")).first.click()
    expect(olivia.get_by_role("main")).to_contain_text("This call is yours now.")
    expect(olivia.get_by_label("What is happening?")).to_have_value(WHAT)
    expect(olivia.locator("[name=caller_surname]")).to_have_value(record.surname)
    for word in ("conflict", "locked", "brother and sister"):
        expect(olivia.get_by_role("main")).not_to_contain_text(word)
    olivia.goto("/contact/board/")
    expect(olivia.get_by_role("main")).not_to_contain_text("Owen Pritchard is taking")


def test_whoever_is_locked_out_of_a_caller_is_relieved_by_a_colleague(
    visits: Visits, served_database: Database
) -> None:
    record = somebody(served_database)
    stan, owen = signed_in(visits, "Stan Whitlock"), signed_in(visits, "Owen Pritchard")
    supervisor = signed_in(visits, "Sasha Brook")
    conflict = locks(stan, record)
    person = f"/people/{record.person.reference}/"
    assert owen.request.get(person).status == 404
    takes_the_call(owen, record)
    supervisor.goto("/contact/board/")
    looked_at(supervisor)
    phone = {"viewport": PHONE, "java_script_enabled": False}
    takes_it_on(signed_in(visits, "Olivia Marsh", **phone), record)
    owen.get_by_role("button", name="Look up").click()
    expect(owen.get_by_role("main")).to_contain_text(TAKEN)
    looked_at(owen)
    with pointed_at(served_database.name, served_database.data):
        assert tell_of_tries(record.root.created_at) == 1
    stan.goto(conflict)
    expect(stan.get_by_role("main")).to_contain_text("of the log)")
    looked_at(stan)
    stan.get_by_label("Reason").fill("It was another person of that name.")
    pressed(stan, "button", "Lift the lock")
    arrived(stan, "Conflicts of interest")
    assert owen.request.get(person).status == 200
