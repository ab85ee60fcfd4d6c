"""What is small and grows, or never ends, at every door: refused by what is counted as it comes."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.desks.contact.test_feed_api import CALL, FEED, header, somebody
from tests.sweeps.asking import Asker, undone
from tests.sweeps.cast import VIEWERS
from tests.sweeps.filling import forms_of
from tests.sweeps.judging import meant
from tests.sweeps.test_writes import SENDERS
from tests.sweeps.urls import targets_of, walked
from tests.sweeps.world import World
from wansdyke.casework.models import Document
from wansdyke.ui.errors import TOO_LARGE_BYTES

MEGA = 1024 * 1024
ROW = {"reference": "WP-1", **CALL}
HUGE = 300 * MEGA
HEAD = (
    b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nPaper\r\n'
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7\n'
)


class Endless(io.RawIOBase):
    """A body that never ends; it counts what was read of it."""

    def __init__(self) -> None:
        super().__init__()
        self.left, self.count = HEAD, 0

    def read(self, size: int = -1) -> bytes:
        size = MEGA if size < 0 else size
        piece, self.left = self.left[:size], self.left[size:]
        piece = piece or bytes(size)
        self.count += len(piece)
        return piece


def sent(asker: Asker, path: str, body: Endless, said: int) -> Any:
    """Sends an endless body that says how long it is."""
    kind = "multipart/form-data; boundary=x"
    given = {"wsgi.input": body, "CONTENT_LENGTH": str(said), "CONTENT_TYPE": kind}
    return asker.client.generic("POST", path, b"", **given)


def ways(world: World) -> Iterator[tuple[Asker, str, str]]:
    """Every address that takes a form, by somebody who may send it."""
    askers = {username: Asker(username) for username in SENDERS}
    for url in walked():
        if url.rule is None or "POST" not in url.rule.methods:
            continue
        for username, asker in askers.items():
            may = [
                target
                for target in targets_of(url, world)
                if meant(world, VIEWERS[username], url, url.rule, "POST", target) == "an answer"
            ]
            if may:
                yield asker, url.name, url.path(may[0])
                break


def test_no_address_reads_what_says_that_it_is_vast(world: World) -> None:
    tried = 0
    for asker, name, path in ways(world):
        body = Endless()
        with undone():
            answer = sent(asker, path, body, HUGE)
        assert (answer.status_code, answer.content) == (413, TOO_LARGE_BYTES), name
        assert body.count == 0, name
        tried += 1
    assert tried > 60


def test_a_document_is_counted_and_nothing_past_the_limit_is_kept(world: World) -> None:
    asker = Asker("sasha")
    path = f"/contact/{world.stories['call:by-phone'].reference}/documents/new/"
    body = Endless()
    with undone():
        before = Document.objects.count()
        answer = sent(asker, path, body, settings.MAX_DOCUMENT_BYTES + 2 * MEGA)
        assert Document.objects.count() == before
    assert answer.status_code == 200
    assert "The file must be 20 MB or smaller" in answer.content.decode()
    limit = settings.MAX_DOCUMENT_BYTES
    assert limit < body.count <= limit + 3 * MEGA


def zipped(content: bytes, *names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as parts:
        for name in names or ("a.txt",):
            parts.writestr(name, content)
    return held.getvalue()


def nested(depth: int) -> bytes:
    held = zipped(bytes(20 * MEGA))
    for _ in range(depth):
        held = zipped(held, *(f"{n}.zip" for n in range(8)))
    return held


def png(side: int) -> bytes:
    def piece(kind: bytes, content: bytes) -> bytes:
        tail = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + tail

    size = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    drawn = zlib.compress(bytes(MEGA), 9)
    return b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", size) + piece(b"IDAT", drawn) + piece(b"IEND", b"")


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY a%d "&a%d;&a%d;">' % (n + 1, n, n) for n in range(30))
    + b"]><x>&a30;</x>"
)
SHEET = ("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml")
BOMBS = {
    "flat.zip": zipped(bytes(50 * MEGA)),
    "nested.zip": nested(3),
    "book.xlsx": zipped(b"<row>" * (4 * MEGA), *SHEET),
    "entities.xlsx": zipped(ENTITIES, *SHEET),
    "picture.png": png(60_000),
    "line.csv": b"a,b\n" + b'"' + b"x" * (2 * MEGA),
    "deep.json": b"[" * MEGA,
    "packed.gz": zlib.compress(bytes(50 * MEGA)),
    "entities.xml": ENTITIES,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_kept_as_the_bytes_it_is_or_refused(world: World, name: str) -> None:
    """Nothing in the product unpacks or draws a document: one that is kept is as small as sent."""
    asker = Asker("sasha")
    path = f"/contact/{world.stories['call:by-phone'].reference}/documents/new/"
    with undone():
        (form,) = (f for f in forms_of(asker.ask("GET", path).body.decode()) if f.action == "")
        data = form.filled() | {"file": SimpleUploadedFile(name, BOMBS[name])}
        before = set(Document.objects.values_list("pk", flat=True))
        answer = asker.ask("POST", path, data)
        kept = Document.objects.exclude(pk__in=before)
        sizes = list(kept.values_list("size", flat=True))
    assert answer.status in (200, 302), answer.fault
    assert sizes in ([], [len(BOMBS[name])])
    assert (answer.status == 302) == bool(sizes)
    if not sizes:
        assert "The file must be" in answer.body.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"items":' * 50_000,
        b'{"items": [' + b'{"a":' * 20_000,
        zlib.compress(bytes(20 * MEGA)),
        ENTITIES,
        json.dumps({"items": [{**ROW, "notes": "x" * 3_000_000}]}).encode(),
        json.dumps({"items": [ROW] * 5_000}).encode(),
        b'{"items": [{"reference": ' + b"9" * 100_000 + b"}]}",
    ],
    ids=["deep list", "deep object", "deep row", "packed", "entities", "long", "many", "number"],
)
def test_the_api_answers_a_bomb_in_words(body: bytes) -> None:
    client = Client(raise_request_exception=False)
    answer = client.post(FEED, body, content_type="application/json", headers=header(somebody()))
    assert answer.status_code in (400, 413, 422), answer.content[:300]
    assert b"Traceback" not in answer.content
