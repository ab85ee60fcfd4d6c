"""The made-up force's ground: a community policing area about each town, who lives there, and which
team polices it.

The outlines are nobody's: whatever is nearer to one town than to any other, within a rough edge.
"""

import csv
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from wansdyke.access.actors import Actor, actor_of
from wansdyke.access.models import Team, User
from wansdyke.desks.contact.demo_tables import TOWNS, Town
from wansdyke.kernel.calendar import london
from wansdyke.people import areas, populations
from wansdyke.people.team_areas import police
from wansdyke.people.whereabouts import settle

ADMINISTRATOR = "ada"
SOURCE = "Made up"
PEOPLE = 1000
# A degree of longitude is so much shorter than one of latitude here.
SQUEEZE = 0.625
EDGE = ((-2.34, 51.15), (-2.24, 51.03), (-1.95, 50.95), (-1.64, 50.96), (-1.56, 51.24),
        (-1.49, 51.33), (-1.52, 51.49), (-1.62, 51.68), (-1.86, 51.70), (-2.18, 51.62),
        (-2.35, 51.42))  # fmt: skip
Point = tuple[float, float]


def make_ground(by: Actor, now: datetime, tell: Callable[[str], None]) -> None:
    """Loads the areas and their populations, and says which response team polices which."""
    with TemporaryDirectory() as folder:
        drawn, counted = Path(folder) / "made-up-areas.json", Path(folder) / "made-up-people.csv"
        drawn.write_text(json.dumps({"type": "FeatureCollection", "features": _features()}))
        with counted.open("w", newline="") as file:
            rows = ((_code(n), town.weight * PEOPLE, now.year - 1, SOURCE) for n, town in _towns())
            csv.writer(file).writerows([populations.POPULATIONS.columns, *rows])
        areas.load(areas.check(drawn), by=by, now=lambda: now)
        populations.load(populations.check(counted), by=by, now=lambda: now)
    settle((), by=by, now=lambda: now)
    _policed(now)
    tell(f"{len(TOWNS)} community policing areas")


def cell_of(town: Town, towns: Sequence[Town] = TOWNS) -> list[Point]:
    """The corners of the ground nearer to a town than to any other, the first again last."""
    cell = list(EDGE)
    for other in towns:
        if other is not town:
            cell = _nearer(cell, town, other)
    rounded = [(round(x, 5), round(y, 5)) for x, y in cell]
    return [*rounded, rounded[0]]


def _nearer(cell: Sequence[Point], town: Town, other: Town) -> list[Point]:
    """What of a cell is nearer to a town than to another, by the line half-way between the two."""

    def beyond(point: Point) -> float:
        return _apart(point, town) - _apart(point, other)

    kept: list[Point] = []
    for one, following in pairwise([*cell, cell[0]]):
        here, there = beyond(one), beyond(following)
        if here <= 0:
            kept.append(one)
        if here * there < 0:
            share = here / (here - there)
            kept.append(
                (
                    one[0] + share * (following[0] - one[0]),
                    one[1] + share * (following[1] - one[1]),
                )
            )
    return kept


def _apart(point: Point, town: Town) -> float:
    east, north = (point[0] - town.longitude) * SQUEEZE, point[1] - town.latitude
    return east * east + north * north


def _towns() -> enumerate[Town]:
    return enumerate(TOWNS, start=1)


def _code(number: int) -> str:
    return f"MADEUP{number:02d}"


def _features() -> list[dict[str, object]]:
    return [
        {
            "type": "Feature",
            "properties": {"CPA18CD": _code(number), "CPA18NM": town.name},
            "geometry": {"type": "Polygon", "coordinates": [cell_of(town)]},
        }
        for number, town in _towns()
    ]


def _policed(now: datetime) -> None:
    """Each area is the response team's whose own town is nearest."""
    keys = (f"demo-ground-{n}" for n in count(1))
    by = actor_of(
        User.objects.get(username=ADMINISTRATOR),
        on=london(now).date(),
        mfa=True,
        channel="command line",
    )
    teams = Team.objects.filter(key__startswith="response-").order_by("key")
    at = {team: next(one for one in TOWNS if team.name.endswith(one.name)) for team in teams}
    held: dict[Team, list[str]] = {team: [] for team in at}
    for number, town in _towns():
        point = (town.longitude, town.latitude)
        nearest = min(at, key=lambda team: _apart(point, at[team]))
        held[nearest].append(_code(number))
    for team, codes in held.items():
        police(team, codes, by=by, at=now, key=next(keys))
