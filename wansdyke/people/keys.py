"""Keys: addresses, postcodes and numbers as they are compared, however they were typed."""

import re
import unicodedata

_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
_NOT_DIGITS = re.compile(r"\D+")
_POSTCODE = re.compile(r"^([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})$")


def address_key(text: str) -> str:
    """An address in small letters, its words one space apart and without punctuation."""
    flat = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in flat if not unicodedata.combining(c))
    return " ".join(_NOT_LETTERS.sub(" ", plain).split())


def phone_key(text: str) -> str:
    """A telephone number's digits, in the national form where it is a UK one (+44 becomes 0)."""
    digits = _NOT_DIGITS.sub("", text)
    if digits.startswith("0044"):
        digits = "0" + digits[4:]
    elif digits.startswith("44") and len(digits) >= 11:
        digits = "0" + digits[2:]
    return digits[:20]


def postcode_key(text: str) -> str:
    """A postcode's letters and digits, in capitals."""
    return "".join(c for c in text.upper() if c.isalnum())[:8]


def postcode(text: str) -> str | None:
    """A whole UK postcode in its usual form (“SN1 2AB”), or None where it cannot be one."""
    found = _POSTCODE.match(postcode_key(text))
    return f"{found[1]} {found[2]}" if found else None


def after(prefix: str) -> str:
    """The first key past every key that begins with a prefix, for a range that an index serves."""
    return prefix + "\U0010ffff"
