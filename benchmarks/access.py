"""The policy among 500,000 cases (ROOTS in the environment): the check of one record, and the list
of 50 as the desk's page asks for it, of every persona of the made-up force; on PostgreSQL with
row-level security, as the persona's agency.

Method: a tenth of the cases are the council's and the health trust's, the others of the force's
teams by chance; 2 in 100 are restricted, 1 in 200 sealed; each names its owner; 6 in 100 are shared
with a partner's agency, team or one of its people, a third of these no longer; 1 in 1,000 is locked
to one of the personas; one in a hundred is open. Of each persona 200 records are checked one by
one, drawn at random, and the first page of each of three lists, of what is open, closed and both,
is asked 40 times, its count, rows and sections included. By the clock, and in the processor's own
time: this process's and that of its database server.
"""

import importlib
import os
import random
import sys
import time
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from benchmarks.figures import Figure, hand_over, percentile
from benchmarks.worked import Watch
from wansdyke.access.actors import Actor, actor_of, system_actor
from wansdyke.access.database import weigh_tables
from wansdyke.access.for_agency import one_agency
from wansdyke.access.models import Grant, Lock, Root, Team, User
from wansdyke.access.posts import Right
from wansdyke.access.scope import can, sections_of
from wansdyke.casework.models import NEVER, Case
from wansdyke.casework.queries import list_page
from wansdyke.demo.force import PERSONAS, make_force
from wansdyke.desks.contact.models import Contact
from wansdyke.directory import desk_of
from wansdyke.kernel.calendar import london
from wansdyke.people.many_rows import insert_plain

ROOTS = int(os.environ.get("ROOTS", "500000"))
AT_ONCE, CHECKED, LISTED = 10_000, 200, 40
STATES = ("open", "closed", "")
PARTNERS = ("council", "health")
GIVEN = {"lawful_basis": "Children Act 2004 s11", "purpose": "Safeguarding", "level": 1}


def fill() -> None:
    """The made-up force, and its cases written straight into the tables."""
    now, draw = timezone.now(), random.Random(3)
    make_force(system_actor(), now, lambda _line: None)
    teams = list(Team.objects.select_related("agency").order_by("pk"))
    force = [team for team in teams if team.agency.home]
    others = [team for team in teams if team.agency.key in PARTNERS]
    users = list(User.objects.filter(username__in=[p.username for p in PERSONAS]))
    partners = {team.agency_id for team in others}
    outside = [user.pk for user in users if user.agency_id in partners]
    for first in range(0, ROOTS, AT_ONCE):
        roots, owners = [], []
        for number in range(first, min(first + AT_ONCE, ROOTS)):
            team = draw.choice(others if draw.random() < 0.1 else force)
            drawn = draw.random()
            roots.append(
                {
                    "reference": f"CT-{number:08d}",
                    "agency_id": team.agency_id,
                    "team_id": team.pk,
                    "marking": 2 if drawn < 0.005 else 1 if drawn < 0.025 else 0,
                    "version": 1,
                    "created_at": now,
                }
            )
            owners.append(draw.choice(users).pk)
        with transaction.atomic():
            insert_plain(Root, roots)
            newest = Root.objects.order_by("-pk").values_list("pk", flat=True)[: len(roots)]
            _write(sorted(newest), owners, others, outside, draw)
    weigh_tables()


def _write(
    roots: list[int], owners: list[int], others: list[Team], outside: list[int], draw: Any
) -> None:
    now = timezone.now()
    made = dict[type[Model], list[dict[str, Any]]]()
    blank = {model: {f.attname: f.get_default() for f in model._meta.concrete_fields
                     if not f.primary_key or f.is_relation}
             for model in (Case, Contact, Grant, Lock)}  # fmt: skip

    def put(model: type[Model], **columns: Any) -> None:
        made.setdefault(model, []).append(blank[model] | columns)

    for root, owner in zip(roots, owners, strict=True):
        began, ended = now - timedelta(minutes=draw.randrange(1_000_000)), draw.random() > 0.01
        put(
            Case,
            root_id=root,
            desk="contact",
            state="resulted" if ended else "waiting",
            is_open=not ended,
            owner_id=owner,
            opened_at=began,
            closed_at=began + timedelta(hours=2) if ended else None,
            next_due_at=NEVER if ended else began + timedelta(hours=1),
        )
        put(Contact, case_id=root, received_at=began, grade="priority")
        given = {"root_id": root, "made_by_id": owner, "from_at": began}
        put(Grant, **given, kind=Grant.NAMED, user_id=owner, level=3)
        if draw.random() < 0.06:
            whom = _whom(draw.choice(others), outside, draw)
            until = now + timedelta(days=draw.randrange(-45, 90))
            put(Grant, **given, **whom, **GIVEN, kind=Grant.SHARE, until_at=until)
        if draw.random() < 0.001:
            who = draw.choice([*outside, owner])
            put(Lock, root_id=root, user_id=who, reason="-", made_by_id=owner, made_at=now)
    for model, rows in made.items():
        insert_plain(model, rows)


