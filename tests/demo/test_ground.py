"""The made-up outlines: every point of the ground lies in the area of the town nearest to it."""

import math
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from wansdyke.demo.ground import EDGE, SQUEEZE, TOWNS, Point, cell_of
from wansdyke.people.shapes import Box, Finder, Shape


def shape(number: int, ring: Sequence[Point]) -> Shape:
    east, north = [x for x, _ in ring], [y for _, y in ring]
    box = Box(min(east), min(north), max(east), max(north))
    return Shape(number, {"type": "Polygon", "coordinates": [ring]}, box)


SHAPES = Finder.of(shape(number, cell_of(town)) for number, town in enumerate(TOWNS))
GROUND = shape(0, [*EDGE, EDGE[0]])
# A rounded corner may lie so far from the line half-way.
NEAR = 0.0002


def apart(number: int, east: float, north: float) -> float:
    town = TOWNS[number]
    return math.hypot((east - town.longitude) * SQUEEZE, north - town.latitude)


@given(st.floats(-2.2, -1.7), st.floats(51.05, 51.6))
def test_each_point_lies_in_the_area_of_the_nearest_town(east: float, north: float) -> None:
    found = SHAPES.at(east, north)
    nearest = min(range(len(TOWNS)), key=lambda number: apart(number, east, north))
    if found is None and not GROUND.holds(east, north):
        return
    if found != nearest:
        rivals = sorted(apart(number, east, north) for number in range(len(TOWNS)))
        assert rivals[1] - rivals[0] < NEAR
        assert found is None or apart(found, east, north) - rivals[0] < NEAR


def test_each_town_lies_in_its_own_area() -> None:
    for number, town in enumerate(TOWNS):
        assert SHAPES.at(town.longitude, town.latitude) == number
