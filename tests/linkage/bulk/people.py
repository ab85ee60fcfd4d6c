"""Made-up people for tests of linking."""

from dataclasses import replace
from datetime import date

from wansdyke.people.cleaning import Cleaned, clean

HER = clean(
    {
        "forename": "Margaret",
        "surname": "Brown",
        "date_of_birth": "1970-03-12",
        "house": "14",
        "street": "High Street",
        "town": "Devizes",
        "postcode": "SN10 1AB",
    },
    date(2026, 11, 23),
)


def person(forename: str, **said: str) -> Cleaned:
    """Somebody of that forename, who is otherwise as Margaret Brown is."""
    return replace(HER, forename=forename, **said)  # type: ignore[arg-type]
