"""Reviews and disposal: a due review is proposed, another person confirms, and what stands there
afterwards says so; a legal hold stops it."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browsers import Visits
from tests.databases import Database, pointed_at
from tests.journeys.test_need_to_know import arrived, pressed
from tests.journeys.test_one_call import looked_at, signed_in
from wansdyke.casework.disposing import carry_out
from wansdyke.casework.reckoning import reckon_anew
from wansdyke.directory import DESKS
from wansdyke.home.disposal_commands import means

pytestmark = [pytest.mark.browser, pytest.mark.both_databases]
PHONE = {"viewport": {"width": 320, "height": 640}}


def first_due(ray: Page) -> str:
    """The reference of the longest overdue review, which is opened."""
    ray.goto("/retention/")
    arrived(ray, "Records to review")
    looked_at(ray)
    link = ray.get_by_role("table").get_by_role("link", name=re.compile("^CT-")).first
    reference = link.inner_text()
    link.click()
    arrived(ray, reference)
    looked_at(ray)
    return reference


def proposes(ray: Page) -> None:
    """Ray says why, having seen what would go."""
    pressed(ray, "button", "Propose to dispose of it")
    arrived(ray, "Dispose of")
    expect(ray.get_by_role("table")).to_contain_text("Old and new values in its history")
    pressed(ray, "button", "Propose")
    expect(ray.get_by_role("alert")).to_contain_text("Enter why")
    looked_at(ray)
    ray.get_by_label("Its review found that it is no longer needed").check()
    ray.get_by_label("Why?").fill("Nothing came of it, and nobody rang again.")
    pressed(ray, "button", "Propose")
    expect(ray.get_by_role("main")).to_contain_text("Somebody else decides: you proposed it")
    looked_at(ray)


def held(ray: Page, sasha: Page) -> None:
    """Ray holds the next record that is due: it cannot be disposed of, and only Sasha lifts it."""
    reference = first_due(ray)
    pressed(ray, "link", "Put a legal hold on it")
    arrived(ray, "Put a hold on a record")
    ray.get_by_label("An inquest").check()
    ray.get_by_label("Reference of the matter").fill("Inquest 4")
    ray.get_by_label("Why must it be kept?").fill("The coroner asked for all of it.")
    looked_at(ray)
    pressed(ray, "button", "Hold it")
    expect(ray.get_by_role("main")).to_contain_text("Somebody else lifts it")
    looked_at(ray)
    ray.goto(f"/retention/{reference}/propose/")
    ray.get_by_label("Its review found that it is no longer needed").check()
    ray.get_by_label("Why?").fill("Nothing came of it.")
    pressed(ray, "button", "Propose")
    expect(ray.get_by_role("alert")).to_contain_text("A legal hold stands on it")
    looked_at(ray)
    sasha.goto("/retention/holds/")
    looked_at(sasha)
    sasha.get_by_role("table").get_by_role("link", name=re.compile("^LH-")).first.click()
    sasha.get_by_label("Why is it lifted?").fill("The inquest is over.")
    looked_at(sasha)
    pressed(sasha, "button", "Lift the hold")
    arrived(sasha, "Legal holds")


def test_two_people_dispose_and_the_address_says_so(
    visits: Visits, served_database: Database
) -> None:
    with pointed_at(served_database.name, served_database.data):
        reckon_anew(DESKS, timezone.now())
    ray, sasha = signed_in(visits, "Ray Mercer"), signed_in(visits, "Sasha Brook", **PHONE)
    reference = first_due(ray)
    proposes(ray)
    sasha.goto("/retention/disposals/")
    looked_at(sasha)
    sasha.get_by_role("link", name=re.compile("^DS-")).first.click()
    arrived(sasha, "Disposal of")
    looked_at(sasha)
    sasha.get_by_label("Confirm: it is removed now, for good").check()
    pressed(sasha, "button", "Decide")
    arrived(sasha, "Disposal and erasure")
    with pointed_at(served_database.name, served_database.data):
        carry_out(means(), timezone.now())
    answer = sasha.goto(f"/contact/{reference}/")
    assert answer is not None
    assert answer.status == 410
    looked_at(sasha)
    # The browser notes an address that is gone as a fault of the page.
    assert all("410 (Gone)" in fault for fault in visits.faults)
    visits.faults.clear()
    expect(sasha.get_by_role("main")).to_contain_text("This record was disposed of")
    expect(sasha.get_by_role("main")).to_contain_text("MoPI group")
    ray.goto("/retention/disposals/?show=gone")
    expect(ray.get_by_role("main")).to_contain_text(reference)
    looked_at(ray)
    ada = signed_in(visits, "Ada Quill")
    assert ada.request.get(f"/contact/{reference}/").status == 404
    held(ray, sasha)
