"""The made-up outlines: every point of the ground lies in the area of the town nearest to it."""

import math

from hypothesis import given
from hypothesis import strategies as st

from wansdyke.demo.ground import SQUEEZE, TOWNS, cell_of
from wansdyke.people.shapes import Box, Finder, Shape

SHAPES = Finder.of(
    Shape(
        number,
        {"type": "Polygon", "coordinates": [cell]},
        Box(
            min(x for x, _ in cell),
            min(y for _, y in cell),
            max(x for x, _ in cell),
            max(y for _, y in cell),
        ),
    )
    for number, cell in enumerate(map(cell_of, TOWNS))
)
# A rounded corner may lie so far from the line half-way.
NEAR = 0.0002


def apart(number: int, east: float, north: float) -> float:
    town = TOWNS[number]
    return math.hypot((east - town.longitude) * SQUEEZE, north - town.latitude)


@given(st.floats(-2.2, -1.7), st.floats(51.05, 51.6))
def test_each_point_lies_in_the_area_of_the_nearest_town(east: float, north: float) -> None:
    found = SHAPES.at(east, north)
    nearest = min(range(len(TOWNS)), key=lambda number: apart(number, east, north))
    if found != nearest:
        rivals = sorted(apart(number, east, north) for number in range(len(TOWNS)))
        assert rivals[1] - rivals[0] < NEAR
        assert found is None or apart(found, east, north) - rivals[0] < NEAR


def test_each_town_lies_in_its_own_area() -> None:
    for number, town in enumerate(TOWNS):
        assert SHAPES.at(town.longitude, town.latitude) == number
