"""Loads a file and kills itself, without warning, just before one of its transactions commits."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import django

django.setup()

from tests.desks.contact.import_files import contacts, people  # noqa: E402
from wansdyke.access.for_agency import EVERY, stand_for  # noqa: E402
from wansdyke.history import audit  # noqa: E402
from wansdyke.people import loads  # noqa: E402

stand_for(EVERY)


class Small(loads.Pace):
    """Three rows at a time, so that a short file takes many transactions."""

    def __init__(self, **_: Any) -> None:
        super().__init__(rows=3, least=3, most=3, gap=0)


def main(kind: str, path: Path, fatal: int) -> None:
    """Dies in the fatal-th transaction, when all it wrote is written and nothing committed."""
    done, append = 0, audit.append

    def dying(*args: Any, **kwargs: Any) -> None:
        nonlocal done
        append(*args, **kwargs)
        done += 1
        if done == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    loads.Pace = Small  # type: ignore[misc]
    audit.append = dying
    {"contacts": contacts, "people": people}[kind](path)
    raise SystemExit(f"the load came to its end after {done} transactions")


main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
