"""The log is looked at by itself, and whoever watches over it is told, once."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tests.databases import Database
from tests.history.kept_notes import files_in
from tests.history.room import chained, execute
from tests.history.test_chain import drop_triggers, put, row
from tests.home.cast import user
from wansdyke.access.database import as_owner
from wansdyke.access.models import Notice
from wansdyke.history import watch
from wansdyke.history.checkpoints import Signer, make_key
from wansdyke.history.keepers import Folder
from wansdyke.history.models import LogCheck
from wansdyke.history.verify import verify

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=ZoneInfo("Europe/London"))
FIVE = timedelta(minutes=5)


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Path]:
    with override_settings(
        LOG_KEY=tmp_path / "key",
        CHECKPOINTS=tmp_path / "out",
        CHECKPOINT_COPIES=[tmp_path / "copy"],
        CHECKPOINT_STORE="",
    ):
        make_key(settings.LOG_KEY)
        yield tmp_path


def signed() -> Signer:
    made = Signer(settings.LOG_KEY, settings.CHECKPOINTS, [Folder(settings.CHECKPOINT_COPIES[0])])
    made.sign()
    assert made.copy() == []
    return made


@pytest.fixture
def log(committed_db: Database, places: Path) -> Iterator[Path]:
    """A signed log of twelve entries that anybody may change, and an officer to be told."""
    with as_owner():
        drop_triggers()
        user("petra", "privacy-officer")
        user("sam", "supervisor")
        chained(12)
        signed()
        yield places


def told() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("text", flat=True))


def looked(at: datetime = NOW) -> int:
    return watch.look_at_tail(at)


def read_all() -> None:
    watch.read_whole.func()


def test_a_sound_log_is_told_to_nobody(log: Path) -> None:
    assert looked() == 0
    chained(5)
    signed()
    assert looked(NOW + FIVE) == 0
    read_all()
    assert told() == []
    tail, whole = LogCheck.objects.order_by("kind")
    assert (tail.kind, tail.entries, tail.why) == ("tail", 17, "")
    assert (whole.entries, whole.vouched, whole.why) == (17, 17, "")


def test_what_is_done_to_the_end_is_told_once_to_the_privacy_officers(log: Path) -> None:
    looked()
    chained(5)
    body, link = row(15)
    put(15, body + " ", link)
    assert looked(NOW + FIVE) == 1
    assert looked(NOW + 2 * FIVE) == 0
    (text,) = told()
    assert "broken at entry 15" in text
    assert Notice.objects.get().user.username == "petra"
    put(15, body, link)
    signed()
    assert looked(NOW + 3 * FIVE) == 0
    put(17, *row(15))
    assert looked(NOW + 4 * FIVE) == 1
    assert "broken at entry 17" in told()[-1]


def test_a_cut_or_rewritten_end_is_found_though_it_fits_by_itself(log: Path) -> None:
    looked()
    _, link = row(11)
    execute("DELETE FROM history_auditsubject WHERE entry_id = 12")
    execute("DELETE FROM history_auditentry WHERE seq = 12")
    execute("UPDATE history_audithead SET seq = 11, hash = %s", [link])
    assert verify().intact
    assert looked(NOW + FIVE) == 1
    assert "entry 12: it is missing" in told()[-1]
    chained(1)
    assert verify().intact
    assert looked(NOW + 2 * FIVE) == 1
    assert "entry 12: it was changed" in told()[-1]


def test_what_is_done_to_the_beginning_is_told_in_the_night(log: Path) -> None:
    looked()
    body, link = row(2)
    put(2, body + " ", link)
    assert looked(NOW + FIVE) == 0
    read_all()
    read_all()
    assert [("broken at entry 2" in text) for text in told()] == [True, True]
    assert LogCheck.objects.get(kind="whole").first_bad == 2


def test_a_changed_column_is_told_in_the_night(log: Path) -> None:
    execute("UPDATE history_auditentry SET operation = 'search' WHERE seq = 4")
    read_all()
    assert "entry 4: the operation differs" in told()[-1]


def test_an_old_copy_put_back_is_found_by_what_a_copy_keeps(log: Path) -> None:
    chained(4)
    signed()
    execute("DELETE FROM history_auditsubject WHERE entry_id > 12")
    execute("DELETE FROM history_auditentry WHERE seq > 12")
    execute("UPDATE history_audithead SET seq = 12, hash = %s", [row(12)[1]])
    files_in(log / "out")[-1].unlink()
    assert verify().intact
    read_all()
    assert "entry 13: it is missing from the end" in told()[-1]


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda place: (place / "copy").rename(place / "gone"), "could not be compared"),
        (lambda place: (place / "out" / "log-key.pub").write_text("x"), "cannot be used"),
        (lambda place: files_in(place / "copy")[0].write_text("x"), "could not be compared"),
        (lambda place: stranger(place / "copy"), "another log or another key"),
        (lambda place: forged(place / "copy"), "not genuine"),
    ],
)
def test_what_cannot_be_compared_is_told_and_hides_nothing(
    log: Path, harm: Callable[[Path], object], words: str
) -> None:
    harm(log)
    read_all()
    assert words in told()[-1]
    assert "broken" not in told()[-1]
    body, link = row(3)
    put(3, body + " ", link)
    read_all()
    assert "broken at entry 3" in told()[-1]
    assert words in told()[-1]


def stranger(place: Path) -> None:
    """The notes of another key in place of ours."""
    for file in files_in(place):
        file.unlink()
    make_key(place / "key")
    Signer(place / "key", place).sign()


def forged(place: Path) -> None:
    """A note that says another root, with the signature of the true one."""
    (file,) = files_in(place)
    lines = file.read_text().split("\n")
    lines[2] = f"{'A' * 43}="
    file.write_text("\n".join(lines))


def test_a_signer_that_stands_still_is_told_of_at_the_second_look(log: Path) -> None:
    looked()
    chained(2)
    assert looked(NOW + FIVE) == 0
    assert looked(NOW + 2 * FIVE) == 1
    assert "entry 13 waits" in told()[-1]
    assert looked(NOW + 3 * FIVE) == 0
    signed()
    assert looked(NOW + 4 * FIVE) == 0


def test_a_night_without_server_and_signer_is_no_alarm(log: Path) -> None:
    looked()
    chained(2)
    assert looked(NOW + FIVE) == 0
    assert looked(NOW + timedelta(hours=9)) == 0


def test_a_missing_head_is_told(log: Path) -> None:
    execute("DELETE FROM history_audithead")
    assert looked() == 1
    assert "head of the chain is missing" in told()[-1]


@pytest.mark.django_db
def test_the_whole_is_asked_for_once_a_night() -> None:
    asked = [watch.ask_for_whole(NOW + timedelta(minutes=30 * n)) for n in range(60)]
    assert [n for n, one in enumerate(asked) if one] == [0, 44]
    assert DBTaskResult.objects.count() == 2


@pytest.mark.django_db
def test_a_long_log_that_was_never_read_is_begun_near_its_end(
    monkeypatch: pytest.MonkeyPatch, places: Path
) -> None:
    monkeypatch.setattr(watch, "FIRST_TAIL", 4)
    chained(12)
    signed()
    start = watch._from_where()
    assert start is not None
    assert start.entries == 8
    assert looked(timezone.now()) == 0
    assert LogCheck.objects.get(kind="tail").entries == 12