def _whom(team: Team, outside: list[int], draw: Any) -> dict[str, Any]:
    """To whom a record is shared: an agency, a team of it, or somebody outside."""
    ways = (
        {"agency_id": team.agency_id},
        {"team_id": team.pk},
        {"user_id": draw.choice(outside)},
    )
    return dict(draw.choice(ways))


def of_one(actor: Actor, roots: list[Root]) -> Watch:
    """Each check of one record."""
    watch, at = Watch(), timezone.now()
    for root in roots:
        # No two ask at the same moment: nothing that is kept of one helps the next.
        at += timedelta(microseconds=1)
        with watch:
            can(actor, Right.VIEW, root, at)
    return watch


def of_list(actor: Actor, state: str) -> Watch:
    """Each list of 50, as the page has it."""
    desk, watch = desk_of("contact"), Watch()
    for number in range(LISTED + 1):
        at = timezone.now()
        if number == 1:
            watch = Watch()
        with watch:
            shown = list_page(actor, desk, at, {"state": state}, "1")
            rows = desk.model._default_manager.filter(pk__in=shown.ids)
            list(rows.select_related("case__root", *desk.related))
            sections_of(actor, shown.ids, at)
    return watch


def of_persona(username: str, some: list[Root]) -> dict[str, Watch]:
    """A persona's checks and lists, as their agency."""
    user = User.objects.select_related("agency").get(username=username)
    actor = actor_of(user, on=london(timezone.now()).date(), mfa=True, channel="web")
    with one_agency(actor.agency_id):
        of_one(actor, some[:10])
        found = {"check": of_one(actor, some)}
        for state in STATES:
            found[f"list, {state or 'all'}"] = of_list(actor, state)
    return found


def measure() -> list[Figure]:
    """Every persona's figures, and the slowest of each."""
    # The process is made ready as the server's are.
    importlib.import_module("config.wsgi")
    began = time.perf_counter()
    if Root.objects.count() < ROOTS:
        fill()
    sys.stderr.write(f"{Root.objects.count():,} cases in {time.perf_counter() - began:.0f} s\n")
    draw, figures, worst = random.Random(9), list[Figure](), dict[tuple[str, str], float]()
    for persona in PERSONAS:
        some = [f"CT-{draw.randrange(ROOTS):08d}" for _ in range(CHECKED)]
        roots = list(Root.objects.filter(reference__in=some))
        for kind, watch in of_persona(persona.username, roots).items():
            for by, took in (("clock", watch.clock), ("processor", watch.worked)):
                late, slowest = percentile(took, 0.95), (kind.partition(",")[0], by)
                worst[slowest] = max(worst.get(slowest, 0.0), late)
                title = f"{kind}, {persona.username}, {by}"
                figures.append(Figure(f"{title}, p50", percentile(took, 0.5), "ms"))
                figures.append(Figure(f"{title}, p95", late, "ms"))
                sys.stderr.write(f"{figures[-2].words()}\n{figures[-1].words()}\n")
    check, many = worst["check", "clock"], worst["list", "clock"]
    return [
        *figures,
        Figure(
            "Check, p95 of the processor, the slowest persona", worst["check", "processor"], "ms"
        ),
        Figure("List of 50, p95 of the processor, the same", worst["list", "processor"], "ms"),
        Figure(
            "Check of one record, p95, the slowest persona", check, "ms", "≤ 10 ms", check <= 10
        ),
        Figure("List of 50, p95, the slowest persona", many, "ms", "≤ 100 ms", many <= 100),
    ]


if __name__ == "__main__":
    hand_over(measure())
