"""Checkpoints: whatever is done to the log, what somebody else keeps shows where it was changed."""

import json
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.history.room import chained, execute
from wansdyke.history import checking, checkpoints
from wansdyke.history.checking import (
    GENESIS,
    KEPT,
    Note,
    Tree,
    Unreadable,
    check,
    key_line,
    leaf,
    link,
    notes_in,
    read_key,
    signed,
    text_of,
    verified,
)
from wansdyke.history.checkpoints import (
    Signer,
    files_in,
    keep_signing,
    log_rows,
    make_key,
    notes_from,
)
from wansdyke.kernel.flow import Refused

Log = list[tuple[int, bytes, bytes]]
# RFC 8032, section 7.1, tests 1 to 3: public key, message, signature.
SIGNATURES = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c"
            "f9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0"
            "f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f76098"
            "4dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]
# The vectors of certificate transparency for RFC 6962: leaves, and the root after each.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657",
          "606162636465666768696a6b6c6d6e6f"]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize(("public", "message", "signature"), SIGNATURES)
def test_signatures_are_those_of_the_standard(public: str, message: str, signature: str) -> None:
    key, said, whole = (bytes.fromhex(one) for one in (public, message, signature))
    assert verified(key, said, whole)
    assert not verified(key, said + b"x", whole)
    assert not verified(key, said, bytes([whole[0] ^ 1]) + whole[1:])
    assert not verified(key, said, whole[:32] + bytes([whole[32] ^ 1]) + whole[33:])


def test_roots_are_those_of_the_standard() -> None:
    tree = Tree()
    assert tree.root == sha256(b"").digest()
    for hashed, root in zip(LEAVES, ROOTS, strict=True):
        tree.add(leaf(bytes.fromhex(hashed)))
        assert tree.root.hex() == root


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
    log = log_of([b"2026 entry %d of %d" % (n, draw.random() * 1e9) for n in range(40)])
    sizes = sorted({*draw.sample(range(1, 40), draw.randint(0, 5)), 40})
    return log, noted(log, sizes)


def tried(attack: Callable[[Log, int, int], tuple[Log, int]], seed: int) -> None:
    draw = Random(seed)
    log, notes = made_up(draw)
    seq, other = draw.sample(range(1, 41), 2)
    after, first = attack(log, seq, other)
    verdict = check(after, notes)
    assert not verdict.intact, (attack.__name__, seed)
    assert verdict.first_bad == first, (attack.__name__, seed, verdict)


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_attack_is_found_and_its_first_entry_named(
    attack: Callable[[Log, int, int], tuple[Log, int]],
) -> None:
    for seed in range(40):
        tried(attack, seed)


@pytest.mark.proof
@pytest.mark.parametrize("attack", ATTACKS)
def test_every_attack_is_found_in_a_thousand_trials(
    attack: Callable[[Log, int, int], tuple[Log, int]],
) -> None:
    for seed in range(1000):
        tried(attack, seed)


@pytest.mark.proof
def test_a_thousand_clean_logs_raise_no_alarm() -> None:
    for seed in range(1000):
        assert check(*made_up(Random(seed))).intact


@given(st.lists(st.binary(min_size=1), max_size=30), st.data())
def test_a_clean_log_fits_whatever_was_signed(bodies: list[bytes], data: st.DataObject) -> None:
    log = log_of(bodies)
    sizes = data.draw(st.lists(st.integers(1, max(1, len(log))), unique=True))
    verdict = check(log, noted(log, [n for n in sizes if n <= len(log)]))
    assert verdict.intact
    assert verdict.entries == len(log)


def test_what_came_after_the_last_checkpoint_nobody_vouches_for() -> None:
    log = log_of([b"entry %d" % n for n in range(10)])
    notes = noted(log, [6])
    later = log_of([body for _, body, _ in log[:8]] + [b"changed", b"since"])
    verdict = check(later, notes)
    assert verdict.intact
    assert (verdict.entries, verdict.vouched) == (10, 6)


