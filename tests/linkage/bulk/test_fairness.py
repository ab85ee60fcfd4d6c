"""No tradition of naming is linked much worse than another; docs/fairness.md says by how much."""

from collections.abc import Mapping

import pytest

from benchmarks.fairness import Group, Made, Measured, behind, linked_of, measured, table

SMALL = 400
# What docs/fairness.md states: how far the last may be behind the best, and for whom it gives a
# reason. So few people make the figures of one group uncertain by a hundredth.
WITHIN = {
    ("joined", "precision"): 0.03,
    ("joined", "recall"): 0.03,
    ("pairs", "recall"): 0.03,
    ("pairs", "precision"): 0.13,
}
EXCEPT = {
    ("joined", "recall", "Single names"): 0.08,
    ("pairs", "precision", "Irish Traveller"): 0.26,
}
LEAST = {("joined", "precision"): 0.96, ("joined", "recall"): 0.94, ("pairs", "recall"): 0.97}


@pytest.fixture(scope="module")
def found() -> Mapping[Group, Measured]:
    told = Made(5).records(SMALL)
    return measured(told, linked_of(told))


def test_no_tradition_is_far_behind_the_best(found: dict[Group, Measured]) -> None:
    for (kind, figure, (title, sex)), short in behind(found).items():
        if not sex:
            most = EXCEPT.get((kind, figure, title), WITHIN[kind, figure])
            assert short <= most, (kind, figure, title)


def test_women_and_men_of_every_tradition_are_linked_well(found: dict[Group, Measured]) -> None:
    for group, one in found.items():
        for (kind, figure), least in LEAST.items():
            assert getattr(getattr(one, kind), figure) >= least, (kind, figure, group)


def test_people_of_one_household_are_not_likely_pairs(found: dict[Group, Measured]) -> None:
    whole = [one.pairs for group, one in found.items() if not group[1]]
    assert sum(one.right for one in whole) / sum(one.found for one in whole) >= 0.8


def test_the_table_names_every_group(found: dict[Group, Measured]) -> None:
    lines = table(found).splitlines()
    assert len(lines) == 2 + len(found)
    assert any(line.startswith("| Irish Traveller, women | ") for line in lines)
