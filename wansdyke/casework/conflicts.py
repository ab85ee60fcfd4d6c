"""Conflicts of interest: who is kept away from what, by professional standards, and who tries.

To whoever is locked out everything looks as if it were not there, whatever else would open it.
"""

import json
from datetime import datetime

from django.db.models import Q, QuerySet
from rapidfuzz import fuzz, process, utils

from wansdyke.access.actors import SYSTEM, Actor
from wansdyke.access.models import Lock, Root, User
from wansdyke.access.notices import holders_in, tell
from wansdyke.access.one_person import accounts_of, one_person
from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope, whole
from wansdyke.casework.agenda import keys_of_name
from wansdyke.casework.carrying import carry
from wansdyke.casework.jobs import worker
from wansdyke.casework.models import Conflict
from wansdyke.casework.on_case import needed, unused
from wansdyke.casework.steps import Outcome, again, outcome_of
from wansdyke.history import audit
from wansdyke.history.asking import called
from wansdyke.history.door import Doing, Repeated, change, digest_of
from wansdyke.history.models import AuditEntry
from wansdyke.kernel.flow import Refused
from wansdyke.people.models import PersonRecord

PREFIX = "CL"
STANDARDS = "professional-standards"
LONGEST = 2000
# More people of one name than this say nothing about a colleague of that name.
TOO_COMMON, AT_ONCE = 10, 200
LIKE = 85
BEARS_NAME = "Somebody on a case bears their name."
SEES_ANOTHER = "They are locked out of one record of this person and not of this one."


def may(actor: Actor) -> bool:
    """Whether conflicts are an actor's business: professional standards', and nobody else's."""
    return actor.may(Right.LOCK) and STANDARDS in actor.posts


def in_sight(actor: Actor) -> QuerySet[Conflict]:
    """The conflicts of the force, without those about oneself or what one is locked out of.
    Raises OutOfScope for whoever they are no business of."""
    if not may(actor):
        raise OutOfScope("conflicts")
    locks = Lock.objects.filter(user_id=actor.user_id, lifted_at__isnull=True).values("root_id")
    rows = Conflict.objects.filter(root__agency_id=actor.agency_id or 0).exclude(
        Q(user_id__in=accounts_of(actor.user_id)) | Q(root_id__in=locks)
    )
    return rows.select_related("root", "user__agency", "made_by", "ended_by")


def one_of(actor: Actor, reference: str) -> Conflict:
    """One by its reference. Raises OutOfScope."""
    found = in_sight(actor).filter(reference=reference).first()
    if found is None:
        raise OutOfScope(reference)
    return found


def colleague(text: str) -> User:
    """The one active user of a sign-in name or of a name like it. Raises Refused where there is
    none or more than one, and then names them."""
    users = User.objects.filter(is_active=True).exclude(username=SYSTEM)
    exact = users.filter(username__iexact=text.strip()).first()
    if exact is not None:
        return exact
    named = {user.pk: user.name for user in users}
    like = process.extract(
        text[:80], named, scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=LIKE
    )
    found = list(users.filter(pk__in=[pk for _, _, pk in like]).order_by("name"))
    if len(found) == 1:
        return found[0]
    if not found:
        raise Refused("Nobody of this name works in the product.", field="whom")
    several = ", ".join(f"{user.name} ({user.username})" for user in found)
    raise Refused(f"Enter the sign-in name of one of these: {several}.", field="whom")


def _root(actor: Actor, reference: str) -> Root:
    locks = Lock.objects.filter(user_id=actor.user_id, lifted_at__isnull=True).values("root_id")
    rows = Root.objects.filter(whole(), reference=reference, agency_id=actor.agency_id or 0)
    found = rows.exclude(pk__in=locks).first()
    if found is None:
        raise Refused("There is no record of this reference.", field="reference")
    return found


