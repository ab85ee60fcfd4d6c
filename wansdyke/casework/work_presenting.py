"""How the work on a case is put on a page: a table for each kind, with only what may be shown."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse

from wansdyke.access.sections import Section
from wansdyke.casework.desk import Desk
from wansdyke.casework.file_kinds import KINDS
from wansdyke.casework.models import (
    Action,
    Case,
    CasePlace,
    Comment,
    Document,
    ForceReference,
    Marker,
    Party,
    Referral,
)
from wansdyke.casework.parties import PLACE_ROLES
from wansdyke.casework.presenting import HELD_BACK
from wansdyke.casework.reach_words import calling_words, visiting_words
from wansdyke.casework.work_reads import RecordsSeen
from wansdyke.kernel.calendar import london
from wansdyke.ui.tables import Cell, Column
from wansdyke.ui.words import ago, date_words, until

Row = dict[str, Any]
NARRATIVE = Section.NARRATIVE
NONE = "None"
STATE_COLOURS = {"sent": "yellow", "accepted": "blue", "answered": "green"}


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Whoever looks at the work on a case: what they see of it, and what they may do there."""

    desk: Desk
    case: Case
    at: datetime
    sections: frozenset[Section]
    may_edit: bool = False
    may_comment: bool = False
    may_share: bool = False
    records: RecordsSeen = field(default_factory=RecordsSeen)
    names: dict[int, str] = field(default_factory=dict)

    def link(self, name: str, **more: str) -> str:
        """The address of a page about this case."""
        given = {"reference": self.case.root.reference, **more}
        return reverse(f"{self.desk.key}:{name}", kwargs=given)

    def sees(self, value: str, section: Section = NARRATIVE) -> str:
        """A value, or that it is held back: a blank would read as "none"."""
        return (value or NONE) if section in self.sections else HELD_BACK


@dataclass(frozen=True, kw_only=True)
class WorkList:
    """One kind of work on a case as a table. `more` says that there is more than is shown;
    `adding` are the pages that add to it or take from it, as (words, address)."""

    key: str
    title: str
    columns: Sequence[Column]
    rows: list[Row]
    empty: str
    more: bool = False
    all_of_it: str = ""
    adding: tuple[tuple[str, str], ...] = ()


DISPOSED = "A person whose record was disposed of"


def name_of(party: Party, viewer: Viewer) -> str:
    """A person's name where both the case and their record show it."""
    if party.record.root.disposed_at is not None:
        return DISPOSED
    shown = viewer.records.shows(party.record, Section.IDENTITY)
    return str(party.record) if shown and Section.IDENTITY in viewer.sections else HELD_BACK


def _of_record(party: Party, viewer: Viewer, section: Section, value: Any) -> Any:
    shown = viewer.records.shows(party.record, section) and section in viewer.sections
    return (value or NONE) if shown else HELD_BACK


def person_row(party: Party, viewer: Viewer) -> Row:
    """A person's part in the case."""
    record, name = party.record, name_of(party, viewer)
    reference = record.root.reference
    seen = name not in (HELD_BACK, DISPOSED)
    role = dict(viewer.desk.party_roles).get(party.role, party.role.capitalize())
    contact = ". ".join(part for part in (record.phone, record.safe_contact) if part)
    row: Row = {
        "name": Cell(text=name, href=f"/people/{record.known_as}/" if seen else ""),
        "role": f"{role} until {date_words(party.ended_at)}" if party.ended_at else role,
        "born": _of_record(party, viewer, Section.IDENTITY, record.date_of_birth),
        "contact": _of_record(party, viewer, Section.SAFE_CONTACT, contact),
        "reach": NONE,
        "visit": "",
        "home": _of_record(
            party, viewer, Section.ADDRESS, "; ".join(viewer.records.homes.get(record.pk, []))
        ),
        "note": viewer.sees(party.note, Section.THIRD_PARTY),
        "correct": NONE,
        "end": NONE,
    }
    if seen and _of_record(party, viewer, Section.SAFE_CONTACT, contact) != HELD_BACK:
        row["reach"] = Cell(
            text=calling_words(party.record, viewer.records, viewer.at),
            href=viewer.link("person-contact", record_reference=reference),
        )
        row["visit"] = visiting_words(record, viewer.records, viewer.at)
    if viewer.may_edit and record.pk in viewer.records.editable and seen:
        row["correct"] = Cell(
            text=f"Correct {name}", href=viewer.link("person-correct", record_reference=reference)
        )
    if viewer.may_edit and Section.IDENTITY in viewer.sections and not party.ended_at:
        where = viewer.link("person-end", record_reference=reference, role=party.role)
        row["end"] = Cell(text=f"End part of {name if seen else reference}", href=where)
    return row


