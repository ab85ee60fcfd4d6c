"""What the logs say of attacks and faults, in which form, and where it goes."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils.log import configure_logging

from tests.config.test_logs import console, written
from tests.home.cast import AUDITOR, KEEPER, signed_in, thing, user
from tests.test_command_line import asked
from wansdyke.history import audit
from wansdyke.history.models import AuditEntry
from wansdyke.home import ready
from wansdyke.ui.errors import (
    BAD_REQUEST_BYTES,
    CSRF_BYTES,
    SERVER_ERROR_BYTES,
    TOO_LARGE_BYTES,
)

pytestmark = pytest.mark.django_db


@contextmanager
def said() -> Iterator[io.StringIO]:
    """What the server's own log says, as the settings have it written."""
    with written(logging.getLogger("django"), console()) as stream:
        yield stream


def test_moments_are_written_in_utc() -> None:
    summer = datetime(2026, 7, 1, 12, 0, tzinfo=timezone(timedelta(hours=1)))
    body = json.loads(audit.body_of(audit.Entry(audit.SEARCH), None, summer))
    assert body["at"] == "2026-07-01T11:00:00.000000+00:00"
    signed_in(user("ann", KEEPER)).get("/")
    entry = AuditEntry.objects.latest("seq")
    at = datetime.fromisoformat(json.loads(entry.body)["at"])
    assert at.utcoffset() == timedelta(0)
    assert at == entry.at.astimezone(UTC)


def test_the_servers_log_goes_to_standard_error_alone() -> None:
    handlers = settings.LOGGING["handlers"]
    assert {one["class"] for one in handlers.values()} == {"logging.StreamHandler"}
    assert not any("stream" in one for one in handlers.values()), "standard error unless said"
    before = list(logging.getLogger().handlers)
    try:
        configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
        streams = {
            handler.stream
            for name in ("", "django", "django.request", "django.server", "wansdyke")
            for handler in logging.getLogger(name).handlers
            if isinstance(handler, logging.StreamHandler)
            if handler not in before
        }
        assert streams <= {sys.stderr, sys.__stderr__}
    finally:
        logging.getLogger().handlers[:] = before


def test_an_exported_log_is_a_line_of_json_an_entry(tmp_path: Path) -> None:
    ann = user("ann", KEEPER)
    thing(ann)
    signed_in(ann).get("/")
    user("audrey", AUDITOR)
    file = tmp_path / "log.jsonl"
    came = asked("--as", "audrey", "audit", "export", str(file))
    assert came.status == 0, came.complained
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) == AuditEntry.objects.count()
    for line in lines:
        json.loads(line)


def test_a_form_without_its_token_a_nul_and_a_vast_body_are_logged() -> None:
    client = Client(enforce_csrf_checks=True)
    with said() as stream:
        assert client.post("/sign-in/", {"username": "ann"}).content == CSRF_BYTES
        assert client.get("/sign-in/?next=%00").content == BAD_REQUEST_BYTES
        vast = b"x" * (settings.MOST_BODY_BYTES + 1)
        sent = client.post("/sign-in/", vast, content_type="text/plain")
        assert sent.content == TOO_LARGE_BYTES
    lines = stream.getvalue()
    for word in ("Forbidden", "Bad Request", "Request Entity Too Large"):
        assert word in lines or word.replace("Request Entity", "Content") in lines, word


def test_a_line_break_in_an_address_makes_no_line_in_the_log() -> None:
    with said() as stream:
        assert Client().get("/x%0aCRITICAL%20all%20is%20well%0d%0a/").status_code == 404
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1
    assert "all is well" not in lines[0]


def test_a_fault_nobody_foresaw_is_told_in_general_words_and_logged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails() -> None:
        raise RuntimeError("the inner workings")

    monkeypatch.setattr(ready.connection, "cursor", fails)
    client = Client(raise_request_exception=False)
    with said() as stream:
        answer = client.get("/ready/")
    assert (answer.status_code, answer.content) == (500, SERVER_ERROR_BYTES)
    assert b"inner workings" not in answer.content
    assert "RuntimeError: the inner workings" in stream.getvalue()
    monkeypatch.undo()
    assert client.get("/ready/").status_code == 200
