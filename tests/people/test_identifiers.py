"""Identifiers in one form, with vectors of the field and whatever else people type."""

import csv
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference import shared_path
from wansdyke.people.identifiers import birth_date, cro, phone, pnc, post_code
from wansdyke.people.keys import postcode

TODAY = date(2026, 11, 23)


def test_pnc_identities_come_to_their_canonical_form() -> None:
    with shared_path("data/identifiers/pnc.csv").open() as file:
        rows = list(csv.reader(file))[1:]
    assert len(rows) == 25
    assert {text: pnc(text) for text, _ in rows} == dict(rows)


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("265416/21G", "265416/21G"),
        ("41504/71a", "041504/71A"),
        (" 016789 / 71L ", "016789/71L"),
        ("991/66G", "000991/66G"),
        ("SF05/482703J", "SF05/482703J"),
        ("sf83/50058z", "SF83/50058Z"),
        ("SF80/41396X", "SF80/41396X"),
        ("SF83/050058Z", ""),
        ("265416/21H", ""),
        ("SF05482703J", ""),
        ("123", ""),
        ("", ""),
    ],
)
def test_cro_numbers_are_held_to_their_check_letter(typed: str, canonical: str) -> None:
    assert cro(typed) == canonical


@given(
    st.integers(1, 9_999_999), st.integers(1939, 2038), st.sampled_from("ABCDEFGHJKLMNPQRTUVWXYZ")
)
def test_one_letter_in_twenty_three_fits_a_pnc_identity(
    serial: int, year: int, letter: str
) -> None:
    fitting = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if pnc(f"{year}/{serial}{c}")]
    assert len(fitting) == 1
    whole = pnc(f"{year}/{serial}{fitting[0]}")
    assert pnc(f"{year % 100:02}/{serial}{fitting[0]}") == whole == pnc(whole)
    assert not pnc(f"{year}/{serial}{letter}") or letter == fitting[0]


def test_postcodes_come_to_their_usual_form() -> None:
    folder = shared_path("data/identifiers")
    for one in json.loads((folder / "normalisation.json").read_text())["tests"]:
        assert postcode(one["base"]) == one["expected"], one
    assert post_code("zz99 3vz") == post_code("ZZ993WZ") == ""
    assert post_code("2119") == "2119"


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("07700 900123", "+447700900123"),
        ("+44 (0)7700 900 123", "+447700900123"),
        ("00447700900123", "+447700900123"),
        ("01793 496 000", "+441793496000"),
        ("+48 22 123 45 67", "+48221234567"),
        ("0048 22 123 45 67", "+48221234567"),
        ("00000000000", ""),
        ("01234567890", ""),
        ("999", ""),
        ("unknown", ""),
        ("7700900123", ""),
    ],
)
def test_telephones_come_to_e164(typed: str, whole: str) -> None:
    assert phone(typed) == whole


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("1980-02-28", date(1980, 2, 28)),
        ("28/02/1980", date(1980, 2, 28)),
        ("8.2.1980", date(1980, 2, 8)),
        ("19800228", date(1980, 2, 28)),
        ("28th February 1980", date(1980, 2, 28)),
        ("28 Feb 1980", date(1980, 2, 28)),
        ("01/01/1900", None),
        ("31/02/1980", None),
        ("2027-01-01", None),
        ("28/02/80", None),
        ("1/1/0001", None),
        ("not known", None),
    ],
)
def test_dates_of_birth_are_days_or_nothing(typed: str, day: date | None) -> None:
    assert birth_date(typed, TODAY) == day


@given(st.text(max_size=60))
def test_nothing_that_is_typed_breaks_an_identifier(text: str) -> None:
    for made in (pnc(text), cro(text), phone(text), post_code(text)):
        assert made == "" or made.isprintable()
    birth_date(text, TODAY)
