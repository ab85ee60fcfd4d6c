"""Chromium for the journeys, the server it looks at, and what is asked of every page."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    expect,
)

from setup import chromium
from tests.databases import Database

ROOT = Path(__file__).resolve().parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 15_000  # milliseconds
NO_BROWSER = (
    "The journeys need Chromium: install it (on Debian: apt-get install chromium),"
    " or name one with CHROMIUM=/path/to/it."
)


def launch(playwright: Playwright) -> Browser:
    """The distribution's Chromium; raises RuntimeError saying what to install if it is absent."""
    path = chromium.find()
    if path is None:
        raise RuntimeError(NO_BROWSER)
    # What is waited for may take as long as what is pressed: a slow machine is no fault of a page.
    expect.set_options(timeout=PATIENCE)
    # Chromium's sandbox refuses to run as root, which is who runs the checks in a container.
    rooted = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=path, args=[*FLAGS, *rooted])


class Visits:
    """Opens pages, each in a browser session of its own, and keeps what went wrong in them."""

    def __init__(self, browser: Browser, base_url: str) -> None:
        self.browser = browser
        self.base_url = base_url
        self.faults: list[str] = []
        self._contexts: list[BrowserContext] = []

    def open(self, **options: Any) -> Page:
        """A page of a new session (no cookie is shared); options as Browser.new_context takes."""
        context = self.browser.new_context(
            **{"base_url": self.base_url, "locale": "en-GB", "timezone_id": "Europe/London"}
            | options
        )
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        page = context.new_page()
        self.watch(page)
        return page

    def watch(self, page: Page) -> None:
        """Writes down each script error and console error of the page, and its popups'."""
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("popup", self.watch)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            where = message.location.get("url", "")
            self.faults.append(f"{where}: {message.text}")

    def close(self) -> None:
        """Ends every session that was opened."""
        for context in self._contexts:
            context.close()


def axe(page: Page, **options: Any) -> list[dict[str, Any]]:
    """What axe-core finds wrong with the page, WCAG 2.2 AA and its best practice; [] if nothing.

    Raises RuntimeError where the front-end packages for tests are not installed.
    """
    if not AXE.exists():
        raise RuntimeError("axe-core is missing: run make test, or npm ci.")
    if page.evaluate("typeof window.axe") == "undefined":
        page.evaluate(AXE.read_text())
    # What passed is most of what axe says; to bring it over takes longer than all of axe's work.
    violations = page.evaluate(
        "async options => (await window.axe.run(document, options)).violations", options
    )
    return [
        {
            "id": violation["id"],
            "help": violation["help"],
            "nodes": [node["html"][:200] for node in violation["nodes"]],
        }
        for violation in violations
    ]


@contextmanager
def served(database: Database) -> Iterator[str]:
    """Serves the product from that database with gunicorn, as a force does; yields its address.

    Raises RuntimeError with the server's own words where it does not answer within 30 seconds.
    """
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    log = database.data / "server.log"
    with log.open("wb") as words:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "config.wsgi:application"),
                *("--bind", f"127.0.0.1:{port}", "--workers", "2", "--graceful-timeout", "3"),
            ],
            cwd=ROOT,
            env={**os.environ, **database.environment},
            stdout=words,
            stderr=words,
        )
    try:
        _wait(server, address, log)
        yield address
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{address}/sign-in/", timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"The server did not start:\n{log.read_text()[-3000:]}")
