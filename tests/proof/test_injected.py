"""200 hostile words in every text column, then every page, file and answer opened: none runs.

The first pass fills each column as a form would take it, cut where it must be; for the second, each
column holds all of them in full.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import openpyxl
import pypdf
import pytest
from playwright.sync_api import Browser, Page, Request

from tests import databases
from tests.browsers import Visits, served
from tests.journeys.test_every_page import Opener, Served, Visit
from tests.journeys.test_every_page import _visits as visits_of
from tests.proof import first_rows
from tests.proof.payloads import COUNTED, MARK, PAYLOADS
from tests.proof.seeding import Seeds, columns, widened
from tests.proof.taking_out import (
    OFFICE,
    all_in_one_paper,
    answers,
    pack_opened,
    spreadsheets,
)
from tests.proof.untyped import wrongly_left_out
from tests.sweeps.asking import Answer, Asker, undone
from tests.sweeps.cast import VIEWERS
from tests.sweeps.judging import meant
from tests.sweeps.urls import targets_of, walked
from tests.sweeps.world import World, make
from wansdyke.history.models import AuditEntry
from wansdyke.home.exports import XLSX

pytestmark = [pytest.mark.proof, pytest.mark.browser]
# What is run says so; what the policy stopped says so too, and must not have been there at all.
WATCH = """
window.ran = []; window.pwned = (what) => window.ran.push(String(what));
document.addEventListener("securitypolicyviolation", (one) =>
  window.ran.push("policy: " + one.violatedDirective + " " + one.blockedURI));
"""
# A payload that became an element, an attribute or an address, though nothing of it ran.
BROKEN_OUT = f"""() => [...document.querySelectorAll("*")].filter((one) =>
  [...one.attributes].some((a) => /^{MARK}/.test(a.name) || /^\\s*(javascript|vbscript|data):/i
    .test(a.value) && ["href", "src", "action", "formaction"].includes(a.name))
).map((one) => one.outerHTML.slice(0, 200))"""
READERS = ("sasha", "hedda", "priti", "ada", "carol", "anya")
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
# The title of a document is in the name under which it is saved: letters and digits alone.
SAVED_AS = re.compile(r"attachment; filename(?:=\"([^\"]*)\"|\*=utf-8''([\w.%-]*))")
PLAIN_NAME = re.compile(r"[\w -]+\.\w{2,5}")


@dataclass
class Opened:
    """What was opened, and what was wrong with it."""

    pages: int = 0
    files: dict[str, int] = field(default_factory=dict)
    hostile: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def hostile(django_db_setup: None, django_db_blocker: Any) -> Iterator[Served]:
    """A served world of this module's own, and every page of it that somebody may open."""
    with django_db_blocker.unblock():
        made = make()
        with made.inside():
            wrong = list(wrongly_left_out())
            assert wrong == [], "\n".join(wrong)
            first_rows.make(made)
            widened(made.database)
            visits = list(visits_of(made))
        with served(made.database) as address:
            yield Served(made, address, visits)
        databases.remove(made.database)


def look(page: Page, visit: Visit, asked: list[str], home: str) -> Iterator[str]:
    """What is wrong with one page."""
    asked.clear()
    answer = page.goto(visit.path)
    status = answer.status if answer else 0
    if status != 200 or answer is None:
        yield f"answered {status}"
        return
    page.wait_for_load_state("load")
    ran = page.evaluate("window.ran")
    if ran:
        yield f"ran {ran[:3]}"
    out = page.evaluate(BROKEN_OUT)
    if out:
        yield f"broke out: {out[:2]}"
    if COUNTED in page.content():
        yield "a template in it was run"
    if any(MARK in f"{name}{value}" for name, value in answer.headers.items()):
        yield f"its headers hold it: {answer.headers}"
    far = [one for one in asked if urlsplit(one).netloc != urlsplit(home).netloc]
    if far:
        yield f"asked elsewhere: {far[:3]}"


def watched(opener: Opener, opened: Opened, username: str) -> tuple[Page, list[str]]:
    """The page of a user, with what it asks for and whatever it says of itself."""
    page = opener.page(username)
    asked: list[str] = []
    page.add_init_script(WATCH)

    def request(one: Request) -> None:
        asked.append(one.url)

    page.on("request", request)
    page.on("dialog", lambda one: (opened.faults.append(f"dialog {one.message}"), one.dismiss()))
    return page, asked


