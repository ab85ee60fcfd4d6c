"""What is typed of somebody becomes comparable; what cannot be used is said."""

from datetime import date

import pytest

from wansdyke.people.asked import asked_of
from wansdyke.people.cleaning import address_parts

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("12 High St, Swindon", ("12", "high street")),
        ("Flat 2, 12a High Street", ("12a", "high street")),
        ("flat 2 12 High Street", ("12", "high street")),
        ("12, High Street", ("12", "high street")),
        ("Rose Cottage, Mill Lane, Box", ("rose cottage", "mill lane")),
        ("The Red Lion", ("red lion", "")),
        ("Mill Ln", ("", "mill lane")),
        ("no fixed abode", ("", "")),
        ("", ("", "")),
    ],
)
def test_house_and_street_of_an_address(address: str, parts: tuple[str, str]) -> None:
    assert address_parts(address) == parts


def test_names_numbers_and_dates_are_cleaned_as_those_of_records_are() -> None:
    asked = asked_of(
        forename="Dr Zoë",
        surname="O’Brien (née Smith)",
        date_of_birth=date(1990, 3, 14),
        phone="+44 (0)7700 900 123",
        identity="81/34u",
        address="12 High St",
        postcode="sn12ab",
        today=TODAY,
    )
    assert (asked.said.forename, asked.said.surname) == ("zoe", "obrien")
    assert (asked.said.born, asked.said.pnc) == ("1990-03-14", "1981/0000034U")
    assert (asked.said.street, asked.postcode) == ("high street", "SN12AB")
    assert asked.unusable == ()


def test_an_age_is_a_span_of_years_and_nonsense_is_none() -> None:
    assert asked_of(surname="Smith", age=40, today=TODAY).years == (1983, 1988)
    assert asked_of(surname="Smith", birth_year=1985, today=TODAY).years == (1985, 1985)
    for year in (0, 1700, 2100, 99_999):
        assert asked_of(surname="Smith", birth_year=year, today=TODAY).years is None
    assert asked_of(surname="Smith", age=500, today=TODAY).years is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"forename": "🙂"}, "forename"),
        ({"surname": "unknown"}, "surname"),
        ({"surname": "S"}, "One letter"),
        ({"phone": "123"}, "too short"),
        ({"identity": "1981/0000034V"}, "check letter"),
    ],
)
def test_what_cannot_be_used_is_said_and_not_searched_by(typed: dict[str, str], said: str) -> None:
    asked = asked_of(**typed, today=TODAY)  # type: ignore[arg-type]
    assert any(said in line for line in asked.unusable)
    assert asked.searched == ()
