"""Rows that command and control sends one by one: added, or amended by reference, at once.

Each row has its own answer: one that is wrong holds no other up. A sending is written in parts,
each a short transaction under the sender's key, so that the same sending again does nothing twice.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError

from wansdyke.access.models import Load, Root
from wansdyke.casework.desk import Desk
from wansdyke.casework.feeds import (
    ADDED,
    AMENDED,
    OUTCOMES,
    REFUSED,
    STALE,
    UNCHANGED,
    Answer,
    Sending,
)
from wansdyke.casework.loads import note_roots
from wansdyke.desks.contact import repeats
from wansdyke.desks.contact.amended import Known, amend, arriving, known
from wansdyke.desks.contact.csv_cells import Expected
from wansdyke.desks.contact.csv_columns import Fault, Layout
from wansdyke.desks.contact.csv_rows import Row
from wansdyke.desks.contact.feed.keeping import decided_here, keep, sifted
from wansdyke.desks.contact.feed.models import FeedArrival
from wansdyke.desks.contact.imports import NOT_YOURS, Contacts, team_for
from wansdyke.desks.contact.models import Contact
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of

KIND = "contacts-feed"
# Rows in one transaction: amending twenty takes about as long as a page may wait to be written.
TOGETHER = 20
# Letters and digits in one word, some of them digits: a name has spaces, and no number.
LIKE_A_REFERENCE = re.compile(r"(?=.*\d)[A-Za-z0-9/._-]{1,40}")
BUSY = "a reference that no file is bringing in at this moment; send it again"


@dataclass
class Arrived:
    """A row as it was sent, what it says, and what is wrong with it."""

    number: int
    reference: str
    given: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)
    busy: bool = False

    def answer(self, outcome: str, case: str = "", conflicts: Sequence[str] = ()) -> Answer:
        """What is answered of it."""
        return Answer(
            reference=self.reference, outcome=outcome, case=case, conflicts=tuple(conflicts)
        )

    @property
    def refusal(self) -> Answer:
        """What is answered of a row that was refused."""
        named = [{"field": f, "expected": e, "found": _whole(w)} for f, e, w in self.faults]
        return Answer(
            reference=_whole(self.reference), outcome=REFUSED, faults=tuple(named), busy=self.busy
        )

    @property
    def row(self) -> Row:
        """As an import would have it."""
        return Row(self.number, (), self.given)


def _whole(text: str) -> str:
    """What was found, as any database keeps it: halves of characters become question marks."""
    return text.encode("utf-8", "replace").decode()


def take(sending: Sending, desk: Desk) -> list[dict[str, Any]]:
    """Writes a sending's rows and answers each. Raises Refused where the sender takes no calls,
    and KeyReused where the key came with other rows before."""
    team = team_for(sending.by, desk, sending.team)
    kind = Contacts(sending.by, desk=desk, team=team, at=sending.at)
    rows = [read(kind.layout, said, n, sending.at) for n, said in enumerate(sending.rows, 1)]
    seen: dict[str, int] = {}
    for row in rows:
        first = seen.setdefault(row.reference, row.number)
        if first != row.number and row.reference:
            expected = f"a reference that comes once; row {first} has it too"
            row.faults.append(("reference", expected, row.reference))
    digest = digest_of(team.key, list(sending.rows))
    answers: list[dict[str, Any]] = []
    for start in range(0, len(rows), TOGETHER):
        part = rows[start : start + TOGETHER]
        answers += _once(kind, part, sending, f"{sending.key}:{start}", digest)
    return answers


def read(layout: Layout, said: Mapping[str, str], number: int, at: datetime) -> Arrived:
    """What a row says by the same readers as a file's, and what is wrong with it by itself."""
    row = Arrived(number, said.get("reference", ""), {})
    for name, reader in layout.readers.items():
        text = said.get(name, "").strip()
        if not text:
            continue
        try:
            row.given[name] = reader(text)
        except Expected as expected:
            row.faults.append((name, str(expected), text))
    layout.settle(row.given, said)
    wrong = {name for name, _, _ in row.faults}
    for name in layout.required:
        if name not in row.given and name not in wrong:
            row.faults.append((name, "a value", "nothing"))
    row.faults += layout.fits(row.given, at)
    row.reference = row.given.get("reference", row.reference)
    return row


