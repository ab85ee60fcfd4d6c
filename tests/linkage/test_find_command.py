"""`wansdyke find`: the likeliest people as JSON or words, within scope, and written down."""

import json
from datetime import date

import pytest
from typer.testing import CliRunner

from config.commands import app
from tests.home import cast
from wansdyke.access.models import User
from wansdyke.kernel.flow import Refused
from wansdyke.people.models import PersonRecord

pytestmark = pytest.mark.django_db
RUN = CliRunner()


@pytest.fixture(autouse=True)
def people() -> None:
    cast.user("kim", cast.KEEPER)
    cast.record(
        forename="Jonathan", surname="Smyth", date_of_birth=date(1985, 3, 12), pnc="1981/0000034U"
    )
    cast.record(forename="Mary", surname="Evans", date_of_birth=date(1950, 3, 12))
    cast.record(forename="Jonathan", surname="Smyth", at=cast.team("other-store"))


def find(*words: str) -> str:
    done = RUN.invoke(app, ["--as", "kim", "find", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("--name", "Jon Smith", "--dob", "1985-03-12"),
        ("--name", "Smith, Jon", "--dob", "1985"),
        ("--name", "Smyth Jonathan"),
        ("--id", "81/34U"),
    ],
)
def test_people_are_found_as_json_and_the_search_is_written_down(words: tuple[str, ...]) -> None:
    (found,) = json.loads(find(*words, "--json", "--reason", "checking CT-1234-5678"))
    assert found["name"] == "Jonathan Smyth"
    assert set(found) == {
        "person",
        "name",
        "weight",
        "probability",
        "reasons",
        "records",
        "warnings",
    }
    assert found["warnings"] == []
    assert 0 < found["probability"] < 1
    entry = cast.audited("search")[-1]
    assert found["person"] in entry["subjects"]
    assert entry["reason"] == "checking CT-1234-5678"
    assert "Smyth" not in json.dumps(entry)


def test_words_say_who_why_and_what_was_not_searched() -> None:
    shown = find("--name", "Smyth", "--limit", "1")
    assert "Jonathan Smyth" in shown
    assert "Same surname" in shown
    assert "Nobody was found." in find("--name", "Zebedee Quillfeather")


def test_whoever_finds_somebody_with_a_marker_reads_it() -> None:
    kim, mary = User.objects.get(username="kim"), PersonRecord.objects.get(forename="Mary")
    cast.marker(cast.thing(kim, parties=[mary]).case.root, kim, person=mary.person)
    (found,) = json.loads(find("--name", "Mary Evans", "--json"))
    assert found["warnings"] == ["Weapons: Keeps an axe by the door"]
    assert "Warning: Weapons: Keeps an axe by the door" in find("--name", "Mary Evans")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--limit", "5"), "Nothing to search by"),
        (("--name", "S"), "One letter"),
        (("--dob", "yesterday"), "--dob must be a date"),
        (("--id", "1981/0000034V"), "check letter"),
    ],
)
def test_what_cannot_be_searched_by_is_refused_in_words(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(Refused, match=said):
        RUN.invoke(app, ["--as", "kim", "find", *words], catch_exceptions=False)
