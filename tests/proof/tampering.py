"""Logs in the tables themselves, signed as the product signs them, and eleven attacks on them.

Whoever attacks is the tables' owner and past their triggers; what they cannot reach is the notes
that somebody else holds. Each attack returns the first entry that is no longer what it was.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from django.db import connection
from django.utils import timezone

from tests.history.room import execute
from wansdyke.access.actors import system_actor
from wansdyke.history import audit
from wansdyke.history.checking import GENESIS
from wansdyke.history.checkpoints import LAST, Signer, make_key
from wansdyke.history.keepers import NAMED, Folder
from wansdyke.history.verify import BODY

PAGES = ("case", "person", "search", "list", "map")
TABLE = "history_auditentry"


@dataclass
class World:
    """A log, the folders of whoever signs it, and the one that somebody else keeps; `held` is the
    size of the last note outside, `first` that of the first."""

    folder: Path
    signer: Signer
    held: int
    local: dict[Path, str] = field(default_factory=dict)

    @property
    def outside(self) -> Folder:
        """What somebody else keeps."""
        return Folder(self.folder / "outside")

    @property
    def key(self) -> tuple[str, bytes]:
        """By which the notes are known to be genuine; handed out once, before the attack."""
        return self.signer.origin, self.signer.public

    def drop_local(self, size: int) -> None:
        """Takes away every local trace of the notes from a size on."""
        for path in self.local:
            if path.name == LAST or path.name >= NAMED.format(size):
                path.unlink(missing_ok=True)

    def restore_local(self) -> None:
        """The folders of the signer as they were before the attack."""
        for path in (self.folder / "out").glob("checkpoint*.txt"):
            path.unlink()
        for path, text in self.local.items():
            path.write_text(text, encoding="utf-8")


def entries(draw: Random, count: int) -> list[audit.Entry]:
    """So many readings of made-up records."""
    return [
        audit.Entry(
            audit.CONSULTATION,
            (f"CT-{draw.randrange(10_000):04d}",),
            {"page": draw.choice(PAGES), "name": f"É{draw.random()}"},
        )
        for _ in range(count)
    ]


def grow(draw: Random, count: int) -> None:
    """Links entries in through the product's own door."""
    audit.append(entries(draw, count), by=system_actor(), at=timezone.now())


def world(draw: Random, folder: Path) -> World:
    """A log with several notes: some outside, further ones here alone, and an end that is not
    signed at all. Call inside a transaction, on an empty log."""
    make_key(folder / "key")
    signer = Signer(folder / "key", folder / "out", [Folder(folder / "outside")])
    outside, here, held = draw.randint(2, 4), draw.randint(1, 2), 0
    for number in range(outside + here):
        grow(draw, draw.randint(2, 10))
        signer.sign()
        if number < outside:
            signer.copy()
            held = signer.tree.size
    grow(draw, draw.randint(1, 5))
    found = World(folder, signer, held)
    paths = [*(folder / "out").glob("checkpoint*.txt"), folder / "key" / LAST]
    found.local = {path: path.read_text(encoding="utf-8") for path in paths}
    return found


