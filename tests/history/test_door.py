import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.databases import Database
from tests.history.room import a_root, control_room, graded_call, operator_of
from wansdyke.access.models import Notice, Root
from wansdyke.casework.models import Case
from wansdyke.history import audit
from wansdyke.history.door import Doing, KeyReused, Repeated, Stale, change, digest_of
from wansdyke.history.models import AuditEntry, Change, Event, Operation
from wansdyke.history.verify import verify
from wansdyke.kernel.flow import Refused


def once(key: str, digest: str = "d", *, fails: bool = False, **given: Any) -> Doing:
    """A change that adds a notice and an event."""
    by = given.pop("by")
    at = timezone.now()
    with change(by=by, at=at, key=key, digest=digest, **given) as doing:
        Notice.objects.create(user_id=by.user_id, text="made", made_at=at)
        doing.event("made", subject="x")
        doing.audit(audit.CONFIGURATION, "x")
        doing.outcome["answer"] = 42
        if fails:
            raise RuntimeError("in the middle")
    return doing


def effects() -> tuple[int, int, int]:
    return Notice.objects.count(), Event.objects.count(), AuditEntry.objects.count()


@pytest.mark.django_db
def test_the_same_key_twice_has_one_effect_and_the_same_answer() -> None:
    by = operator_of(control_room())
    once("k1", by=by)
    with pytest.raises(Repeated) as repeated:
        once("k1", by=by)
    assert repeated.value.outcome == {"answer": 42}
    assert effects() == (1, 1, 1)


@pytest.mark.django_db
def test_the_same_key_with_other_bytes_is_refused() -> None:
    by = operator_of(control_room())
    once("k1", digest_of("one"), by=by)
    with pytest.raises(KeyReused):
        once("k1", digest_of("two"), by=by)
    assert effects() == (1, 1, 1)


@pytest.mark.django_db
def test_keys_are_each_users_own() -> None:
    room = control_room()
    once("k1", by=operator_of(room))
    other = operator_of(type(room)(room.team, room.supervisor, room.operator))
    once("k1", by=other)
    assert effects() == (2, 2, 2)


@pytest.mark.django_db
def test_an_exception_keeps_nothing_and_the_key_may_be_used_again() -> None:
    by = operator_of(control_room())
    with pytest.raises(RuntimeError):
        once("k1", by=by, fails=True)
    assert effects() == (0, 0, 0)
    assert not Operation.objects.exists()
    once("k1", by=by)
    assert effects() == (1, 1, 1)


@pytest.mark.django_db
def test_an_edit_on_an_older_version_is_stale_and_keeps_nothing() -> None:
    room = control_room()
    by, root = operator_of(room), a_root(room)
    with change(by=by, at=timezone.now(), key="a", root=root, version=1) as doing:
        doing.event("first", root=doing.root)
    with pytest.raises(Stale) as stale:
        once("b", by=by, root=root, version=1)
    assert (stale.value.root.version, stale.value.seen) == (2, 1)
    assert not Notice.objects.exists()
    once("c", by=by, root=root, version=2)


@pytest.mark.django_db
def test_a_change_counts_one_version_however_many_events_it_has() -> None:
    room = control_room()
    root = a_root(room)
    with change(by=operator_of(room), at=timezone.now(), key="a", root=root) as doing:
        doing.event("one", root=doing.root)
        doing.event("two", root=doing.root)
    root.refresh_from_db()
    assert root.version == 2


@pytest.mark.django_db
def test_an_event_that_touches_nothing_leaves_open_forms_fresh() -> None:
    room = control_room()
    root = a_root(room)
    with change(by=operator_of(room), at=timezone.now(), key="a", root=root) as doing:
        doing.event("target-passed", root=doing.root, touches=False)
    once("b", by=operator_of(room), root=root, version=1)
    assert list(root.events.values_list("version", flat=True)) == [1]


@pytest.mark.django_db
def test_a_suspended_user_changes_nothing() -> None:
    room = control_room()
    room.operator.is_active = False
    with pytest.raises(Refused):
        once("k1", by=operator_of(room))
    assert effects() == (0, 0, 0)


@pytest.mark.django_db
def test_a_field_without_a_section_is_not_written() -> None:
    room = control_room()
    graded_call(operator_of(room), room.team, timezone.now())
    case = Case.objects.get()
    with (
        pytest.raises(LookupError),
        change(by=operator_of(room), at=timezone.now(), key="a", root=case.root) as doing,
    ):
        doing.write(case, {"pk": 99}, doing.event("x", root=case.root), "x")
    assert not Change.objects.filter(field="pk").exists()


def in_parallel(count: int, act: Callable[[int], None]) -> list[str]:
    """What became of each, all let go at the same moment."""
    gate = threading.Barrier(count)
    outcomes: list[str] = []

    def run(number: int) -> None:
        try:
            gate.wait()
            act(number)
            outcomes.append("done")
        except Exception as fault:  # noqa: BLE001 - the test looks at what it was
            outcomes.append(type(fault).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_a_double_click_has_one_effect(committed_db: Database) -> None:
    by = operator_of(control_room())
    outcomes = in_parallel(8, lambda _: once("clicked", by=by) and None)
    assert outcomes == ["Repeated"] * 7 + ["done"]
    assert effects() == (1, 1, 1)
    assert verify().intact


def test_a_call_sent_twice_at_once_is_one_call(committed_db: Database) -> None:
    room = control_room()
    by, at, key = operator_of(room), timezone.now(), uuid.uuid4().hex
    outcomes = in_parallel(6, lambda _: graded_call(by, room.team, at, key=key) and None)
    assert outcomes == ["done"] * 6
    assert Case.objects.count() == 1
    assert Root.objects.count() == 2
    assert verify().intact


def test_of_edits_made_at_once_on_one_version_one_wins(committed_db: Database) -> None:
    room = control_room()
    by, root = operator_of(room), a_root(room)

    def edit(number: int) -> None:
        at = timezone.now()
        with change(by=by, at=at, key=f"edit-{number}", root=root, version=1) as doing:
            doing.event("edited", root=doing.root)

    assert in_parallel(6, edit) == ["Stale"] * 5 + ["done"]
    assert Event.objects.count() == 1


def test_the_chain_holds_under_many_writers(committed_db: Database) -> None:
    by = operator_of(control_room())

    def write(number: int) -> None:
        for turn in range(20):
            once(f"{number}-{turn}", by=by)

    assert in_parallel(6, write) == ["done"] * 6
    found = verify()
    assert (found.intact, found.entries) == (True, 120)
