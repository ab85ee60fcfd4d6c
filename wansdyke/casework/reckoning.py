"""Keeping the dates of reviews true to the facts: who came to notice when, in which kind of case.

A date is stored, so that a list of them is a walk of one index; a fact that changes marks it
(`unreckoned`), and a job reckons it anew within seconds. Whoever decides on a record gets the date
reckoned on the spot (`reckoned_now`), never the stored one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from wansdyke.access.models import Root
from wansdyke.access.scope import whole
from wansdyke.casework.desk import Desk
from wansdyke.casework.jobs import worker
from wansdyke.casework.models import Case, Party, Retention, RetentionReview
from wansdyke.casework.retained import SUBJECT, WITNESS, Rules, Told, rules_at
from wansdyke.history.door import change, digest_of
from wansdyke.kernel.calendar import london
from wansdyke.kernel.retention import Facts, Group, Kept, Reckoned, reckon, strictest
from wansdyke.people.models import PersonRecord

AT_ONCE, MOST_BATCHES = 300, 20
COLUMNS = (
    *("desk", "kind", "group", "review_on", "from_on", "from_what", "why", "years"),
    *("rule_version", "reckoned_by"),
)


class Part(NamedTuple):
    """Somebody's part in a case, and how that case stands."""

    person: int
    case: int
    desk: str
    role: str
    opened_at: datetime
    closed_at: datetime | None
    is_open: bool


@dataclass
class Gathered:
    """What was read to reckon some roots, so that each table is asked once."""

    parts: list[Part] = field(default_factory=list)
    told: dict[int, Told] = field(default_factory=dict)
    kept: dict[int, Kept] = field(default_factory=dict)

    def of_person(self, person: int) -> list[Part]:
        """All parts of a person."""
        return [part for part in self.parts if part.person == person]


def unreckoned(roots: QuerySet[Any, Any] | Collection[int]) -> None:
    """Marks that a fact has changed by which some roots (primary keys) are reviewed."""
    Retention.objects.filter(root_id__in=roots).exclude(reckoned_by="").update(reckoned_by="")


def unreckoned_people(people: Collection[int]) -> None:
    """The same, of the records of some people (primary keys) and of their cases."""
    parts = Party.objects.filter(record__person_id__in=people)
    unreckoned(PersonRecord.objects.filter(person_id__in=people).values("pk"))
    unreckoned(parts.values("case_id"))


def reckoned_now(root: Root, desks: Sequence[Desk], at: datetime) -> Retention:
    """The review of one root as the facts and the rules are at a moment, unsaved."""
    (found,) = _reckoned([root.pk], desks, rules_at(desks, at)) or [Retention(root=root)]
    return found


def keep_reckoned(root: Root, desks: Sequence[Desk], at: datetime) -> Retention:
    """The same, stored. Call in a change."""
    found = reckoned_now(root, desks, at)
    _store([found])
    return found


def reckon_anew(desks: Sequence[Desk], at: datetime) -> int:
    """Reckons what was never reckoned, or by other facts, rules or settings than hold now; returns
    how many. By short transactions of its own, a few at a time: the rest comes next time."""
    rules, done = rules_at(desks, at), 0
    for _ in range(MOST_BATCHES):
        found = _waiting(rules)
        if not found:
            break
        key = f"reckoned:{at.timestamp():.6f}:{done}:{found[0]}"
        with change(by=worker(), at=at, key=key, digest=digest_of(key)):
            _store(_reckoned(_with_related(found), desks, rules))
        done += len(found)
    return done


