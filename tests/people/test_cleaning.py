"""What people are called and where they live, made comparable."""

from dataclasses import asdict
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wansdyke.people.cleaning import COLUMNS, clean
from wansdyke.people.names import Names, names

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (("Mary", "", "Smith-Jones"), Names("mary", "", "smithjones")),
        (("Mrs Mary Ann", "", "O’Brien"), Names("mary", "ann", "obrien")),
        (("Zoë", "", "Łukasz"), Names("zoe", "", "lukasz")),
        (("Siân", "Eluned", "ap Rhys"), Names("sian", "eluned", "aprhys")),
        (("Mary", "", "Green née Brown"), Names("mary", "", "green", "brown")),
        (("Mary", "", "Green (nee Brown)"), Names("mary", "", "green")),
        (("John", "", "Smith Jr."), Names("john", "", "smith", "", "junior")),
        (("", "", "SMITH, John Paul"), Names("john", "paul", "smith")),
        (("Unknown", "", "Male"), Names()),
        (("not known", "", "N/K"), Names()),
        (("Julia", "", "Child"), Names("julia", "", "child")),
        (("Hoang", "", "Nee"), Names("hoang", "", "nee")),
        (("Mr", "", "Lord"), Names("", "", "lord")),
        (("李", "", "王"), Names("李", "", "王")),
        (("محمد", "", ""), Names("محمد")),
        (("Sukarno", "", ""), Names("sukarno")),
    ],
)
def test_names_are_made_comparable(typed: tuple[str, str, str], found: Names) -> None:
    assert names(*typed) == found


def test_what_stands_for_not_known_never_counts_as_agreement() -> None:
    said = {
        "forename": "UNKNOWN",
        "surname": "unknown male",
        "date_of_birth": "01/01/1900",
        "street": "No Fixed Abode",
        "house": "NFA",
        "town": "not known",
        "postcode": "ZZ99 3VZ",
        "phone": "00000000000",
        "email": "none",
        "pnc": "n/a",
        "cro": "00/0",
        "sex": "unknown",
    }
    found = clean(said, TODAY)
    assert {value for name, value in asdict(found).items() if name != "unreadable"} == {""}
    assert found.unreadable == ("date_of_birth", "phone", "pnc", "cro")


def test_streets_are_compared_in_full() -> None:
    said = {"house": "Flat 2, 14", "street": "St. Mary's Rd."}
    found = clean(said, TODAY)
    assert (found.house, found.street) == ("flat 2 14", "st marys road")


@given(st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=200)))
def test_whatever_a_cell_holds_can_be_cleaned_twice(said: dict[str, str]) -> None:
    once = clean(said, TODAY)
    again = clean(
        {
            "forename": once.forename,
            "middle_names": once.middle,
            "surname": once.surname,
            "house": once.house,
            "street": once.street,
            "town": once.town,
            "postcode": once.postcode,
            "phone": once.phone,
            "pnc": once.pnc,
            "cro": once.cro,
        },
        TODAY,
    )
    for name in ("house", "town", "postcode", "phone", "pnc", "cro"):
        assert getattr(again, name) == getattr(once, name), name
