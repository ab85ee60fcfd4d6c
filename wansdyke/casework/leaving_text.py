"""Looking through free text for what must not leave in it, and taking words out of it.

Pure text: whose values are held back is told by the caller. Comparing goes by letters and digits
alone, without case, accents, invisible marks or punctuation, so that a value is found however it
was typed.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

TAKEN_OUT = "[taken out]"
_PHONE = re.compile(r"(?<![A-Za-z0-9])(?:\+|\(|0)[\d\s().\-–]{8,}\d")
_POSTCODE = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{1,2}\d[A-Za-z0-9]?[\s.\-]*\d[A-Za-z]{2}(?![A-Za-z0-9])"
)
_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[A-Za-z]{2,}")
_REFERENCE = re.compile(
    r"(?<![A-Z0-9])[A-Z]{2}-?[0-9A-Z]{4}-?[0-9A-Z]{4}(?![A-Z0-9])", re.IGNORECASE
)
_NAME = re.compile(r"[^\W\d_][\w’'`\-]*")
SHORTEST = 2


@dataclass(frozen=True, kw_only=True)
class Held:
    """A value that must not leave, and what it is."""

    text: str
    what: str
    whole: bool = True


@dataclass(frozen=True, kw_only=True, order=True)
class Span:
    """A piece of a text, from and up to, and what it is."""

    start: int
    end: int
    what: str


def flat(text: str) -> tuple[str, list[int]]:
    """A text as it is compared, and for each of its characters where it stood: letters and digits
    in small form, anything else as one space; marks that cannot be seen are left out."""
    out: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if unicodedata.category(character) == "Cf" or unicodedata.combining(character):
            continue
        for part in unicodedata.normalize("NFKD", character).casefold():
            if unicodedata.combining(part) or unicodedata.category(part) == "Cf":
                continue
            if part in "'’`‘":
                continue
            plain = part if part.isalnum() else " "
            if plain == " " and (not out or out[-1] == " "):
                continue
            out.append(plain)
            places.append(place)
    return "".join(out), places


def plain(text: str) -> str:
    """A value as it is compared."""
    return flat(text)[0].strip()


def close(text: str) -> tuple[str, list[int]]:
    """A text without any spaces, and where each of its characters stood."""
    joined, places = flat(text)
    kept = [(c, p) for c, p in zip(joined, places, strict=True) if c != " "]
    return "".join(c for c, _ in kept), [p for _, p in kept]


def values_in(text: str, held: Iterable[Held]) -> Iterator[Span]:
    """Where held-back values stand in a text. A `whole` one begins and ends at a word's edge; any
    other (a number, a postcode) is found within whatever spaces it was typed with."""
    joined, places = flat(text)
    padded = f" {joined.strip()} "
    offset = len(joined) - len(joined.lstrip()) - 1
    tight, tight_places = close(text)
    for one in held:
        wanted = plain(one.text)
        if len(wanted) < SHORTEST:
            continue
        if one.whole:
            yield from _whole(padded, f" {wanted} ", offset, places, one.what)
        else:
            wanted = wanted.replace(" ", "")
            yield from _anywhere(tight, wanted, tight_places, one.what)


def _whole(
    padded: str, wanted: str, offset: int, places: Sequence[int], what: str
) -> Iterator[Span]:
    at = padded.find(wanted)
    while at >= 0:
        first, last = at + 1 + offset, at + len(wanted) - 2 + offset
        yield Span(start=places[first], end=places[last] + 1, what=what)
        at = padded.find(wanted, at + 1)


def _anywhere(tight: str, wanted: str, places: Sequence[int], what: str) -> Iterator[Span]:
    at = tight.find(wanted)
    while at >= 0:
        yield Span(start=places[at], end=places[at + len(wanted) - 1] + 1, what=what)
        at = tight.find(wanted, at + 1)


def digits(text: str) -> str:
    """A telephone number's last nine digits, which are the same however it was typed."""
    return "".join(c for c in text if c.isdecimal())[-9:]


def shapes_in(
    text: str,
    *,
    own_phones: Collection[str],
    own_postcodes: Collection[str],
    own_emails: Collection[str],
) -> Iterator[Span]:
    """Whatever looks like a telephone number, a postcode or an e-mail address, save the person's
    own: whose it is need not be held to be somebody's."""
    own_numbers = {digits(one) for one in own_phones}
    for match in _PHONE.finditer(text):
        if digits(match[0]) not in own_numbers:
            yield Span(start=match.start(), end=match.end(), what="a telephone number")
    own_codes = {plain(one).replace(" ", "") for one in own_postcodes}
    for match in _POSTCODE.finditer(text):
        if plain(match[0]).replace(" ", "") not in own_codes:
            yield Span(start=match.start(), end=match.end(), what="a postcode")
    emails = {one.casefold() for one in own_emails}
    for match in _EMAIL.finditer(text):
        if match[0].casefold().rstrip(".") not in emails:
            yield Span(start=match.start(), end=match.end(), what="an e-mail address")


def references_in(text: str) -> Iterator[tuple[str, Span]]:
    """Whatever looks like a reference of the product, in its usual form."""
    for match in _REFERENCE.finditer(text):
        tight = match[0].upper().replace("-", "")
        reference = f"{tight[:2]}-{tight[2:6]}-{tight[6:]}"
        yield reference, Span(start=match.start(), end=match.end(), what="another record")


def pairs_in(text: str) -> Iterator[tuple[str, str, Span]]:
    """Every two words that stand side by side, as they may be a forename and a surname."""
    found = list(_NAME.finditer(text))
    for one, other in pairwise(found):
        between = text[one.end() : other.start()]
        if len(between) <= 3 and "\n\n" not in between:
            span = Span(start=one.start(), end=other.end(), what="somebody’s name")
            yield one[0], other[0], span


def dates_of(day: date) -> list[str]:
    """A day in the ways people write it."""
    month, short = f"{day:%B}", f"{day:%b}"
    return [
        f"{day:%d/%m/%Y}",
        f"{day.day}/{day.month}/{day.year}",
        f"{day:%d/%m/%y}",
        f"{day.day} {month} {day.year}",
        f"{day.day} {short} {day.year}",
        day.isoformat(),
    ]


def taken_out(text: str, spans: Iterable[Span]) -> str:
    """A text without the pieces named; what stands in their place tells neither what nor how long
    they were."""
    result, at = [], 0
    for start, end in _merged(spans):
        result += [text[at:start], TAKEN_OUT]
        at = end
    return "".join([*result, text[at:]])


def _merged(spans: Iterable[Span]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], span.end))
        else:
            merged.append((span.start, span.end))
    return merged


def without(text: str, phrases: Iterable[str]) -> str:
    """A text without some phrases, wherever and however they stand in it: as words of their own,
    or, where they nowhere are, within others."""
    spans: list[Span] = []
    for phrase in phrases:
        spans += _standing(text, phrase)
    return taken_out(text, spans)


def missing_from(text: str, phrases: Iterable[str]) -> list[str]:
    """The phrases that do not stand in a text at all."""
    return [one for one in phrases if not _standing(text, one)]


def _standing(text: str, phrase: str) -> list[Span]:
    whole = list(values_in(text, [Held(text=phrase, what="")]))
    return whole or list(values_in(text, [Held(text=phrase, what="", whole=False)]))
