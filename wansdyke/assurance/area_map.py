"""A map without tiles: each area's outline, shaded by a number in five classes, drawn here.

A class differs by its pattern as by its colour, so that neither alone has to be told apart.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import cos, radians
from typing import Any

from django.urls import reverse

from wansdyke.assurance.area_figures import Line
from wansdyke.people.areas import areas
from wansdyke.people.shapes import Box, rings_of
from wansdyke.people.whereabouts import drawing

WIDTH, TALLEST = 1000, 1400
CLASSES = 5
MOST_LABELS = 25
Point = tuple[int, int]


@dataclass(frozen=True)
class Drawn:
    """One area's path in the drawing's own units, and where its middle is."""

    path: str
    middle: Point


@dataclass(frozen=True)
class Sheet:
    """Outlines laid out together."""

    width: int
    height: int
    drawn: Mapping[int, Drawn]


@dataclass(frozen=True)
class Shaded:
    """An area on the map: what it links to, is called, and which class it is of (0 is none)."""

    path: str
    middle: Point
    href: str
    said: str
    short: str
    shade: int


@dataclass(frozen=True)
class Key:
    """A line of the legend."""

    shade: int
    words: str


@dataclass(frozen=True)
class Map:
    """A map ready to draw."""

    width: int
    height: int
    areas: list[Shaded]
    legend: list[Key]
    labelled: bool


def bounds(values: Sequence[float], classes: int = CLASSES) -> list[float]:
    """The upper bound of each class, so that each holds about as many of the values; of values
    that are alike there are fewer classes, never an empty one."""
    ordered = sorted(values)
    if not ordered:
        return []
    places = [-(-len(ordered) * part // classes) - 1 for part in range(1, classes + 1)]
    return sorted({ordered[max(place, 0)] for place in places})


def class_of(value: float, uppers: Sequence[float]) -> int:
    """Which class a value is of, from 1."""
    return min(bisect_left(uppers, value), len(uppers) - 1) + 1


def sheet_of(keys: Sequence[int]) -> Sheet:
    """Areas (primary keys) laid out together; kept, for their outlines seldom change."""
    return _sheet(tuple(sorted(keys)), drawing().mark)


@lru_cache(maxsize=8)
def _sheet(keys: tuple[int, ...], _mark: str) -> Sheet:
    found = list(
        areas().filter(pk__in=keys).values_list("pk", "outline", "west", "south", "east", "north")
    )
    if not found:
        return Sheet(WIDTH, 0, {})
    box = Box(
        min(row[2] for row in found),
        min(row[3] for row in found),
        max(row[4] for row in found),
        max(row[5] for row in found),
    )
    # A degree of longitude is shorter the further north it lies.
    narrow = cos(radians((box.south + box.north) / 2))
    wide = max((box.east - box.west) * narrow, 1e-9)
    tall = max(box.north - box.south, 1e-9)
    scale = min(WIDTH / wide, TALLEST / tall)

    def at(point: Sequence[float]) -> Point:
        return (
            round((point[0] - box.west) * narrow * scale),
            round((box.north - point[1]) * scale),
        )

    drawn = {pk: _drawn(outline, at) for pk, outline, *_ in found}
    return Sheet(max(round(wide * scale), 1), max(round(tall * scale), 1), drawn)


def _drawn(outline: dict[str, Any], at: Callable[[Sequence[float]], Point]) -> Drawn:
    rings = [_thinned([at(point) for point in ring]) for ring in rings_of(outline)]
    shown = [ring for ring in rings if len(ring) > 2]
    if not shown:
        # Smaller than a dot at this scale, but there to be pointed at.
        x, y = rings[0][0]
        shown = [[(x, y), (x + 3, y), (x + 3, y + 3), (x, y + 3)]]
    largest = max(shown, key=_extent)
    across, down = [x for x, _ in largest], [y for _, y in largest]
    middle = ((min(across) + max(across)) // 2, (min(down) + max(down)) // 2)
    return Drawn("".join(_path(ring) for ring in shown), middle)


def _extent(ring: Sequence[Point]) -> int:
    across, down = [x for x, _ in ring], [y for _, y in ring]
    return (max(across) - min(across)) * (max(down) - min(down))


def _thinned(ring: Sequence[Point]) -> list[Point]:
    """A ring without its last point, and without those that at this scale say nothing more."""
    kept: list[Point] = []
    for point in ring:
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and _straight(kept[-2], kept[-1], point):
            kept[-1] = point
        else:
            kept.append(point)
    return kept[:-1] if len(kept) > 1 and kept[0] == kept[-1] else kept


def _straight(first: Point, second: Point, third: Point) -> bool:
    along = (second[0] - first[0], second[1] - first[1])
    on = (third[0] - second[0], third[1] - second[1])
    return along[0] * on[1] == along[1] * on[0] and along[0] * on[0] + along[1] * on[1] > 0


def _path(ring: Sequence[Point]) -> str:
    steps = " ".join(f"{b[0] - a[0]},{b[1] - a[1]}" for a, b in pairwise(ring))
    return f"M{ring[0][0]},{ring[0][1]}l{steps}z"


def map_of(
    lines: Sequence[Line],
    value: Callable[[Line], float | None],
    words: Callable[[float | None], str],
    asked: str,
) -> Map | None:
    """The map of some areas' numbers; `words` says one. None where nothing can be drawn."""
    sheet = sheet_of([line.key for line in lines])
    if not sheet.drawn:
        return None
    values = {line.key: value(line) for line in lines}
    known = [one for one in values.values() if one is not None]
    uppers = bounds(known)
    shown = [
        _shaded(line, sheet.drawn[line.key], values[line.key], uppers, words, asked)
        for line in lines
        if line.key in sheet.drawn
    ]
    legend = [Key(n, _span(n, uppers, known, words)) for n in range(1, len(uppers) + 1)]
    if len(known) < len(values):
        legend.append(Key(0, words(None)))
    return Map(sheet.width, sheet.height, shown, legend, len(shown) <= MOST_LABELS)


def _shaded(
    line: Line,
    drawn: Drawn,
    value: float | None,
    uppers: Sequence[float],
    words: Callable[[float | None], str],
    asked: str,
) -> Shaded:
    return Shaded(
        path=drawn.path,
        middle=drawn.middle,
        href=reverse("area", args=[line.code]) + asked,
        said=f"{line.name}: {words(value)}",
        short=line.name,
        shade=0 if value is None else class_of(value, uppers),
    )


def _span(
    number: int,
    uppers: Sequence[float],
    known: Sequence[float],
    words: Callable[[float | None], str],
) -> str:
    """ "12 to 30": the least and the most that a class holds."""
    held = sorted(value for value in known if class_of(value, uppers) == number)
    least, most = words(held[0]), words(held[-1])
    return least if least == most else f"{least} to {most}"
