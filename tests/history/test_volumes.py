"""Notes bound into volumes: so few files, every note to the letter, and none lost on the way."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.history.room import chained
from wansdyke.history import checking, keepers
from wansdyke.history.checking import Unreadable, check, notes_in
from wansdyke.history.checkpoints import Signer, log_rows, make_key, newest_note
from wansdyke.history.keepers import BOUND, NAMED, Folder, all_in, newest_of

pytestmark = pytest.mark.django_db
Key = tuple[str, bytes]


@pytest.fixture(autouse=True)
def _short_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keepers, "A_DAY", 3)


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    make_key(tmp_path / "key")
    return Signer(tmp_path / "key", tmp_path / "out", [Folder(tmp_path / "copy")])


def signed(signer: Signer, count: int) -> str:
    """So many notes more, copied as each is made; what they say, one after the other."""
    said = []
    for _ in range(count):
        chained(2)
        (made,) = signer.sign()
        said.append(made.read_text(encoding="utf-8"))
        assert signer.copy() == []
    return "".join(said)


def key_of(signer: Signer) -> Key:
    return signer.origin, signer.public


def test_there_are_few_files_and_every_note_is_in_them(signer: Signer, tmp_path: Path) -> None:
    said = signed(signer, 14)
    for name in ("out", "copy"):
        folder = Folder(tmp_path / name)
        assert [len(list(notes_in(text))) for text in folder.texts()] == [3, 3, 3, 1, 1, 1, 1, 1]
        assert "".join(folder.texts()) == said
        assert check(log_rows(), all_in(folder), key_of(signer)).vouched == 28
    assert Folder(tmp_path / "out").names() == Folder(tmp_path / "copy").names()
    again = Signer(tmp_path / "key", tmp_path / "out", signer.copies)
    assert (again.tree.size, again.sign()) == (28, [])


def test_the_file_that_checks_takes_a_folder_of_volumes(signer: Signer, tmp_path: Path) -> None:
    signed(signer, 8)
    log, key = tmp_path / "log", tmp_path / "out" / "log-key.pub"
    rows = [
        json.dumps({"seq": seq, "body": body.decode(), "hash": stored.hex()})
        for seq, body, stored in log_rows()
    ]

    def ran() -> str:
        log.write_text("\n".join(rows) + "\n", encoding="utf-8")
        words = [sys.executable, "-I", checking.__file__, log, tmp_path / "copy", key]
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout

    assert "All 16 entries fit; checkpoints vouch for 16." in ran()
    del rows[12:]
    assert "broken at entry 13: it is missing from the end" in ran()


def test_what_was_bound_when_the_process_ended_is_taken_away_later(
    signer: Signer, tmp_path: Path
) -> None:
    said = signed(signer, 6)
    out = tmp_path / "out"
    first, *_ = notes_in(said)
    text = Folder(out).read(NAMED.format(first.size))
    (out / NAMED.format(first.size)).write_text(text, encoding="utf-8")
    assert len(Folder(out).names()) == 5
    signer.copy()
    assert len(Folder(out).names()) == 4
    assert "".join(Folder(out).texts()) == said


def test_a_note_that_says_something_else_than_the_volume_stays(
    signer: Signer, tmp_path: Path
) -> None:
    signed(signer, 5)
    name = NAMED.format(2)
    changed = (tmp_path / "copy" / name).read_text(encoding="utf-8").replace("chain ", "chain 0", 1)
    (tmp_path / "copy" / name).write_text(changed, encoding="utf-8")
    signed(signer, 1)
    assert name not in Folder(tmp_path / "out").names()
    assert (tmp_path / "copy" / name).read_text(encoding="utf-8") == changed


def test_what_cannot_be_read_is_not_bound_and_hides_nothing(signer: Signer, tmp_path: Path) -> None:
    signed(signer, 1)
    (tmp_path / "out" / NAMED.format(1)).write_text("rubbish", encoding="utf-8")
    chained(10)
    for _ in range(8):
        chained(1)
        signer.sign()
        signer.copy()
    assert (tmp_path / "out" / NAMED.format(1)).read_text(encoding="utf-8") == "rubbish"
    volumes = [name for name in Folder(tmp_path / "out").names() if BOUND.fullmatch(name)]
    assert len(volumes) == 2
    with pytest.raises(Unreadable):
        all_in(Folder(tmp_path / "out"))


def test_a_note_is_still_read_by_whoever_named_it_before_it_was_bound(
    signer: Signer, tmp_path: Path
) -> None:
    said = signed(signer, 5)
    folder = Folder(tmp_path / "out")
    named = folder.names()
    signed(signer, 1)
    assert named[0] not in folder.names()
    assert "".join(folder.read(name) for name in named) == said
    with pytest.raises(FileNotFoundError):
        folder.read(NAMED.format(999))


def test_a_copy_that_was_away_for_days_gets_the_volumes(signer: Signer, tmp_path: Path) -> None:
    said = signed(signer, 9)
    late = Folder(tmp_path / "late")
    late.put(NAMED.format(2), Folder(tmp_path / "out").read(NAMED.format(2)))
    signer.copies = [late]
    assert signer.copy() == []
    assert late.names() == Folder(tmp_path / "out").names()
    assert "".join(late.texts()) == said


def test_the_newest_note_is_found_in_a_volume_too(signer: Signer, tmp_path: Path) -> None:
    signed(signer, 6)
    out = tmp_path / "out"
    for file in out.glob("checkpoint-*.txt"):
        file.unlink()
    newest = newest_note(out)
    assert newest is not None
    assert newest.size == 6
    assert newest_of(Folder(out), key_of(signer)) == newest
