"""Who reviews, holds, disposes and is told that something is gone, written out a second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sweeps.decisions import Record, Viewer, allowed, was_allowed

if TYPE_CHECKING:
    from tests.sweeps.rules import Target
    from tests.sweeps.world import World

EITHER = ("erase", "confirm an erasure")


def holding_records(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever may propose to erase, or confirm it."""
    return any(viewer.has(right) for right in EITHER)


def disposals_seen(world: World, viewer: Viewer, target: Target) -> bool:
    """The same, and whoever reviews the log."""
    return holding_records(world, viewer, target) or viewer.has("review audit")


def register_taken(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever may take something out and sees the register."""
    return viewer.has("export") and disposals_seen(world, viewer, target)


def _on(viewer: Viewer, record: Record | None) -> bool:
    return record is not None and any(allowed(viewer, right, record) for right in EITHER)


def hold_seen(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever may hold the record that it is on."""
    of = world.kept.holds.get(target.arguments["hold_reference"], "")
    return _on(viewer, world.records.get(of))


def disposal_seen(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever may propose or confirm it; of what is gone whoever could have, and who reviews the
    log of its agency and is not locked out."""
    of = world.kept.disposals.get(target.arguments["disposal_reference"], "")
    record = world.records.get(of)
    if record is None:
        return False
    if not record.disposed:
        return _on(viewer, record)
    auditing = viewer.has("review audit") and viewer.agency == record.agency
    if auditing and viewer.key not in record.locked_out:
        return True
    return any(was_allowed(viewer, right, record) for right in EITHER)


def review_seen(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever may propose to erase the record, or confirm it."""
    return _on(viewer, world.records.get(target.arguments["record_reference"]))


def reviewing(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever may propose to erase the record."""
    record = world.records.get(target.arguments["record_reference"])
    return record is not None and allowed(viewer, "erase", record)


def told_it_is_gone(world: World, viewer: Viewer, method: str, target: Target) -> bool:
    """Whoever could have seen a record that was disposed of, and looks at where it was."""
    named = (world.records.get(value) for value in target.arguments.values())
    gone = [record for record in named if record is not None and record.disposed]
    return method == "GET" and any(was_allowed(viewer, "view", record) for record in gone)
