"""Settling a conflict: a “same” and a “different” that cannot both stand, and who sees to it."""

from datetime import datetime

from django.db.models import QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.scope import OutOfScope
from wansdyke.access.sections import Section
from wansdyke.history import audit
from wansdyke.history.door import Repeated, change, digest_of
from wansdyke.kernel.flow import Refused
from wansdyke.linkage.judging import differing
from wansdyke.linkage.waiting import judgements
from wansdyke.people.models import Judgement


def against(judgement: Judgement, by: Actor, at: datetime) -> QuerySet[Judgement]:
    """The judgements in an actor's scope beside which one cannot stand; of a second opinion, the
    first."""
    if judgement.held_back:
        those = differing(judgement.left.person_id, judgement.right.person_id)
    elif judgement.again:
        those = Judgement.objects.filter(undone_at=None, again=False)
        those = those.filter(left_id=judgement.left_id, right_id=judgement.right_id)
    else:
        return Judgement.objects.none()
    in_scope = judgements(by, at).filter(pk__in=those)
    return in_scope.select_related("left__root", "right__root", "by").order_by("at", "pk")


def take_on(judgement: Judgement, *, by: Actor, at: datetime, key: str) -> None:
    """Makes an actor the one who settles a conflict.

    Raises OutOfScope unless both records are in their scope, Refused where there is nothing to
    settle any more.
    """
    if not judgements(by, at).filter(pk=judgement.pk).exists():
        raise OutOfScope(judgement.reference)
    pair = [judgement.left_id, judgement.right_id]
    digest = digest_of("conflict taken on", judgement.reference)
    try:
        with change(by=by, at=at, key=key, digest=digest) as doing:
            roots = list(Root.objects.select_for_update().filter(pk__in=pair).order_by("pk"))
            held = Judgement.objects.select_for_update().get(pk=judgement.pk)
            if not held.held_back or held.undone_at is not None:
                raise Refused("This is settled already: there is no conflict any more.")
            before = held.owner.username if held.owner else None
            held.owner_id = by.user_id
            held.save(update_fields=["owner"])
            for root in roots:
                event = doing.event("conflict taken on", root=root)
                doing.changed(event, held.reference, "owner", Section.CORE, before, by.username)
            doing.audit(
                audit.ALTERATION, *(root.reference for root in roots), judgement=held.reference
            )
    except Repeated:
        return
