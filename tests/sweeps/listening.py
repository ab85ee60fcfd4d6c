"""What of the sweeps' world was drawn to be listened to, and what was said of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from tests.sweeps.cast import actor
from tests.sweeps.stories import by_when
from wansdyke.assurance import samples
from wansdyke.assurance.models import Sample
from wansdyke.assurance.samples_draw import Planned, draw_plan
from wansdyke.desks.contact.instruments.quality_v1 import QUALITY_V1
from wansdyke.directory import desk_of
from wansdyke.kernel.calendar import london

if TYPE_CHECKING:
    from tests.sweeps.world import World


@dataclass
class Drawn:
    """A sample: of which case, whose work, and whether all its scores are in."""

    case: str
    handler: str
    finished: bool = False


def listened(world: "World") -> None:
    """A plan that drew every call it could; one is scored, and its handler asks for another look.

    It is drawn tomorrow, for today must be over.
    """
    now = timezone.now()
    today, later = london(now).date(), now + timedelta(days=1)
    planned = Planned(
        period_start=today - timedelta(days=3), period_end=today, per_handler=50, twice_percent=0
    )
    world.plan = draw_plan(
        desk_of("contact"), planned, by=actor("sasha"), at=later, key="drawn", seed="the sweeps"
    )
    drawn = Sample.objects.filter(plan__reference=world.plan).select_related("case__root", "plan")
    for one in drawn.select_related("handler").order_by("case_id"):
        world.samples[one.reference] = Drawn(one.case.root.reference, one.handler.username)
    heard = next(one for one in drawn if one.case.root.reference == _heard(world))
    word = world.secrets.word("call:waiting", "narrative", lambda viewer: viewer.key == "olivia")
    fine = {q.key: q.answers[0][0] for q in QUALITY_V1.questions if q.kind == "choice"}
    samples.score(
        heard,
        {**fine, "good": f"Calm, {word}"},
        recording_system="Recorder",
        recording_id="1",
        **by_when("idris"),
    )
    samples.reply(heard, f"A bad line, {word}", again=True, **by_when("olivia"))
    world.samples[heard.reference].finished = True


def _heard(world: "World") -> str:
    return world.stories["call:waiting"].reference
