"""Sampling with known chances: the allocation, the draw, the weighted estimate, agreement.

The design is a stratified simple random sample without replacement. Every stratum has at least one
draw, so every unit of the frame has a known chance above nought: n of its stratum over N of it.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from statistics import NormalDist
from typing import NamedTuple, TypeVar

METHOD = "stratified-1"
Unit = TypeVar("Unit")


class Stratum(NamedTuple):
    """The units that one handler had at one team, of one class of risk ("" for none)."""

    team: int
    handler: int
    risk: str


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """How many a plan asks for: of each handler at least, at random besides, of each risk besides.

    Risks are spread over the handlers who had them, by how many they had.
    """

    per_handler: int
    at_random: int
    by_risk: int


@dataclass(frozen=True)
class Answered:
    """One stratum with what was found in it: its size in the frame, and the values seen.

    A value lies between 0 and 1; None is "not applicable": it belongs to the sample, but not to
    what the share is of.
    """

    key: Hashable
    risk: str
    size: int
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Estimate:
    """A weighted share with its interval: `n` values bear it, of a frame of `size` units.

    `share`, `low` and `high` are None where no value bears on it.
    """

    share: float | None
    low: float | None
    high: float | None
    n: int
    size: int


@dataclass(frozen=True)
class Agreement:
    """How far two who judged the same agree: pairs, the share alike, Cohen's kappa.

    `kappa` is None where chance alone would make them agree on everything, or there is no pair.
    """

    pairs: int
    share: float | None
    kappa: float | None


def allocate(sizes: Mapping[Stratum, int], wanted: Wanted) -> dict[Stratum, int]:
    """How many to draw from each stratum: never none of one that has any, never more than it has.

    The same sizes and wishes always give the same numbers; no unit's own fate plays a part.
    """
    given = {key: 1 for key, size in sorted(sizes.items(), key=_in_order) if size > 0}
    handlers = defaultdict(list)
    risks = defaultdict(list)
    for key in given:
        handlers[key.team, key.handler].append(key)
        if key.risk:
            risks[key.risk].append(key)
    for keys in handlers.values():
        _spread(wanted.per_handler - len(keys), keys, sizes, given)
    _spread(wanted.at_random, list(given), sizes, given)
    for keys in risks.values():
        _spread(wanted.by_risk, keys, sizes, given)
    return given


def _in_order(item: tuple[Stratum, int]) -> tuple[str, ...]:
    return tuple(str(part) for part in item[0])


def _spread(
    extra: int, keys: Sequence[Stratum], sizes: Mapping[Stratum, int], given: dict[Stratum, int]
) -> None:
    """Gives so many more to some strata, in proportion to what each has left, largest rests
    first."""
    left = {key: sizes[key] - given[key] for key in keys}
    total = sum(left.values())
    extra = min(extra, total)
    if extra <= 0:
        return
    exact = {key: extra * left[key] / total for key in keys}
    for key in keys:
        given[key] += math.floor(exact[key])
    owed = extra - sum(math.floor(exact[key]) for key in keys)
    by_rest = sorted(keys, key=lambda key: exact[key] % 1, reverse=True)
    for key in [key for key in by_rest if given[key] < sizes[key]][:owed]:
        given[key] += 1


def draw(
    frame: Mapping[Stratum, Sequence[Unit]], drawn: Mapping[Stratum, int], seed: str
) -> dict[Stratum, list[Unit]]:
    """The units drawn: from each stratum so many, each equally likely. The same seed, units and
    numbers always draw the same; the order in which strata and units are given plays no part."""
    chosen = {}
    for key in sorted(drawn, key=lambda key: tuple(str(part) for part in key)):
        # A generator a stratum: another stratum's size changes nothing here.
        rng = Random("\0".join((seed, *map(str, key))))  # noqa: S311  # nosec B311
        chosen[key] = rng.sample(sorted(frame[key]), drawn[key])  # type: ignore[type-var]
    return chosen


def twice(units: Sequence[Unit], share: float, seed: str) -> set[Unit]:
    """Those of the drawn units that two people score: a share of them, at least one, by chance."""
    if not units or share <= 0:
        return set()
    rng = Random(f"{seed}\0twice")  # noqa: S311  # nosec B311
    return set(rng.sample(sorted(units), max(1, round(share * len(units)))))  # type: ignore[type-var]


def estimate(strata: Iterable[Answered], confidence: float = 0.95) -> Estimate:
    """The share of the whole frame from what was seen of it, each value with its stratum's weight.

    Hájek's ratio; its variance by strata with the finite-population correction, strata in which
    one alone was seen put together with others of their risk (which errs on the wide side). The
    interval is Wilson's on the effective number. Strata of which nothing was seen are left out of
    `size`: the share is not of them.
    Sources: Särndal, Swensson, Wretman, Model Assisted Survey Sampling (1992), 3.7, 5.6; Korn and
    Graubard, Survey Methodology 24 (1998), 193-201.
    """
    seen = [stratum for stratum in strata if stratum.values]
    size = sum(stratum.size for stratum in seen)
    n = sum(value is not None for stratum in seen for value in stratum.values)
    weighted = [
        (stratum.size / len(stratum.values), value)
        for stratum in seen
        for value in stratum.values
        if value is not None
    ]
    whole = sum(weight for weight, _ in weighted)
    if not whole:
        return Estimate(None, None, None, n, size)
    share = sum(weight * value for weight, value in weighted) / whole
    variance = _variance(seen, share) / whole**2
    spread = share * (1 - share)
    # All alike says nothing of how they vary: then the weights alone say what the number is worth.
    kish = whole**2 / sum(weight**2 for weight, _ in weighted)
    effective = spread / variance if variance > 0 and spread > 0 else kish
    if all(stratum.size == len(stratum.values) for stratum in seen):
        return Estimate(share, share, share, n, size)
    low, high = _wilson(share, effective, confidence)
    return Estimate(share, low, high, n, size)


def _wilson(share: float, n: float, confidence: float) -> tuple[float, float]:
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    centre = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = 0.0 if share == 0 else max(0.0, (centre - spread) / scale)
    high = 1.0 if share == 1 else min(1.0, (centre + spread) / scale)
    return low, high


def _variance(seen: Sequence[Answered], share: float) -> float:
    """The variance of the weighted sum of what is left when the share is taken off."""
    found, alone = 0.0, defaultdict(list)
    for stratum in seen:
        rests = [0.0 if value is None else value - share for value in stratum.values]
        if len(rests) == 1:
            if stratum.size > 1:
                alone[stratum.risk].append((stratum.size, rests[0]))
            continue
        mean, m = sum(rests) / len(rests), len(rests)
        squared = sum((rest - mean) ** 2 for rest in rests) / (m - 1)
        found += stratum.size**2 * (1 - m / stratum.size) * squared / m
    groups = [group for group in alone.values() if len(group) > 1]
    lonely = [group[0] for group in alone.values() if len(group) == 1]
    if len(lonely) > 1:
        groups.append(lonely)
    elif lonely:
        # One by itself: it joins another group, or else counts with all of its distance.
        if groups:
            groups[0].append(lonely[0])
        else:
            found += lonely[0][0] ** 2 * lonely[0][1] ** 2
    return found + sum(_collapsed(group) for group in groups)


def _collapsed(group: Sequence[tuple[int, float]]) -> float:
    """The variance of strata of one each, as if they were one stratum of unequal weights."""
    size = sum(count for count, _ in group)
    mean = sum(count * rest for count, rest in group) / size
    apart = sum((count * (rest - mean)) ** 2 * (1 - 1 / count) for count, rest in group)
    return apart * len(group) / (len(group) - 1)


def agreement(pairs: Sequence[tuple[str, str]]) -> Agreement:
    """How far the first and the second of each pair say the same, and how far beyond chance.

    Source: Cohen, Educational and Psychological Measurement 20 (1960), 37-46.
    """
    if not pairs:
        return Agreement(0, None, None)
    n = len(pairs)
    alike = sum(one == other for one, other in pairs) / n
    firsts, seconds = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(firsts[code] * seconds[code] for code in firsts) / n**2
    kappa = None if chance == 1 else (alike - chance) / (1 - chance)
    return Agreement(n, alike, kappa)
