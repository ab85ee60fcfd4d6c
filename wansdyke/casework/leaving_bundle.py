"""The bundle: what passed the gate, as a PDF and as JSON, the same bytes for the same answer.

It is made of `Judged.leaving` alone. What is taken out is not there: there is no text under a black
box. Its words are the same whether something was held back or not, and it counts and numbers
nothing that could tell (DPA 2018 s45(5)).
"""

import hashlib
import json
import os
import re
import uuid
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import typst
from django.conf import settings

from wansdyke.access.actors import Actor
from wansdyke.access.one_person import one_person
from wansdyke.access.scope import OutOfScope
from wansdyke.casework.desk import Desk
from wansdyke.casework.leaving_gate import Judged
from wansdyke.casework.leaving_rules import Purpose
from wansdyke.casework.leaving_text import TAKEN_OUT
from wansdyke.casework.models import Leaving, LeavingBundle
from wansdyke.casework.steps import Outcome
from wansdyke.casework.subject_access import (
    PRIVACY,
    keeps,
    on_request,
    pieces_of,
    whole_digest,
)
from wansdyke.history import audit
from wansdyke.history.door import Doing, digest_of
from wansdyke.kernel.flow import Refused
from wansdyke.people.models import PersonRecord
from wansdyke.ui.words import date_words

FOLDER = "leaving"
MOST_TRIES = 5
# As the renderer says it; of a letter that could hide in its words, it gives the number.
_UNDRAWN = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
TEMPLATE = Path(__file__).with_name("leaving.typ")
MEDIA = {"pdf": "application/pdf", "json": "application/json"}
TITLES = {
    Purpose.SUBJECT_ACCESS: "Information that we hold about you",
    Purpose.PARENTAL_ACCESS: "Information that you asked for",
    Purpose.COURT: "Information for the court",
    Purpose.CRIMINAL: "Information for the proceedings",
    Purpose.LETTER: "Information for you",
    Purpose.PARTNER_RECORD: "Information for the record",
}
# The same sentence in every answer, whatever was or was not held back.
STANDING = (
    "The law does not let us give everything that may be held by the police to everybody, and in"
    " some cases it does not let us say whether anything is held. This sentence is in every answer"
    " that we send. It does not mean that anything was left out of yours."
)
# Nor does the ground say anything: "child abuse data" would tell whoever asks that there is some.
WITHOUT = (
    f"Where you see “{TAKEN_OUT}”, we took words out: because they are about somebody else who did"
    " not agree, or because the law lets us leave them out to protect people, or the prevention and"
    " detection of crime (Data Protection Act 2018, section 45(4) and Schedules 2 and 3)."
)
OPENING = (
    "This is the information that we are able to give you. It is as it was recorded on that date."
)
SPELT = (
    "Where you see a number such as “[U+5F35]”, a letter stands that this paper could not show. Ask"
    " us for the same answer as a data file: it has that letter."
)
RIGHTS = (
    "You can ask us to put right what is wrong, to erase it, or to restrict how it is used.",
    "If you are not content with this answer you can complain to us.",
    "You can also ask the Information Commissioner to check what we did, or apply to a court.",
)


def contents(leaving: Leaving, pieces: Iterable[Judged], at: datetime) -> dict[str, Any]:
    """What the bundle says, as plain data: the pieces that pass the gate, and standing words."""
    leaves = [one for one in pieces if one.leaving is not None]
    return {
        "title": TITLES[Purpose(leaving.purpose)],
        "from": "The records manager",
        "opening": [
            f"Our reference: {leaving.reference}. Date: {date_words(at)}.",
            OPENING,
        ],
        "parts": list(_parts(leaves)) or [_nothing()],
        "grounds_heading": "About what is not here",
        "grounds": [STANDING, WITHOUT],
        "rights_heading": "What you can do",
        "rights": list(RIGHTS),
    }


def _parts(leaves: list[Judged]) -> Iterable[dict[str, Any]]:
    by_root: dict[int, list[Judged]] = {}
    for one in leaves:
        by_root.setdefault(one.piece.root.pk, []).append(one)
    records = set(PersonRecord.objects.filter(pk__in=by_root).values_list("pk", flat=True))
    numbers = {True: 0, False: 0}
    for root, ones in by_root.items():
        of_person = root in records
        numbers[of_person] += 1
        kind = "Record of a person" if of_person else "Contact with us"
        entries = [
            {"title": one.piece.title, "lines": (one.leaving or "").splitlines()} for one in ones
        ]
        yield {"heading": f"{kind} {numbers[of_person]}", "entries": entries}


def _nothing() -> dict[str, Any]:
    line = "There is no information that we are able to give you."
    return {"heading": "Information", "entries": [{"title": "Answer", "lines": [line]}]}


def as_json(told: dict[str, Any]) -> bytes:
    """The bundle as JSON: sorted, so that the same answer is the same bytes."""
    text = json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True)
    return f"{text}\n".encode()


