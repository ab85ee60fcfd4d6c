"""Requests for information: who works on them and watches over them, written out a second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from tests.sweeps.cast import POST_OF, actor
from wansdyke.casework import leaving_gate, subject_access
from wansdyke.casework.models import Leaving, LeavingRelease
from wansdyke.directory import DESKS
from wansdyke.kernel.calendar import london
from wansdyke.people.models import PersonRecord

if TYPE_CHECKING:
    from tests.sweeps.decisions import Viewer
    from tests.sweeps.rules import Target
    from tests.sweeps.world import World
    from wansdyke.history.door import Doing

WHY = "It was read out to them in court last month"


def leaving_kept(world: World, viewer: Viewer, target: Target) -> bool:
    """The records managers of the force, and nobody who is locked out of the person."""
    shut = viewer.key in world.records[world.leaving[1]].locked_out
    keeps = POST_OF.get(viewer.key) == "records-manager" and viewer.has("export")
    return target.known and keeps and not shut


def leaving_watched(world: World, viewer: Viewer, target: Target) -> bool:
    """They, and the privacy officers."""
    shut = viewer.key in world.records[world.leaving[1]].locked_out
    watches = POST_OF.get(viewer.key) == "privacy-officer" and viewer.has("review audit")
    return target.known and not shut and (watches or leaving_kept(world, viewer, target))


def leaving_stepped(world: World, viewer: Viewer, target: Target) -> bool:
    """Each step by those whose it is."""
    if target.arguments["step"] != "check":
        return leaving_kept(world, viewer, target)
    return leaving_watched(world, viewer, target) and not leaving_kept(world, viewer, target)


def asked_and_released(world: World) -> None:
    """A request about somebody of a call that is open, with a release that waits."""
    story = world.stories["call:by-phone"]
    record = PersonRecord.objects.get(root__reference=story.people[0][0])
    now, today = timezone.now(), london(timezone.now()).date()
    ray, said = actor("ray"), {"identity": "seen", "received_on": today, "identity_on": today}
    said |= {"purpose": "subject access", "recipient_kind": "the person themself"}
    said |= {"recipient": "They", "regime": "part-3", "surname": "Nobody-of-that-name"}
    made = subject_access.open_request(said, by=ray, at=now, key="sweep-leaving")
    leaving = Leaving.objects.get(reference=made.reference)
    theirs = [record.root.reference]
    subject_access.say_whose(leaving, theirs, True, by=ray, at=now, key="sweep-whose")
    pieces = subject_access.pieces_of(leaving, ray, now, DESKS)
    one = next(p for p in pieces if not p.verdict.leaves and p.verdict.releasable)

    def body(doing: Doing, held: Leaving) -> None:
        leaving_gate.propose(one, held, WHY, doing)

    given = {"by": ray, "at": now, "key": "sweep-release", "digest": "sweep"}
    subject_access.on_request(leaving, body, **given)
    release = LeavingRelease.objects.get()
    other = next(p for p in pieces if p.waiting is None and not p.verdict.leaves and p != one)
    world.leaving = (made.reference, theirs[0], other.name, release.reference)
