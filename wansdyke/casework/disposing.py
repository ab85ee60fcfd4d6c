"""Carrying out a disposal: everything with content goes, by short transactions, in an order in
which it can stop at any of them and go on there.

What is confirmed is open to nobody already. What is left at the end is the record's reference, its
events, which have no content, the log, and the Disposal. The register outside the database has the
disposal before its first row goes, so that an older backup does not bring it back (`reapplying`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import connection, models

from wansdyke.access.models import Grant, Lock, Notice, Root
from wansdyke.access.notices import tell
from wansdyke.casework import disposal_register
from wansdyke.casework.belonging import EMPTIED, Belonging, others_pointing_at, outliving, removable
from wansdyke.casework.documents import path_of
from wansdyke.casework.holding import is_held
from wansdyke.casework.jobs import remove_export, worker
from wansdyke.casework.let_out import let_out_gone
from wansdyke.casework.models import Conflict, Disposal, Document, Draft, Export
from wansdyke.history import audit
from wansdyke.history.door import Doing, change, digest_of
from wansdyke.history.models import Change
from wansdyke.people.forgetting import forget_words, words_held
from wansdyke.people.models import PersonRecord, Place

BATCH = 200
EXPORT_KEPT = timedelta(hours=24)
GONE = "It was disposed of"
# What the room above does before a person's record goes: it takes the judgements about it back.
LetGo = Callable[[Doing, int], int]


@dataclass(frozen=True, kw_only=True)
class Means:
    """What it takes besides the database: the folder of spreadsheets, the register outside, and how
    a person's record is let go by whoever judged it (`linkage.letting_go`)."""

    exports: Path
    register: Path
    let_go: LetGo


def carry_out(means: Means, at: datetime) -> int:
    """Carries out what is confirmed and not done; returns how many were finished. Goes on where an
    interrupted one stopped."""
    going_on = Disposal.objects.filter(agreed=True, done_at=None, stopped_at=None)
    return sum(carry_out_one(one, means, at) for one in going_on.order_by("decided_at", "pk"))


def carry_out_one(one: Disposal, means: Means, at: datetime) -> bool:
    """Carries out one disposal; returns whether it is finished now."""
    forget_for_good()
    root = Root.objects.get(pk=one.root_id)
    if not _begun(one, means, at):
        return False
    for step in _steps(root, means):
        while _batch(one, root, step, at):
            pass
    return _finished(one, root, means, at)


def forget_for_good() -> None:
    """What SQLite deletes from here on is written over in its file, not only left out of it."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


Step = Callable[[Doing], dict[str, int]]


def _steps(root: Root, means: Means) -> Iterator[Step]:
    pk = root.pk
    yield lambda doing: _exports(pk, means.exports, doing.at)
    yield lambda doing: let_out_gone(pk)
    yield lambda doing: _conflicts(pk)
    yield lambda doing: {"judgements": means.let_go(doing, pk)}
    for belonging in removable():
        yield partial(_rows, belonging, pk)
    for one, fields in outliving():
        yield partial(_wordless, one, fields, pk)
    yield lambda doing: _changes(pk)
    yield lambda doing: _notices(pk)
    yield lambda doing: _drafts(root.reference)


def _own_key() -> dict[str, Any]:
    """A key for one transaction of a run: what is left is found in the rows, not in keys."""
    key = f"disposal:{uuid4().hex}"
    return {"key": key, "digest": digest_of(key)}


def _batch(one: Disposal, root: Root, step: Step, at: datetime) -> bool:
    """One transaction; returns whether there was anything, so that there may be more."""
    with change(by=worker(), at=at, root=root, **_own_key()) as doing:
        gone = {kind: number for kind, number in step(doing).items() if number}
        held = Disposal.objects.select_for_update().get(pk=one.pk)
        for kind, number in gone.items():
            held.removed[kind] = held.removed.get(kind, 0) + number
        if gone:
            held.save(update_fields=["removed"])
    return bool(gone)


def _begun(one: Disposal, means: Means, at: datetime) -> bool:
    """Whether it may go on. A hold that came between the confirmation and the first row stops it:
    then the record is there again."""
    if one.removed or one.again:
        disposal_register.note(means.register, one)
        return True
    with change(by=worker(), at=at, root=one.root, **_own_key()) as doing:
        rows = Disposal.objects.select_related("root").select_for_update(of=("self",))
        held = rows.get(pk=one.pk)
        stopped = is_held(held.root_id)
        if stopped:
            held.stopped_at = at
            held.root.disposed_at = None
            held.root.save(update_fields=["disposed_at"])
            doing.event("disposal stopped by a legal hold", root=held.root)
            doing.audit(audit.ALTERATION, held.root.reference, disposal=held.reference, held=True)
            text = f"{held.root.reference}: a legal hold came before it was disposed of. It stands."
            whom = [pk for pk in (held.proposed_by_id, held.decided_by_id) if pk is not None]
            link = f"/retention/disposals/{held.reference}/"
            tell(whom, text, root=held.root, link=link, at=at)
        else:
            held.removed = {"begun": 1}
        held.save(update_fields=["stopped_at", "removed"])
    if not stopped:
        disposal_register.note(means.register, one)
    return not stopped


def _exports(root: int, folder: Path, at: datetime) -> dict[str, int]:
    """What was taken out and holds it: file first, then row."""
    gone = 0
    for one in Export.objects.exclude(held=[]).order_by("pk"):
        if root in one.held:
            remove_export(one, folder, at)
            gone += 1
    return {"spreadsheets": gone}


def _rows(belonging: Belonging, root: int, doing: Doing) -> dict[str, int]:
    """The next rows of one model: their files, what points at them, then they themselves; and the
    places and words that nothing has any more."""
    model = belonging.model
    rows = list(belonging.rows(root).order_by("pk")[:BATCH])
    if model in EMPTIED:
        rows = [row for row in rows if not _is_empty(row)]
    if not rows:
        return {}
    words, places = words_held(rows), _places_of(model, rows)
    if model is Document:
        for row in rows:
            path_of(row.stored_as).unlink(missing_ok=True)
    pks = [row.pk for row in rows]
    if model in EMPTIED:
        for row in rows:
            model._default_manager.filter(pk=row.pk).update(**_blank(row))
    else:
        for other, name in others_pointing_at(model):
            other._default_manager.filter(**{f"{name}__in": pks}).update(**{name: None})
        model._default_manager.filter(pk__in=pks).delete()
    forget_words(words, places)
    return {str(model._meta.verbose_name_plural): len(rows)}


def _wordless(
    belonging: Belonging, fields: Sequence[str], root: int, doing: Doing
) -> dict[str, int]:
    """Takes people's words out of rows that outlive the record."""
    if not fields:
        return {}
    columns = belonging.model._meta.concrete_fields
    blank = {one.name: one.get_default() for one in columns if one.name in fields}
    said = belonging.rows(root).exclude(**blank).values_list("pk", flat=True)
    pks = list(said[:BATCH])
    belonging.model._default_manager.filter(pk__in=pks).update(**blank)
    return {f"words in {belonging.model._meta.verbose_name_plural}": len(pks)}


