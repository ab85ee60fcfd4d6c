"""A request whose end could be read in two ways is served in none."""

import socket
from urllib.parse import urlsplit

from tests.databases import Database
from tests.test_command_line import KEY, needs_proc, served

HEAD = b"POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
HIDDEN = b"GET /ready/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
AMBIGUOUS = {
    "both lengths": HEAD + b"Content-Length: 5\r\n" + CHUNKED + b"\r\n0\r\n\r\n" + HIDDEN,
    "two lengths": HEAD + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN,
    "a length with a sign": HEAD + b"Content-Length: +0\r\n\r\n" + HIDDEN,
    "a list of lengths": HEAD + b"Content-Length: 0, 0\r\n\r\n" + HIDDEN,
    "chunked twice": HEAD + CHUNKED + CHUNKED + b"\r\n0\r\n\r\n" + HIDDEN,
    "something else than chunked": HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a space before the colon": HEAD + b"Content-Length : 0\r\n\r\n" + HIDDEN,
    "a bare line feed": HEAD + b"X: 1\nContent-Length: 0\r\n\r\n" + HIDDEN,
    "a size that is no number": HEAD + CHUNKED + b"\r\n0x0\r\n\r\n" + HIDDEN,
}


def answers(address: str, sent: bytes) -> bytes:
    """All that comes back before the server closes the connection or says no more."""
    where = urlsplit(address)
    with socket.create_connection((where.hostname, where.port), timeout=10) as one:
        one.sendall(sent)
        one.settimeout(3)
        came = b""
        try:
            while piece := one.recv(65536):
                came += piece
        except (TimeoutError, ConnectionResetError):
            pass
        return came


@needs_proc
def test_a_request_whose_end_is_ambiguous_is_not_served(committed_db: Database) -> None:
    wrong = []
    with served({**committed_db.environment, **KEY}) as (_, address):
        plain = answers(address, HIDDEN.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert plain.startswith(b"HTTP/1.1 200")
        for what, sent in AMBIGUOUS.items():
            came = answers(address, sent)
            if b"HTTP/1.1 200" in came or b"\r\n\r\nready" in came:
                wrong.append(f"{what}: the hidden request was answered")
            elif came and not came.startswith((b"HTTP/1.1 4", b"HTTP/1.1 501")):
                wrong.append(f"{what}: {came[:40]!r}")
    assert wrong == []
