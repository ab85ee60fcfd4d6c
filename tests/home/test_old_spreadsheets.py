"""A spreadsheet is given out only while whoever asked for it may take out all that is in it."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.home import cast
from wansdyke.access.models import Grant, Membership, Team, User
from wansdyke.casework.models import Export
from wansdyke.home import exports

pytestmark = pytest.mark.django_db
LIST = "/lost-property/export.xlsx"
CHANGED = "What you may take out has changed since this was made."


@pytest.fixture(autouse=True)
def files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> None:
    settings.FILES_DIR = tmp_path
    monkeypatch.setattr(exports, "AT_ONCE", 0)


def asked_and_made(client: Client, *, names: bool = False) -> str:
    """The address of a spreadsheet that the worker has made, with names or without."""
    said = {"purpose": "checking", "why": "To compare it with the shelves", "form": "xlsx"}
    asking = "/lost-property/take-out/"
    answer = client.post(asking, {**said, "key": uuid4().hex}) if names else client.get(LIST)
    place = answer["Location"]
    asked = Export.objects.latest("pk")
    exports.make_spreadsheet.call(asked.pk)
    return str(place)


def got(client: Client, place: str) -> tuple[int, bool]:
    """The status of the file, and whether its page says to ask again."""
    return client.get(f"{place}file/").status_code, CHANGED in client.get(place).content.decode()


def test_names_go_with_the_post_that_opened_them() -> None:
    anya = cast.user("anya", cast.ANALYST, cast.HEAD)
    cast.thing(cast.user("kim", cast.KEEPER))
    client = cast.signed_in(anya)
    place = asked_and_made(client, names=True)
    assert got(client, place) == (200, False)
    Membership.objects.filter(user=anya, post=cast.HEAD).delete()
    assert got(client, place) == (404, True)
    # What she may take out now, without names, is to be had by asking again.
    again = asked_and_made(client)
    assert got(client, again) == (200, False)


def test_a_share_that_opens_less_takes_the_file_with_it() -> None:
    kim = cast.user("kim", cast.KEEPER)
    council = cast.agency("council", home=False)
    there = cast.team("council-team", council)
    partner = cast.user("pat", cast.HEAD, at=there)
    root = cast.thing(kim).case.root
    grant = cast.shared(root, council, kim, "narrative", "address")
    Grant.objects.filter(pk=grant.pk).update(level=3)
    client = cast.signed_in(partner)
    place = asked_and_made(client, names=True)
    assert Export.objects.get().rows == 1
    assert got(client, place) == (200, False)
    Grant.objects.filter(pk=grant.pk).update(sections=["narrative"])
    assert got(client, place) == (404, True)
    Grant.objects.filter(pk=grant.pk).update(sections=["narrative", "address", "health"])
    assert got(client, place) == (200, False)


def test_one_of_which_is_not_known_what_was_in_it_is_asked_for_again() -> None:
    client = cast.signed_in(cast.user("hedda", cast.HEAD))
    cast.thing(User.objects.get())
    assert Team.objects.count() == 1
    place = asked_and_made(client)
    Export.objects.update(opened=[])
    assert got(client, place) == (404, True)