def _once(
    kind: Contacts, rows: Sequence[Arrived], sending: Sending, key: str, digest: str
) -> list[dict[str, Any]]:
    kept = f"feed:{hashlib.sha256(key.encode()).hexdigest()}"
    for last in (False, True):
        try:
            with change(by=kind.by, at=kind.at, key=kept, digest=digest) as doing:
                answers = [one.as_dict() for one in _write(kind, rows, doing, digest)]
                _count(answers, sending, doing)
                doing.outcome = {"answers": answers}
            return answers
        except Repeated as repeated:
            found: list[dict[str, Any]] = repeated.outcome["answers"]
            return found
        except IntegrityError:
            # Another sending added the same reference meanwhile: now it is there to amend.
            if last:
                raise
    raise AssertionError("unreachable")


def _write(kind: Contacts, rows: Sequence[Arrived], doing: Doing, digest: str) -> list[Answer]:
    good = [row for row in rows if not row.faults]
    references = [row.reference for row in good]
    held = Root.objects.filter(case__contact__source_reference__in=references)
    list(held.select_for_update().order_by("pk").values_list("pk", flat=True))
    busy, there = arriving(references), known(references, kind.by, kind.at)
    decided = decided_here([one for one in there.values() if one is not None])
    answers: dict[int, Answer] = {}
    hidden, new = [], []
    for row in good:
        if row.reference in busy:
            row.busy, row.faults = True, [("reference", BUSY, row.reference)]
        elif row.reference not in there:
            row.faults += _new_faults(row)
            new += [] if row.faults else [row]
        elif (old := there[row.reference]) is None:
            row.faults.append(("reference", NOT_YOURS, row.reference))
            hidden.append(row.reference)
        else:
            answers[row.number] = _amend(kind, row, old, decided, doing)
    answers |= _add(kind, new, doing, digest)
    if hidden:
        doing.audit(audit.DENIED, *hidden, attempted="feed")
    return [answers.get(row.number) or row.refusal for row in rows]


def _new_faults(row: Arrived) -> list[Fault]:
    if "graded_at" in row.given and "grade" not in row.given:
        return [("grade", "a grade, since graded_at is given", "nothing")]
    return []


def _add(kind: Contacts, rows: Sequence[Arrived], doing: Doing, digest: str) -> dict[int, Answer]:
    if not rows:
        return {}
    # All in one transaction, so the load is whole from its first moment.
    under = Load.objects.create(
        kind=KIND,
        file_name="",
        sha256=digest,
        by_id=kind.by.user_id,
        started_at=kind.at,
        completed_at=kind.at,
        counts={ADDED: len(rows)},
    )
    loaded = [row.row for row in rows]
    made = kind.ready(loaded)
    kind.add(loaded, made, doing, under)
    note_roots(doing, list(Root.objects.filter(load=under).values_list("pk", flat=True)))
    repeats.keep([one.item.pk for one in made])
    return {
        row.number: row.answer(ADDED, one.case.root.reference)
        for row, one in zip(rows, made, strict=True)
    }


def _amend(
    kind: Contacts, row: Arrived, old: Known, decided: Mapping[str, set[str]], doing: Doing
) -> Answer:
    contact = old.contact
    reference = contact.case.root.reference
    amendment, conflicts = sifted(row.given, old, decided)
    if amendment.stale:
        return row.answer(STALE, reference)
    if amendment.faults:
        row.faults += amendment.faults
        return row.refusal
    keep(contact, conflicts, doing.at)
    if amendment:
        amend(old, amendment, doing=doing, desk=kind.desk)
        repeats.keep([contact.pk])
    latest = row.given.get("updated_at")
    if latest is not None:
        Contact.objects.filter(pk=contact.pk).update(source_updated_at=latest)
    outcome = AMENDED if amendment else UNCHANGED
    return row.answer(outcome, reference, sorted({one.field for one in conflicts}))


def _told(reference: str) -> str:
    """A reference as it may be kept of a refused row: what looks like none may be a name."""
    return reference if LIKE_A_REFERENCE.fullmatch(reference) else "not a reference"


def _count(answers: Sequence[Mapping[str, Any]], sending: Sending, doing: Doing) -> None:
    """Counts what arrived; of a fault it keeps all but what was found, which may be personal."""
    counts = {name: sum(a["outcome"] == name for a in answers) for name in OUTCOMES}
    FeedArrival.objects.create(
        way="api",
        source=sending.by.username,
        by_id=sending.by.user_id,
        at=doing.at,
        arrived=len(answers),
        faults=[
            {"reference": _told(a["reference"]), "field": f["field"]}
            for a in answers
            for f in a["faults"]
        ],
        **counts,
    )
    doing.audit(audit.COLLECTION, f"feed:{sending.by.username}", **counts)
