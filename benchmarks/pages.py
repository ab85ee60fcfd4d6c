"""Server time of the pages people wait for, at 160,000 cases.

Method: Django's test client in one process (middleware, access, database, rendering and the
committed audit entry included; no network), 5 requests to warm up, then 200 timed ones, or 20
of a page that counts two years.
"""

import importlib
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.test import Client

from benchmarks.figures import Figure, hand_over
from benchmarks.filling import CASES, filled
from wansdyke.access.models import User
from wansdyke.casework.models import Party

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TIMED, WARM = 200, 5
# Pages that count two years of calls.
COUNTED = 20
ROWS = 20_000
PERSONAS = ("olivia", "sasha", "anya")


def signed_in(username: str) -> Client:
    """A client with a second factor in its session."""
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(User.objects.get(username=username), backend=BACKEND)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session.save()
    return client


def timed(ask: Callable[[], object], times: int = TIMED) -> tuple[float, float]:
    """p50 and p95 of a request, in milliseconds."""
    for _ in range(WARM):
        ask()
    spent = []
    for _ in range(times):
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


def taken(client: Client, most: int) -> tuple[float, float, int]:
    """Milliseconds to the first byte, seconds to the last, and rows, of a CSV cut off at `most`."""
    began = time.perf_counter()
    response = client.get("/contact/export.csv?state=closed&letters=done&grade=immediate")
    parts = iter(response.streaming_content)
    next(parts)
    first, lines = (time.perf_counter() - began) * 1000, 0
    for part in parts:
        lines += part.count(b"\n")
        if lines >= most:
            break
    spent = time.perf_counter() - began
    response.close()
    return first, spent, lines


def growth(client: Client, most: int) -> float:
    """Megabytes that the process holds at most, beyond those at the start, during an export."""
    tracemalloc.start()
    held, _ = tracemalloc.get_traced_memory()
    taken(client, most)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (peak - held) / 1e6


def counts(persona: str) -> list[tuple[str, str, float]]:
    """The measures of two years, and the records behind one."""
    years = "first=2024-12&last=2026-11"
    behind = "measure=da-reached-first&part=rest&from=2024-12-01&to=2026-11-30&state="
    return [
        (f"Measures, two years, {persona}", f"/measures/?{years}", 1000.0),
        (f"One measure, two years, {persona}", f"/measures/contact/calls/?{years}", 1000.0),
        (f"The calls behind a number, {persona}", f"/contact/?{behind}", 200.0),
    ]


def reads(persona: str) -> list[tuple[str, str, float]]:
    """What a persona waits for: a title, a path and the most milliseconds it may take."""
    asked = [
        (f"My work, {persona}", "/", 100.0),
        (f"Desk list, {persona}", "/contact/", 100.0),
        (f"Desk list, page 100, {persona}", "/contact/?state=closed&page=100", 100.0),
    ]
    if persona != "anya":
        asked.append((f"Board, {persona}", "/contact/board/", 100.0))
    if persona == "sasha":
        asked.append(("Person with 5,000 cases", f"/people/{busiest_person()}/", 200.0))
    return asked


def at_most(title: str, value: float, unit: str, most: float) -> Figure:
    """A figure that should not be larger."""
    return Figure(title, value, unit, f"≤ {most:,.0f} {unit}", value <= most)


def measure() -> list[Figure]:
    """Every figure of this benchmark."""
    # The process is made ready as the server's are.
    importlib.import_module("config.wsgi")
    rate = filled(Path(settings.DATA_DIR), CASES)
    figures = [Figure("Contacts imported", rate, "/s", "≥ 300 /s", rate >= 300)] if rate else []
    for persona in PERSONAS:
        client = signed_in(persona)
        asked = [(*one, TIMED) for one in reads(persona)]
        asked += [(*one, COUNTED) for one in counts(persona)] if persona == "anya" else []
        for title, path, most, times in asked:
            median, late = timed(page(client, path), times)
            # The run is long: each is said at once.
            sys.stderr.write(f"{title}: median {median:.1f} ms, p95 {late:.1f} ms\n")
            figures.append(Figure(f"{title}, median", median, "ms"))
            figures.append(at_most(f"{title}, p95", late, "ms", most))
    client = signed_in("sasha")
    taken(client, 1_000)
    first, spent, _ = taken(client, ROWS)
    return [
        *figures,
        at_most("CSV export, first byte", first, "ms", 500),
        at_most("CSV export, 20,000 rows", spent, "s", 5),
        Figure("CSV export, memory it grew by, 5,000 rows", growth(client, ROWS // 4), "MB"),
        Figure("CSV export, memory it grew by, 20,000 rows", growth(client, ROWS), "MB"),
    ]


if __name__ == "__main__":
    hand_over(measure())
