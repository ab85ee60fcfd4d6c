"""Every way out of the product is known: within it, of nobody, or through the one gate."""

import ast
from pathlib import Path

from tests.sweeps.urls import walked

ROOT = Path(__file__).parents[2] / "wansdyke"
DECISION = ROOT.parent / "docs/decisions/031-pseudonyms.md"
# What sends bytes that are saved, or sends a message: where each may stand.
SENDING = frozenset(
    {"FileResponse", "StreamingHttpResponse", "send_mail", "EmailMessage", "smtplib"}
)
KNOWN = frozenset(
    {
        *("ui/downloads.py", "casework/list_exports.py", "casework/document_views.py"),
        *("casework/subject_access_item_views.py", "home/exports.py"),
        *("assurance/measure_views.py", "desks/contact/feed/views.py", "access/sessions.py"),
    }
)
THROUGH_THE_GATE = frozenset({"leaving-file"})


def test_only_the_bundle_goes_to_somebody_outside() -> None:
    through = {url.name for url in walked() if url.declared.sends == "through the gate"}
    assert through == THROUGH_THE_GATE


def test_whatever_sends_bytes_or_messages_is_known() -> None:
    found = set()
    for path in ROOT.rglob("*.py"):
        if "migrations" in path.parts or "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            name = node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
            if name in SENDING:
                found.add(str(path.relative_to(ROOT)))
    assert found - KNOWN == set(), "a new way out: it must pass the gate, or be shown not to be one"


def test_every_view_that_is_named_as_a_file_says_what_it_sends() -> None:
    endings = ("csv", "xlsx", "download", "downtime-pack", "leaving-file", "document")
    silent = [url.name for url in walked() if url.name.endswith(endings) and not url.declared.sends]
    assert silent == []


def test_every_file_says_what_it_holds_of_people_as_the_decision_does() -> None:
    """A new export that is neither pseudonymised nor of nobody, nor argued for, is red."""
    sending = {url for url in walked() if url.declared and url.declared.sends}
    assert {url.name for url in sending if not url.declared.holds} == set()
    told = {url.name.rpartition(":")[2]: url.declared.holds for url in sending}
    rows = (line.split("|") for line in DECISION.read_text().splitlines())
    written = {
        name.strip("` "): row[2].strip()
        for row in rows
        if len(row) > 3 and row[1].strip().startswith("`")
        for name in row[1].split(",")
    }
    assert written == told
