"""Whom the pages of people, places and pairs of records answer to."""

from typing import Protocol

from tests.sweeps.cast import sees_faces
from tests.sweeps.decisions import Viewer, allowed, sections
from tests.sweeps.world import World
from wansdyke.demo.force import HOME

JUDGE = "judge who is who"


class Target(Protocol):
    """What a page of somebody is asked for."""

    @property
    def arguments(self) -> dict[str, str]: ...

    @property
    def person(self) -> str: ...


def person_seen(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever may view one of the person's records, or is shown their face."""
    if not viewer.has("view"):
        return False
    records = [world.records[one] for one in world.people.get(target.person, [])]
    in_full = any(allowed(viewer, "view", record) for record in records)
    return in_full or world.face_of(viewer, target.person)


def place_seen(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever sees the address of a record that names the place, or its markers by safety face."""
    if not viewer.has("view"):
        return False
    there = target.arguments["place_reference"]
    named = (world.records[one] for one in world.named_by.get(there, ()))
    if any("address" in sections(viewer, record) for record in named):
        return True
    marked = (world.records[one] for one in world.marked_by.get(there, ()))
    told = (viewer.key not in one.locked_out and not one.loading for one in marked)
    return sees_faces(viewer) and any(told)


def pair_judged(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever may judge both records of a pair."""
    pair = world.pairs.get(next(iter(target.arguments.values())), ())
    return bool(pair) and all(allowed(viewer, JUDGE, world.records[one]) for one in pair)


def disclosures_seen(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever of the force sees all of one of the person's records."""
    records = [world.records[one] for one in world.people.get(target.person, [])]
    return viewer.agency == HOME and any("staff" in sections(viewer, one) for one in records)


def records_seen(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever may view one of the person's records: a face has none."""
    records = [world.records[one] for one in world.people.get(target.person, [])]
    return any(allowed(viewer, "view", record) for record in records)
