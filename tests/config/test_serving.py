"""Requests that are sent by halves hold nobody else's page up, and the server still stops."""

import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from config import serving
from config.server_worker import MOST_HEAD, MOST_WAITED, wanted
from tests.databases import Database
from tests.test_command_line import KEY, children_of, gone, needs_proc, served, status_of

HEAD = b"GET /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
FORM = HEAD.replace(b"GET", b"POST") + (
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 90\r\n\r\nlogin="
)


@contextmanager
def half_sent(address: str, each: int) -> Iterator[list[socket.socket]]:
    """As many connections with half a head, and as many with half a form."""
    where = urlsplit(address)
    with ExitStack() as open_ones:
        made = []
        for sent in (HEAD, FORM) * each:
            one = socket.create_connection((where.hostname, where.port), timeout=10)
            made.append(open_ones.enter_context(one))
            one.sendall(sent)
        time.sleep(0.5)
        yield made


@needs_proc
def test_a_page_answers_beside_half_sent_requests_which_are_served_when_whole(
    committed_db: Database,
) -> None:
    with served({**committed_db.environment, **KEY}) as (process, address):
        with half_sent(address, 8) as waiting:
            began = time.monotonic()
            assert status_of(f"{address}/sign-in/")[0] == 200
            assert time.monotonic() - began < 5
            waiting[0].sendall(b"\r\n")
            assert waiting[0].recv(12) == b"HTTP/1.1 200"
            waiting[1].sendall(b"x" * 84)
            assert waiting[1].recv(12) == b"HTTP/1.1 403"
            started = children_of(process)
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
            assert time.monotonic() - began < 15
        assert gone(started)


@needs_proc
def test_a_connection_is_kept_for_the_next_request(committed_db: Database) -> None:
    with served({**committed_db.environment, **KEY}) as (_, address):
        where = urlsplit(address)
        kept = HTTPConnection(str(where.hostname), where.port, timeout=10)
        for _ in range(3):
            kept.request("GET", "/sign-in/")
            answer = kept.getresponse()
            assert (answer.status, b"Sign in" in answer.read()) == (200, True)
        body = b"x" * (2 * MOST_WAITED)
        kept.request("POST", "/sign-in/", body, {"Content-Type": "text/plain"})
        assert kept.getresponse().status == 403
        kept.close()


@pytest.mark.parametrize(
    ("came", "waited"),
    [
        (b"G", 2),
        (HEAD, len(HEAD) + 1),
        (HEAD + b"\r\n", len(HEAD) + 2),
        (HEAD + b"\r\nmore", len(HEAD) + 2),
        (FORM, len(FORM) - len(b"login=") + 90),
        (FORM.replace(b": 90", b": 9000000"), MOST_WAITED),
        (FORM.replace(b"Host", b"Expect: 100-continue\r\nHost"), len(FORM) - 6 + 22),
        (b"x" * MOST_HEAD, 0),
    ],
)
def test_what_is_waited_for(came: bytes, waited: int) -> None:
    assert wanted(came) == waited


def test_the_pages_have_threads() -> None:
    words = serving.pages("127.0.0.1", 8000, 3)
    assert "--threads=4" in words
    assert "--worker-class=config.server_worker.WholeRequests" in words
