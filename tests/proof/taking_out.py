"""What leaves the product as a file, made anew of what is in it now: the spreadsheet that a worker
makes, the answer to a request for information, the downtime pack."""

import uuid
from collections.abc import Iterator
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Page

from tests.casework.leaving_cast import closed
from tests.proof.payloads import PAYLOADS
from tests.sweeps.asking import Answer, Asker, undone
from tests.sweeps.cast import actor
from tests.sweeps.stories import by_when
from tests.sweeps.world import World
from wansdyke.casework import leaving_bundle, subject_access
from wansdyke.casework.models import Leaving
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.downtime.pack import packed
from wansdyke.directory import DESKS, desk_of
from wansdyke.home.exports import ask_for, make_spreadsheet
from wansdyke.kernel.calendar import london

PASSPHRASE = "four quiet herons wading"
SECOND_KEEPER = "rhea"
# Whom an answer is from: an office, and nobody's name.
OFFICE = "The records manager"


def spreadsheets() -> Iterator[tuple[str, Answer]]:
    """The spreadsheet of each desk, made by the worker, to whoever asked for it."""
    for username, desk in (("sasha", "contact"), ("hedda", "lost-property")):
        made = ask_for(actor(username), desk_of(desk), "state=", timezone.now())
        make_spreadsheet.func(made.pk)
        yield f"the {desk} spreadsheet", _fetched(username, f"/exports/{made.reference}/file/")


def _fetched(username: str, path: str) -> Answer:
    asker = Asker(username)
    with undone():
        return asker.ask("GET", path)


def answers(world: World) -> Iterator[tuple[str, Answer]]:
    """The answer to a request about somebody, asked for, looked at and closed as it must be."""
    today = london(timezone.now()).date()
    said = {
        "purpose": "subject access", "recipient_kind": "the person themself",
        "recipient": PAYLOADS[0], "regime": "part-3", "surname": PAYLOADS[1], "identity": "seen",
        "asked_for": "\n".join(PAYLOADS), "received_on": today, "identity_on": today,
    }  # fmt: skip
    made = subject_access.open_request(said, **by_when("ray"))
    leaving = Leaving.objects.get(reference=made.reference)
    theirs = [world.stories["call:by-phone"].people[0][0]]
    subject_access.say_whose(leaving, theirs, True, **by_when("ray"))
    leaving = closed(leaving, DESKS)
    for form in leaving_bundle.MEDIA:
        path = f"/requests/{leaving.reference}/bundle/{form}/"
        yield f"the answer as {form}", _fetched(SECOND_KEEPER, path)


def all_in_one_paper() -> bytes:
    """The paper that the product draws for such an answer, with every payload in every place."""
    entries = [{"title": one, "lines": [one]} for one in PAYLOADS]
    parts = [{"heading": one, "entries": entries[:1]} for one in PAYLOADS]
    told = {
        "title": PAYLOADS[0], "from": OFFICE, "opening": list(PAYLOADS),
        "parts": [*parts, {"heading": "All", "entries": entries}],
        "grounds_heading": PAYLOADS[2], "grounds": list(PAYLOADS),
        "rights_heading": PAYLOADS[3], "rights": list(PAYLOADS),
    }  # fmt: skip
    return leaving_bundle.as_pdf(told, timezone.now())


def pack_opened(page: Page, folder: Path) -> str:
    """Opens the downtime pack with its passphrase, as a file; returns what it then shows."""
    kept = folder / f"{uuid.uuid4().hex}.html"
    kept.write_text(packed(DESK, PASSPHRASE, by=actor("sasha"), at=timezone.now()))
    page.goto(kept.as_uri())
    page.get_by_label("Passphrase").fill(PASSPHRASE)
    page.get_by_role("button", name="Open").click()
    page.get_by_text("As of").wait_for()
    return page.inner_text("body")
