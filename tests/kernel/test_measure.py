from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wansdyke.kernel.measure import Figure, Measure, figure, suppressed, wilson

ON_TIME = Measure(
    key="on-time",
    title="Immediate calls reached in time",
    definition="First unit at scene within the target",
    numerator_means="immediate calls reached in time",
    denominator_means="immediate calls",
    source="contact",
    unit="percent",
)
CALLS = replace(ON_TIME, key="calls", unit="count")
YEAR = (date(2025, 4, 1), date(2026, 3, 31))


def of(measure: Measure, numerator: int | None, denominator: int | None) -> Figure:
    return figure(measure, numerator, denominator, *YEAR)


@pytest.mark.parametrize(
    ("numerator", "denominator", "low", "high"),
    [
        # The first four: Newcombe, Statistics in Medicine 17 (1998), 857-872, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_wilson_against_published_examples(
    numerator: int, denominator: int, low: float, high: float
) -> None:
    assert wilson(numerator, denominator) == pytest.approx((low, high), abs=5e-5)


def test_of_nothing_nothing_is_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("wrong", [(2, 1, 0.95), (-1, 5, 0.95), (1, 2, 1.0), (1, 2, 0.0)])
def test_what_is_no_proportion_is_an_error(wrong: tuple[int, int, float]) -> None:
    with pytest.raises(ValueError, match=r"proportion|confidence"):
        wilson(*wrong)


@given(st.integers(1, 10**9).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d))))
def test_the_interval_holds_the_share_and_is_its_own_mirror(pair: tuple[int, int]) -> None:
    numerator, denominator = pair
    low, high = wilson(numerator, denominator)
    assert 0 <= low <= numerator / denominator <= high <= 1
    assert wilson(denominator - numerator, denominator) == pytest.approx((1 - high, 1 - low))
    wider = wilson(numerator, denominator, 0.99)
    assert wider[0] <= low
    assert high <= wider[1]


def test_a_percentage_carries_its_bounds() -> None:
    on_time = of(ON_TIME, 81, 263)
    assert (on_time.measure, on_time.collected) == ("on-time", True)
    assert on_time.value == pytest.approx(30.798, abs=1e-3)
    assert (on_time.low, on_time.high) == pytest.approx((25.53, 36.62), abs=5e-3)
    assert (on_time.period_start, on_time.period_end) == YEAR


def test_a_count_needs_no_denominator() -> None:
    calls = of(CALLS, 0, None)
    assert (calls.value, calls.low, calls.high, calls.collected) == (0.0, None, None, True)


@pytest.mark.parametrize(
    ("measure", "numerator", "denominator"),
    [(CALLS, None, None), (CALLS, None, 5), (ON_TIME, None, 5), (ON_TIME, 5, None)],
)
def test_not_collected_is_never_zero(
    measure: Measure, numerator: int | None, denominator: int | None
) -> None:
    absent = of(measure, numerator, denominator)
    assert (absent.value, absent.low, absent.high, absent.collected) == (None, None, None, False)
    assert (absent.numerator, absent.denominator) == (numerator, denominator)


def test_nothing_to_divide_by_was_still_collected() -> None:
    none_came = of(ON_TIME, 0, 0)
    assert (none_came.value, none_came.low, none_came.collected) == (None, None, True)


@pytest.mark.parametrize(
    ("unit", "value"), [("ratio", 1.25), ("minutes", 1.25), ("per 1,000", 1250.0)]
)
def test_the_other_units(unit: str, value: float) -> None:
    shared = of(replace(ON_TIME, unit=unit), 50, 40)
    assert (shared.value, shared.low, shared.high) == (value, None, None)


def test_what_is_no_figure_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown unit"):
        of(replace(ON_TIME, unit="precent"), 1, 2)
    with pytest.raises(ValueError, match="proportion"):
        of(ON_TIME, 3, 2)
    with pytest.raises(ValueError, match="negative"):
        of(CALLS, -1, None)
    with pytest.raises(ValueError, match="before it starts"):
        figure(CALLS, 1, None, YEAR[1], YEAR[0])


@pytest.mark.parametrize(("n", "hidden"), [(0, False), (1, True), (4, True), (5, False)])
def test_small_counts_are_suppressed_and_zero_is_not(n: int, hidden: bool) -> None:
    assert suppressed(n) is hidden
    assert suppressed(9, threshold=10)
