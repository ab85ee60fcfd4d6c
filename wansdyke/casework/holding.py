"""Legal holds: while one stands, nothing that it covers is disposed of or erased.

One on a person's record covers all records of that person and every case that names them, those
that come later too: it is asked each time anew, never copied. One on a case covers the case and the
records of its people.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.for_agency import every_agency
from wansdyke.access.models import Root
from wansdyke.access.notices import tell
from wansdyke.access.one_person import one_person
from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope, scope
from wansdyke.casework.models import Disposal, LegalHold, Party
from wansdyke.casework.on_case import added, needed, unused
from wansdyke.casework.steps import Outcome, again, outcome_of
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of
from wansdyke.kernel.flow import Refused
from wansdyke.people.models import PersonRecord

PREFIX = "LH"
LONGEST, LONGEST_MATTER = 2000, 120
SAID = ("ground", "matter", "reason")
# Whoever may do either may hold.
HOLDING = (Right.ERASE, Right.CONFIRM_ERASE)


def live() -> QuerySet[LegalHold]:
    """The holds that stand."""
    return LegalHold.objects.filter(lifted_at__isnull=True)


def _roots_of(root: int) -> set[int]:
    person = PersonRecord.objects.filter(pk=root).values_list("person_id", flat=True).first()
    if person is None:
        named = Party.objects.filter(case_id=root)
        return {root, *named.values_list("record_id", flat=True)}
    records = PersonRecord.objects.filter(person_id=person).values_list("pk", flat=True)
    cases = Party.objects.filter(record__person_id=person).values_list("case_id", flat=True)
    return {root, *records, *cases}


def holds_on(root: int) -> QuerySet[LegalHold]:
    """The holds that cover a root (primary key), its own and those carried to it."""
    person = PersonRecord.objects.filter(pk=root).values("person_id")
    named = Party.objects.filter(case_id=root).values("record__person_id")
    in_cases = Party.objects.filter(record_id=root).values("case_id")
    return live().filter(
        Q(root_id=root)
        | Q(root__person_record__person_id__in=person)
        | Q(root__person_record__person_id__in=named)
        | Q(root_id__in=in_cases)
    )


def is_held(root: int) -> bool:
    """Whether a hold covers a root (primary key), whichever agency's it is and whoever asks."""
    with every_agency():
        return holds_on(root).exists()


def held(path: str = "") -> Q:
    """The roots that a hold covers, as a filter: holds are few, whatever else there is."""
    holds = live().values("root_id")
    people = PersonRecord.objects.filter(pk__in=holds).values("person_id")
    records = PersonRecord.objects.filter(person_id__in=people).values("pk")
    cases = Party.objects.filter(record__person_id__in=people).values("case_id")
    named = Party.objects.filter(case_id__in=holds).values("record_id")
    pk = f"{path}pk__in"
    return Q(**{pk: holds}) | Q(**{pk: records}) | Q(**{pk: cases}) | Q(**{pk: named})


def held_among(roots: Collection[int]) -> set[int]:
    """Those of some roots (primary keys) that a hold covers."""
    return set(Root.objects.filter(held(), pk__in=roots).values_list("pk", flat=True))


def in_sight(actor: Actor, at: datetime) -> QuerySet[LegalHold]:
    """The holds on roots that an actor may hold."""
    rows = LegalHold.objects.filter(may_hold(actor, at, "root__"))
    return rows.select_related("root__team", "by", "lifted_by")


def may_hold(actor: Actor, at: datetime, path: str = "") -> Q:
    """The roots that an actor may put a hold on."""
    either = Q(pk__in=())
    for right in HOLDING:
        either |= scope(actor, right, at, path)
    return either


def root_to_hold(actor: Actor, at: datetime, reference: str) -> Root:
    """The root of a reference that an actor may hold. Raises OutOfScope."""
    found = Root.objects.filter(may_hold(actor, at), reference=reference)
    root = found.select_related("team").first()
    if root is None:
        raise OutOfScope(reference)
    return root


def place(
    root: Root, *, ground: str, matter: str, reason: str, by: Actor, at: datetime, key: str
) -> Outcome:
    """Puts a hold on a record. Raises OutOfScope for whoever may not, Refused without a ground, the
    matter's reference or a reason, and while a hold for the same matter stands on it."""
    digest = digest_of("hold", root.reference, ground, matter, reason)
    try:
        with change(by=by, at=at, key=key, root=root, digest=digest) as doing:
            held = root_to_hold(by, at, root.reference)
            if ground not in dict(LegalHold.GROUNDS):
                raise Refused("Choose why from those listed.", field="ground")
            what = needed(matter, "matter", "Enter the reference of the matter.", LONGEST_MATTER)
            why = needed(reason, "reason", "Enter why it must be kept.", LONGEST)
            if live().filter(root=held, matter=what).exists():
                raise Refused("A hold for this matter stands on it already.", field="matter")
            made = LegalHold.objects.create(
                root=held,
                reference=unused(LegalHold, PREFIX),
                ground=ground,
                matter=what,
                reason=why,
                by_id=by.user_id,
                at=at,
            )
            # Whoever is about to confirm a disposal of any of them waits for this, and finds it.
            with every_agency():
                reached = sorted(_roots_of(held.pk))
                list(Root.objects.select_for_update().filter(pk__in=reached).order_by("pk"))
            event = doing.event("legal hold placed", root=held, touches=False)
            added(doing, event, made, made.reference, *SAID)
            doing.audit(audit.ALTERATION, held.reference, hold=made.reference, ground=ground)
            _tell(doing, made, reached)
            return outcome_of(doing, made.reference)
    except Repeated as repeated:
        return again(repeated)


def _tell(doing: Doing, made: LegalHold, reached: Collection[int]) -> None:
    """Whoever proposed to dispose of what is now held hears of it."""
    waiting = Disposal.objects.filter(
        root_id__in=reached, decided_at__isnull=True, withdrawn_at__isnull=True
    )
    for one in waiting.select_related("root"):
        text = f"{one.root.reference}: a legal hold stands. It cannot be disposed of now."
        link = f"/retention/disposals/{one.reference}/"
        tell([one.proposed_by_id], text, root=one.root, link=link, at=doing.at)


def lift(made: LegalHold, *, reason: str, by: Actor, at: datetime, key: str) -> Outcome:
    """Lifts a hold. Raises OutOfScope, Refused without a reason and for whoever placed it."""
    digest = digest_of("hold lifted", made.reference, reason)
    try:
        with change(by=by, at=at, key=key, root=made.root, digest=digest) as doing:
            held = in_sight(by, at).select_for_update(of=("self",)).filter(pk=made.pk).first()
            if held is None:
                raise OutOfScope(made.reference)
            if held.lifted_at is not None:
                raise Refused("This hold was lifted already.")
            if one_person(held.by_id, by.user_id):
                raise Refused("Somebody else must lift it: you placed it.", field="reason")
            why = needed(reason, "reason", "Enter why it is lifted.", LONGEST)
            event = doing.event("legal hold lifted", root=held.root, touches=False)
            doing.changed(
                event, held.reference, "lift_reason", LegalHold.SECTIONS["lift_reason"], None, why
            )
            held.lifted_by_id, held.lifted_at, held.lift_reason = by.user_id, at, why
            held.save(update_fields=["lifted_by", "lifted_at", "lift_reason"])
            doing.audit(audit.ALTERATION, held.root.reference, hold=held.reference, lifted=True)
            return outcome_of(doing, held.reference)
    except Repeated as repeated:
        return again(repeated)
