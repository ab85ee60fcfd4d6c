"""A load that is killed: nobody sees any of it, and the same file again ends as one run would."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.models import F
from django.utils import timezone

from tests import databases
from tests.databases import Database
from tests.desks.contact.import_files import WHOLE, contacts, loaded, people, put, somebody, table
from wansdyke.access.models import Load, Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope
from wansdyke.casework.loads import NOTED
from wansdyke.casework.models import Case, Deadline, Party
from wansdyke.casework.work_reads import people_of
from wansdyke.desks.contact.models import Contact, Grading
from wansdyke.history.models import AuditEntry, Change, Event
from wansdyke.history.verify import verify
from wansdyke.people.models import Person, PersonRecord, Place

ROOT = Path(__file__).resolve().parents[3]
ROWS = [
    WHOLE | {"reference": f"WP-{n}", "address": f"{n // 2} Lantern Lane", "caller_surname": f"S{n}"}
    for n in range(1, 9)
]
AMENDED = [row | {"notes": "Later."} for row in ROWS[:4]]


def killed(database: Database, path: Path, fatal: int, kind: str = "contacts") -> None:
    """Runs a load that dies before its fatal-th transaction commits: the first begins it."""
    command = [sys.executable, "-m", "tests.desks.contact.import_killed", kind, str(path)]
    done = subprocess.run(
        [*command, str(fatal)],
        cwd=ROOT,
        env={**os.environ, **database.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]


def state() -> dict[str, Any]:
    """All that a load leaves, without keys, references and the moments of recording."""
    calls = Contact.objects.order_by("source_reference")
    return {
        "calls": list(
            calls.values_list(
                "source_reference",
                "where",
                "notes",
                "grade",
                "place__address",
                "case__state",
                "case__closed_at",
                "case__next_due_at",
                "case__root__version",
            )
        ),
        "clocks": sorted(
            Deadline.objects.values_list("case__contact__source_reference", "clock", "due_at")
        ),
        "gradings": sorted(Grading.objects.values_list("contact__source_reference", "grade")),
        "people": sorted(
            Party.objects.values_list(
                "case__contact__source_reference", "role", "record__surname", "record__phone"
            )
        ),
        "events": sorted(
            Event.objects.filter(root__isnull=False)
            .annotate(ref=F("root__case__contact__source_reference"))
            .values_list("name", "state_after", "root__person_record__surname", "ref"),
            key=str,
        ),
        "changes": sorted(Change.objects.values_list("field", "old", "new"), key=str),
        "counts": [m.objects.count() for m in (Root, Case, Person, PersonRecord, Place)],
        "loads": [
            (load.kind, {name: n for name, n in load.counts.items() if name != NOTED})
            for load in Load.objects.order_by("pk")
        ],
    }


def in_sight() -> int:
    """How many records the control room may see now."""
    return Root.objects.filter(scope(somebody(), Right.VIEW, timezone.now())).count()


def of_one_run(*files: Path) -> dict[str, Any]:
    """What is left by loading the files one after the other, in a database of their own."""
    clean = databases.copy("clean")
    try:
        with databases.pointed_at(clean.name, clean.data):
            for path in files:
                contacts(path)
            return state()
    finally:
        databases.remove(clean)


# It begins, adds in two, amends in two, records its events in four, and is completed.
@pytest.mark.parametrize("fatal", [1, 3, 5, 8, 10])
def test_the_same_file_again_ends_as_one_run_would(
    committed_db: Database, tmp_path: Path, fatal: int
) -> None:
    first = put(tmp_path, table(*ROWS[:4]), "first.csv")
    path = put(tmp_path, table(*AMENDED, *ROWS[4:]))
    contacts(first)
    killed(committed_db, path, fatal)
    assert in_sight() == 12
    came = contacts(path)
    assert (came.added, came.amended, came.resumed) == (4, 4, fatal > 1)
    assert in_sight() == 24
    assert verify().intact
    after = state()
    assert len(after["events"]) == 28
    assert len(after["changes"]) == 4
    connections.close_all()
    assert after == of_one_run(first, path)


def test_another_file_takes_the_leavings_back(committed_db: Database, tmp_path: Path) -> None:
    somebody()
    killed(committed_db, put(tmp_path, table(*ROWS)), 4)
    assert Contact.objects.count() == 6
    assert not Event.objects.filter(root__isnull=False).exists()
    other = put(tmp_path, table(WHOLE | {"reference": "WP-3", "notes": "Another file."}), "b.csv")
    came = contacts(other)
    assert (came.added, came.resumed) == (1, False)
    assert loaded("WP-3").notes == "Another file."
    assert Contact.objects.count() == Load.objects.count() == 1
    assert [m.objects.count() for m in (Root, Person, PersonRecord)] == [3, 2, 2]
    assert verify().intact


def test_past_its_events_a_load_is_completed_by_whatever_comes(
    committed_db: Database, tmp_path: Path
) -> None:
    somebody()
    killed(committed_db, put(tmp_path, table(*ROWS)), 7)
    assert Event.objects.filter(root__isnull=False).exists()
    other = put(tmp_path, table(WHOLE | {"reference": "WP-99"}), "b.csv")
    assert contacts(other).added == 1
    assert Contact.objects.count() == 9
    assert not Load.objects.filter(completed_at=None).exists()
    assert Event.objects.filter(root__isnull=False).count() == 27


def test_people_show_only_when_all_of_them_are_in(committed_db: Database, tmp_path: Path) -> None:
    contacts(put(tmp_path, table(*ROWS)))
    rows = [
        {"contact_reference": f"WP-{n}", "role": "witness", "surname": f"W{n}"} for n in range(1, 9)
    ]
    path = put(tmp_path, table(*rows), "people.csv")
    killed(committed_db, path, 4, "people")
    case = loaded("WP-1").case
    assert Party.objects.filter(case=case).count() == 3
    assert people_of(case).count() == 2
    came = people(path)
    assert (came.added, came.resumed) == (8, True)
    assert people_of(case).count() == 3
    assert Event.objects.filter(name="person added from a file").count() == 8
    assert {c.case.root.version for c in Contact.objects.all()} == {2}
    assert AuditEntry.objects.filter(operation="collection").exists()
