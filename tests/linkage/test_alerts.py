"""A search that meets a restricted record tells its owner, where the force chose so, and nobody
else: the searcher's page is the same."""

from datetime import date

import pytest
from typer.testing import CliRunner

from config.commands import app
from tests.home import cast
from wansdyke.access.models import ForceSetting, Notice, Root, User
from wansdyke.people.models import PersonRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def hidden() -> PersonRecord:
    cast.user("sam", cast.HEAD)
    return cast.record(
        forename="Ann", surname="Hiddensmith", date_of_birth=date(1985, 3, 12),
        marking=Root.RESTRICTED,
    )  # fmt: skip


def chosen(value: str) -> None:
    boss = cast.user("boss", "administrator")
    ForceSetting.objects.create(key="look-up.alert", value=value, from_at=cast.now(), by=boss)


def page(username: str, text: str = "Ann Hiddensmith 12/03/1985") -> str:
    client = cast.signed_in(cast.user(username, cast.KEEPER))
    shown = client.post("/search/", {"text": text, "reason": "case"}, follow=True)
    return str(shown.content.decode().split("<main", 1)[1].split("Search again")[0])


def test_the_owner_is_told_once_a_day_and_the_searcher_sees_the_same_page(
    hidden: PersonRecord,
) -> None:
    before = page("kim")
    assert not Notice.objects.exists()
    chosen("yes")
    assert page("kit") == before
    (notice,) = Notice.objects.all()
    assert (notice.user.username, notice.root_id) == ("sam", hidden.pk)
    assert "Hiddensmith" not in notice.text
    assert notice.made_at.date() == cast.now().date()
    page("kat")
    assert Notice.objects.count() == 2


def test_nobody_is_told_of_what_is_only_a_little_alike_or_open(hidden: PersonRecord) -> None:
    chosen("yes")
    page("kim", "Anna Haddonsmyth")
    assert not Notice.objects.exists()
    Root.objects.filter(pk=hidden.pk).update(marking=Root.STANDARD)
    page("kit")
    assert not Notice.objects.exists()


def test_a_search_from_the_command_line_tells_the_owner_too(hidden: PersonRecord) -> None:
    chosen("yes")
    cast.user("kim", cast.KEEPER)
    words = ["--as", "kim", "find", "--name", "Ann Hiddensmith", "--dob", "1985-03-12"]
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0
    assert "Hiddensmith" not in done.output
    assert Notice.objects.get().root_id == hidden.pk


def test_whoever_is_named_on_the_record_reads_that_it_was_met(hidden: PersonRecord) -> None:
    chosen("yes")
    nell = cast.user("nell", cast.KEEPER)
    cast.named(hidden.root, nell, nell)
    page("kim")
    assert "A search by Kim" in cast.signed_in(nell).get("/?show=notices").content.decode()


def test_whoever_searches_is_not_told_of_it_as_a_supervisor(hidden: PersonRecord) -> None:
    chosen("yes")
    sam = User.objects.get(username="sam")
    client = cast.signed_in(sam)
    client.post("/search/", {"text": "Ann Hiddensmith 12/03/1985", "reason": "case"}, follow=True)
    assert not Notice.objects.filter(user=sam).exists()


def test_whoever_types_the_name_to_add_a_person_is_told_of_too(hidden: PersonRecord) -> None:
    chosen("yes")
    kim = cast.user("kim", cast.KEEPER)
    url = f"/lost-property/{cast.thing(kim).case.root.reference}/people/alike/"
    born = {"date_of_birth-day": 12, "date_of_birth-month": 3, "date_of_birth-year": 1985}
    typed = {"forename": "Ann", "surname": "Hiddensmith", **born}
    assert cast.signed_in(kim).post(url, typed).status_code == 200
    assert Notice.objects.filter(root_id=hidden.pk).exists()
