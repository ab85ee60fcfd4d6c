"""Extracts of the log for a court: some entries, a signed checkpoint, and for each entry the proof
that it is in the log which was signed. Nothing of any other entry is in it."""

import json
import os
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from wansdyke.history.checking import Note, Tree, leaf, node, notes_in, root_by
from wansdyke.history.models import AuditEntry
from wansdyke.history.places import own
from wansdyke.history.verify import rows_after
from wansdyke.kernel.flow import Refused

# Leaves of which the root is kept once it is known, so that a proof reads a few thousand entries
# of the log and not all of them.
TILE = 4096
TILES = "log-tiles"
MOST = 20_000
Range = tuple[int, int]
Part = tuple[int, int, bytes]


def siblings(index: int, size: int) -> list[Range]:
    """The ranges of leaves whose roots prove a leaf of a tree, from the leaf up (RFC 6962,
    2.1.1)."""
    low, high, found = 0, size, []
    while high - low > 1:
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        if index < middle:
            found.append((middle, high))
            high = middle
        else:
            found.append((low, middle))
            low = middle
    return found[::-1]


def roots_of(wanted: Collection[Range], parts: Iterable[Part]) -> dict[Range, bytes]:
    """The roots of ranges, and of the whole, by the parts of which a tree is made: whole subtrees,
    one after the other."""
    found: dict[Range, bytes] = {}
    edge: list[Part] = []

    def push(part: Part) -> None:
        edge.append(part)
        if part[:2] in wanted:
            found[part[:2]] = part[2]

    for part in parts:
        push(part)
        while len(edge) > 1 and edge[-1][1] - edge[-1][0] == edge[-2][1] - edge[-2][0]:
            right, left = edge.pop(), edge.pop()
            push((left[0], right[1], node(left[2], right[2])))
    while len(edge) > 1:
        # The ragged right side, from its end.
        right, left = edge.pop(), edge.pop()
        push((left[0], right[1], node(left[2], right[2])))
    return found | {part[:2]: part[2] for part in edge}


def _leaves(low: int, high: int) -> Iterator[bytes]:
    with connection.cursor() as cursor:
        for rows in rows_after(cursor, connection.vendor, low or None):
            for seq, body, _ in rows:
                if seq > high:
                    return
                yield leaf(bytes(body))


def tiles(size: int, folder: Path) -> list[bytes]:
    """The root of each whole tile of the first `size` leaves: as kept, and what came since."""
    path, kept = folder / TILES, b""
    with suppress(FileNotFoundError):
        kept = path.read_bytes()
    found = [kept[at : at + 32] for at in range(0, len(kept) - len(kept) % 32, 32)]
    known, whole = len(found), size // TILE
    tree = Tree()
    for hashed in _leaves(known * TILE, whole * TILE) if known < whole else ():
        tree.add(hashed)
        if tree.size == TILE:
            found.append(tree.root)
            tree = Tree()
    if len(found) > known:
        handle, part = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(b"".join(found))
        Path(part).replace(path)
    return found[:whole]


def _parts(size: int, inside: Collection[int], kept: list[bytes]) -> Iterator[Part]:
    """The tree as its tiles, and leaf by leaf where a leaf is asked for."""
    opened = {index // TILE for index in inside}
    for number, root in enumerate(kept):
        low = number * TILE
        if number not in opened:
            yield low, low + TILE, root
            continue
        for at, hashed in enumerate(_leaves(low, low + TILE), start=low):
            yield at, at + 1, hashed
    low = len(kept) * TILE
    for at, hashed in enumerate(_leaves(low, size), start=low):
        yield at, at + 1, hashed


def paths(note: Note, inside: Collection[int], folder: Path) -> dict[int, list[bytes]]:
    """The inclusion path of each index under a note. Raises Refused where the log is not the one
    that was signed."""
    asked = {index: siblings(index, note.size) for index in inside}
    wanted = {one for ranges in asked.values() for one in ranges}
    for _ in range(2):
        found = roots_of(wanted, _parts(note.size, inside, tiles(note.size, folder)))
        if found.get((0, note.size)) == note.root:
            return {index: [found[one] for one in ranges] for index, ranges in asked.items()}
        # What is kept may be of a log that was restored since.
        (folder / TILES).unlink(missing_ok=True)
    raise Refused("The log does not fit its newest checkpoint: run “wansdyke audit verify”.")


def extract(entries: QuerySet[AuditEntry], asked: dict[str, str]) -> tuple[list[str], int]:
    """The lines of an extract, and how many of the entries no checkpoint vouches for yet.

    Raises Refused where none is vouched for, for more than MOST of them, and where the log does
    not fit its newest checkpoint.
    """
    note, text = _newest()
    rows = list(
        entries.filter(seq__lte=note.size).order_by("seq").values_list("seq", "body")[: MOST + 1]
    )
    beyond = entries.filter(seq__gt=note.size).count()
    if not rows:
        wait = " A checkpoint is signed every minute: try again then." if beyond else ""
        raise Refused(f"No entry that was signed matches.{wait}")
    if len(rows) > MOST:
        raise Refused(f"More than {MOST:,} entries match. Narrow it.")
    proofs = paths(note, {seq - 1 for seq, _ in rows}, settings.DATA_DIR)
    lines = [_line({"asked": asked, "entries": len(rows), "not_signed_yet": beyond, "note": text})]
    for seq, body in rows:
        proof = proofs[seq - 1]
        if root_by(seq - 1, note.size, leaf(body.encode()), proof) != note.root:
            raise Refused(f"Entry {seq:,} changed meanwhile: run “wansdyke audit verify”.")
        lines.append(_line({"seq": seq, "body": body, "proof": [one.hex() for one in proof]}))
    return lines, beyond


def _newest() -> tuple[Note, str]:
    kept = own()
    names = kept.names()
    if not names:
        raise Refused("Nothing of the log is signed yet. A checkpoint is signed every minute.")
    text = kept.read(names[-1])
    return next(notes_in(text)), text


def _line(said: dict[str, object]) -> str:
    return f"{json.dumps(said, ensure_ascii=False)}\n"
