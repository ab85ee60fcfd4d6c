"""Entering a call that was taken on paper while the system was down: its own times, marked as such.

Everything of one paper is one transaction. Whoever enters it did not take the steps: what is noted
is when each happened, by whom it was decided, and who entered it when.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction

from wansdyke.access.actors import Actor
from wansdyke.access.models import Team, User
from wansdyke.access.notices import holders, tell
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope
from wansdyke.casework.actions import NewParty, Outcome, open_case
from wansdyke.casework.assess import run_in
from wansdyke.casework.desk import Desk
from wansdyke.casework.steps import in_order, take
from wansdyke.desks.contact.actions import completed, facts_of
from wansdyke.desks.contact.instruments.thrive_v1 import THRIVE_V1
from wansdyke.desks.contact.models import Contact
from wansdyke.desks.contact.rules import CONTROL_ROOM, FLOW, MOVING, Grade
from wansdyke.history.door import Doing
from wansdyke.kernel.flow import Refused
from wansdyke.people.records import place_for

# On paper each step was taken by whoever had the post for it.
ON_PAPER = CONTROL_ROOM | MOVING


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What a paper form says besides the call's own facts. A moment that is None did not come.

    `taken_by` and `decided_by` are usernames; `letters` are THRIVE's answers, by question;
    `numbers` the force's own references (kind, value).
    """

    number: str
    why: str
    taken_by: str
    grade: str = ""
    reason: str = ""
    decided_by: str = ""
    graded_at: datetime | None = None
    unit: str = ""
    assigned_at: datetime | None = None
    at_scene_at: datetime | None = None
    resulted_at: datetime | None = None
    category: str = ""
    result_note: str = ""
    letters: Mapping[str, str] = field(default_factory=dict)
    numbers: tuple[tuple[str, str], ...] = ()


class Entered(Refused):
    """This paper was entered before; `reference` is its call, where the actor may see it."""

    def __init__(self, number: str, reference: str) -> None:
        known = f", as {reference}" if reference else ""
        super().__init__(f"Paper form {number} was entered already{known}.", field="paper_number")
        self.reference = reference


def takers(team: Team, at: datetime) -> list[User]:
    """Those who may have taken a call, or graded one, in a team."""
    return list(User.objects.filter(pk__in=holders(CONTROL_ROOM, team.pk, at)).order_by("name"))


def enter(
    desk: Desk,
    values: Mapping[str, Any],
    paper: Paper,
    *,
    by: Actor,
    at: datetime,
    key: str,
    team: Team,
    postcode: str = "",
    parties: Sequence[NewParty] = (),
) -> Outcome:
    """Records a call from a paper form with its true times.

    Raises Entered for a form entered before; Refused, at the field concerned, for a moment before
    the one it follows or in the future, and for a step that the call's facts do not allow. Then
    nothing is kept.
    """
    people = {one.username: one for one in takers(team, at)}
    _check(paper, people)
    try:
        with transaction.atomic():
            place = place_for(values.get("where", ""), postcode)
            return open_case(
                desk,
                {**values, "place": place, **_columns(paper, people)},
                by=by,
                at=at,
                key=key,
                team=team,
                parties=parties,
                opened_at=values["received_at"],
                then=partial(_follow, paper=paper, people=people, desk=desk),
                also=(asdict(paper), postcode),
            )
    except IntegrityError as clash:
        raise _entered(paper.number, by, at) or clash from None


def _columns(paper: Paper, people: Mapping[str, User]) -> dict[str, Any]:
    handler = people[paper.taken_by].pk
    why = paper.why.strip()
    return {"handler_id": handler, "paper_number": paper.number, "entered_why": why}


def _entered(number: str, by: Actor, at: datetime) -> Entered | None:
    """That the paper of a number is there already, if it is."""
    before = Contact.objects.filter(paper_number=number)
    if not before.exists():
        return None
    seen = before.filter(scope(by, Right.VIEW, at, "case__root__"))
    return Entered(number, seen.values_list("case__root__reference", flat=True).first() or "")


def _follow(
    contact: Contact, doing: Doing, *, paper: Paper, people: Mapping[str, User], desk: Desk
) -> None:
    """Takes each step on the paper, and tells those it names."""
    completed(contact, doing, desk=desk, numbers=paper.numbers)
    said = {question: answer for question, answer in paper.letters.items() if answer}
    for name, where, moment, given, reason in _steps(paper, people):
        with _at_field(where):
            happened = in_order(contact.case, moment, doing.at)
            facts, state = facts_of(contact, doing.at), contact.case.state
            step = FLOW.permit(name, state=state, posts=ON_PAPER, facts=facts, reason=reason)
            take(contact, step, given, reason, doing, desk, happened)
        if name.startswith("grade") and said:
            run_in(doing, contact, THRIVE_V1, said, desk=desk, grade=paper.grade, reason=reason)
    _told(contact, paper, people, doing)


@contextmanager
def _at_field(where: str) -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        raise Refused(refused.message, field=where) from None


def _check(paper: Paper, people: Mapping[str, User]) -> None:
    if not paper.number:
        raise Refused("Enter the number on the paper form.", field="paper_number")
    if not paper.why.strip():
        raise Refused("Enter why it was taken on paper.", field="entered_why")
    if paper.taken_by not in people:
        raise Refused("Choose who took the call.", field="taken_by")
    if paper.grade and paper.decided_by not in people:
        raise Refused("Choose who graded the call.", field="decided_by")
    for moment, where, needs, words in (
        (paper.graded_at, "graded_at", paper.grade, "the grade, or leave the time blank"),
        (paper.assigned_at, "assigned_at", paper.unit, "the unit, or leave the time blank"),
        (paper.resulted_at, "resulted_at", paper.category, "the closing category"),
    ):
        if moment is not None and not needs:
            raise Refused(f"Enter {words}.", field=where)
    if paper.grade and paper.graded_at is None:
        raise Refused("Enter when it was graded.", field="graded_at")


_Taken = tuple[str, str, datetime, dict[str, Any], str]


def _steps(paper: Paper, people: Mapping[str, User]) -> Iterator[_Taken]:
    """Each step on the paper in order: its name, its field, when, what it gave, and why."""
    if paper.grade and paper.graded_at is not None:
        phone = paper.grade == Grade.WITHOUT_DEPLOYMENT
        given = {"grade": paper.grade, "decided_by": people[paper.decided_by].pk}
        name = "grade-by-phone" if phone else "grade"
        yield name, "graded_at", paper.graded_at, given, paper.reason
    if paper.assigned_at is not None:
        yield "assign", "assigned_at", paper.assigned_at, {"unit": paper.unit}, ""
    if paper.at_scene_at is not None:
        yield "at-scene", "at_scene_at", paper.at_scene_at, {}, ""
    if paper.resulted_at is not None:
        given = {"category": paper.category, "result_note": paper.result_note}
        yield "result", "resulted_at", paper.resulted_at, given, ""


def _told(contact: Contact, paper: Paper, people: Mapping[str, User], doing: Doing) -> None:
    """Whoever took or graded the call on paper is told that it was entered in their name."""
    named = {people[name].pk for name in (paper.taken_by, paper.decided_by) if name}
    reference = contact.case.root.reference
    tell(
        named - {doing.by.user_id},
        f"{reference}: entered from a paper form that names you. Check it.",
        root=contact.case.root,
        link=f"/contact/{reference}/",
        at=doing.at,
    )
