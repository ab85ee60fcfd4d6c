"""What waits for somebody in scope: pairs to judge, pairs to judge again, conflicts to settle."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope, scope
from wansdyke.linkage.models import Suggestion
from wansdyke.linkage.presenting import LIKELIEST, ORDERS
from wansdyke.people.models import Judgement
from wansdyke.ui.tables import Sort


def suggestions(by: Actor, at: datetime) -> QuerySet[Suggestion]:
    """The suggestions of which both records are in an actor's scope."""
    return Suggestion.objects.filter(
        scope(by, Right.JUDGE, at, "left__root__"), scope(by, Right.JUDGE, at, "right__root__")
    )


def to_judge(
    by: Actor, at: datetime, *, again: bool, sort: Sort = LIKELIEST
) -> QuerySet[Suggestion]:
    """The suggestions that nobody judged, or those drawn for a second judgement that would not be
    the actor's own."""
    sign = "-" if sort.descending else ""
    rows = suggestions(by, at).order_by(f"{sign}{ORDERS[sort.key]}", "pk")
    if not again:
        return rows.filter(state=Suggestion.WAITING)
    judged = Judgement.objects.filter(
        left=OuterRef("left"), right=OuterRef("right"), undone_at=None
    )
    mine_or_twice = judged.filter(Q(by_id=by.user_id) | Q(again=True))
    return rows.filter(~Exists(mine_or_twice), state=Suggestion.JUDGED, again=True)


def to_take_out(pairs: QuerySet[Suggestion], by: Actor, at: datetime) -> QuerySet[Suggestion]:
    """Those of some suggestions of which the actor may take out both records."""
    return pairs.filter(
        scope(by, Right.EXPORT, at, "left__root__"), scope(by, Right.EXPORT, at, "right__root__")
    )


def suggestion(by: Actor, at: datetime, reference: str) -> Suggestion:
    """The suggestion of a reference. Raises OutOfScope unless it is in scope."""
    rows = suggestions(by, at).filter(reference=reference)
    found = rows.select_related(
        "left__root", "right__root", "left__person", "right__person"
    ).first()
    if found is None:
        raise OutOfScope(reference)
    return found


def is_second(pair: Suggestion, by: Actor) -> bool:
    """Whether an actor's judgement of a pair would be a second one, blind to the first."""
    judged = Judgement.objects.filter(left=pair.left, right=pair.right, undone_at=None)
    mine_or_twice = judged.filter(Q(by_id=by.user_id) | Q(again=True))
    return pair.again and judged.exists() and not mine_or_twice.exists()


def judgements(by: Actor, at: datetime, right: Right = Right.JUDGE) -> QuerySet[Judgement]:
    """The judgements of which both records are in an actor's scope."""
    return Judgement.objects.filter(
        scope(by, right, at, "left__root__"), scope(by, right, at, "right__root__")
    )


def conflicts(by: Actor, at: datetime) -> QuerySet[Judgement]:
    """The judgements in an actor's scope that cannot stand together with a “different”."""
    return judgements(by, at).filter(held_back=True, undone_at=None).order_by("at", "pk")


def disagreements(by: Actor, at: datetime) -> QuerySet[Judgement]:
    """The second judgements in scope that differ from the first of their pair."""
    first = Judgement.objects.filter(
        left=OuterRef("left"), right=OuterRef("right"), undone_at=None, again=False
    )
    other = first.exclude(verdict=OuterRef("verdict"))
    seconds = judgements(by, at).filter(again=True, undone_at=None)
    return seconds.filter(Exists(other)).order_by("at", "pk")
