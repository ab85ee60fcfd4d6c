"""Which outline holds a point: a grid of boxes, then the few edges at the point's own latitude.

A point on a border that two outlines share lies in one of them, never in both or neither; where
outlines overlap, in the one that was given first.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

CELLS = 64
EDGES_A_BAND = 8
Edge = tuple[float, float, float, float]


class Box(NamedTuple):
    """The degrees between which an outline lies."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, longitude: float, latitude: float) -> bool:
        """Whether a point lies within, the edges included."""
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north


def rings_of(outline: dict[str, Any]) -> Iterator[Sequence[Sequence[float]]]:
    """Every ring of a Polygon or a MultiPolygon, holes included."""
    polygons = outline["coordinates"]
    for polygon in [polygons] if outline["type"] == "Polygon" else polygons:
        yield from polygon


class Shape:
    """One outline, its edges sorted into bands of latitude."""

    def __init__(self, key: int, outline: dict[str, Any], box: Box) -> None:
        self.key, self.box = key, box
        edges = [
            (x1, y1, x2, y2)
            for ring in rings_of(outline)
            for (x1, y1, *_), (x2, y2, *_) in pairwise(ring)
            if y1 != y2
        ]
        self.bands: list[list[Edge]] = [[] for _ in range(len(edges) // EDGES_A_BAND + 1)]
        for edge in edges:
            low, high = sorted((edge[1], edge[3]))
            for band in range(self._band(low), self._band(high) + 1):
                self.bands[band].append(edge)

    def _band(self, latitude: float) -> int:
        height = self.box.north - self.box.south
        place = int((latitude - self.box.south) / height * len(self.bands)) if height else 0
        return min(max(place, 0), len(self.bands) - 1)

    def holds(self, longitude: float, latitude: float) -> bool:
        """Whether a ray from the point eastward crosses an odd number of edges: a hole's count."""
        if not self.box.holds(longitude, latitude):
            return False
        inside = False
        for x1, y1, x2, y2 in self.bands[self._band(latitude)]:
            # Half-open, so that a corner counts once and a shared border lies on one side.
            crosses = (y1 > latitude) != (y2 > latitude)
            if crosses and longitude < (x2 - x1) * (latitude - y1) / (y2 - y1) + x1:
                inside = not inside
        return inside


@dataclass
class Finder:
    """Outlines in a grid over all of them, so that a point is asked of the few that are near."""

    box: Box | None = None
    cells: dict[tuple[int, int], list[Shape]] = field(default_factory=dict)

    @classmethod
    def of(cls, shapes: Iterable[Shape]) -> "Finder":
        """The finder of some outlines."""
        given = list(shapes)
        if not given:
            return cls()
        boxes = [shape.box for shape in given]
        found = cls(
            Box(
                min(b.west for b in boxes),
                min(b.south for b in boxes),
                max(b.east for b in boxes),
                max(b.north for b in boxes),
            )
        )
        for shape in given:
            west, south = found._cell(shape.box.west, shape.box.south)
            east, north = found._cell(shape.box.east, shape.box.north)
            for column in range(west, east + 1):
                for row in range(south, north + 1):
                    found.cells.setdefault((column, row), []).append(shape)
        return found

    def _cell(self, longitude: float, latitude: float) -> tuple[int, int]:
        if self.box is None:
            return 0, 0
        west, south, east, north = self.box
        column = int((longitude - west) / (east - west) * CELLS) if east > west else 0
        row = int((latitude - south) / (north - south) * CELLS) if north > south else 0
        return column, row

    def at(self, longitude: float, latitude: float) -> int | None:
        """The key of the outline that holds a point; None where none does."""
        if self.box is None or not self.box.holds(longitude, latitude):
            return None
        near = self.cells.get(self._cell(longitude, latitude), ())
        return next((shape.key for shape in near if shape.holds(longitude, latitude)), None)
