"""Making the made-up force: only on an empty database, and marked as made up for good."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random

from django.conf import settings

from wansdyke.access.actors import Actor, system_actor
from wansdyke.access.database import empty
from wansdyke.access.models import Agency, Installation, Load, Team
from wansdyke.accounts.force import set_setting
from wansdyke.assurance.demo import make_log_findings, make_samples
from wansdyke.casework.desk import MadeUp
from wansdyke.demo.equality import make_equality
from wansdyke.demo.force import DEFAULT_ACTOR, HOME, make_force
from wansdyke.demo.ground import make_ground
from wansdyke.demo.kept import make_kept
from wansdyke.demo.staff import make_staff
from wansdyke.desks.contact.settings import IMMEDIATE, PRIORITY
from wansdyke.directory import DESKS
from wansdyke.history import audit
from wansdyke.history.door import change
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused

MARK = "demonstration"
# A batch makes some hundred thousand objects that all go with it: looking for cycles among them as
# often as usual takes a sixth of the time.
COLLECTED = (200_000, 20, 50)
# So few calls the personas take by themselves; before history began, everybody held their post.
ALONE, BEFORE = 96, timedelta(days=760)
REPORTED = "HMICFRS, Wiltshire PEEL 2018: immediate within 20 minutes, priority within 60"


def made_here() -> bool:
    """Whether `demo` made this database."""
    return Installation.objects.filter(demonstration=True).exists()


def half_made() -> bool:
    """Whether `demo` was ended here before its history was in."""
    return Load.objects.filter(kind=MARK, completed_at__isnull=True).exists()


def make(
    *,
    now: datetime,
    seed: int,
    calls: int,
    tell: Callable[[str], None],
    report: bool = False,
    told: Callable[[int], None] = lambda done: None,
) -> None:
    """Makes the force, its people and each desk's cases; the same seed makes the same force.

    With `report` its figures are the inspection report's. Raises Refused on a database that holds
    anyone already.
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
    with _seldom_collected():
        _desks(MadeUp(by=by, now=now, seed=seed, calls=calls, report=report, told=told), tell)
    (settings.DATA_DIR / MARK).write_text("Made by “wansdyke demo”. Nobody in it is real.\n")


@contextmanager
def _seldom_collected() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*COLLECTED)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _desks(force: MadeUp, tell: Callable[[str], None]) -> None:
    by, now = force.by, force.now
    began = london(now - BEFORE).date()
    people = staff = make_force(by, now, tell, began)
    if force.calls > ALONE:
        staff = make_staff(by, now, tell, began=began, seed=force.seed, personas=people)
    make_ground(by, now, tell)
    if force.report:
        _as_reported(by, now - BEFORE)
    rng = Random(force.seed)  # noqa: S311 - made-up data, not a secret  # nosec B311
    home = Agency.objects.get(key=HOME)
    for desk in DESKS:
        if desk.make_demo is not None:
            team = Team.objects.select_related("agency").get(key="control-room")
            made = desk.make_demo(desk, force=force, team=team, people=people, staff=staff)
            kept = make_kept(desk, team=team, people=people, now=now)
            tell(f"{desk.title}: {made:,}, {kept} of them reviewed")
        if desk.quality is not None:
            listened = make_samples(desk, people=people, agency=home, now=now, rng=rng)
            tell(f"{desk.title}, drawn to be listened to: {listened}")
    asked, harmed = make_equality(people, by, now, force.seed)
    tell(f"Victims of the last whole year: {harmed}, {asked} of them asked about equality")
    tell(f"Found in the log: {make_log_findings(people, now)}")


def _as_reported(by: Actor, at: datetime) -> None:
    """The targets that the report names, as the force's own settings from the beginning."""
    for setting, minutes in ((IMMEDIATE, "20"), (PRIORITY, "60")):
        set_setting(
            by=by,
            at=at,
            key=f"demo-{setting.key}",
            setting=setting,
            text=minutes,
            from_at=None,
            reason=REPORTED,
        )
