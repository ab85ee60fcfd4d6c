"""The program that checks: whatever was done to a log, notes that somebody keeps show where."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.history.logs import ATTACKS, LENGTH, Log, linked, log_of, made_up, noted
from wansdyke.history.checking import Tree, Unreadable, check, leaf, main, notes_in, verified
from wansdyke.history.checkpoints import notes_from, signed, text_of
from wansdyke.kernel.flow import Refused

Attack = Callable[[Log, int, int], tuple[Log, int]]
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


def tried(attack: Attack, seed: int) -> None:
    draw = Random(f"{attack.__name__} {seed}")
    log, notes = made_up(draw)
    seq, other = draw.sample(range(1, LENGTH + 1), 2)
    after, first = attack(log, seq, other)
    verdict = check(after, notes)
    if not linked(after) or first <= notes[-1].size:
        assert verdict.first_bad == first, (attack.__name__, seed, verdict)
    else:
        # It came after the last checkpoint, and everything fits: nobody can tell.
        assert (verdict.intact, verdict.vouched) == (True, notes[-1].size)


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_attack_on_what_is_vouched_for_is_found_and_its_first_entry_named(
    attack: Attack,
) -> None:
    for seed in range(60):
        tried(attack, seed)


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


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "no checkpoint"), ("hello\n\n— a b\n", "Note 1"), ("a\n1\nx\n\n— a AAAA\n", "Note 1")],
)
def test_what_is_no_note_is_named(tmp_path: Path, text: str, words: str) -> None:
    place = tmp_path / "notes"
    place.write_text(text)
    with pytest.raises((Unreadable, Refused), match=words):
        notes_from(place)


def test_a_note_of_nothing_is_none() -> None:
    with pytest.raises(Unreadable, match="Note 1"):
        list(
            notes_in(signed(text_of("here", 0, bytes(32), bytes(32), b""), "here", bytes(32), b""))
        )


def test_what_is_cut_off_or_empty_is_refused() -> None:
    log = log_of([b"entry %d" % n for n in range(9)])
    whole = "".join(signed(n.text, "here", bytes(32), bytes(64)) for n in noted(log, [3, 6, 9]))
    assert [note.size for note in notes_in(whole)] == [3, 6, 9]
    for length in range(len(whole)):
        try:
            found = [note.size for note in notes_in(whole[:length])]
        except Unreadable:
            continue
        # What ends with a whole note is as good as what was handed out then.
        assert found in ([3], [3, 6], [3, 6, 9])
        assert whole[:length].rstrip("\n").endswith("=") or length == len(whole)
    with pytest.raises(Unreadable, match="no checkpoint"):
        list(notes_in(""))


def test_others_may_put_their_names_under_a_note() -> None:
    log = log_of([b"entry %d" % n for n in range(6)])
    one, two = (signed(n.text, "here", bytes(32), bytes(64)) for n in noted(log, [3, 6]))
    witnessed = f"{one}— council/1 {'A' * 92}\n{two}— health/2 {'A' * 92}\n"
    assert [note.size for note in notes_in(witnessed)] == [3, 6]


@pytest.mark.parametrize("handed_in", ["", "here\n3\n"])
def test_no_checkpoints_is_no_agreement(
    tmp_path: Path, handed_in: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log, notes = tmp_path / "log", tmp_path / "notes"
    log.write_text("")
    notes.write_text(handed_in)
    assert main([str(log), str(notes)]) == 2
    assert "checkpoint" in capsys.readouterr().err
