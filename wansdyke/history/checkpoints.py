"""Signed checkpoints of the audit chain, by a process and a key of their own.

Whoever can write to the database can write the whole chain anew. What they cannot do is take back
a checkpoint that somebody else has. This process only reads the chain; it signs nothing that does
not go on from what it signed before.
"""

import base64
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
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
    ED25519,
    GENESIS,
    KEPT,
    Note,
    Tree,
    Unreadable,
    genuine,
    key_id,
    leaf,
    link,
    notes_in,
)
from wansdyke.history.keepers import NAMED, Folder, Keeper, all_in, newest_of, put_again, readable
from wansdyke.history.models import AuditHead
from wansdyke.history.verify import rows_after
from wansdyke.kernel.flow import Refused

KEY, LAST, PUBLIC = "log-key.pem", "last-checkpoint.txt", "log-key.pub"
NAME = "wansdyke"
MOST_IN_A_NOTE = 1_000
NO_MORE = "Nothing is signed any more. Compare it with a checkpoint that somebody else keeps."
# Seconds between two notes of a log that grows, and between two looks at it.
LASTS_LONG, LOOKS = 60.0, 2.0
AGAIN = "The log could not be read or signed: {}. It is tried again."


def text_of(origin: str, size: int, root: bytes, chain: bytes, links: bytes) -> str:
    """What a note says, as it is signed."""
    lines = (
        origin,
        str(size),
        base64.b64encode(root).decode(),
        f"chain {chain.hex()}",
        f"links {base64.b64encode(links).decode()}",
    )
    return "".join(f"{line}\n" for line in lines)


def key_line(origin: str, public: bytes) -> str:
    """A public key as it is handed out."""
    coded = base64.b64encode(ED25519 + public).decode()
    return f"{origin}+{key_id(origin, public).hex()}+{coded}"


