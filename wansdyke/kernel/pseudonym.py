"""Pseudonyms for one file: the same for one thing within it, and unlike those of any other file.

Source: UK GDPR art 4(5) (pseudonymisation), art 25 and 32(1)(a); DPA 2018 s.37 (law enforcement:
not excessive) and s.40 (security).
"""

import hmac
from base64 import b32encode
from datetime import date
from hashlib import sha256
from secrets import token_bytes
from typing import Final

KEY_BYTES: Final = 32
# Eighty bits: among a million things two share a pseudonym once in two trillion files.
SHOWN_BYTES: Final = 10
PERSON: Final = "P"
CASE: Final = "C"
RECORD: Final = "R"
PAIR: Final = "L"
BANDS: Final = (
    (0, 9), (10, 15), (16, 17), (18, 24), (25, 34), (35, 44), (45, 54), (55, 64), (65, 74),
)  # fmt: skip
OLDEST: Final = "75 or over"
NO_AGE: Final = "age not recorded"


class Pseudonyms:
    """Those of one file: HMAC-SHA-256 under a key drawn for it, which nothing gives out or keeps.

    Whoever holds the file, and the product's whole database besides, cannot try the references
    out one by one: without the key there is nothing to compare with.
    """

    __slots__ = ("__key",)

    def __init__(self) -> None:
        self.__key = token_bytes(KEY_BYTES)

    def of(self, kind: str, what: int | str) -> str:
        """The pseudonym of a thing of a kind ("P" a person …), such as "P-2QNA4ZJ7WTDK5X3M"."""
        digest = hmac.digest(self.__key, f"{kind}:{what}".encode(), sha256)
        return f"{kind}-{b32encode(digest[:SHOWN_BYTES]).decode()}"

    def __reduce__(self) -> str:
        raise TypeError("The key of a file's pseudonyms is never written down.")


def age_band(born: date | None, on: date) -> str:
    """In which of a few ages somebody born then was on a day: "25 to 34".

    Bands end at 9, 15 and 17, where the law on children changes. A birth after the day has no age.
    """
    if born is None or born > on:
        return NO_AGE
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return next((f"{low} to {high}" for low, high in BANDS if age <= high), OLDEST)
