"""Where the force names its scanner, no file is kept that it has not passed."""

import io
import logging
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.casework.test_documents import PDF, added, files
from tests.home.cast import KEEPER, thing, user
from wansdyke.access.models import User
from wansdyke.casework.models import Case, Document
from wansdyke.casework.scanning import HARMFUL, NO_ANSWER, scanned
from wansdyke.kernel.flow import Refused

# No virus, but what scanners take for one; in pieces, so that none takes this file.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
Answer = Callable[[bytes], bytes]


def answered(sent: bytes) -> bytes:
    """As ClamAV answers what it was sent."""
    return b"stream: Eicar-Signature FOUND\0" if EICAR in sent else b"stream: OK\0"


def _taken(one: socket.socket) -> bytes:
    with one.makefile("rb") as read:
        assert read.read(10) == b"zINSTREAM\0"
        sent = b""
        while length := struct.unpack("!L", read.read(4))[0]:
            sent += read.read(length)
        return sent


def _served(listening: socket.socket, answer: Answer) -> None:
    while True:
        try:
            one, _ = listening.accept()
        except OSError:
            return
        with one:
            one.sendall(answer(_taken(one)))


@pytest.fixture(params=["socket", "port"])
def scanner(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[Answer], str]]:
    """Starts a scanner that answers as it is told to; returns where it is."""
    opened: list[socket.socket] = []

    def start(answer: Answer = answered) -> str:
        if request.param == "socket":
            listening = socket.socket(socket.AF_UNIX)
            where = str(tmp_path / "clamd")
            listening.bind(where)
        else:
            listening = socket.socket()
            listening.bind(("127.0.0.1", 0))
            where = f"127.0.0.1:{listening.getsockname()[1]}"
        listening.listen()
        opened.append(listening)
        threading.Thread(target=_served, args=(listening, answer), daemon=True).start()
        return where

    yield start
    for listening in opened:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


@pytest.fixture
def store(tmp_path: Path, settings: Any) -> Path:
    settings.FILES_DIR = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def ann(db: None) -> User:
    return user("ann", KEEPER)


@pytest.fixture
def case(ann: User, store: Path) -> Case:
    return thing(ann).case


def test_what_the_scanner_knows_is_refused_and_leaves_no_file(
    case: Case, ann: User, store: Path, scanner: Any, settings: Any, caplog: Any
) -> None:
    settings.SCANNER = scanner()
    with pytest.raises(Refused) as refused, caplog.at_level(logging.WARNING):
        added(case, ann, PDF + EICAR)
    assert (refused.value.message, refused.value.field) == (HARMFUL, "file")
    assert files(store) == []
    assert not Document.objects.exists()
    assert "Eicar-Signature FOUND" in caplog.text
    assert added(case, ann).size == len(PDF)


def test_a_large_file_is_sent_whole(scanner: Any) -> None:
    where = scanner()
    with pytest.raises(Refused, match="harmful"):
        scanned(io.BytesIO(b"x" * 300_000 + EICAR), where)
    scanned(io.BytesIO(b"x" * 300_000), where)


@pytest.mark.parametrize(
    "answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: what?\0", b"\xff\0"]
)
def test_no_answer_of_the_scanner_keeps_no_file(
    case: Case, ann: User, store: Path, scanner: Any, settings: Any, answer: bytes
) -> None:
    settings.SCANNER = scanner(lambda sent: answer)
    with pytest.raises(Refused) as refused:
        added(case, ann)
    assert (refused.value.message, refused.value.field) == (NO_ANSWER, "file")
    assert files(store) == []


@pytest.mark.parametrize("where", ["/nowhere/clamd.ctl", "127.0.0.1:9", "no address at all"])
def test_nor_does_one_that_is_not_there(
    case: Case, ann: User, store: Path, settings: Any, where: str
) -> None:
    settings.SCANNER = where
    with pytest.raises(Refused, match="not kept"):
        added(case, ann)
    assert files(store) == []


def test_without_a_scanner_nothing_is_asked() -> None:
    scanned(io.BytesIO(EICAR), "")
