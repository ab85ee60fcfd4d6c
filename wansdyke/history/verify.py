"""Verification: walks the whole chain and names the first entry that does not fit."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.db import connection

from wansdyke.access.models import User
from wansdyke.history.audit import GENESIS, filed_under
from wansdyke.history.models import AuditEntry, AuditSubject

BATCH = 20_000


@dataclass(frozen=True)
class Finding:
    """What a verification found: how many entries fit, the last of them, and the first that does
    not with why, if any; `vouched` is how many checkpoints vouch for, None where none was asked."""

    entries: int
    first_bad: int | None = None
    why: str = ""
    hash: bytes = GENESIS
    vouched: int | None = None

    @property
    def intact(self) -> bool:
        return self.first_bad is None


# The body as bytes: what was hashed, whatever characters a hand may have put there.
BODY = {"sqlite": "CAST(body AS BLOB)", "postgresql": "convert_to(body, 'UTF8')"}


def rows_after(
    cursor: Any, vendor: str, after: int | None
) -> Iterator[list[tuple[int, bytes, bytes]]]:
    """The number, body and link of the entries after one, or of all, in their order, in parts."""
    words = f"SELECT seq, {BODY[vendor]}, hash FROM history_auditentry"  # noqa: S608  # nosec B608
    while True:
        where = "" if after is None else f" WHERE seq > {after:d}"
        cursor.execute(f"{words}{where} ORDER BY seq LIMIT {BATCH}")
        rows = cursor.fetchall()
        if not rows:
            return
        yield rows
        after = rows[-1][0]


def _head(cursor: Any) -> tuple[int, bytes] | None:
    cursor.execute("SELECT seq, hash FROM history_audithead WHERE id = 1")
    row: tuple[int, bytes] | None = cursor.fetchone()
    return row


def _walk(cursor: Any, vendor: str, start: Finding) -> Finding:
    """Goes on from the entries that fit to the end of the table, or to the first that does not."""
    count, previous = start.entries, start.hash
    for rows in rows_after(cursor, vendor, count or None):
        for seq, body, stored in rows:
            if seq != count + 1:
                inserted = seq <= count
                why = "the entry was put in before the first" if inserted else "it is missing"
                return Finding(count, seq if inserted else count + 1, why, previous)
            link = sha256(previous + body).digest()
            if link != stored:
                return Finding(count, seq, "the entry does not fit the one before it", previous)
            previous = link
            count = seq
    return Finding(count, hash=previous)


def verify() -> Finding:
    """Reads every link in order and recomputes it; compares the last with the head.

    Finds an edit, a deletion, an insertion, a reordering, and a cut tail while the head stands.
    Whoever can rewrite chain and head together is found only by checkpoints held outside. Writers
    go on meanwhile: the head is read after the entries, and an entry commits with its head.
    """
    with connection.cursor() as cursor:
        return verify_through(cursor, connection.vendor)


def verify_through(cursor: Any, vendor: str, start: Finding | None = None) -> Finding:
    """As `verify`, through a cursor of another connection: a copy's, or a snapshot's; or only from
    a link on that was found to fit."""
    found, promised = start or Finding(0), None
    while True:
        found = _walk(cursor, vendor, found)
        if not found.intact:
            return found
        head = _head(cursor)
        if head is None:
            return Finding(found.entries, found.entries + 1, "the head of the chain is missing")
        seq, stored = head
        # Entries that came since the last row was read are there on the next walk, or missing.
        if seq <= found.entries or (promised is not None and found.entries < promised):
            return _against(found, seq, stored)
        promised = seq


def _against(found: Finding, seq: int, stored: bytes) -> Finding:
    count = found.entries
    if seq > count:
        gone = f"entry {seq} is" if seq == count + 1 else f"entries {count + 1} to {seq} are"
        return Finding(count, count + 1, f"{gone} missing from the end", found.hash)
    if seq < count:
        why = f"the head of the chain stands at {seq}: the entry was added behind it"
        return Finding(max(seq, 0), max(seq + 1, 1), why)
    if stored != found.hash:
        why = "the head of the chain does not fit its last entry: the head was changed"
        return Finding(count, max(count, 1), why)
    return found


def verify_columns() -> Finding:
    """Compares the columns that only find an entry with its body; call after `verify`.

    They are not hashed: a changed one would hide an entry from a search, not from the chain.
    """
    names = dict(User.objects.values_list("pk", "username"))
    count, after = 0, 0
    while True:
        rows = list(AuditEntry.objects.filter(seq__gt=after).order_by("seq")[: BATCH // 4])
        if not rows:
            return Finding(count)
        filed: dict[int, list[str]] = {}
        entries = AuditSubject.objects.filter(entry_id__gt=after, entry_id__lte=rows[-1].seq)
        for entry_id, reference in entries.order_by("pk").values_list("entry_id", "reference"):
            filed.setdefault(entry_id, []).append(reference)
        for row in rows:
            column = _strange(row, filed.get(row.seq, []), names)
            if column:
                return Finding(count, row.seq, f"{column} differs from the entry's body")
            count += 1
        after = rows[-1].seq


def _strange(row: AuditEntry, filed: list[str], names: dict[int, str]) -> str:
    body: dict[str, Any] = json.loads(row.body)
    actor = names.get(row.actor_id, "nobody known") if row.actor_id is not None else None
    if datetime.fromisoformat(body["at"]) != row.at.astimezone(UTC):
        return "the time"
    if body["operation"] != row.operation:
        return "the operation"
    if body.get("actor") != actor:
        return "the actor"
    if sorted(filed) != sorted(filed_under(s) for s in body["subjects"]):
        return "the list of records"
    return ""
