"""What people answered about equality: who may write it down, that nobody reads it, and who reads
how many answered so."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from tests.sweeps.decisions import Viewer, allowed
from wansdyke.access.models import User
from wansdyke.assurance.equality_counting import count_year, year_before
from wansdyke.desks.contact.models import Contact
from wansdyke.kernel.calendar import london
from wansdyke.people.models import EqualityAnswer, PersonRecord

if TYPE_CHECKING:
    from tests.sweeps.rules import Target
    from tests.sweeps.world import World

A_YEAR = timedelta(days=366)


def asked_about(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever may edit the person's record."""
    reference = target.arguments["record_reference"]
    if not any(reference in records for records in world.people.values()):
        return False
    return allowed(viewer, "edit", world.records[reference])


def answered(world: World) -> None:
    """An answer that is a canary word for each caller, which nobody may read, and a year that was
    counted. Not for the one who asks for their data: to them it is told."""
    kim = User.objects.get(username="olivia")
    for key, reference in list(world.secrets.references.items()):
        if key.endswith("/caller") and not key.startswith("call:by-phone"):
            record = PersonRecord.objects.get(root__reference=reference)
            word = world.secrets.word(key, "equality")
            EqualityAnswer.objects.create(
                root_id=record.pk, characteristic="religion", answer=word, basis="self", by=kim,
                at=timezone.now(),
            )  # fmt: skip
    Contact.objects.update(caller_is_victim="yes")
    count_year(year_before(london(timezone.now()).date() + A_YEAR), timezone.now())
