"""No log says what the database said of a row it refused: names and addresses stay where they are.

The table here says a name in its own complaint, as PostgreSQL does in the DETAIL of one.
"""

import io
import logging
import logging.config
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction
from gunicorn.config import Config
from psycopg import errors

from config.cli import _of_the_database
from config.logs import NoPersonalData, say_fault, told
from config.server_log import ServerLog

NAME = "Mary Okonkwo"
DETAIL = f'duplicate key value violates unique constraint "x"\nDETAIL:  Key (name)=({NAME}) exists.'


@pytest.fixture
def refused(db: None) -> IntegrityError:
    """A real fault of the embedded database whose text holds a name."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE said (n text CONSTRAINT \"{NAME}\" CHECK (n = 'never'))"
        )
    with (
        pytest.raises(IntegrityError, match=NAME) as came,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("INSERT INTO said VALUES (%s)", [NAME])
    return came.value


def by_psycopg() -> IntegrityError:
    """The same as Django passes it on from PostgreSQL."""
    try:
        try:
            raise errors.UniqueViolation(DETAIL)
        except errors.UniqueViolation as fault:
            raise IntegrityError(*fault.args) from fault
    except IntegrityError as fault:
        return fault


@contextmanager
def written(log: logging.Logger, handler: logging.Handler) -> Iterator[io.StringIO]:
    """What a handler writes."""
    stream = io.StringIO()
    handler.setStream(stream)  # type: ignore[attr-defined]
    log.addHandler(handler)
    try:
        yield stream
    finally:
        log.removeHandler(handler)


def console() -> logging.StreamHandler[Any]:
    """The handler that the product's settings describe."""
    made = logging.config.DictConfigurator(
        {**settings.LOGGING, "handlers": {}, "loggers": {}, "root": {}}
    )
    asked = settings.LOGGING["handlers"]["console"]
    assert asked["class"] == "logging.StreamHandler"
    handler = logging.StreamHandler()
    for name in asked["filters"]:
        handler.addFilter(made.configure_filter(dict(settings.LOGGING["filters"][name])))
    return handler


def logged(fault: BaseException, message: str = "Failed", *args: Any) -> str:
    log = logging.getLogger("wansdyke.tests")
    with written(log, console()) as stream:
        log.error(message, *args, exc_info=fault)
    return stream.getvalue()


@pytest.mark.sqlite_only
def test_a_fault_is_told_by_its_class_and_code_with_file_and_line(refused: IntegrityError) -> None:
    said = logged(refused)
    assert NAME not in said
    assert "django.db.utils.IntegrityError: SQLITE_CONSTRAINT_CHECK" in said
    assert "sqlite3.IntegrityError: SQLITE_CONSTRAINT_CHECK" in said
    assert f'File "{__file__}", line ' in said
    assert "direct cause" in said


def test_postgresqls_detail_is_left_out_and_its_sqlstate_said() -> None:
    said = logged(by_psycopg())
    assert NAME not in said
    assert "DETAIL:" not in said
    assert "django.db.utils.IntegrityError: 23505" in said
    assert "psycopg.errors.UniqueViolation: 23505" in said


def test_whoever_passes_its_words_on_is_told_by_class_alone() -> None:
    fault = by_psycopg()
    try:
        try:
            raise fault
        except IntegrityError as inner:
            raise RuntimeError(f"The import failed: {inner}") from None
    except RuntimeError as outer:
        said = logged(outer)
    assert NAME not in said
    assert said.rstrip().endswith("RuntimeError")
    group = ExceptionGroup("two", [ValueError("plain"), fault])
    assert NAME not in logged(group)
    assert "ValueError: plain" in logged(group)


def test_a_fault_among_the_words_is_told_so_too() -> None:
    said = logged(ValueError("plain"), "It said %s of %s", by_psycopg(), "a row")
    assert NAME not in said
    assert "It said django.db.utils.IntegrityError: 23505 of a row" in said
    log = logging.getLogger("wansdyke.tests")
    with written(log, console()) as stream:
        log.error(by_psycopg())
    assert NAME not in stream.getvalue()


def test_any_other_fault_is_told_whole() -> None:
    said = logged(ValueError("the file ends in line 3"))
    assert "ValueError: the file ends in line 3" in said


def test_what_was_searched_for_is_left_out() -> None:
    said = logged(ValueError("x"), "Error handling request %s", f"/search/?q={NAME}")
    assert NAME not in said
    assert "Error handling request /search/?…" in said


def test_every_handler_of_the_product_has_the_filter() -> None:
    handlers = settings.LOGGING["handlers"].values()
    assert all(handler["filters"] == ["no personal data"] for handler in handlers)
    code = (
        "import django, logging; django.setup(); from config.logs import NoPersonalData as F\n"
        "loggers = [logging.root, *map(logging.getLogger, logging.root.manager.loggerDict)]\n"
        "found = {h for l in loggers for h in l.handlers if l.name != 'django.server'"
        " and type(h) is not logging.NullHandler}\n"
        "print([h for h in found if not any(isinstance(f, F) for f in h.filters)], len(found))\n"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": ""}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[] 1"


def test_the_web_servers_own_log_has_it() -> None:
    log = ServerLog(Config())
    try:
        (handler,) = [each for each in log.error_log.handlers if hasattr(each, "_gunicorn")]
        assert any(isinstance(each, NoPersonalData) for each in handler.filters)
        stream = io.StringIO()
        handler.setStream(stream)
        try:
            raise by_psycopg()
        except IntegrityError:
            log.exception("Error handling request %s", f"/search/?q={NAME}")
        assert NAME not in stream.getvalue()
        assert "23505" in stream.getvalue()
    finally:
        for each in log.error_log.handlers, log.access_log.handlers:
            each.clear()


def test_a_fault_that_nobody_caught_and_the_command_lines_own_words(capsys: Any) -> None:
    fault = by_psycopg()
    say_fault(type(fault), fault, fault.__traceback__)
    assert NAME not in capsys.readouterr().err
    assert _of_the_database(fault) == "The database refused this: IntegrityError, 23505"
    assert NAME not in _of_the_database(DataError(NAME))


def test_a_chain_that_bites_its_tail_is_told_once() -> None:
    one, two = ValueError("one"), sqlite3.OperationalError(NAME)
    one.__context__, two.__context__ = two, one
    assert told(one).count("ValueError: one") == 1
    assert NAME not in told(one)


def test_the_web_server_says_no_address_that_somebody_typed() -> None:
    log = logging.getLogger("gunicorn.error")
    with written(log, console()) as stream:
        log.error("Error handling request %s %s", "GET", f"/people/{NAME.replace(' ', '%20')}/?x=1")
        log.error("Error handling request %s %s", "GET", "/contact/CT-7K3M-92QF/")
        put_in_already = f"Invalid request from ip=10.0.0.1: Invalid request line: 'GET /{NAME}'"
        log.warning(put_in_already)
    said = stream.getvalue()
    assert "Okonkwo" not in said
    assert "Error handling request GET an unknown address (" in said
    assert "Error handling request GET /contact/CT-7K3M-92QF/" in said
    assert "Invalid request from ip=10.0.0.1: …" in said
