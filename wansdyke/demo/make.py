"""Making the made-up force: only on an empty database, and marked as made up for good."""

from collections.abc import Callable
from datetime import datetime
from random import Random

from django.conf import settings

from wansdyke.access.actors import system_actor
from wansdyke.access.database import empty
from wansdyke.access.models import Agency, Installation, Team
from wansdyke.assurance.demo import make_samples
from wansdyke.demo.force import DEFAULT_ACTOR, HOME, make_force
from wansdyke.directory import DESKS
from wansdyke.history import audit
from wansdyke.history.door import change
from wansdyke.kernel.flow import Refused

MARK = "demonstration"


def made_here() -> bool:
    """Whether `demo` made this database."""
    return Installation.objects.filter(demonstration=True).exists()


def make(*, now: datetime, seed: int, calls: int, tell: Callable[[str], None]) -> None:
    """Makes the force, its people and each desk's cases; the same seed makes the same force.

    Raises Refused on a database that holds anyone already.
    """
    if not empty():
        raise Refused(
            "This database is not empty, so no made-up force was put into it. "
            "Use another WANSDYKE_DATA folder or DATABASE_URL for a demonstration."
        )
    by = system_actor()
    with change(by=by, at=now, key="demo-installation") as doing:
        Installation.objects.create(
            demonstration=True, made_at=now, notes={"default_actor": DEFAULT_ACTOR, "seed": seed}
        )
        doing.event("made as a demonstration", subject="installation")
        doing.audit(audit.CONFIGURATION, "installation", demonstration=True)
    people = make_force(by, now, tell)
    rng = Random(seed)  # noqa: S311 - made-up data, not a secret  # nosec B311
    for desk in DESKS:
        if desk.make_demo is not None:
            team = Team.objects.select_related("agency").get(key="control-room")
            made = desk.make_demo(desk, team=team, people=people, now=now, rng=rng, count=calls)
            tell(f"{desk.title}: {made}")
        if desk.quality is not None:
            home = Agency.objects.get(key=HOME)
            listened = make_samples(desk, people=people, agency=home, now=now, rng=rng)
            tell(f"{desk.title}, drawn to be listened to: {listened}")
    (settings.DATA_DIR / MARK).write_text("Made by “wansdyke demo”. Nobody in it is real.\n")
