"""What one box means: a reference, or names, a date, an age, numbers, an address, in any mix."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from wansdyke.access.references import PATTERN, tidy
from wansdyke.linkage.found import Query, names_in
from wansdyke.people.identifiers import cro, pnc
from wansdyke.people.keys import phone_key

REFERENCE = re.compile(PATTERN)
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
DATED = re.compile(r"\b(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})\b")
IDENTITY = re.compile(
    r"\b(?:\d{2,4}/\d{1,7}[A-Za-z]|\d{1,6}/\d{2}[A-Za-z]|SF\d{2}/\d{1,6}[A-Za-z])\b"
)
POSTCODE = re.compile(r"\b[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2}\b")
PHONE = re.compile(r"(?<![\w/])\+?[\d][\d() -]{4,}\d(?![\w/])")
AGED = re.compile(r"\b(?:aged?|about|around|circa|c\.?)\s+(\d{1,3})\b", re.IGNORECASE)
YEAR = re.compile(r"(?<![\w/])(?:born(?: in)?\s+)?((?:18|19|20)\d{2})(?![\w/])", re.IGNORECASE)
SHORTEST_PHONE = 6


def queries_of(text: str) -> Iterator[Query]:
    """What the text may mean, the likeliest first; silly text means nothing."""
    text = " ".join(CONTROL.sub(" ", text).split())
    if REFERENCE.fullmatch(tidy(text)):
        yield Query(reference=text)
        # Ten letters make a reference, and a surname such as Richardson, or the name Ann Marsden.
        if not any(char.isdigit() for char in text):
            yield from _named(text, {})
        return
    known, rest = _numbers(text)
    names, address = _divided(rest)
    if address:
        known["address"] = address
    if names:
        yield from _named(names, known)
        if not known:
            yield Query(address=names)
    elif known:
        yield Query(**known)


def _numbers(text: str) -> tuple[dict[str, Any], str]:
    """What of a text is a number of some kind, by field; and what is left."""
    known: dict[str, Any] = {}
    for name, pattern, meaning in (
        ("identity", IDENTITY, lambda found: found[0] if pnc(found[0]) or cro(found[0]) else None),
        ("date_of_birth", DATED, _date),
        ("postcode", POSTCODE, lambda found: found[0]),
        ("phone", PHONE, _phone),
        ("age", AGED, lambda found: int(found[1])),
        ("birth_year", YEAR, lambda found: int(found[1])),
    ):
        found = pattern.search(text)
        value = meaning(found) if found else None
        if (
            found
            and value is not None
            and not (name == "birth_year" and known.get("date_of_birth"))
        ):
            known[name] = value
            text = f"{text[: found.start()]} {text[found.end() :]}"
    return known, " ".join(text.split())


def _date(found: re.Match[str]) -> date | None:
    day, month, year = (int(part) for part in found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _phone(found: re.Match[str]) -> str | None:
    number = found[0].strip()
    return number if len(phone_key(number)) >= SHORTEST_PHONE else None


def _divided(rest: str) -> tuple[str, str]:
    """Names, and the address that follows them from its first number on."""
    digit = re.search(r"\S*\d", rest)
    if digit is None:
        return rest.strip(), ""
    return rest[: digit.start()].strip(" ,"), rest[digit.start() :].strip()


def _named(text: str, known: dict[str, Any]) -> Iterator[Query]:
    for forename, surname in names_in(text):
        yield Query(forename=forename, surname=surname, **known)