def _waiting(rules: Rules) -> list[int]:
    """Some roots that have no date, or another rule's."""
    rows = Retention.objects.filter(whole("root__"))
    for other in (Q(reckoned_by__lt=rules.mark), Q(reckoned_by__gt=rules.mark)):
        stale = rows.filter(other).order_by("reckoned_by", "root_id")
        if found := list(stale.values_list("root_id", flat=True)[:AT_ONCE]):
            return found
    new = Root.objects.filter(whole(), retention__isnull=True)
    new = new.filter(Q(case__isnull=False) | Q(person_record__isnull=False))
    return list(new.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def _with_related(pks: Sequence[int]) -> list[int]:
    """With those that have a date already and follow from the same facts: what is held of the
    people of a case, and their other cases."""
    parts = Party.objects.filter(Q(case_id__in=pks) | Q(record_id__in=pks))
    people = set(parts.values_list("record__person_id", flat=True))
    records = PersonRecord.objects.filter(person_id__in=people)
    cases = Party.objects.filter(record__person_id__in=people)
    theirs = Q(root_id__in=records.values("pk")) | Q(root_id__in=cases.values("case_id"))
    known = Retention.objects.filter(theirs, whole("root__")).values_list("root_id", flat=True)
    return sorted({*pks, *known})


def _store(rows: Sequence[Retention]) -> None:
    Retention.objects.bulk_create(
        rows,
        update_conflicts=True,
        update_fields=COLUMNS,
        unique_fields=["root"],
        batch_size=AT_ONCE,
    )


def _reckoned(pks: Sequence[int], desks: Sequence[Desk], rules: Rules) -> list[Retention]:
    known = {desk.key: desk for desk in desks}
    cases = list(Case.objects.filter(pk__in=pks).select_related("root"))
    records = list(PersonRecord.objects.filter(pk__in=pks).select_related("root"))
    found = _gathered(cases, records, known)
    rows = [_of_case(case, found, known, rules) for case in cases]
    born: dict[int, date] = dict(
        PersonRecord.objects.filter(
            person_id__in={one.person_id for one in records}, date_of_birth__isnull=False
        ).values_list("person_id", "date_of_birth")
    )
    return rows + [_of_record(one, found, known, rules, born) for one in records]


def _gathered(
    cases: Iterable[Case], records: Iterable[PersonRecord], desks: Mapping[str, Desk]
) -> Gathered:
    cases, records = list(cases), list(records)
    named = Party.objects.filter(case__in=[one.pk for one in cases])
    people = {one.person_id for one in records}
    people |= set(named.values_list("record__person_id", flat=True))
    rows = Party.objects.filter(record__person_id__in=people, case__root__disposed_at=None)
    columns = ("case_id", "case__desk", "role", "case__opened_at", "case__closed_at")
    parts = [
        Part(*row)
        for row in rows.values_list("record__person_id", *columns, "case__is_open").distinct()
    ]
    pks = {one.pk for one in cases} | {part.case for part in parts}
    roots = [one.pk for one in (*cases, *records)]
    return Gathered(parts, _told(pks, desks), _kept(roots))


def _told(cases: Collection[int], desks: Mapping[str, Desk]) -> dict[int, Told]:
    found: dict[int, Told] = {}
    for desk in desks.values():
        says = desk.retention
        items = desk.model._default_manager.filter(pk__in=cases).select_related(*says.related)
        found |= {item.pk: says.of(item) for item in items}
    return found


def _kept(roots: Collection[int]) -> dict[int, Kept]:
    rows = RetentionReview.objects.filter(root_id__in=roots).order_by("at", "pk")
    return {one.root_id: Kept(on=london(one.at).date(), until=one.next_on) for one in rows}


def _of_case(case: Case, found: Gathered, desks: Mapping[str, Desk], rules: Rules) -> Retention:
    says = desks[case.desk].retention
    told = found.told.get(case.pk, Told(kind=""))
    subjects = {
        part.person for part in found.parts if part.case == case.pk and says.about(part.role)
    }
    contacts = [(london(case.closed_at or case.opened_at).date(), "its closing")]
    for part in found.parts:
        if part.person in subjects and part.case != case.pk:
            contacts += _contacts(part, "another case of somebody it is about")
    facts = Facts(
        group=rules.group(case.desk, told.kind),
        contacts=tuple(contacts),
        open=case.is_open,
        unresolved=told.unresolved,
        kept=found.kept.get(case.pk),
    )
    return _row(case.root, case.desk, told.kind, facts, rules)


def _contacts(part: Part, what: str) -> list[tuple[date, str]]:
    moments = [part.opened_at, *([part.closed_at] if part.closed_at else [])]
    return [(london(moment).date(), what) for moment in moments]


def _of_record(
    record: PersonRecord,
    found: Gathered,
    desks: Mapping[str, Desk],
    rules: Rules,
    born: Mapping[int, date],
) -> Retention:
    parts = found.of_person(record.person_id)
    about = [part for part in parts if desks[part.desk].retention.about(part.role)]
    groups = [rules.group(part.desk, found.told[part.case].kind) for part in about]
    contacts = [(london(record.root.created_at).date(), "the making of the record")]
    for part in parts:
        contacts += _contacts(part, "a case of theirs")
    facts = Facts(
        group=strictest(groups) or rules.group("", WITNESS.key),
        contacts=tuple(contacts),
        open=any(part.is_open for part in parts),
        born=record.date_of_birth or born.get(record.person_id),
        kept=found.kept.get(record.pk),
    )
    return _row(record.root, "", SUBJECT if groups else WITNESS.key, facts, rules)


def _row(root: Root, desk: str, kind: str, facts: Facts, rules: Rules) -> Retention:
    came: Reckoned = reckon(facts, rules.periods)
    return Retention(
        root=root,
        desk=desk,
        kind=kind,
        group=int(facts.group),
        review_on=came.review_on,
        from_on=came.from_on,
        from_what=came.from_what,
        why=came.why,
        years=came.years,
        rule_version=came.version,
        reckoned_by=rules.mark,
    )


def group_of(row: Retention) -> Group:
    """The group of a stored review."""
    return Group(row.group)
