"""The same model on Spark: the same pairs with the same weights, and clear words without it."""

import os
import random
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.commands import app
from wansdyke.kernel.flow import Refused
from wansdyke.linkage.bulk import spark
from wansdyke.linkage.bulk.files import Read, chosen_columns, read
from wansdyke.linkage.bulk.linked import Bounds, link
from wansdyke.linkage.bulk.linker import train
from wansdyke.linkage.bulk.spark import OnSpark
from wansdyke.linkage.bulk.table import table_of

RUN = CliRunner()
WANSDYKE = str(Path(sys.executable).with_name("wansdyke"))
HEADING = "id,forename,middle_names,surname,date_of_birth,sex,house,street,town,postcode,phone,pnc"
NAMES = ("Margaret", "Peggy", "Harley", "Haryley", "Wil", "William", "Bronwen", "Ann", "Aidsn")
SURNAMES = ("McCarthy", "Macarthy", "Brown", "Browne", "Horsley", "Evans", "Smith-Jones", "Nowak")


def made_up(path: Path, people: int = 150) -> Path:
    """Records of which some are of one person, most with something wrong."""
    draw = random.Random(3)
    lines = [HEADING]
    for number in range(people):
        born = date(1950 + number % 40, 1 + number % 12, 1 + number % 28)
        street, sex = (
            draw.choice(("Pridham Street", "High Street", "Lantern Lane")),
            "fm"[number % 2],
        )
        given, family = draw.choice(NAMES), draw.choice(SURNAMES)
        phone = f"07700 900{number % 400:03}" if number % 3 else ""
        for copy in range(draw.choice((1, 2, 2, 3))):
            slip = draw.choice(("", "e", "x")) if copy else ""
            day = born.replace(day=1 + (born.day + copy) % 28) if copy == 2 else born
            lines.append(
                f"{number}-{copy},{given},{draw.choice(NAMES)},{family}{slip},{day},{sex},"
                f"{number},{street}{slip},Devizes,SN10 {number % 9 + 1}AB,{phone},"
            )
    path.write_text("\n".join(lines) + "\n")
    return path


def records(path: Path) -> Read:
    return read([path], chosen_columns(None), date(2026, 11, 24), lambda amount: None)


def test_spark_weighs_as_duckdb_does(tmp_path: Path) -> None:
    found = records(made_up(tmp_path / "people.csv"))
    model = train(table_of(found.records))
    here = link(found.ids, found.records, Bounds(), model)
    there = link(found.ids, found.records, Bounds(), model, OnSpark("local[2]"))
    pairs = {(one.left, one.right): one.weight for one in here.pairs}
    assert len(pairs) > 100
    assert {(one.left, one.right) for one in there.pairs} == pairs.keys()
    assert all(
        one.weight == pytest.approx(pairs[one.left, one.right], abs=1e-6) for one in there.pairs
    )
    assert there.joined.cluster == here.joined.cluster
    assert {held.why for held in there.review} == {held.why for held in here.review}
    # But for the name that Splink gives each run.
    assert {**there.model, "linker_uid": ""} == {**here.model, "linker_uid": ""}


def test_it_learns_from_no_more_records_than_teach_it_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = table_of(records(made_up(tmp_path / "people.csv")).records)
    learnt_from: list[int] = []
    monkeypatch.setattr(spark, "LEARNT_FROM", 100)
    monkeypatch.setattr(spark, "train", lambda some: learnt_from.append(len(some)) or train(some))
    assert spark.learnt(table)["wansdyke_model"] == "person-v1"
    assert 50 < learnt_from[0] <= 100 < len(table)


def test_without_pyspark_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "wansdyke.linkage.bulk.spark", None)
    words = ["link", str(made_up(tmp_path / "people.csv", 2)), "--out", str(tmp_path / "out")]
    with pytest.raises(Refused, match=r"wansdyke\[spark\]"):
        RUN.invoke(app, [*words, "--engine", "spark"], catch_exceptions=False)
    assert not (tmp_path / "out").exists()


def test_without_java_it_says_what_to_install(tmp_path: Path) -> None:
    words = ["link", str(made_up(tmp_path / "people.csv", 3)), "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [WANSDYKE, *words, "--engine", "spark", "--master", "local[1]"],
        env={**os.environ, "JAVA_HOME": str(tmp_path), "WANSDYKE_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "It needs Java 17 or newer" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_engine_is_for_files() -> None:
    with pytest.raises(Refused, match="--engine is for files"):
        RUN.invoke(app, ["link", "--engine", "spark"], catch_exceptions=False)
