"""Judging who is who: a person's decision, from which the clusters follow, and which can be undone.

Records are never changed or merged: which cluster each belongs to is worked out from what was
judged, so that undoing a judgement restores exactly what was. Markers go with the records they are
about. Whoever could not see a record before does not see it through a link.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse

from wansdyke.access.actors import SYSTEM, Actor
from wansdyke.access.models import Root
from wansdyke.access.notices import tell
from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope, scope
from wansdyke.access.sections import Section
from wansdyke.casework.carrying import carry_people
from wansdyke.casework.models import Marker
from wansdyke.casework.on_case import needed, unused
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of
from wansdyke.kernel.flow import Refused
from wansdyke.linkage.grouping import Grouped, Said, grouped
from wansdyke.linkage.models import Suggestion
from wansdyke.people.known_as import OWN, made_in
from wansdyke.people.models import Judgement, PersonRecord

PREFIX = "JD"
LONGEST_REASON = 300
# The number of a lock that nothing else takes.
GROUPING = (20, 1)
CONFLICT = "A judgement of yours cannot stand beside another one: please settle it"
VERDICTS = dict(Judgement.VERDICTS)


def judge(
    left: PersonRecord,
    right: PersonRecord,
    verdict: str,
    *,
    reason: str,
    by: Actor,
    at: datetime,
    key: str,
    again: bool = False,
) -> str:
    """Writes down that two records are, or are not, of one person, and groups them by it.

    Returns the judgement's reference. `again` is a second person's, which moves nothing. Raises
    OutOfScope unless both are in the actor's scope, Refused without a verdict or a reason, for one
    record twice, and for a pair that is judged already: that is undone first.
    """
    if verdict not in VERDICTS:
        raise Refused("Choose whether they are the same person.", field="verdict")
    why = needed(reason, "reason", "Enter why you think so.", LONGEST_REASON)
    first, second = sorted((left, right), key=lambda one: one.pk)
    references = (first.root.reference, second.root.reference)
    if first.pk == second.pk:
        raise Refused("This is one record, not two.", field="verdict")
    digest = digest_of("judgement", *references, verdict, why, again)
    try:
        with change(by=by, at=at, key=key, digest=digest) as doing:
            one_at_a_time()
            _locked(by, at, [first.pk, second.pk])
            _not_judged(first, second, by, again=again)
            made = _write(doing, first, second, verdict, why, again=again)
            if not again:
                regroup(doing, [first.pk, second.pk])
            doing.outcome["reference"] = made.reference
            return made.reference
    except Repeated as done:
        return str(done.outcome["reference"])


def _write(
    doing: Doing,
    left: PersonRecord,
    right: PersonRecord,
    verdict: str,
    why: str,
    *,
    again: bool = False,
    automatic: bool = False,
) -> Judgement:
    made = Judgement.objects.create(
        reference=unused(Judgement, PREFIX),
        left=left,
        right=right,
        verdict=verdict,
        reason=why,
        by_id=doing.by.user_id,
        at=doing.at,
        again=again,
        automatic=automatic,
    )
    Suggestion.objects.filter(left=left, right=right).update(state=Suggestion.JUDGED)
    for one in (left, right):
        event = doing.event("judged", root=one.root)
        doing.changed(event, made.reference, "verdict", Section.IDENTITY, None, verdict)
        doing.changed(event, made.reference, "reason", Section.IDENTITY, None, why)
    doing.audit(
        audit.ALTERATION, left.root.reference, right.root.reference, judgement=made.reference
    )
    return made


def join_automatically(doing: Doing, left: PersonRecord, right: PersonRecord, why: str) -> None:
    """Joins two records by the force's policy; call in a change of the maintenance account."""
    if doing.by.username != SYSTEM:
        raise Refused("Only the force’s policy joins without a person.")
    _write(doing, left, right, Judgement.SAME, why, automatic=True)
    regroup(doing, [left.pk, right.pk])


def undo(judgement: Judgement, *, reason: str, by: Actor, at: datetime, key: str) -> None:
    """Takes a judgement back: whatever it had joined is as it was before it.

    Raises OutOfScope unless both records are in the actor's scope, Refused without a reason, and
    for one that is undone already.
    """
    why = needed(reason, "reason", "Enter why it is undone.", LONGEST_REASON)
    digest = digest_of("judgement undone", judgement.reference, why)
    try:
        with change(by=by, at=at, key=key, digest=digest) as doing:
            pair = [judgement.left_id, judgement.right_id]
            one_at_a_time()
            _locked(by, at, pair)
            held = Judgement.objects.select_for_update().get(pk=judgement.pk)
            if held.undone_at is not None:
                raise Refused("This judgement is undone already.", field="reason")
            held.undone_at, held.undone_by_id, held.undone_reason = at, by.user_id, why
            held.save(update_fields=["undone_at", "undone_by", "undone_reason"])
            regroup(doing, pair)
            roots = Root.objects.filter(pk__in=pair).order_by("pk")
            for root in roots:
                event = doing.event("judgement undone", root=root)
                doing.changed(event, held.reference, "reason", Section.IDENTITY, None, why)
            doing.audit(
                audit.ALTERATION, *(root.reference for root in roots), judgement=held.reference
            )
            if not held.again:
                waiting = Suggestion.objects.filter(left_id=pair[0], right_id=pair[1])
                waiting.update(state=Suggestion.WAITING)
    except Repeated:
        return


