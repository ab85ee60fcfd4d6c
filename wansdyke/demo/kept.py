"""The made-up force's own reviews: some overdue, some due, one held, and one call disposed of."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from wansdyke.access.actors import Actor, actor_of
from wansdyke.access.models import Team, User
from wansdyke.casework.actions import perform
from wansdyke.casework.desk import Desk
from wansdyke.casework.disposals import Terms, decide, propose
from wansdyke.casework.disposing import carry_out
from wansdyke.casework.holding import place
from wansdyke.casework.keeping import keep
from wansdyke.casework.models import Case, Disposal
from wansdyke.desks.contact.actions import take_call
from wansdyke.desks.contact.instruments.thrive_v1 import LETTERS
from wansdyke.desks.contact.models import Contact
from wansdyke.directory import DESKS
from wansdyke.home.disposal_commands import means
from wansdyke.kernel.calendar import london

MANAGER, SUPERVISOR, OPERATOR = "records-manager", "control-room-supervisor", "operator"
REVIEWED, APART, FIRST = 8, 6, 20
SOONEST = timedelta(days=3)
WHY = "A complaint about the response was being looked at."
ERROR = "Taken twice: the same call is kept under another reference."


def make_kept(
    desk: Desk, *, team: Team, people: Mapping[str, Sequence[User]], now: datetime
) -> int:
    """Reviews the oldest closed calls of a team, holds one and disposes of another, which it takes
    for that; returns how many were reviewed. None of a force without those who do it."""
    if not all(people.get(post) for post in (MANAGER, SUPERVISOR, OPERATOR)):
        return 0
    closed = Case.objects.filter(
        desk=desk.key, is_open=False, root__team=team, root__marking=0,
        closed_at__lt=now - 2 * SOONEST,
    ).select_related("root")  # fmt: skip
    found = list(closed.order_by("closed_at", "pk")[:REVIEWED])
    for number, case in enumerate(found):
        _reviewed(case, number, people, now)
    if found:
        manager = _acting(people[MANAGER][0], now)
        said = {"ground": "complaint", "matter": "Complaint 12 of this year", "reason": WHY}
        place(found[-1].root, **said, by=manager, at=now, key="demo-kept-hold")
    _disposed(desk, team, people, now)
    return len(found)


def _acting(user: User, at: datetime) -> Actor:
    return actor_of(user, on=london(at).date(), mfa=True, channel="command line")


def _reviewed(case: Case, number: int, people: Mapping[str, Sequence[User]], now: datetime) -> None:
    """Kept soon after it was closed, until a day some weeks ago, or some weeks from now."""
    at = (case.closed_at or now) + timedelta(hours=1)
    until = london(now).date() + timedelta(days=APART * number - FIRST)
    if until <= london(at).date():
        return
    given: dict[str, Any] = {"by": _acting(people[MANAGER][0], at), "at": at}
    keep(case.root, reason=WHY, next_on=until, desks=DESKS, key=f"demo-kept-{number}", **given)


def _disposed(desk: Desk, team: Team, people: Mapping[str, Sequence[User]], now: datetime) -> None:
    """A call that was taken twice is gone: what is left says so."""
    began = now - 2 * SOONEST
    manager, supervisor, operator = (people[post][0] for post in (MANAGER, SUPERVISOR, OPERATOR))
    values = {
        "received_at": began, "channel": "101", "what": "The same caller, a minute later.",
        "where": "1 Lantern Lane, Devizes", "prior_contact": "no",
    }  # fmt: skip
    answers = ("none", "none", "unlikely", "later", "partly", "agreed")
    made = take_call(
        desk, values, by=_acting(operator, began), at=began, key="demo-kept-twice", team=team,
        grade="without-deployment", reason="advice is enough",
        letters=dict(zip(LETTERS, answers, strict=True)),
    )  # fmt: skip
    item = Contact.objects.select_related("case__root").get(case__root__reference=made.reference)
    ended = began + timedelta(minutes=5)
    perform(item, "result", desk=desk, payload={"category": "duplicate", "result_note": ERROR},
            by=_acting(operator, ended), at=ended, key="demo-kept-result")  # fmt: skip
    root, terms = item.case.root, Terms(kind="erasure", ground="s47-1-a", reason=ERROR)
    propose(root, terms, desks=DESKS, by=_acting(manager, now), at=now, key="demo-kept-ask")
    decide(Disposal.objects.get(root=root), agreed=True, reason="", desks=DESKS,
           by=_acting(supervisor, now), at=now, key="demo-kept-yes")  # fmt: skip
    carry_out(means(), now)
