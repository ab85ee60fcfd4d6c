"""The public record of a linking says what its model says, whole."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.reference import shared_path
from wansdyke.linkage.bulk.files import Mapped, Read, read
from wansdyke.linkage.bulk.linked import Bounds, Linked, link
from wansdyke.linkage.bulk.output import write
from wansdyke.linkage.bulk.transparency import transparency
from wansdyke.people.weighing import WORDS


@pytest.fixture(scope="module")
def found() -> Read:
    return read([shared_path("data/linkage/fake_1000.csv")], {}, date(2026, 11, 23))


@pytest.fixture(scope="module")
def linked(found: Read) -> Linked:
    return link(found.ids, found.records, Bounds(0.6, 0.9))


def test_it_names_every_comparison_and_each_level_of_the_model(linked: Linked) -> None:
    page = transparency(linked, [])
    assert [one["output_column_name"] for one in linked.model["comparisons"]] == re.findall(
        r"^### (\w+)$", page, re.MULTILINE
    )
    for words in WORDS.values():
        for one in words:
            assert f"| {one} | " in page


def test_it_states_the_bounds_and_what_waits_for_a_person(linked: Linked) -> None:
    page = transparency(linked, [])
    assert "pairs from a probability of 0.9 on" in page
    assert "every pair from 0.6 up to 0.9" in page
    assert "**Below 0.9 nothing is decided without a person.**" in page
    assert f"{len(linked.review):,} pairs" in page
    # What it claims holds of what was done.
    assert all(pair.probability >= 0.9 for pair in linked.joined.links)
    waits = {(held.pair.left, held.pair.right) for held in linked.review}
    for pair in linked.pairs:
        together = linked.cluster_of(pair.left) == linked.cluster_of(pair.right)
        assert together or (pair.left, pair.right) in waits


def test_it_has_the_fields_of_both_tiers(linked: Linked) -> None:
    page = transparency(linked, [Mapped("people|2.csv", {"forename": "first"}, ())])
    for field in ("Tier 1", "Tier 2: owner", "Tier 2: description", "Tier 2: decision and human",
                  "Tier 2: data", "Tier 2: performance, risks"):  # fmt: skip
        assert f"## {field}" in page
    assert r"people\|2.csv" in page


def test_it_changes_when_the_model_does(linked: Linked) -> None:
    comparisons = [dict(one) for one in linked.model["comparisons"]]
    levels = [dict(level) for level in comparisons[3]["comparison_levels"]]
    levels[1]["m_probability"] = 0.123
    comparisons[3]["comparison_levels"] = levels
    other = replace(linked, model=linked.model | {"comparisons": comparisons})
    assert transparency(other, []) != transparency(linked, [])
    assert "| 0.123 | " in transparency(other, [])
    fewer = replace(linked, model=linked.model | {"comparisons": comparisons[:3]})
    assert "### phone" not in transparency(fewer, [])


def test_figures_that_are_handed_in_are_in_it(linked: Linked) -> None:
    assert "| joined: precision | 0.999 |" in transparency(
        linked, [], {"joined: precision": "0.999"}
    )
    assert "| figure | value |" not in transparency(linked, [])


def test_it_lies_beside_the_model(linked: Linked, found: Read, tmp_path: Path) -> None:
    written = write(linked, found.mapped, tmp_path)
    assert tmp_path / "transparency.md" in written
    page = (tmp_path / "transparency.md").read_text()
    assert "fake_1000.csv" in page
    assert not re.search(r"@[a-z]+\.(?:com|net|org)", page)