def _locked(by: Actor, at: datetime, pks: Collection[int]) -> None:
    """Both records, locked in one order, if the actor may judge them. Raises OutOfScope."""
    seen = PersonRecord.objects.filter(scope(by, Right.JUDGE, at, "root__"), pk__in=list(pks))
    if seen.count() != len(set(pks)):
        raise OutOfScope("record")
    list(Root.objects.select_for_update().filter(pk__in=list(pks)).order_by("pk"))


def _not_judged(left: PersonRecord, right: PersonRecord, by: Actor, *, again: bool) -> None:
    live = Judgement.objects.filter(left=left, right=right, undone_at=None)
    first = live.filter(again=False)
    if not again and first.exists():
        raise Refused(
            "This pair is judged already. Undo that judgement before you make another.",
            field="verdict",
        )
    if again and not first.exists():
        raise Refused("The first judgement is undone: judge this pair anew.", field="verdict")
    if again and live.filter(by_id=by.user_id).exists():
        raise Refused("A second judgement is another person’s.", field="verdict")


def live(judgements: QuerySet[Judgement] | None = None) -> QuerySet[Judgement]:
    """The judgements that stand and move records: not undone, not a second person's."""
    rows = Judgement.objects.all() if judgements is None else judgements
    return rows.filter(undone_at=None, again=False).exclude(verdict=Judgement.UNSURE)


def one_at_a_time() -> None:
    """Waits until nobody else works out who is one person: two who did at once would each miss what
    the other joined. Call first in a change. SQLite has one writer at a time anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", GROUPING)


def differing(one: int, other: int) -> QuerySet[Judgement]:
    """The judgements that stand and keep two people (primary keys) apart."""
    either = Q(left__person_id=one, right__person_id=other) | Q(
        left__person_id=other, right__person_id=one
    )
    return live().filter(either, verdict=Judgement.DIFFERENT)


def regroup(doing: Doing, pks: Collection[int]) -> Grouped:
    """Works out anew the clusters of all that is linked with some records, and moves them."""
    firsts, said = linked_with(firsts_of(pks))
    found = grouped(firsts, said)
    _hold_back(doing, {one.key for one in said}, found.held_back)
    moved = [
        _move(doing, record, found.of[record.first])  # type: ignore[attr-defined]
        for record in _of(firsts)
    ]
    if any(moved):
        # Also of whom somebody left: the desks hear of it by a job, `casework.jobs.follow_people`.
        PersonRecord.objects.filter(made_in(firsts)).update(regrouped=True)
        carry_people(set(found.of.values()))
    _move_markers(firsts, found)
    return found


def _hold_back(doing: Doing, about: Collection[int], held: Collection[int]) -> None:
    """Marks which judgements join nothing; whoever made one has to settle it, and is told."""
    rows = live(Judgement.objects.filter(pk__in=about))
    rows.exclude(pk__in=held).update(held_back=False, owner=None)
    for one in rows.filter(pk__in=held, held_back=False).select_related("left__root"):
        one.held_back, one.owner_id = True, None if one.automatic else one.by_id
        one.save(update_fields=["held_back", "owner"])
        if one.owner_id and one.owner_id != doing.by.user_id:
            link = reverse("judgement", args=[one.reference])
            tell([one.owner_id], CONFLICT, root=one.left.root, link=link, at=doing.at)


def _of(firsts: Collection[int]) -> QuerySet[PersonRecord]:
    rows = PersonRecord.objects.annotate(first=OWN)
    return rows.filter(made_in(firsts)).select_related("root").order_by("pk")


def firsts_of(pks: Collection[int]) -> set[int]:
    """The clusters (primary keys) that some records were made as."""
    rows = PersonRecord.objects.filter(pk__in=list(pks)).annotate(first=OWN)
    return set(rows.values_list("first", flat=True))


def linked_with(firsts: set[int]) -> tuple[set[int], list[Said]]:
    """All first clusters that judgements link with some, or that share a cluster with them now."""
    known: set[int] = set()
    said: dict[int, Said] = {}
    while firsts - known:
        known |= firsts
        records = list(_of(known).values_list("pk", flat=True))
        judged = live().filter(Q(left_id__in=records) | Q(right_id__in=records))
        rows = judged.annotate(
            a=Coalesce("left__first_person_id", "left__person_id"),
            b=Coalesce("right__first_person_id", "right__person_id"),
        ).values_list("pk", "a", "b", "verdict")
        said = {pk: Said(pk, a, b, verdict == Judgement.SAME) for pk, a, b, verdict in rows}
        persons = _of(known).values_list("person_id", flat=True)
        together = PersonRecord.objects.filter(person_id__in=list(persons)).annotate(first=OWN)
        firsts = known | set(together.values_list("first", flat=True))
        firsts |= {first for one in said.values() for first in (one.left, one.right)}
    return known, list(said.values())


def _move(doing: Doing, record: PersonRecord, person: int) -> bool:
    if record.person_id == person:
        return False
    first = record.first_person_id or record.person_id
    record.first_person_id = None if first == person else first
    record.person_id = person
    record.save(update_fields=["person", "first_person"])
    doing.event("grouped anew", root=record.root)
    return True


def _move_markers(firsts: Collection[int], found: Grouped) -> None:
    for marker in Marker.objects.filter(made_in(firsts), person__isnull=False):
        first = marker.first_person_id or marker.person_id
        if first is None or marker.person_id == found.of[first]:
            continue
        marker.person_id = found.of[first]
        marker.first_person_id = None if first == marker.person_id else first
        marker.save(update_fields=["person", "first_person"])
