"""A measure is a published number: what it means, what it is of, and how sure it can be."""

import math
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

COUNT = "count"
PERCENT = "percent"
PER_THOUSAND = "per 1,000"
# The numerator is a sum in the unit, the denominator what it is shared among.
MEANS = frozenset({"ratio", "minutes", "hours", "days"})
UNITS = MEANS | {COUNT, PERCENT, PER_THOUSAND}
NOTHING = (None, None, None)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What a number means. `unit` is one of `UNITS`; a count needs no denominator."""

    key: str
    title: str
    definition: str
    numerator_means: str
    denominator_means: str
    source: str
    unit: str = COUNT


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A measure's number for a period, whose first and last day both belong to it.

    `measure` is the measure's key. `value`, `low` and `high` are in its unit. `value` is None
    where nothing was collected (`collected` is False) or where there was nothing to divide by.
    `low` and `high` bound a percentage at 95% confidence; None for other units.
    """

    measure: str
    value: float | None
    numerator: int | None
    denominator: int | None
    period_start: date
    period_end: date
    low: float | None
    high: float | None
    collected: bool


def wilson(numerator: int, denominator: int, confidence: float = 0.95) -> tuple[float, float]:
    """The Wilson score interval of a proportion, as two fractions between 0 and 1.

    Of nothing, nothing is known: a denominator of 0 gives (0, 1).
    Raises ValueError unless 0 <= numerator <= denominator and 0 < confidence < 1.
    Source: Wilson, Journal of the American Statistical Association 22 (1927), 209-212.
    """
    if not 0 <= numerator <= denominator:
        raise ValueError(f"{numerator} of {denominator} is not a proportion")
    if not 0 < confidence < 1:
        raise ValueError("A confidence lies between 0 and 1")
    if denominator == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, z2 = numerator / denominator, z * z
    centre = share + z2 / (2 * denominator)
    spread = z * math.sqrt(share * (1 - share) / denominator + z2 / (4 * denominator**2))
    scale = 1 + z2 / denominator
    # At 0 and at all the bound is exact; rounding would leave a stray 1e-17.
    low = 0.0 if numerator == 0 else (centre - spread) / scale
    high = 1.0 if numerator == denominator else (centre + spread) / scale
    return low, high


def figure(
    measure: Measure,
    numerator: int | None,
    denominator: int | None,
    period_start: date,
    period_end: date,
) -> Figure:
    """The measure's figure for a period. None is "not collected", which is never zero.

    Raises ValueError for an unknown unit, a negative number, a percentage over 100, or a period
    that ends before it starts.
    """
    if measure.unit not in UNITS:
        raise ValueError(f"Measure {measure.key} has the unknown unit {measure.unit}")
    if period_end < period_start:
        raise ValueError("A period cannot end before it starts")
    if min(numerator or 0, denominator or 0) < 0:
        raise ValueError(f"Measure {measure.key} cannot be negative")
    collected = numerator is not None and (measure.unit == COUNT or denominator is not None)
    value, low, high = _value(measure.unit, numerator, denominator)
    return Figure(
        measure=measure.key,
        value=value,
        numerator=numerator,
        denominator=denominator,
        period_start=period_start,
        period_end=period_end,
        low=low,
        high=high,
        collected=collected,
    )


def suppressed(n: int, threshold: int = 5) -> bool:
    """Whether a count is too small to publish: at least 1, and under the threshold."""
    return 0 < n < threshold


def _value(
    unit: str, numerator: int | None, denominator: int | None
) -> tuple[float | None, float | None, float | None]:
    if numerator is None:
        return NOTHING
    if unit == COUNT:
        return float(numerator), None, None
    if not denominator:
        return NOTHING
    if unit == PERCENT:
        low, high = wilson(numerator, denominator)
        return 100 * numerator / denominator, 100 * low, 100 * high
    scale = 1000 if unit == PER_THOUSAND else 1
    return scale * numerator / denominator, None, None
