"""What these tests share: who loads, files made by hand, and a quick way to load one."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from wansdyke.access.actors import Actor, system_actor
from wansdyke.directory import followers
from wansdyke.people import areas, populations, published, whereabouts

HERE, ELSEWHERE = "E01015471", "E01017734"
ROW = {
    "Crime ID": "",
    "Month": "2018-10",
    "Reported by": "Wiltshire Police",
    "Falls within": "Wiltshire Police",
    "Longitude": "-1.79",
    "Latitude": "51.61",
    "Location": "On or near Made-up Street",
    "LSOA code": HERE,
    "LSOA name": "Swindon 028A",
    "Crime type": "Anti-social behaviour",
    "Last outcome category": "",
    "Context": "",
}
CRIME = {
    "Crime ID": "a" * 64,
    "Crime type": "Burglary",
    "Last outcome category": "Under investigation",
}


def table(*rows: dict[str, str], delimiter: str = ",") -> str:
    """A street-level file: each row is the usual one but for what is given."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(ROW), delimiter=delimiter)
    writer.writeheader()
    writer.writerows({**ROW, **row} for row in rows)
    return text.getvalue()


def square(code: str, name: str, west: float = -1.8, **more: Any) -> dict[str, Any]:
    """A feature: a square of a hundredth of a degree."""
    south, size = 51.6, 0.01
    ring = [
        [west, south],
        [west + size, south],
        [west + size, south + size],
        [west, south + size],
        [west, south],
    ]
    return {
        "type": "Feature",
        "properties": {"LSOA11CD": code, "LSOA11NM": name, **more},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def policing_square(code: str, name: str, west: float = -1.8) -> dict[str, Any]:
    """The same square as a community policing area."""
    return {**square("", "", west), "properties": {"CPA18CD": code, "CPA18NM": name}}


def collection(*features: dict[str, Any]) -> str:
    """A file of those features."""
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file and gives its path."""

    def written(name: str, text: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return written


def load_counts(path: Path, by: Actor | None = None) -> published.Summary:
    """Checks and loads one street-level file."""
    return published.load(published.check(path), by=by or system_actor(), now=timezone.now)


def load_populations(path: Path) -> populations.Summary:
    """Checks and loads one file of populations."""
    checked = populations.check(path)
    return populations.load(checked, by=system_actor(), now=timezone.now)


def settle() -> int:
    """Places all that lies by an older drawing."""
    return whereabouts.settle(followers(), by=system_actor(), now=timezone.now)


def load_areas(path: Path, by: Actor | None = None) -> areas.Summary:
    """Checks and loads one file of outlines."""
    return areas.load(areas.check(path), by=by or system_actor(), now=timezone.now)
