"""Actions: tasks on a case, each with an owner and a date, completed with an outcome."""

from datetime import datetime

from django.db.models import Q, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Grant, Lock, Membership, User
from wansdyke.access.notices import tell
from wansdyke.access.posts import RIGHTS, Right, posts
from wansdyke.casework.actions import name
from wansdyke.casework.models import Action, Case
from wansdyke.casework.on_case import added, needed, on_case, unused
from wansdyke.casework.queries import OutOfScope
from wansdyke.casework.steps import Outcome
from wansdyke.history import audit
from wansdyke.history.door import Doing, digest_of
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused

PREFIX = "AC"
LONGEST_TITLE, LONGEST_OUTCOME, LONGEST_REASON = 200, 500, 2000


def owners(case: Case, at: datetime) -> QuerySet[User]:
    """Who may own an action on a case, by name: who works in its team or is named on it.

    They are active, of the case's own agency, hold a post today that edits cases, and are not
    locked out of this one.
    """
    day, root = london(at).date(), case.root
    working = Membership.objects.filter(
        Q(until_date__isnull=True) | Q(until_date__gt=day),
        from_date__lte=day,
        team__active=True,
        post__in=[post.key for post in posts().values() if post.role in RIGHTS[Right.EDIT]],
    )
    named = Grant.objects.filter(
        Q(until_at__isnull=True) | Q(until_at__gt=at),
        root=root,
        kind=Grant.NAMED,
        revoked_at__isnull=True,
    )
    locked_out = Lock.objects.filter(root=root, lifted_at__isnull=True)
    return (
        User.objects.filter(
            Q(pk__in=working.filter(team_id=root.team_id).values("user_id"))
            | Q(pk__in=named.values("user_id"), memberships__in=working),
            is_active=True,
            agency_id=root.agency_id,
        )
        .exclude(pk__in=locked_out.values("user_id"))
        .distinct()
        .order_by("name", "pk")
    )


def _owner(case: Case, username: str, at: datetime) -> User:
    found = owners(case, at).filter(username=username).first()
    if found is None:
        raise Refused("Choose an owner from those listed.", field="owner")
    return found


def _told(doing: Doing, case: Case, action: Action, text: str) -> None:
    """Names the owner on the case, so that they see it, and tells them unless it is themself."""
    name(case.root, action.owner_id, doing.at, by=doing.by.user_id)
    if action.owner_id != doing.by.user_id:
        tell(
            [action.owner_id],
            f"{case.root.reference}: {text}",
            root=case.root,
            link=f"/{case.desk}/{case.root.reference}/",
            at=doing.at,
        )


def add(
    case: Case,
    *,
    title: str,
    owner: str,
    due_at: datetime,
    by: Actor,
    at: datetime,
    key: str,
) -> Outcome:
    """Gives somebody (by username) something to do on a case by a moment.

    Raises Refused for a blank title, an owner not among `owners` or a moment gone by;
    OutOfScope without the right to edit the case.
    """

    def body(doing: Doing, held: Case) -> None:
        words = needed(title, "title", "Enter what is to be done.", LONGEST_TITLE)
        if due_at <= at:
            raise Refused("The date and time it is due must be in the future.", field="due_at")
        action = Action.objects.create(
            case=held,
            reference=unused(Action, PREFIX),
            title=words,
            owner=_owner(held, owner, at),
            due_at=due_at,
            made_by_id=by.user_id,
            made_at=at,
        )
        event = doing.event("action added", root=held.root)
        added(doing, event, action, action.reference, "title", "owner", "due_at")
        doing.audit(audit.COLLECTION, held.root.reference, action=action.reference)
        _told(doing, held, action, f"action {action.reference} is yours.")

    digest = digest_of("action", case.root.reference, title, owner, due_at)
    return on_case(case, Right.EDIT, body, by=by, at=at, key=key, digest=digest)


def _open(case: Case, reference: str) -> Action:
    action = Action.objects.select_for_update().filter(case=case, reference=reference).first()
    if action is None:
        raise OutOfScope(reference)
    if action.done_at is not None:
        raise Refused("This action is already complete.")
    return action


def complete(
    case: Case, reference: str, *, outcome: str, by: Actor, at: datetime, key: str
) -> Outcome:
    """Ends an action with what came of it; whoever set it is told if somebody else did it.

    Raises Refused without an outcome, or for an action already complete.
    """

    def body(doing: Doing, held: Case) -> None:
        action = _open(held, reference)
        words = needed(outcome, "outcome", "Enter what came of it.", LONGEST_OUTCOME)
        event = doing.event("action completed", root=held.root)
        doing.write(action, {"outcome": words, "done_at": at}, event, action.reference)
        doing.audit(audit.ALTERATION, held.root.reference, action=action.reference)
        if action.made_by_id != by.user_id:
            tell(
                [action.made_by_id],
                f"{held.root.reference}: action {action.reference}, which you set, is complete.",
                root=held.root,
                link=f"/{held.desk}/{held.root.reference}/",
                at=at,
            )

    digest = digest_of("action done", reference, outcome)
    return on_case(case, Right.EDIT, body, by=by, at=at, key=key, digest=digest)


def hand_on(
    case: Case, reference: str, *, owner: str, reason: str, by: Actor, at: datetime, key: str
) -> Outcome:
    """Gives an action to another owner, who is named on the case and told.

    Raises Refused for the owner it has already, one not among `owners`, no reason, or an action
    already complete.
    """

    def body(doing: Doing, held: Case) -> None:
        action = _open(held, reference)
        heir = _owner(held, owner, at)
        why = needed(reason, "reason", "Enter why it is handed on.", LONGEST_REASON)
        if heir.pk == action.owner_id:
            raise Refused("They own this action already.", field="owner")
        event = doing.event("action handed on", root=held.root)
        doing.write(action, {"owner": heir}, event, action.reference)
        doing.changed(event, action.reference, "reason", Action.SECTIONS["title"], None, why)
        doing.audit(audit.ALTERATION, held.root.reference, action=action.reference)
        _told(doing, held, action, f"action {action.reference} was handed to you.")

    digest = digest_of("action handed on", reference, owner, reason)
    return on_case(case, Right.EDIT, body, by=by, at=at, key=key, digest=digest)
