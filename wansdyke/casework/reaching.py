"""Reaching a person of a case: the gate is asked first, whatever goes out, and both are kept."""

from dataclasses import asdict, dataclass
from datetime import datetime

from wansdyke.access.actors import Actor
from wansdyke.access.notices import holders, tell
from wansdyke.access.posts import Right, posts
from wansdyke.access.scope import can
from wansdyke.access.sections import Section
from wansdyke.casework.desk import Desk
from wansdyke.casework.models import Case, ContactAttempt, Party
from wansdyke.casework.on_case import added, on_case, unused
from wansdyke.casework.queries import OutOfScope, sections_on
from wansdyke.casework.steps import Outcome
from wansdyke.history import audit
from wansdyke.history.door import Doing, digest_of
from wansdyke.kernel.flow import Refused, Role
from wansdyke.people.contact_rules import Answer, Channel
from wansdyke.people.models import PersonRecord
from wansdyke.people.safe_contact import gate

PREFIX = "CA"
LONGEST = 500


def reachable(case: Case, record_reference: str, actor: Actor, at: datetime) -> Party:
    """A person's part in a case, where the actor sees how to reach them both on the case and on
    their record. Raises OutOfScope."""
    found = (
        Party.objects.filter(case=case, record__root__reference=record_reference)
        .select_related("record__root__team", "record__person", "record__first_person")
        .order_by("pk")
        .first()
    )
    if found is None or not may_reach(case, found.record, actor, at):
        raise OutOfScope(record_reference)
    return found


def may_reach(case: Case, record: PersonRecord, actor: Actor, at: datetime) -> bool:
    """Whether an actor sees how to reach somebody: on the case, and on their record."""
    # Sections are of a record that is in scope; whoever is shut out of this one sees none of it.
    if not can(actor, Right.VIEW, record.root, at):
        return False
    both = (sections_on(actor, case.root, at), sections_on(actor, record.root, at))
    return all({Section.IDENTITY, Section.SAFE_CONTACT} <= visible for visible in both)


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What somebody says of a try: by which way (a Channel), what came of it (of OUTCOMES), and
    why they went ahead where it was not known to be safe."""

    channel: str
    outcome: str
    words: str = ""
    against: str = ""


def attempted(
    case: Case,
    record: PersonRecord,
    tried: Tried,
    *,
    desk: Desk,
    by: Actor,
    at: datetime,
    key: str,
) -> Outcome:
    """Notes that somebody of a case was tried by a way, and what the gate said of it then.

    Where it was not known to be safe there has to be a reason, and where it was known to be unsafe
    the team's supervisors are told. Raises Refused, OutOfScope.
    """
    given = {name: text.strip() for name, text in asdict(tried).items()}
    reference = record.root.reference

    def body(doing: Doing, held: Case) -> None:
        if not may_reach(held, record, by, at):
            raise OutOfScope(reference)
        answer = _asked(record, given, at)
        ours = {"case": held, "record": record, "by_id": by.user_id, "at": at, **given}
        row = ContactAttempt.objects.create(
            reference=unused(ContactAttempt, PREFIX), gate=answer, **ours
        )
        event = doing.event("contact tried", root=held.root, touches=False)
        added(doing, event, row, row.reference, "gate", *given)
        section = ContactAttempt.SECTIONS["record"]
        doing.changed(event, row.reference, "record", section, None, reference)
        doing.audit(audit.COLLECTION, held.root.reference, reference, fields=["contact"])
        if answer is Answer.UNSAFE:
            _tell(held, desk, by, at)

    digest = digest_of("contact tried", case.root.reference, reference, given)
    return on_case(case, Right.COMMENT, body, by=by, at=at, key=key, digest=digest)


def _asked(record: PersonRecord, said: dict[str, str], at: datetime) -> Answer:
    if said["channel"] not in set(Channel):
        raise Refused("Select a way to reach them from those listed.", field="channel")
    if said["outcome"] not in dict(ContactAttempt.OUTCOMES):
        raise Refused("Select what came of it.", field="outcome")
    for field in ("words", "against"):
        if len(said[field]) > LONGEST:
            raise Refused(f"Use {LONGEST} characters or fewer.", field=field)
    answer = gate(record.person_id, said["channel"], at).answer
    if answer is not Answer.SAFE and not said["against"]:
        raise Refused(
            "Enter why you went ahead: this way was not known to be safe.", field="against"
        )
    return answer


def _tell(case: Case, desk: Desk, by: Actor, at: datetime) -> None:
    leading = {post.key for post in posts().values() if post.role is Role.SUPERVISOR}
    tell(
        [one for one in holders(leading, case.root.team_id, at) if one != by.user_id],
        f"{case.root.reference}: somebody was contacted in a way recorded as not safe.",
        root=case.root,
        link=f"/{desk.key}/{case.root.reference}/",
        at=at,
    )
