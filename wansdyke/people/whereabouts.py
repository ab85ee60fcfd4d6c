"""The areas that a place lies in: worked out when it is made, and anew when outlines are drawn.

A place says by which drawing of the outlines it was placed (`placed_by`), so that whoever places
the rest after a new drawing goes on where another was stopped, and does nothing twice.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple, Protocol

from django.db.models import Count, Max, Q

from wansdyke.access.actors import Actor
from wansdyke.access.settings import Setting, value_of
from wansdyke.history import audit
from wansdyke.history.door import change, digest_of
from wansdyke.people import loads
from wansdyke.people.areas import areas
from wansdyke.people.delimited import Told, untold
from wansdyke.people.models import Place
from wansdyke.people.outlines import COUNTED
from wansdyke.people.shapes import Box, Finder, Shape

POLICING_KIND = Setting(
    key="areas.policing-kind",
    title="Community policing areas: kind of outline",
    default="cpa",
    kind="text",
    source="The force’s own outlines",
    hint="The letters before the year in the name of the code’s property: cpa for CPA18CD",
)
SETTINGS = (POLICING_KIND,)
LOCK = "whereabouts"


class Whereabouts(NamedTuple):
    """The areas that a point lies in, and by which drawing."""

    area_id: int | None
    policing_area_id: int | None
    placed_by: str


class Drawing(NamedTuple):
    """The outlines as they are drawn now, and a mark by which another drawing is told."""

    mark: str
    counted: Finder
    policing: Finder

    def at(self, latitude: float | None, longitude: float | None) -> Whereabouts:
        """Where a point is."""
        if latitude is None or longitude is None:
            return Whereabouts(None, None, self.mark)
        return Whereabouts(
            self.counted.at(longitude, latitude), self.policing.at(longitude, latitude), self.mark
        )


class Follower(Protocol):
    """What else follows the places: of a higher floor, which knows it."""

    def moved(self, places: Collection[int]) -> None:
        """Does what follows from places (primary keys) being placed anew, in their transaction."""

    def left(self, mark: str, most: int) -> Sequence[int]:
        """Up to so many of its own rows that lie by themselves and not yet by this drawing."""

    def keep(self, rows: Sequence[int]) -> None:
        """Places these."""


def drawing() -> Drawing:
    """The outlines of today, read once for each drawing of them."""
    used = areas().filter(Q(kind=COUNTED) | Q(policing=True))
    drawn = used.values_list("kind", "policing").annotate(
        Count("pk"), Max("load_id"), Max("load__completed_at"), Max("load__sha256")
    )
    facts = sorted(map(str, drawn.order_by()))
    return _read(sha256("\n".join(facts).encode()).hexdigest()[:16])


@lru_cache(maxsize=1)
def _read(mark: str) -> Drawing:
    used = areas().filter(Q(kind=COUNTED) | Q(policing=True)).order_by("code")
    rows = used.values_list("pk", "kind", "policing", "outline", "west", "south", "east", "north")
    shapes = [
        (kind == COUNTED, policing, Shape(pk, outline, Box(*box)))
        for pk, kind, policing, outline, *box in rows
    ]
    return Drawing(
        mark,
        Finder.of(shape for counted, _, shape in shapes if counted),
        Finder.of(shape for _, policing, shape in shapes if policing),
    )


def placed(places: Iterable[Place]) -> None:
    """Says of unsaved places with a position which areas they lie in."""
    known = [place for place in places if place.latitude is not None]
    if not known:
        return
    now = drawing()
    for place in known:
        for name, value in now.at(place.latitude, place.longitude)._asdict().items():
            setattr(place, name, value)


def waiting() -> int:
    """How many places still lie by an older drawing."""
    return int(_stale(drawing().mark).count())


def _stale(mark: str) -> Any:
    # Two ranges, which an index serves; unlike what is not one of something.
    other = Q(placed_by__lt=mark) | Q(placed_by__gt=mark)
    return Place.objects.filter(other, latitude__isnull=False)


def settle(
    followers: Sequence[Follower],
    *,
    by: Actor,
    now: Callable[[], datetime],
    told: Told = untold,
) -> int:
    """Places all that lies by an older drawing, by short transactions; returns how many.

    Stopped half-way, the next call does the rest. Raises Refused where another is at it.
    """
    with loads.alone(LOCK):
        _choose(by, now)
        mark, done, step, pace = drawing().mark, 0, 0, loads.Pace()
        for left, place in _kinds(followers):
            while found := left(mark, pace.rows):
                at, step = now(), step + 1
                key = f"whereabouts:{mark}:{at.timestamp():.6f}:{step}"
                with (
                    pace.measured(len(found)),
                    change(by=by, at=at, key=key, digest=digest_of(key)),
                ):
                    place(found)
                done += len(found)
                told(done)
        return done


Left = Callable[[str, int], Sequence[int]]


def _kinds(
    followers: Sequence[Follower],
) -> Iterator[tuple[Left, Callable[[Sequence[int]], None]]]:
    """What finds the rows of each kind that lie by an older drawing, and what places them."""

    def place(found: Sequence[int]) -> None:
        _place(found)
        for follower in followers:
            follower.moved(found)

    yield _left, place
    for follower in followers:
        yield follower.left, follower.keep


def _left(mark: str, most: int) -> list[int]:
    return list(_stale(mark).order_by("placed_by", "pk").values_list("pk", flat=True)[:most])


def _choose(by: Actor, now: Callable[[], datetime]) -> None:
    """Marks the areas of the kind that the force has chosen as its community policing areas."""
    at = now()
    kind = str(value_of(POLICING_KIND, at)).strip().lower()
    wrong = areas().filter(Q(kind=kind, policing=False) | Q(~Q(kind=kind), policing=True))
    if not wrong.exists():
        return
    key = f"policing-kind:{at.timestamp():.6f}"
    with change(by=by, at=at, key=key, digest=digest_of(key, kind)) as doing:
        areas().update(policing=False)
        areas().filter(kind=kind).update(policing=True)
        doing.event("policing areas chosen", subject="areas")
        doing.audit(audit.CONFIGURATION, "areas", policing_kind=kind)


def _place(keys: Sequence[int]) -> None:
    """Places some anew: locked, so that a call being taken at one of them either is seen by what
    follows, or sees what is written here."""
    found = list(Place.objects.filter(pk__in=keys).order_by("pk").select_for_update())
    now = drawing()
    for place in found:
        for name, value in now.at(place.latitude, place.longitude)._asdict().items():
            setattr(place, name, value)
    Place.objects.bulk_update(found, list(Whereabouts._fields), batch_size=200)


def policing_areas() -> Any:
    """The community policing areas, by name."""
    return areas().filter(policing=True).order_by("name", "code")
