import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError
from django.utils import timezone

from benchmarks.calls import ControlRoom, acting_as, control_room, graded_call
from wansdyke.access.models import Guess, Load, Notice, Root, Session
from wansdyke.casework import jobs
from wansdyke.casework.models import Case, Deadline, Export
from wansdyke.casework.schedule import Job, Schedule
from wansdyke.directory import DESKS
from wansdyke.history.models import Event
from wansdyke.history.verify import verify

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def call(room: ControlRoom, at: datetime, number: int = 0) -> Case:
    """An immediate call, to be attended within 20 minutes."""
    outcome = graded_call(acting_as(room.operator, at), room.team, at, number=number * 3)
    return Case.objects.get(root__reference=outcome.reference)


def test_supervisors_are_told_once_of_a_missed_target() -> None:
    room = control_room()
    case = call(room, NOW)
    version = case.root.version
    assert jobs.tell_of_missed(DESKS, NOW + timedelta(minutes=19)) == 0
    assert jobs.tell_of_missed(DESKS, NOW + timedelta(minutes=21)) == 1
    assert jobs.tell_of_missed(DESKS, NOW + timedelta(minutes=22)) == 0
    notice = Notice.objects.get()
    assert (notice.user, notice.root) == (room.supervisor, case.root)
    event = Event.objects.get(name="target-passed")
    assert event.occurred_at == Deadline.objects.get().due_at
    assert event.by.username == "system"
    case.root.refresh_from_db()
    assert case.root.version == version
    assert verify().intact


@pytest.mark.parametrize(
    "met",
    [
        lambda case: case.deadlines.update(stopped_at=NOW),
        lambda case: case.deadlines.update(replaced_at=NOW),
        lambda case: Case.objects.filter(pk=case.pk).update(is_open=False),
    ],
)
def test_a_target_that_was_met_or_replaced_is_no_news(met: Callable[[Case], int]) -> None:
    met(call(control_room(), NOW))
    assert jobs.tell_of_missed(DESKS, NOW + timedelta(hours=9)) == 0
    assert not Notice.objects.exists()


def test_what_a_file_brought_in_late_is_no_news_but_a_call_written_down_late_is() -> None:
    room = control_room()
    loaded, unfinished, written = (call(room, NOW, number) for number in range(3))
    load = Load.objects.create(
        kind="contacts", file_name="x", sha256="x", by=room.operator, started_at=NOW,
        completed_at=NOW,
    )  # fmt: skip
    under_way = Load.objects.create(
        kind="contacts", file_name="y", sha256="y", by=room.operator, started_at=NOW
    )
    later = NOW + timedelta(hours=3)
    Root.objects.filter(pk=loaded.pk).update(load=load, created_at=later)
    Root.objects.filter(pk=unfinished.pk).update(load=under_way)
    Root.objects.filter(pk=written.pk).update(created_at=later)
    assert jobs.tell_of_missed(DESKS, later) == 1
    assert Notice.objects.get().root_id == written.pk


def test_a_desk_without_a_word_on_missed_targets_is_left_alone() -> None:
    call(control_room(), NOW)
    assert jobs.tell_of_missed([], NOW + timedelta(hours=9)) == 0


def test_spreadsheets_go_after_a_day(tmp_path: Path) -> None:
    room = control_room()
    old, new = NOW - timedelta(hours=25), NOW - timedelta(hours=23)
    for name, asked, ready in (("a", old, old), ("b", new, new), ("c", old, None)):
        Export.objects.create(
            by=room.operator, reference=name, desk="contact", asked_at=asked, ready_at=ready,
            stored_as=f"{name}.xlsx" if ready else "",
        )  # fmt: skip
    for name in ("a", "b", "left"):
        path = tmp_path / f"{name}.xlsx"
        path.write_text("x")
        os.utime(path, (old.timestamp(), old.timestamp()))
    assert jobs.remove_exports(tmp_path, NOW) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["b.xlsx"]
    assert Export.objects.get().reference == "b"


def test_old_guesses_and_ended_sessions_go() -> None:
    for age in (1, 130):
        Guess.objects.create(account="a", address="b", at=NOW - timedelta(minutes=age))
        Session.objects.create(
            session_key=str(age), session_data="", expire_date=NOW + timedelta(minutes=45 - age)
        )
    assert (jobs.remove_guesses(NOW), jobs.remove_sessions(NOW)) == (1, 1)
    assert (Guess.objects.count(), Session.objects.get().session_key) == (1, "1")


def test_each_job_runs_when_its_time_has_come() -> None:
    now = [100.0]
    ran: list[str] = []

    def job(name: str, every: float) -> Job:
        return Job(name=name, every=every, do=lambda at: ran.append(name) or 1)

    schedule = Schedule((job("often", 30), job("seldom", 600)), clock=lambda: now[0])
    assert schedule.run_due(NOW) == {"often": 1, "seldom": 1}
    now[0] += 29
    assert schedule.run_due(NOW) == {}
    now[0] += 1
    schedule.run_due(NOW)
    assert ran == ["often", "seldom", "often"]


def test_a_job_that_fails_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    def fail(at: datetime) -> int:
        raise OperationalError("gone")

    schedule = Schedule(
        (Job(name="bad", every=1, do=fail), Job(name="good", every=1, do=lambda at: 3))
    )
    assert schedule.run_due(NOW) == {"good": 3}
    assert "bad" in caplog.text
