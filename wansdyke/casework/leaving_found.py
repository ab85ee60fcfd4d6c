"""Everything held on a person, piece by piece, each with what the gate must know of it.

A piece is one row's part of one section. Rows are found by walking what hangs from the person's
records and from the cases they have a part in, so that a new kind of row comes with them unasked;
nothing is read that the actor may not see. What leaves is always made from these pieces.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.crypto import salted_hmac

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope, sections_of
from wansdyke.access.sections import Section
from wansdyke.casework.desk import Desk
from wansdyke.casework.leaving_others import Own, Searched, held_of, own_of, telling
from wansdyke.casework.leaving_rules import (
    AT_RISK,
    Item,
    Kind,
    Purpose,
    Recipient,
    Whose,
    as_themself,
    came_themselves,
)
from wansdyke.casework.leaving_text import Span
from wansdyke.casework.models import Case, ContactAttempt, Leaving, Marker, Party, Referral
from wansdyke.people.equality_told import themselves_said, told_to_themself
from wansdyke.people.models import ContactRule, PersonRecord, Place, Residence
from wansdyke.ui.words import date_words, london

KINDS: dict[str, Kind] = {
    "people.PersonRecord": Kind.RECORD,
    "people.CallerPassword": Kind.SECRET,
    "people.Judgement": Kind.LINK,
    "linkage.Suggestion": Kind.LINK,
    "casework.Case": Kind.CASE,
    "casework.Marker": Kind.MARKER,
    "casework.Assessment": Kind.ASSESSMENT,
    "casework.Document": Kind.DOCUMENT,
    "casework.ContactAttempt": Kind.CONTACT,
    "casework.Referral": Kind.REFERRAL,
    "casework.Share": Kind.OPENED,
    "casework.BrokenGlass": Kind.OPENED,
    "casework.Conflict": Kind.SHUT,
}
# What is reckoned from other columns, or says where a file lies: it says nothing of anybody.
NOT_SAID = frozenset(
    {
        *("id", "key", "fingerprint", "stored_as", "sha256", "size", "media_type", "inputs"),
        *("paired", "warned", "regrouped", "kept_at", "rule_version", "section", "sections"),
    }
)
# Not walked into: they say what the answer itself says, or lead to other people's records.
NOT_WALKED = frozenset({"casework.Case", "casework.Party", "people.PersonRecord"})


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One row's part of one section: its text in lines, what the gate must know, and where in it
    stands what must not leave."""

    key: str
    root: Root
    item: Item
    title: str
    text: str
    spans: tuple[Span, ...] = ()

    @property
    def digest(self) -> str:
        """A fingerprint of exactly this text."""
        return fingerprint(self, self.text)


def fingerprint(piece: Piece, text: str) -> str:
    """A fingerprint of a piece with a text, from which nobody can find what it says: the log keeps
    it for ever, and of so few answers as some pieces have each could be tried."""
    told = f"{piece.key}\n{piece.title}\n{text}"
    return salted_hmac("what leaves", told, settings.SECRET_KEY, algorithm="sha256").hexdigest()


@dataclass(frozen=True)
class Matter:
    """One root that is walked, and what is the same of everything on it."""

    root: Root
    visible: frozenset[Section]
    brought: bool
    at_risk: bool
    withheld: bool
    shared: bool


