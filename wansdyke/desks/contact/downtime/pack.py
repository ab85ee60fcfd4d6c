"""The downtime pack: one encrypted file that a control room can work from with nothing running.

It holds blank call and brief forms, and the open calls as they stood when it was made. It opens in
any browser without a network; the calls are sealed with AES-256-GCM under a key drawn from the
passphrase (PBKDF2, SHA-256, 600,000 rounds, as OWASP advised in 2023), and are shown only there.
"""

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string

from wansdyke.access.actors import Actor
from wansdyke.access.scope import sections_of
from wansdyke.access.sections import Section
from wansdyke.accounts.passwords import DenyList
from wansdyke.casework.desk import Desk
from wansdyke.casework.exports import exportable, rows_of
from wansdyke.desks.contact.instruments.thrive_v1 import THRIVE_V1
from wansdyke.desks.contact.models import Contact
from wansdyke.desks.contact.rules import GRADES
from wansdyke.history import audit
from wansdyke.linkage.faces import markers_of_places
from wansdyke.ui.words import london

SHORTEST, FEWEST_SIGNS = 12, 6
ROUNDS, KEY_LENGTH, SALT, NONCE = 600_000, 32, 16, 12
STALE_AFTER = 5  # minutes
SCRIPT = (Path(__file__).parent / "open_pack.js").read_text()
STYLE = (Path(__file__).parent / "pack.css").read_text()
SHOWN = (
    ("reference", "Reference"),
    ("grade", "Grade"),
    ("state", "State"),
    ("next_due", "Next deadline"),
    ("received_at", "Received"),
    ("where", "Where"),
    ("what", "What is happening"),
    ("unit", "Unit"),
    ("warnings", "Warnings"),
    ("risk_types", "Risks"),
    ("abuser_can_hear", "Abuser can hear"),
    ("safe_to_call", "Safe to call back"),
    ("interpreter", "Interpreter"),
    ("notes", "Notes"),
)
BLANK_CALL = (
    "Number of this form", "Taken by", "Received: date and time", "What is happening",
    "Where, with postcode", "Contacted police before", "Caller’s name", "Caller’s number",
    "When and how is it safe to call back?", "Can the abuser hear?", "Caller is the victim",
    "Risks", "Grade, why, by whom and when", *(q.text for q in THRIVE_V1.questions),
    "Unit, and when assigned", "At scene at", "Result, what was done, and when",
)  # fmt: skip
BLANK_BRIEF = (
    "Number of the call form", "Read out by, to whom, when", "Grade", "Where, and the way in",
    "What is happening", "Who is there: names, ages, children", "Warnings about people and place",
    "Safe contact: who can hear, who must not know", "Last known of anybody missing",
)  # fmt: skip


def packed(desk: Desk, passphrase: str, *, by: Actor, at: datetime) -> str:
    """The file, as HTML: the open calls that the actor may take out, and the blank forms.

    Each call in it is noted as exported before this returns.
    """
    rows = _open_calls(desk, by, at)
    body = {
        "made": london(at),
        "madeAt": at.isoformat(),
        "by": by.name,
        "staleAfter": STALE_AFTER,
        "columns": [label for _, label in SHOWN],
        "rows": [[_plain(row.get(key)) for key, _ in SHOWN] for row in rows],
    }
    salt, nonce = secrets.token_bytes(SALT), secrets.token_bytes(NONCE)
    key = PBKDF2HMAC(hashes.SHA256(), KEY_LENGTH, salt, ROUNDS).derive(passphrase.encode())
    sealed = AESGCM(key).encrypt(nonce, json.dumps(body).encode(), None)
    return render_to_string(
        "contact/downtime/pack.html",
        {
            "made": london(at),
            "sealed": json.dumps(
                {
                    "rounds": ROUNDS,
                    "salt": _text(salt),
                    "nonce": _text(nonce),
                    "data": _text(sealed),
                }
            ),
            "script": SCRIPT,
            "script_hash": _text(hashlib.sha256(SCRIPT.encode()).digest()),
            "style": STYLE,
            "style_hash": _text(hashlib.sha256(STYLE.encode()).digest()),
            "blank_call": BLANK_CALL,
            "blank_brief": BLANK_BRIEF,
            "grades": [words for _, words in GRADES],
        },
    )


def too_weak(passphrase: str) -> str:
    """What is wrong with a passphrase that somebody who has the file would soon guess; else ""."""
    if len(passphrase) < SHORTEST:
        return f"The passphrase needs {SHORTEST} characters or more"
    if len(set(passphrase.casefold())) < FEWEST_SIGNS or passphrase.isdecimal():
        return "Use words rather than a number, or a few characters again and again"
    try:
        DenyList().validate(passphrase)
    except ValidationError:
        return "This passphrase is too common: choose words that nobody would think of first"
    return ""


def write(desk: Desk, passphrase: str, target: Path, *, by: Actor, at: datetime) -> int:
    """Puts the file in place of an older one, whole or not at all; returns its size in bytes."""
    text = packed(desk, passphrase, by=by, at=at).encode()
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return len(text)


def _open_calls(desk: Desk, by: Actor, at: datetime) -> list[dict[str, Any]]:
    ids = exportable(by, desk, at, {"state": "open", "sort": "deadline"})
    warnings = _warnings(by, at, ids)
    rows = rows_of(by, desk, at, ids, "downtime pack")
    return [{**row, "warnings": warnings.get(pk, "")} for pk, row in zip(ids, rows, strict=True)]


def _warnings(by: Actor, at: datetime, ids: Sequence[int]) -> dict[int, str]:
    """The live markers at each call's place, for whoever sees the address."""
    seen = sections_of(by, ids, at)
    placed = Contact.objects.filter(pk__in=ids, place__isnull=False)
    where = dict(placed.values_list("pk", "place_id"))
    markers = markers_of_places(by, at, list(where.values()))
    shown = {
        pk: markers.get(place, ()) for pk, place in where.items() if Section.ADDRESS in seen[pk]
    }
    # A warning goes out with the pack whosever case it is of: who comes to the door needs it. So
    # the log names each that went out.
    if out := sorted({one.reference for found in shown.values() for one in found}):
        audit.record(audit.EXPORT, by=by, at=at, subjects=out, markers=len(out))
    return {
        pk: "; ".join(f"{one.label}: {one.text}" for one in found) for pk, found in shown.items()
    }


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return london(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(value)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
