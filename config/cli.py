"""The command `wansdyke`: the environment first, then the commands; every fault in plain words."""

import os
import secrets
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module

import django
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, OperationalError, ProgrammingError

from config.logs import code_of, say_fault
from wansdyke.kernel.flow import Refused

REFUSED, CANNOT_START, INTERRUPTED = 1, 2, 130
# With files it works on them alone, on a machine that has no force's settings and no database.
ON_FILES = "link"


def main() -> None:
    """The entry point; ends the process with 0, 1 (refused), 2 (cannot start) or 130 (Ctrl-C)."""
    sys.excepthook = say_fault
    sys.exit(run(sys.argv[1:]))


def run(words: Sequence[str]) -> int:
    """Runs one command and returns its status; says on standard error why it was not done."""
    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        with _surroundings(words):
            django.setup()
            # The commands import models, which need the settings: so not at the top of this file.
            commands = import_module("config.commands")
            commands.app(args=list(words), prog_name="wansdyke", standalone_mode=True)
    except ImproperlyConfigured as fault:
        return _said(str(fault), CANNOT_START)
    except Refused as refused:
        return _said(str(refused), REFUSED)
    except DatabaseError as fault:
        return _said(_of_the_database(fault), CANNOT_START)
    except KeyboardInterrupt:
        return _said("Stopped.", INTERRUPTED)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    return 0


def _said(sentence: str, status: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return status


def _of_the_database(fault: DatabaseError) -> str:
    if not isinstance(fault, OperationalError | ProgrammingError):
        # It would quote the row that was refused.
        return f"The database refused this: {type(fault).__name__}, {code_of(fault)}"
    text = str(fault).strip().partition("\n")[0]
    if "no such table" in text or "does not exist" in text or "no such column" in text:
        return f"The database is empty or older than this release: run “wansdyke migrate”. ({text})"
    return f"The database cannot be used: {text}"


@contextmanager
def _surroundings(words: Sequence[str]) -> Iterator[None]:
    """For help, and for what works on files alone, a folder and a key to throw away: no database is
    read, written or served."""
    named = any(not word.startswith("-") or word.startswith("--out") for word in words[1:])
    on_files = bool(words) and words[0] == ON_FILES and named
    if words and not on_files and not {"--help", "--version"} & set(words):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="wansdyke-help-") as folder:
        os.environ["WANSDYKE_DATA"] = folder
        os.environ["WANSDYKE_SECRET_KEY"] = secrets.token_urlsafe(64)
        os.environ.pop("WANSDYKE_SECRET_KEY_OLD", None)
        os.environ.pop("DATABASE_URL", None)
        os.environ.pop("WANSDYKE_OWNER_URL", None)
        yield


if __name__ == "__main__":
    main()
