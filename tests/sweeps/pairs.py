"""Pairs of records that may be of one person, in the sweeps' world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from wansdyke.access.models import User
from wansdyke.access.references import fresh
from wansdyke.linkage.models import Suggestion
from wansdyke.people.models import Judgement, PersonRecord

if TYPE_CHECKING:
    from tests.sweeps.world import World


def paired(world: World) -> None:
    """Pairs of records to judge, in one team and across two; and one that was judged."""
    callers = [story.people[0][0] for story in world.stories.values() if story.people]
    things = [one.people[0][0] for one in world.of_desk("lost-property") if one.people]
    pairs = [(callers[0], callers[1]), (callers[1], things[0]), (callers[0], callers[2])]
    for number, pair in enumerate(pairs):
        rows = PersonRecord.objects.filter(root__reference__in=pair).order_by("pk")
        left, right = rows
        pairing = {"left": left, "right": right, "at": timezone.now()}
        likely = {"weight": 3.0, "probability": 0.9, "reasons": ["Same sex"], "model": "person-v1"}
        one = Suggestion.objects.create(
            reference=fresh("SG")[0], state="judged" if number == 2 else "waiting",
            **pairing, **likely,
        )  # fmt: skip
        world.pairs[one.reference] = pair
    by = User.objects.get(username="olivia")
    judged = Judgement.objects.create(
        reference=fresh("JD")[0], verdict="unsure", reason="Nothing to go by", by=by, **pairing
    )
    world.pairs[judged.reference] = pair
    first = Suggestion.objects.order_by("pk")[0]
    held = Judgement.objects.create(
        reference=fresh("JD")[0], verdict="same", reason="So it seemed", by=by, owner=by,
        held_back=True, left=first.left, right=first.right, at=timezone.now(),
    )  # fmt: skip
    world.pairs[held.reference] = pairs[0]
