"""What the lists of my work are made of: a part, its columns, and where its rows lead."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from wansdyke.casework.models import Case
from wansdyke.ui.paging import Page
from wansdyke.ui.tables import Cell, Column, Sort
from wansdyke.ui.words import until

# Nobody works through more than this; beyond it the list says so instead of counting on.
MOST = 2_000
PER_PAGE = 50
SOON = timedelta(hours=1)
REFERRALS = "/referrals/"
BY_DEADLINE = Sort(key="deadline")
REFERENCE = Column(key="reference", label="Reference", whole=True)
KIND = Column(key="kind", label="What it is")
GIST = Column(key="gist", label="About")
STATE = Column(key="state", label="State")
DEADLINE = Column(key="deadline", label="Deadline")
OWNER = Column(key="owner", label="Owner")


@dataclass(frozen=True, kw_only=True)
class Part:
    """One list of somebody's work: a page of its rows, and the references those rows show."""

    key: str
    title: str
    columns: tuple[Column, ...]
    page: Page
    rows: list[dict[str, Any]]
    empty: str
    references: list[str] = field(default_factory=list)
    sort: Sort | None = None

    @property
    def count(self) -> str:
        """How many there are, as far as they were counted."""
        return f"{self.page.total:,}{'+' if self.page.capped else ''}"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which page of a list, how long, and in which order."""

    number: str | None = None
    per_page: int = PER_PAGE
    sort: Sort = BY_DEADLINE


def case_href(case: Case) -> str:
    """Where a case is."""
    return f"/{case.desk}/{case.root.reference}/"


def referral_href(reference: str) -> str:
    """Where a referral is."""
    return f"{REFERRALS}{reference}/"


def left_cell(due_at: datetime, now: datetime) -> Cell:
    """The time left to a deadline of a person's own, as a cell."""
    words = until(due_at - now)
    if due_at < now:
        return Cell(text=words, late=True)
    return (
        Cell(text=f"{words} – soon", colour="orange") if due_at - now <= SOON else Cell(text=words)
    )
