"""The log as its review reads it: who looked at what, and in which way."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.db.models import QuerySet
from django.urls import URLPattern, URLResolver, get_resolver

from wansdyke.access.actors import SYSTEM
from wansdyke.access.models import User
from wansdyke.access.posts import Right
from wansdyke.history import audit
from wansdyke.history.models import AuditEntry

OPENED, FOUND, LISTED, REFUSED = "opened", "found", "listed", "refused"
# What is taken out was looked at too: by a program, or in a spreadsheet of one row.
LOOKS = (audit.CONSULTATION, audit.SEARCH, audit.DENIED, audit.EXPORT)
# Pages that declare no right of their own, for they ask for it themselves, and show one person's
# records; and the one of them that finds people by a name.
ALSO_OF_ONE = frozenset(
    {
        *("leaving-items", "leaving-item", "leaving-release", "leaving-confirm"),
        "retention-review",
    }
)
FINDING = frozenset({"leaving-people"})
# So few people found are what was looked for; more are only what came with it. Each may have been
# noted by several references.
FEW, REFERENCES_EACH = 3, 6
# What those do who watch over others is no look at a record: their pages are about those looks.
WATCHING = frozenset({Right.REVIEW_AUDIT, Right.LOCK, Right.ADMINISTER, Right.BREAK_GLASS})


@dataclass(frozen=True)
class Read:
    """One entry: who looked, when, in which way, and at which references."""

    seq: int
    at: datetime
    viewer: int
    way: str
    subjects: tuple[str, ...]

    @property
    def aimed(self) -> bool:
        """Whether it was at somebody or something, and not at whatever a list held."""
        few = 0 < len(self.subjects) <= FEW * REFERENCES_EACH
        return self.way == OPENED or (self.way == FOUND and few)


def reads(entries: QuerySet[AuditEntry], most: int | None = None) -> list[Read]:
    """The looks among entries, in the log's order; at most so many entries are read."""
    looks = entries.filter(operation__in=LOOKS, actor_id__isnull=False).order_by("seq")
    own = system_key()
    rows = looks.values_list("seq", "at", "actor_id", "operation", "body")[:most]
    return [
        Read(seq, at, viewer, *_way(operation, json.loads(body)))
        for seq, at, viewer, operation, body in rows
        if viewer is not None and viewer != own
    ]


def system_key() -> int | None:
    """The maintenance account, whose reading is no look."""
    return User.objects.filter(username=SYSTEM).values_list("pk", flat=True).first()


def _way(operation: str, body: dict[str, object]) -> tuple[str, tuple[str, ...]]:
    told = body.get("subjects")
    subjects = tuple(str(one) for one in told) if isinstance(told, list) else ()
    if operation == audit.DENIED:
        return REFUSED, subjects
    page = body.get("page")
    if operation == audit.SEARCH or page in FINDING:
        return FOUND, subjects
    if page in pages_of_one() | ALSO_OF_ONE:
        return OPENED, subjects
    # Of a file the few rows are what was wanted, as of a search.
    return (FOUND if operation == audit.EXPORT else LISTED), subjects


@cache
def pages_of_one() -> frozenset[str]:
    """The pages that show one record, person or place, by name: those whose address names it."""
    return frozenset(_pages(get_resolver(), ()))


def _pages(resolver: URLResolver, spaces: tuple[str, ...]) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            named = [key for key in pattern.pattern.regex.groupindex if key.endswith("reference")]
            declared = getattr(pattern.callback, "declared", None)
            right = getattr(declared, "right", None)
            of_a_record = declared is None or (right is not None and right not in WATCHING)
            if named and of_a_record and pattern.name:
                yield ":".join((*spaces, pattern.name))
        else:
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _pages(pattern, inner)


def within(entries: QuerySet[AuditEntry], since: datetime, hours: float) -> QuerySet[AuditEntry]:
    """The entries of some hours from a moment on."""
    return entries.filter(at__gte=since, at__lt=since + timedelta(hours=hours))
