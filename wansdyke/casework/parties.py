"""People and places of a case: adding, ending, correcting, and who may see their records.

A person's record has a root of its own. Whoever is let into a case, by name or by a share that
opens identity, is let into the records that the case's own team made of its people; records that
other teams keep stay theirs to open.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Grant, Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope
from wansdyke.access.sections import Section
from wansdyke.casework.carrying import carry, hold_of, touching
from wansdyke.casework.desk import Desk
from wansdyke.casework.models import Case, CasePlace, Conflict, Party, Retention
from wansdyke.casework.on_case import added, needed, on_case
from wansdyke.casework.queries import OutOfScope, require
from wansdyke.casework.steps import Outcome, again, outcome_of
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of
from wansdyke.history.models import Event
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.people.asked import Asked, asked_of
from wansdyke.people.finding import Matches, matching
from wansdyke.people.known import Known, Sight, known_of
from wansdyke.people.models import PersonRecord
from wansdyke.people.records import amend_record, lives_at, new_record, place_for, says_nothing

MOST_ALIKE = 20
# In bits: two names that agree are worth asking about, as is a telephone; a surname alone is not.
WORTH_ASKING = -2.0
ASKED_BY = (
    "forename", "surname", "date_of_birth", "sex", "phone", "address", "postcode",
)  # fmt: skip
LONGEST_REASON = 2000
FINDS_PEOPLE = frozenset({Section.IDENTITY, Section.ADDRESS, Section.SAFE_CONTACT})
PLACE_ROLES = (
    ("scene", "Where it happened"),
    ("home", "Somebody’s home"),
    ("seen", "Where somebody was seen"),
    ("other", "Another place"),
)


class Alike(Refused):
    """Records in the actor's scope say nearly the same: is it one of them?"""

    def __init__(self, records: list[PersonRecord]) -> None:
        super().__init__("Select whether it is one of these people.", field="chosen")
        self.records = records


def alike(typed: Mapping[str, Any], actor: Actor, at: datetime) -> list[PersonRecord]:
    """Records in scope that may be of whoever was typed, however it is spelt, the likeliest first;
    at most MOST_ALIKE, and none that agrees in too little to be asked about."""
    return [record for record, _ in likely(met_by(typed, actor, at), actor, at)]


def likely(
    matches: Matches, actor: Actor, at: datetime
) -> list[tuple[PersonRecord, Sequence[str]]]:
    """The same records of those met, each with why it may be the one; none whose name is held
    back, for nobody can say of it whether it is."""
    worth = {
        one.row.pk: one.agreement.reasons
        for one in known_of(matches, Sight(actor, at)).known
        if Section.IDENTITY in one.sections and _worth_asking(one, matches.asked)
    }
    pks = list(worth)[:MOST_ALIKE]
    found = PersonRecord.objects.select_related("root", "person").in_bulk(pks)
    return [(found[pk], worth[pk]) for pk in pks]


def met_by(typed: Mapping[str, Any], actor: Actor, at: datetime) -> Matches:
    """The records that may be of whoever was typed, whoever may see them: for `likely`, and for
    the silent alert of who searched."""
    wanted = {name: typed[name] for name in ASKED_BY if typed.get(name)}
    asked = asked_of(**wanted, identity=_identity(typed), today=london(at).date())
    return matching(asked, Sight(actor, at).names_any)


def _worth_asking(one: Known, asked: Asked) -> bool:
    """Whether a record agrees in enough: a number that is held back must not decide it."""
    same_phone = bool(asked.phone) and one.row.phone == asked.phone
    return one.agreement.weight >= WORTH_ASKING or (
        same_phone and Section.SAFE_CONTACT in one.sections
    )


def _identity(typed: Mapping[str, Any]) -> str:
    return str(typed.get("pnc") or typed.get("cro") or "")


def record_in_scope(
    actor: Actor, reference: str, at: datetime, right: Right = Right.VIEW
) -> PersonRecord:
    """The record of a reference. Raises OutOfScope."""
    found = (
        PersonRecord.objects.filter(scope(actor, right, at, "root__"), root__reference=reference)
        .select_related("root__team", "person")
        .first()
    )
    if found is None:
        raise OutOfScope(reference)
    return found