class Walk:
    """One answer's walk: of whom, by whom, over which desks."""

    def __init__(self, records: Collection[PersonRecord], actor: Actor, at: datetime,
                 desks: Iterable[Desk]) -> None:  # fmt: skip
        self.records, self.actor, self.at = list(records), actor, at
        self.desks = {desk.key: desk for desk in desks}
        self.own = own_of(self.records)
        self.mine = {record.pk for record in self.records}
        self.parts = list(Party.objects.filter(record_id__in=self.mine).select_related("case"))
        # Whoever is a victim anywhere is one in each answer, also where the preparer sees nothing.
        self.at_risk = any(part.role in AT_RISK for part in self.parts)
        self._beside: dict[int, list[Party]] = {}
        cases = {part.case_id for part in self.parts}
        for part in Party.objects.filter(case_id__in=cases).select_related("record"):
            self._beside.setdefault(part.case_id, []).append(part)

    def others(self) -> list[PersonRecord]:
        """Everybody else on the person's cases."""
        beside = (part for parts in self._beside.values() for part in parts)
        return [part.record for part in beside if part.record_id not in self.mine]

    def hidden(self, case: Case) -> bool:
        """Whether a case, or one that it grew from, is of a desk whose existence is withheld."""
        keys = [case.desk, *([case.parent.desk] if case.parent else [])]
        return any(key in self.desks and self.desks[key].withheld for key in keys)

    def brought(self, case: Case) -> bool:
        """Whether the person brought a case, or it is about nobody else."""
        parts = self._beside.get(case.pk, [])
        roles = {part.role for part in parts if part.record_id in self.mine}
        others = any(part.record_id not in self.mine for part in parts)
        return came_themselves(roles, others)

    def matters(self) -> Iterator[tuple[models.Model, Matter]]:
        """The records and cases in the actor's view scope, each with what is the same of all on
        it."""
        cases = Case.objects.filter(
            scope(self.actor, Right.VIEW, self.at, "root__"),
            pk__in={part.case_id for part in self.parts},
        ).select_related("root__team", "root__agency", "parent")
        starts: list[tuple[models.Model, Root]] = [(r, r.root) for r in self.records]
        starts += [(case, case.root) for case in cases.order_by("opened_at", "pk")]
        seen = sections_of(self.actor, [root.pk for _, root in starts], self.at)
        for start, root in starts:
            yield start, self._matter(start, root, seen[root.pk])

    def _matter(self, start: models.Model, root: Root, visible: frozenset[Section]) -> Matter:
        if isinstance(start, Case):
            beside = self._beside.get(start.pk, [])
            shared = any(part.record_id not in self.mine for part in beside)
            told = (self.brought(start), self.at_risk, self.hidden(start), shared)
            return Matter(root, visible, *told)
        cases = [part.case for part in self.parts if part.record_id == start.pk]
        brought = not cases or any(self.brought(case) for case in cases)
        hidden = bool(cases) and all(self.hidden(case) for case in cases)
        return Matter(root, visible, brought, self.at_risk, hidden, shared=False)


def everything(leaving: Leaving, actor: Actor, at: datetime, desks: Iterable[Desk]) -> list[Piece]:
    """Every piece that an actor may see of the person of whom something is asked, searched for
    what must not leave in it; those of one record side by side, in the order they were made."""
    theirs = leaving.records.filter(theirs=True).values("record_id")
    rows = PersonRecord.objects.filter(scope(actor, Right.VIEW, at, "root__"), pk__in=theirs)
    records = list(rows.select_related("root__team", "root__agency").order_by("pk"))
    walk = Walk(records, actor, at, desks)
    own = as_themself(Purpose(leaving.purpose), Recipient(leaving.recipient_kind))
    found: list[Piece] = []
    for start, matter in walk.matters():
        found += _of(walk, start, matter)
        if isinstance(start, PersonRecord):
            found += _equality(start, matter, own=own)
    held = [*held_of(walk.others(), walk.own), *telling(walk.desks.values())]
    return _searched(found, walk.own, held)


def _equality(record: PersonRecord, matter: Matter, *, own: bool) -> Iterator[Piece]:
    """What the person answered about equality. Its words are read only for themself: whoever
    prepares anything else learns that it is held, and no more. What they said of themselves they
    know is held, whatever else is."""
    told = told_to_themself(record)
    if not told or Section.IDENTITY not in matter.visible:
        return
    theirs = themselves_said(record)
    yield Piece(
        key=f"equality:{record.pk}",
        root=matter.root,
        item=Item(
            kind=Kind.EQUALITY,
            section=Section.EQUALITY.value,
            whose=Whose.SUBJECT,
            brought=matter.brought or theirs,
            at_risk=matter.at_risk,
            withheld=matter.withheld and not theirs,
            marking=matter.root.marking,
        ),
        title="Equality",
        text=told if own else "It is kept apart, for the person alone.",
    )