def signed(text: str, origin: str, public: bytes, signature: bytes) -> str:
    """A note as it is handed out."""
    coded = base64.b64encode(key_id(origin, public) + signature).decode()
    return f"{text}\n— {origin} {coded}\n"


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
    handle = os.open(folder / KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(coded)
    return key_line(_origin(public), public)


def _origin(public: bytes) -> str:
    return f"{NAME}/{public.hex()[:8]}"


def _rows(after: int) -> Iterator[tuple[int, bytes, bytes]]:
    with connection.cursor() as cursor:
        for rows in rows_after(cursor, connection.vendor, after or None):
            yield from ((seq, bytes(body), bytes(stored)) for seq, body, stored in rows)


@dataclass
class Signer:
    """Signs the log as it grows. `folder` holds the key and the last note, for itself alone;
    `outbox` the notes and the public key, for everybody; `copies` get each note as well."""

    folder: Path
    outbox: Path
    copies: Sequence[Keeper] = ()
    tree: Tree = field(default_factory=Tree)
    chain: bytes = GENESIS
    # The first bytes of each link since the last note that was written down.
    links: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        key: Any = load_pem_private_key((self.folder / KEY).read_bytes(), None)
        self.key: Ed25519PrivateKey = key
        self.public = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.origin = _origin(self.public)
        readable(self.outbox)
        self._go_on()
        put_again(self.outbox / PUBLIC, f"{key_line(self.origin, self.public)}\n")

    def waiting(self) -> int:
        """How many entries it has not vouched for."""
        return max(0, _head()[0] - self.tree.size + len(self.links))

    def sign(self) -> list[Path]:
        """Signs what came since, at most MOST_IN_A_NOTE entries a note; returns the notes.

        Raises Refused, and signs nothing more, where the log does not go on from what was signed.
        What could not be written down is signed the next time.
        """
        self._still_there()
        made: list[Path] = []
        for seq, body, stored in _rows(self.tree.size):
            if len(self.links) >= MOST_IN_A_NOTE:
                made.append(self._note())
            self._goes_on(seq, body, stored)
            self.links.append(stored[:KEPT])
        if self.links:
            made.append(self._note())
        return made

    def _goes_on(self, seq: int, body: bytes, stored: bytes) -> None:
        if seq != self.tree.size + 1 or link(self.chain, body) != stored:
            raise Refused(
                f"The log does not go on from entry {self.tree.size:,}, which was signed. {NO_MORE}"
            )
        self.chain = stored
        self.tree.add(leaf(body))

    def _still_there(self) -> None:
        seq, stored = _head()
        if seq < self.tree.size or (seq == self.tree.size and seq and stored != self.chain):
            raise Refused(
                f"The log ends at entry {seq:,}, but {self.tree.size:,} were signed. {NO_MORE}"
            )

    def _note(self) -> Path:
        size = self.tree.size
        text = text_of(self.origin, size, self.tree.root, self.chain, b"".join(self.links))
        note = signed(text, self.origin, self.public, self.key.sign(text.encode()))
        name = NAMED.format(size)
        Folder(self.outbox).put(name, note)
        put_again(self.folder / LAST, note, mode=0o600)
        self.links = []
        return self.outbox / name

    def copy(self) -> list[str]:
        """Binds the oldest notes here, and puts what is missing wherever else notes are kept;
        returns what went wrong, in words. What cannot be reached now gets it the next time."""
        faults, own = [], Folder(self.outbox)
        try:
            own.bind()
        except (OSError, Refused, Unreadable) as fault:
            faults.append(f"Old checkpoints in {own} could not be bound: {fault}")
        for keeper in self.copies:
            try:
                _complete(keeper, own)
            except (OSError, Refused, Unreadable) as fault:
                faults.append(f"Checkpoints could not be put into {keeper}: {fault}")
        return faults

    def _go_on(self) -> None:
        """Reads the log from its beginning up to the newest note that is anywhere to be found,
        which it must fit: what was signed is not taken on trust when the process starts anew, and
        whoever takes the notes away here does not make it forget them."""
        newest = self._newest()
        if newest is None:
            return
        for seq, body, stored in _rows(0):
            self._goes_on(seq, body, stored)
            if seq == newest.size:
                break
        here = self.tree.size, self.chain, self.tree.root
        if here != (newest.size, newest.chain, newest.root):
            raise Refused(
                f"The log is not the one of which {newest.size:,} entries were signed. {NO_MORE}"
            )

    def _newest(self) -> Note | None:
        known = self.origin, self.public
        # What lies in its own folders with another's name is not passed over: with a new key, it
        # would sign a log that was written anew.
        found = [newest_note(self.outbox)]
        last = self.folder / LAST
        if last.exists():
            found += notes_in(last.read_text(encoding="utf-8"))
        for note in found:
            if note:
                genuine(note, known)
        for keeper in self.copies:
            with suppress(OSError):
                found.append(newest_of(keeper, known))
        return max((note for note in found if note), key=lambda note: note.size, default=None)


def _complete(keeper: Keeper, own: Folder) -> None:
    ours = own.names()
    # The newest is compared: a folder of another log has notes of the same names.
    for name in dict.fromkeys([*keeper.missing(ours), *ours[-1:]]):
        keeper.put(name, own.read(name))


def _head() -> tuple[int, bytes]:
    head = AuditHead.objects.filter(pk=1).first()
    if head is None:
        raise Refused("The head of the log is missing. Nothing is signed any more.")
    return head.seq, bytes(head.hash)


def newest_note(outbox: Path) -> Note | None:
    """The newest note of a folder."""
    folder = Folder(outbox)
    names = folder.names()
    return list(notes_in(folder.read(names[-1])))[-1] if names else None


def notes_from(place: Path) -> list[Note]:
    """All notes of a folder, or of a file of them. Raises Unreadable, Refused where there is
    none."""
    if place.is_dir():
        return all_in(Folder(place))
    return list(notes_in(place.read_text(encoding="utf-8")))


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
    signer, last = None, -LASTS_LONG
    while not done():
        try:
            signer = signer or begin()
            if signer.waiting() >= MOST_IN_A_NOTE or time.monotonic() - last >= LASTS_LONG:
                signer.sign()
                # Only now: what could not be signed is tried again at the next look.
                last = time.monotonic()
                for fault in signer.copy():
                    said(fault)
        except (Refused, Unreadable) as refused:
            said(str(refused))
            signer = None
            _rest(done)
        except DatabaseError as fault:
            said(AGAIN.format(type(fault).__name__))
            connection.close()
        except OSError as fault:
            said(AGAIN.format(type(fault).__name__))
        time.sleep(LOOKS)


def _rest(done: Callable[[], bool]) -> None:
    until = time.monotonic() + LASTS_LONG
    while not done() and time.monotonic() < until:
        time.sleep(LOOKS)
