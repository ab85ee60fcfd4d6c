"""Who reviews the log, is asked about it, and declares themselves, written out a second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from tests.sweeps.cast import actor
from tests.sweeps.decisions import Viewer
from tests.sweeps.stories import by_when
from wansdyke.access.models import Root, User
from wansdyke.assurance import declarations, high_profile, log_review
from wansdyke.assurance.models import LogFinding

if TYPE_CHECKING:
    from tests.sweeps.rules import Target, Who
    from tests.sweeps.world import World

GET, BOTH, POST = "GET", "GET POST", "POST"
LOOKED, OTHER = "olivia", "owen"


def reviewing(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever reviews the log."""
    return target.known and viewer.has("review audit")


def finding_seen(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever reviews the log, and is not locked out of the record."""
    record = world.records[world.finding[1]]
    return reviewing(world, viewer, target) and viewer.key not in record.locked_out


def asked_of(world: World, viewer: Viewer, target: Target) -> bool:
    """The one supervisor who was asked."""
    record = world.records[world.finding[1]]
    asked = viewer.key == world.finding[2] and viewer.key not in record.locked_out
    return target.known and asked and viewer.has("lift a restriction")


def declaring(world: World, viewer: Viewer, target: Target) -> bool:
    return viewer.admitted and target.known


def declared(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever declared it."""
    return viewer.admitted and target.known and viewer.key == LOOKED


# By the page's name: by which methods, and whom it answers.
ANSWERS: dict[str, tuple[str, Who]] = {
    **dict.fromkeys(
        ("log-review", "log-review-csv", "log-review-xlsx", "log-why", "high-profile"),
        (GET, reviewing),
    ),
    "log-finding": (BOTH, finding_seen),
    "log-finding-take": (POST, finding_seen),
    "log-finding-ask": (BOTH, finding_seen),
    "log-asked": (BOTH, asked_of),
    "log-staff": (GET, reviewing),
    "high-profile-new": (BOTH, reviewing),
    "high-profile-end": (BOTH, finding_seen),
    "declaration": (BOTH, declaring),
    "declaration-new": (BOTH, declaring),
    "declaration-end": (BOTH, declared),
}


def _reads_declarations(viewer: Viewer) -> bool:
    return viewer.key == LOOKED or viewer.has("review audit")


def found_in_the_log(world: World) -> None:
    """A finding about a call that some are locked out of, marked as high-profile; a question about
    it; and somebody's declaration."""
    reference = world.stories["call:locked"].reference
    now, root = timezone.now(), Root.objects.get(reference=reference)
    made = LogFinding.objects.create(
        reference="LF-0000-0001",
        root=root,
        about=reference,
        viewer=User.objects.get(username=LOOKED),
        kind="no-case",
        week=now.date(),
        gravity=50,
        reasons=["They came back to it on 2 days, and no work of theirs is behind it."],
        entries_counted=0,
        first_at=now,
        last_at=now,
        raised_at=now,
    )
    words = "What was this look needed for, do you know?"
    log_review.ask(made, "sasha", words, **by_when("stan"))
    world.finding = (made.reference, reference, "sasha")
    high_profile.mark(reference, reason="In the papers", **by_when("stan"))
    (mark,) = high_profile.in_sight(actor("stan"))
    # It belongs to no record: to one that nobody sees, and to whoever declared it and auditors.
    word = world.secrets.word("call:loading", "identity", _reads_declarations)
    said = {"relation": "friend", "forename": "A", "surname": word}
    declarations.add(said, **by_when(LOOKED))
    (one,) = declarations.associates(declarations.own(actor(LOOKED)))
    world.declared = (mark.reference, one.reference)
