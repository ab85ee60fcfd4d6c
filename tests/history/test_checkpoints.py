"""The process that signs: what it signs, what it refuses to sign, and what stops it not."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import OperationalError

from tests.databases import Database
from tests.history.kept_notes import files_in
from tests.history.logs import ATTACKS, LENGTH, genuinely, log_of, made_up, noted
from tests.history.room import chained, execute
from wansdyke.history import checking, checkpoints
from wansdyke.history.checking import KEPT, Unreadable, check, notes_in, read_key
from wansdyke.history.checkpoints import (
    Signer,
    keep_signing,
    key_line,
    log_rows,
    make_key,
    notes_from,
    signed,
    text_of,
)
from wansdyke.history.keepers import Folder
from wansdyke.history.models import AuditHead
from wansdyke.kernel.flow import Refused


@pytest.fixture
def mine(tmp_path: Path) -> Signer:
    line = make_key(tmp_path / "key")
    signer = Signer(tmp_path / "key", tmp_path / "out")
    assert key_line(*read_key(line)) == line
    assert read_key(line) == (signer.origin, signer.public)
    return signer


@pytest.mark.django_db
def test_it_signs_what_came_and_the_file_that_checks_runs_alone(tmp_path: Path) -> None:
    chained(12)
    line = make_key(tmp_path / "key")
    signer = Signer(tmp_path / "key", tmp_path / "out", [Folder(tmp_path / "copy")])
    (first,) = signer.sign()
    assert signer.copy() == []
    assert signer.sign() == []
    chained(3)
    assert signer.waiting() == 3
    (second,) = signer.sign()
    assert signer.copy() == []
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
    public = signer.public
    text = noted(log, [30])[0].text.replace("here", signer.origin, 1)
    (tmp_path / "out").mkdir(exist_ok=True)
    whole = signed(text, signer.origin, public, signer.key.sign(text.encode()))
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


@pytest.mark.django_db
@pytest.mark.parametrize(("size", "links"), [(5, 5), (3, 0), (3, 3), (9, 0), (9, 9)])
def test_a_forged_note_accuses_no_log_beside_genuine_ones(
    mine: Signer, size: int, links: int
) -> None:
    log = log_of([b"entry %d" % n for n in range(8)])
    key = (mine.origin, mine.public)
    notes = genuinely(log, [8], mine)
    assert check(log, notes, key).intact
    forged = text_of(mine.origin, size, bytes(32), bytes(32), bytes(links * KEPT))
    notes += notes_in(signed(forged, mine.origin, mine.public, bytes(64)))
    with pytest.raises(Unreadable, match="not genuine"):
        check(log, notes, key)


@pytest.mark.django_db
def test_genuine_notes_name_the_entry_with_the_key_in_hand(mine: Signer) -> None:
    for attack in ATTACKS:
        draw = Random(attack.__name__)
        log, _ = made_up(draw)
        notes = genuinely(log, [7, 20, LENGTH], mine)
        after, first = attack(log, *draw.sample(range(1, LENGTH + 1), 2))
        verdict = check(after, notes, (mine.origin, mine.public))
        assert verdict.first_bad == first, attack.__name__


@pytest.mark.django_db
def test_taking_the_notes_away_does_not_make_the_signer_forget(tmp_path: Path) -> None:
    chained(6)
    make_key(tmp_path / "key")
    (made,) = Signer(tmp_path / "key", tmp_path / "out").sign()
    made.unlink()
    assert Signer(tmp_path / "key", tmp_path / "out").sign() == []
    log = log_of([b"another %d" % n for n in range(30)])
    signer = Signer(tmp_path / "key", tmp_path / "out")
    text = noted(log, [30])[0].text.replace("here", signer.origin, 1)
    note = signed(text, signer.origin, signer.public, signer.key.sign(text.encode()))
    (tmp_path / "key" / "last-checkpoint.txt").write_text(note)
    with pytest.raises(Refused, match=r"does not go on|is not the one"):
        Signer(tmp_path / "key", tmp_path / "out")


@pytest.mark.parametrize("fault", [OSError("disk full"), OperationalError("gone")])
@pytest.mark.parametrize("where", ["put", "put_again", "_rows"])
def test_what_failed_once_is_signed_at_the_next_look_with_all_its_links(
    committed_db: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
    where: str,
) -> None:
    chained(5)
    make_key(tmp_path / "key")
    signer = Signer(tmp_path / "key", tmp_path / "out")
    monkeypatch.setattr(checkpoints, "LOOKS", 0.0)
    owner = Folder if where == "put" else checkpoints
    real, faults = getattr(owner, where), [fault]

    def fails_once(*given: Any, **named: Any) -> Any:
        if where == "_rows":
            return cut_short(real(*given), faults)
        if faults:
            raise faults.pop()
        return real(*given, **named)

    monkeypatch.setattr(owner, where, fails_once)
    said: list[str] = []
    looks = iter(range(6))
    keep_signing(lambda: signer, said.append, lambda: next(looks, None) is None)
    assert [words for words in said if "tried again" in words] == said
    assert len(said) == 1
    (note,) = notes_from(tmp_path / "out")
    assert (note.first, note.size) == (1, 5)
    assert Signer(tmp_path / "key", tmp_path / "out").waiting() == 0


def cut_short(rows: Iterator[Any], faults: list[Exception]) -> Iterator[Any]:
    """The first three rows, then a fault, where there is one to come."""
    for number, row in enumerate(rows):
        if number == 3 and faults:
            raise faults.pop()
        yield row


@pytest.mark.django_db
def test_a_missing_head_stops_nothing(mine: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    chained(2)
    monkeypatch.setattr(checkpoints, "LASTS_LONG", 0.0)
    monkeypatch.setattr(checkpoints, "LOOKS", 0.0)
    monkeypatch.setattr(AuditHead.objects, "filter", lambda **_: AuditHead.objects.none())
    said: list[str] = []
    keep_signing(lambda: mine, said.append, lambda: len(said) >= 3)
    assert set(said) == {"The head of the log is missing. Nothing is signed any more."}
    monkeypatch.undo()
    assert len(mine.sign()) == 1


@pytest.mark.django_db
def test_another_account_may_read_what_is_handed_out_and_nothing_else(tmp_path: Path) -> None:
    chained(2)
    before = os.umask(0o077)
    try:
        make_key(tmp_path / "key")
        Signer(tmp_path / "key", tmp_path / "out").sign()
    finally:
        os.umask(before)
    modes = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "out").iterdir()}
    assert set(modes.values()) == {0o644}
    assert "log-key.pub" in modes
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in (tmp_path / "key").iterdir())


@pytest.mark.django_db
def test_a_copy_that_cannot_be_reached_gets_what_it_missed_and_holds_nothing_up(
    tmp_path: Path,
) -> None:
    chained(2)
    make_key(tmp_path / "key")
    away = tmp_path / "away"
    away.write_text("not a folder yet")
    signer = Signer(tmp_path / "key", tmp_path / "out", [Folder(away)])
    assert len(signer.sign()) == 1
    (fault,) = signer.copy()
    assert str(away) in fault
    away.unlink()
    chained(2)
    assert len(signer.sign()) == 1
    assert signer.copy() == []
    assert [file.name for file in files_in(away)] == [f.name for f in files_in(tmp_path / "out")]


@pytest.mark.django_db
def test_a_copy_of_another_log_is_told_apart_and_never_written_over(tmp_path: Path) -> None:
    chained(3)
    make_key(tmp_path / "key")
    (tmp_path / "copy").mkdir()
    theirs = tmp_path / "copy" / "checkpoint-000000000000003.txt"
    theirs.write_text("another")
    signer = Signer(tmp_path / "key", tmp_path / "out", [Folder(tmp_path / "copy")])
    assert len(signer.sign()) == 1
    (fault,) = signer.copy()
    assert "another checkpoint" in fault
    assert theirs.read_text() == "another"


@pytest.mark.django_db
def test_a_copy_makes_a_signer_remember_what_was_taken_from_it(tmp_path: Path) -> None:
    chained(6)
    make_key(tmp_path / "key")
    copies = [Folder(tmp_path / "copy")]
    signer = Signer(tmp_path / "key", tmp_path / "out", copies)
    signer.sign()
    assert signer.copy() == []
    for own in (*files_in(tmp_path / "out"), tmp_path / "key" / "last-checkpoint.txt"):
        own.unlink()
    (tmp_path / "copy" / "checkpoint-999999999999999.txt").write_text("rubbish")
    assert Signer(tmp_path / "key", tmp_path / "out", copies).waiting() == 0


@pytest.mark.django_db
def test_a_new_key_does_not_go_on_from_the_notes_of_another(tmp_path: Path) -> None:
    chained(3)
    make_key(tmp_path / "key")
    Signer(tmp_path / "key", tmp_path / "out").sign()
    make_key(tmp_path / "new")
    with pytest.raises(Unreadable, match="another log"):
        Signer(tmp_path / "new", tmp_path / "out")
