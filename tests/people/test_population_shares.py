"""How the population answers: from a file, checked whole before any of it is loaded."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from wansdyke.access.actors import system_actor
from wansdyke.people import population_shares
from wansdyke.people.delimited import BadFile
from wansdyke.people.models import PopulationShare

pytestmark = pytest.mark.django_db
HEAD = "characteristic,answer,people,year,source\n"
Put = Callable[..., Path]
DISABLED = "disability,disabled,175,2021,Census\ndisability,not-disabled,825,2021,Census\n"


def loaded(put: Put, text: str) -> Any:
    checked = population_shares.check(put("shares.csv", HEAD + text))
    return population_shares.load(checked, by=system_actor(), now=timezone.now)


def test_shares_are_of_those_who_answered(put: Put) -> None:
    came = loaded(put, DISABLED)
    assert (came.added, came.changed, came.known) == (2, 0, 0)
    found = population_shares.shares("disability")
    assert found["disabled"].share == pytest.approx(0.175)
    assert (found["disabled"].year, found["disabled"].source) == (2021, "Census")
    assert population_shares.shares("religion") == {}


def test_the_same_again_adds_nothing_and_another_figure_takes_its_place(put: Put) -> None:
    loaded(put, DISABLED)
    assert loaded(put, DISABLED).known == 2
    came = loaded(put, DISABLED.replace("175", "275"))
    assert (came.changed, came.known) == (1, 1)
    assert population_shares.shares("disability")["disabled"].share == pytest.approx(0.25)
    assert PopulationShare.objects.count() == 2


def test_the_newest_year_is_meant(put: Put) -> None:
    loaded(put, DISABLED + DISABLED.replace("2021", "2011").replace("175", "75"))
    assert population_shares.shares("disability")["disabled"].year == 2021


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("shoe-size,nine,1,2021,Census", "characteristic"),
        ("disability,limited-a-lot,1,2021,Census", "answer"),
        ("disability,declined,1,2021,Census", "answer"),
        ("disability,disabled,-1,2021,Census", "people"),
        ("disability,disabled,1,21,Census", "year"),
        ("disability,disabled,1,2021,", "source"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_loaded(put: Put, row: str, column: str) -> None:
    with pytest.raises(BadFile) as bad:
        loaded(put, f"{DISABLED}{row}\n")
    assert f"row 4, column “{column}”" in str(bad.value)
    assert PopulationShare.objects.count() == 0


def test_an_answer_twice_is_named(put: Put) -> None:
    with pytest.raises(BadFile, match="row 2 has it too"):
        loaded(put, DISABLED + "disability,disabled,1,2021,Census\n")
