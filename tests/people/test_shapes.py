"""Which outline holds a point: holes, parts, shared borders, and a grid of many."""

from itertools import pairwise
from random import Random
from typing import Any

import pytest

from wansdyke.people.shapes import Box, Finder, Shape


def ring(west: float, south: float, size: float) -> list[list[float]]:
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def shape(key: int, *rings: list[list[float]], parts: Any = None) -> Shape:
    outline = {"type": "Polygon", "coordinates": list(rings)}
    if parts is not None:
        outline = {"type": "MultiPolygon", "coordinates": parts}
    points = [p for r in (rings or [r for part in parts for r in part]) for p in r]
    east, north = [p[0] for p in points], [p[1] for p in points]
    return Shape(key, outline, Box(min(east), min(north), max(east), max(north)))


def test_a_hole_is_not_inside_and_an_island_in_it_is() -> None:
    parts = [[ring(0, 0, 9), ring(3, 3, 3)], [ring(4, 4, 1)]]
    found = Finder.of([shape(1, parts=parts)])
    assert found.at(1, 1) == 1
    assert found.at(3.5, 3.5) is None
    assert found.at(4.5, 4.5) == 1
    assert found.at(9.5, 1) is None


def test_a_point_on_a_shared_border_lies_in_exactly_one() -> None:
    shapes = [shape(n, ring(n % 3, n // 3, 1)) for n in range(9)]
    for east, north in ((1, 0.5), (1, 1), (1.5, 1), (2, 2)):
        assert sum(one.holds(east, north) for one in shapes) == 1
        assert Finder.of(shapes).at(east, north) is not None


def test_of_two_that_overlap_the_first_holds() -> None:
    first, second = shape(1, ring(0, 0, 2)), shape(2, ring(1, 1, 2))
    assert Finder.of([first, second]).at(1.5, 1.5) == 1
    assert Finder.of([second, first]).at(1.5, 1.5) == 2
    assert Finder.of([]).at(1.5, 1.5) is None


def plainly(points: list[list[float]], east: float, north: float) -> bool:
    """The textbook's ray, edge by edge."""
    inside = False
    for (x1, y1), (x2, y2) in pairwise(points):
        if (y1 > north) != (y2 > north) and east < (x2 - x1) * (north - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


@pytest.mark.parametrize("seed", range(5))
def test_the_bands_and_the_grid_find_what_every_edge_would(seed: int) -> None:
    rng = Random(seed)
    outlines = []
    for _ in range(12):
        points = [[rng.uniform(0, 10), rng.uniform(0, 10)] for _ in range(rng.randint(3, 60))]
        outlines.append([*points, points[0]])
    found = Finder.of(shape(n, points) for n, points in enumerate(outlines))
    for _ in range(400):
        east, north = rng.uniform(-1, 11), rng.uniform(-1, 11)
        holding = [n for n, points in enumerate(outlines) if plainly(points, east, north)]
        assert found.at(east, north) == (holding[0] if holding else None)
