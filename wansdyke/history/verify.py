"""Verification: walks the whole chain and names the first entry that does not fit."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import connection

from wansdyke.history.audit import GENESIS

BATCH = 20_000


@dataclass(frozen=True)
class Finding:
    """What a verification found: how many entries, and the first bad one with why, if any."""

    entries: int
    first_bad: int | None = None
    why: str = ""

    @property
    def intact(self) -> bool:
        return self.first_bad is None


def _rows(cursor: Any) -> Iterator[list[tuple[int, str, bytes]]]:
    after = -1
    while True:
        cursor.execute(
            "SELECT seq, body, hash FROM history_auditentry WHERE seq > %s ORDER BY seq LIMIT %s",
            [after, BATCH],
        )
        rows = cursor.fetchall()
        if not rows:
            return
        yield rows
        after = rows[-1][0]


def verify() -> Finding:
    """Reads every link in order and recomputes it; compares the last with the head.

    Finds an edit, a deletion, an insertion, a reordering, and a cut tail while the head stands.
    Whoever can rewrite chain and head together is found only by checkpoints held outside.
    """
    previous, expected = GENESIS, 1
    with connection.cursor() as cursor:
        for rows in _rows(cursor):
            for seq, body, stored in rows:
                if seq != expected:
                    return Finding(expected - 1, expected, "the entry is missing")
                previous = sha256(previous + body.encode()).digest()
                if previous != bytes(stored):
                    return Finding(expected - 1, seq, "the entry does not fit the one before it")
                expected += 1
        cursor.execute("SELECT seq, hash FROM history_audithead WHERE id = 1")
        head = cursor.fetchone()
    count = expected - 1
    if head is None:
        return Finding(count, expected, "the head of the chain is missing")
    if head[0] > count:
        return Finding(count, expected, f"entries {expected} to {head[0]} are missing")
    if head[0] < count or bytes(head[1]) != previous:
        return Finding(count, max(head[0], 1), "the head of the chain does not fit its last entry")
    return Finding(count)
