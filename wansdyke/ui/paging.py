"""One page of a long list: its row ids first, and a count that stops counting at a cap."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict

ELLIPSIS = 0
# Rows beyond are not counted.
CAP = 10_000


class HasPk(Protocol):
    """A row that knows its primary key."""

    pk: Any


Row = TypeVar("Row", bound=HasPk)


@dataclass(frozen=True, kw_only=True)
class Page:
    """Which rows one page shows.

    `number` counts from 1. `total` is the number of rows, or the cap if there are more than
    that, and then `capped` is true.
    """

    ids: tuple[Any, ...]
    number: int
    per_page: int
    total: int
    capped: bool = False

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one, and it is empty."""
        return max(1, -(-self.total // self.per_page))

    @property
    def previous(self) -> int | None:
        """The number of the page before, or None on the first."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """The number of the page after, or None on the last."""
        return self.number + 1 if self.number < self.pages else None

    @property
    def summary(self) -> str:
        """ "Showing 51 to 100 of more than 10,000"."""
        if not self.total:
            return "Nothing to show"
        first = (self.number - 1) * self.per_page + 1
        of = f"{'more than ' if self.capped else ''}{self.total:,}"
        return f"Showing {first:,} to {first + len(self.ids) - 1:,} of {of}"

    @property
    def numbers(self) -> list[int]:
        """The page numbers to link to; ELLIPSIS (0) stands for those left out."""
        near = {1, self.pages, self.number - 1, self.number, self.number + 1}
        shown: list[int] = []
        for page in sorted(n for n in near if 1 <= n <= self.pages):
            if shown and page - shown[-1] > 1:
                shown.append(ELLIPSIS)
            shown.append(page)
        return shown

    def in_order(self, rows: Iterable[Row]) -> list[Row]:
        """The rows, fetched by `ids` in whatever order, in the order of the list.

        A row that went away since its id was read is left out.
        """
        by_pk = {row.pk: row for row in rows}
        return [by_pk[pk] for pk in self.ids if pk in by_pk]


def page_of(
    listed: QuerySet[Any] | Sequence[Any],
    number: str | int | None,
    per_page: int = 50,
    cap: int = CAP,
    counted: int | None = None,
) -> Page:
    """The page of this number; an absent, unreadable or impossible number is put right.

    `listed` is an ordered query set, of which only primary keys are read and at most
    `cap + 1` rows counted, or a sequence of ids. Rows beyond the cap are not reached by
    turning pages: narrowing the list is quicker than turning two hundred. Whoever has counted the
    list already, as far as `cap + 1`, says so.
    """
    counted = count_to(listed, cap + 1) if counted is None else counted
    total = min(counted, cap)
    last = max(1, -(-total // per_page))
    wanted = min(max(_whole(number), 1), last)
    start, end = (wanted - 1) * per_page, min(wanted * per_page, total)
    found = listed.values_list("pk", flat=True) if isinstance(listed, QuerySet) else listed
    return Page(
        ids=tuple(found[start:end]) if end > start else (),
        number=wanted,
        per_page=per_page,
        total=total,
        capped=counted > cap,
    )


def query_string(query: QueryDict | Mapping[str, Any], **changes: str | int | None) -> str:
    """ "?state=open&page=2": the query as it is, with some parts replaced, or removed by None."""
    pairs = query.lists() if isinstance(query, QueryDict) else query.items()
    kept = {key: value for key, value in pairs if key not in changes}
    kept |= {key: value for key, value in changes.items() if value is not None}
    return "?" + urlencode(kept, doseq=True)


def count_to(listed: QuerySet[Any] | Sequence[Any], most: int) -> int:
    """How many rows there are, or `most` where there are more."""
    if isinstance(listed, QuerySet):
        # Without the order, and without columns, a database stops as soon as it has `most` rows.
        return listed.order_by().values("pk")[:most].count()
    return min(len(listed), most)


def _whole(number: str | int | None) -> int:
    try:
        return int(number or 1)
    except ValueError:
        return 1