def rows() -> list[tuple[int, str, bytes]]:
    """The entries as they are."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT seq, {BODY[connection.vendor]}, hash FROM {TABLE} ORDER BY seq")
        return [(seq, bytes(body).decode(), bytes(link)) for seq, body, link in cursor.fetchall()]


def put(seq: int, body: str, link: bytes) -> None:
    """Writes over an entry."""
    execute(f"UPDATE {TABLE} SET body = %s, hash = %s WHERE seq = %s", [body, link, seq])


def head(seq: int, link: bytes) -> None:
    """Sets the head."""
    execute("UPDATE history_audithead SET seq = %s, hash = %s", [seq, link])


def shift(first: int) -> None:
    """Every entry from one on gets the next number."""
    execute(f"UPDATE {TABLE} SET seq = -(seq + 1) WHERE seq >= %s", [first])
    execute(f"UPDATE {TABLE} SET seq = -seq WHERE seq < 0")


def link_again(first: int, bodies: list[str]) -> None:
    """The entries from one on are these, each linked to the one before, and the head the last."""
    kept = rows()
    previous = kept[first - 2][2] if first > 1 else GENESIS
    for seq, body in enumerate(bodies, start=first):
        previous = audit.link(previous, body)
        put(seq, body, previous)
    head(first + len(bodies) - 1, previous)


def cut(first: int) -> None:
    """Takes the entries from one on away, and sets the head back."""
    kept = rows()
    execute("DELETE FROM history_auditsubject WHERE entry_id >= %s", [first])
    execute(f"DELETE FROM {TABLE} WHERE seq >= %s", [first])
    head(first - 1, kept[first - 2][2] if first > 1 else GENESIS)


def other(body: str, draw: Random) -> str:
    """The entry as if somebody else had done it."""
    return audit.canonical(json.loads(body) | {"actor": f"somebody{draw.random()}"})


def edit(here: World, draw: Random) -> int:
    seq = draw.randint(1, here.held)
    _, body, link = rows()[seq - 1]
    put(seq, other(body, draw), link)
    return seq


def delete(here: World, draw: Random) -> int:
    first = draw.randint(1, here.held)
    last = draw.randint(first, len(rows()))
    execute("DELETE FROM history_auditsubject WHERE entry_id BETWEEN %s AND %s", [first, last])
    execute(f"DELETE FROM {TABLE} WHERE seq BETWEEN %s AND %s", [first, last])
    return first


def reorder(here: World, draw: Random) -> int:
    kept = rows()
    first = draw.randint(1, min(here.held, len(kept) - 1))
    second = draw.randint(first + 1, len(kept))
    put(first, *kept[second - 1][1:])
    put(second, *kept[first - 1][1:])
    return first


def insert(here: World, draw: Random) -> int:
    kept = rows()
    seq = draw.randint(1, here.held)
    body = other(kept[seq - 1][1], draw)
    link = audit.link(kept[seq - 2][2] if seq > 1 else GENESIS, body)
    shift(seq)
    words = f"INSERT INTO {TABLE} (seq, body, hash, at, operation) VALUES (%s, %s, %s, %s, %s)"
    execute(words, [seq, body, link, timezone.now(), audit.CONSULTATION])
    head(len(kept) + 1, kept[-1][2])
    return seq


def clock_back(here: World, draw: Random) -> int:
    seq, back = draw.randint(1, here.held), timedelta(minutes=draw.randint(1, 10_000))
    for number, body, link in rows()[seq - 1 :]:
        said = json.loads(body)
        earlier = datetime.fromisoformat(said["at"]) - back
        said["at"] = earlier.isoformat(timespec="microseconds")
        put(number, audit.canonical(said), link)
        execute(f"UPDATE {TABLE} SET at = %s WHERE seq = %s", [earlier, number])
    return seq


def truncate(here: World, draw: Random) -> int:
    seq = draw.randint(1, here.held)
    cut(seq)
    return seq


def truncate_and_drop(here: World, draw: Random) -> int:
    seq = truncate(here, draw)
    here.drop_local(seq)
    return seq


def old_backup(here: World, draw: Random) -> int:
    """The machine as it once was, its signer too, which then signs what comes."""
    seq = truncate_and_drop(here, draw)
    grow(draw, draw.randint(1, 40))
    Signer(here.folder / "key", here.folder / "out").sign()
    return seq


def edit_and_link_again(here: World, draw: Random) -> int:
    seq = draw.randint(1, here.held)
    first, *rest = [body for _, body, _ in rows()[seq - 1 :]]
    link_again(seq, [other(first, draw), *rest])
    return seq


def edit_link_again_and_drop(here: World, draw: Random) -> int:
    seq = edit_and_link_again(here, draw)
    here.drop_local(seq)
    return seq


def key_stolen(here: World, draw: Random) -> int:
    """Everything from an entry on is written anew, and all of it signed with the true key."""
    seq = draw.randint(1, here.held)
    link_again(seq, [other(body, draw) for _, body, _ in rows()[seq - 1 :]])
    here.drop_local(0)
    Signer(here.folder / "key", here.folder / "out").sign()
    return seq


ATTACKS = (
    edit, delete, reorder, insert, clock_back, truncate, truncate_and_drop, old_backup,
    edit_and_link_again, edit_link_again_and_drop, key_stolen,
)  # fmt: skip
# Those after which everything here agrees: only what somebody else keeps shows them.
UNSEEN_HERE = frozenset({truncate_and_drop, old_backup, edit_link_again_and_drop, key_stolen})