def lock(
    whom: User, reference: str, *, relation: str, reason: str, by: Actor, at: datetime, key: str
) -> Outcome:
    """Locks somebody out of a case, or of a person by one of their records, from now on.

    Raises OutOfScope for whoever may not, Refused for oneself, an unknown record or relation, no
    reason, and where they are locked out already.
    """
    if not may(by):
        raise OutOfScope("conflicts")
    digest = digest_of("conflict", whom.pk, reference, relation, reason)
    root = _root(by, reference)
    try:
        # The record is locked: two who lock somebody out of it at once do it one after the other.
        with change(by=by, at=at, key=key, root=root, digest=digest) as doing:
            why = needed(reason, "reason", "Enter what the conflict is.", LONGEST)
            if relation not in dict(Conflict.RELATIONS):
                raise Refused("Choose the conflict from those listed.", field="relation")
            if one_person(whom.pk, by.user_id):
                raise Refused("Somebody else must lock you out.", field="whom")
            same = Conflict.objects.filter(root=root, user=whom)
            if same.filter(state=Conflict.LIVE).exists():
                raise Refused("They are locked out of this already.", field="whom")
            made = same.filter(state=Conflict.SUGGESTED).first() or Conflict(
                reference=unused(Conflict, PREFIX), root=root, user=whom
            )
            made.relation, made.reason, made.state = relation, why, Conflict.LIVE
            made.made_by_id, made.made_at, made.told_of = by.user_id, at, _newest()
            made.save()
            carry([made])
            _noted(doing, made, "locked out")
            return outcome_of(doing, made.reference)
    except Repeated as repeated:
        return again(repeated)


def _newest() -> int:
    return AuditEntry.objects.order_by("-seq").values_list("seq", flat=True).first() or 0


def _noted(doing: Doing, made: Conflict, what: str) -> None:
    # No event of the record itself: its history is read by those who work on it.
    doing.event(f"conflict: {what}", subject=made.reference)
    facts = {"conflict": made.reference, "user": made.user.username, "conflict_is": what}
    doing.audit(audit.CONFIGURATION, made.root.reference, **facts)


def end(made: Conflict, *, reason: str, by: Actor, at: datetime, key: str) -> Outcome:
    """Lifts a lock, or dismisses a suggestion. Raises OutOfScope for whoever may not, Refused
    without a reason and for what has ended."""
    digest = digest_of("conflict ended", made.reference, reason)
    try:
        with change(by=by, at=at, key=key, digest=digest) as doing:
            held = in_sight(by).select_for_update(of=("self",)).filter(pk=made.pk).first()
            if held is None:
                raise OutOfScope(made.reference)
            if held.state not in (Conflict.LIVE, Conflict.SUGGESTED):
                raise Refused("This has ended already.")
            why = needed(reason, "reason", "Enter why it ends.", LONGEST)
            was_live = held.state == Conflict.LIVE
            held.state = Conflict.LIFTED if was_live else Conflict.DISMISSED
            held.ended_by_id, held.ended_at, held.end_reason = by.user_id, at, why
            held.save(update_fields=["state", "ended_by", "ended_at", "end_reason"])
            given = Lock.objects.filter(source=held.reference, lifted_at__isnull=True)
            given.update(lifted_at=at)
            _noted(doing, held, held.state)
            return outcome_of(doing, held.reference)
    except Repeated as repeated:
        return again(repeated)


def suggest(at: datetime) -> int:
    """Suggests a conflict where somebody on a case bears a colleague's name, of whatever agency,
    and where a colleague is locked out of one record of somebody and sees another; nobody is
    locked out by it. Returns how many were new."""
    found = 0
    for user in User.objects.filter(is_active=True).exclude(username=SYSTEM):
        found += _suggested(user, at) if found < AT_ONCE else 0
    # An account that was made since is kept from the same as the others of whoever has it.
    with change(by=worker(), at=at, key=(key := f"carried:{at.timestamp():.6f}"), digest=key):
        carry(Conflict.objects.filter(state=Conflict.LIVE))
    return found + _suggested_beside(at)


