"""The gate: the one place that says whether a call, text, letter or visit may go to a person now.

Everything that sends anything asks it. It reads what every record of the person says, also those
that whoever asks may not open: a door must not be knocked at because the warning was elsewhere.
What such a record says is not told, only that a person who may know has to be asked.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.references import fresh
from wansdyke.access.scope import OutOfScope, can, whole
from wansdyke.access.sections import Section
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.people.contact_rules import CHANNELS, DAYS, Answer, Channel, Decision, Rule, decide
from wansdyke.people.models import ContactRule, PersonRecord
from wansdyke.ui.words import date_words

PREFIX = "SC"
LONGEST = 300
WORDS = dict(CHANNELS)
HIDDEN = "There is more that you may not see: ring the duty inspector first."
SAID = ("channel", "answer", "days", "from_time", "until_time", "words", "until_date")


@dataclass(frozen=True)
class Standing:
    """What stands of one person: the rules in force, whether words stand beside them, and whether
    there is a caller password."""

    rules: tuple[ContactRule, ...] = ()
    noted: frozenset[int] = field(default_factory=frozenset)

    def decision(self, channel: str, at: datetime) -> Decision:
        """Whether one way is open at a moment."""
        rules = [as_rule(row) for row in self.rules]
        return decide(rules, channel, at, noted=bool(self.noted))


def gate(person: int, channel: str, at: datetime) -> Decision:
    """Whether a person (primary key) may be reached by a way at a moment."""
    return standing([person], at)[person].decision(channel, at)


def standing(people: Collection[int], at: datetime) -> dict[int, Standing]:
    """What stands of each of some people (primary keys), in two queries however many they are."""
    found: dict[int, list[ContactRule]] = {person: [] for person in people}
    noted: dict[int, set[int]] = {person: set() for person in people}
    for row in live(at).filter(root__person_record__person_id__in=list(people)):
        found[row.root.person_record.person_id].append(row)
    records = PersonRecord.objects.filter(whole("root__"), person_id__in=list(people))
    for pk, person in records.exclude(safe_contact="").values_list("pk", "person_id"):
        noted[person].add(pk)
    return {one: Standing(tuple(found[one]), frozenset(noted[one])) for one in people}


def live(at: datetime) -> QuerySet[ContactRule]:
    """The rules in force at a moment, of whatever record."""
    today = london(at).date()
    return (
        ContactRule.objects.filter(
            Q(until_date=None) | Q(until_date__gte=today), whole("root__"), ended_at=None
        )
        .select_related("root__person_record", "by")
        .order_by("channel", "-at", "-pk")
    )


def as_rule(row: ContactRule) -> Rule:
    """A stored rule as the rules read it."""
    return Rule(
        key=row.pk,
        channel=row.channel,
        answer=row.answer,
        days=tuple(row.days),
        from_time=row.from_time,
        until_time=row.until_time,
    )


def when_words(row: ContactRule) -> str:
    """When a rule holds, such as "Monday and Tuesday, 09:00 to 17:00, until 4 May 2026"."""
    named = [DAYS[day] for day in row.days]
    days = " and ".join(part for part in (", ".join(named[:-1]), *named[-1:]) if part)
    hours = ""
    if row.from_time is not None and row.until_time is not None:
        hours = f"{row.from_time:%H:%M} to {row.until_time:%H:%M}"
    until = f"until {date_words(row.until_date)}" if row.until_date else ""
    parts = (days or "every day", hours or "all day", until)
    return ", ".join(part for part in parts if part)


def told(decision: Decision, standing: Standing, seen: Mapping[int, frozenset[Section]]) -> str:
    """A decision in words, with what those records say whose safe contact is in `seen`."""
    because = [row for row in standing.rules if row.pk in decision.because]
    shown = [row for row in because if Section.SAFE_CONTACT in seen.get(row.root_id, frozenset())]
    said = [f"“{row.words}”" for row in shown if row.words]
    # Where it is safe, how to do it is all there is to say.
    hidden = len(shown) < len(because)
    # When it is safe again is what the rules say, so it is told where all of them are.
    answered = "Not safe." if hidden and decision.opens_at else _answered(decision)
    parts = said if said and decision.may_go else [answered, *said]
    if hidden or any(
        Section.SAFE_CONTACT not in seen.get(record, frozenset()) for record in standing.noted
    ):
        parts.append(HIDDEN)
    return " ".join(parts)


def _answered(decision: Decision) -> str:
    if decision.answer is Answer.SAFE:
        return "Safe now."
    if decision.answer is Answer.UNSAFE:
        opens = decision.opens_at
        if opens is None:
            return "Not safe."
        return f"Not safe now. Next safe from {opens:%H:%M} on {opens:%A %-d %B}."
    if not decision.asked:
        return "Nobody has asked. Find out before you use it."
    return "Not known to be safe. Read what is recorded, then decide."


def record_rule(
    record: PersonRecord, said: Mapping[str, Any], *, by: Actor, at: datetime, key: str
) -> str:
    """Records a rule on a person's record; returns its reference.

    `said` holds the columns of SAID. Raises OutOfScope without the right to edit the record,
    Refused for what makes no rule.
    """
    values = _checked(said, london(at).date())
    digest = digest_of("contact rule", record.root.reference, values)
    try:
        with change(by=by, at=at, key=key, root=record.root, digest=digest) as doing:
            _require(by, record.root, at)
            row = add_rule(doing, record, values)
            doing.outcome.update(reference=row.reference)
    except Repeated as repeated:
        return str(repeated.outcome["reference"])
    return row.reference


def add_rule(doing: Doing, record: PersonRecord, values: Mapping[str, Any]) -> ContactRule:
    """Adds a rule to a record inside a change that somebody has opened."""
    row = ContactRule.objects.create(
        root=record.root, reference=_unused(), by_id=doing.by.user_id, at=doing.at, **values
    )
    event = doing.event("safe contact recorded", root=record.root)
    for name, value in values.items():
        if value not in (None, "", []):
            section = ContactRule.SECTIONS[name]
            doing.changed(event, row.reference, name, section, None, value)
    doing.audit(audit.COLLECTION, record.root.reference, fields=["safe contact"])
    return row


def _checked(said: Mapping[str, Any], today: date) -> dict[str, Any]:
    values: dict[str, Any] = {name: said.get(name) for name in SAID}
    values["words"] = (values["words"] or "").strip()
    values["days"] = sorted({int(day) for day in values["days"] or ()})
    if values["channel"] not in set(Channel):
        raise Refused("Select a way to reach them from those listed.", field="channel")
    if values["answer"] not in set(Answer):
        raise Refused("Select whether it is safe.", field="answer")
    if (values["from_time"] is None) != (values["until_time"] is None):
        missing = "until_time" if values["until_time"] is None else "from_time"
        raise Refused("Enter both times, or neither.", field=missing)
    if values["from_time"] is not None and values["from_time"] == values["until_time"]:
        raise Refused("The times must differ. For all day, leave both blank.", field="until_time")
    if values["until_date"] is not None and values["until_date"] < today:
        raise Refused("The last day must be today or later.", field="until_date")
    if values["answer"] == Answer.READ and not values["words"]:
        raise Refused("Enter what has to be read first.", field="words")
    if len(values["words"]) > LONGEST:
        raise Refused(f"Use {LONGEST} characters or fewer.", field="words")
    return values


def _unused() -> str:
    while True:
        (drawn,) = fresh(PREFIX)
        if not ContactRule.objects.filter(reference=drawn).exists():
            return drawn


def _require(by: Actor, root: Root, at: datetime) -> None:
    if not can(by, Right.EDIT, root, at):
        raise OutOfScope(root.reference)


def rule_of(record: PersonRecord, reference: str) -> ContactRule:
    """A rule of a record that has not been ended. Raises OutOfScope."""
    found = ContactRule.objects.filter(root=record.root, reference=reference, ended_at=None).first()
    if found is None:
        raise OutOfScope(reference)
    return found


def end_rule(
    record: PersonRecord, reference: str, *, reason: str, by: Actor, at: datetime, key: str
) -> None:
    """Ends a rule, and keeps it with the reason. Raises OutOfScope, Refused with no reason."""
    why = reason.strip()
    if not why:
        raise Refused("Enter why it no longer holds.", field="reason")
    digest = digest_of("contact rule ended", reference, why)
    try:
        with change(by=by, at=at, key=key, root=record.root, digest=digest) as doing:
            _require(by, record.root, at)
            row = rule_of(record, reference)
            event = doing.event("safe contact ended", root=doing.root)
            doing.write(row, {"ended_at": at}, event, reference)
            doing.changed(event, reference, "reason", Section.SAFE_CONTACT, None, why)
            doing.audit(audit.ALTERATION, record.root.reference, fields=["safe contact"])
            doing.outcome.update(reference=reference)
    except Repeated:
        return


def seen_rules(
    rules: Sequence[ContactRule], seen: Mapping[int, frozenset[Section]]
) -> list[ContactRule]:
    """Those of some rules whose record shows its safe contact."""
    return [row for row in rules if Section.SAFE_CONTACT in seen.get(row.root_id, frozenset())]
