"""The deny-list: common passwords, the usual ways of making one look long, and breached ones."""

import hashlib
import re
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

# What people here would think of first.
LOCAL = frozenset({"wansdyke", "police", "constable", "constabulary", "control", "safeguarding"})
ENDS = re.compile(r"^[\W\d_]+|[\W\d_]+$")
LOOK_ALIKES = str.maketrans("013457@$", "oleastas")


class DenyList(CommonPasswordValidator):
    """Refuses a common password, also when it is repeated or dressed up with digits and marks."""

    def _common(self, word: str) -> bool:
        return word in self.passwords or word in LOCAL

    def _forms(self, password: str) -> set[str]:
        plain = password.lower().strip()
        forms = {plain, plain.translate(LOOK_ALIKES)}
        # Dressing counts as such where a third or more is the one word inside it.
        forms |= {bare for f in forms if len(bare := ENDS.sub("", f)) * 3 >= len(plain)}
        # "abcabcabc" is "abc": a repeat adds nothing that a guesser does not try.
        return forms | {re.sub(r"^(.+?)\1+$", r"\1", form) for form in forms}

    def validate(self, password: str, user: object | None = None) -> None:
        """Raises ValidationError for a password that is on the list in any of these forms."""
        if len(set(password)) < 4 or any(self._common(form) for form in self._forms(password)):
            raise ValidationError(self.get_error_message(), code="password_too_common")

    def get_error_message(self) -> str:
        """The sentence a user reads."""
        return "This password is too common: choose one that nobody would think of first."


class Breached:
    """Refuses a password that stands in the force's list of breached ones, where it has one.

    The list is a file of many gigabytes that is in order, so it is searched where it lies: nothing
    of a password leaves the machine.
    """

    def validate(self, password: str, user: object | None = None) -> None:
        """Raises ValidationError for a password of the list; OSError where the list that the
        settings name cannot be read, for then nobody can say."""
        named = settings.BREACHED_PASSWORDS
        if named and listed(Path(named), password):
            raise ValidationError(self.get_help_text(), code="password_breached")

    def get_help_text(self) -> str:
        """The sentence a user reads."""
        return "This password is known from a breach elsewhere: choose another."


def listed(file: Path, password: str) -> bool:
    """Whether a file of lines `SHA-1:count`, in the order of the hashes, has a password's line."""
    # The list's own hash: it finds a line and protects nothing.
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with file.open("rb") as lines:
        low, high = 0, lines.seek(0, 2)
        while low < high:
            middle = (low + high) // 2
            found, after = _line_after(lines, middle)
            if found is None or found > wanted:
                high = middle
            elif found == wanted:
                return True
            else:
                low = after
        return _line_at(lines, low) == wanted


def _line_at(lines: BinaryIO, place: int) -> bytes:
    lines.seek(place)
    return lines.readline().partition(b":")[0].strip().upper()


def _line_after(lines: BinaryIO, place: int) -> tuple[bytes | None, int]:
    """The first hash whose line begins at a place or after it, None at the end; where it ends."""
    lines.seek(max(place - 1, 0))
    if place:
        lines.readline()
    line = lines.readline()
    return (line.partition(b":")[0].strip().upper() or None) if line else None, lines.tell()
