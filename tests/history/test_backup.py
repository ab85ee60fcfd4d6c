import io
import json
import tarfile
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from tests import databases
from tests.databases import Database
from tests.history.room import chained, control_room, execute, graded_call, operator_of
from tests.history.test_chain import drop_triggers
from wansdyke.access.actors import system_actor
from wansdyke.access.database import as_owner
from wansdyke.access.models import Session, User
from wansdyke.access.running import serving
from wansdyke.casework.models import Case, Deadline
from wansdyke.history import audit
from wansdyke.history.backup import archive, embedded, put_back, server, take
from wansdyke.history.models import AuditEntry
from wansdyke.history.verify import verify
from wansdyke.kernel.flow import Refused


def back_up(tmp_path: Path, name: str = "one.tar") -> Path:
    """A backup of the database the test is pointed at."""
    target = tmp_path / name
    take(target, by=system_actor(), at=timezone.now())
    return target


def put_file(name: str, text: str) -> Path:
    path = Path(settings.FILES_DIR) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def elsewhere(committed_db: Database) -> Iterator[Database]:
    """Another installation: migrated, empty."""
    other = databases.copy("elsewhere")
    yield other
    databases.remove(other)


def remade(source: Path, target: Path, changed: dict[str, bytes | None]) -> Path:
    """The archive with members put in, replaced or (None) left out."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        held = {m.name: old.extractfile(m).read() for m in old}  # type: ignore[union-attr]
        for name, data in (held | changed).items():
            if data is not None:
                info = tarfile.TarInfo(name)
                info.size = len(data)
                new.addfile(info, io.BytesIO(data))
    return target


def manifest_of(path: Path) -> dict[str, object]:
    with tarfile.open(path) as opened:
        stream = opened.extractfile(archive.MANIFEST)
        assert stream
        return dict(json.load(stream))


def test_the_drill_under_load(elsewhere: Database, tmp_path: Path) -> None:
    """Backed up while two writers write, restored elsewhere, whole and verified."""
    room = control_room()
    put_file("documents/one.pdf", "a document")
    stop = threading.Event()

    def write(first: int) -> None:
        number = first
        while not stop.is_set():
            graded_call(operator_of(room), room.team, timezone.now(), number=number)
            number += 1
        connection.close()

    writers = [threading.Thread(target=write, args=(10_000 * n,)) for n in range(2)]
    for writer in writers:
        writer.start()
    try:
        while Case.objects.count() < 20:
            connection.close()
        taken = back_up(tmp_path)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert Case.objects.count() >= 20
    with databases.pointed_at(elsewhere.name, elsewhere.data):
        manifest = put_back(taken, at=timezone.now())
        rows = manifest.contents.rows
        assert Case.objects.count() == rows["casework_case"] >= 20
        # Not torn: each call has its clock, and the roots are those of cases and of callers.
        assert Deadline.objects.count() == Case.objects.count()
        assert rows["access_root"] == 2 * rows["casework_case"]
        assert (Path(settings.FILES_DIR) / "documents/one.pdf").read_text() == "a document"
        assert verify().intact
        assert verify().entries == manifest.contents.audit_entries + 1
        last = json.loads(AuditEntry.objects.latest("seq").body)
        assert (last["operation"], last["restored"]) == ("configuration", "one.tar")
        graded_call(operator_of(room), room.team, timezone.now(), number=99_999)
        assert verify().intact


def test_a_backup_is_itself_in_the_log_it_holds(committed_db: Database, tmp_path: Path) -> None:
    taken = back_up(tmp_path)
    assert manifest_of(taken)["contents"]["audit_entries"] == 1  # type: ignore[index]
    assert json.loads(AuditEntry.objects.get().body)["backup"] == "one.tar"
    assert taken.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["one.tar"]


def test_no_older_backup_is_overwritten(committed_db: Database, tmp_path: Path) -> None:
    taken = back_up(tmp_path)
    before = taken.read_bytes()
    with pytest.raises(Refused, match="exists already"):
        back_up(tmp_path)
    assert taken.read_bytes() == before


def test_data_in_use_is_replaced_only_by_force(committed_db: Database, tmp_path: Path) -> None:
    room = control_room()
    graded_call(operator_of(room), room.team, timezone.now(), number=1)
    kept = put_file("documents/kept", "kept")
    taken = back_up(tmp_path)
    graded_call(operator_of(room), room.team, timezone.now(), number=2)
    later = put_file("documents/later", "later")
    kept.write_text("spoiled")
    Session.objects.create(
        session_key="s", session_data="", expire_date=timezone.now() + timedelta(1)
    )
    with pytest.raises(Refused, match="--force"):
        put_back(taken, at=timezone.now())
    assert Case.objects.count() == 2
    put_back(taken, at=timezone.now(), force=True)
    assert Case.objects.count() == 1
    assert (kept.read_text(), later.exists()) == ("kept", False)
    assert not Session.objects.exists()
    assert verify().intact
    if databases.on_postgres():
        with pytest.raises(Exception, match="permission denied"):
            execute("DELETE FROM history_auditentry")
    put_back(taken, at=timezone.now(), force=True)
    assert Case.objects.count() == 1


def test_a_damaged_backup_changes_nothing(committed_db: Database, tmp_path: Path) -> None:
    room = control_room()
    put_file("documents/one", "one")
    taken = back_up(tmp_path)
    whole = taken.read_bytes()
    middle = len(whole) // 2
    broken = {
        "cut": whole[:middle],
        "flipped": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "empty": b"",
        "other": b"not a tar at all" * 100,
    }
    for name, data in broken.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(Refused):
            put_back(tmp_path / name, at=timezone.now(), force=True)
    changes: list[dict[str, bytes | None]] = [
        {"manifest.json": None},
        {"manifest.json": b"[]"},
        {"database": None},
        {"files/documents/one": b"two"},
        {"files/documents/one": None},
        {"files/extra": b"extra"},
        {"files/../../outside": b"x"},
        {"/outside": b"x"},
    ]
    for changed in changes:
        with pytest.raises(Refused):
            put_back(remade(taken, tmp_path / "x.tar", changed), at=timezone.now(), force=True)
    with pytest.raises(Refused, match="no file"):
        put_back(tmp_path / "nothing", at=timezone.now(), force=True)
    assert room.operator.pk
    assert verify().intact
    assert not list(committed_db.data.glob(".restoring-*"))


def test_a_backup_that_does_not_fit_is_refused(committed_db: Database, tmp_path: Path) -> None:
    taken = back_up(tmp_path)
    said = manifest_of(taken)
    contents = dict(said["contents"])  # type: ignore[call-overload]
    for changed, words in (
        ({"engine": "oracle"}, "oracle"),
        ({"migrations": [*contents["migrations"], "casework.9999_later"]}, "newer release"),
        ({"audit_fault": "entry 3: x"}, "broken"),
    ):
        text = json.dumps({**said, "contents": contents | changed}).encode()
        other = remade(taken, tmp_path / "y.tar", {"manifest.json": text})
        with pytest.raises(Refused, match=words):
            put_back(other, at=timezone.now(), force=True)
    for key, value in (("product", "other"), ("format", 99)):
        other = remade(
            taken, tmp_path / "y.tar", {"manifest.json": json.dumps({**said, key: value}).encode()}
        )
        with pytest.raises(Refused):
            put_back(other, at=timezone.now(), force=True)


def test_a_manifest_that_lies_about_the_database_changes_nothing(
    committed_db: Database, tmp_path: Path
) -> None:
    taken = back_up(tmp_path)
    control_room()
    said = manifest_of(taken)
    contents = dict(said["contents"])  # type: ignore[call-overload]
    contents["rows"] = {**contents["rows"], "casework_case": 7}
    text = json.dumps({**said, "contents": contents}).encode()
    lying = remade(taken, tmp_path / "z.tar", {"manifest.json": text})
    with pytest.raises(Refused, match="not what its manifest says"):
        put_back(lying, at=timezone.now(), force=True)
    assert User.objects.filter(username="operator").exists()


def test_nothing_is_restored_while_the_pages_are_served(
    committed_db: Database, tmp_path: Path
) -> None:
    taken = back_up(tmp_path)
    with serving(committed_db.data), pytest.raises(Refused, match="running"):
        put_back(taken, at=timezone.now(), force=True)
    put_back(taken, at=timezone.now(), force=True)


def test_a_broken_chain_is_backed_up_only_as_evidence(
    committed_db: Database, tmp_path: Path
) -> None:
    chained(5)
    with as_owner():
        drop_triggers()
        execute("UPDATE history_auditentry SET body = '{}' WHERE seq = 3")
    with pytest.raises(Refused, match="entry 3"):
        back_up(tmp_path)
    assert list(tmp_path.iterdir()) == []
    target = tmp_path / "evidence.tar"
    take(target, by=system_actor(), at=timezone.now(), broken_chain=True)
    with pytest.raises(Refused, match="entry 3"):
        put_back(target, at=timezone.now(), force=True)
    put_back(target, at=timezone.now(), force=True, broken_chain=True)
    assert verify().first_bad == 3


def test_a_failure_half_way_leaves_the_old_data(
    committed_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = back_up(tmp_path)
    room = control_room()
    graded_call(operator_of(room), room.team, timezone.now())
    engine = server if databases.on_postgres() else embedded
    monkeypatch.setattr(engine, "copy_in", _fails)
    with pytest.raises(Refused, match="power cut"):
        put_back(taken, at=timezone.now(), force=True)
    assert Case.objects.count() == 1
    assert verify().intact


def _fails(*_given: object) -> None:
    raise Refused("power cut")


def test_an_expired_spreadsheet_that_goes_meanwhile_is_left_out(
    committed_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_file("exports/gone.xlsx", "x")
    put_file("documents/stays", "y")
    before = Path.rglob

    def listed(folder: Path, pattern: str) -> list[Path]:
        found = sorted(before(folder, pattern))
        (folder / "exports/gone.xlsx").unlink(missing_ok=True)
        return found

    monkeypatch.setattr(Path, "rglob", listed)
    monkeypatch.setattr(Path, "is_file", lambda path: path.name in {"gone.xlsx", "stays"})
    manifest = take(tmp_path / "m.tar", by=system_actor(), at=timezone.now())
    assert [part.name for part in manifest.files] == ["files/documents/stays"]


def test_who_took_it_is_named(committed_db: Database, tmp_path: Path) -> None:
    room = control_room()
    take(tmp_path / "n.tar", by=operator_of(room), at=timezone.now())
    body = json.loads(AuditEntry.objects.get(operation=audit.EXPORT).body)
    assert body["actor"] == "operator"
