"""`import contacts`: a force's calls, brought in from its own system and amended from it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from wansdyke.access.actors import Actor
from wansdyke.access.models import Load, Team
from wansdyke.access.posts import Right
from wansdyke.casework.desk import Desk
from wansdyke.casework.loads import Prepared, load, remover
from wansdyke.desks.contact import repeats, whereabouts
from wansdyke.desks.contact.amended import Amendment, Known, amend, amendment, known
from wansdyke.desks.contact.csv_columns import Fault, contact_layout
from wansdyke.desks.contact.csv_rows import Ledger, Row, Sheet
from wansdyke.desks.contact.feed.keeping import Conflict, decided_here, keep, news, sifted
from wansdyke.desks.contact.imported import SCENE, SettingsThen, prepared, spot_of
from wansdyke.desks.contact.intake import Stage, Summary, bring_in, silent
from wansdyke.desks.contact.models import Contact, Grading
from wansdyke.history import audit
from wansdyke.history.door import Doing
from wansdyke.kernel.flow import Refused
from wansdyke.people.records_in_bulk import places_for

NOT_YOURS = "the reference of a contact that you may change"


def load_contacts(
    path: Path,
    by: Actor,
    *,
    desk: Desk,
    now: Callable[[], datetime],
    team: str = "",
    dry_run: bool = False,
    rejects: Path | None = None,
    stage: Stage = silent,
    feeding: bool = False,
) -> Summary:
    """Brings a file of contacts in, as docs/import.md lays it out; with `dry_run` only checks it.

    `team` is the key of the team whose calls they become (else the actor's first that takes
    calls); `rejects` names a file for bad rows, without which any bad row stops the whole file.
    With `feeding` no person sees to the file, so what people decided here stays as it is.
    `now` gives each transaction its moment. Raises BadFile, Refused, OSError.
    """
    kind = Contacts(by, desk=desk, team=team_for(by, desk, team), at=now(), feeding=feeding)
    return bring_in(path, kind, by=by, now=now, dry_run=dry_run, rejects=rejects, stage=stage)


def team_for(by: Actor, desk: Desk, key: str = "") -> Team:
    """The team for which the actor opens cases at a desk. Raises Refused where there is none."""
    opens = sorted({held.team for held in by.held if held.post in desk.opening})
    if not opens or not by.may(Right.CREATE):
        raise Refused(f"{by.name} holds no post that takes calls, so cannot bring contacts in.")
    teams = Team.objects.filter(pk__in=opens).order_by("pk")
    found = teams.filter(key=key).first() if key else teams.first()
    if found is None:
        keys = ", ".join(teams.values_list("key", flat=True))
        raise Refused(f"{by.name} takes no calls for a team “{key}”. Choose one of: {keys}.")
    return found


class Contacts:
    """What a file of contacts brings."""

    def __init__(
        self, by: Actor, *, desk: Desk, team: Team, at: datetime, feeding: bool = False
    ) -> None:
        self.by, self.desk, self.team, self.at = by, desk, team, at
        self.feeding = feeding
        self.layout = contact_layout(dict(desk.party_roles))
        self.remove = remover((Grading, "contact"), (Contact, "pk"))
        self.settings = SettingsThen()

    def repeated(self, row: Row, ledger: Ledger) -> Fault | None:
        """A reference may come once in a file."""
        reference = row.given["reference"]
        first = ledger.seen(reference)
        if first is not None:
            return "reference", f"a reference that comes once; row {first} has it too", reference
        ledger.note(reference, row.number)
        return None

    def judge(self, rows: Sequence[Row], sheet: Sheet) -> tuple[int, int]:
        """Notes rows whose contact the actor may not change, or that would make no sense."""
        good = [row for row in rows if not row.problems]
        there = known([row.given["reference"] for row in good], self.by, self.at)
        changes = self._changes(good, there)
        new = amended = 0
        hidden: list[str] = []
        for row in good:
            reference, faults = row.given["reference"], []
            if reference not in there:
                faults = _ungraded(row)
                new += not faults
            elif there[reference] is None:
                faults = [("reference", NOT_YOURS, reference)]
                hidden.append(reference)
            else:
                change, said = changes[row.number]
                faults = change.faults
                amended += bool(change or said) and not faults
            row.problems += [sheet.problem(row, *fault) for fault in faults]
        if hidden:
            audit.record(audit.DENIED, by=self.by, at=self.at, subjects=hidden, attempted="import")
        return new, amended

    def new_among(self, rows: Sequence[Row]) -> list[Row]:
        """The rows whose reference no contact has."""
        references = [row.given["reference"] for row in rows]
        taken = set(
            Contact.objects.filter(source_reference__in=references).values_list(
                "source_reference", flat=True
            )
        )
        return [row for row in rows if row.given["reference"] not in taken]

    def ready(self, rows: Sequence[Row]) -> list[Prepared]:
        """New contacts with their people and clocks, unsaved."""
        return [
            prepared(row.given, desk=self.desk, by=self.by, at=self.at, settings=self.settings)
            for row in rows
        ]

    def add(self, rows: Sequence[Row], made: Sequence[Prepared], doing: Doing, under: Load) -> None:
        """Writes new contacts with their places and people."""
        spots = [spot_of(row.given) for row in rows]
        places = places_for(spots)
        for one, spot in zip(made, spots, strict=True):
            place = places.get(spot.keys)
            one.item.place = place
            one.places = [(place, SCENE)] if place is not None else []
        load(doing, under, made, desk=self.desk, team=self.team)
        whereabouts.keep([one.item.pk for one in made])

    def brought(self, under: Load) -> list[int]:
        """The calls of a load, by their keys."""
        rows = Contact.objects.filter(case__root__load=under).order_by("pk")
        return list(rows.values_list("pk", flat=True))

    def changed_among(self, rows: Sequence[Row]) -> list[Row]:
        """The rows that differ from a contact that was there before."""
        there = known([row.given["reference"] for row in rows], self.by, self.at)
        changes = self._changes(rows, there)
        return [row for row in rows if any(changes.get(row.number, ()))]

    def _changes(
        self, rows: Sequence[Row], there: Mapping[str, Known | None]
    ) -> dict[int, tuple[Amendment, list[Conflict]]]:
        """What each row that names a known call would amend, and what new it says otherwise."""
        olds = {row.number: there.get(row.given["reference"]) for row in rows}
        if not self.feeding:
            return {
                row.number: (amendment(row.given, old), [])
                for row in rows
                if (old := olds[row.number]) is not None
            }
        decided = decided_here([old for old in olds.values() if old is not None])
        found = {}
        for row in rows:
            if (old := olds[row.number]) is not None:
                change, conflicts = sifted(row.given, old, decided)
                found[row.number] = (change, news(old.contact, conflicts))
        return found

    def amend(self, rows: Sequence[Row], doing: Doing, under: Load) -> int:
        """Amends contacts that were there before, as they are now."""
        there = known([row.given["reference"] for row in rows], self.by, self.at)
        changes = self._changes(rows, there)
        count = 0
        amended: list[int] = []
        for row in rows:
            old = there.get(row.given["reference"])
            if old is None:
                continue
            change, said = changes[row.number]
            keep(old.contact, said, doing.at)
            if change:
                amend(old, change, doing=doing, desk=self.desk, load=under.pk)
                count += 1
                amended.append(old.contact.pk)
        repeats.keep(amended)
        return count


def _ungraded(row: Row) -> list[Fault]:
    if "graded_at" in row.given and "grade" not in row.given:
        return [("grade", "a grade, since graded_at is given", "nothing")]
    return []
