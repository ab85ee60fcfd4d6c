"""Own incidents by area: whose they are, per whom, on which map, and the way down to each."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from tests.desks.contact import control_room as room
from tests.home import cast
from tests.people.conftest import (
    collection,
    load_areas,
    load_populations,
    policing_square,
    settle,
    square,
)
from wansdyke.assurance.area_map import bounds, class_of, sheet_of
from wansdyke.desks.contact.models import Contact
from wansdyke.people.delimited import BadFile
from wansdyke.people.models import Area, Population
from wansdyke.people.records import place_for

pytestmark = pytest.mark.django_db
Put = Callable[..., Path]
HERE = {"latitude": 51.605, "longitude": -1.795}
EAST = {"latitude": 51.605, "longitude": -1.785}
PEOPLE = "code,population,year,source\nE01015471,2000,2020,Census\nE01015471,1000,2021,Census\n"


@pytest.fixture
def town(put: Put) -> list[Contact]:
    """Two areas, one with residents; two calls in the first, one in the second, one nowhere."""
    lsoa = [square("E01015471", "Swindon 028A"), square("E01015472", "Alder 001A", -1.79)]
    load_areas(put("lsoa.json", collection(*lsoa)))
    load_areas(put("cpa.json", collection(policing_square("CPA1", "Swindon North"))))
    load_populations(put("people.csv", PEOPLE))
    settle()
    first = place_for("1 Lantern Lane", **HERE)
    second = place_for("2 Lantern Lane", **EAST)
    calls = [
        room.take(place=first, risk_types=["domestic-abuse"]),
        room.take(place=first),
        room.take(place=second),
        room.take(),
    ]
    Contact.objects.update(received_at=cast.now() - timedelta(days=3))
    return calls


def sasha() -> Client:
    return cast.signed_in(room.staff("sasha", "control-room-supervisor"))


def page(client: Client, path: str = "/areas/", **asked: str) -> str:
    answer = client.get(path, asked)
    assert answer.status_code == 200
    return unescape(" ".join(answer.content.decode().split()))


def cells(text: str, name: str) -> list[str]:
    """The words of an area's row."""
    row = next(r for r in re.findall(r"<tr.*?</tr>", text) if f">{name}</a>" in r)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row)]


@pytest.mark.usefixtures("town")
def test_incidents_are_counted_by_area_and_for_each_thousand_who_live_there() -> None:
    text = page(sasha())
    assert cells(text, "Swindon 028A") == ["E01015471", "2", "2.0", "1,000"]
    assert cells(text, "Alder 001A") == ["E01015472", "1", "Not collected", "Not collected"]
    assert "3 calls in 2 areas" in text
    assert "1 more</a> have no area recorded" in text
    assert cells(page(sasha(), kind="policing"), "Swindon North")[:2] == ["CPA1", "2"]
    assert cells(page(sasha(), incidents="risk:domestic-abuse"), "Swindon 028A")[1] == "1"


def test_each_count_leads_to_the_calls_it_counts(town: list[Contact]) -> None:
    text = page(sasha(), incidents="risk:domestic-abuse")
    (to,) = re.findall(r'href="(/contact/\?[^"]*value=E01015471[^"]*)"', text)
    listed = page(sasha(), to)
    for call, there in zip(town, (True, False, False, False), strict=True):
        assert (call.case.root.reference in listed) is there
    (nowhere,) = re.findall(r'href="(/contact/\?[^"]*)">1 more</a>', page(sasha()))
    listed = page(sasha(), nowhere)
    assert [call.case.root.reference in listed for call in town] == [False, False, False, True]


def test_only_what_its_reader_may_see_is_counted(town: list[Contact]) -> None:
    supervisor = room.staff("sasha", "control-room-supervisor")
    cast.locked(town[0].case.root, supervisor, cast.user("boss", cast.HEAD))
    assert cells(page(sasha()), "Swindon 028A")[1] == "1"
    administrator = cast.signed_in(cast.user("ada", cast.ADMINISTRATOR, at=room.room()))
    text = page(administrator)
    assert ">Calls</a>" not in text
    assert town[0].case.root.reference not in page(administrator, "/areas/E01015471/")


