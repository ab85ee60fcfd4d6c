"""What the detectors ask of the records behind a batch of the log: who was shown, what is behind.

Everything is read for the whole batch at once, outside any transaction. No word of it goes on but
references: the reasons that come of it name a kind of likeness, never a name.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from wansdyke.access.models import Grant, Root
from wansdyke.access.posts import Right
from wansdyke.assurance.log_review_people import StaffBook, humans, reads_widely, teams_with
from wansdyke.assurance.log_review_reading import FEW, OPENED, Read
from wansdyke.assurance.log_review_rules import (
    Behind,
    CaseFacts,
    Home,
    Human,
    Shown,
    Windows,
    work_behind,
)
from wansdyke.assurance.log_review_written import Written
from wansdyke.casework.models import Action, Case, Party, Referral
from wansdyke.kernel.calendar import london
from wansdyke.people.models import PersonRecord, Place

AT_ONCE = 5_000
# Of somebody with more cases than this the newest are asked whether anybody works on them.
MOST_CASES = 300


@dataclass(frozen=True)
class Look:
    """One read at one record: `about` is its root, or of a person that of the oldest record."""

    read: Read
    root: int
    reference: str
    person: int | None = None


@dataclass
class Seen:
    """What a batch of reads is about."""

    looks: list[Look] = field(default_factory=list)
    shown: dict[int, Shown] = field(default_factory=dict)
    # By person and by case: the roots around it.
    records: dict[int, list[int]] = field(default_factory=dict)
    cases: dict[int, list[int]] = field(default_factory=dict)
    places: dict[str, Home] = field(default_factory=dict)


def parts(keys: Collection[Any]) -> Iterator[list[Any]]:
    """Keys in lists that a query may hold."""
    listed = list(keys)
    for start in range(0, len(listed), AT_ONCE):
        yield listed[start : start + AT_ONCE]


def seen_in(reads: Sequence[Read]) -> Seen:
    """What the aimed reads of a batch are about, and who the people of it are."""
    aimed = [one for one in reads if one.aimed]
    references = {reference for one in aimed for reference in one.subjects}
    roots, people = _roots(references), _people(references)
    seen = Seen()
    _know(seen, {person for _, person in roots.values() if person} | set(people.values()))
    first = _oldest(seen)
    for read in aimed:
        found = list(_looks(read, roots, people, first))
        if read.way == OPENED or len(found) <= FEW:
            seen.looks += found
    return seen


def _roots(references: Collection[str]) -> dict[str, tuple[int, int | None]]:
    """The roots of references: each with the person whose record it is, if it is one."""
    found: dict[str, tuple[int, int | None]] = {}
    for some in parts(references):
        rows = Root.objects.filter(reference__in=some)
        for reference, pk, person in rows.values_list(
            "reference", "pk", "person_record__person_id"
        ):
            found[reference] = (pk, person)
    return found


def _people(references: Collection[str]) -> dict[str, int]:
    """The people of references by which somebody may know them."""
    found: dict[str, int] = {}
    for some in parts(references):
        rows = PersonRecord.objects.filter(
            Q(person__reference__in=some) | Q(first_person__reference__in=some)
        )
        for person, own, first in rows.values_list(
            "person_id", "person__reference", "first_person__reference"
        ):
            found[first or own] = person
            found.setdefault(own, person)
    return found


def _know(seen: Seen, people: Collection[int]) -> None:
    """Reads the records of people: what they say, and how many others bear their names."""
    rows: list[PersonRecord] = []
    for some in parts(people):
        rows += PersonRecord.objects.filter(person_id__in=some).order_by("pk")
    said = humans(rows)
    by_person: dict[int, list[Human]] = {}
    for row in rows:
        by_person.setdefault(row.person_id, []).append(said[row.pk])
        seen.records.setdefault(row.person_id, []).append(row.pk)
    for person, records in by_person.items():
        seen.shown[person] = Shown(person=person, records=tuple(records), namesakes=-1)


def _oldest(seen: Seen) -> dict[int, tuple[int, str]]:
    """Of each person the root of the oldest record, by which looks at them are gathered."""
    oldest = {person: min(records) for person, records in seen.records.items()}
    called: dict[int, str] = {}
    for some in parts(set(oldest.values())):
        called.update(Root.objects.filter(pk__in=some).values_list("pk", "reference"))
    return {person: (pk, called[pk]) for person, pk in oldest.items()}


def _looks(
    read: Read,
    roots: dict[str, tuple[int, int | None]],
    people: dict[str, int],
    first: dict[int, tuple[int, str]],
) -> Iterator[Look]:
    """At what a read looked: the people it showed; and the case, where one was opened."""
    met: set[int] = set()
    for place, reference in enumerate(read.subjects):
        root, person = roots.get(reference, (None, None))
        person = person if person is not None else people.get(reference)
        if person is not None and person in first and person not in met:
            met.add(person)
            yield Look(read, *first[person], person)
        elif root is not None and person is None and place == 0 and read.way == OPENED:
            yield Look(read, root, reference)


def count_namesakes(
    seen: Seen, wanted: set[tuple[str, str]], counted: dict[tuple[str, str], int]
) -> None:
    """Counts, for those who bear one of some names, how many people bear it; `counted` keeps what
    was counted before in the same round."""
    bearing = {
        person: {(one.forename, one.surname) for one in shown.records} & wanted
        for person, shown in seen.shown.items()
    }
    asked = {name for found in bearing.values() for name in found} - set(counted)
    for forename, surname in asked:
        same = PersonRecord.objects.filter(surname_key=surname, forename_key=forename)
        told = same.aggregate(people=Count("person_id", distinct=True))
        counted[forename, surname] = told["people"]
    for person, found in bearing.items():
        if found:
            many = max(counted[name] for name in found)
            shown = seen.shown[person]
            seen.shown[person] = Shown(person=person, records=shown.records, namesakes=many)


class Work:
    """What may stand behind looks: cases, the viewers' own writing, grants, referrals, actions.

    `written` is what people wrote from a moment on, as far as it was read in the same round.
    """

    def __init__(
        self,
        looks: Sequence[Look],
        book: StaffBook,
        windows: Windows,
        written: Callable[[datetime], Written],
    ) -> None:
        self.book, self.windows = book, windows
        self._around: dict[int, set[int]] = {}
        self._find_cases(looks)
        self._facts = self._case_facts()
        moments = [look.read.at for look in looks]
        if not moments:
            return
        self._begin, self._end = min(moments) - windows.before, max(moments) + windows.after
        viewers = {look.read.viewer for look in looks}
        self._written = written(self._begin)
        self._written.learn(viewers)
        self._called = self._references()
        self._read_grants()
        self._read_given(viewers)

    def behind(self, look: Look, *, own: bool = False) -> str:
        """What explains a look, in words; "" where nothing does. `own`: that their team had an
        open case is not enough."""
        viewer, at = look.read.viewer, look.read.at
        held = self.book.held(viewer, london(at).date())
        teams = frozenset(one.team for one in held)
        roots = self._around.get(look.root, {look.root})
        mine = self._written.by(viewer)
        facts = Behind(
            viewer=viewer,
            at=at,
            writes=[one for root in roots for one in mine.get(self._called[root], ())],
            cases=[self._facts[root] for root in roots if root in self._facts],
            teams=frozenset() if own else teams,
            leads=teams_with(held, Right.LIFT),
            granted=any(self._granted(viewer, teams, root, at) for root in roots),
            referred=any((root, team) in self._referred for root in roots for team in teams)
            or any((root, viewer) in self._tasked for root in roots),
            wide=reads_widely(held),
        )
        return work_behind(facts, self.windows)

    def wide(self, look: Look) -> bool:
        """Whether the viewer's post then was to read without cases of their own."""
        return reads_widely(self.book.held(look.read.viewer, london(look.read.at).date()))

    def _find_cases(self, looks: Sequence[Look]) -> None:
        """The roots around each look: of a person the records and their cases; of a case its
        people, theirs, and the cases it comes from or led to."""
        opened = {look.root for look in looks if look.person is None}
        people_on: dict[int, set[int]] = {}
        for some in parts(opened):
            rows = Party.objects.filter(case_id__in=some)
            for case, person in rows.values_list("case_id", "record__person_id"):
                people_on.setdefault(case, set()).add(person)
        people = {look.person for look in looks if look.person is not None}
        people |= {person for found in people_on.values() for person in found}
        theirs = self._of_people(people)
        for look in looks:
            if look.person is not None:
                self._around[look.root] = theirs.get(look.person, set()) | {look.root}
        family = self._family(opened)
        for case in opened:
            around = {case} | family.get(case, set())
            for person in people_on.get(case, ()):
                around |= theirs.get(person, set())
            self._around[case] = around

    def _of_people(self, people: Collection[int]) -> dict[int, set[int]]:
        """The records of people and the cases that name them."""
        found: dict[int, set[int]] = {}
        for some in parts(people):
            records = PersonRecord.objects.filter(person_id__in=some)
            for person, pk in records.values_list("person_id", "pk"):
                found.setdefault(person, set()).add(pk)
            named = Party.objects.filter(record__person_id__in=some).order_by("-case_id")
            for person, case in named.values_list("record__person_id", "case_id"):
                if len(found[person]) < MOST_CASES:
                    found[person].add(case)
        return found

    def _family(self, cases: Collection[int]) -> dict[int, set[int]]:
        found: dict[int, set[int]] = {}
        for some in parts(cases):
            near = Case.objects.filter(Q(pk__in=some) | Q(parent_id__in=some))
            for pk, parent in near.exclude(parent=None).values_list("pk", "parent_id"):
                found.setdefault(pk, set()).add(parent)
                found.setdefault(parent, set()).add(pk)
        return found

    def _case_facts(self) -> dict[int, CaseFacts]:
        found: dict[int, CaseFacts] = {}
        for some in parts({root for around in self._around.values() for root in around}):
            rows = Case.objects.filter(pk__in=some)
            for pk, team, owner, opened, closed in rows.values_list(
                "pk", "root__team_id", "owner_id", "opened_at", "closed_at"
            ):
                found[pk] = CaseFacts(team=team, owner=owner, opened=opened, closed=closed)
        return found

    def _all_around(self) -> set[int]:
        return {root for around in self._around.values() for root in around}

    def _references(self) -> dict[int, str]:
        """By which reference the log knows each root around."""
        called: dict[int, str] = {}
        for some in parts(self._all_around()):
            called.update(Root.objects.filter(pk__in=some).values_list("pk", "reference"))
        return called

    def _read_grants(self) -> None:
        self._grants: dict[int, list[Grant]] = {}
        for some in parts(self._all_around()):
            rows = Grant.objects.filter(root_id__in=some, from_at__lte=self._end)
            for row in rows.filter(Q(until_at=None) | Q(until_at__gte=self._begin)):
                self._grants.setdefault(row.root_id, []).append(row)

    def _granted(self, viewer: int, teams: frozenset[int], root: int, at: datetime) -> bool:
        agency = self.book.agency(viewer)
        for one in self._grants.get(root, ()):
            ended = one.revoked_at or one.until_at
            if one.from_at > at + self.windows.after or (ended is not None and ended < at):
                continue
            mine = one.user_id == viewer or (one.team_id is not None and one.team_id in teams)
            if mine or (one.agency_id is not None and one.agency_id == agency):
                return True
        return False

    def _read_given(self, viewers: Collection[int]) -> None:
        """What was referred to teams, and whose the actions are."""
        self._referred: set[tuple[int, int]] = set()
        self._tasked: set[tuple[int, int]] = set()
        for some in parts(set(self._facts)):
            sent = Referral.objects.filter(case_id__in=some).exclude(
                state__in=("declined", "withdrawn")
            )
            self._referred |= set(sent.values_list("case_id", "to_team_id"))
            given = Action.objects.filter(case_id__in=some, owner_id__in=viewers)
            self._tasked |= set(given.values_list("case_id", "owner_id"))


def places_in(reads: Sequence[Read]) -> dict[str, Home]:
    """The places that reads opened, by reference."""
    opened = {one.subjects[0] for one in reads if one.way == OPENED and one.subjects}
    found: dict[str, Home] = {}
    for some in parts(opened):
        rows = Place.objects.filter(reference__in=some)
        for reference, address, street, postcode in rows.values_list(
            "reference", "address_key", "street_key", "postcode_key"
        ):
            found[reference] = Home(address, street, postcode)
    return found
