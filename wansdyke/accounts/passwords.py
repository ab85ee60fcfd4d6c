"""The deny-list: common passwords, and the usual ways of making one look long."""

import re

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