@pytest.mark.usefixtures("town")
def test_the_map_says_what_the_table_says_and_each_area_is_a_link() -> None:
    text = page(sasha())
    assert text.index("<table") < text.index('<svg class="wd-map"')
    drawn = re.findall(r'<a href="([^"]+)" aria-label="([^"]+)"><path d="M[^"]+z"', text)
    assert drawn == [
        ("/areas/E01015472/", "Alder 001A: 1"),
        ("/areas/E01015471/", "Swindon 028A: 2"),
    ]
    rates = page(sasha(), shade="own-rate")
    assert 'aria-label="Swindon 028A: 2.0 per 1,000"' in rates
    assert 'aria-label="Alder 001A: Not collected"' in rates
    assert re.search(r"</svg> 2.0 per 1,000</li>.*?</svg> Not collected</li>", rates)


@pytest.mark.usefixtures("town")
def test_both_files_hold_the_same_numbers() -> None:
    answer = sasha().get("/areas/counts.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = {row["Area"]: row for row in csv.DictReader(io.StringIO(text))}
    assert (rows["Swindon 028A"]["Calls"], rows["Swindon 028A"]["Calls per 1,000"]) == ("2", "2.0")
    assert rows["Alder 001A"]["Calls per 1,000"] == ""
    assert rows["Outside the force's areas"]["Calls"] == "1"
    assert sasha().get("/areas/counts.xlsx").content[:2] == b"PK"


def test_an_area_has_its_months_its_outline_and_its_repeat_places(town: list[Contact]) -> None:
    text = page(sasha(), "/areas/E01015471/")
    assert "2, " in text
    assert "1,000 residents (2021, Census)" in text
    assert '<svg class="wd-map wd-map--one"' in text
    assert re.search(r'href="/contact/\?measure=repeat-places&part=which[^"]*E01015471', text)
    assert "Swindon North" in page(sasha(), "/areas/CPA1/")


def test_populations_name_each_fault_by_row_and_column(put: Put) -> None:
    rows = ["E01015471,12,2021,Census", "E01015471,13,2021,Census", "no code,-1,21,", "E1,1,2021"]
    with pytest.raises(BadFile) as refused:
        load_populations(put("people.csv", "\n".join(["code,population,year,source", *rows])))
    said = refused.value.message
    assert "row 3, column “code”: expected an area once a year; row 2 has it too" in said
    for column in ("code", "population", "year", "source"):
        assert f"row 4, column “{column}”" in said
    assert "row 5: expected 4 columns" in said
    assert not Population.objects.exists()


def test_another_figure_for_a_year_takes_the_place_of_the_first(put: Put) -> None:
    load_populations(put("people.csv", PEOPLE))
    again = load_populations(put("again.csv", PEOPLE.replace("1000", "1100")))
    assert (again.added, again.changed, again.known, again.elsewhere) == (0, 1, 1, 2)
    assert Population.objects.get(year=2021).people == 1100


def test_classes_hold_about_as_many_each_and_none_is_empty() -> None:
    assert bounds(range(1, 11)) == [2, 4, 6, 8, 10]
    assert bounds([0, 0, 0, 0, 7]) == [0, 7]
    assert bounds([]) == []
    assert [class_of(n, [2, 4, 6]) for n in (0, 2, 3, 6)] == [1, 1, 2, 3]


def test_an_outline_smaller_than_a_dot_is_still_there_to_be_pointed_at(put: Put) -> None:
    tiny = square("E01015472", "Tiny", -1.7)
    tiny["geometry"]["coordinates"] = [
        [[-1.7, 51.6], [-1.69999, 51.6], [-1.69999, 51.60001], [-1.7, 51.6]]
    ]
    load_areas(put("lsoa.json", collection(square("E01015471", "Large"), tiny)))
    keys = dict(Area.objects.values_list("name", "pk"))
    drawn = sheet_of(list(keys.values())).drawn
    assert drawn[keys["Tiny"]].path.endswith("z")
    assert drawn[keys["Large"]].path.count(",") == 4, "its corners and no more"
