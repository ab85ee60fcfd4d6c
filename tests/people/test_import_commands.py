"""The import commands: what they print, where, and how they end."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.commands import import_app
from tests.people.conftest import ELSEWHERE, collection, square, table
from wansdyke.access.command_line import AS
from wansdyke.access.models import Load, User
from wansdyke.people.models import PublishedCrime

AREAS_CAME = (
    "areas.json: 1 areas; 1 added, 0 changed, 0 already there.\n"
    "0 places and calls were placed in them.\n"
)
pytestmark = pytest.mark.django_db
Put = Callable[..., Path]
run = CliRunner().invoke


def test_areas_then_counts_say_what_came_of_each_file(put: Put) -> None:
    outlines = put("areas.json", collection(square("E01015471", "Swindon 028A")))
    done = run(import_app, ["areas", str(outlines)])
    assert (done.exit_code, done.stdout) == (
        0,
        AREAS_CAME,
    )
    path = put("october.csv", table({}, {"LSOA code": ELSEWHERE}))
    done = run(import_app, ["police-uk", str(path)])
    assert done.stdout == (
        "october.csv: 2 rows; 2 added, 0 already there, 0 newer outcomes,"
        " 1 outside the force's areas.\n"
    )
    assert done.stderr == ""
    assert Load.objects.order_by("pk").last().by.username == "system"
    again = run(import_app, ["police-uk", str(path)])
    assert "loaded already (2 rows). Nothing added." in again.stdout


def test_as_json_it_prints_nothing_else(put: Put) -> None:
    path = put("october.csv", table({}, {}))
    done = run(import_app, ["police-uk", "--json", str(path)])
    (came,) = json.loads(done.stdout)["files"]
    assert (came["file"], came["rows"], came["added"], came["outside"]) == ("october.csv", 2, 2, 2)
    assert "No areas are loaded" in done.stderr


def test_one_bad_file_and_none_is_loaded(put: Put) -> None:
    good, bad = put("good.csv", table({})), put("bad.csv", table({"Month": "2018-13"}))
    done = run(import_app, ["police-uk", str(good), str(bad)])
    assert done.exit_code == 1
    assert "bad.csv, row 2, column “Month”: expected a month as YYYY-MM" in done.stderr
    assert not PublishedCrime.objects.exists()


def test_who_may_not_load_is_told_so(put: Put) -> None:
    User.objects.create(username="someone", name="Someone")
    token = AS.set("someone")
    try:
        done = run(import_app, ["police-uk", str(put("f.csv", table({})))])
    finally:
        AS.reset(token)
    assert done.exit_code == 1
    assert "someone" in done.stderr
    assert not Load.objects.exists()


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    done = run(import_app, ["areas", str(tmp_path / "none.json")])
    assert done.exit_code == 2
    assert "does not exist" in done.stderr