def add_person(
    case: Case,
    role: str,
    *,
    desk: Desk,
    by: Actor,
    at: datetime,
    key: str,
    record: PersonRecord | None = None,
    typed: Mapping[str, Any] | None = None,
    not_these: Collection[str] = (),
    note: str = "",
) -> Outcome:
    """Adds a person's part: of a record in the actor's scope, or a new one from what was typed.
    Raises Alike while records in scope look the same and are not in `not_these` (references set
    aside), Refused for an unknown role, nothing typed, or a part the person has already.
    """
    given = dict(typed or {})

    def body(doing: Doing, held: Case) -> None:
        if role not in dict(desk.party_roles):
            raise Refused("Choose a part from those listed.", field="role")
        if record is not None:
            require(by, Right.VIEW, record.root, at)
        whose = record or _new(held, given, not_these, doing)
        if Party.objects.filter(case=held, record=whose, role=role, ended_at=None).exists():
            raise Refused("This person has that part in this case already.", field="role")
        party = Party.objects.create(case=held, record=whose, role=role, note=note.strip())
        event = doing.event("person added", root=held.root)
        reference = whose.root.reference
        # By its reference: whoever reads the case's history may not be let into the record.
        doing.changed(event, reference, "record", Party.SECTIONS["record"], None, reference)
        added(doing, event, party, reference, "role", "note")
        doing.audit(audit.COLLECTION, held.root.reference, whose.root.reference, role=role)
        _told(desk, held, role, doing, event)

    known = record.root.reference if record else ""
    digest = digest_of("person", case.root.reference, role, known, given, sorted(not_these), note)
    return on_case(case, Right.EDIT, body, by=by, at=at, key=key, digest=digest)


def _told(desk: Desk, case: Case, role: str, doing: Doing, event: Event) -> None:
    """Lets those who are let into the case see who is on it, and the desk follow; when they are
    reviewed follows too."""
    let_in(case.root, doing.at)
    Retention.objects.filter(pk=case.pk).update(reckoned_by="")
    if "people" in desk.effects:
        item = desk.model._default_manager.get(case=case)
        desk.effects["people"](item, {"role": role}, doing, event)


def _new(
    case: Case, typed: Mapping[str, Any], not_these: Collection[str], doing: Doing
) -> PersonRecord:
    if says_nothing(typed):
        raise Refused("Enter something that tells who it is, such as a name.", field="surname")
    unseen = [
        one for one in alike(typed, doing.by, doing.at) if one.root.reference not in not_these
    ]
    if unseen:
        raise Alike(unseen)
    source = f"{case.desk}: {case.root.reference}"
    held = case.root
    record = new_record(
        doing, typed, team=held.team, source=source, at=doing.at, marking=held.marking
    )
    home = place_for(typed.get("address", ""), typed.get("postcode", ""))
    if home is not None:
        lives_at(record, home)
    return record


def part_of(case: Case, record_reference: str, role: str) -> Party:
    """A person's part in a case that has not ended. Raises OutOfScope."""
    found = (
        Party.objects.filter(
            case=case, record__root__reference=record_reference, role=role, ended_at=None
        )
        .select_related("record__root", "record__person")
        .first()
    )
    if found is None:
        raise OutOfScope(record_reference)
    return found


def end_part(
    case: Case,
    record_reference: str,
    role: str,
    *,
    desk: Desk,
    reason: str,
    by: Actor,
    at: datetime,
    key: str,
) -> Outcome:
    """Ends a person's part in a case, and keeps that they had it. Raises Refused with no reason."""

    def body(doing: Doing, held: Case) -> None:
        party = part_of(held, record_reference, role)
        why = needed(reason, "reason", "Enter why the part ends.", LONGEST_REASON)
        event = doing.event("person’s part ended", root=held.root)
        doing.write(party, {"ended_at": at}, event, record_reference)
        doing.changed(event, record_reference, "reason", Section.NARRATIVE, None, why)
        doing.audit(audit.ALTERATION, held.root.reference, record_reference, ended=role)
        _told(desk, held, role, doing, event)

    digest = digest_of("part ended", case.root.reference, record_reference, role, reason)
    return on_case(case, Right.EDIT, body, by=by, at=at, key=key, digest=digest)


def correct_person(
    record: PersonRecord,
    values: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
    key: str,
    version: int,
) -> Outcome:
    """Corrects what a record says; `version` is the one its author saw.

    Raises Stale if the record has changed since, OutOfScope without the right to edit it, Refused
    where nothing would be left that tells who it is.
    """
    reference = record.root.reference
    digest = digest_of("correct", reference, dict(values), version)
    try:
        with change(
            by=by, at=at, key=key, root=record.root, version=version, digest=digest
        ) as doing:
            require(by, Right.EDIT, record.root, at)
            held = PersonRecord.objects.select_related("root").get(pk=record.pk)
            if says_nothing({**vars(held), **values}):
                raise Refused("Enter something that tells who it is, such as a name.")
            amend_record(doing, held, values)
            return outcome_of(doing, reference)
    except Repeated as repeated:
        return again(repeated)


