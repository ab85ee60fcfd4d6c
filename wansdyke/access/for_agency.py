"""For which agency this process works just now: what the database itself goes by, on PostgreSQL.

Nothing is said unless somebody says it, and then covered tables show no row (`row_policies`). A
request is its actor's agency's; `every_agency` is for work that no single agency asked for, and
for changes, which carry grants and locks to whatever records they concern.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple, TypeVar

NONE, EVERY = "", "*"
Piece = TypeVar("Piece")
_HERE: ContextVar[str | None] = ContextVar("FOR_AGENCY", default=None)
# What holds in every thread of a process that serves no requests: a command, a worker.
_process = NONE


class Opens(NamedTuple):
    """A model whose rows open roots to other agencies says so as OPENS: by which columns, when."""

    agency: str = ""
    team: str = ""
    user: str = ""
    when: str = "true"


def said() -> str:
    """The agency's primary key as text, "*" for all of them, "" for none."""
    here = _HERE.get()
    return _process if here is None else here


def stand_for(agency: str) -> None:
    """From here on the whole process works for an agency (or EVERY), wherever no request says
    otherwise."""
    global _process  # noqa: PLW0603 - it is of the process, as its user is
    _process = agency


@contextmanager
def one_agency(agency_id: int | None) -> Iterator[None]:
    """Meanwhile only what is that agency's, or open to it, is there; for None, nothing."""
    with _meanwhile(NONE if agency_id is None else str(agency_id)):
        yield


@contextmanager
def every_agency() -> Iterator[None]:
    """Meanwhile the rows of all agencies are there."""
    with _meanwhile(EVERY):
        yield


@contextmanager
def _meanwhile(agency: str) -> Iterator[None]:
    before = _HERE.set(agency)
    try:
        yield
    finally:
        _HERE.reset(before)


def say(agency_id: int | None) -> None:
    """The request's actor became known after it began: from here on it is of that agency."""
    _HERE.set(NONE if agency_id is None else str(agency_id))


def piecewise(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces of an answer that is made while it is sent, each made as the request was."""
    return _pieces(said(), iter(pieces))


def _pieces(agency: str, left: Iterator[Piece]) -> Iterator[Piece]:
    while True:
        with _meanwhile(agency):
            try:
                piece = next(left)
            except StopIteration:
                return
        yield piece
