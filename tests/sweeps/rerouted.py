"""A call of the sweeps' world that a colleague is to take, and who may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from tests.sweeps.cast import CONTROL_ROOM, POST_OF, actor
from wansdyke.access.models import User
from wansdyke.desks.contact.models import Reroute
from wansdyke.desks.contact.rerouting import offer

if TYPE_CHECKING:
    from tests.sweeps.decisions import Viewer
    from tests.sweeps.rules import Target
    from tests.sweeps.world import World

OPERATOR, SHUT = "olivia", "owen"


def rerouted(world: World) -> None:
    """What Olivia is typing is offered to her team, but to Owen."""
    shut = User.objects.get(username=SHUT)
    offer(actor(OPERATOR), timezone.now(), world.draft[0], [shut.pk])
    world.offer = Reroute.objects.get().reference


def offered(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever has a post in that control room, but the operator and whoever is shut out."""
    there = any(held.team == "control-room" for held in viewer.held)
    room = POST_OF.get(viewer.key) in CONTROL_ROOM and viewer.has("create")
    return target.known and there and room and viewer.key not in (OPERATOR, SHUT)