def pages_opened(hostile: Served, browser: Browser, opened: Opened) -> None:
    """Every page, in Chromium, by somebody who may open it."""
    visits = Visits(browser, hostile.address)
    opener = Opener(hostile.world, visits)
    pages: dict[str, tuple[Page, list[str]]] = {}
    try:
        for visit in hostile.visits:
            if visit.username not in pages:
                pages[visit.username] = watched(opener, opened, visit.username)
            page, asked = pages[visit.username]
            told = list(look(page, visit, asked, hostile.address))
            opened.faults += [f"{visit.name} ({visit.username}): {one}" for one in told]
            opened.pages += 1
    finally:
        visits.close()
    opened.faults += visits.faults


def files_of(world: World) -> Iterator[tuple[str, Answer]]:
    """Every answer that is no page, for each reader that gets one."""
    for username in READERS:
        asker = Asker(username)
        for url in walked():
            if url.rule is None or "GET" not in url.rule.methods:
                continue
            for target in targets_of(url, world):
                wanted = meant(world, VIEWERS[username], url, url.rule, "GET", target)
                if not target.known or wanted != "an answer":
                    continue
                with undone():
                    answer = asker.ask("GET", url.path(target))
                if answer.status != 200:
                    continue
                # An address gives a page or a file, whatever it is asked of.
                if "text/html" not in answer.headers["Content-Type"]:
                    yield f"{url.name} of {target} ({username})", answer
                break


def judged(answer: Answer) -> Iterator[str]:
    """What is wrong with a file."""
    kind = answer.headers["Content-Type"].partition(";")[0]
    for name, value in answer.headers.items():
        ours = name == "Content-Disposition" and saved_plainly(value)
        if "\r" in value or "\n" in value or (MARK in value and not ours):
            yield f"its header {name} is {value!r}"
    if COUNTED in answer.body.decode(errors="replace"):
        yield "a template in it was run"
    if kind == "text/csv":
        yield from live_in_csv(answer.body)
    elif answer.body.startswith(b"PK\x03\x04"):
        yield from live_in_xlsx(answer.body)
    elif kind == "application/pdf" and b"%%EOF" in answer.body:
        yield from live_in_pdf(answer.body)
    typed = kind != "text/plain" or MARK.encode() in answer.body
    if (
        kind != "application/json"
        and typed
        and "attachment" not in answer.headers.get("Content-Disposition", "")
    ):
        yield f"{kind} is not sent as an attachment"


def saved_plainly(value: str) -> bool:
    """Whether the name that a file is saved under holds letters and digits alone."""
    found = SAVED_AS.fullmatch(value)
    return found is not None and bool(PLAIN_NAME.fullmatch(found[1] or unquote(found[2] or "")))


def live_in_csv(body: bytes) -> Iterator[str]:
    """Cells that a spreadsheet would take for a formula."""
    for row in csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")):
        for cell in row:
            if FORMULA.match(cell) and not NUMBER.fullmatch(cell):
                yield f"a cell begins {cell[:20]!r}"


def live_in_xlsx(body: bytes) -> Iterator[str]:
    """Formulas, links, names, comments, what is hidden, and who made it."""
    book = openpyxl.load_workbook(io.BytesIO(body))
    if list(book.defined_names):
        yield f"it has names: {list(book.defined_names)}"
    made = book.properties
    if made.creator or made.lastModifiedBy or made.description or made.keywords:
        yield f"it says who made it: {made.creator} {made.lastModifiedBy}"
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            yield f"the sheet {sheet.title} is hidden"
        sizes = [*sheet.row_dimensions.values(), *sheet.column_dimensions.values()]
        if any(one.hidden for one in sizes):
            yield "a row or column is hidden"
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f" or cell.hyperlink or cell.comment:
                    yield f"{cell.coordinate} is live: {str(cell.value)[:30]!r}"