def _places_of(model: type[models.Model], rows: Sequence[Any]) -> set[int]:
    columns = [f.attname for f in model._meta.concrete_fields if f.related_model is Place]
    return {getattr(row, name) for row in rows for name in columns} - {None}


def _blank(row: models.Model) -> dict[str, Any]:
    """Every column of a row that says something, said no more."""
    blank: dict[str, Any] = {}
    for column in row._meta.concrete_fields:
        if column.primary_key or column.is_relation:
            continue
        empty = None if column.null else column.get_default()
        blank[column.name] = empty
    return blank


def _is_empty(row: models.Model) -> bool:
    return all(getattr(row, name) == value for name, value in _blank(row).items())


def _changes(root: int) -> dict[str, int]:
    pks = list(Change.objects.filter(event__root_id=root).values_list("pk", flat=True)[:BATCH])
    Change.objects.filter(pk__in=pks).delete()
    return {"old and new values": len(pks)}


def _notices(root: int) -> dict[str, int]:
    gone, _ = Notice.objects.filter(root_id=root).delete()
    return {"notices": gone}


def _drafts(reference: str) -> dict[str, int]:
    """Drafts that chose this record: the rest of what is typed stays its author's."""
    changed = 0
    for draft in Draft.objects.order_by("pk").iterator():
        left = _without(draft.data, reference)
        if left != draft.data:
            draft.data = left
            draft.save(update_fields=["data"])
            changed += 1
    return {"drafts": changed}


def _without(value: Any, reference: str) -> Any:
    if isinstance(value, list):
        return [_without(item, reference) for item in value]
    if isinstance(value, dict):
        return {key: _without(item, reference) for key, item in value.items()}
    return "" if value == reference else value


def _conflicts(root: int) -> dict[str, int]:
    """Whoever is kept away from a person by this record stays kept away from what is left of them,
    and from what comes later."""
    record = PersonRecord.objects.filter(pk=root).first()
    if record is None:
        return {}
    rest = PersonRecord.objects.filter(person_id=record.person_id, root__disposed_at=None)
    other = rest.order_by("pk").values_list("pk", flat=True).first()
    if other is None:
        return {}
    known = Conflict.objects.filter(root_id=other, state=Conflict.LIVE).values("user_id")
    moving = Conflict.objects.filter(root_id=root, state=Conflict.LIVE).exclude(user_id__in=known)
    Conflict.objects.filter(pk__in=list(moving.values_list("pk", flat=True))).update(root_id=other)
    return {}


def _finished(one: Disposal, root: Root, means: Means, at: datetime) -> bool:
    """Ends it, unless a spreadsheet is being made that may hold it: then it comes again."""
    making = Export.objects.filter(
        ready_at=None, failed="", asked_at__lt=one.decided_at, asked_at__gt=at - EXPORT_KEPT
    )
    if making.exists():
        return False
    with change(by=worker(), at=at, root=root, **_own_key()) as doing:
        # What opened it or shut it still says who could have seen it, in no words of anybody's.
        shares = Grant.objects.filter(root=root)
        shares.filter(kind=Grant.SHARE).exclude(purpose="").update(purpose=GONE)
        shares.filter(kind=Grant.SHARE).exclude(lawful_basis="").update(lawful_basis=GONE)
        shares.update(reason="", gateway="")
        Lock.objects.filter(root=root).update(reason="")
        held = Disposal.objects.select_for_update().get(pk=one.pk)
        held.removed.pop("begun", None)
        held.reason = held.decision_reason = ""
        held.done_at = at
        held.save(update_fields=["removed", "reason", "decision_reason", "done_at"])
        others = Disposal.objects.filter(root=root).exclude(pk=held.pk)
        others.update(reason="", decision_reason="")
        word = "disposed of" if held.kind == Disposal.DISPOSAL else "erased"
        doing.event(word, root=root)
        doing.audit(audit.ERASURE, root.reference, disposal=held.reference, done=True)
        text = f"{held.reference}: the record is {word}."
        link = f"/retention/disposals/{held.reference}/"
        tell([held.proposed_by_id], text, root=None, link=link, at=at)
    disposal_register.note(means.register, held)
    return True
