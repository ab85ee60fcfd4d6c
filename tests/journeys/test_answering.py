"""A request for access, from its coming to the bundle: prepared by one, released by two what the
gate holds back, watched over by a privacy officer without a script, closed by another."""

import json
import re
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browsers import Visits
from tests.databases import Database, pointed_at
from tests.journeys.test_need_to_know import arrived, pressed
from tests.journeys.test_one_call import PHONE, looked_at, signed_in
from tests.sweeps.cast import actor
from wansdyke.casework.models import Leaving, Party
from wansdyke.casework.subject_access import pieces_of
from wansdyke.directory import DESKS
from wansdyke.people.models import PersonRecord

pytestmark = [pytest.mark.browser, pytest.mark.both_databases]
WHY = "It was read out to them in court last month"


def caller(database: Database) -> PersonRecord:
    """Somebody who rang, of whom no other record has the surname, and who lives somewhere."""
    with pointed_at(database.name, database.data):
        rang = Party.objects.filter(role="caller", record__root__residences__isnull=False)
        people = PersonRecord.objects.filter(root__marking=0, parts__in=rang)
        return people.exclude(forename="").exclude(surname="").select_related("root")[0]


def opens(ray: Page, record: PersonRecord) -> str:
    """Ray opens the request: first with nothing in it, and each problem leads to its field."""
    ray.goto("/requests/")
    looked_at(ray)
    pressed(ray, "button", "Open a request")
    arrived(ray, "Open a request")
    pressed(ray, "button", "Open the request")
    pressed(ray, "link", re.compile("Enter surname"))
    expect(ray.get_by_label("Surname of the person it is about")).to_be_focused()
    looked_at(ray)
    ray.keyboard.type(record.surname)
    ray.get_by_label("Forename of the person it is about").fill(record.forename)
    said = ("Subject access", "The person themself", "Law enforcement", "I saw their passport")
    for choice in said:
        ray.get_by_label(choice).check()
    ray.get_by_label("Name of whoever gets it").fill(str(record))
    today = timezone.localdate()
    for name in ("received_on", "identity_on"):
        for part in ("day", "month", "year"):
            ray.locator(f"[name={name}-{part}]").fill(str(getattr(today, part)))
    pressed(ray, "button", "Open the request")
    arrived(ray, "Whose records are these?")
    found = re.search(r"SA-\w{4}-\w{4}", ray.url)
    assert found is not None
    return found[0]


def says_whose(ray: Page, record: PersonRecord) -> None:
    """Nothing is looked up of a record before somebody says that it is theirs."""
    pressed(ray, "button", "Save")
    expect(ray.get_by_role("alert")).to_contain_text("Select which records")
    looked_at(ray)
    ray.get_by_label(re.compile(record.root.reference)).check()
    ray.get_by_label("Yes, all of these").check()
    pressed(ray, "button", "Save")
    expect(ray.get_by_role("main")).to_contain_text("Decided: theirs")
    pressed(ray, "link", "On to the items")
    arrived(ray, "What is held")
    expect(ray.get_by_role("table")).to_contain_text("Held back")
    looked_at(ray)


def items(database: Database, reference: str) -> tuple[str, str, str]:
    """Pages of an item that is held back and may be released, and of one that leaves; its text."""
    with pointed_at(database.name, database.data):
        leaving = Leaving.objects.get(reference=reference)
        pieces = pieces_of(leaving, actor("ray"), timezone.now(), DESKS)
        held = next(p for p in pieces if not p.verdict.leaves and p.verdict.releasable)
        goes = next(p for p in pieces if p.verdict.leaves and len(p.piece.text) > 3)
    at = f"/requests/{reference}/items/"
    return f"{at}{held.name}/", f"{at}{goes.name}/", goes.piece.text.splitlines()[0]


def proposes(ray: Page, held: str) -> None:
    """Why something that is held back should go, in more than a word."""
    ray.goto(held)
    looked_at(ray)
    pressed(ray, "link", "Propose to release it all the same")
    arrived(ray, "Propose to release this")
    ray.get_by_label("Why does it do no harm that this leaves?").fill("It is fine")
    pressed(ray, "button", "Propose it")
    expect(ray.get_by_role("alert")).to_contain_text("20 characters")
    looked_at(ray)
    ray.get_by_label("Why does it do no harm that this leaves?").fill(WHY)
    pressed(ray, "button", "Propose it")
    expect(ray.get_by_role("main")).to_contain_text("Waits for a second person")


