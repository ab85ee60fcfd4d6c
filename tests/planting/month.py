"""A month of the force's work, as the log has it: each one's looks follow what they work on.

Besides the work there is what every force has: the wrong one of several picked, people stopped in
the street of whom no case came, notes written days later, mistyped references.
"""

import json
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from tests.planting.town import County, Officer, Somebody
from wansdyke.access.models import Grant, Root
from wansdyke.casework.models import Case, Party
from wansdyke.history import audit
from wansdyke.history.models import AuditEntry, AuditHead, AuditSubject
from wansdyke.people.many_rows import insert

SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1),
                             timedelta(days=1))  # fmt: skip
DAYS, SHIFT = 28, 9 * HOUR
CASE, PERSON, LIST, MINE = "contact:case", "person", "contact:list", "my_work"
REASONS = ("call", "incident", "case", "safeguarding", "check")
WRONG_PICK, STOPPED, STOPPED_AGAIN, MISTYPED, LATE_NOTE = 0.06, 0.5, 0.08, 0.25, 0.02


@dataclass
class Written:
    """One entry to be: who, when, what, about which references."""

    at: datetime
    who: Officer
    operation: str
    subjects: list[str]
    page: str = ""
    facts: dict[str, object] = field(default_factory=dict)
    planted: int | None = None
    seq: int = 0


@dataclass
class Call:
    """A case of the month: when it came, who is on it."""

    root: Root
    at: datetime
    people: list[Somebody]