def _searched(found: list[Piece], own: Own, held: Collection[Any]) -> list[Piece]:
    searched = Searched([piece.text for piece in found], own, held)
    return [replace_found(piece, searched) for piece in found]


def replace_found(piece: Piece, searched: Searched) -> Piece:
    """A piece with what must not leave in it."""
    spans = tuple(searched.spans(piece.text, here=piece.root.reference))
    kinds = tuple(sorted({span.what for span in spans}))
    return replace(piece, spans=spans, item=replace(piece.item, found=kinds))


def _of(walk: Walk, start: models.Model, matter: Matter) -> Iterator[Piece]:
    done: set[str] = set()
    for row in (start, *_hanging(start)):
        label = f"{row._meta.label}:{row.pk}"
        if label not in done:
            done.add(label)
            yield from _pieces(walk, row, matter)
    yield from _history(walk, start, matter)


def _hanging(start: models.Model) -> Iterator[models.Model]:
    """Every row with sections that hangs from another, and what hangs from those."""
    yield from _on_root(start)
    for relation in start._meta.related_objects:
        model: Any = relation.related_model
        part = isinstance(start, Case) and model is Party
        if not part and (not hasattr(model, "SECTIONS") or model._meta.label in NOT_WALKED):
            continue
        for row in model._default_manager.filter(**{relation.field.name: start}).order_by("pk"):
            yield row
            yield from _hanging(row)


def _on_root(start: models.Model) -> Iterator[models.Model]:
    if isinstance(start, PersonRecord):
        yield from Residence.objects.filter(root_id=start.pk).select_related("place").order_by("pk")
        yield from ContactRule.objects.filter(root_id=start.pk).order_by("pk")
    if isinstance(start, Case):
        yield from Marker.objects.filter(root_id=start.pk).select_related("place").order_by("pk")


def _pieces(walk: Walk, row: models.Model, matter: Matter) -> Iterator[Piece]:
    by_section: dict[Section, list[str]] = {}
    sections: dict[str, Section] = type(row).SECTIONS  # type: ignore[attr-defined]
    for field in row._meta.concrete_fields:
        section = _section_of(row, sections.get(field.name))
        if section is None or section not in matter.visible:
            continue
        words = _words(row, field, walk.mine)
        if words:
            by_section.setdefault(section, []).append(f"{_label(field)}: {words}")
    for section, lines in by_section.items():
        yield Piece(
            key=f"{row._meta.label}:{row.pk}:{section}",
            root=matter.root,
            item=_item(walk, row, section, matter),
            title=str(row._meta.verbose_name).capitalize(),
            text="\n".join(lines),
        )


def _section_of(row: models.Model, section: Section | None) -> Section | None:
    """A document is as much as its own section says, its title too."""
    if section is Section.NARRATIVE and row._meta.label == "casework.Document":
        return Section(row.section)  # type: ignore[attr-defined]
    return section


def _label(field: Any) -> str:
    return str(field.verbose_name).capitalize()


def _words(row: models.Model, field: Any, mine: Collection[int]) -> str:
    """One field in words; "" for what says nothing of anybody, and for who somebody else is: their
    record may be out of the preparer's sight."""
    if field.name in NOT_SAID or field.name.endswith("_key") or field.primary_key:
        return ""
    if field.is_relation:
        own = field.related_model is PersonRecord and getattr(row, field.attname) in mine
        return str(getattr(row, field.name) or "") if own or field.related_model is Place else ""
    if field.name == "source" and isinstance(row, PersonRecord):
        return row.origin
    value = getattr(row, field.name)
    if field.choices:
        value = dict(field.flatchoices).get(value, value)
    return said(value)