def live_in_pdf(body: bytes) -> Iterator[str]:
    """Scripts, launches and addresses, and who made it."""
    paper = pypdf.PdfReader(io.BytesIO(body))
    found = re.findall(rb"/(JavaScript|JS|Launch|EmbeddedFile|URI)\b", body)
    if found:
        yield f"it holds {sorted(set(found))}"
    catalog: Any = paper.trailer["/Root"]
    acts = {"/OpenAction", "/AA", "/AcroForm"} & catalog.keys()
    acts |= {"/JavaScript", "/EmbeddedFiles"} & catalog.get("/Names", {}).keys()
    if acts:
        yield f"it acts when it is opened: {sorted(acts)}"
    for page in paper.pages:
        if "/AA" in page or any("/A" in one.get_object() for one in page.get("/Annots", ())):
            yield "a page of it acts"
    if paper.metadata is not None and paper.metadata.author not in (None, OFFICE):
        yield f"it says who made it: {paper.metadata.author}"
    if any("root:x:0" in page.extract_text() for page in paper.pages):
        yield "it holds a file of the machine"


def missing_in_pdf(body: bytes) -> list[str]:
    """The marks of the payloads that are not to be read in a paper, from either side."""
    paper = pypdf.PdfReader(io.BytesIO(body))
    words = "".join(page.extract_text() for page in paper.pages)
    marks = [f"{MARK}{number:03d}" for number in range(len(PAYLOADS))]
    return [mark for mark in marks if mark not in words and mark[::-1] not in words]


def files_opened(hostile: Served, opened: Opened) -> None:
    """Every file that anybody gets, and those that are made of what is there now."""
    world = hostile.world
    for title, answer in (*files_of(world), *spreadsheets(), *answers(world)):
        kind = answer.headers["Content-Type"].partition(";")[0]
        opened.files[kind] = opened.files.get(kind, 0) + 1
        if any(MARK in text for text in answer.texts):
            opened.hostile[kind] = opened.hostile.get(kind, 0) + 1
        opened.faults += [f"{title}: {answer.status}"] if answer.status != 200 else []
        opened.faults += [f"{title}: {one}" for one in judged(answer)]


def pack_looked_at(browser: Browser, folder: Path, opened: Opened) -> None:
    """The downtime pack, opened with nothing running."""
    visits = Visits(browser, "")
    try:
        page = visits.open(offline=True)
        page.add_init_script(WATCH)
        shown = pack_opened(page, folder)
        ran, out = page.evaluate("window.ran"), page.evaluate(BROKEN_OUT)
        opened.faults += [f"the downtime pack: {one}" for one in (ran, out) if one]
        opened.hostile["the pack"] = opened.hostile.get("the pack", 0) + (MARK in shown)
    finally:
        visits.close()
    opened.faults += visits.faults


def logged(world: World) -> Iterator[str]:
    """Where the logs hold anything of it."""
    yield from (f"entry {one.seq}" for one in AuditEntry.objects.all() if MARK in one.body)
    log = (world.database.data / "server.log").read_text()
    yield from (line for line in log.splitlines() if MARK in line)


def test_nothing_hostile_runs_wherever_it_is_shown(
    hostile: Served,
    browser: Browser,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    assert len(set(PAYLOADS)) == 200
    opened, seeds = Opened(), Seeds()
    for whole in (False, True):
        with hostile.world.inside():
            seeds.sow(whole=whole)
        pages_opened(hostile, browser, opened)
        with hostile.world.inside():
            files_opened(hostile, opened)
            pack_looked_at(browser, tmp_path, opened)
        assert opened.faults == [], "\n".join(dict.fromkeys(opened.faults))
    paper = all_in_one_paper()
    assert list(live_in_pdf(paper)) == missing_in_pdf(paper) == []
    assert seeds.left_out() == []
    with hostile.world.inside():
        assert list(logged(hostile.world)) == []
    record_property(
        "proved",
        f"{len(PAYLOADS)} hostile texts in each of {len(list(columns()))} columns:"
        f" {opened.pages} pages and {sum(opened.files.values())} files opened in two passes",
    )
    assert opened.pages == 2 * len(hostile.visits) > 200
    # Each kind of file must have held some of it to mean anything.
    assert {"text/csv", XLSX, "application/json", "the pack"} <= opened.hostile.keys()
    assert opened.files["application/pdf"] > 2