class Month:
    """The log of a month, before it is written down in its order."""

    def __init__(self, county: County) -> None:
        self.county, self.rng = county, county.rng
        self.entries: list[Written] = []
        self.calls: list[Call] = []
        self._known = county.known()
        self._cases: list[Case] = []
        self._parties: list[Party] = []
        self._grants: list[Grant] = []
        self._written = 0

    @property
    def begins(self) -> datetime:
        """The Monday on which it begins."""
        return self.county.at

    def note(
        self, at: datetime, who: Officer, operation: str, subjects: list[str], page: str = "",
        **facts: object,
    ) -> Written:  # fmt: skip
        """Adds an entry."""
        one = Written(at, who, operation, subjects, page, facts)
        self.entries.append(one)
        return one

    def opens(self, at: datetime, who: Officer, whom: Somebody) -> Written:
        """Somebody opens a person's page."""
        return self.note(at, who, audit.CONSULTATION, whom.references, PERSON)

    def searches(self, at: datetime, who: Officer, found: list[Somebody]) -> Written:
        """Somebody searches, and these are found."""
        subjects = [one.references[0] for one in found]
        reason = self.rng.choice(REASONS)
        return self.note(
            at, who, audit.SEARCH, subjects, "search_results", fields=["surname"], reason=reason
        )

    def on_shift(self, officers: list[Officer], at: datetime) -> Officer:
        """One of those who work at a moment: each works five days of seven, in one of three
        shifts."""
        day, turn = (at - self.begins).days, at.hour // 8
        working = [
            one
            for place, one in enumerate(officers)
            if (place + day // 7) % 3 == turn and (place + day) % 7 < 5
        ]
        return self.rng.choice(working or officers)

    def call(self, at: datetime) -> None:
        """One call: taken, sent, dealt with; and looked at by whoever has to do with it."""
        rng, county = self.rng, self.county
        taker = self.on_shift(county.operators, at)
        sender = self.on_shift(county.operators, at)
        going = rng.sample(county.officers, 1) if rng.random() < 0.6 else [
            self.on_shift(county.officers, at), self.on_shift(county.officers, at)
        ]  # fmt: skip
        people = rng.sample(self._known, rng.choice((1, 1, 2, 2, 3)))
        case = self._case(at, people, going)
        self._taken(case, taker)
        self.note(at + 6 * MINUTE, sender, audit.CONSULTATION, self._of(case), CASE)
        self.note(at + 7 * MINUTE, sender, audit.ALTERATION, [case.root.reference])
        for officer in dict.fromkeys(one.user.pk for one in going):
            self._dealt_with(case, next(one for one in going if one.user.pk == officer))
        if rng.random() < 0.3:
            lead = self.on_shift(county.leads, at)
            self.note(at + 3 * HOUR, lead, audit.CONSULTATION, self._of(case), CASE)

    def _of(self, case: Call) -> list[str]:
        return [case.root.reference, *(one.references[1] for one in case.people)]

    def _case(self, at: datetime, people: list[Somebody], going: list[Officer]) -> Call:
        team = self.county.teams["control-room"]
        reference = self.county.reference("CT")
        root = Root(reference=reference, agency=team.agency, team=team, created_at=at)
        case = Call(root, at, people)
        self.calls.append(case)
        closed = at + timedelta(hours=self.rng.uniform(2, 60))
        self._cases.append(
            Case(root=root, desk="contact", state="closed", is_open=False, opened_at=at,
                 closed_at=closed)
        )  # fmt: skip
        for one in people:
            assert one.record is not None
            self._parties.append(Party(case_id=0, record=one.record, role="caller"))
            self._parties[-1].case = self._cases[-1]
        for officer in going:
            self._grants.append(
                Grant(root=root, kind=Grant.SHARE, user=officer.user, from_at=at,
                      until_at=at + 2 * DAY, lawful_basis="policing", purpose="attends",
                      made_by=officer.user)
            )  # fmt: skip
        return case

    def _taken(self, case: Call, taker: Officer) -> None:
        rng, at = self.rng, case.at
        first = case.people[0]
        others = rng.sample(self._known, rng.choice((0, 0, 1, 3, 6)))
        self.searches(at + 40 * SECOND, taker, [first, *others])
        if others and rng.random() < WRONG_PICK:
            self.opens(at + 55 * SECOND, taker, others[0])
        if rng.random() < 0.6:
            self.opens(at + 70 * SECOND, taker, first)
        self.note(at + 3 * MINUTE, taker, audit.COLLECTION, [case.root.reference])
        self.note(at + 3 * MINUTE, taker, audit.CONSULTATION, self._of(case), CASE)
        self.note(at + 5 * MINUTE, taker, audit.ALTERATION, [case.root.reference])

    def _dealt_with(self, case: Call, officer: Officer) -> None:
        rng = self.rng
        at = case.at + timedelta(minutes=rng.uniform(8, 40))
        self.note(at, officer, audit.CONSULTATION, self._of(case), "contact:brief")
        for one in case.people[:2]:
            if rng.random() < 0.6:
                others = rng.sample(self._known, rng.choice((0, 1, 4)))
                self.searches(at + 4 * MINUTE, officer, [one, *others])
                if others and rng.random() < WRONG_PICK:
                    self.opens(at + 5 * MINUTE, officer, others[0])
            self.opens(at + 6 * MINUTE, officer, one)
        late = rng.random() < LATE_NOTE
        written = at + (timedelta(days=rng.uniform(1.2, 4)) if late else rng.uniform(0.3, 2) * HOUR)
        self.note(written, officer, audit.CONSULTATION, self._of(case), CASE)
        self.note(written + MINUTE, officer, audit.ALTERATION, [case.root.reference])

    def shift(self, officer: Officer, begins: datetime) -> None:
        """What comes with a shift besides its calls."""
        rng = self.rng
        for _ in range(rng.randrange(3, 7)):
            at = begins + rng.random() * SHIFT
            seen = [one.root.reference for one in self.calls[-30:]]
            page = rng.choice((MINE, LIST, LIST))
            self.note(at, officer, audit.CONSULTATION, seen, page)
        if officer.post == "response-officer" and rng.random() < STOPPED:
            self._stop(officer, begins + rng.random() * SHIFT)
        if rng.random() < MISTYPED:
            wrong = self.county.reference("CT")
            self.note(begins + rng.random() * SHIFT, officer, audit.DENIED, [wrong], "",
                      path="contact/<reference:reference>/")  # fmt: skip
        if officer.post == "analyst":
            for _ in range(rng.randrange(10, 25)):
                self.opens(begins + rng.random() * SHIFT, officer, rng.choice(self._known))

    def _stop(self, officer: Officer, at: datetime) -> None:
        """Somebody stopped in the street, of whom no case comes."""
        who = self.rng.choice(self._known)
        self.searches(at, officer, [who])
        if self.rng.random() < 0.5:
            self.opens(at + MINUTE, officer, who)
        if self.rng.random() < STOPPED_AGAIN:
            self.searches(at + 2 * DAY, officer, [who])
            self.opens(at + 2 * DAY + MINUTE, officer, who)

    def write_down(self) -> None:
        """Puts the month's cases into the database; `write_until` its entries."""
        Root.objects.bulk_create([one.root for one in self.calls], batch_size=500)
        Case.objects.bulk_create(self._cases, batch_size=500)
        Party.objects.bulk_create(self._parties, batch_size=500)
        Grant.objects.bulk_create(self._grants, batch_size=500)
        self.entries.sort(key=lambda one: one.at)

    def write_until(self, at: datetime) -> int:
        """Links in the entries up to a moment, in their order; returns how many. Call inside a
        transaction."""
        upto = bisect_right(self.entries, at, key=lambda one: one.at)
        some, self._written = self.entries[self._written : upto], upto
        head = AuditHead.objects.get(pk=1)
        seq, previous = head.seq, bytes(head.hash)
        rows, subjects = [], []
        for one in some:
            seq += 1
            one.seq = seq
            body = self._body(one)
            previous = audit.link(previous, body)
            rows.append(AuditEntry(seq=seq, body=body, hash=previous, at=one.at,
                                   actor_id=one.who.user.pk, operation=one.operation))  # fmt: skip
            subjects += [AuditSubject(entry_id=seq, reference=each) for each in one.subjects]
        insert(rows)
        insert(subjects)
        AuditHead.objects.filter(pk=1).update(seq=seq, hash=previous)
        return len(rows)

    def _body(self, one: Written) -> str:
        said: dict[str, object] = {
            "at": one.at.isoformat(timespec="microseconds"),
            "operation": one.operation,
            "subjects": one.subjects,
            "actor": one.who.user.username,
            "channel": "web",
            **one.facts,
        }
        if one.page:
            said["page"] = one.page
        return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def make_month(rng: Random, county: County, calls: int) -> Month:
    """The month's work: calls through day and night, and what comes with each shift."""
    month = Month(county)
    moments = sorted(month.begins + rng.random() * DAYS * DAY for _ in range(calls))
    shifts = _shifts(month)
    for at in moments:
        while shifts and shifts[0][0] <= at:
            begins, officer = shifts.pop(0)
            month.shift(officer, begins)
        month.call(at)
    return month


def _shifts(month: Month) -> list[tuple[datetime, Officer]]:
    county, found = month.county, []
    for officers in (county.operators, county.officers, county.leads, county.analysts):
        for place, one in enumerate(officers):
            for day in range(DAYS):
                if (place + day) % 7 < 5:
                    turn = next(t for t in range(3) if (place + day // 7) % 3 == t)
                    found.append((month.begins + day * DAY + turn * 8 * HOUR, one))
    return sorted(found, key=lambda shift: shift[0])
