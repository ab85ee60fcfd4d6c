"""Who marks a case, sees that the glass was broken, and reviews it, written out a second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sweeps.decisions import MAY, Viewer, allowed

if TYPE_CHECKING:
    from tests.sweeps.rules import Target
    from tests.sweeps.world import World


def glass_watched(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever may break the glass, or reviews what was broken."""
    return viewer.has("break-glass") or viewer.has("review audit")


def glass_seen(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever broke it, and whoever reviews it."""
    mine = viewer.key == world.glass[1] and viewer.has("break-glass")
    return target.known and (mine or glass_reviewed(world, viewer, target))


def glass_reviewed(world: World, viewer: Viewer, target: Target) -> bool:
    """Auditors of the force and the supervisors of the record's team, but not whoever broke it,
    nor anybody who is locked out of the record."""
    _, who, reference = world.glass
    record = world.records[reference]
    auditing = viewer.agency == record.agency and viewer.has("review audit")
    leads = any(
        held.team == record.team and "lift a restriction" in MAY[held.role] for held in viewer.held
    )
    reviews = auditing or (viewer.admitted and leads)
    shut = viewer.key == who or viewer.key in record.locked_out
    return target.known and reviews and not shut


def marking(world: World, viewer: Viewer, target: Target) -> bool:
    """Of a standard case whoever may restrict it; of one marked higher, whoever may lift that."""
    record = world.records.get(target.case)
    if record is None or not target.known:
        return False
    return allowed(viewer, "restrict" if record.marking == 0 else "lift a restriction", record)


def marking_record(world: World, viewer: Viewer, target: Target) -> bool:
    """The same, of a person's own record."""
    reference = target.arguments["record_reference"]
    if not any(reference in records for records in world.people.values()):
        return False
    record = world.records[reference]
    return allowed(viewer, "restrict" if record.marking == 0 else "lift a restriction", record)


def keeping(world: World, viewer: Viewer, target: Target) -> bool:
    """Partners, who keep the checkpoints of the log, and those who review it."""
    partner = any(held.role in ("partner", "partner (read)") for held in viewer.held)
    return viewer.admitted and (partner or viewer.has("review audit"))