def _suggested_beside(at: datetime) -> int:
    """A conflict about a case shuts the records that its team made of its people. What other
    records were judged to be of the same people professional standards decide."""
    locks = Lock.objects.filter(lifted_at__isnull=True, user__is_active=True)
    theirs = locks.exclude(root__person_record=None).values_list(
        "user_id", "root__person_record__person_id"
    )
    made = 0
    for user_id, person in sorted(set(theirs)):
        shut = locks.filter(user_id=user_id).values("root_id")
        known = Conflict.objects.filter(user_id=user_id).values("root_id")
        beside = PersonRecord.objects.filter(whole("root__"), person_id=person)
        rows = beside.exclude(pk__in=shut).exclude(pk__in=known).select_related("root")
        for row in rows.order_by("pk"):
            one = _suggest(User.objects.get(pk=user_id), row, "other", SEES_ANOTHER, at)
            told = {user.pk for user in holders_in([STANDARDS], row.root.agency_id, at)}
            text = f"{one.reference}: somebody locked out may see another record of a person."
            link = f"/conflicts/{one.reference}/"
            tell(told - {user_id}, text, root=None, link=link, at=at)
            made += 1
    return made


def _suggested(user: User, at: datetime) -> int:
    keys = keys_of_name(user.name)
    if not keys:
        return 0
    bears = Q()
    for forename, surname in keys:
        bears |= Q(surname_key=surname, forename_key=forename)
    same = PersonRecord.objects.filter(whole("root__"), bears, parts__isnull=False)
    rows = list(same.select_related("root").distinct().order_by("pk")[: TOO_COMMON + 1])
    if len(rows) > TOO_COMMON:
        return 0
    known = set(Conflict.objects.filter(user=user).values_list("root_id", flat=True))
    new = [row for row in rows if row.pk not in known]
    for row in new:
        _suggest(user, row, "self", BEARS_NAME, at)
    return len(new)


def _suggest(user: User, row: PersonRecord, relation: str, why: str, at: datetime) -> Conflict:
    key = f"conflict:{user.pk}:{row.pk}"
    with change(by=worker(), at=at, key=key, digest=digest_of(key)) as doing:
        made = Conflict.objects.create(
            reference=unused(Conflict, PREFIX),
            root=row.root,
            user=user,
            relation=relation,
            reason=why,
            state=Conflict.SUGGESTED,
            made_by_id=doing.by.user_id,
            made_at=at,
        )
        _noted(doing, made, "suggested")
    return made


def tell_of_tries(at: datetime) -> int:
    """Tells professional standards of those who asked for what they are locked out of, once for
    each time that some came; returns of how many conflicts. Whoever asked is answered as if there
    were nothing, and as fast: this is read from the log afterwards."""
    told = 0
    for one in Conflict.objects.filter(state=Conflict.LIVE).select_related("root", "user"):
        tries = _tries(one)
        if not tries:
            continue
        key = f"tries:{one.pk}:{tries[-1]}"
        with change(by=worker(), at=at, key=key, digest=digest_of(key)) as doing:
            Conflict.objects.filter(pk=one.pk).update(told_of=tries[-1])
            watching = {user.pk for user in holders_in([STANDARDS], one.root.agency_id, at)}
            times = "once" if len(tries) == 1 else f"{len(tries)} times"
            text = f"{one.reference}: somebody tried {times} to open what they are locked out of."
            told_to = watching - accounts_of(one.user_id)
            tell(told_to, text, root=None, link=f"/conflicts/{one.reference}/", at=at)
            doing.audit(audit.COMBINATION, one.root.reference, conflict=one.reference)
        told += 1
    return told


def _tries(one: Conflict) -> list[int]:
    """The numbers of the log's entries in which whoever is locked out was refused it."""
    new = _refusals(one).filter(seq__gt=one.told_of)
    return sorted(set(new.values_list("seq", flat=True)))


def _refusals(one: Conflict) -> QuerySet[AuditEntry]:
    locked = Root.objects.filter(locks__source=one.reference)
    return AuditEntry.objects.filter(
        operation=audit.DENIED,
        actor_id__in=accounts_of(one.user_id),
        subjects__reference__in=called(locked),
    )


def tries_of(one: Conflict, most: int = 50) -> list[dict[str, object]]:
    """When somebody was refused what they are locked out of, the newest first: what of, and how."""
    refused = _refusals(one).filter(at__gte=one.made_at)
    rows = refused.distinct().order_by("-seq")[:most]
    return [{"seq": row.seq, "at": row.at, "path": json.loads(row.body).get("path", "")}
            for row in rows]  # fmt: skip
