"""`wansdyke import contacts` and `wansdyke import people`, as they are typed."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tests.desks.contact.import_files import WHOLE, loaded, put, somebody, table
from wansdyke.access.command_line import AS
from wansdyke.desks.contact.import_commands import add_to
from wansdyke.desks.contact.models import Contact
from wansdyke.history.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> object:
    """Types a command as Olive of the control room."""
    somebody()
    token = AS.set("olive")
    app = typer.Typer()
    add_to(app)
    yield lambda *words: CliRunner().invoke(app, [str(word) for word in words])
    AS.reset(token)


def test_a_file_is_loaded_by_whoever_acts(tmp_path: Path, run) -> None:
    path = put(tmp_path, table(WHOLE))
    done = run("contacts", path)
    assert done.exit_code == 0, done.output
    assert done.output == (
        "calls.csv: 1 rows; 1 contacts added, 0 amended, 0 already as the file says.\n"
    )
    body = json.loads(AuditEntry.objects.get(subjects__reference=str(loaded())).body)
    assert (body["actor"], body["channel"]) == ("olive", "command line")


def test_a_dry_run_says_what_would_be(tmp_path: Path, run) -> None:
    done = run("contacts", put(tmp_path, table(WHOLE)), "--dry-run")
    assert "1 contacts would be added" in done.output
    assert "Nothing was loaded: this was a dry run." in done.output
    assert not Contact.objects.exists()


def test_a_bad_file_is_refused_in_plain_words(tmp_path: Path, run) -> None:
    done = run("contacts", put(tmp_path, table(WHOLE | {"grade": "?"})))
    assert done.exit_code == 1
    assert "Nothing was loaded from this file." in done.output
    assert "calls.csv, row 2, column “grade”: expected a grade" in done.output


def test_bad_rows_are_left_out_on_request(tmp_path: Path, run) -> None:
    path = put(tmp_path, table(WHOLE, WHOLE | {"reference": "WP-2", "grade": "?"}))
    rejects = tmp_path / "rejects.csv"
    done = run("contacts", path, "--skip-bad", rejects, "--json")
    came = json.loads(done.output)
    assert (came["rows"], came["added"], came["rejected"]) == (2, 1, 1)
    assert "WP-2" in rejects.read_text()


def test_people_follow(tmp_path: Path, run) -> None:
    run("contacts", put(tmp_path, table(WHOLE)))
    row = {"contact_reference": "WP-1", "role": "witness", "surname": "Quarley"}
    done = run("people", put(tmp_path, table(row), "people.csv"))
    assert done.output.startswith("people.csv: 1 rows; 1 people added")


def test_who_may_not_is_told_so(tmp_path: Path, run) -> None:
    somebody("ana", "analyst")
    AS.set("ana")
    done = run("contacts", put(tmp_path, table(WHOLE)))
    assert done.exit_code == 1
    assert "No post that ana holds today gives the right to create." in done.output