def as_pdf(told: dict[str, Any], at: datetime) -> bytes:
    """The bundle as an accessible PDF. The renderer is given no folder, font or net of ours.

    A letter that its fonts do not have stands as [U+5F35], and a sentence says so: a name is never
    a reason for which somebody gets no answer, nor is any of it left out unseen.
    """
    for _ in range(MOST_TRIES):
        try:
            return _drawn(told, at)
        except typst.TypstError as refused:
            without = undrawn(refused.diagnostic)
            if not without:
                raise
            told = _spelt(told, without)
            told["grounds"] = list(dict.fromkeys([*told["grounds"], SPELT]))
    raise TypeError("The PDF could not be drawn.")


def undrawn(diagnostic: str) -> set[str]:
    """The letters that the renderer says its fonts do not have."""
    found = set()
    for words in _UNDRAWN.findall(diagnostic):
        plain = _ESCAPED.sub(lambda one: chr(int(one[1], 16)), words)
        found |= {one for one in plain if not (one.isascii() and one.isprintable())}
    return found


def _spelt(told: Any, letters: set[str]) -> Any:
    if isinstance(told, dict):
        return {key: _spelt(value, letters) for key, value in told.items()}
    if isinstance(told, list):
        return [_spelt(value, letters) for value in told]
    if isinstance(told, str):
        return "".join(f"[U+{ord(one):04X}]" if one in letters else one for one in told)
    return told


def _drawn(told: dict[str, Any], at: datetime) -> bytes:
    # What stands in the data is text: the template evaluates none of it.
    made = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(told, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=int(at.timestamp()),
    )
    if not isinstance(made, bytes):
        raise TypeError("The PDF came in several files.")
    return made


def close(leaving: Leaving, *, by: Actor, at: datetime, key: str, desks: Iterable[Desk]) -> Outcome:
    """Closes a prepared answer and makes its bundle.

    Raises OutOfScope for whoever keeps no records; Refused for whoever prepared it, where no
    privacy officer has looked yet, and where what leaves is no longer what was prepared.
    """
    if not keeps(by):
        raise OutOfScope(leaving.reference)
    desks = list(desks)
    if one_person(leaving.prepared_by_id, by.user_id):
        raise Refused("A second person must close it: you prepared it.")
    # Drawn before the change begins: the database waits for no renderer.
    pieces = pieces_of(leaving, by, at, desks)
    seen = whole_digest(pieces)
    told = contents(leaving, pieces, at)
    files = {"pdf": as_pdf(told, at), "json": as_json(told)}
    stored: list[Path] = []

    def body(doing: Doing, held: Leaving) -> None:
        _may_close(held, by)
        now = whole_digest(pieces_of(held, by, at, desks))
        if not now == seen == held.prepared_digest:
            raise Refused("What would leave is not what was prepared. Send it back.")
        for form, content in files.items():
            stored.append(_kept(held, form, content, at))
        _closed(doing, held, pieces, files)

    digest = digest_of("closed", leaving.reference, leaving.prepared_digest)
    states = (Leaving.PREPARED,)
    try:
        return on_request(leaving, body, by=by, at=at, key=key, digest=digest, states=states)
    except BaseException:
        for path in stored:
            path.unlink(missing_ok=True)
        raise


def _may_close(held: Leaving, by: Actor) -> None:
    if one_person(held.prepared_by_id, by.user_id):
        raise Refused("A second person must close it: you prepared it.")
    if held.checked_at is None:
        raise Refused(f"A {PRIVACY.replace('-', ' ')} has to look at it first.")


def _closed(doing: Doing, held: Leaving, pieces: Iterable[Judged], files: dict[str, bytes]) -> None:
    held.state, held.closed_by_id, held.closed_at = Leaving.CLOSED, doing.by.user_id, doing.at
    held.ended_at = doing.at
    held.save(update_fields=["state", "closed_by", "closed_at", "ended_at"])
    doing.event("request closed", subject=held.reference)
    roots = sorted({one.piece.root.reference for one in pieces if one.leaving is not None})
    digests = {form: hashlib.sha256(content).hexdigest() for form, content in files.items()}
    facts = {"recipient": held.recipient_kind, "purpose": held.purpose, **digests}
    doing.audit(audit.DISCLOSURE, held.reference, *roots, **facts)


def _kept(leaving: Leaving, form: str, content: bytes, at: datetime) -> Path:
    name = uuid.uuid4().hex
    stored_as = f"{FOLDER}/{name[:2]}/{name}"
    path = Path(settings.FILES_DIR) / stored_as
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    sha256 = hashlib.sha256(content).hexdigest()
    LeavingBundle.objects.create(
        leaving=leaving, form=form, stored_as=stored_as, size=len(content), sha256=sha256, at=at
    )
    return path


def opened(leaving: Leaving, form: str) -> tuple[LeavingBundle, BinaryIO]:
    """A bundle's file, checked to be what was made. The caller closes it.

    Raises OutOfScope where there is none, or it is not what was made.
    """
    bundle = leaving.bundles.filter(form=form).first()
    if bundle is None or leaving.state != Leaving.CLOSED:
        raise OutOfScope(leaving.reference)
    try:
        file = (Path(settings.FILES_DIR) / bundle.stored_as).open("rb")
    except OSError as missing:
        raise OutOfScope(leaving.reference) from missing
    if hashlib.sha256(file.read()).hexdigest() != bundle.sha256:
        with suppress(OSError):
            file.close()
        raise OutOfScope(leaving.reference)
    file.seek(0)
    return bundle, file
