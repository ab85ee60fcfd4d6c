"""What a desk says of the rows another system may send it by itself, and what came of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from wansdyke.access.actors import Actor

MOST_ROWS = 500
ADDED, AMENDED, UNCHANGED, STALE, REFUSED = "added", "amended", "unchanged", "stale", "refused"
OUTCOMES = (ADDED, AMENDED, UNCHANGED, STALE, REFUSED)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of one row: `reference` is the sender's own, `case` ours.

    `conflicts` are the fields that a person decided otherwise here, which stay as they are.
    """

    reference: str
    outcome: str
    case: str = ""
    conflicts: tuple[str, ...] = ()
    faults: tuple[dict[str, str], ...] = ()
    busy: bool = False

    @property
    def status(self) -> int:
        """The HTTP status of this row by itself."""
        if self.outcome == REFUSED:
            return 409 if self.busy else 422
        return 201 if self.outcome == ADDED else 200

    def as_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {**asdict(self), "status": self.status}


@dataclass(frozen=True, kw_only=True)
class Sending:
    """Rows sent together: by whom, when, for which team, and under which key of the sender's."""

    rows: Sequence[Mapping[str, str]]
    by: Actor
    at: datetime
    key: str
    team: str = ""


@dataclass(frozen=True, kw_only=True)
class Feed:
    """The columns that a desk takes, and what takes rows of them; `lists` may be sent as lists and
    `numbers` as numbers. `take` raises Refused where the sender opens no cases."""

    columns: tuple[str, ...]
    required: tuple[str, ...]
    lists: frozenset[str]
    numbers: frozenset[str]
    take: Callable[[Sending], list[dict[str, Any]]]
