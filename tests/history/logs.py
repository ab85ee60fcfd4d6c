"""Logs in memory with their notes, and what somebody might do to them."""

from random import Random

from wansdyke.history.checking import GENESIS, KEPT, Note, Tree, leaf, link, notes_in
from wansdyke.history.checkpoints import Signer, signed, text_of

Log = list[tuple[int, bytes, bytes]]
LENGTH = 40


def log_of(bodies: list[bytes]) -> Log:
    found, previous = [], GENESIS
    for seq, body in enumerate(bodies, start=1):
        previous = link(previous, body)
        found.append((seq, body, previous))
    return found


def noted(log: Log, sizes: list[int], public: bytes = bytes(32)) -> list[Note]:
    notes, tree, last = [], Tree(), 0
    for seq, body, _ in log:
        tree.add(leaf(body))
        if seq in sizes:
            links = b"".join(stored[:KEPT] for _, _, stored in log[last:seq])
            text = text_of("here", seq, tree.root, log[seq - 1][2], links)
            notes += notes_in(signed(text, "here", public, bytes(64)))
            last = seq
    return notes


def changed(log: Log, seq: int) -> bytes:
    return log[seq - 1][1] + b"!"


# Each attack: the log as it is afterwards, and the first entry that is not as it was.
def edit(log: Log, seq: int, other: int) -> tuple[Log, int]:
    return [*log[: seq - 1], (seq, changed(log, seq), log[seq - 1][2]), *log[seq:]], seq


def edit_and_link_again(log: Log, seq: int, other: int) -> tuple[Log, int]:
    bodies = [body for _, body, _ in log]
    bodies[seq - 1] = changed(log, seq)
    return log_of(bodies), seq


def delete(log: Log, seq: int, other: int) -> tuple[Log, int]:
    return log[: seq - 1] + log[seq:], seq


def delete_and_link_again(log: Log, seq: int, other: int) -> tuple[Log, int]:
    return log_of([body for n, body, _ in log if n != seq]), seq


def swap(log: Log, seq: int, other: int) -> tuple[Log, int]:
    first, second = sorted((seq, other))
    bodies = [body for _, body, _ in log]
    bodies[first - 1], bodies[second - 1] = bodies[second - 1], bodies[first - 1]
    return log_of(bodies), first


def insert(log: Log, seq: int, other: int) -> tuple[Log, int]:
    bodies = [body for _, body, _ in log]
    return log_of([*bodies[: seq - 1], b"put in", *bodies[seq - 1 :]]), seq


def clock_back(log: Log, seq: int, other: int) -> tuple[Log, int]:
    bodies = [body.replace(b"2026", b"2025") if n >= seq else body for n, body, _ in log]
    return log_of(bodies), seq


def truncate(log: Log, seq: int, other: int) -> tuple[Log, int]:
    return log[: seq - 1], seq


def old_backup(log: Log, seq: int, other: int) -> tuple[Log, int]:
    kept = [body for _, body, _ in log[: seq - 1]]
    return log_of([*kept, *(b"2026 anew %d" % n for n in range(len(log)))]), seq


def written_anew(log: Log, seq: int, other: int) -> tuple[Log, int]:
    """By whoever has stolen the key as well: everything fits, and is another log."""
    return log_of([b"2026 other " + body for _, body, _ in log]), 1


def head_only(log: Log, seq: int, other: int) -> tuple[Log, int]:
    last = log[-1]
    return [*log[:-1], (last[0], last[1], bytes(32))], last[0]


ATTACKS = [
    edit, edit_and_link_again, delete, delete_and_link_again, swap, insert, clock_back, truncate,
    old_backup, written_anew, head_only,
]  # fmt: skip


def made_up(draw: Random) -> tuple[Log, list[Note]]:
    """A log of forty entries with notes of some of it; the last need not be of the whole."""
    log = log_of([b"2026 entry %d of %d" % (n, draw.random() * 1e9) for n in range(LENGTH)])
    return log, noted(log, sorted(draw.sample(range(1, LENGTH + 1), draw.randint(1, 6))))


def genuinely(log: Log, sizes: list[int], signer: Signer) -> list[Note]:
    """The notes of a log as its signer makes them."""
    notes = []
    for note in noted(log, sizes):
        text = note.text.replace("here", signer.origin, 1)
        made = signed(text, signer.origin, signer.public, signer.key.sign(text.encode()))
        notes += notes_in(made)
    return notes


def linked(log: Log) -> bool:
    """Whether each entry fits the one before it, so that the chain alone shows nothing."""
    return log == log_of([body for _, body, _ in log])
