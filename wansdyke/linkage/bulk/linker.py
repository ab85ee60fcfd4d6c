"""Trains the model on a table of cleaned records, or takes a trained one, and weighs their pairs.

Splink does the statistics and DuckDB the work; nothing here is random between two runs.
"""

import json
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from splink import DuckDBAPI, Linker, block_on

from wansdyke.kernel.flow import Refused
from wansdyke.linkage.bulk import person_v1
from wansdyke.linkage.bulk.clusters import Pair
from wansdyke.people.cleaning import Cleaned
from wansdyke.people.weighing import MADE

Rule = tuple[str, ...]
COMPARED, PRIOR = "comparisons", "probability_two_random_records_match"
SEED = 1
RANDOM_PAIRS = 1_000_000
# How many certain pairs training needs before what it learns is better than where it starts.
FEWEST_CERTAIN = 50
PRIOR_RECALL = 0.7
LOWEST_WEIGHT = -12.0
# How many pairs the loose rules may bring together, and any other rule by itself.
PAIRS_A_RECORD, PAIRS_A_RULE, FEWEST_ALLOWED = 5, 20, 2_000_000
MEMORY = "1GB"


@dataclass(frozen=True)
class Weighed:
    """The pairs that a model weighed, the model, whether it was trained on these records, and the
    blocking rules that would have brought too many pairs together."""

    pairs: list[Pair]
    model: dict[str, Any]
    trained: bool
    left_out: list[Rule]


def table_of(records: Sequence[Cleaned]) -> pa.Table:
    """The records as the model compares them; a record's row is its place."""
    columns = {
        name: pa.array(
            [make(one) or None for one in records],
            type=pa.list_(pa.string()) if name == "formal" else pa.string(),
        )
        for name, make in MADE.items()
    }
    return pa.table({**columns, "row": pa.array(range(len(records)), type=pa.int64())})


def weigh(records: Sequence[Cleaned], model: dict[str, Any] | None = None) -> Weighed:
    """Every pair of records that some blocking rule brings together and that is not hopeless.

    Without a model one is trained on the records themselves. Raises Refused for a model that is
    not one of ours.
    """
    logging.getLogger("splink").setLevel(logging.ERROR)
    database = DuckDBAPI()
    database.duckdb_con.execute(f"set memory_limit = '{MEMORY}'")
    table = database.register(table_of(records))
    trained = model is None
    blocking, left_out = _affordable(database, table, len(records))
    started = person_v1.settings(blocking) if model is None else _settings_of(model, blocking)
    linker = Linker(table, started, log_level=logging.ERROR)
    if trained:
        learnt_from = (*person_v1.CERTAIN, *person_v1.LEARNT_WITHIN)
        alike = {columns: _alike(database, table, columns) for columns in learnt_from}
        _train(linker, alike, max(FEWEST_ALLOWED, PAIRS_A_RULE * len(records)))
    predicted = linker.inference.predict(threshold_match_weight=LOWEST_WEIGHT)
    found = _read(database, predicted)
    learnt = linker.misc.save_model_to_json()
    if trained:
        prior = learnt["probability_two_random_records_match"]
        found, learnt["probability_two_random_records_match"] = _settled(found, prior, len(records))
    return Weighed(found, {"wansdyke_model": person_v1.NAME, **learnt}, trained, left_out)


def _affordable(database: DuckDBAPI, table: Any, records: int) -> tuple[list[Rule], list[Rule]]:
    """The blocking rules whose pairs can be paid for, each counted before it is used, and those
    that are left out: a date that a form puts in everywhere would bring all with all together."""
    most = max(FEWEST_ALLOWED, PAIRS_A_RULE * records)
    left = max(FEWEST_ALLOWED, PAIRS_A_RECORD * records)
    chosen: list[Rule] = []
    left_out: list[Rule] = []
    for columns in person_v1.BLOCKING:
        fits = _alike(database, table, columns) <= most
        (chosen if fits else left_out).append(columns)
    for columns in person_v1.LOOSE:
        brought = _alike(database, table, columns)
        if brought <= left:
            left -= brought
            chosen.append(columns)
    return chosen, left_out


