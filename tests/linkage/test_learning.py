"""Look-up and linking weigh by what the force's own records teach, once they are asked to."""

import csv
import json
from itertools import islice

import pytest
from typer.testing import CliRunner

from config.commands import app
from tests.home import cast
from tests.reference import shared_path
from wansdyke.access.actors import Actor
from wansdyke.history.models import AuditEntry
from wansdyke.kernel.flow import Refused
from wansdyke.linkage.found import Query
from wansdyke.linkage.learning import as_shipped, learn, told
from wansdyke.linkage.lookup import find_people
from wansdyke.linkage.models import Suggestion
from wansdyke.linkage.pairing import pair_new
from wansdyke.people.agreement import model_in_use, shipped_model
from wansdyke.people.models import ModelInUse

pytestmark = pytest.mark.django_db
FAKE = shared_path("data/linkage/fake_1000.csv")


def people(most: int = 1_000) -> None:
    with FAKE.open(newline="") as file:
        for row in islice(csv.DictReader(file), most):
            cast.record(
                forename=row["first_name"], surname=row["surname"], email=row["email"],
                date_of_birth=row["dob"] or None,
            )  # fmt: skip


def run(*words: str) -> dict[str, object]:
    done = CliRunner().invoke(
        app, ["--as", "ada", "link", *words, "--json"], catch_exceptions=False
    )
    assert done.exit_code == 0
    found: dict[str, object] = json.loads(done.output)
    return found


@pytest.fixture
def ada() -> None:
    cast.user("ada", "administrator")


def weight(by: Actor) -> float:
    (found,) = find_people(by, cast.now(), Query(forename="Zebedee", surname="Quillfeather"))
    return found.weight


@pytest.mark.usefixtures("ada")
def test_what_own_records_teach_is_what_is_weighed_by_until_it_is_as_shipped_again() -> None:
    people()
    cast.record(forename="Zebedee", surname="Quillfeather")
    kim = cast.actor(cast.user("kim", cast.KEEPER))
    shipped = weight(kim)
    assert run("--train")["records"] == 1_001
    used = ModelInUse.objects.get()
    assert used.learnt is not None
    assert model_in_use()["comparisons"] == used.learnt
    assert model_in_use()["name"] == used.name != shipped_model()["name"]
    changed = [words for words, before, now in told(used.learnt) if abs(before - now) > 0.5]
    assert {"same date of birth", "forename differs"} <= set(changed)
    assert abs(weight(kim) - shipped) > 0.5
    assert AuditEntry.objects.filter(operation="configuration", body__contains="weighing").exists()
    run("--as-shipped")
    assert model_in_use() == shipped_model()


@pytest.mark.usefixtures("ada")
def test_a_suggestion_names_the_model_that_weighed_it() -> None:
    people()
    learn(cast.actor(cast.user("rory", "administrator")), cast.now())
    pair_new(cast.now(), most=2_000)
    assert set(Suggestion.objects.values_list("model", flat=True)) == {model_in_use()["name"]}


def test_too_few_records_teach_nothing_and_nothing_changes() -> None:
    by = cast.actor(cast.user("rory", "administrator"))
    with pytest.raises(Refused, match="too few records"):
        learn(by, cast.now())
    people(40)
    with pytest.raises(Refused, match="too few records"):
        learn(by, cast.now())
    assert not ModelInUse.objects.exists()
    assert as_shipped(by, cast.now()).learnt is None


def test_files_are_not_what_the_database_learns_from_and_not_everybody_may_say_so() -> None:
    cast.user("ada", "administrator")
    words = ["--as", "ada", "link", str(FAKE), "--train"]
    with pytest.raises(Refused, match="for the database"):
        CliRunner().invoke(app, words, catch_exceptions=False)
    cast.user("kim", cast.KEEPER)
    with pytest.raises(Refused):
        CliRunner().invoke(app, ["--as", "kim", "link", "--train"], catch_exceptions=False)
