"""Areas: outlines from GeoJSON, what a second file changes, and what a bad one says."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.people.conftest import collection, load_areas, square
from wansdyke.access.models import Load
from wansdyke.people import areas, outlines
from wansdyke.people.delimited import BadFile
from wansdyke.people.models import Area

pytestmark = pytest.mark.django_db
Put = Callable[..., Path]


def test_the_real_outlines_are_all_there_with_their_boxes(shared: Callable[[str], Path]) -> None:
    came = [load_areas(path) for path in sorted(shared("data/geography").glob("*.json"))]
    assert [(one.rows, one.added) for one in came] == [(132, 132), (285, 285)]
    area = Area.objects.get(code="E01015471")
    assert (area.name, area.kind) == ("Swindon 028A", "lsoa")
    assert -1.9 < area.west < area.east < -1.6
    assert 51.4 < area.south < area.north < 51.7
    assert len(areas.codes_loaded()) == 417


def test_the_same_outlines_again_add_nothing(put: Put) -> None:
    text = collection(square("E01015471", "Swindon 028A"), square("E01015472", "Swindon 028B"))
    load_areas(put("a.json", text))
    again = load_areas(put("b.json", json.dumps(json.loads(text), indent=3)))
    assert (again.added, again.redrawn, again.known) == (0, 0, 2)
    assert Area.objects.count() == 2


def test_an_area_drawn_anew_keeps_its_code_and_its_key(put: Put) -> None:
    load_areas(put("a.json", collection(square("E01015471", "Old name"))))
    before = Area.objects.get()
    came = load_areas(put("b.json", collection(square("E01015471", "New name", west=-1.7))))
    after = Area.objects.get()
    assert (came.added, came.redrawn) == (0, 1)
    assert (after.pk, after.name, after.west) == (before.pk, "New name", -1.7)
    assert after.load_id == came.load != before.load_id


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
def test_reading_in_pieces_of_any_size_finds_the_same(
    put: Put, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(outlines, "CHUNK", size)
    body = {
        "type": "FeatureCollection",
        "numberMatched": 1234567,
        "bbox": [-2, 51, -1, 52],
        "features": [square(f"E0101547{n}", f"Café {n}") for n in range(5)],
        "after": 12.5,
    }
    path = put("a.json", json.dumps(body, indent=1, ensure_ascii=False))
    assert areas.check(path).rows == 5


def test_other_kinds_are_known_by_their_properties(put: Put) -> None:
    feature = square("x", "x")
    feature["properties"] = {"wd23cd": "E05000001", "wd23nm": "A ward", "BNG_E": 1}
    load_areas(put("a.json", collection(feature)))
    area = Area.objects.get()
    assert (area.code, area.name, area.kind) == ("E05000001", "A ward", "wd")
    assert areas.codes_loaded() == frozenset()


def changed(**parts: Any) -> dict[str, Any]:
    return {**square("E01015471", "Swindon 028A"), **parts}


METRES = {"type": "Polygon", "coordinates": [[[4e5, 1e5], [4e5, 2e5], [5e5, 2e5], [4e5, 1e5]]]}
HEIGHTS = {"type": "Polygon", "coordinates": [[[0, 0, float("nan")]] * 4]}
HUGE = {"type": "Polygon", "coordinates": [[[0, 10**400]] * 4]}
OPEN = {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [1, 0]]]}


@pytest.mark.parametrize(
    ("feature", "words"),
    [
        (changed(geometry=METRES), "column “geometry”: expected longitude and latitude in degrees"),
        (changed(geometry=HEIGHTS), "expected longitude and latitude in degrees"),
        (changed(geometry=HUGE), "expected longitude and latitude in degrees"),
        (changed(geometry=OPEN), "column “geometry”: expected closed rings of four points"),
        (changed(geometry=None), "column “geometry”: expected a Polygon or a MultiPolygon"),
        (
            changed(geometry={"type": "MultiPolygon", "coordinates": [3]}),
            "column “geometry”: expected rings of points",
        ),
        (changed(properties={"name": "x"}), "expected properties for code and name"),
        (changed(properties=None), "expected a feature with properties"),
        (square("", "x"), "column “LSOA11CD”: expected a code of at most 20 characters"),
        (square('"><b x', "x"), "column “LSOA11CD”: expected a code of at most 20 letters and"),
        (square("E01015472", "x" * 121), "column “LSOA11NM”: expected a name of at most 120"),
        (square("E01015470", "twice"), "expected each area once, found “E01015470”"),
    ],
)
def test_a_bad_outline_names_its_feature_and_nothing_is_loaded(
    put: Put, feature: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadFile) as refused:
        load_areas(put("bad.json", collection(square("E01015470", "Good"), feature)))
    assert "bad.json, feature 2" in refused.value.message
    assert words in refused.value.message
    assert not Area.objects.exists()
    assert not Load.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{",
        '{"type": "Feature"}',
        '{"type": "FeatureCollection"}',
        collection(square("E01015470", "Cut short"))[:-40],
        "[" * 100_000,
        '{"features": ' + "[" * 100_000,
        '{"features": [' + '{"a":' * 100_000,
        '{"crs": "EPSG:27700", "features": []}',
    ],
)
def test_a_file_that_is_not_geojson_is_refused(put: Put, text: str) -> None:
    with pytest.raises(BadFile):
        areas.check(put("bad.json", text))
