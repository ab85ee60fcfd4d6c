"""The copied front-end files hold nothing licensed to gov.uk and ask nobody else for anything."""

import re
from pathlib import Path

import pytest

import wansdyke.ui

VENDOR = Path(wansdyke.ui.__file__).parent / "static" / "vendor"
OURS = VENDOR.parent / "ui"


@pytest.fixture(params=["govuk.css", "moj.css", "govuk.js", "moj.js", "htmx.js"])
def copied(request: pytest.FixtureRequest) -> Path:
    return VENDOR / str(request.param)


def test_no_licensed_mark_is_left(copied: Path) -> None:
    text = copied.read_text(encoding="utf-8")
    assert len(text) > 10_000
    for mark in ("GDS Transport", "@font-face", "sourceMappingURL", "crest.", "crown."):
        assert mark not in text


def test_every_address_is_a_file_that_was_copied() -> None:
    for sheet in (*VENDOR.glob("*.css"), *OURS.glob("*.css")):
        for address in re.findall(r"url\(([^)]*)\)", sheet.read_text(encoding="utf-8")):
            assert (sheet.parent / address).is_file()


def test_every_module_that_is_imported_is_there() -> None:
    for script in OURS.glob("*.js"):
        text = script.read_text(encoding="utf-8")
        for address in re.findall(r"""(?:from|import)\s*\(?\s*["']([^"']+)["']""", text):
            assert (script.parent / address).resolve().is_file()


def test_nothing_is_put_into_the_browsers_storage() -> None:
    for script in OURS.glob("*.js"):
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"localStorage|sessionStorage|indexedDB|caches\.|eval\(", text)
    assert "htmx:sessionStorageTest" not in (VENDOR / "htmx.js").read_text(encoding="utf-8")


def test_the_lock_file_holds_no_address_of_an_index() -> None:
    root = VENDOR.parents[3]
    assert '"resolved"' not in (root / "package-lock.json").read_text(encoding="utf-8")
