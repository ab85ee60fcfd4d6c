"""Pseudonyms of one file, and ages in bands."""

import pickle
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wansdyke.kernel.pseudonym import BANDS, CASE, NO_AGE, OLDEST, PERSON, Pseudonyms, age_band

ids = st.integers(min_value=1, max_value=2**63)


@given(st.lists(ids, min_size=1, max_size=30, unique=True))
def test_the_same_within_a_file_apart_for_each_and_other_in_the_next(found: list[int]) -> None:
    one, other = Pseudonyms(), Pseudonyms()
    here = [one.of(PERSON, pk) for pk in found]
    assert [one.of(PERSON, pk) for pk in found] == here
    assert len(set(here)) == len(found)
    assert not set(here) & {other.of(PERSON, pk) for pk in found}
    assert not set(here) & {one.of(CASE, pk) for pk in found}


def test_the_key_is_given_to_nobody() -> None:
    names = Pseudonyms()
    assert "0x" in repr(names)
    assert not hasattr(names, "__dict__")
    with pytest.raises(TypeError, match="never written down"):
        pickle.dumps(names)


@given(st.dates(date(1900, 1, 1), date(2030, 1, 1)), st.dates(date(1900, 1, 1), date(2030, 1, 1)))
def test_an_age_is_one_of_a_few(born: date, on: date) -> None:
    band = age_band(born, on)
    assert band in {NO_AGE, OLDEST, *(f"{low} to {high}" for low, high in BANDS)}
    assert (band == NO_AGE) == (born > on)


@pytest.mark.parametrize(
    ("born", "on", "band"),
    [
        (date(2008, 6, 11), date(2026, 6, 10), "16 to 17"),
        (date(2008, 6, 10), date(2026, 6, 10), "18 to 24"),
        (date(1951, 6, 11), date(2026, 6, 10), "65 to 74"),
        (date(1951, 6, 10), date(2026, 6, 10), OLDEST),
        (date(2004, 2, 29), date(2022, 2, 28), "16 to 17"),
        (None, date(2026, 6, 10), NO_AGE),
    ],
)
def test_a_band_turns_on_the_birthday(born: date | None, on: date, band: str) -> None:
    assert age_band(born, on) == band