def place_row(part: CasePlace, viewer: Viewer) -> Row:
    """A place's part in the case."""
    address = viewer.sees(str(part.place), Section.ADDRESS)
    row: Row = {
        "place": address,
        "role": dict(PLACE_ROLES).get(part.role, part.role),
        "remove": NONE,
    }
    if viewer.may_edit and address != HELD_BACK:
        given = {"place_reference": part.place.reference, "role": part.role}
        row["remove"] = Cell(text=f"Remove {address}", href=viewer.link("place-remove", **given))
    return row


def action_row(action: Action, viewer: Viewer) -> Row:
    """A task: whose, by when, and how it stands."""
    row: Row = {
        "title": viewer.sees(action.title),
        "owner": action.owner.name,
        "due": action.due_at,
        "state": _action_state(action, viewer.at),
        "outcome": viewer.sees(action.outcome),
        "complete": NONE,
        "hand_on": NONE,
    }
    if viewer.may_edit and not action.done_at:
        given = {"action_reference": action.reference}
        row["complete"] = Cell(
            text=f"Complete {action.reference}", href=viewer.link("task-done", **given)
        )
        row["hand_on"] = Cell(
            text=f"Hand on {action.reference}", href=viewer.link("task-hand-on", **given)
        )
    return row


def _action_state(action: Action, at: datetime) -> Cell:
    if action.done_at:
        late = " late" if action.done_at > action.due_at else ""
        return Cell(text=f"Done{late}", colour="green" if not late else "orange")
    left = action.due_at - at
    return Cell(text=until(left), late=left.total_seconds() < 0)


def referral_row(referral: Referral, viewer: Viewer) -> Row:
    """A referral: to whom, how it stands, and the way to it."""
    team = referral.to_team
    return {
        "reference": Cell(text=referral.reference, href=referral.href),
        "to": f"{team.agency.name}: {team.name}",
        "sent": f"{date_words(referral.at)}, by {referral.by.name}",
        "reason": viewer.sees(referral.reason[:200]),
        "state": Cell(
            text=referral.get_state_display(), colour=STATE_COLOURS.get(referral.state, "grey")
        ),
    }


def document_row(document: Document, viewer: Viewer) -> Row:
    """A document: what it is, and its download where its section is seen."""
    open_to = Section(document.section) in viewer.sections
    titled = document.title if open_to and NARRATIVE in viewer.sections else HELD_BACK
    kind = KINDS.get(document.media_type)
    where = viewer.link("document", document_reference=document.reference) if open_to else ""
    return {
        "title": titled,
        "file": Cell(text=f"Download {document.reference}" if open_to else HELD_BACK, href=where),
        "kind": f"{kind.words if kind else document.media_type}, {size_words(document.size)}",
        "section": document.section.capitalize(),
        "added": f"{date_words(document.at)}, by {document.by.name}",
    }


def size_words(size: int) -> str:
    """A file's size, such as "1.2 MB"."""
    return f"{size / 1024**2:.1f} MB" if size >= 1024**2 else f"{max(1, round(size / 1024))} KB"


def marker_row(marker: Marker, viewer: Viewer) -> Row:
    """A marker published from the case."""
    if marker.person_id:
        about = viewer.names.get(marker.person_id, "A person of this case")
    else:
        about = viewer.sees(str(marker.place), Section.ADDRESS)
    today = london(viewer.at).date()
    expired = marker.until_date is not None and marker.until_date < today
    ended = marker.withdrawn_at is not None or expired
    row: Row = {
        "kind": marker.get_kind_display(),
        "about": about,
        "text": marker.text,
        "source": marker.source,
        "state": _marker_state(marker, viewer.at, expired=expired),
        "review": NONE,
        "withdraw": NONE,
    }
    if viewer.may_edit and not ended:
        given = {"marker_reference": marker.reference}
        row["review"] = Cell(
            text=f"Review {marker.reference}", href=viewer.link("marker-review", **given)
        )
        row["withdraw"] = Cell(
            text=f"Withdraw {marker.reference}", href=viewer.link("marker-withdraw", **given)
        )
    return row


def _marker_state(marker: Marker, at: datetime, *, expired: bool) -> Cell:
    if marker.withdrawn_at:
        return Cell(text=f"Withdrawn {date_words(marker.withdrawn_at)}", colour="grey")
    if expired:
        return Cell(text=f"Expired {date_words(marker.until_date)}", colour="grey")
    if marker.review_by < london(at).date():
        return Cell(text=f"Review overdue since {date_words(marker.review_by)}", colour="red")
    return Cell(text=f"Live: review by {date_words(marker.review_by)}", colour="blue")


