"""Who is this? Found however spelt, a household only for a reason, a pair judged by keys."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import Visits
from tests.databases import Database, pointed_at
from tests.journeys.test_one_call import PHONE, looked_at, signed_in
from wansdyke.linkage.models import Suggestion
from wansdyke.linkage.pairing import pair_new
from wansdyke.people.models import PersonRecord, Residence

pytestmark = [pytest.mark.browser, pytest.mark.both_databases]


def misspelt(name: str) -> str:
    return name[:2] + name[3:] if len(name) > 4 else name + "e"


def searched(page: Page, text: str) -> None:
    page.goto("/search/")
    page.get_by_label("Name, reference, telephone").fill(text)
    page.get_by_label("What is this search for?").select_option("call")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("results"))


def somebody(database: Database) -> tuple[str, str, str]:
    """A caller of the control room with a home: their names and where they live."""
    with pointed_at(database.name, database.data):
        homes = Residence.objects.filter(root__team__key="control-room", place__isnull=False)
        home = homes.exclude(root__person_record__surname="").select_related("place")[0]
        record = PersonRecord.objects.get(pk=home.root_id)
        return record.forename, record.surname, home.place.address


def test_a_misspelt_name_is_found_and_a_household_is_shown_for_a_reason(
    visits: Visits, served_database: Database
) -> None:
    forename, surname, address = somebody(served_database)
    operator = signed_in(visits, "Olivia Marsh")
    searched(operator, f"{forename} {misspelt(surname)}")
    expect(operator.get_by_role("main")).to_contain_text(surname)
    looked_at(operator)
    searched(operator, address)
    link = operator.get_by_role("link", name="What is known here").first
    operator.goto(str(link.get_attribute("href")))
    expect(operator.get_by_role("main")).not_to_contain_text(surname)
    looked_at(operator)
    operator.get_by_role("button", name="Show who lives here").focus()
    operator.keyboard.press("Enter")
    expect(operator.get_by_role("main")).to_contain_text(surname)
    looked_at(operator)


def test_a_pair_is_judged_by_its_key_and_the_judgement_undone(
    visits: Visits, served_database: Database
) -> None:
    forename, surname, _ = somebody(served_database)
    with pointed_at(served_database.name, served_database.data):
        one = PersonRecord.objects.filter(forename=forename, surname=surname)[0]
        other = PersonRecord.objects.exclude(pk=one.pk).filter(root__team=one.root.team)[0]
        for name in ("forename_key", "surname_key", "date_of_birth", "phone_key", "sex"):
            setattr(other, name, getattr(one, name))
        other.paired = False
        other.save()
        pair_new(one.root.created_at, most=100_000)
        assert Suggestion.objects.exists()
    operator = signed_in(visits, "Olivia Marsh", viewport=PHONE)
    operator.goto("/linking/")
    looked_at(operator)
    operator.get_by_role("link", name=re.compile("^SG-")).first.click()
    operator.wait_for_url(re.compile("/linking/SG-"))
    looked_at(operator)
    operator.keyboard.press("d")
    operator.keyboard.type("Another face")
    operator.keyboard.press("Enter")
    expect(operator.get_by_role("main")).to_contain_text("written down")
