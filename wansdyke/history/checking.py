"""Checks an audit log against checkpoints that were kept outside, or an extract of it. It runs
alone:

    python checking.py LOG CHECKPOINTS [KEY]
    python checking.py --extract EXTRACT KEY

LOG is what “wansdyke audit export” wrote: one entry a line. CHECKPOINTS is a file of notes, one
after the other, as they were handed out, or a folder of such files. KEY is the line that was
handed out beside the first of them; without it signatures are not checked. EXTRACT is what
“wansdyke audit extract” wrote: a checkpoint, and some entries of the log that it vouches for, each
with its proof. That the entries are in the log as it was signed is shown by it; that none was left
out is not, but by their numbers.
It ends with 0 where all fits and 1 where it does not.

Only Python's standard library is used, so that nobody need trust more than this page. Notes are
signed as C2SP signed-note and tlog-checkpoint describe; the tree is that of RFC 6962, the
signature Ed25519 of RFC 8032.
"""

import base64
import binascii
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

GENESIS = b"\0" * 32
ED25519 = b"\x01"
KEPT = 8  # Bytes of each link in a note, by which a changed entry is named exactly.
EMPTY = hashlib.sha256(b"").digest()


def link(previous: bytes, body: bytes) -> bytes:
    """The hash of an entry: SHA-256 over the one before it and its body."""
    return hashlib.sha256(previous + body).digest()


def leaf(body: bytes) -> bytes:
    """An entry as a leaf of the tree."""
    return hashlib.sha256(b"\0" + body).digest()


@dataclass
class Tree:
    """The right edge of a Merkle tree: the roots of its whole subtrees, the largest first."""

    size: int = 0
    edge: list[bytes] = field(default_factory=list)

    def add(self, hashed: bytes) -> None:
        """Adds a leaf."""
        count = self.size
        while count & 1:
            hashed = node(self.edge.pop(), hashed)
            count >>= 1
        self.edge.append(hashed)
        self.size += 1

    @property
    def root(self) -> bytes:
        """The root of all leaves."""
        if not self.edge:
            return EMPTY
        found = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            found = node(left, found)
        return found


