"""Records held by column are the records that were read, one by one, and compare as they do."""

import csv
import json
import random
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from config.commands import app
from tests.reference import shared_path
from wansdyke.linkage.bulk import columns
from wansdyke.linkage.bulk.blocking import alike, bring_together
from wansdyke.linkage.bulk.columns import Columns, Gathered
from wansdyke.linkage.bulk.files import read
from wansdyke.linkage.bulk.table import shares, table_of
from wansdyke.people.cleaning import COLUMNS, clean
from wansdyke.people.weighing import MADE, compared

TODAY = date(2026, 11, 23)
SAID = {
    "forename": ["Ann Mary", "Mr", "Dr José", "unknown", "", "BOB", "Łukasz Jr"],
    "middle_names": ["", "Mary  Ann", "(Bob)"],
    "surname": ["SMITH, John", "Smith née Brown", "O'Neill-Jones III", "", "unk", "Li"],
    "date_of_birth": ["1970-03-12", "12/03/1970", "1900-01-01", "31/02/1980", "", "soon"],
    "sex": ["F", "male", "?", ""],
    "house": ["14", "Flat 2", "", "no fixed abode"],
    "street": ["High St", "", "NFA", "St. John's Rd"],
    "postcode": ["SN10 1AB", "sn101ab", "ZZ99 3VZ", "", "75001"],
    "phone": ["07700 900123", "0000000", "call her", ""],
    "email": ["A@B.org", "none", ""],
    "pnc": ["81/34U", "81/34X", ""],
    "cro": ["65656/91H", "1", ""],
}
rows = st.lists(
    st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(values) for name, values in SAID.items()}
    ),
    min_size=1,
    max_size=30,
)


def gathered(said: list[dict[str, str]], at_once: int) -> Columns:
    """Those rows, cleaned some at a time."""
    found = Gathered(TODAY)
    for start in range(0, len(said), at_once):
        some = said[start : start + at_once]
        found.add({name: [row.get(name, "") for row in some] for name in COLUMNS}, len(some))
    return found.columns()


@given(rows, st.integers(1, 7))
def test_column_by_column_is_cleaned_as_row_by_row(said: list[dict[str, str]], some: int) -> None:
    expected = [clean(row, TODAY) for row in said]
    found = gathered(said, some)
    assert list(found) == expected
    assert list(Columns.of(expected)) == expected
    assert found[-1] == expected[-1]
    assert found[1::2] == expected[1::2]
    assert found.unreadable().total() == sum(len(one.unreadable) for one in expected)


def test_what_was_let_go_is_learnt_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "MOST_KNOWN", 1)
    said = [{"phone": number} for number in ("call her", "07700 900123", "call her", "0")] * 3
    assert list(gathered(said, 2)) == [clean(row, TODAY) for row in said]


@pytest.mark.parametrize("name", ["febrl3.csv", "fake_1000.csv"])
def test_the_table_holds_what_each_record_compares_by(name: str) -> None:
    found = read([shared_path(f"data/linkage/{name}")], {}, TODAY).records
    table = table_of(found)
    assert table.select(list(MADE)).to_pylist() == [compared(one) for one in found]


@given(rows)
def test_odd_records_compare_the_same(said: list[dict[str, str]]) -> None:
    found = gathered(said, 4)
    assert table_of(found).select(list(MADE)).to_pylist() == [compared(one) for one in found]


def test_a_share_is_of_those_that_say_something() -> None:
    found = shares(pa.chunked_array([["a", None, "b"], ["a", "c"]]))
    assert [found.of(value) for value in "abc"] == [0.5, 0.25, 0.25]


def test_every_pair_that_a_rule_brings_together_is_there_once() -> None:
    found = read([shared_path("data/linkage/fake_1000.csv")], {}, TODAY).records
    with duckdb.connect() as database:
        database.register("records", table_of(found))
        brought = bring_together(database, "records", len(found))
        pairs = database.execute(f"select join_key_l, join_key_r from {brought.table}").fetchall()
        counted = alike(database, "records", ("born", "initial"))
    together: set[tuple[int, int]] = set()
    rows = [compared(one) for one in found]
    for rule in brought.used:
        groups: dict[tuple[str, ...], list[int]] = {}
        for place, row in enumerate(rows):
            if all(row[column] for column in rule):
                groups.setdefault(tuple(row[column] for column in rule), []).append(place)
        new = {(a, b) for group in groups.values() for a in group for b in group if a < b}
        together |= new
        assert rule != ("born", "initial") or len(new) == counted
    assert sorted(pairs) == sorted(together)


def test_a_file_without_a_mistake_does_not_make_one_impossible(tmp_path: Path) -> None:
    source, draw = tmp_path / "people.csv", random.Random(3)
    with source.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("forename", "surname", "dob", "sex", "postcode"))
        for n in range(2000):
            born = f"19{draw.randint(50, 89)}-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}"
            postcode = f"SN{draw.randint(1, 9)} {draw.randint(1, 9)}AB"
            one = (f"Ab{n % 37}x{n % 3}", f"Born{draw.randrange(300)}", born)
            writer.writerows([(*one, "FM"[n // 2 % 2], postcode)] * (1 + n % 2))
    words = ["link", str(source), "--out", str(tmp_path / "out")]
    assert CliRunner().invoke(app, words, catch_exceptions=False).exit_code == 0
    model = tmp_path / "out" / "model.json"
    levels = [
        level
        for comparison in json.loads(model.read_text())["comparisons"]
        for level in comparison["comparison_levels"]
        if not level.get("is_null_level")
    ]
    assert min(level["m_probability"] for level in levels) > 5e-5
    again = [*words[:-1], str(tmp_path / "again"), "--model", str(model)]
    assert CliRunner().invoke(app, again, catch_exceptions=False).exit_code == 0
