"""How a case is marked: restricted by anyone who works on it, sealed or lifted by a supervisor, or
sealed at once because of what it is about.

Whoever restricts a case, its owner and the supervisors of its team are named on it, so that it is
never shut to all. What had opened it to teams and agencies ends, and does not come back by itself.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q

from wansdyke.access.actors import Actor
from wansdyke.access.models import Grant, Root, Team
from wansdyke.access.notices import holders, tell
from wansdyke.access.posts import RIGHTS, Right, posts
from wansdyke.access.scope import OutOfScope
from wansdyke.access.sections import Section
from wansdyke.access.settings import Setting, value_of
from wansdyke.casework.carrying import hold_of
from wansdyke.casework.desk import Desk
from wansdyke.casework.models import Case, CasePlace, Share
from wansdyke.casework.on_case import needed, on_case
from wansdyke.casework.parties import let_in
from wansdyke.casework.sharing import end, is_live, with_names
from wansdyke.casework.steps import Outcome
from wansdyke.history import audit
from wansdyke.history.door import Doing, digest_of
from wansdyke.kernel.flow import Refused
from wansdyke.people.models import PersonRecord

LONGEST = 2000
NAMES = dict(Root.MARKINGS)
OF_ITSELF = "What it is about is sealed from the start."
SEALED_TEAM = Setting(
    key="marking.sealed-team",
    title="Sealed from the start: key of the team that deals with it",
    default="",
    kind="text",
    source="Local choice; set your own",
    hint=(
        "Whoever may lift a restriction in that team is named on each such case, beside whoever"
        " opened it. Leave it empty to name the supervisors of the case’s own team."
    ),
)
SETTINGS = (SEALED_TEAM,)
MEANWHILE = "This {} was marked otherwise meanwhile. Open it again."
ENDED = "The case was marked higher than it may be shared so."


def right_to(now: int, wanted: int) -> Right:
    """The right that it takes to mark a case otherwise: restricting is everybody’s, for a case
    that is hidden in haste can be shown again, but not the other way round. Whoever restricts what
    a colleague, or their own first press, has just restricted needs no more: it is so already."""
    return Right.RESTRICT if now <= wanted == Root.RESTRICTED else Right.LIFT


def offered_still(offered: Iterable[int], now: int, sent: str) -> list[int]:
    """The markings that are offered, and the one that was sent (`sent`, as a form says it) where a
    root has it by now: it was offered when the form was drawn."""
    return [*offered, *([now] if sent == str(now) else [])]


def mark(
    case: Case,
    wanted: int,
    *,
    reason: str = "",
    seen: int | None = None,
    by: Actor,
    at: datetime,
    key: str,
) -> Outcome:
    """Marks a case standard, restricted or sealed; `seen` is how it was marked before.

    Raises Refused for the marking that it has, for another one than was seen, and without a reason
    for anything but restricting; OutOfScope without the right (see `right_to`) on the case.
    """
    right = right_to(case.root.marking, wanted)

    def body(doing: Doing, held: Case) -> None:
        root = held.root
        refuse_unless_as_seen(root, wanted, right, seen, "case")
        say(doing, root, wanted, why_of(reason, right))
        if wanted > root.marking:
            _raise(doing, held, wanted, supervisors(root, doing.at))
        root.marking = wanted
        root.save(update_fields=["marking"])
        doing.audit(audit.ALTERATION, root.reference, marking=NAMES[wanted].lower())
        _follow(held)

    digest = digest_of("marking", case.root.reference, wanted, reason)
    try:
        return on_case(case, right, body, by=by, at=at, key=key, digest=digest)
    except OutOfScope:
        say_if_meanwhile(case.root, "case")
        raise


def refuse_unless_as_seen(
    root: Root, wanted: int, right: Right, seen: int | None, what: str
) -> None:
    """Raises Refused for the marking that a root has, and where it is not as somebody saw it when
    they decided; `what` it is, in words."""
    if wanted not in NAMES or root.marking == wanted:
        raise Refused(f"This {what} is {NAMES[root.marking].lower()} already.")
    if right_to(root.marking, wanted) is not right or seen not in (None, root.marking):
        raise Refused(MEANWHILE.format(what))


def why_of(reason: str, right: Right) -> str:
    """Why something is marked, as it is kept; raises Refused without a reason where one is due."""
    if right is Right.LIFT:
        return needed(reason, "reason", "Enter why it is marked so.", LONGEST)
    return reason.strip()


def say_if_meanwhile(root: Root, what: str) -> None:
    """Raises Refused where a root was marked otherwise since it was read: whoever saw it a moment
    ago is told why they no longer may, and not that it is not there."""
    if Root.objects.get(pk=root.pk).marking != root.marking:
        raise Refused(MEANWHILE.format(what)) from None


def say(doing: Doing, root: Root, wanted: int, why: str) -> None:
    """Notes how a root is marked from now on, and why."""
    event = doing.event(f"marked {NAMES[wanted].lower()}", root=root)
    doing.changed(
        event, root.reference, "marking", Section.CORE, NAMES[root.marking], NAMES[wanted]
    )
    if why:
        doing.changed(event, root.reference, "reason", Section.NARRATIVE, None, why)


def keep_marked(desk: Desk, item: Any, doing: Doing, before: int = Root.STANDARD) -> None:
    """Marks a case as high as its desk says of what the row says now, inside a change.

    `before` is what the desk said before the change: what a supervisor lifted since stays lifted
    until something more is said. Nothing is ever marked lower by it.
    """
    case, wanted = item.case, desk.marked(item)
    root = case.root
    if wanted <= max(before, root.marking):
        return
    say(doing, root, wanted, OF_ITSELF)
    _raise(doing, case, wanted, trusted(root, doing.at))
    root.marking = wanted
    root.save(update_fields=["marking"])
    doing.audit(audit.ALTERATION, root.reference, marking=NAMES[wanted].lower())
    _follow(case)


def trusted(root: Root, at: datetime) -> list[int]:
    """Who is named on what is sealed of itself: those who may lift it in the team that the force
    chose for that, which its own team may be the subject of; where it chose none, or nobody is in
    it, the supervisors of the case's own team, for nothing is to be seen by nobody."""
    chosen = Team.objects.filter(
        key=value_of(SEALED_TEAM, at), agency_id=root.agency_id, active=True
    ).first()
    theirs = holders(_lifting(), chosen.pk, at) if chosen is not None else []
    return theirs or supervisors(root, at)


