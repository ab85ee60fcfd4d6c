"""Server time of the pages people wait for, at 160,000 cases.

Method: Django's test client in one process (middleware, access, database, rendering and the
committed audit entry included; no network), 5 requests to warm up, then 60 timed ones.
"""

import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.test import Client
from django.utils import timezone

from benchmarks.filling import CASES, filled
from wansdyke.access.models import User
from wansdyke.casework.models import Party

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TIMED, WARM = 60, 5
PERSONAS = ("olivia", "sasha", "anya")


def signed_in(username: str) -> Client:
    """A client with a second factor in its session."""
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(User.objects.get(username=username), backend=BACKEND)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session.save()
    return client


def timed(ask: Callable[[], object]) -> tuple[float, float]:
    """p50 and p95 of a request, in milliseconds."""
    for _ in range(WARM):
        ask()
    spent = []
    for _ in range(TIMED):
        began = time.perf_counter()
        ask()
        spent.append((time.perf_counter() - began) * 1000)
    cuts = statistics.quantiles(spent, n=20)
    return statistics.median(spent), cuts[18]


def page(client: Client, path: str) -> Callable[[], object]:
    """A request that must succeed."""

    def ask() -> object:
        response = client.get(path)
        if response.status_code != 200:
            raise RuntimeError(f"{path} answered {response.status_code}")
        return response.content

    return ask


def busiest_person() -> str:
    """The person with a part in 5,000 cases."""
    record = Party.objects.filter(role="witness").select_related("record__person").first()
    if record is None:
        raise RuntimeError("the database is not filled")
    return str(record.record.person.reference)


def export(client: Client) -> dict[str, float]:
    """First byte, whole time and growth of memory of a 20,000-row CSV."""
    tracemalloc.start()
    began = time.perf_counter()
    response = client.get("/contact/export.csv?state=closed&letters=done&grade=immediate")
    parts = iter(response.streaming_content)
    next(parts)
    first = (time.perf_counter() - began) * 1000
    tracemalloc.reset_peak()
    held, _ = tracemalloc.get_traced_memory()
    lines = sum(part.count(b"\n") for part in parts)
    spent = time.perf_counter() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {
        "first byte, ms": first,
        "20,000 rows, s": spent * 20_000 / max(lines, 1),
        "rows": lines,
        "memory growth, MB": (peak - held) / 1e6,
    }


def run() -> dict[str, object]:
    """Every figure of this benchmark, by name."""
    figures: dict[str, object] = {}
    rate = filled(Path(settings.DATA_DIR), CASES)
    if rate:
        figures["import contacts, a second"] = round(rate)
    for username in PERSONAS:
        client = signed_in(username)
        for name, path in (
            ("my work", "/"),
            ("list", "/contact/"),
            ("list, page 100", "/contact/?state=closed&page=100"),
        ):
            told(figures, f"{name}, {username}: p50, p95 ms", rounded(timed(page(client, path))))
        if username != "anya":
            board = rounded(timed(page(client, "/contact/board/")))
            told(figures, f"board, {username}: p50, p95 ms", board)
    supervisor = signed_in("sasha")
    path = f"/people/{busiest_person()}/"
    person = rounded(timed(page(supervisor, path)))
    told(figures, "person with 5,000 cases: p50, p95 ms", person)
    told(figures, "export", {k: round(v, 1) for k, v in export(supervisor).items()})
    figures["at"] = timezone.now().date().isoformat()
    return figures


def told(figures: dict[str, object], name: str, figure: object) -> None:
    """Keeps a figure and says it at once: the run is long."""
    figures[name] = figure
    sys.stderr.write(f"{name}: {figure}\n")


def rounded(pair: tuple[float, float]) -> tuple[float, float]:
    """Milliseconds to one decimal."""
    return round(pair[0], 1), round(pair[1], 1)
