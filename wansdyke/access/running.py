"""Whether the pages are being served from this data folder, told by a lock that dies with them."""

import fcntl
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wansdyke.kernel.flow import Refused

LOCK = "running.lock"


def name_here() -> str:
    """How the background workers of this machine begin their names."""
    return socket.gethostname()[:40]


@contextmanager
def serving(folder: Path) -> Iterator[None]:
    """Held by whoever serves from the data folder; raises Refused while it is being restored."""
    with _locked(folder, fcntl.LOCK_SH, "A backup is being restored here: wait until it is in."):
        yield


@contextmanager
def stopped(folder: Path) -> Iterator[None]:
    """Held by whoever replaces the data; raises Refused while the pages are served from it."""
    words = "Wansdyke is running from this data folder: stop it first."
    with _locked(folder, fcntl.LOCK_EX, words):
        yield


@contextmanager
def _locked(folder: Path, how: int, otherwise: str) -> Iterator[None]:
    with (folder / LOCK).open("a") as file:
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(otherwise) from None
        yield