def node(left: bytes, right: bytes) -> bytes:
    """The root of two subtrees."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root_by(index: int, size: int, hashed: bytes, path: Iterable[bytes]) -> bytes | None:
    """The root of a tree of a size that has a leaf at an index (from 0), by the leaf's inclusion
    path (RFC 9162, 2.1.3.2); None where the path is not one of that leaf."""
    place, last = index, size - 1
    if not 0 <= place <= last:
        return None
    for other in path:
        if last == 0 or len(other) != 32:
            return None
        if place & 1 or place == last:
            hashed = node(other, hashed)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            hashed = node(hashed, other)
        place, last = place >> 1, last >> 1
    return hashed if last == 0 else None


@dataclass(frozen=True)
class Note:
    """A checkpoint: whose, of how many entries, their root, the last link, the first bytes of each
    link since the note before it, and what was signed with which signature."""

    origin: str
    size: int
    root: bytes
    chain: bytes
    links: bytes
    text: str
    signature: bytes

    @property
    def first(self) -> int:
        """The number of the first entry whose link it keeps."""
        return self.size - len(self.links) // KEPT + 1


class Unreadable(Exception):
    """What was handed in is not a log, a note or a key."""


def key_id(origin: str, public: bytes) -> bytes:
    """The four bytes by which a signature names its key."""
    return hashlib.sha256(origin.encode() + b"\n" + ED25519 + public).digest()[:4]


def read_key(line: str) -> tuple[str, bytes]:
    """The name and the 32 bytes of a key that was handed out. Raises Unreadable."""
    try:
        origin, named, coded = line.strip().split("+", 2)
        whole = base64.b64decode(coded, validate=True)
    except (ValueError, binascii.Error):
        raise Unreadable("The key is not one that Wansdyke handed out.") from None
    public = whole[1:]
    if whole[:1] != ED25519 or len(public) != 32 or key_id(origin, public).hex() != named:
        raise Unreadable("The key is damaged: its name does not fit it.")
    return origin, public


def notes_in(text: str) -> Iterator[Note]:
    """The notes of a file, in their order. Raises Unreadable, naming which; also where there is
    none, and where the file ends within one, for what is cut off must not look like agreement."""
    for number, (said, signatures) in enumerate(apart(text), start=1):
        yield _note("".join(said), signatures, number)


def apart(text: str) -> Iterator[tuple[list[str], list[str]]]:
    """The notes of a file: the lines of each, and those that sign it. Raises as notes_in does."""
    lines, number, place = text.splitlines(keepends=True), 0, 0
    while place < len(lines):
        number += 1
        blank = next((at for at in range(place, len(lines)) if lines[at] == "\n"), -1)
        if blank < 0:
            raise Unreadable(f"Note {number} of the checkpoints is cut off.")
        end = blank + 1
        while end < len(lines) and lines[end].startswith("— "):
            end += 1
        yield lines[place:blank], lines[blank + 1 : end]
        place = end
    if not number:
        raise Unreadable("There is no checkpoint in it.")


def _note(text: str, signatures: list[str], number: int) -> Note:
    try:
        origin, size, root, chain, links = text.splitlines()
        # Others may have put their own names under it.
        (signature,) = (line for line in signatures if line.startswith(f"— {origin} "))
        whole = base64.b64decode(signature.split(" ")[2].strip(), validate=True)
        found = Note(
            origin=origin,
            size=int(size),
            root=base64.b64decode(root, validate=True),
            chain=bytes.fromhex(chain.removeprefix("chain ")),
            links=base64.b64decode(links.removeprefix("links "), validate=True),
            text=text,
            signature=whole[4:],
        )
    except (ValueError, IndexError, binascii.Error):
        raise Unreadable(f"Note {number} of the checkpoints is not one.") from None
    if found.size < 1 or found.first < 1 or len(found.links) % KEPT or len(whole) != 68:
        raise Unreadable(f"Note {number} of the checkpoints is not one.")
    return found


@dataclass(frozen=True)
class Verdict:
    """How many entries fit, up to which the checkpoints vouch for them, and the first that does
    not fit with why."""

    entries: int
    vouched: int
    first_bad: int | None = None
    why: str = ""

    @property
    def intact(self) -> bool:
        return self.first_bad is None


Entries = Iterable[tuple[int, bytes, bytes]]
CUT, CHANGED = "it is missing from the end", "it is not the entry that was vouched for"
OTHER = "it was added, changed or taken away since the checkpoint"


def check(entries: Entries, notes: Iterable[Note], key: tuple[str, bytes] | None = None) -> Verdict:
    """Compares entries (number, body, link) with notes; names the first that does not fit.

    Raises Unreadable for a note of another log, or one whose signature is not of the key: of every
    note that a verdict rests on, be it for the log or against it.
    """
    waiting = sorted(notes, key=lambda note: note.size)
    for note in waiting[-1:]:
        genuine(note, key)
    kept = _kept(waiting)
    tree, previous, vouched, place = Tree(), GENESIS, 0, 0
    for seq, body, stored in entries:
        if seq != tree.size + 1:
            return Verdict(tree.size, vouched, tree.size + 1, "it is missing")
        previous = link(previous, body)
        if previous != stored:
            return Verdict(tree.size, vouched, seq, "it does not fit the entry before it")
        for first, note in kept.get(seq, ()):
            if first != stored[:KEPT]:
                genuine(note, key)
                return Verdict(tree.size, vouched, seq, CHANGED)
        tree.add(leaf(body))
        while place < len(waiting) and waiting[place].size == seq:
            note, place = waiting[place], place + 1
            if note.chain != stored or note.root != tree.root:
                genuine(note, key)
                return Verdict(seq - 1, vouched, vouched + 1, OTHER)
            vouched = seq
    if place < len(waiting):
        genuine(waiting[place], key)
        return Verdict(tree.size, vouched, tree.size + 1, CUT)
    return Verdict(tree.size, vouched)


def _kept(notes: Iterable[Note]) -> dict[int, list[tuple[bytes, Note]]]:
    found: dict[int, list[tuple[bytes, Note]]] = {}
    for note in notes:
        for n in range(len(note.links) // KEPT):
            first = note.links[n * KEPT : (n + 1) * KEPT]
            found.setdefault(note.first + n, []).append((first, note))
    return found


def genuine(note: Note, key: tuple[str, bytes] | None) -> None:
    """Raises Unreadable for a note of another log, or that the key did not sign."""
    if key is None:
        return
    origin, public = key
    if note.origin != origin:
        raise Unreadable(f"The checkpoint of {note.size} entries is of another log.")
    if not verified(public, note.text.encode(), note.signature):
        raise Unreadable(f"The signature of the checkpoint of {note.size} entries is not genuine.")


P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]


def _plus(a: Point, b: Point) -> Point:
    one, two = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    three, four = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = two - one, four - three, four + three, two + one
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(many: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while many:
        if many & 1:
            found = _plus(found, point)
        point, many = _plus(point, point), many >> 1
    return found


def _x_of(y: int, sign: int) -> int | None:
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def _point(coded: bytes) -> Point | None:
    number = int.from_bytes(coded, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    x = _x_of(y, sign) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = _x_of(BASE_Y, 0) or 0
BASE: Point = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def verified(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature (64 bytes) of a message is that of a public key (32 bytes)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    owner, drawn = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if owner is None or drawn is None or scalar >= ORDER:
        return False
    hashed = hashlib.sha512(signature[:32] + public + message).digest()
    left = _times(scalar, BASE)
    right = _plus(drawn, _times(int.from_bytes(hashed, "little") % ORDER, owner))
    same_x = (left[0] * right[2] - right[0] * left[2]) % P == 0
    return same_x and (left[1] * right[2] - right[1] * left[2]) % P == 0


def entries_in(lines: Iterable[str]) -> Iterator[tuple[int, bytes, bytes]]:
    """The entries of an exported log. Raises Unreadable, naming the line."""
    for number, line in enumerate(lines, start=1):
        try:
            said = json.loads(line)
            found = int(said["seq"]), said["body"].encode(), bytes.fromhex(said["hash"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Unreadable(f"Line {number} of the log is not an entry.") from None
        yield found


def check_extract(lines: Iterable[str], key: tuple[str, bytes]) -> tuple[int, Note]:
    """How many entries an extract has, and the note that vouches for each of them. Raises
    Unreadable, naming the line, for whatever is not as it was signed."""
    given = iter(lines)
    try:
        (note,) = notes_in(json.loads(next(given))["note"])
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration):
        raise Unreadable("The extract does not begin with a checkpoint.") from None
    genuine(note, key)
    count, before = 0, 0
    for number, line in enumerate(given, start=2):
        try:
            said = json.loads(line)
            seq, hashed = int(said["seq"]), leaf(said["body"].encode())
            path = [bytes.fromhex(one) for one in said["proof"]]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Unreadable(f"Line {number} of the extract is not an entry.") from None
        if seq <= before:
            raise Unreadable(f"Line {number} of the extract is out of order.")
        if root_by(seq - 1, note.size, hashed, path) != note.root:
            raise Unreadable(f"Entry {seq} is not in the log that was signed.")
        count, before = count + 1, seq
    return count, note


def words(verdict: Verdict) -> str:
    """A verdict as a sentence."""
    if not verdict.intact:
        return f"The log is broken at entry {verdict.first_bad}: {verdict.why}."
    rest = verdict.entries - verdict.vouched
    after = f" The last {rest:,} came after it." if rest else ""
    return f"All {verdict.entries:,} entries fit; checkpoints vouch for {verdict.vouched:,}.{after}"


def _key_in(file: str) -> tuple[str, bytes]:
    return read_key(Path(file).read_text(encoding="utf-8"))


def _extract(file: str, key: str) -> int:
    with Path(file).open(encoding="utf-8") as lines:
        try:
            count, note = check_extract(lines, _key_in(key))
        except Unreadable as fault:
            sys.stdout.write(f"{fault}\n")
            return 1
    sys.stdout.write(f"All {count:,} entries are in the log of {note.size:,} that was signed.\n")
    return 0


def main(given: list[str]) -> int:
    """Checks the files named on the command line; returns what the process ends with."""
    if len(given) not in (2, 3):
        sys.stderr.write("Usage: python checking.py LOG CHECKPOINTS [KEY]\n")
        sys.stderr.write("       python checking.py --extract EXTRACT KEY\n")
        return 2
    try:
        if given[0] == "--extract":
            return _extract(given[1], given[-1])
        key = _key_in(given[2]) if len(given) == 3 else None
        place = Path(given[1])
        files = sorted(place.glob("checkpoint*.txt")) if place.is_dir() else [place]
        notes = list(notes_in("".join(file.read_text(encoding="utf-8") for file in files)))
        with Path(given[0]).open(encoding="utf-8") as lines:
            verdict = check(entries_in(lines), notes, key)
    except (Unreadable, OSError, UnicodeDecodeError) as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    sys.stdout.write(f"{words(verdict)}\n")
    return 0 if verdict.intact else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
