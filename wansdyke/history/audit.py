"""The audit chain: entries are noted during a change or a read, and linked in at its end."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from wansdyke.access.actors import Actor
from wansdyke.history.models import AuditEntry, AuditHead, AuditSubject

GENESIS = b"\0" * 32
COLLECTION, ALTERATION, CONSULTATION = "collection", "alteration", "consultation"
DISCLOSURE, COMBINATION, ERASURE = "disclosure", "combination", "erasure"
SIGN_IN, DENIED, SEARCH, EXPORT = "sign-in", "denied", "search", "export"
CONFIGURATION, BREAK_GLASS = "configuration", "break-glass"
OPERATIONS = frozenset(
    {
        COLLECTION,
        ALTERATION,
        CONSULTATION,
        DISCLOSURE,
        COMBINATION,
        ERASURE,
        SIGN_IN,
        DENIED,
        SEARCH,
        EXPORT,
        CONFIGURATION,
        BREAK_GLASS,
    }
)


# What only looks, or only comes in at the door; the rest changes something or takes it out.
READINGS = frozenset({CONSULTATION, SEARCH, SIGN_IN, DENIED})


@dataclass(frozen=True)
class Entry:
    """What one link will say. Field names and references, never a case's content."""

    operation: str
    subjects: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


def canonical(body: dict[str, Any]) -> str:
    """JSON with sorted keys and no spare space: the very characters that are hashed (as UTF-8)."""
    return json.dumps(
        body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def link(previous: bytes, body: str) -> bytes:
    """The hash of a link: SHA-256 over the previous link's 32 bytes and the body."""
    return hashlib.sha256(previous + body.encode()).digest()


def body_of(entry: Entry, actor: Actor | None, at: datetime) -> str:
    """One entry as the text that is stored and hashed.

    Raises ValueError for an unknown operation, or a fact that would overwrite who, when or what.
    """
    if entry.operation not in OPERATIONS:
        raise ValueError(f"“{entry.operation}” is not an audit operation")
    who: dict[str, Any] = {}
    if actor is not None:
        who = {
            "actor": actor.username,
            "agency": actor.agency_id,
            "roles": sorted(actor.roles),
            "channel": actor.channel,
            "session": actor.session,
            "address": actor.address,
            "request": actor.request_id,
        }
    body = {
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "operation": entry.operation,
        "subjects": list(entry.subjects),
        **{key: value for key, value in who.items() if value not in ("", None)},
    }
    forged = [key for key, value in entry.facts.items() if body.get(key, value) != value]
    if forged:
        raise ValueError(f"an audit entry says {', '.join(forged)} itself")
    return canonical(body | entry.facts)


def filed_under(subject: str) -> str:
    """A subject as the look-up column can hold it; the body has the whole of it."""
    return subject.replace("\0", "")[:60]


def append(entries: Sequence[Entry], *, by: Actor | None, at: datetime) -> None:
    """Links entries in, last thing before the commit. Call inside a transaction."""
    if not entries:
        return
    head = AuditHead.objects.select_for_update().get(pk=1)
    seq, previous = head.seq, bytes(head.hash)
    rows, subjects = [], []
    for entry in entries:
        seq += 1
        body = body_of(entry, by, at)
        previous = link(previous, body)
        rows.append(
            AuditEntry(
                seq=seq,
                body=body,
                hash=previous,
                at=at,
                actor_id=by.user_id if by else None,
                operation=entry.operation,
            )
        )
        subjects += [AuditSubject(entry_id=seq, reference=filed_under(s)) for s in entry.subjects]
    AuditEntry.objects.bulk_create(rows)
    AuditSubject.objects.bulk_create(subjects, batch_size=2000)
    AuditHead.objects.filter(pk=1).update(seq=seq, hash=previous)


def record(
    operation: str,
    *,
    by: Actor | None,
    at: datetime,
    subjects: Collection[str] = (),
    **facts: Any,
) -> None:
    """Writes and commits one entry by itself: a read, a denial, a sign-in."""
    with transaction.atomic():
        append([Entry(operation, tuple(subjects), facts)], by=by, at=at)