def _lifting() -> list[str]:
    return [post.key for post in posts().values() if post.role in RIGHTS[Right.LIFT]]


def supervisors(root: Root, at: datetime) -> list[int]:
    """Who may lift a restriction in the team that a root belongs to; by user id."""
    return holders(_lifting(), root.team_id, at)


def _raise(doing: Doing, case: Case, wanted: int, watching: Collection[int]) -> None:
    _name(doing, case, watching)
    _shut(doing, case, wanted)
    hold_of(case.pk)


def _name(doing: Doing, case: Case, watching: Collection[int]) -> None:
    """Names those who must still see it, and tells them."""
    wanted = {doing.by.user_id, *watching}
    if case.owner_id is not None:
        wanted.add(case.owner_id)
    name_on(doing, case.root, wanted, f"/{case.desk}/{case.root.reference}/")
    let_in(case.root, doing.at)


def name_on(doing: Doing, root: Root, wanted: Collection[int], link: str) -> None:
    """Names users on a root that is marked higher, each once, and tells all who are named."""
    named = Grant.objects.filter(root=root, kind=Grant.NAMED, revoked_at__isnull=True)
    known = set(named.values_list("user_id", flat=True))
    Grant.objects.bulk_create(
        Grant(
            root=root,
            kind=Grant.NAMED,
            user_id=user,
            from_at=doing.at,
            made_by_id=doing.by.user_id,
        )
        for user in sorted(set(wanted) - known)
    )
    text = f"{root.reference} is restricted. You are named on it."
    tell({*wanted, *known} - {doing.by.user_id}, text, root=root, link=link, at=doing.at)


def _shut(doing: Doing, case: Case, wanted: int) -> None:
    """Ends what opened the case to more than it may now be open to, and the same on records."""
    to_many = Q(to_user__isnull=True)
    shares = Share.objects.filter(Q() if wanted == Root.SEALED else to_many, case=case)
    for made in _live(shares, doing.at):
        end(doing, made, ENDED)
    left = Grant.objects.filter(root=case.root, kind=Grant.SHARE, revoked_at__isnull=True)
    if wanted != Root.SEALED:
        left = left.filter(user__isnull=True)
    sources = set(left.exclude(source="").values_list("source", flat=True))
    left.update(revoked_at=doing.at)
    Grant.objects.filter(source__in=sources, revoked_at__isnull=True).update(revoked_at=doing.at)


def _live(shares: Iterable[Share], at: datetime) -> list[Share]:
    return [made for made in with_names(shares) if is_live(made, at)]  # type: ignore[arg-type]


def _follow(case: Case) -> None:
    """A call that is held back makes no other a repeat: the desks mark anew what it had made so, by
    its people, their numbers, and where it was."""
    places = CasePlace.objects.filter(case=case).values("place_id")
    phones = PersonRecord.objects.filter(parts__case=case, phone_key__gt="").values("phone_key")
    here = Q(parts__case=case) | Q(parts__case__places__place_id__in=places)
    here |= Q(phone_key__in=phones)
    theirs = PersonRecord.objects.filter(here, regrouped=False).values("pk")
    PersonRecord.objects.filter(pk__in=theirs).update(regrouped=True)
