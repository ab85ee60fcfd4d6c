"""What is new in the areas that my teams police, and who says which those are."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from tests.desks.contact import control_room as room
from tests.home import cast
from tests.people.conftest import collection, load_areas, policing_square, put, settle
from wansdyke.access.models import User
from wansdyke.desks.contact.models import Contact
from wansdyke.kernel.flow import Refused
from wansdyke.people.models import TeamArea
from wansdyke.people.records import place_for
from wansdyke.people.team_areas import areas_on, police

__all__ = ["put"]
pytestmark = pytest.mark.django_db
HERE = {"latitude": 51.605, "longitude": -1.795}
EAST = {"latitude": 51.605, "longitude": -1.785}


@pytest.fixture
def policed(put: Callable[..., Path]) -> None:
    """Two areas, of which the control room polices one."""
    north, east = policing_square("CPA1", "North"), policing_square("CPA2", "East", -1.79)
    load_areas(put("cpa.json", collection(north, east)))
    settle()
    police(room.room(), ["CPA1"], by=ada(), at=cast.now() - timedelta(days=2), key="k")


def ada():  # type: ignore[no-untyped-def]
    found = User.objects.filter(username="ada").first()
    return cast.actor(found or cast.user("ada", cast.ADMINISTRATOR))


def taken(hours_ago: float, grade: str = "immediate", where: dict[str, float] = HERE) -> Contact:
    at = cast.now() - timedelta(hours=hours_ago)
    place = place_for(f"{where['longitude']} Lantern Lane", **where)
    return room.take(at=at, received_at=at, grade=grade, place=place)


def shown(client: Client, path: str = "/since/", **asked: str) -> str:
    answer = client.get(path, asked)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


@pytest.mark.usefixtures("policed")
def test_new_incidents_of_my_areas_are_counted_by_grade_and_the_urgent_ones_listed() -> None:
    old, urgent, slow = taken(30), taken(2), taken(3, "scheduled")
    elsewhere = taken(2, where=EAST)
    owen = cast.signed_in(room.staff("owen", "operator"))
    page = shown(owen, since="24")
    part = page[page.index('id="in-areas"') : page.index("On your records")]
    assert urgent.case.root.reference in part
    for other in (old, slow, elsewhere):
        assert other.case.root.reference not in part
    assert urgent.case.root.reference in cast.audited("consultation")[-1]["subjects"]
    assert ">North<" in part
    assert ">East<" not in part
    links = re.findall(r'href="(/contact/\?measure=[^"]+)">1</a>', part)
    assert len(links) == 2, "one immediate, one scheduled"
    behind = shown(owen, links[0])
    assert urgent.case.root.reference in behind
    for other in (old, slow, elsewhere):
        assert other.case.root.reference not in behind


@pytest.mark.usefixtures("policed")
def test_what_is_shut_to_me_is_neither_counted_nor_listed() -> None:
    call = taken(2)
    owen = room.staff("owen", "operator")
    cast.locked(call.case.root, owen, cast.user("boss", cast.HEAD))
    page = shown(cast.signed_in(owen))
    assert "Nothing new has come in there" in page
    assert call.case.root.reference not in page


def test_a_team_that_polices_no_area_is_told_of_none() -> None:
    assert "areas your teams police" not in shown(cast.signed_in(room.staff("owen", "operator")))


@pytest.mark.usefixtures("policed")
def test_an_administrator_says_which_areas_a_team_polices_and_each_has_its_days() -> None:
    client = cast.signed_in(User.objects.get(username="ada"))
    assert "/administration/teams/control-room/areas/" in shown(
        client, "/administration/teams/control-room/"
    )
    page = shown(client, "/administration/teams/control-room/areas/")
    assert re.search(r'value="CPA1"\s+checked', page)
    (stood,) = re.findall(r'name="seen"[^>]*value="({.*?})"', page)
    sent = {"areas": ["CPA2"], "operation_key": "o", "seen": stood}
    for _ in range(2):
        answer = client.post("/administration/teams/control-room/areas/", sent)
        assert answer.status_code == 302
    today = cast.now().date()
    assert [area.code for area in areas_on([room.room().pk], today)] == ["CPA2"]
    assert [area.code for area in areas_on([room.room().pk], today - timedelta(days=1))] == ["CPA1"]
    assert TeamArea.objects.count() == 2
    with pytest.raises(Refused):
        police(room.room(), ["CPA9"], by=ada(), at=cast.now(), key="n")
    with pytest.raises(Refused):
        police(room.room(), [], by=room.olivia(), at=cast.now(), key="p")


@pytest.mark.usefixtures("policed")
def test_the_list_is_narrowed_by_policing_area() -> None:
    there, elsewhere = taken(2), taken(2, where=EAST)
    page = shown(cast.signed_in(room.staff("owen", "operator")), "/contact/", area="CPA1")
    assert there.case.root.reference in page
    assert elsewhere.case.root.reference not in page