def said(value: Any) -> str:
    """A stored value as a person reads it; "" where there is none."""
    if value is None or value == "" or value == [] or value == {}:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return london(value) if value.year < 9999 else ""
    if isinstance(value, date):
        return date_words(value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {said(one)}" for key, one in sorted(value.items()))
    if isinstance(value, list | tuple):
        return ", ".join(said(one) for one in value)
    return str(value)


def _item(walk: Walk, row: models.Model, section: Section, matter: Matter) -> Item:
    kind = KINDS.get(row._meta.label, Kind.ROW)
    return Item(
        kind=kind,
        section=section.value,
        whose=_whose(walk, row, matter),
        brought=matter.brought,
        at_risk=matter.at_risk,
        withheld=matter.withheld or passed_to(walk, row),
        marking=max(matter.root.marking, getattr(row, "marking", 0)),
        marker=row.kind if isinstance(row, Marker) else "",
        searched=kind is not Kind.DOCUMENT,
    )


def passed_to(walk: Walk, row: models.Model) -> bool:
    """Whether a row passes something to a team of a desk whose existence is withheld."""
    if not isinstance(row, Referral):
        return False
    withheld = [desk for desk in walk.desks.values() if desk.withheld is not None]
    teams = {team for desk in withheld if desk.withheld for team in desk.withheld.teams}
    dealt_with = any(row.kept_at.startswith(f"/{desk.key}/") for desk in withheld)
    return dealt_with or row.to_team.key in teams


def _whose(walk: Walk, row: models.Model, matter: Matter) -> Whose:
    if isinstance(row, Party | ContactAttempt):
        return Whose.SUBJECT if row.record_id in walk.mine else Whose.OTHER
    if isinstance(row, Marker):
        if row.person_id is None:
            return Whose.SHARED
        own = row.person_id in walk.own.people
        return Whose.SUBJECT if own else Whose.OTHER
    return Whose.SHARED if matter.shared else Whose.SUBJECT


# How the references of rows begin whose changes are of another kind than a row's.
OF_PREFIX = {
    "SH-": Kind.OPENED,
    "BG-": Kind.OPENED,
    "CL-": Kind.SHUT,
    "RF-": Kind.REFERRAL,
    "CA-": Kind.CONTACT,
    "MK-": Kind.MARKER,
}


def _history(walk: Walk, start: models.Model, matter: Matter) -> Iterator[Piece]:
    """What was changed on a root, a piece for each section and kind of row."""
    from_change: dict[tuple[str, Kind, bool], list[str]] = {}
    hidden = _hidden_referrals(walk, start)
    for event in matter.root.events.order_by("pk").prefetch_related("changes"):
        for change in sorted(event.changes.all(), key=lambda one: one.pk):
            if Section(change.section) not in matter.visible or change.field in NOT_SAID:
                continue
            old, new = said(change.old), said(change.new)
            kind = OF_PREFIX.get(change.record[:3], Kind.HISTORY)
            secret = change.record in hidden or event.name.partition(": ")[2] in hidden
            when = london(event.occurred_at)
            label = change.field.replace("_", " ").capitalize()
            line = f"{when}: {label}: {old or 'nothing'} became {new or 'nothing'}"
            from_change.setdefault((change.section, kind, secret), []).append(line)
    whose = Whose.SHARED if matter.shared else Whose.SUBJECT
    for (section, kind, secret), lines in sorted(from_change.items()):
        yield Piece(
            key=f"history:{matter.root.reference}:{section}:{kind.name}:{int(secret)}",
            root=matter.root,
            item=Item(
                kind=kind,
                section=section,
                whose=whose,
                brought=matter.brought,
                at_risk=matter.at_risk,
                withheld=matter.withheld or secret,
                marking=matter.root.marking,
            ),
            title="What was changed",
            text="\n".join(lines),
        )


def _hidden_referrals(walk: Walk, start: models.Model) -> set[str]:
    if not isinstance(start, Case):
        return set()
    rows = start.referrals.select_related("to_team")
    return {row.reference for row in rows if passed_to(walk, row)}
