"""docs/asvs.md says what the table says; the table names every requirement, and only what there
is."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conformance import asvs


def test_the_page_is_what_the_table_says() -> None:
    said = asvs.PAGE.read_text(encoding="utf-8")
    assert said == asvs.page_of(asvs.rows()), "run .venv/bin/python -m tests.conformance.asvs"


def test_every_test_setting_and_heading_that_is_named_is_there() -> None:
    assert list(asvs.faults(asvs.rows())) == []


def test_each_line_stands_once_and_in_order() -> None:
    order = [row.order for row in asvs.rows()]
    assert order == sorted(set(order))


def test_every_requirement_that_applies_has_its_line_and_no_other(
    shared: Callable[[str], Path],
) -> None:
    with shared("data/conformance/asvs-5.0.0.csv").open(newline="", encoding="utf-8-sig") as file:
        standard = {one["req_id"]: int(one["L"]) for one in csv.DictReader(file)}
    wanted = {name: level for name, level in standard.items() if asvs.applies(name, level)}
    assert {row.requirement: row.level for row in asvs.rows()} == wanted
    # Counted when the chapters were chosen: a standard read amiss would be met with ease.
    assert sum(level <= 2 for level in wanted.values()) == 219
    assert len(wanted) == 226


@pytest.mark.parametrize(
    ("named", "there"),
    [
        ("tests/conformance/test_asvs.py::test_each_line_stands_once_and_in_order", True),
        ("tests/conformance/test_asvs.py::test_that_was_removed", False),
        ("tests/conformance/asvs.py::rows", False),
        ("tests/conformance/test_gone.py::test_each_line_stands_once_and_in_order", False),
        ("config/settings.py: SESSION_COOKIE_HTTPONLY", True),
        ("config/settings.py: SESSION_COOKIE_SWEET", False),
        ("config/settings.py", False),
        ("config/gone.py: DEBUG", False),
        ("docs/start.md#Backup", True),
        ("docs/start.md#Back", False),
    ],
)
def test_what_is_not_there_is_found_out(named: str, there: bool) -> None:
    assert asvs.is_there(named) is there


def test_a_line_that_says_nothing_is_a_fault() -> None:
    sound = next(row for row in asvs.rows() if row.met == asvs.TEST)
    assert list(asvs.faults([sound])) == []
    for amiss in (
        {"met": "surely"},
        {"by": ()},
        {"by": ("config/settings.py: DEBUG",)},
        {"met": asvs.DEVIATION, "says": ""},
        {"met": asvs.OPEN, "says": ""},
        {"by": ("tests/access/test_sign_in.py::test_of_yesterday",)},
    ):
        assert list(asvs.faults([replace(sound, **amiss)])), amiss
