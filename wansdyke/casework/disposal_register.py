"""The register of disposals outside the database: one line each, and nothing of what was disposed.

A backup that is older than a disposal brings the record back; what stands here takes it away again.
The file lies beside the database, not in it nor among the files that a restore replaces.
"""

import hmac
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac

from wansdyke.casework.models import Disposal
from wansdyke.kernel.flow import Refused

MOMENTS = ("opened_at", "proposed_at", "decided_at", "done_at")
PLAIN = ("reference", "was", "kind", "ground", "rule", "group", "rule_version")
SALT, MARK = "wansdyke disposal register 1", "mark"


def line_of(one: Disposal) -> dict[str, Any]:
    """What the register says of one."""
    moments = {name: getattr(one, name) for name in MOMENTS}
    return {
        "root": one.root.reference,
        **{name: getattr(one, name) for name in PLAIN},
        "proposed_by": one.proposed_by.username,
        "decided_by": one.decided_by.username if one.decided_by else "",
        **{name: moment.isoformat() if moment else "" for name, moment in moments.items()},
    }


def mark_of(said: dict[str, Any], secret: str | None = None) -> str:
    """By what a line is known as one that this installation wrote: whoever could add one would
    dispose of a record without a second person, whatever holds it."""
    text = json.dumps({key: said[key] for key in said if key != MARK}, sort_keys=True)
    key = settings.SECRET_KEY if secret is None else secret
    return salted_hmac(SALT, text, secret=key, algorithm="sha256").hexdigest()


def _is_ours(said: dict[str, Any]) -> bool:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    given = str(said.get(MARK, ""))
    return any(hmac.compare_digest(mark_of(said, key), given) for key in keys)


def note(path: Path, one: Disposal) -> None:
    """Adds the line of a disposal; the last of one holds."""
    add(path, line_of(one))


def add(path: Path, said: dict[str, Any]) -> None:
    """Adds a line, on the disk when this returns."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "a", encoding="utf-8") as file:
        file.write(json.dumps({**said, MARK: mark_of(said)}, sort_keys=True) + "\n")
        file.flush()
        os.fsync(file.fileno())


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The disposals of a register, each once, as last written. A line that was cut off while it was
    written is the last, and is left out. Raises Refused for any other that is none, and for one
    that this installation did not write."""
    found: dict[str, dict[str, Any]] = {}
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    rows = text.split("\n")
    for number, row in enumerate(rows, start=1):
        if not row.strip():
            continue
        try:
            said = json.loads(row)
            found[said["reference"]] = said
        except (ValueError, KeyError, TypeError):
            if number == len(rows):
                break
            raise Refused(f"{path}, line {number}: this is no line of a register.") from None
        if not _is_ours(said):
            raise Refused(
                f"{path}, line {number}: this line was not written by this installation, or the"
                " secret key is another. Nothing was disposed of."
            )
    yield from found.values()
