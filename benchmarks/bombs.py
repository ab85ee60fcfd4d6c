"""How long it takes to refuse what is far too large, and how much of it is read.

Method: bodies that never end, sent to the product's own handlers in one process, from the request's
first byte to the whole answer. One says that it has 300 MB, to a form and to the page for
documents; one says 24 MB and is a document that passes the limit of 20 MB while it is counted.
50 of the first two kinds, 20 of the third, after one that is not timed; the bytes read are counted
by the body itself.
"""

import io
import time
from typing import Any

from django.test import Client
from django.utils import timezone

from benchmarks.calls import acting_as, control_room, graded_call
from benchmarks.figures import Figure, hand_over, percentile

MEGA = 1024 * 1024
HUGE, OVER, TARGET = 300 * MEGA, 24 * MEGA, 250.0
KIND = "multipart/form-data; boundary=x"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
HEAD = (
    b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nPaper\r\n'
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7\n'
)


class Endless(io.RawIOBase):
    """A body without an end, which counts what was read of it."""

    def __init__(self) -> None:
        super().__init__()
        self.left, self.count = HEAD, 0

    def read(self, size: int = -1) -> bytes:
        """So many bytes more."""
        size = MEGA if size < 0 else size
        piece, self.left = self.left[:size], self.left[size:]
        piece = piece or bytes(size)
        self.count += len(piece)
        return piece

    def readline(self, size: int | None = -1) -> bytes:  # type: ignore[override]
        """As many bytes more, for no line ends: the server's own body looks for one by the piece,
        and this class's would by the byte."""
        return self.read(-1 if size is None else size)


def refused(client: Client, path: str, said: int, status: int) -> tuple[float, int]:
    """The milliseconds of one refusal, and the bytes that were read for it."""
    body = Endless()
    began = time.perf_counter()
    given: dict[str, Any] = {"wsgi.input": body, "CONTENT_LENGTH": str(said), "CONTENT_TYPE": KIND}
    answer = client.generic("POST", path, b"", **given)
    took = (time.perf_counter() - began) * 1000
    if answer.status_code != status:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return took, body.count


def measure() -> list[Figure]:
    """The 95th percentile of each kind, and the most that was read of any."""
    room, at = control_room(), timezone.now()
    case = graded_call(acting_as(room.operator, at), room.team, at).reference
    client = Client(headers={"Host": "127.0.0.1"})
    client.force_login(room.operator, backend=BACKEND)
    session = client.session
    given = {"method": "mfa", "at": at.timestamp(), "type": "totp"}
    session["account_authentication_methods"] = [given]
    session.save()
    path = f"/contact/{case}/documents/new/"
    kinds = (
        ("a form, said to be 300 MB", "/sign-in/", HUGE, 413, 50),
        ("a document, said to be 300 MB", path, HUGE, 413, 50),
        ("a document of 24 MB, counted", path, OVER, 200, 20),
    )
    figures = []
    for title, where, said, status, times in kinds:
        refused(client, where, said, status)
        seen = [refused(client, where, said, status) for _ in range(times)]
        p95 = percentile([took for took, _ in seen], 0.95)
        figures += [
            Figure(f"Refusing {title}, p95", p95, "ms", "≤ 250 ms", p95 <= TARGET),
            Figure("Read of it", max(count for _, count in seen) / MEGA, "MB"),
        ]
    return figures


if __name__ == "__main__":
    hand_over(measure())
