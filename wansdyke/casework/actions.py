"""The writes every desk shares: a new case, a step, an edit. All go through the one door."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.access.models import Grant, Root, Team, User
from wansdyke.access.notices import tell
from wansdyke.access.posts import Right
from wansdyke.access.references import fresh
from wansdyke.casework import clocks
from wansdyke.casework.desk import Desk
from wansdyke.casework.marking import keep_marked
from wansdyke.casework.models import Case, Draft, Party
from wansdyke.casework.parties import let_in
from wansdyke.casework.queries import require
from wansdyke.casework.second_person import propose
from wansdyke.casework.steps import Outcome, again, in_order, in_time, locked, outcome_of, take
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of
from wansdyke.history.seen import settled
from wansdyke.kernel.flow import Refused
from wansdyke.people.models import PersonRecord
from wansdyke.people.records import lives_at, new_record, place_for

__all__ = ["NewParty", "Outcome", "amend", "assign", "name", "open_case", "perform"]


@dataclass(frozen=True, kw_only=True)
class NewParty:
    """A person's part in a case about to be opened: a record already held, or what was typed.

    Both: it is the person of the record, of whom something new was said. That is a record of its
    own beside the one held, which stays as it was.
    """

    role: str
    record: PersonRecord | None = None
    typed: Mapping[str, Any] = field(default_factory=dict)


def open_case(
    desk: Desk,
    values: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
    key: str,
    team: Team,
    opened_at: datetime | None = None,
    parties: Sequence[NewParty] = (),
    marking: int = Root.STANDARD,
    parent: Case | None = None,
    draft: Draft | None = None,
    then: Callable[[Any, Doing], None] | None = None,
    also: Any = None,
) -> Outcome:
    """Opens a case at the start of a desk's flow, with its first facts, people and clocks.

    `opened_at` is when it happened (a call's receipt), `at` when it is recorded. Raises Refused for
    an actor without a post that opens cases here, or a time in the future. A draft it came from
    is thrown away in the same transaction; `then` runs in it too, once the case stands. `also` is
    whatever `then` was given to write, so that the same key with more of it is not the same form.
    """
    if not by.posts & desk.opening or not by.may(Right.CREATE):
        raise Refused(f"Your post does not open a {desk.singular}.")
    digest = digest_of("open", desk.key, dict(values), [_typed(party) for party in parties], also)
    try:
        with change(by=by, at=at, key=key, digest=digest) as doing:
            case = _new_case(desk, by, at, team, in_time(opened_at, at, None), marking, parent)
            item = desk.model._default_manager.create(case=case, **values)
            _begin(desk, item, parties, doing)
            if then is not None:
                then(item, doing)
            doing.audit(audit.COLLECTION, case.root.reference, desk=desk.key)
            if draft is not None:
                Draft.objects.filter(pk=draft.pk, author_id=by.user_id).delete()
            return outcome_of(doing, case.root.reference)
    except Repeated as repeated:
        return again(repeated)


def _typed(party: NewParty) -> tuple[str, Any]:
    return (party.role, [party.record.pk if party.record else None, dict(party.typed)])


def _begin(desk: Desk, item: Any, parties: Sequence[NewParty], doing: Doing) -> None:
    case, root = item.case, item.case.root
    # Before anybody is on it: their records are marked as it is.
    keep_marked(desk, item, doing)
    for party in parties:
        _add_party(case, party, doing)
    doing.event("opened", root=root, occurred_at=case.opened_at, after=case.state)
    name(root, doing.by, doing.at)
    if root.marking != Root.STANDARD:
        let_in(root, doing.at)
    clocks.keep(desk, case, desk.facts(item, doing.at), doing.at)


def _add_party(case: Case, party: NewParty, doing: Doing) -> Party:
    record, root = party.record, case.root
    if record is None or party.typed:
        record = new_record(
            doing,
            party.typed,
            team=root.team,
            marking=root.marking,
            source=f"{case.desk}: {root.reference}",
            at=doing.at,
            of=record,
        )
        home = place_for(party.typed.get("address", ""), party.typed.get("postcode", ""))
        if home is not None:
            lives_at(record, home)
    return Party.objects.create(case=case, record=record, role=party.role)


def _new_case(
    desk: Desk,
    by: Actor,
    at: datetime,
    team: Team,
    began: datetime,
    marking: int,
    parent: Case | None,
) -> Case:
    root = Root.objects.create(
        reference=fresh(desk.prefix)[0],
        agency_id=team.agency_id,
        team=team,
        marking=marking,
        created_at=at,
    )
    return Case.objects.create(
        root=root,
        desk=desk.key,
        state=desk.flow.start,
        owner_id=by.user_id,
        parent=parent,
        opened_at=began,
    )


def name(
    root: Root, who: Actor | int, at: datetime, *, by: int | None = None, why: str = ""
) -> None:
    """Names a user on a root (rule R4), once; the naming is what shows it on their own list.

    Whoever is named by somebody else (`by`) is let into the records of the case's people as well.
    A naming that has a reason (`why`) ends with it: see `unname`.
    """
    user_id = who if isinstance(who, int) else who.user_id
    Grant.objects.get_or_create(
        root=root,
        user_id=user_id,
        kind=Grant.NAMED,
        revoked_at=None,
        defaults={"from_at": at, "made_by_id": by or user_id, "level": 3, "reason": why},
    )
    if by is not None:
        let_in(root, at)


def unname(case: Case, why: str, at: datetime, *, but: Collection[int] = ()) -> int:
    """Ends the namings that were made for a reason, on the case and on its people's records.

    Its owner and those who owe an action on it keep theirs, as do the users in `but`. Returns how
    many ended.
    """
    owing = case.actions.filter(done_at__isnull=True).values_list("owner_id", flat=True)
    kept = {*but, *owing, *([case.owner_id] if case.owner_id else [])}
    made = Grant.objects.filter(kind=Grant.NAMED, reason=why, revoked_at__isnull=True)
    return made.exclude(user_id__in=kept).update(revoked_at=at)


def perform(
    item: Any,
    step_name: str,
    *,
    desk: Desk,
    by: Actor,
    at: datetime,
    key: str,
    payload: Mapping[str, Any] | None = None,
    reason: str = "",
    occurred_at: datetime | None = None,
    version: int | None = None,
) -> Outcome:
    """Takes a step: locks the case, re-reads its facts, checks, changes state, keeps its clocks.

    `payload` holds what the step's form asked: fields of the desk's model are written with their
    old and new values, the rest is for the desk's effect. Where the step wants a second person,
    it is proposed instead and changes nothing yet. Raises Refused, Stale, OutOfScope.
    """
    given, root = dict(payload or {}), item.case.root
    digest = digest_of("step", root.reference, step_name, given, reason, occurred_at)
    try:
        with change(by=by, at=at, key=key, root=root, version=version, digest=digest) as doing:
            item = locked(desk, item)
            require(by, Right.STEP, item.case.root, at)
            happened = in_order(item.case, occurred_at, at)
            facts = desk.facts(item, at)
            step = desk.flow.permit(
                step_name, state=item.case.state, posts=by.posts, facts=facts, reason=reason
            )
            if step.wants_second(facts, given):
                propose(item, step, given, reason, doing, desk, happened)
                return outcome_of(doing, item.case.root.reference, proposed=True)
            before = desk.marked(item)
            take(item, step, given, reason, doing, desk, happened)
            keep_marked(desk, item, doing, before)
            return outcome_of(doing, item.case.root.reference)
    except Repeated as repeated:
        return again(repeated)


def amend(
    item: Any,
    values: Mapping[str, Any],
    *,
    desk: Desk,
    by: Actor,
    at: datetime,
    key: str,
    version: int | None,
    event_name: str = "amended",
) -> Outcome:
    """Edits fields of a case; only those that differ are written, each with its old value.

    `version` is the one the user saw: if the case has changed since, Stale is raised and nothing
    is written. Clocks follow the facts. Raises Refused, Stale, OutOfScope.
    """
    digest = digest_of("amend", item.case.root.reference, dict(values), version)
    try:
        with change(
            by=by, at=at, key=key, root=item.case.root, version=version, digest=digest
        ) as doing:
            item = locked(desk, item)
            require(by, Right.EDIT, item.case.root, at)
            differing = [n for n, v in values.items() if getattr(item, n) != v]
            if differing:
                event, before = doing.event(event_name, root=item.case.root), desk.marked(item)
                doing.write(item, dict(values), event, item.case.root.reference)
                if "amended" in desk.effects:
                    desk.effects["amended"](item, dict(values), doing, event)
                clocks.keep(desk, item.case, desk.facts(item, at), at)
                doing.audit(audit.ALTERATION, item.case.root.reference, fields=sorted(differing))
                keep_marked(desk, item, doing, before)
            return outcome_of(doing, item.case.root.reference)
    except Repeated as repeated:
        return again(repeated)


def _may_take(case: Case, owner_id: int, by: Actor) -> None:
    """Raises Refused for whoever would give a case away, or take one that is another team's: who is
    let in for a while, as an officer sent to a call is, would keep it for good."""
    if owner_id != by.user_id:
        raise Refused("You can take a case yourself; a supervisor gives it to others.")
    if case.root.team_id not in by.teams:
        raise Refused("Only somebody of its team, or a supervisor, takes a case.", field="owner")


def _told(case: Case, owner_id: int, at: datetime) -> None:
    reference = case.root.reference
    link = f"/{case.desk}/{reference}/"
    tell([owner_id], f"{reference} is now yours.", root=case.root, link=link, at=at)


def assign(
    case: Case,
    owner_id: int,
    *,
    desk: Desk,
    by: Actor,
    at: datetime,
    key: str,
    seen: str | None = None,
) -> Outcome:
    """Gives a case an owner and names them on it. A practitioner may take a case, not give it.

    Raises Refused, and Overtaken where it was given to another than the form had `seen`.
    """
    digest = digest_of("assign", case.root.reference, owner_id)
    try:
        with change(by=by, at=at, key=key, root=case.root, digest=digest) as doing:
            require(by, Right.ASSIGN, case.root, at)
            if "supervisor" not in by.roles:
                _may_take(case, owner_id, by)
            case = Case.objects.select_related("root", "owner").get(pk=case.pk)
            new = User.objects.get(pk=owner_id, is_active=True)
            stands = {"owner": case.owner.username if case.owner else ""}
            settled(seen, {"owner": new.username}, stands, as_left=False)
            event = doing.event("assigned", root=case.root)
            old = case.owner.name if case.owner else None
            case.owner = new
            case.save(update_fields=["owner"])
            section = Case.SECTIONS["owner"]
            doing.changed(event, case.root.reference, "owner", section, old, new.name)
            name(case.root, owner_id, at, by=by.user_id)
            if owner_id != by.user_id:
                _told(case, owner_id, at)
            doing.audit(audit.ALTERATION, case.root.reference, fields=["owner"])
            return outcome_of(doing, case.root.reference)
    except Repeated as repeated:
        return again(repeated)
