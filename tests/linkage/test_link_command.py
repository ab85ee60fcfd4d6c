"""`wansdyke link` without files: in the database, whoever runs it without a name."""

import json

import pytest
from typer.testing import CliRunner

from config.commands import app
from tests.home import cast
from wansdyke.kernel.flow import Refused
from wansdyke.linkage.models import Suggestion

pytestmark = pytest.mark.django_db


def test_new_records_are_paired_on_demand_and_only_once() -> None:
    for surname in ("Thompson", "Thomson"):
        cast.record(forename="Ann", surname=surname, phone="07700 900123")
    done = CliRunner().invoke(app, ["link", "--json"], catch_exceptions=False)
    assert json.loads(done.stdout) == {"records": 2, "suggested": 1}
    assert Suggestion.objects.count() == 1
    again = CliRunner().invoke(app, ["link"], catch_exceptions=False)
    assert "0 new or changed records" in again.stdout


def test_files_need_somewhere_for_what_comes_of_them() -> None:
    with pytest.raises(Refused, match="--out"):
        CliRunner().invoke(app, ["link", "people.csv"], catch_exceptions=False)
