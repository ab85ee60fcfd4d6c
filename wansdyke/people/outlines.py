"""Outlines of areas as GeoJSON files hold them (WGS84), read one at a time however large the file.

The code and the name of an area are the properties that its publisher names so: LSOA11CD and
LSOA11NM, WD23CD and WD23NM; the letters before the year say what kind of area it is.
"""

import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, NamedTuple

from wansdyke.people.delimited import BadFile, Problem, SourceFile, Told, untold

# Street-level counts are published by lower layer super output area.
COUNTED = "lsoa"
CHUNK = 256 * 1024
_CODE = re.compile(r"([A-Z]+)(\d{2})CD")
_MOST_NAMES = {"code": 20, "name": 120}
_WGS84 = ("CRS84", "EPSG::4326", "EPSG:4326")


class Outline(NamedTuple):
    """One area as a file draws it. Degrees; the box is west, south, east, north."""

    code: str
    name: str
    kind: str
    outline: dict[str, Any]
    west: float
    south: float
    east: float
    north: float


@dataclass
class _Text:
    """JSON text read piece by piece: whole values are taken off its front."""

    file: IO[str]
    text: str = ""
    at: int = 0
    ended: bool = False
    decoder: json.JSONDecoder = field(default_factory=json.JSONDecoder)

    def more(self) -> bool:
        """Reads on, twice as much each time a value does not end; False at the end of the file."""
        held = self.text[self.at :]
        read = self.file.read(max(CHUNK, len(held)))
        self.text, self.at, self.ended = held + read, 0, not read
        return bool(read)

    def mark(self) -> str:
        """The next character that is not a space, left where it is; "" at the end."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in " \t\r\n":
                self.at += 1
            if self.at < len(self.text) or not self.more():
                return self.text[self.at : self.at + 1]

    def take(self, marks: str) -> str:
        """The next character, which must be one of those; raises ValueError otherwise."""
        found = self.mark()
        if not found or found not in marks:
            raise ValueError(f"“{marks[0]}”")
        self.at += 1
        return found

    def value(self) -> Any:
        """The next whole value; raises ValueError where there is none."""
        self.mark()
        while True:
            try:
                value, end = self.decoder.raw_decode(self.text, self.at)
            except RecursionError:
                raise ValueError("outlines that are not nested so deep") from None
            except ValueError:
                if self.more():
                    continue
                raise ValueError("JSON") from None
            # A number at the end of what was read may go on: only what follows shows its end.
            if end < len(self.text) or self.ended or not self.more():
                self.at = end if end < len(self.text) or self.ended else self.at
                return value


def _features(text: _Text) -> Iterator[Any]:
    """Each member of the top level's "features"; raises ValueError saying what was expected."""
    text.take("{")
    found = False
    while text.mark() != "}":
        key = text.value()
        text.take(":")
        if key == "features":
            found = True
            text.take("[")
            while text.mark() != "]":
                yield text.value()
                if text.mark() != "]":
                    text.take(",")
            text.take("]")
        else:
            _check_member(key, text.value())
        if text.mark() != "}":
            text.take(",")
    if not found:
        raise ValueError("a FeatureCollection with “features”")


def _check_member(key: Any, value: Any) -> None:
    if key == "type" and value != "FeatureCollection":
        raise ValueError("a FeatureCollection")
    if key == "crs" and not any(name in json.dumps(value) for name in _WGS84):
        raise ValueError("longitude and latitude in WGS84 (EPSG:4326)")


def outlines_of(source: SourceFile, told: Told = untold) -> Iterator[tuple[int, Outline | Problem]]:
    """Each feature's number, from 1, and its outline or what is wrong with it.

    `told` gets bytes read. Raises BadFile where the file is not GeoJSON to its end.
    """
    number = 0
    with source.path.open("rb") as file:
        text = _Text(io.TextIOWrapper(file, encoding=source.encoding))
        try:
            for number, feature in enumerate(_features(text), start=1):
                if number % 50 == 0:
                    told(file.tell())
                try:
                    yield number, _outline(feature)
                except _Wrong as wrong:
                    yield number, wrong.problem(source, number)
        except ValueError as error:
            raise BadFile(
                [Problem(source.name, number + 1, "", str(error), unit="feature")]
            ) from error
    told(source.size)


class _Wrong(Exception):
    """What is wrong with a feature: property, what was expected, what was found."""

    def __init__(self, column: str, expected: str, found: str) -> None:
        super().__init__(column, expected, found)
        self.column, self.expected, self.found = column, expected, found

    def problem(self, source: SourceFile, number: int) -> Problem:
        """As the user is told of it."""
        return Problem(source.name, number, self.column, self.expected, self.found, "feature")


def _outline(feature: Any) -> Outline:
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        raise _Wrong("", "a feature with properties", str(feature))
    properties = {str(k).upper(): v for k, v in feature["properties"].items()}
    kind, column = _kind(properties)
    code = _named(properties, column, "code")
    name = _named(properties, column[:-2] + "NM", "name")
    geometry: Any = feature.get("geometry")
    points = list(_points(geometry))
    east, north = [p[0] for p in points], [p[1] for p in points]
    box = (min(east), min(north), max(east), max(north))
    outline = {"type": geometry["type"], "coordinates": geometry["coordinates"]}
    return Outline(code, name, kind, outline, *box)


def _kind(properties: dict[str, Any]) -> tuple[str, str]:
    """The kind and the code's property; an LSOA's where there is one, else the first."""
    found = [
        (match[1].lower(), key)
        for key in properties
        if (match := _CODE.fullmatch(key)) and key[:-2] + "NM" in properties
    ]
    if not found:
        raise _Wrong("", "properties for code and name, such as LSOA11CD and LSOA11NM", "")
    kind, key = next((pair for pair in found if pair[0] == COUNTED), found[0])
    return kind[:20], key


def _named(properties: dict[str, Any], column: str, what: str) -> str:
    value, most = properties[column], _MOST_NAMES[what]
    good = isinstance(value, str) and value.strip() and len(value) <= most and value.isprintable()
    if not good:
        raise _Wrong(column, f"a {what} of at most {most} characters", str(value))
    word = str(value).strip()
    # A code stands in addresses.
    if what == "code" and not (word.isascii() and word.isalnum()):
        raise _Wrong(column, f"a code of at most {most} letters and digits", word)
    return word


def _points(geometry: Any) -> Iterator[Sequence[float]]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise _Wrong("geometry", "a Polygon or a MultiPolygon", str(kind))
    polygons = geometry.get("coordinates")
    polygons = [polygons] if kind == "Polygon" else polygons
    if not isinstance(polygons, list) or not polygons:
        raise _Wrong("geometry", "rings of points", "")
    for rings in polygons:
        if not isinstance(rings, list) or not rings:
            raise _Wrong("geometry", "rings of points", str(rings))
        for ring in rings:
            if not isinstance(ring, list) or len(ring) < 4 or ring[0] != ring[-1]:
                raise _Wrong("geometry", "closed rings of four points or more", str(ring))
            for point in ring:
                if not _is_point(point):
                    raise _Wrong("geometry", "longitude and latitude in degrees", str(point))
                yield point


def _is_point(point: Any) -> bool:
    return (
        isinstance(point, list)
        and len(point) >= 2
        # A third number is a height; anything beyond reason, or not a number, is no point.
        and all(type(number) in (int, float) and abs(number) < 1e6 for number in point)
        and abs(point[0]) <= 180
        and abs(point[1]) <= 90
    )
