"""Asking as somebody, and reading what came back: status, words, references, audit entries."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

from django.db import transaction
from django.test import Client
from django.utils import timezone

from tests.sweeps.canaries import words_in
from tests.sweeps.cast import ANONYMOUS, WITHOUT_FACTOR
from wansdyke.access.models import User
from wansdyke.access.references import PATTERN
from wansdyke.history.models import AuditEntry, AuditHead

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
REFERENCE = re.compile(rf"\b{PATTERN}\b")
# What two answers may differ by.
OF_THE_MOMENT = ("X-Request-ID", "Date")


@dataclass
class Answer:
    """One answer: its status, headers and body in full, and the audit entries it left."""

    status: int
    headers: dict[str, str]
    body: bytes
    entries: list[dict[str, Any]] = field(default_factory=list)
    fault: str = ""

    @property
    def texts(self) -> list[str]:
        """All that can be read in the body, a spreadsheet's parts included."""
        if self.body.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(self.body)) as parts:
                return [parts.read(name).decode(errors="replace") for name in parts.namelist()]
        return [self.body.decode(errors="replace")]

    @property
    def words(self) -> set[str]:
        """The canary words in the body."""
        return words_in(self.texts)

    @property
    def references(self) -> set[str]:
        """The references in the body."""
        return {found for text in self.texts for found in REFERENCE.findall(text)}

    @property
    def plain(self) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
        """The answer without what is of the moment: equal for what may not be told apart."""
        kept = {k: v for k, v in self.headers.items() if k not in OF_THE_MOMENT}
        return self.status, tuple(sorted(kept.items())), self.body

    def named(self, *operations: str) -> set[str]:
        """The subjects of its audit entries of some operations."""
        return {
            subject
            for entry in self.entries
            if entry["operation"] in operations
            for subject in entry["subjects"]
        }


class Asker:
    """One viewer at their browser; each request starts from the same cookies."""

    def __init__(self, username: str, *, checks_csrf: bool = False, fresh_for: float = 6) -> None:
        self.username, self.fresh_for = username, fresh_for
        self.client = Client(raise_request_exception=False, enforce_csrf_checks=checks_csrf)
        if username != ANONYMOUS:
            self._sign_in()
        self.cookies = self.client.cookies.output()
        self.jar = SimpleCookie(self.client.cookies)

    def _sign_in(self) -> None:
        self.client.force_login(User.objects.get(username=self.username), backend=BACKEND)
        if self.username != WITHOUT_FACTOR:
            session = self.client.session
            # Fresh for as long as the longest sweep takes.
            at = (timezone.now() + timedelta(hours=self.fresh_for)).timestamp()
            given = {"method": "mfa", "at": at, "type": "totp"}
            session["account_authentication_methods"] = [given]
            session.save()

    def ask(self, method: str, path: str, data: Any = None, **more: Any) -> Answer:
        """Sends a request and reads the whole answer."""
        self.client.cookies = SimpleCookie(self.jar)
        before = AuditHead.objects.get(pk=1).seq
        sent = self.client.get if method == "GET" else self.client.post
        response = sent(path, data or {}, **more)
        streamed = getattr(response, "streaming", False)
        body = b"".join(response.streaming_content) if streamed else response.content
        rows = AuditEntry.objects.filter(seq__gt=before).order_by("seq")
        info = response.exc_info
        return Answer(
            status=response.status_code,
            headers=dict(response.items()),
            body=bytes(body),
            entries=[json.loads(row.body) for row in rows],
            fault=f"{info[0].__name__}: {info[1]}" if info else "",
        )


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
