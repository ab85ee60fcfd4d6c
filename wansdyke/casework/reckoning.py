"""Keeping the dates of reviews true to the facts: who came to notice when, in which kind of case.

A date is stored, so that a list of them is a walk of one index; a fact that changes marks it
(CHANGED), and a job reckons it anew within seconds. Whoever decides on a record gets the date
reckoned on the spot (`reckoned_now`), never the stored one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Q

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


# How a date is marked whose facts have changed, and one that follows from another's.
CHANGED, FOLLOWS = "", "~"


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
    """What was read to reckon some roots, so that each table is asked once.

    `latest` has of each person when they last came to notice, and when last before that in another
    case: all that any of their dates follows from.
    """

    of_case: dict[int, list[Part]] = field(default_factory=dict)
    of_person: dict[int, list[Part]] = field(default_factory=dict)
    latest: dict[int, list[tuple[date, int]]] = field(default_factory=dict)
    told: dict[int, Told] = field(default_factory=dict)
    kept: dict[int, Kept] = field(default_factory=dict)

    def add(self, parts: Iterable[Part]) -> None:
        """Takes parts in."""
        for part in parts:
            self.of_case.setdefault(part.case, []).append(part)
            self.of_person.setdefault(part.person, []).append(part)
        for person, theirs in self.of_person.items():
            moments = {part.case: max(part.opened_at, part.closed_at or part.opened_at)
                       for part in theirs}  # fmt: skip
            newest = sorted(((moment, case) for case, moment in moments.items()), reverse=True)
            self.latest[person] = [(london(moment).date(), case) for moment, case in newest[:2]]

    def last_besides(self, person: int, case: int) -> list[date]:
        """When somebody last came to notice in another case, if ever."""
        return [day for day, other in self.latest.get(person, ()) if other != case][:1]


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
    rules, done, last = rules_at(desks, at), 0, 0
    for _ in range(MOST_BATCHES):
        stale = _stale(rules)
        found = stale or _new(last)
        if not found:
            break
        key = f"reckoned:{at.timestamp():.6f}:{done}:{found[0]}"
        with change(by=worker(), at=at, key=key, digest=digest_of(key)):
            # Whatever is being changed meanwhile marks itself, and comes next time.
            free = Root.objects.select_for_update(skip_locked=True).filter(pk__in=found)
            held = list(free.order_by("pk").values_list("pk", flat=True))
            _follow(held)
            _store(_reckoned(held, desks, rules))
        done += len(held)
        if stale and not held:
            break
        last = last if stale else found[-1]
    return done


def _stale(rules: Rules) -> list[int]:
    """Some roots whose facts have changed, or that have another rule's date."""
    rows = Retention.objects.filter(whole("root__"))
    for other in (Q(reckoned_by__lt=rules.mark), Q(reckoned_by__gt=rules.mark)):
        stale = rows.filter(other).order_by("reckoned_by", "root_id")
        if found := list(stale.values_list("root_id", flat=True)[:AT_ONCE]):
            return found
    return []


def _new(last: int) -> list[int]:
    """Some roots that have no date yet, after the last of those that this run found."""
    rows = Root.objects.filter(whole(), retention__isnull=True, pk__gt=last)
    rows = rows.filter(Q(case__isnull=False) | Q(person_record__isnull=False))
    return list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def _follow(pks: Sequence[int]) -> None:
    """Marks what follows from the same facts: of cases that are new or have changed, what is held
    of their people, and their people's other cases. Those lead no further."""
    known = Retention.objects.filter(root_id__in=pks).exclude(reckoned_by=CHANGED)
    settled = set(known.values_list("root_id", flat=True))
    parts = Party.objects.filter(case_id__in=[pk for pk in pks if pk not in settled])
    people = set(parts.values_list("record__person_id", flat=True))
    if not people:
        return
    records = PersonRecord.objects.filter(person_id__in=people).values("pk")
    cases = Party.objects.filter(record__person_id__in=people).values("case_id")
    settled_others = Retention.objects.exclude(root_id__in=pks).exclude(
        reckoned_by__in=(CHANGED, FOLLOWS)
    )
    # One at a time: each is found by its key, both at once by looking through all.
    settled_others.filter(root_id__in=records).update(reckoned_by=FOLLOWS)
    settled_others.filter(root_id__in=cases).update(reckoned_by=FOLLOWS)


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
    known_births = PersonRecord.objects.filter(
        person_id__in={one.person_id for one in records}, date_of_birth__isnull=False
    )
    born = {one.person_id: one.date_of_birth for one in known_births if one.date_of_birth}
    return rows + [_of_record(one, found, known, rules, born) for one in records]


def _gathered(
    cases: Iterable[Case], records: Iterable[PersonRecord], desks: Mapping[str, Desk]
) -> Gathered:
    cases, records = list(cases), list(records)
    named = Party.objects.filter(case__in=[one.pk for one in cases])
    people = {one.person_id for one in records}
    people |= set(named.values_list("record__person_id", flat=True))
    rows = Party.objects.filter(record__person_id__in=people)
    columns = ("case_id", "case__desk", "role", "case__opened_at", "case__closed_at")
    found = Gathered(kept=_kept([one.pk for one in (*cases, *records)]))
    found.add(
        Part(*row)
        for row in rows.values_list("record__person_id", *columns, "case__is_open").distinct()
    )
    about = {one.pk for one in cases}
    about |= {part.case for one in records for part in found.of_person.get(one.person_id, ())}
    found.told = _told(about, desks)
    return found


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
    contacts = [(london(case.closed_at or case.opened_at).date(), "its closing")]
    for part in found.of_case.get(case.pk, ()):
        if says.about(part.role):
            others = found.last_besides(part.person, case.pk)
            contacts += [(day, "another case of somebody it is about") for day in others]
    facts = Facts(
        group=rules.group(case.desk, told.kind),
        contacts=tuple(contacts),
        open=case.is_open,
        unresolved=told.unresolved,
        kept=found.kept.get(case.pk),
    )
    return _row(case.root, case.desk, told.kind, facts, rules)


def _of_record(
    record: PersonRecord,
    found: Gathered,
    desks: Mapping[str, Desk],
    rules: Rules,
    born: Mapping[int, date],
) -> Retention:
    parts = found.of_person.get(record.person_id, [])
    about = [part for part in parts if desks[part.desk].retention.about(part.role)]
    groups = {rules.group(part.desk, found.told[part.case].kind) for part in about}
    contacts = [(london(record.root.created_at).date(), "the making of the record")]
    contacts += [(day, "a case of theirs") for day, _ in found.latest.get(record.person_id, ())]
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
