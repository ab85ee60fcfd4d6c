"""The paper of an answer: whatever is typed in whatever script, it is made, and says all of it."""

import io
from datetime import UTC, datetime
from typing import Any

import pypdf

from wansdyke.casework.leaving_bundle import SPELT, as_pdf, undrawn

AT = datetime(2026, 12, 1, 9, tzinfo=UTC)


def told(*lines: str) -> dict[str, Any]:
    entry = {"title": "Note", "lines": list(lines)}
    return {
        "title": "Information", "from": "The records manager", "opening": ["Our reference"],
        "parts": [{"heading": "Contact", "entries": [entry]}], "grounds_heading": "Not here",
        "grounds": ["The law"], "rights_heading": "Rights", "rights": ["You can ask"],
    }  # fmt: skip


def words_of(body: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(body)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_a_letter_that_no_font_has_is_spelt_and_the_paper_says_so() -> None:
    words = words_of(as_pdf(told("張 and 👨 called", "\x1b[2J, an old terminal"), AT))
    assert "[U+5F35] and [U+1F468] called" in words
    assert "[U+001B][2J, an old terminal" in words
    assert SPELT[:60] in words


def test_what_the_fonts_have_stands_as_it_was_typed() -> None:
    words = words_of(as_pdf(told("Zoë Łukasz, Привет, Ελένη"), AT))
    assert "Zoë Łukasz, Привет, Ελένη" in words
    assert "[U+" not in words


def test_what_the_renderer_misses_is_read_from_its_words() -> None:
    said = [f'the text `"{one}"` could not be displayed' for one in ("\\u{202e}a", "張")]
    assert undrawn(" with font `X`\n\nerror: ".join(said)) == {"\u202e", "張"}
    assert undrawn("error: something else") == set()
