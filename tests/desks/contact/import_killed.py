"""Loads a file and kills itself, without warning, in the chosen transaction."""

import os
import signal
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import django

django.setup()

from tests.desks.contact.import_files import contacts, people  # noqa: E402
from wansdyke.history import audit  # noqa: E402
from wansdyke.people import loads  # noqa: E402


def main(kind: str, path: Path, fatal: int, moment: str) -> None:
    """Dies in the fatal-th batch: before its commit or right after it."""
    done = 0

    class Small(loads.Pace):
        def __init__(self, **_: Any) -> None:
            super().__init__(rows=3, least=3, most=3, gap=0)

    loads.Pace = Small  # type: ignore[misc]
    append, batch = audit.append, loads.Loading.batch

    def dying(*args: Any, **kwargs: Any) -> None:
        append(*args, **kwargs)
        if moment == "before" and done == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(self: loads.Loading, rows: int) -> AbstractContextManager[Any]:
        nonlocal done
        done += 1
        if moment == "after" and done > fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return batch(self, rows)

    audit.append = dying
    loads.Loading.batch = counted  # type: ignore[method-assign,assignment]
    {"contacts": contacts, "people": people}[kind](path)
    raise SystemExit("the load came to its end before it was killed")


main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