def _settings_of(model: dict[str, Any], blocking: Sequence[Rule]) -> dict[str, Any]:
    """Our own settings with what a trained model learnt: its numbers alone, for its conditions are
    SQL, and whoever hands in a file must not have it run."""
    if model.get("wansdyke_model") != person_v1.NAME:
        raise Refused(f"This is not a trained model of “{person_v1.NAME}”: train it anew.")
    settings = person_v1.settings(blocking).create_settings_dict("duckdb")
    try:
        learnt = {one["output_column_name"]: one["comparison_levels"] for one in model[COMPARED]}
        for comparison in settings[COMPARED]:
            theirs = learnt[comparison["output_column_name"]]
            for ours, level in zip(comparison["comparison_levels"], theirs, strict=True):
                if not ours.get("is_null_level"):
                    for number in ("m_probability", "u_probability"):
                        ours[number] = _chance(level[number])
        settings[PRIOR] = _chance(model[PRIOR])
    except (KeyError, TypeError, ValueError) as fault:
        raise Refused(f"The trained model is not whole: {fault}. Train it anew.") from None
    return settings


def _chance(given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given < 1:
        raise ValueError(f"{given!r} is no probability between 0 and 1")
    return float(given)


def read_model(path: Path) -> dict[str, Any]:
    """A trained model from its file. Raises Refused where it is none."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as fault:
        raise Refused(f"The model {path.name} cannot be read: {fault}") from None
    if not isinstance(found, dict):
        raise Refused(f"The model {path.name} is not a trained model.")
    return found


def _alike(database: DuckDBAPI, table: Any, columns: Sequence[str]) -> int:
    """How many pairs of records share all these columns."""
    told = " and ".join(f"{column} is not null" for column in columns)
    found = database.duckdb_con.table(table.physical_name).filter(told)
    groups = found.aggregate("count(*) as n", ", ".join(columns))
    ((pairs,),) = groups.aggregate("coalesce(sum(n * (n - 1) / 2), 0)").fetchall()
    return int(pairs)


def _train(linker: Linker, alike: Mapping[Rule, int], most: int) -> None:
    certain = [columns for columns in person_v1.CERTAIN if 0 < alike[columns] <= most]
    if sum(alike[columns] for columns in certain) < FEWEST_CERTAIN:
        return
    linker.training.estimate_probability_two_random_records_match(
        [block_on(*columns) for columns in certain], recall=PRIOR_RECALL
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
    for columns in person_v1.LEARNT_WITHIN:
        if FEWEST_CERTAIN <= alike[columns] <= most:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*columns))


def _read(database: DuckDBAPI, predicted: Any) -> list[Pair]:
    found = database.duckdb_con.table(predicted.physical_name)
    columns = "row_l, row_r, match_weight, match_probability"
    return [Pair(*row) for row in found.project(columns).order("row_l, row_r").fetchall()]


def _settled(pairs: list[Pair], prior: float, records: int) -> tuple[list[Pair], float]:
    """The pairs weighed anew with the prior that they themselves give, and that prior.

    The rules for certain pairs only guess how many there are; the number of matches expected among
    all pairs must come to the prior that was put in.
    """
    among = records * (records - 1) / 2
    if not pairs or not among:
        return pairs, prior
    odds, now = math.log2(prior / (1 - prior)), prior
    for _ in range(100):
        shift = math.log2(now / (1 - now)) - odds
        expected = sum(_probability(one.weight + shift) for one in pairs)
        then = min(max(expected / among, 1 / among), 0.5)
        if abs(then - now) < now * 1e-4:
            break
        now = then
    shift = math.log2(now / (1 - now)) - odds
    moved = [
        Pair(one.left, one.right, one.weight + shift, _probability(one.weight + shift))
        for one in pairs
    ]
    return moved, now


def _probability(weight: float) -> float:
    return float(1 / (1 + 2.0 ** min(-weight, 1000)))
