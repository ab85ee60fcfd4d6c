"""How long pages take while contacts are imported, and how fast those come in meanwhile.

Method: 20,000 contacts are imported first. Then gunicorn serves with two processes, another process
imports 20,000 more with nothing held back, and this one asks for my work, the desk's list and the
board in turn, ten a second, until the import is done. By the clock of whoever
asks, loopback included.
"""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from benchmarks.figures import Figure, hand_over, percentile
from benchmarks.filling import filled, write_file
from benchmarks.pages import at_most, signed_in

BEFORE, MEANWHILE = 20_000, 20_000
PAGES = ("/", "/contact/", "/contact/board/")
EVERY, SLOWEST = 0.1, 200.0
IMPORT = (
    "import sys, django; django.setup(); from pathlib import Path;"
    "from wansdyke.access.for_agency import EVERY, stand_for; stand_for(EVERY);"
    "from benchmarks.filling import import_file; import_file(Path(sys.argv[1]))"
)


@contextmanager
def served() -> Iterator[int]:
    """Two gunicorn processes over this database; gives the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--preload"]
    options = ["--workers=2", f"--bind=127.0.0.1:{port}", "--log-level=error"]
    server = subprocess.Popen([*command, "--no-control-socket", *options], env=dict(os.environ))
    try:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def asked(port: int, path: str, cookie: str) -> float:
    """Milliseconds until the whole page is here."""
    connected = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    began = time.perf_counter()
    connected.request("GET", path, headers={"Cookie": cookie})
    answer = connected.getresponse()
    answer.read()
    took = (time.perf_counter() - began) * 1000
    connected.close()
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}")
    return took


def measure() -> list[Figure]:
    """Percentiles of the pages, and contacts a second, during the import."""
    folder = Path(settings.DATA_DIR)
    filled(folder, BEFORE)
    client = signed_in("sasha")
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    path = folder / "meanwhile.csv"
    write_file(path, MEANWHILE, timezone.now(), prefix="MW")
    # Neither the server nor the importing process may share this one's connection.
    connection.close()
    with served() as port:
        for page in PAGES * 3:
            asked(port, page, cookie)
        importing = subprocess.Popen([sys.executable, "-c", IMPORT, str(path)])
        began, took = time.perf_counter(), []
        while importing.poll() is None:
            took.append(asked(port, PAGES[len(took) % len(PAGES)], cookie))
            time.sleep(EVERY)
        rate = MEANWHILE / (time.perf_counter() - began)
    if importing.returncode:
        raise RuntimeError("the import failed")
    return [
        Figure("Pages during an import, asked for", len(took), "pages"),
        Figure("Pages during an import, median", percentile(took, 0.5), "ms"),
        at_most("Pages during an import, p95", percentile(took, 0.95), "ms", SLOWEST),
        Figure("Pages during an import, slowest", max(took), "ms"),
        Figure("Contacts imported meanwhile", rate, "/s"),
    ]


if __name__ == "__main__":
    hand_over(measure())