def note_row(note: Comment, viewer: Viewer) -> Row:
    """A note as it was written."""
    return {
        "at": f"{date_words(note.at)}, {ago(viewer.at - note.at)}",
        "by": f"{note.by.name}, for the next shift" if note.hand_over else note.by.name,
        "text": viewer.sees(note.text),
    }


def force_reference_row(row: ForceReference, viewer: Viewer) -> Row:
    """One of the force's own numbers."""
    return {"kind": row.get_kind_display(), "value": row.value}


@dataclass(frozen=True, kw_only=True)
class Shower:
    """How one kind of work is shown: its words, columns and rows; columns of `acting` only where
    some row has something to press there. `adding` names the pages, the right each takes."""

    title: str
    empty: str
    row: Callable[[Any, Viewer], Row]
    columns: tuple[tuple[str, str], ...]
    acting: tuple[tuple[str, str], ...] = ()
    adding: tuple[tuple[str, str, str], ...] = ()

    def shown(
        self, key: str, items: Iterable[Any], viewer: Viewer, *, more: bool = False
    ) -> WorkList:
        """The table of some rows, for a viewer."""
        rows = [self.row(item, viewer) for item in items]
        acting = [
            (column, label)
            for column, label in self.acting
            if any(row[column] != NONE for row in rows)
        ]
        given = ((words, name) for words, name, may in self.adding if getattr(viewer, may))
        return WorkList(
            key=key,
            title=self.title,
            columns=[Column(key=k, label=label) for k, label in (*self.columns, *acting)],
            rows=rows,
            empty=self.empty,
            more=more,
            all_of_it=viewer.link("work", kind=key.replace("_", "-")),
            adding=tuple((words, viewer.link(name)) for words, name in given),
        )


SHOWERS = {
    "people": Shower(
        title="People",
        empty="No people yet.",
        row=person_row,
        columns=(
            ("name", "Name"),
            ("role", "Part"),
            ("born", "Born"),
            ("contact", "Contact"),
            ("home", "Home"),
            ("note", "Note"),
        ),
        acting=(("reach", "Safe contact"), ("correct", "Correct"), ("end", "End part")),
        adding=(("Add a person", "person-new", "may_edit"),),
    ),
    "places": Shower(
        title="Places",
        empty="No places yet.",
        row=place_row,
        columns=(("place", "Place"), ("role", "Part")),
        acting=(("remove", "Remove"),),
        adding=(("Add a place", "place-new", "may_edit"),),
    ),
    "actions": Shower(
        title="Actions",
        empty="No actions yet.",
        row=action_row,
        columns=(
            ("title", "Action"),
            ("owner", "Owner"),
            ("due", "Due"),
            ("state", "State"),
            ("outcome", "Outcome"),
        ),
        acting=(("complete", "Complete"), ("hand_on", "Hand on")),
        adding=(("Add an action", "task-new", "may_edit"),),
    ),
    "referrals": Shower(
        title="Referrals",
        empty="No referrals yet.",
        row=referral_row,
        columns=(
            ("reference", "Reference"),
            ("to", "To"),
            ("sent", "Sent"),
            ("reason", "Reason"),
            ("state", "State"),
        ),
        adding=(("Refer this case", "referral-new", "may_share"),),
    ),
    "documents": Shower(
        title="Documents",
        empty="No documents yet.",
        row=document_row,
        columns=(
            ("title", "Document"),
            ("file", "File"),
            ("kind", "Kind"),
            ("section", "Section"),
            ("added", "Added"),
        ),
        adding=(("Add a document", "document-new", "may_edit"),),
    ),
    "markers": Shower(
        title="Markers published from here",
        empty="No markers published from here.",
        row=marker_row,
        columns=(
            ("kind", "Marker"),
            ("about", "About"),
            ("text", "What others need to know"),
            ("source", "Source"),
            ("state", "State"),
        ),
        acting=(("review", "Review"), ("withdraw", "Withdraw")),
        adding=(("Publish a marker", "marker-new", "may_edit"),),
    ),
    "notes": Shower(
        title="Notes",
        empty="No notes yet.",
        row=note_row,
        columns=(("at", "When"), ("by", "By"), ("text", "Note")),
        adding=(("Add a note", "note-new", "may_comment"),),
    ),
    "force_references": Shower(
        title="Force references",
        empty="No force references yet.",
        row=force_reference_row,
        columns=(("kind", "Kind"), ("value", "Reference")),
        adding=(
            ("Add a reference", "reference-new", "may_edit"),
            ("Remove a reference", "reference-remove", "may_edit"),
        ),
    ),
}
