"""Trains the model on a table of cleaned records, or takes a trained one, and weighs their pairs.

Splink does the statistics and DuckDB the work; nothing here is random between two runs.
"""

import json
import logging
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker, block_on

from wansdyke.kernel.flow import Refused
from wansdyke.linkage.bulk import person_v1
from wansdyke.linkage.bulk.blocking import (
    FEWEST_ALLOWED,
    PAIRS_A_RULE,
    Rule,
    alike,
    bring_together,
)
from wansdyke.linkage.bulk.clusters import Pair

COMPARED, PRIOR = "comparisons", "probability_two_random_records_match"
SEED = 1
RANDOM_PAIRS = 1_000_000
# Within blocks of more pairs, training looks at the pairs of some records alone.
LEARNT_PAIRS = 500_000
# Of how many records Splink reckons how many those must be.
PROBED = 0.05
# How many certain pairs training needs before what it learns is better than where it starts.
FEWEST_CERTAIN = 50
PRIOR_RECALL = 0.7
LOWEST_WEIGHT = -12.0
# The least that is believed of how often records of one person, and of two, agree in some way.
LEAST = {"m_probability": 1e-4, "u_probability": 1e-7}
# DuckDB writes what goes beyond to a folder of its own, which is removed.
MEMORY = "600MB"


@dataclass(frozen=True)
class Weighed:
    """The pairs that a model weighed, the model, whether it was trained on these records, and the
    blocking rules that would have brought too many pairs together."""

    pairs: list[Pair]
    model: dict[str, Any]
    trained: bool
    left_out: list[Rule]


def weigh(records: pa.Table, model: dict[str, Any] | None = None) -> Weighed:
    """Every pair of records that some blocking rule brings together and that is not hopeless.

    The table is that of `table_of`. Without a model one is trained on the records themselves.
    Raises Refused for a model that is not one of ours.
    """
    with _database() as database:
        return _weigh(database, records, model)


@contextmanager
def _database() -> Iterator[DuckDBAPI]:
    logging.getLogger("splink").setLevel(logging.ERROR)
    with TemporaryDirectory(prefix="wansdyke-link-") as folder, duckdb.connect() as connection:
        connection.execute(f"set memory_limit = '{MEMORY}'; set temp_directory = '{folder}'")
        yield DuckDBAPI(connection)


def _weigh(database: DuckDBAPI, records: pa.Table, model: dict[str, Any] | None) -> Weighed:
    table = database.register(records)
    brought = bring_together(database.duckdb_con, table.physical_name, len(records))
    trained = model is None
    if model is None:
        model = _trained(database, table, len(records))
    linker = Linker(table, settings_of(model, brought.used), log_level=logging.ERROR)
    linker.table_management.register_blocked_pairs_for_predict(database.register(brought.table))
    predicted = linker.inference.predict(threshold_match_weight=LOWEST_WEIGHT)
    found = _read(database, predicted)
    used = linker.misc.save_model_to_json()
    return as_weighed(found, used, brought.left_out, records=len(records), trained=trained)


def as_weighed(
    pairs: list[Pair],
    used: dict[str, Any],
    left_out: list[Rule],
    *,
    records: int,
    trained: bool,
) -> Weighed:
    """What was predicted by the model used; the prior of one that was trained just now is settled
    by the pairs."""
    used = {"wansdyke_model": person_v1.NAME, **used}
    if trained:
        pairs, used[PRIOR] = _settled(pairs, used[PRIOR], records)
    return Weighed(pairs, used, trained, left_out)


def written_down(
    model: dict[str, Any], blocking: Sequence[Rule], records: pa.Table
) -> dict[str, Any]:
    """A model with its rules as it is kept: in the same words whatever weighs the pairs."""
    with _database() as database:
        table = database.register(records.slice(0, 2))
        linker = Linker(table, settings_of(model, blocking), log_level=logging.ERROR)
        kept: dict[str, Any] = linker.misc.save_model_to_json()
        return kept


def train(records: pa.Table) -> dict[str, Any]:
    """A model that has learnt from a table of records, that of `table_of`."""
    with _database() as database:
        return _trained(database, database.register(records), len(records))


def learnt_something(model: dict[str, Any]) -> bool:
    """Whether training found enough pairs that are certain: else it left all as it began."""
    begun = person_v1.settings().create_settings_dict("duckdb")
    return bool(model[PRIOR] != begun[PRIOR])


def settings_of(
    model: dict[str, Any], blocking: Sequence[Rule], dialect: str = "duckdb"
) -> dict[str, Any]:
    """Our own settings with what a trained model learnt: its numbers alone, for its conditions are
    SQL, and whoever hands in a file must not have it run. Raises Refused where it is not ours."""
    if model.get("wansdyke_model") != person_v1.NAME:
        raise Refused(f"This is not a trained model of “{person_v1.NAME}”: train it anew.")
    settings = person_v1.settings(blocking).create_settings_dict(dialect)
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
    except (OSError, ValueError, RecursionError) as fault:
        raise Refused(f"The model {path.name} cannot be read: {fault}") from None
    if not isinstance(found, dict):
        raise Refused(f"The model {path.name} is not a trained model.")
    return found


def _trained(database: DuckDBAPI, table: Any, records: int) -> dict[str, Any]:
    """A model that has learnt from the records what they have enough of."""
    linker = Linker(table, person_v1.settings(), log_level=logging.ERROR)
    most = max(FEWEST_ALLOWED, PAIRS_A_RULE * records)
    learnt_from = (*person_v1.CERTAIN, *person_v1.LEARNT_WITHIN)
    pairs = {one: alike(database.duckdb_con, table.physical_name, one) for one in learnt_from}
    certain = [columns for columns in person_v1.CERTAIN if 0 < pairs[columns] <= most]
    if sum(pairs[columns] for columns in certain) >= FEWEST_CERTAIN:
        linker.training.estimate_probability_two_random_records_match(
            [block_on(*columns) for columns in certain], recall=PRIOR_RECALL
        )
        linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
        within = [c for c in person_v1.LEARNT_WITHIN if FEWEST_CERTAIN <= pairs[c] <= most]
        for columns in within:
            most_learnt = LEARNT_PAIRS if pairs[columns] > LEARNT_PAIRS else None
            linker = _learnt_within(linker, table, columns, most_learnt)
    return {"wansdyke_model": person_v1.NAME, **_never_certain(linker.misc.save_model_to_json())}


def _learnt_within(linker: Linker, table: Any, columns: Rule, most: int | None) -> Linker:
    """The linker, having learnt from the pairs that share some columns what they have to teach."""
    before = linker.misc.save_model_to_json()
    try:
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*columns), max_pairs=most, record_sample_proportion=PROBED
        )
    except ValueError as fault:
        # Among few records something may never happen: Splink gives up on a chance of next to
        # nothing, half done, and what was known before stands.
        if "minimum allowed" not in str(fault):
            raise
        return Linker(table, before, log_level=logging.ERROR)
    return linker


def _never_certain(model: dict[str, Any]) -> dict[str, Any]:
    """What was learnt, with nothing impossible: a file without one mistake in some column does not
    show that nobody ever makes one there."""
    for comparison in model[COMPARED]:
        levels = [one for one in comparison["comparison_levels"] if not one.get("is_null_level")]
        for number, least in LEAST.items():
            kept = [max(level[number], least) for level in levels]
            for level, value in zip(levels, kept, strict=True):
                level[number] = value / sum(kept)
    return model


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
