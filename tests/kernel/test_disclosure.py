"""No count that is held back can be told from what is shown: held against every table there could
be, written out one by one."""

from collections.abc import Iterable, Iterator, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wansdyke.kernel.disclosure import (
    AREA,
    KIND,
    LEAST,
    SPREAD,
    WHOLE,
    Place,
    bounds,
    protected,
    rounded,
)

ANSWERS = ("x", "y", "z")
Cells = Mapping[tuple[str, str, str], int]
Row = tuple[int, ...]
EVERY = 10**6


def counted(cells: Cells) -> dict[Place, int]:
    """The counts of people by area, kind and answer, of each line that has any."""
    counts: dict[Place, int] = {}
    areas, kinds = {a for a, _, _ in cells}, {k for _, k, _ in cells}
    for answer in ANSWERS:
        places = [(WHOLE, "", answer), *((AREA, a, answer) for a in areas)]
        counts |= dict.fromkeys([*places, *((KIND, k, answer) for k in kinds)], 0)
    for (area, kind, answer), people in cells.items():
        for place in ((WHOLE, "", answer), (AREA, area, answer), (KIND, kind, answer)):
            counts[place] += people
    return counts


def rows_of(total: int, shown: Iterable[int | None]) -> Iterator[Row]:
    """Every way in which so many people could have answered, as far as a row shows it."""
    limits = [(0, EVERY) if one is None else bounds(one) for one in shown]

    def further(left: int, place: int) -> Iterator[Row]:
        low, high = limits[place]
        if place == len(limits) - 1:
            if low <= left <= high:
                yield (left,)
            return
        for here in range(low, min(high, left) + 1):
            for rest in further(left - here, place + 1):
                yield (here, *rest)

    return further(total, 0)


def possible(
    counts: Mapping[Place, int], shown: Mapping[Place, int | None]
) -> dict[Place, set[int]]:
    """Every number that each count could be, for a reader who knows how many people each area and
    each kind has."""
    tables: dict[str, dict[str, list[Row]]] = {AREA: {}, KIND: {}}
    for what, groups in tables.items():
        for group in {g for w, g, _ in counts if w == what}:
            total = sum(counts[what, group, answer] for answer in ANSWERS)
            row = [shown[what, group, answer] for answer in ANSWERS]
            groups[group] = list(rows_of(total, row))
    sums = {what: _sums(groups.values()) for what, groups in tables.items()}
    limits = [shown[WHOLE, "", answer] for answer in ANSWERS]
    both = {one for one in sums[AREA] & sums[KIND] if _within(one, limits)}
    found: dict[Place, set[int]] = {
        (WHOLE, "", answer): {one[n] for one in both} for n, answer in enumerate(ANSWERS)
    }
    for what, groups in tables.items():
        for group, rows in groups.items():
            others = _sums(other for name, other in groups.items() if name != group)
            there = [row for row in rows if any(_plus(row, rest) in both for rest in others)]
            for n, answer in enumerate(ANSWERS):
                found[what, group, answer] = {row[n] for row in there}
    return found


def _plus(one: Row, other: Row) -> Row:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _sums(tables: Iterable[Iterable[Row]]) -> set[Row]:
    sums = {(0,) * len(ANSWERS)}
    for rows in tables:
        sums = {_plus(one, row) for one in sums for row in rows}
    return sums


def _within(row: Row, limits: Iterable[int | None]) -> bool:
    pairs = zip(row, limits, strict=True)
    return all(one is None or bounds(one)[0] <= n <= bounds(one)[1] for n, one in pairs)


def too_close(
    counts: Mapping[Place, int], shown: Mapping[Place, int | None]
) -> dict[Place, set[int]]:
    """The counts held back that a reader could tell to within less than SPREAD."""
    told = possible(counts, shown)
    sizes: dict[tuple[str, str], int] = {}
    for (what, group, _), people in counts.items():
        sizes[what, group] = sizes.get((what, group), 0) + people
    return {
        place: told[place]
        for place, one in shown.items()
        if one is None
        if max(told[place]) - min(told[place]) < min(SPREAD, sizes[place[0], place[1]])
    }


tables = st.dictionaries(
    st.tuples(st.sampled_from("ab"), st.sampled_from("ij"), st.sampled_from(ANSWERS)),
    # About the threshold and the edges of the rounding, where something could be told.
    st.one_of(st.integers(0, 4), st.sampled_from([8, 9, 10, 12, 13, 17])),
    min_size=1,
    max_size=7,
).filter(lambda cells: sum(cells.values()) <= 60)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_nothing_held_back_can_be_told(cells: Cells) -> None:
    counts = counted(cells)
    shown = protected(counts)
    assert all(one is None for place, one in shown.items() if counts[place] < LEAST)
    assert all(one in (None, rounded(counts[place])) for place, one in shown.items())
    assert too_close(counts, shown) == {}


def test_rounding_alone_would_tell_one() -> None:
    """Two areas of 17 are shown as 15 and all 43 people as 45: the third has exactly nine."""
    counts = counted({("a", "i", "x"): 17, ("b", "i", "x"): 17, ("c", "i", "x"): 9})
    alone = {place: rounded(people) for place, people in counts.items()}
    assert possible(counts, alone)[AREA, "c", "x"] == {9}
    shown = protected(counts)
    assert too_close(counts, shown) == {}


def test_a_group_of_whom_all_answer_alike_is_not_shown_so() -> None:
    counts = counted({("a", "i", "x"): 40, ("b", "i", "x"): 30, ("b", "i", "y"): 30})
    shown = protected(counts)
    assert shown[AREA, "a", "x"] is None


def test_what_is_plain_is_shown() -> None:
    cells = {("a", "i", "x"): 400, ("a", "j", "y"): 52, ("b", "i", "z"): 61, ("b", "j", "x"): 203}
    shown = protected(counted({**cells, ("b", "j", "y"): 44, ("a", "i", "z"): 38}))
    assert None not in [one for place, one in shown.items() if place[0] == WHOLE]
    assert shown[WHOLE, "", "y"] == 95
    assert shown[AREA, "a", "y"] == 50


@pytest.mark.parametrize(("people", "wanted"), [(9, None), (10, 10), (12, 10), (13, 15), (0, None)])
def test_rounded(people: int, wanted: int | None) -> None:
    assert rounded(people) == wanted
    if wanted is not None:
        low, high = bounds(wanted)
        assert low <= people <= high


def test_different_people_are_refused() -> None:
    with pytest.raises(ValueError, match="different people"):
        protected({(WHOLE, "", "x"): 1, (AREA, "a", "x"): 1, (KIND, "i", "x"): 2})
    with pytest.raises(ValueError, match="no name"):
        protected({(WHOLE, "", "x"): 1, (AREA, "", "x"): 1, (KIND, "i", "x"): 1})