@pytest.mark.django_db
def test_it_signs_what_came_and_the_file_that_checks_runs_alone(tmp_path: Path) -> None:
    chained(12)
    line = make_key(tmp_path / "key")
    signer = Signer(tmp_path / "key", tmp_path / "out", [tmp_path / "copy"])
    (first,) = signer.sign()
    assert signer.sign() == []
    chained(3)
    assert signer.waiting() == 3
    (second,) = signer.sign()
    assert [file.name for file in files_in(tmp_path / "copy")] == [first.name, second.name]
    log, notes, key = (tmp_path / name for name in ("log", "notes", "key.pub"))
    rows = [
        json.dumps({"seq": seq, "body": body.decode(), "hash": stored.hex()})
        for seq, body, stored in log_rows()
    ]
    log.write_text("\n".join(rows) + "\n", encoding="utf-8")
    notes.write_text("".join(one.read_text() for one in files_in(tmp_path / "out")))
    key.write_text(line, encoding="utf-8")
    assert check(log_rows(), notes_from(tmp_path / "out"), read_key(line)).vouched == len(rows)

    def ran(given: Path) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-I", str(checking.__file__), str(given), str(notes), str(key)]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    fine = ran(log)
    assert (fine.returncode, fine.stderr) == (0, "")
    cut = tmp_path / "cut"
    cut.write_text("\n".join(rows[:-2]) + "\n", encoding="utf-8")
    assert f"broken at entry {len(rows) - 1}: it is missing from the end" in ran(cut).stdout


@pytest.mark.django_db
def test_it_signs_nothing_that_does_not_go_on_from_what_it_signed(tmp_path: Path) -> None:
    chained(5)
    make_key(tmp_path / "key")
    Signer(tmp_path / "key", tmp_path / "out").sign()
    signer = Signer(tmp_path / "key", tmp_path / "out")
    execute("UPDATE history_audithead SET seq = seq - 1")
    with pytest.raises(Refused, match="were signed"):
        signer.sign()
    assert len(files_in(tmp_path / "out")) == 1


@pytest.mark.django_db
def test_another_log_is_not_taken_for_the_one_that_was_signed(tmp_path: Path) -> None:
    log = log_of([b"entry %d" % n for n in range(30)])
    make_key(tmp_path / "key")
    signer = Signer(tmp_path / "key", tmp_path / "out")
    _, public = read_key((tmp_path / "key" / "log-key.pub").read_text())
    note = noted(log, [30], public)[0]
    (tmp_path / "out").mkdir(exist_ok=True)
    whole = signed(note.text, note.origin, public, signer.key.sign(note.text.encode()))
    (tmp_path / "out" / "checkpoint-000000000000030.txt").write_text(whole)
    with pytest.raises(Refused, match=r"does not go on|is not the one"):
        Signer(tmp_path / "key", tmp_path / "out")


def test_it_goes_on_looking_where_it_may_not_sign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "LASTS_LONG", 0.0)
    monkeypatch.setattr(checkpoints, "LOOKS", 0.0)
    said: list[str] = []

    def begin() -> Signer:
        raise Refused("The log is not the one")

    keep_signing(begin, said.append, lambda: len(said) >= 3)
    assert said == ["The log is not the one"] * 3


def test_a_second_key_is_refused(tmp_path: Path) -> None:
    make_key(tmp_path / "key")
    assert (tmp_path / "key" / "log-key.pem").stat().st_mode & 0o077 == 0
    with pytest.raises(Refused, match="key in"):
        make_key(tmp_path / "key")


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "no checkpoint"), ("hello\n\n— a b\n", "Note 1"), ("a\n1\nx\n\n— a AAAA\n", "Note 1")],
)
def test_what_is_no_note_is_named(tmp_path: Path, text: str, words: str) -> None:
    place = tmp_path / "notes"
    place.write_text(text)
    with pytest.raises((Unreadable, Refused), match=words):
        notes_from(place)


def test_a_forged_note_does_not_accuse_a_log(tmp_path: Path) -> None:
    line = make_key(tmp_path / "key")
    origin, public = read_key(line)
    assert key_line(origin, public) == line
    log = log_of([b"entry %d" % n for n in range(5)])
    forged = text_of(origin, 5, bytes(32), bytes(32), bytes(5 * KEPT))
    notes = list(notes_in(signed(forged, origin, public, bytes(64))))
    with pytest.raises(Unreadable, match="not genuine"):
        check(log, notes, (origin, public))
