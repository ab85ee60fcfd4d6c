"""The watched folder: whole files in, each to done or refused, and nothing lost in between."""

import os
from pathlib import Path
from threading import Event, Thread

import pytest
from django.db import connection
from django.utils import timezone

from tests.desks.contact.import_files import somebody
from wansdyke.access.models import Load, Notice
from wansdyke.casework.actions import amend
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.feed import watching
from wansdyke.desks.contact.feed.models import FeedArrival, FeedConflict
from wansdyke.desks.contact.feed.watching import Folder, watch
from wansdyke.desks.contact.models import Contact
from wansdyke.kernel.flow import Refused

pytestmark = pytest.mark.django_db

GOOD = "reference,received_at,grade,notes\nWP-1,2018-12-31 13:50,Priority,Shouting\n"
BAD = "reference,received_at,grade\nWP-2,2018-12-31 13:50,urgent-ish\n"


def folder(path: Path) -> Folder:
    return Folder(path, somebody(), DESK, timezone.now)


def looked(watched: Folder) -> list[str]:
    return [name for name, _ in watched.look()]


def test_a_file_is_loaded_when_it_has_stopped_growing(tmp_path: Path) -> None:
    watched, file = folder(tmp_path), tmp_path / "calls.csv"
    file.write_text(GOOD[:20])
    (tmp_path / "more.csv.part").write_text(GOOD)
    assert looked(watched) == []
    file.write_text(GOOD)
    assert looked(watched) == []
    assert looked(watched) == ["calls.csv"]
    assert (tmp_path / "done" / "calls.csv").read_text() == GOOD
    assert [one.name for one in tmp_path.glob("*.*")] == ["more.csv.part"]
    assert Contact.objects.get().source_reference == "WP-1"
    assert FeedArrival.objects.get().added == 1


def test_a_bad_file_is_put_aside_with_its_faults_and_those_in_charge_are_told(
    tmp_path: Path,
) -> None:
    supervisor = somebody("sasha", "control-room-supervisor")
    manager = somebody("rhona", "records-manager", team="records")
    (tmp_path / "bad.csv").write_text(BAD)
    watch(folder(tmp_path), once=True, rest=lambda: None, say=lambda words: None)
    faults = (tmp_path / "refused" / "bad.csv.faults.txt").read_text()
    assert "row 2, column “grade”" in faults
    assert (tmp_path / "refused" / "bad.csv").exists()
    assert not Contact.objects.exists()
    told = {notice.user_id: notice.text for notice in Notice.objects.all()}
    assert set(told) == {supervisor.user_id, manager.user_id}
    assert "WP-2" not in "".join(told.values())
    arrival = FeedArrival.objects.get()
    assert (arrival.refused, arrival.faults) == (1, [{"reference": "row 2", "field": "grade"}])


def test_the_same_file_again_changes_nothing_and_overwrites_no_other(tmp_path: Path) -> None:
    for _ in range(2):
        (tmp_path / "calls.csv").write_text(GOOD)
        watch(folder(tmp_path), once=True, rest=lambda: None, say=lambda words: None)
    assert {one.name for one in (tmp_path / "done").iterdir()} == {"calls.csv", "calls.2.csv"}
    assert Contact.objects.get().case.root.version == 1
    assert Load.objects.count() == 1


def test_a_file_keeps_what_a_person_wrote_and_says_so_once(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text(GOOD)
    watch(folder(tmp_path), once=True, rest=lambda: None, say=lambda words: None)
    contact = Contact.objects.get()
    version = contact.case.root.version
    amend(
        contact,
        {"notes": "Written here"},
        desk=DESK,
        by=somebody(),
        at=timezone.now(),
        key="a",
        version=version,
    )
    for _ in range(2):
        (tmp_path / "calls.csv").write_text(GOOD)
        watch(folder(tmp_path), once=True, rest=lambda: None, say=lambda words: None)
    contact.refresh_from_db()
    assert contact.notes == "Written here"
    assert FeedConflict.objects.get().said == "Shouting"
    assert Load.objects.count() == 2


def test_killed_between_the_load_and_the_move_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "calls.csv").write_text(GOOD)

    def killed(file: Path, to: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("wansdyke.desks.contact.feed.watching._put", killed)
        with pytest.raises(KeyboardInterrupt):
            watch(folder(tmp_path), once=True, rest=lambda: None, say=lambda words: None)
    watch(folder(tmp_path), once=True, rest=lambda: None, say=lambda words: None)
    assert (tmp_path / "done" / "calls.csv").exists()
    assert Contact.objects.count() == 1
    # It came once, and is counted once.
    arrival = FeedArrival.objects.get()
    assert (arrival.arrived, arrival.added) == (1, 1)


def test_two_watchers_do_not_have_one_folder(tmp_path: Path) -> None:
    watched, held, done = folder(tmp_path), Event(), Event()

    def other() -> None:
        # A connection of its own, as another process has: one may take its own lock twice.
        with watched.alone():
            held.set()
            done.wait(30)
        connection.close()

    watcher = Thread(target=other)
    watcher.start()
    try:
        assert held.wait(30)
        with pytest.raises(Refused):
            watch(watched, once=True, rest=lambda: None, say=lambda words: None)
    finally:
        done.set()
        watcher.join()


def test_a_file_that_is_called_anything_holds_no_other_up(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text(GOOD)
    strange = (b"caf\xe9.csv", b"x\n2026 all is well.csv", b"b" * 240 + b".csv")
    for name in strange:
        (tmp_path / os.fsdecode(name)).write_text(BAD)
    said: list[str] = []
    watch(folder(tmp_path), once=True, rest=lambda: None, say=said.append)
    assert Contact.objects.get().source_reference == "WP-1"
    assert len(list((tmp_path / "refused").glob("*.csv"))) == len(strange)
    assert not [file for file in tmp_path.iterdir() if file.is_file()]
    told = [*said, *FeedArrival.objects.values_list("source", flat=True)]
    assert all(words.isprintable() for words in told)


def test_a_file_that_cannot_be_moved_holds_no_other_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text(GOOD)
    (tmp_path / "b.csv").write_text(GOOD.replace("WP-1", "WP-9"))
    put = watching._put

    def stuck(file: Path, to: Path) -> None:
        if file.name == "a.csv":
            raise PermissionError(13, "Permission denied")
        put(file, to)

    monkeypatch.setattr(watching, "_put", stuck)
    said: list[str] = []
    watch(folder(tmp_path), once=True, rest=lambda: None, say=said.append)
    assert Contact.objects.count() == 2
    assert "a.csv: could not be read or moved: Permission denied" in said
    assert (tmp_path / "a.csv").exists()


def test_who_takes_no_calls_watches_nothing(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text(GOOD)
    watched = Folder(tmp_path, somebody("anna", "analyst"), DESK, timezone.now)
    with pytest.raises(Refused):
        watch(watched, once=True, rest=lambda: None, say=lambda words: None)
    assert (tmp_path / "calls.csv").exists()
