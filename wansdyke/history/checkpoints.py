"""Signed checkpoints of the audit chain, by a process and a key of their own.

Whoever can write to the database can write the whole chain anew. What they cannot do is take back
a checkpoint that somebody else has. This process only reads the chain; it signs nothing that does
not go on from what it signed before.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.db import DatabaseError, connection

from wansdyke.history.checking import (
    GENESIS,
    KEPT,
    Note,
    Tree,
    Unreadable,
    key_line,
    leaf,
    link,
    notes_in,
    read_key,
    signed,
    text_of,
)
from wansdyke.history.models import AuditHead
from wansdyke.history.verify import rows_after
from wansdyke.kernel.flow import Refused

KEY, PUBLIC = "log-key.pem", "log-key.pub"
NAMED = "checkpoint-{:015d}.txt"
NAME = "wansdyke"
MOST_IN_A_NOTE = 1_000
# Seconds between two notes of a log that grows, and between two looks at it.
LASTS_LONG, LOOKS = 60.0, 2.0


def make_key(folder: Path) -> str:
    """Makes the key that signs the log, in a folder that is its own; returns the line to hand out.

    Raises Refused where there is one: checkpoints signed by it are out, and a second would look
    like a forger's.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (folder / KEY).exists():
        raise Refused(f"There is a key in {folder} already. It is kept for as long as the log is.")
    made = Ed25519PrivateKey.generate()
    coded = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = made.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    origin = f"{NAME}/{public.hex()[:8]}"
    handle = os.open(folder / KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(coded)
    line = key_line(origin, public)
    (folder / PUBLIC).write_text(f"{line}\n", encoding="utf-8")
    return line


def _rows(after: int) -> Iterator[tuple[int, bytes, bytes]]:
    with connection.cursor() as cursor:
        for rows in rows_after(cursor, connection.vendor, after or None):
            yield from ((seq, bytes(body), bytes(stored)) for seq, body, stored in rows)


@dataclass
class Signer:
    """Signs the log as it grows. `folder` holds the key, `outbox` the notes."""

    folder: Path
    outbox: Path
    copies: Sequence[Path] = ()
    tree: Tree = field(default_factory=Tree)
    chain: bytes = GENESIS

    def __post_init__(self) -> None:
        key: Any = load_pem_private_key((self.folder / KEY).read_bytes(), None)
        self.key: Ed25519PrivateKey = key
        line = (self.folder / PUBLIC).read_text(encoding="utf-8")
        self.origin, self.public = read_key(line)
        self.outbox.mkdir(parents=True, exist_ok=True)
        self._go_on()

    def waiting(self) -> int:
        """How many entries it has not vouched for."""
        return max(0, AuditHead.objects.values_list("seq", flat=True).get(pk=1) - self.tree.size)

    def sign(self) -> list[Path]:
        """Signs what came since, at most MOST_IN_A_NOTE entries a note; returns the notes.

        Raises Refused, and signs nothing more, where the log does not go on from what was signed.
        """
        made: list[Path] = []
        if self.waiting() == 0:
            self._still_there()
            return made
        links: list[bytes] = []
        for seq, body, stored in _rows(self.tree.size):
            self._goes_on(seq, body, stored)
            links.append(stored[:KEPT])
            if len(links) == MOST_IN_A_NOTE:
                made.append(self._note(links))
                links = []
        if links:
            made.append(self._note(links))
        return made

    def _goes_on(self, seq: int, body: bytes, stored: bytes) -> None:
        if seq != self.tree.size + 1 or link(self.chain, body) != stored:
            raise Refused(
                f"The log does not go on from entry {self.tree.size:,}, which was signed. Nothing"
                " is signed any more. Compare it with a checkpoint that somebody else keeps."
            )
        self.chain = stored
        self.tree.add(leaf(body))

    def _still_there(self) -> None:
        head = AuditHead.objects.get(pk=1)
        if head.seq < self.tree.size or (
            head.seq == self.tree.size and head.seq and bytes(head.hash) != self.chain
        ):
            raise Refused(
                f"The log ends at entry {head.seq:,}, but {self.tree.size:,} were signed. Nothing"
                " is signed any more. Compare it with a checkpoint that somebody else keeps."
            )

    def _note(self, links: list[bytes]) -> Path:
        size = self.tree.size
        text = text_of(self.origin, size, self.tree.root, self.chain, b"".join(links))
        note = signed(text, self.origin, self.public, self.key.sign(text.encode()))
        path = self.outbox / NAMED.format(size)
        _put(path, note)
        self.copy()
        return path

    def copy(self) -> list[str]:
        """Puts what is missing into the other folders; returns what went wrong, in words. A folder
        that cannot be reached now gets it the next time."""
        faults = []
        for place in self.copies:
            try:
                place.mkdir(parents=True, exist_ok=True)
                there = {file.name for file in files_in(place)}
                for file in files_in(self.outbox):
                    if file.name not in there:
                        _put(place / file.name, file.read_text(encoding="utf-8"))
            except (OSError, Refused) as fault:
                faults.append(f"Checkpoints could not be put into {place}: {fault}")
        return faults

    def _go_on(self) -> None:
        """Reads the log from its beginning up to the newest note, which it must fit: what was
        signed is not taken on trust when the process starts anew."""
        newest = newest_note(self.outbox)
        size = newest.size if newest else 0
        for seq, body, stored in _rows(0) if size else ():
            self._goes_on(seq, body, stored)
            if seq == size:
                break
        if newest and (self.tree.size, self.chain) != (size, newest.chain):
            raise Refused(
                f"The log is not the one of which {size:,} entries were signed. Nothing is signed"
                " any more. Compare it with a checkpoint that somebody else keeps."
            )


def _put(path: Path, text: str) -> None:
    """Writes a file whole or not at all, and never over another."""
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    with part.open("rb") as file:
        os.fsync(file.fileno())
    try:
        os.link(part, path)
    except FileExistsError:
        raise Refused(f"There is a checkpoint {path.name} already, and it is kept.") from None
    finally:
        part.unlink()


def files_in(outbox: Path) -> list[Path]:
    """The notes of a folder, the oldest first."""
    return sorted(outbox.glob("checkpoint-*.txt"))


def newest_note(outbox: Path) -> Note | None:
    """The newest note of a folder."""
    files = files_in(outbox)
    return next(notes_in(files[-1].read_text(encoding="utf-8")), None) if files else None


def notes_from(place: Path) -> list[Note]:
    """All notes of a folder, or of a file of them. Raises Unreadable, Refused where there is
    none."""
    files = files_in(place) if place.is_dir() else [place]
    found = [note for file in files for note in notes_in(file.read_text(encoding="utf-8"))]
    if not found:
        raise Refused(f"There is no checkpoint in {place}.")
    return found


def log_rows() -> Iterator[tuple[int, bytes, bytes]]:
    """Every entry of the log as `checking` takes it."""
    return _rows(0)


def keep_signing(
    begin: Callable[[], Signer], said: Callable[[str], object], done: Callable[[], bool]
) -> None:
    """Signs every LASTS_LONG seconds, or once MOST_IN_A_NOTE entries wait, until it is `done`.

    Where the log does not go on from what was signed, it says so, signs nothing, and looks again
    from the beginning: somebody may have restored the true one. It never ends by itself, for the
    pages are served beside it.
    """
    signer, last = None, 0.0
    while not done():
        try:
            signer = signer or begin()
            if signer.waiting() >= MOST_IN_A_NOTE or time.monotonic() - last >= LASTS_LONG:
                last = time.monotonic()
                signer.sign()
                for fault in signer.copy():
                    said(fault)
        except (Refused, Unreadable) as refused:
            said(str(refused))
            signer = None
            _rest(done)
        except (DatabaseError, OSError) as fault:
            said(f"The log could not be read or signed: {type(fault).__name__}. It is tried again.")
            connection.close()
        time.sleep(LOOKS)


def _rest(done: Callable[[], bool]) -> None:
    until = time.monotonic() + LASTS_LONG
    while not done() and time.monotonic() < until:
        time.sleep(LOOKS)