def add_place(
    case: Case, *, address: str, postcode: str, role: str, by: Actor, at: datetime, key: str
) -> Outcome:
    """Adds a place by its address or postcode. Raises Refused for neither, or one already there."""

    def body(doing: Doing, held: Case) -> None:
        if role not in dict(PLACE_ROLES):
            raise Refused("Choose a part from those listed.", field="role")
        place = place_for(address, postcode)
        if place is None:
            raise Refused("Enter an address or a postcode.", field="address")
        if CasePlace.objects.filter(case=held, place=place, role=role).exists():
            raise Refused("This place has that part in this case already.", field="address")
        part = CasePlace.objects.create(case=held, place=place, role=role)
        event = doing.event("place added", root=held.root)
        added(doing, event, part, place.reference, "place", "role")
        doing.audit(audit.COLLECTION, held.root.reference, fields=["place"])

    digest = digest_of("place", case.root.reference, address, postcode, role)
    return on_case(case, Right.EDIT, body, by=by, at=at, key=key, digest=digest)


def place_of(case: Case, place_reference: str, role: str) -> CasePlace:
    """A place's part in a case. Raises OutOfScope."""
    found = CasePlace.objects.filter(case=case, place__reference=place_reference, role=role)
    part = found.select_related("place").first()
    if part is None:
        raise OutOfScope(place_reference)
    return part


def remove_place(
    case: Case, place_reference: str, role: str, *, by: Actor, at: datetime, key: str
) -> Outcome:
    """Takes a place off a case; its history keeps that it was there."""

    def body(doing: Doing, held: Case) -> None:
        part = place_of(held, place_reference, role)
        event = doing.event("place removed", root=held.root)
        for field in ("place", "role"):
            section = CasePlace.SECTIONS[field]
            doing.changed(event, place_reference, field, section, getattr(part, field), None)
        part.delete()
        doing.audit(audit.ALTERATION, held.root.reference, fields=["place"])

    digest = digest_of("place removed", case.root.reference, place_reference, role)
    return on_case(case, Right.EDIT, body, by=by, at=at, key=key, digest=digest)


def _of_its_own(root: Root) -> QuerySet[Root]:
    """The roots of the records that a case's own team holds of its people, none of them marked
    higher than the case itself."""
    return Root.objects.filter(
        person_record__parts__case_id=root.pk,
        person_record__parts__ended_at__isnull=True,
        team_id=root.team_id,
        marking__lte=root.marking,
    ).distinct()


def let_in(root: Root, at: datetime) -> int:
    """Writes the live grants on a case down to the records of its people, each once; and onto the
    case the locks that keep somebody away from one of them.

    Of shares only those that open a section about people; glass that is broken opens all.
    Returns how many were written.
    """
    carry(Conflict.objects.filter(touching(root.pk)))
    if root.marking > Root.STANDARD:
        hold_of(root.pk)
    live = Grant.objects.filter(
        Q(until_at__isnull=True) | Q(until_at__gt=at), revoked_at__isnull=True
    )
    # In the order they were given, which is how they stand on the record then.
    given = live.filter(root=root).order_by("pk")
    opening = [
        grant for grant in given if grant.kind != Grant.SHARE or FINDS_PEOPLE & set(grant.sections)
    ]
    if not opening:
        return 0
    records = list(_of_its_own(root).values_list("pk", flat=True))
    there = {_mark(grant) for grant in live.filter(root_id__in=records)}
    fresh = [_on(grant, record) for record in records for grant in opening]
    Grant.objects.bulk_create(grant for grant in fresh if _mark(grant) not in there)
    return sum(_mark(grant) not in there for grant in fresh)


_WHOM = ("kind", "user_id", "team_id", "agency_id")
_CARRIED = (
    *_WHOM,
    *("level", "sections", "lawful_basis", "gateway", "purpose", "reason"),
    *("from_at", "until_at", "made_by_id", "source"),
)


def _mark(grant: Grant) -> tuple[Any, ...]:
    whom = (grant.root_id, *(getattr(grant, name) for name in _WHOM))
    if grant.kind == Grant.NAMED:
        return whom
    said = grant.level, tuple(grant.sections), grant.purpose, grant.until_at, grant.source
    return (*whom, *said)


def _on(grant: Grant, record: int) -> Grant:
    return Grant(root_id=record, **{name: getattr(grant, name) for name in _CARRIED})
