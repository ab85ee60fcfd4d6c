"""Documents: files kept with a case under names of ours, and served only as downloads.

The file is on the disk, whole and flushed, before the transaction that speaks of it commits; where
that fails or was done before, the file is taken away again.
"""

import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.sections import Section
from wansdyke.casework.file_kinds import ALLOWED, KINDS, PIECE, kind_of
from wansdyke.casework.models import Case, Document
from wansdyke.casework.on_case import added, needed, on_case, unused
from wansdyke.casework.queries import OutOfScope, require, sections_on
from wansdyke.casework.scanning import scanned
from wansdyke.casework.steps import Outcome
from wansdyke.history import audit
from wansdyke.history.door import Doing, digest_of
from wansdyke.kernel.flow import Refused

PREFIX = "DC"
FOLDER = "documents"
LONGEST_TITLE = 200
LEFT, AT_ONCE = timedelta(days=1), 500


class Uploaded(Protocol):
    """A file that comes in pieces."""

    def chunks(self) -> Iterator[bytes]: ...


class Unreadable(Refused):
    """The stored file is gone, or is not what was stored."""


@dataclass(frozen=True)
class _Stored:
    path: Path
    stored_as: str
    size: int
    sha256: str
    media_type: str


def path_of(stored_as: str) -> Path:
    """Where a stored file is."""
    return Path(settings.FILES_DIR) / stored_as


@contextmanager
def _stored(upload: Uploaded) -> Iterator[_Stored]:
    """Writes an upload to the store, and removes it again unless `keep` was said of it.

    Raises Refused for one that is too big, empty, of a kind that is not kept, or harmful.
    """
    name = uuid.uuid4().hex
    stored_as = f"{FOLDER}/{name[:2]}/{name}"
    path = path_of(stored_as)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with open(_opened(path), "w+b") as file:
            size, digest = _copied(upload, file)
            kind = kind_of(file)
            if kind is None:
                raise Refused(f"The file must be {ALLOWED}.", field="file")
            scanned(file, settings.SCANNER)
            file.flush()
            os.fsync(file.fileno())
        _flush_folder(path.parent)
        yield _Stored(path, stored_as, size, digest, kind.media_type)
    finally:
        # Only a file that a committed row names is kept.
        if not Document.objects.filter(stored_as=stored_as).exists():
            path.unlink(missing_ok=True)


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copied(upload: Uploaded, file: BinaryIO) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    for piece in upload.chunks():
        size += len(piece)
        if size > settings.MAX_DOCUMENT_BYTES:
            raise Refused(too_big(), field="file")
        digest.update(piece)
        file.write(piece)
    if not size:
        raise Refused("The file is empty. Select another file.", field="file")
    return size, digest.hexdigest()


def too_big() -> str:
    """The sentence for a file over the limit."""
    return f"The file must be {settings.MAX_DOCUMENT_BYTES // (1024 * 1024)} MB or smaller."


def add(
    case: Case,
    upload: Uploaded,
    *,
    title: str,
    section: Section,
    by: Actor,
    at: datetime,
    key: str,
) -> Outcome:
    """Keeps a file with a case, under a section that decides who may fetch it.

    Raises Refused for a blank title, a section the actor does not see, or a file that is empty,
    too big, or of a kind not kept; OutOfScope without the right to edit the case.
    """
    require(by, Right.EDIT, case.root, at)
    words = needed(title, "title", "Enter what the document is.", LONGEST_TITLE)
    if section not in sections_on(by, case.root, at):
        raise Refused("Choose a section from those listed.", field="section")
    with _stored(upload) as stored:

        def body(doing: Doing, held: Case) -> None:
            _row(doing, held, stored, words, section)

        digest = digest_of("document", case.root.reference, stored.sha256, words, section)
        return on_case(case, Right.EDIT, body, by=by, at=at, key=key, digest=digest)


def _row(doing: Doing, case: Case, stored: _Stored, title: str, section: Section) -> None:
    document = Document.objects.create(
        case=case,
        reference=unused(Document, PREFIX),
        title=title,
        section=section,
        stored_as=stored.stored_as,
        media_type=stored.media_type,
        size=stored.size,
        sha256=stored.sha256,
        by_id=doing.by.user_id,
        at=doing.at,
    )
    event = doing.event("document added", root=case.root)
    fields = ("title", "section", "media_type", "size", "sha256")
    added(doing, event, document, document.reference, *fields)
    facts = {"document": document.reference, "sha256": stored.sha256}
    doing.audit(audit.COLLECTION, case.root.reference, **facts)


def remove_unnamed(at: datetime) -> int:
    """Removes the files that an upload left which was killed before its row was committed: those a
    day old that no document names. Returns how many."""
    store = Path(settings.FILES_DIR)
    since = (at - LEFT).timestamp()
    old = [file for file in (store / FOLDER).glob("*/*") if file.stat().st_mtime < since]
    removed = 0
    for start in range(0, len(old), AT_ONCE):
        part = {str(file.relative_to(store)): file for file in old[start : start + AT_ONCE]}
        named = Document.objects.filter(stored_as__in=part).values_list("stored_as", flat=True)
        for stored_as in part.keys() - set(named):
            part[stored_as].unlink(missing_ok=True)
            removed += 1
    return removed


def document_of(case: Case, reference: str, visible: frozenset[Section]) -> Document:
    """A document of a case whose section is among the visible ones. Raises OutOfScope."""
    document = Document.objects.filter(case=case, reference=reference).first()
    if document is None or Section(document.section) not in visible:
        raise OutOfScope(reference)
    return document


def opened(document: Document) -> BinaryIO:
    """The stored file, checked to be what was stored, at its start. The caller closes it.

    Raises Unreadable where it is gone or differs.
    """
    try:
        file = path_of(document.stored_as).open("rb")
    except OSError as missing:
        raise Unreadable("The file of this document cannot be read.") from missing
    digest = hashlib.sha256()
    while piece := file.read(PIECE):
        digest.update(piece)
    if digest.hexdigest() != document.sha256:
        with suppress(OSError):
            file.close()
        raise Unreadable("The file of this document is not what was stored. It is not shown.")
    file.seek(0)
    return file


def file_name(document: Document) -> str:
    """A name to save it under: its reference, and its kind's ending. What it is called stays here:
    the names of what somebody downloaded stand about on their machine."""
    kind = KINDS.get(document.media_type)
    return f"{document.reference}.{kind.ending if kind else 'bin'}"
