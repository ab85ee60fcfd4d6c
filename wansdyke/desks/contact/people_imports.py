"""`import people`: further people of calls that are in already.

Who somebody is among the people of one call: their part in it and their name (where no name is
given, their number); and where those agree, the date of birth, of which one side may not know.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.access.models import Grant, Load, Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope
from wansdyke.casework.desk import Desk
from wansdyke.casework.loads import NewPart, join, remover
from wansdyke.casework.models import Case, Party
from wansdyke.casework.parties import let_in
from wansdyke.desks.contact.amended import EVENT, known
from wansdyke.desks.contact.csv_columns import Fault, Given, people_layout
from wansdyke.desks.contact.csv_rows import Ledger, Row, Sheet
from wansdyke.desks.contact.imports import team_for
from wansdyke.desks.contact.intake import Stage, Summary, bring_in, silent
from wansdyke.history import audit
from wansdyke.history.door import Doing
from wansdyke.people.keys import phone_key
from wansdyke.people.models import PersonRecord, Place, Residence
from wansdyke.people.names import words
from wansdyke.people.records import TYPED, amend_record, keys_of
from wansdyke.people.records_in_bulk import Spot, places_for

SOURCE = "person in a people file"
UNKNOWN = "the reference of a contact that is loaded and that you may change"
Identity = tuple[str, str, str, str]


def load_people(
    path: Path,
    by: Actor,
    *,
    desk: Desk,
    now: Callable[[], datetime],
    dry_run: bool = False,
    rejects: Path | None = None,
    stage: Stage = silent,
) -> Summary:
    """Brings a file of people in, as docs/import.md lays it out; with `dry_run` only checks it.

    New people show when all of the file is in. Raises BadFile, Refused, OSError.
    """
    team_for(by, desk)
    kind = People(by, desk=desk, at=now())
    return bring_in(path, kind, by=by, now=now, dry_run=dry_run, rejects=rejects, stage=stage)


def identity(role: str, forename: str, surname: str, phone: str) -> Identity:
    """What tells one person of a call from another, date of birth apart."""
    names = "".join(words(forename)), "".join(words(surname))
    return (role, *names, "" if any(names) else phone_key(phone))


def identity_of(given: Given) -> Identity:
    """The same, of a row."""
    texts = (given.get(name, "") for name in ("forename", "surname", "phone"))
    return identity(given["role"], *texts)


@dataclass
class Call:
    """A call and its people who came with it, by identity; `homes` are the keys of where they
    live, by record."""

    case: Case
    people: dict[Identity, list[Party]] = field(default_factory=lambda: defaultdict(list))
    homes: dict[int, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))

    def match(self, given: Given) -> Party | None:
        """Who a row is about: the same date of birth first, then one that either side lacks."""
        alike = self.people.get(identity_of(given), [])
        born: date | None = given.get("date_of_birth")
        same = [party for party in alike if party.record.date_of_birth == born]
        open_ended = [p for p in alike if born is None or p.record.date_of_birth is None]
        return next(iter(same or open_ended), None)

    def differs(self, party: Party, given: Given) -> bool:
        """Whether a row says more, or other, than the record does."""
        record = party.record
        said = any(getattr(record, name) != given[name] for name in TYPED if given.get(name))
        home = _home(given)
        return said or (any(home.keys) and home.keys not in self.homes[record.pk])


def _home(given: Given) -> Spot:
    return Spot(address=given.get("address", ""), postcode=given.get("postcode", ""))


class People:
    """What a file of people brings."""

    def __init__(self, by: Actor, *, desk: Desk, at: datetime) -> None:
        self.by, self.desk, self.at = by, desk, at
        self.layout = people_layout(dict(desk.party_roles))
        self.remove = remover()

    def repeated(self, row: Row, ledger: Ledger) -> Fault | None:
        """One person of a call may come once in a file; dates of birth tell two of a name apart."""
        given = row.given
        born = given.get("date_of_birth")
        key = "\x1f".join((given["contact_reference"], *identity_of(given)))
        dated = f"{key}\x1f{born or ''}"
        if (first := ledger.seen(dated)) is not None:
            return "surname", f"a person who comes once; row {first} is the same", ""
        other = ledger.seen(key) if born is None else ledger.seen(f"{key}\x1f")
        if other is not None:
            expected = f"dates of birth that tell this person from row {other}, of the same name"
            return "date_of_birth", expected, born.isoformat() if born else "nothing"
        ledger.note(dated, row.number)
        ledger.note(key, row.number)
        return None

    def judge(self, rows: Sequence[Row], sheet: Sheet) -> tuple[int, int]:
        """Notes rows whose contact is not there for the actor to change."""
        good = [row for row in rows if not row.problems]
        calls = self._calls(good, complete=True)
        new = amended = 0
        for row in good:
            call = calls.get(row.given["contact_reference"])
            if call is None:
                found = row.given["contact_reference"]
                row.problems.append(sheet.problem(row, "contact_reference", UNKNOWN, found))
                continue
            party = call.match(row.given)
            new += party is None
            amended += party is not None and call.differs(party, row.given)
        return new, amended

    def new_among(self, rows: Sequence[Row]) -> list[Row]:
        """The rows whose person the call does not have yet."""
        calls = self._calls(rows)
        return [
            row
            for row in rows
            if (call := calls.get(row.given["contact_reference"])) is not None
            and call.match(row.given) is None
        ]

    def ready(self, rows: Sequence[Row]) -> dict[str, Call]:
        """The calls that new people join."""
        return self._calls(rows)

    def add(self, rows: Sequence[Row], made: dict[str, Call], doing: Doing, under: Load) -> None:
        """Writes new people with their homes and their part in the call."""
        homes = [_home(row.given) for row in rows]
        places = places_for(homes)
        parts = [
            (made[row.given["contact_reference"]].case, _part(row.given, places.get(home.keys)))
            for row, home in zip(rows, homes, strict=True)
        ]
        for team in {case.root.team for case, _ in parts}:
            joining = [(case, part) for case, part in parts if case.root.team == team]
            records = join(joining, under, team, at=doing.at)
            references = [record.root.reference for record in records]
            doing.audit(audit.COLLECTION, *references, desk=self.desk.key, load=under.pk)
        roots = {case.root for case, _ in parts}
        for root in Root.objects.filter(pk__in=Grant.objects.filter(root__in=roots).values("root")):
            let_in(root, doing.at)

    def brought(self, under: Load) -> list[int]:
        """The calls that people of a load joined, by their keys."""
        rows = Party.objects.filter(record__root__load=under).order_by("case_id")
        return list(rows.values_list("case_id", flat=True).distinct())

    def changed_among(self, rows: Sequence[Row]) -> list[Row]:
        """The rows that say more, or other, than was there before."""
        calls = self._calls(rows)
        found = []
        for row in rows:
            call = calls.get(row.given["contact_reference"])
            party = call.match(row.given) if call is not None else None
            if call is not None and (party is None or call.differs(party, row.given)):
                found.append(row)
        return found

    def amend(self, rows: Sequence[Row], doing: Doing, under: Load) -> int:
        """Amends people's records as they are now.

        Two rows may both fit the one person whose date of birth was not known: the first has
        taken them, so the second is somebody new.
        """
        count = 0
        for row in rows:
            (call,) = self._calls([row]).values()
            party = call.match(row.given)
            if party is None:
                self.add([row], {row.given["contact_reference"]: call}, doing, under)
                under.counts["added"] = under.counts.get("added", 0) + 1
            elif call.differs(party, row.given):
                _amend(party, row.given, doing)
                count += 1
        return count

    def _calls(self, rows: Iterable[Row], *, complete: bool = False) -> dict[str, Call]:
        """The calls that rows name, with their people; `complete` leaves out those whose load is
        not."""
        references = {row.given["contact_reference"] for row in rows}
        there = known(references, self.by, self.at)
        calls = {ref: Call(old.contact.case) for ref, old in there.items() if old is not None}
        by_case = {call.case.pk: call for call in calls.values()}
        parties = Party.objects.filter(case__in=by_case).select_related("record__root__load")
        mine = Root.objects.filter(scope(self.by, Right.EDIT, self.at)).values("pk")
        visible = parties.filter(record__root__in=mine)
        arriving = parties.filter(
            record__root__load__kind=self.layout.kind, record__root__load__completed_at=None
        )
        found = list(visible) if complete else [*visible, *arriving]
        records: dict[int, Call] = {}
        for party in sorted(found, key=lambda party: party.pk):
            call, record = by_case[party.case_id], party.record
            if not record.source.endswith(call.case.root.reference):
                continue
            named = identity(party.role, record.forename, record.surname, record.phone)
            call.people[named].append(party)
            records[record.pk] = call
        homes = Residence.objects.filter(root__in=records).select_related("place")
        for home in homes:
            keys = (home.place.address_key, home.place.postcode_key)
            records[home.root_id].homes[home.root_id].add(keys)
        return calls


def _part(given: Given, home: Place | None) -> NewPart:
    return NewPart(role=given["role"], columns=keys_of(given), source=SOURCE, home=home)


def _amend(party: Party, given: Given, doing: Doing) -> None:
    record: PersonRecord = party.record
    amend_record(doing, record, {name: given[name] for name in TYPED if given.get(name)})
    home = _home(given)
    if not any(home.keys):
        return
    place = places_for([home])[home.keys]
    residence, made = Residence.objects.get_or_create(root=record.root, place=place)
    if made:
        reference: Any = record.root.reference
        event = doing.event(EVENT, root=record.root)
        section = Residence.SECTIONS["place"]
        doing.changed(event, reference, "home", section, None, residence.place.reference)
        doing.audit(audit.ALTERATION, reference, fields=["home"])
