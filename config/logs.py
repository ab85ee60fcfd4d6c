"""What the logs may say of a fault: of the database's own words only their code.

A database quotes the row it refused: the DETAIL of a broken constraint holds names and addresses.
"""

import logging
import sqlite3
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any
from urllib.parse import unquote

from django.db import Error
from django.http import HttpRequest

from wansdyke.ui.paths import loggable

CAUSED = "\nThe above exception was the direct cause of the following exception:\n\n"
# The web server's own words, with what a client sent already in them.
NOT_READ, SERVER = "Invalid request from ip=", "gunicorn"
DURING = "\nDuring handling of the above exception, another exception occurred:\n\n"


def of_the_database(fault: BaseException) -> bool:
    """Whether a fault is the database's: Django's, or the driver's beneath it."""
    # Only psycopg's errors carry an SQLSTATE; asking for it spares the embedded database psycopg.
    return isinstance(fault, Error | sqlite3.Error) or hasattr(fault, "sqlstate")


def code_of(fault: BaseException) -> str:
    """The SQLSTATE or SQLite's name of a fault, as far as it or its cause carries one."""
    for each in (fault, fault.__cause__):
        code = getattr(each, "sqlstate", None) or getattr(each, "sqlite_errorname", None)
        if code:
            return str(code)
    return "no code"


def within(fault: BaseException | None) -> Iterator[BaseException]:
    """A fault and all that led to it, each once."""
    waiting, seen = [fault], set()
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting += [each.__cause__, each.__context__]
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions


def _line(fault: BaseException, hidden: set[str]) -> str:
    kind = f"{type(fault).__module__}.{type(fault).__qualname__}".removeprefix("builtins.")
    if of_the_database(fault):
        return f"{kind}: {code_of(fault)}"
    text = str(fault)
    # A fault that passes on what the database said is told by its class alone.
    return kind if any(words in text for words in hidden) else f"{kind}: {text}".rstrip(": ")


def _told(fault: BaseException, hidden: set[str], seen: set[int]) -> Iterator[str]:
    seen.add(id(fault))
    before = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    if before is not None and id(before) not in seen:
        yield from _told(before, hidden, seen)
        yield CAUSED if fault.__cause__ else DURING
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(fault.__traceback__)
    yield f"{_line(fault, hidden)}\n"
    if isinstance(fault, BaseExceptionGroup):
        for part in fault.exceptions:
            yield from _told(part, hidden, seen)


def told(fault: BaseException) -> str:
    """A fault's trace, with files and lines, and without any word of the database's."""
    hidden = {str(each).strip() for each in within(fault) if of_the_database(each)} - {""}
    return "".join(_told(fault, hidden, set())).rstrip("\n")


def _plain(value: Any) -> Any:
    if isinstance(value, BaseException) and any(map(of_the_database, within(value))):
        return _line(value, {str(each).strip() for each in within(value)} - {""})
    # What was searched for is personal data too.
    if isinstance(value, str) and value.startswith("/") and "?" in value:
        return f"{loggable(unquote(value.partition('?')[0]))}?…"
    return value


def _escaped(path: str) -> str:
    # As Django writes whatever it says of a request.
    return path.encode("unicode_escape").decode("ascii")


def _address(record: logging.LogRecord, value: Any) -> Any:
    """An address that somebody asked for, without what they may have typed into it."""
    if not isinstance(value, str):
        return _plain(value)
    request = getattr(record, "request", None)
    if isinstance(request, HttpRequest) and value in (request.path, _escaped(request.path)):
        return loggable(request.path_info)
    if (
        record.name.startswith(SERVER)
        and "/" in value
        and str(record.msg).startswith("Error handling")
    ):
        return loggable(unquote(value.partition("?")[0]))
    return _plain(value)


class NoPersonalData(logging.Filter):
    """Takes the database's words, and what was asked of a page, out of a record; passes it on."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrites the record; always True."""
        if isinstance(record.msg, BaseException):
            record.msg = str(_plain(record.msg))
        elif str(record.msg).startswith(NOT_READ):
            record.msg = f"{record.msg.partition(': ')[0]}: …"
        if isinstance(record.args, tuple):
            record.args = tuple(_address(record, value) for value in record.args)
        elif isinstance(record.args, dict):
            record.args = {key: _plain(value) for key, value in record.args.items()}
        fault = record.exc_info[1] if record.exc_info else None
        if fault is not None and any(map(of_the_database, within(fault))):
            record.exc_info, record.exc_text = None, told(fault)
        return True


def say_fault(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    """Prints a fault that nobody caught, as the logs would; for `sys.excepthook`."""
    sys.stderr.write(f"{told(fault)}\n")
