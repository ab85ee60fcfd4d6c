"""Every page in Chromium, wide and on a phone: nothing that axe finds, no script error, no sideways
scrolling, one heading of the first level, and a title."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests import databases
from tests.browsers import Visits, axe, served
from tests.sweeps.asking import Asker, undone
from tests.sweeps.cast import VIEWERS
from tests.sweeps.judging import meant
from tests.sweeps.rules import Target
from tests.sweeps.urls import Url, targets_of, walked
from tests.sweeps.world import World, make

pytestmark = pytest.mark.browser
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
# Parts of about equal length, so that two workers share them.
PARTS = 6
# Whoever opens a page: the first of them that may.
OPENERS = ("sasha", "hedda", "olivia", "ada", "priti", "carol", "nobody")
# Pages that look different to others, or of another record, and are looked at as well.
ALSO = (
    ("rosa", "my_work", ""),
    ("ada", "my_work", ""),
    ("carol", "contact:case", "call:at-scene"),
    ("sasha", "contact:case", "call:resulted"),
    ("sasha", "contact:case", "call:waiting"),
    ("rosa", "contact:brief", "call:at-scene"),
    ("hedda", "lost-property:case", "thing:proposed"),
    ("anya", "contact:list", ""),
)


@dataclass(frozen=True)
class Visit:
    """One page to open: by whom, and where."""

    username: str
    name: str
    path: str


@dataclass
class Served:
    """The sweeps' world, and the address at which it is served."""

    world: World
    address: str
    visits: list[Visit]


@pytest.fixture(scope="module")
def served_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Served]:
    with django_db_blocker.unblock():
        world = make()
        with world.inside():
            visits = list(_visits(world))
        with served(world.database) as address:
            yield Served(world, address, visits)
        databases.remove(world.database)


def _visits(world: World) -> Iterator[Visit]:
    """Each distinct page once, and each step's form, by somebody who may open it."""
    askers = {username: Asker(username) for username in (*OPENERS, "rosa", "anya")}
    urls = {url.name: url for url in walked() if url.rule and "GET" in url.rule.methods}
    for url in urls.values():
        turns = {"step": 13, "work": 8}.get(url.name.partition(":")[2], 1)
        for turn in range(turns):
            found = _first(world, askers, url, turn)
            if found is not None:
                yield found
    for username, name, story in ALSO:
        arguments = {"reference": world.stories[story].reference} if story else {}
        yield Visit(username, name, urls[name].path(Target(name, arguments)))


def _first(world: World, askers: dict[str, Asker], url: Url, turn: int) -> Visit | None:
    """The first page of a URL that somebody is shown, if it is a page at all."""
    assert url.rule is not None
    for username in OPENERS:
        for target in targets_of(url, world, turn):
            wanted = meant(world, VIEWERS[username], url, url.rule, "GET", target)
            if not target.known or wanted != "an answer":
                continue
            with undone():
                answer = askers[username].ask("GET", url.path(target))
            if answer.status == 200 and answer.headers["Content-Type"].startswith("text/html"):
                return Visit(username, url.name, url.path(target))
    return None


class Opener:
    """One page a user, signed in, which goes from address to address."""

    def __init__(self, world: World, visits: Visits) -> None:
        self.world, self.visits = world, visits
        self.pages: dict[str, Page] = {}

    def page(self, username: str) -> Page:
        """The page of a user."""
        if username not in self.pages:
            with self.world.inside():
                cookies = Asker(username).client.cookies
            page = self.visits.open(viewport=WIDE)
            page.context.add_cookies(
                [
                    {"name": name, "value": one.value, "url": self.visits.base_url}
                    for name, one in cookies.items()
                ]
            )
            self.pages[username] = page
        return self.pages[username]


def faults_of(page: Page, visit: Visit) -> Iterator[str]:
    """What is wrong with a page, wide and on a phone."""
    page.set_viewport_size(WIDE)
    answer = page.goto(visit.path)
    if answer is None or answer.status != 200:
        yield f"answered {answer.status if answer else 'nothing'}"
        return
    if page.locator("h1").count() != 1:
        yield f"has {page.locator('h1').count()} headings of the first level"
    title = page.title()
    if not title.endswith(" – Wansdyke") or title.startswith(" –"):
        yield f"its title is “{title}”"
    for size in (WIDE, PHONE):
        page.set_viewport_size(size)
        width = size["width"]
        yield from (
            f"at {width}: {one['id']}: {one['help']} {one['nodes'][:2]}" for one in axe(page)
        )
        wide = page.evaluate("document.scrollingElement.scrollWidth")
        if wide > width:
            yield f"at {width}: scrolls sideways, {wide} pixels wide"


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page(served_world: Served, browser: Browser, part: int) -> None:
    visits = Visits(browser, served_world.address)
    opener, faults = Opener(served_world.world, visits), []
    try:
        for visit in served_world.visits[part::PARTS]:
            told = list(faults_of(opener.page(visit.username), visit))
            faults += [f"{visit.name} ({visit.path}, {visit.username}): {one}" for one in told]
    finally:
        visits.close()
    faults += visits.faults
    assert not faults, "\n".join(faults)


def test_there_is_something_to_look_at(served_world: Served) -> None:
    names = {visit.name for visit in served_world.visits}
    assert {"my_work", "search", "person", "audit", "contact:board", "contact:call"} <= names
    assert len(served_world.visits) > 90
