"""Fixtures for every test of the product, the desks' own included."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, Page, sync_playwright

from tests import browsers, databases
from tests.reference import shared_path
from wansdyke.access.for_agency import EVERY, stand_for

hypothesis_settings.register_profile("default", deadline=None)
hypothesis_settings.register_profile(
    "ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.register_profile(
    "proof",
    deadline=None,
    max_examples=2000,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
hypothesis_settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "default")
)

FLUSHES = (
    "empties every table afterwards, which the audit log refuses."
    " Ask for committed_db: a database of the test's own."
)


# What a test writes by itself is of whichever agency it likes; a request is its actor's.
stand_for(EVERY)


@pytest.fixture(autouse=True)
def _for_every_agency() -> Iterator[None]:
    """A command that a test ran leaves the process standing for somebody's agency."""
    yield
    stand_for(EVERY)


def pytest_configure(config: pytest.Config) -> None:
    """Makes the folder that the run's processes share, before any of them starts."""
    if not hasattr(config, "workerinput"):
        os.environ[databases.RUN_FOLDER] = tempfile.mkdtemp(prefix="wansdyke-test-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Removes what the run made, once every process of it has ended."""
    if hasattr(config, "workerinput") or databases.RUN_FOLDER not in os.environ:
        return
    databases.drop_all_of_run()
    shutil.rmtree(os.environ.pop(databases.RUN_FOLDER), ignore_errors=True)
    if settings.DATA_DIR.name.startswith("wansdyke-test-"):
        shutil.rmtree(settings.DATA_DIR, ignore_errors=True)


def pytest_report_header() -> list[str]:
    """Says which database the tests run on."""
    return [f"database: {databases.engine()}"]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says what the proofs counted, in their own words."""
    reports = [one for key in ("passed", "failed") for one in terminalreporter.getreports(key)]
    said = [words for one in reports for key, words in one.user_properties if key == "proved"]
    if said:
        terminalreporter.section("proved")
        for words in sorted(set(said)):
            terminalreporter.line(words)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips what is about the other database, and refuses tests that would empty the tables."""
    on_postgres = databases.on_postgres()
    only = {"sqlite_only": on_postgres, "postgres_only": not on_postgres}
    for item in items:
        for marker, elsewhere in only.items():
            if elsewhere and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=f"{marker}, and this is the other"))
        used = item.get_closest_marker("django_db")
        if used and used.kwargs.get("transaction"):
            raise pytest.UsageError(f"{item.nodeid}: django_db(transaction=True) {FLUSHES}")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Gives this worker a copy of the migrated database; overrides the one that flushes."""
    with django_db_blocker.unblock():
        mine = databases.copy(os.environ.get("PYTEST_XDIST_WORKER", "main"))
        with databases.pointed_at(mine.name, mine.data):
            yield
        databases.remove(mine)


@pytest.fixture
def transactional_db() -> None:
    """Refused: see committed_db."""
    pytest.fail(f"transactional_db {FLUSHES}")


@contextmanager
def _own(
    request: pytest.FixtureRequest, source: databases.Database
) -> Iterator[databases.Database]:
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        pytest.fail("A test with a database of its own may not ask for db as well.")
    fresh = databases.copy("own", source)
    with databases.pointed_at(fresh.name, fresh.data):
        yield fresh
    databases.remove(fresh)


@pytest.fixture
def committed_db(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[databases.Database]:
    """An empty database of this test's own, in which it really commits; gone afterwards.

    Its `environment` lets another process see the same database.
    """
    with django_db_blocker.unblock(), _own(request, databases.template()) as own:
        yield own


@pytest.fixture
def demonstration_db(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[databases.Database]:
    """As committed_db, with the made-up force in it."""
    with django_db_blocker.unblock(), _own(request, databases.demonstration()) as own:
        yield own


@pytest.fixture
def served_database(committed_db: databases.Database) -> databases.Database:
    """Which database the server serves; a folder's conftest may choose another."""
    return committed_db


@pytest.fixture
def live_server_url(served_database: databases.Database) -> Iterator[str]:
    """The address at which gunicorn serves this test's own database."""
    with browsers.served(served_database) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all journeys of a worker."""
    with sync_playwright() as playwright:
        # Playwright runs a loop in this thread, so Django takes it for asynchronous code.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        opened = browsers.launch(playwright)
        yield opened
        opened.close()
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def visits(browser: Browser, live_server_url: str) -> Iterator[browsers.Visits]:
    """Opens pages for one persona after another; the test fails if a page of theirs had an error.

    A test that provokes one on purpose looks at `visits.faults` and clears it.
    """
    opened = browsers.Visits(browser, live_server_url)
    yield opened
    opened.close()
    assert opened.faults == []


@pytest.fixture
def page(visits: browsers.Visits) -> Page:
    """One page of the running product, 1280 pixels wide."""
    return visits.open()


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """Finds reference material beside the repository; the test is skipped where there is none."""
    return shared_path


@pytest.fixture(autouse=True, scope="session")
def _close_connections() -> Iterator[None]:
    yield
    connections.close_all()