def withholds(ray: Page, goes: str) -> None:
    """What would leave stays here, on a ground and with a reason."""
    ray.goto(goes)
    ray.get_by_label("It does not leave").check()
    pressed(ray, "button", "Save the decision")
    expect(ray.get_by_role("alert").get_by_role("link").first).to_be_visible()
    looked_at(ray)
    ray.get_by_label("On which ground?").select_option("prejudice")
    ray.get_by_label("Why?", exact=True).fill("An inquiry goes on")
    pressed(ray, "button", "Save the decision")
    expect(ray.get_by_role("main")).to_contain_text("it does not leave")


def releases(rhea: Page, reference: str) -> None:
    """Rhea, on a phone, sees what Ray saw, and lets it go."""
    rhea.goto(f"/requests/{reference}/")
    looked_at(rhea)
    pressed(rhea, "link", re.compile("^Releases: 1 waiting"))
    arrived(rhea, "Releases")
    looked_at(rhea)
    pressed(rhea, "link", re.compile("^RL-"))
    arrived(rhea, "Release this?")
    expect(rhea.get_by_role("main")).to_contain_text(WHY)
    rhea.get_by_label("It may leave").check()
    rhea.get_by_label("Why?", exact=True).fill("I read the transcript of that day")
    looked_at(rhea)
    pressed(rhea, "button", "Save the decision")
    expect(rhea.get_by_role("main")).to_contain_text("Released")


def watches(priti: Page, reference: str) -> None:
    """Priti reads no case; without a script she says what she did about what nobody may see."""
    priti.goto("/requests/")
    priti.get_by_role("link", name=reference).click()
    expect(priti.get_by_role("heading", name="Out of the preparers’ sight")).to_be_visible()
    expect(priti.get_by_role("link", name=re.compile("^Every item"))).to_have_count(0)
    priti.get_by_role("link", name=re.compile("^Say what you did")).click()
    priti.get_by_label("What did you do about").fill("Nothing is out of their sight.")
    priti.get_by_role("button", name=re.compile("^Say what you did")).click()
    expect(priti.get_by_role("main")).to_contain_text("Looked at")
    assert priti.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"]


def closes(rhea: Page, reference: str) -> None:
    """It is closed by somebody who did not prepare it."""
    rhea.goto(f"/requests/{reference}/")
    pressed(rhea, "link", "Close and make the bundle")
    arrived(rhea, "Close and make the bundle")
    looked_at(rhea)
    pressed(rhea, "button", "Close and make the bundle")
    expect(rhea.get_by_role("main")).to_contain_text("the bundle is made")
    looked_at(rhea)


def taken_out(ray: Page, form: str, folder: Path) -> bytes:
    """The bundle in one of its forms."""
    with ray.expect_download() as coming:
        ray.get_by_role("link", name=f"The bundle as {form}").click()
    kept = folder / coming.value.suggested_filename
    coming.value.save_as(kept)
    return kept.read_bytes()


def test_from_the_request_to_the_bundle(
    visits: Visits, served_database: Database, tmp_path: Path
) -> None:
    record = caller(served_database)
    ray, rhea = signed_in(visits, "Ray Mercer"), signed_in(visits, "Rhea Lund", viewport=PHONE)
    reference = opens(ray, record)
    says_whose(ray, record)
    held, goes, text = items(served_database, reference)
    proposes(ray, held)
    withholds(ray, goes)
    releases(rhea, reference)
    ray.goto(f"/requests/{reference}/")
    pressed(ray, "link", "Hand to a second person")
    arrived(ray, "Hand to a second person")
    looked_at(ray)
    pressed(ray, "button", "Hand to a second person")
    expect(ray.get_by_role("main")).to_contain_text("It waits for a second person.")
    expect(ray.get_by_role("main")).to_contain_text("a records manager other than Ray Mercer")
    expect(ray.get_by_role("link", name="Close and make the bundle")).to_have_count(0)
    watches(signed_in(visits, "Priti Lowe", viewport=PHONE, java_script_enabled=False), reference)
    closes(rhea, reference)
    ray.reload()
    assert taken_out(ray, "PDF", tmp_path).startswith(b"%PDF")
    bundle = taken_out(ray, "JSON", tmp_path).decode()
    assert reference in json.loads(bundle)["opening"][0]
    assert text not in bundle
