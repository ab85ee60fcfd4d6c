"""What people type into an address or a box does not end in the audit log, which keeps all."""

import hashlib
import io
import logging

import pytest
from django.test import Client

from tests.config.test_logs import console, written
from tests.home import cast
from wansdyke.history.models import AuditEntry, AuditSubject

pytestmark = pytest.mark.django_db
NAME = "Rhys Marden"
TYPED = f"/people/{NAME} born 1975/"


def kept() -> str:
    bodies = AuditEntry.objects.values_list("body", flat=True)
    return " ".join([*bodies, *AuditSubject.objects.values_list("reference", flat=True)])


def auditor() -> Client:
    return cast.signed_in(cast.user("audrey", cast.AUDITOR))


def test_the_log_notes_a_reference_asked_for_and_no_other_words() -> None:
    client = auditor()
    found = cast.thing(cast.user("kim", cast.KEEPER)).case.root.reference
    for typed, subjects in (
        (found.lower(), [found]),
        ("user:kim", ["user:kim"]),
        ("user:rhys-marden", []),
        (f"{NAME} 1975", []),
        (f"{found} {NAME}", []),
    ):
        assert client.get("/audit/", {"reference": typed}).status_code == 200
        entry = cast.audited("consultation")[-1]
        assert entry["subjects"] == subjects
        assert entry.get("asked_for") == (None if subjects else "no reference")
    assert "Marden" not in kept()
    assert "rhys" not in kept()


def test_a_page_that_is_not_there_is_kept_as_a_digest() -> None:
    client = auditor()
    assert client.get(TYPED).status_code == 404
    entry = cast.audited("denied")[-1]
    assert entry["path_digest"] == hashlib.sha256(TYPED.encode()).hexdigest()[:16]
    assert entry["path_length"] == len(TYPED)
    assert "path" not in entry
    assert "Marden" not in kept()


@pytest.mark.parametrize(
    ("path", "route", "subjects"),
    [
        ("/people/PE-0000-0000/", "/people/<person_reference>/", ["PE-0000-0000"]),
        (f"/api/v1/people/{NAME}", "/api/v1/people/<reference>", []),
        (f"/administration/users/{NAME}/", None, []),
    ],
)
def test_a_page_that_is_not_theirs_is_kept_as_its_pattern(
    path: str, route: str | None, subjects: list[str]
) -> None:
    client = cast.signed_in(cast.user("kim", cast.KEEPER))
    assert client.get(path).status_code == 404
    entry = cast.audited("denied")[-1]
    assert entry["subjects"] == subjects
    assert entry["path"].startswith("/")
    assert route in (None, entry["path"])
    assert NAME not in kept()


def test_a_method_of_their_own_is_not_kept() -> None:
    cast.signed_in(cast.user("kim", cast.KEEPER)).generic("RHYSMARDEN", "/audit/")
    assert cast.audited("denied")[-1]["method"] == "another"


@pytest.fixture
def said() -> io.StringIO:
    log = logging.getLogger("django")
    with written(log, console()) as stream:
        yield stream


def test_djangos_log_says_no_more(said: io.StringIO) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.get(TYPED)
    client.get(f"/administration/users/{NAME}%00/")
    client.post(TYPED)
    client.get("/people/Zoë Marden/")
    client.get("/people/Marden%3Fborn/")
    client.post("/sign-in/")
    client.delete("/contact/CT-7K3M-92QF/")
    words = said.getvalue()
    assert "Marden" not in words
    digest = hashlib.sha256(TYPED.encode()).hexdigest()[:16]
    assert f"Not Found: an unknown address ({digest}, {len(TYPED)} characters)" in words
    assert "Bad Request: " in words
    assert "Forbidden (" in words
    assert ": /sign-in/" in words
    assert "/contact/CT-7K3M-92QF/" in words
