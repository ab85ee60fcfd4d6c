"""A person's own record: opened in an emergency from what a warning shows of it, restricted, and
opened again by a supervisor."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browsers import Visits
from tests.databases import Database, pointed_at
from tests.journeys.test_need_to_know import arrived, pressed
from tests.journeys.test_one_call import PHONE, looked_at, signed_in
from tests.sweeps.cast import actor
from wansdyke.casework.markers import publish
from wansdyke.casework.models import Case
from wansdyke.people.models import PersonRecord

pytestmark = [pytest.mark.browser, pytest.mark.both_databases]
WORDS = "Has said that he has a knife"
WHY = "She is not answering and he is on his way to her"


def warned_of(database: Database) -> PersonRecord:
    """Somebody on an open call of the control room, of whom a marker warns every officer."""
    with pointed_at(database.name, database.data):
        calls = Case.objects.filter(
            desk="contact", is_open=True, root__team__key="control-room", root__marking=0
        )
        # Nor was the glass broken to them by another journey.
        standard = calls.filter(
            parties__record__root__marking=0, parties__record__root__grants__isnull=True
        )
        named = standard.exclude(parties__record__surname="")
        case = named.select_related("root__team")[0]
        record = case.parties.all()[0].record
        now = timezone.now()
        said = {"kind": "violence", "text": WORDS, "source": "A neighbour, by telephone"}
        said |= {"marking": 0, "review_by": (now + timedelta(days=30)).date(), "until_date": None}
        publish(case, record.person, **said, by=actor("sasha"), at=now, key=uuid4().hex)
        return PersonRecord.objects.select_related("root", "person").get(pk=record.pk)


def restricts(olivia: Page, record: PersonRecord) -> None:
    """One press, from the page of the person."""
    olivia.goto(f"/people/{record.known_as}/")
    looked_at(olivia)
    pressed(olivia, "link", f"Restrict {record.root.reference}")
    arrived(olivia, f"Restrict {record.root.reference}")
    expect(olivia.get_by_label("Restricted")).to_be_checked()
    looked_at(olivia)
    pressed(olivia, "button", "Save marking")
    expect(olivia.get_by_role("main")).to_contain_text("The record is marked.")
    expect(olivia.get_by_role("main")).to_contain_text(f"{record.root.reference}, restricted")


def breaks_in(rosa: Page, record: PersonRecord) -> None:
    """Rosa, on a phone, sees the warning and no more, and opens the record by the person's own
    reference, which stands in the form already."""
    rosa.goto(f"/people/{record.known_as}/")
    expect(rosa.get_by_role("main")).to_contain_text(WORDS)
    expect(rosa.get_by_role("main")).not_to_contain_text(record.root.reference)
    looked_at(rosa)
    pressed(rosa, "link", "break the glass")
    arrived(rosa, "Break the glass")
    expect(rosa.get_by_label("Reference of the record")).to_have_value(record.known_as)
    pressed(rosa, "button", "Break the glass")
    pressed(rosa, "link", "Select what the emergency is")
    expect(rosa.get_by_label("Somebody’s life is in danger now")).to_be_focused()
    rosa.keyboard.press("Space")
    rosa.get_by_label("Why do you need it now?").fill(WHY)
    looked_at(rosa)
    pressed(rosa, "button", "Break the glass")
    expect(rosa.get_by_role("main")).to_contain_text(record.root.reference)
    expect(rosa.get_by_role("link", name="Restrict")).to_have_count(0)
    rosa.goto("/glass/")
    expect(rosa.get_by_role("table", name="What you opened")).to_contain_text("Waits for review")
    looked_at(rosa)
    pressed(rosa, "link", record.root.reference)
    arrived(rosa, str(record))


def lifts(sasha: Page, record: PersonRecord) -> None:
    """Without a script, and not without a reason."""
    sasha.goto(f"/people/{record.known_as}/")
    sasha.get_by_role("link", name=f"Change who sees {record.root.reference}").click()
    sasha.get_by_label("Standard").check()
    sasha.get_by_role("button", name="Save marking").click()
    problem = sasha.get_by_role("alert").get_by_role("link")
    expect(problem).to_have_attribute("href", "#id_reason")
    sasha.get_by_label("Reason").fill("She is safe, and he is in custody.")
    sasha.get_by_role("button", name="Save marking").click()
    expect(sasha.get_by_role("main")).to_contain_text("The record is marked.")
    expect(sasha.get_by_role("main")).not_to_contain_text(f"{record.root.reference}, restricted")


def test_a_record_is_broken_into_restricted_and_opened_again(
    visits: Visits, served_database: Database
) -> None:
    record = warned_of(served_database)
    rosa = signed_in(visits, "Rosa Finch", viewport=PHONE)
    breaks_in(rosa, record)
    restricts(signed_in(visits, "Olivia Marsh"), record)
    # What is restricted shows no warning any more, and stays open to whoever broke the glass.
    reuben = signed_in(visits, "Reuben Hale")
    assert reuben.request.get(f"/people/{record.known_as}/").status == 404
    assert rosa.request.get(f"/people/{record.known_as}/").status == 200
    lifts(signed_in(visits, "Sasha Brook", java_script_enabled=False), record)
