"""Extracts: each entry proves that it is in the log that was signed, and nothing else can."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tests.history.room import chained
from tests.home import cast
from wansdyke.history import checking, extracting, watch
from wansdyke.history.asking import narrowed
from wansdyke.history.checking import Tree, Unreadable, check_extract, leaf, read_key, root_by
from wansdyke.history.checkpoints import PUBLIC, Signer, make_key
from wansdyke.history.extracting import extract, paths, roots_of, siblings
from wansdyke.history.keepers import newest_of
from wansdyke.history.models import AuditEntry
from wansdyke.history.places import own
from wansdyke.kernel.flow import Refused

SIZES = st.integers(1, 300)


def proof(size: int, index: int) -> tuple[bytes, list[bytes]]:
    """The root of so many leaves, and the path of one."""
    leaves = [(n, n + 1, leaf(b"%d" % n)) for n in range(size)]
    asked = siblings(index, size)
    found = roots_of(set(asked), leaves)
    return found[0, size], [found[one] for one in asked]


@given(SIZES, st.data())
def test_every_leaf_of_a_tree_of_any_size_is_proven(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    root, path = proof(size, index)
    tree = Tree()
    for n in range(size):
        tree.add(leaf(b"%d" % n))
    assert tree.root == root
    assert root_by(index, size, leaf(b"%d" % index), path) == root


@given(SIZES, st.data())
def test_a_changed_leaf_index_size_or_path_proves_nothing(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    root, path = proof(size, index)
    hashed = leaf(b"%d" % index)
    assert root_by(index, size, leaf(b"other"), path) != root
    wrong = data.draw(st.integers(-2, size + 2).filter(lambda n: n != index))
    assert root_by(wrong, size, hashed, path) != root
    assert root_by(index, size, hashed, [*path, hashed]) != root
    if path:
        at, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
        other = bytearray(path[at])
        other[bit // 8] ^= 1 << bit % 8
        assert root_by(index, size, hashed, [*path[:at], bytes(other), *path[at + 1 :]]) != root
        assert root_by(index, size, hashed, path[:-1]) != root
        assert root_by(index, size, hashed, [path[0][:31], *path[1:]]) != root


@pytest.fixture
def signed(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Signer]:
    """A log of 50 entries of which 47 are signed, in tiles of eight."""
    monkeypatch.setattr(extracting, "TILE", 8)
    data = tmp_path / "data"
    data.mkdir()
    with override_settings(DATA_DIR=data, CHECKPOINTS=tmp_path / "out"):
        chained(47)
        make_key(tmp_path / "key")
        made = Signer(tmp_path / "key", tmp_path / "out")
        made.sign()
        chained(3)
        yield made


def key() -> tuple[str, bytes]:
    return read_key((settings.CHECKPOINTS / PUBLIC).read_text())


@pytest.mark.parametrize("low", [1, 8, 9, 40, 47])
def test_what_is_asked_for_is_in_it_and_proven_and_nothing_else_is(
    signed: Signer, low: int
) -> None:
    rows = AuditEntry.objects.filter(seq__gte=low, seq__lte=low + 9)
    for _ in range(2):
        lines, beyond = extract(rows, {"first": str(low)})
        count, note = check_extract(lines, key())
        assert note.size == 47
        assert count == min(low + 9, 47) - low + 1
        assert beyond == max(0, min(low + 9, 50) - 47)
    for number in range(1, 51):
        inside = f"CT-{number - 1:04d}" in "".join(lines)
        assert inside == (low <= number <= min(low + 9, 47))


def test_a_changed_extract_is_refused_naming_what_is_wrong(signed: Signer) -> None:
    lines, _ = extract(AuditEntry.objects.filter(seq__in=[3, 20, 47]), {})

    def changed(at: int, **values: object) -> list[str]:
        return [*lines[:at], json.dumps(json.loads(lines[at]) | values), *lines[at + 1 :]]

    body = json.loads(lines[2])["body"].replace("consultation", "search")
    for wrong, words in (
        (changed(2, body=body), "Entry 20 is not"),
        (changed(2, seq=21), "Entry 21 is not"),
        (changed(3, proof=[]), "Entry 47 is not"),
        ([lines[0], lines[2], lines[1]], "out of order"),
        ([lines[0], lines[1], lines[1]], "out of order"),
        (lines[1:], "does not begin"),
        ([], "does not begin"),
        ([*lines, "rubbish"], "Line 5"),
        (changed(0, note=json.loads(lines[0])["note"].replace("\n47\n", "\n48\n")), "genuine"),
    ):
        with pytest.raises(Unreadable, match=words):
            check_extract(wrong, key())


def test_what_is_kept_of_another_log_does_not_spoil_it(signed: Signer) -> None:
    tiles = settings.DATA_DIR / extracting.TILES
    tiles.write_bytes(bytes(32 * 4) + b"torn")
    lines, _ = extract(AuditEntry.objects.filter(seq=10), {})
    assert check_extract(lines, key())[0] == 1
    assert len(tiles.read_bytes()) == 32 * 5


def test_a_log_that_was_changed_is_not_extracted(
    signed: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = newest_of(own(), key())
    assert note is not None
    monkeypatch.setattr(
        extracting, "_leaves", lambda low, high: (leaf(b"x") for _ in range(low, high))
    )
    with pytest.raises(Refused, match="does not fit its newest checkpoint"):
        paths(note, {3}, settings.DATA_DIR)


def test_what_nobody_signed_is_not_extracted(signed: Signer, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="try again"):
        extract(AuditEntry.objects.filter(seq=49), {})
    with override_settings(CHECKPOINTS=tmp_path / "none"), pytest.raises(Refused, match="Nothing"):
        extract(AuditEntry.objects.all(), {})


def test_the_file_that_checks_runs_alone(signed: Signer, tmp_path: Path) -> None:
    lines, _ = extract(AuditEntry.objects.filter(seq__lte=9), {})
    file = tmp_path / "extract"

    def ran(given: list[str]) -> subprocess.CompletedProcess[str]:
        file.write_text("".join(given), encoding="utf-8")
        words = [sys.executable, "-I", checking.__file__, "--extract", str(file)]
        line = str(settings.CHECKPOINTS / PUBLIC)
        return subprocess.run([*words, line], capture_output=True, text=True, check=False)

    fine = ran(lines)
    assert (fine.returncode, fine.stdout) == (
        0,
        "All 9 entries are in the log of 47 that was signed.\n",
    )
    wrong = ran([*lines[:4], lines[4].replace("CT-", "CU-"), *lines[5:]])
    assert (wrong.returncode, wrong.stdout) == (1, "Entry 4 is not in the log that was signed.\n")


def test_the_auditor_gets_the_file_and_the_log_says_so(signed: Signer) -> None:
    auditor = cast.signed_in(cast.user("audrey", cast.AUDITOR))
    assert watch.look_at_tail(timezone.now()) == 0
    assert "The end was last looked at" in auditor.get("/audit/").content.decode()
    page = auditor.get("/audit/extract/", {"reference": "CT-0004"})
    assert 'value="CT-0004"' in page.content.decode()
    answer = auditor.get("/audit/extract/", {"first": "5", "last": "8", "make": "1"})
    lines = answer.content.decode().splitlines()
    assert check_extract(lines, key())[0] == 4
    entry = cast.audited("export")[-1]
    assert (entry["actor"], entry["made"], entry["entries"]) == ("audrey", True, 4)
    for query, words in (
        ({}, "Say which entries"),
        ({"first": "9", "last": "2"}, "The last entry must be"),
        ({"first": "49"}, "try again"),
        ({"first": "x"}, "There is a problem"),
    ):
        said = auditor.get("/audit/extract/", {**query, "make": "1"}).content.decode()
        assert words in said


def test_what_a_reviewer_is_locked_out_of_is_not_in_it(signed: Signer) -> None:
    thing = cast.thing(cast.user("kim", cast.KEEPER)).case.root
    signed.sign()
    auditor = cast.user("audrey", cast.AUDITOR)
    asked = {"reference": thing.reference}
    assert narrowed(cast.actor(auditor), asked).exists()
    cast.locked(thing, auditor, auditor)
    assert not narrowed(cast.actor(auditor), asked).exists()
    said = cast.signed_in(auditor).get("/audit/extract/", {**asked, "make": "1"})
    assert "No entry that was signed matches" in said.content.decode()
