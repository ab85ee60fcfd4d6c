"""The same pairs, weighed by the same model, on Apache Spark: where one machine is too small.

The records are read, cleaned and, at the end, joined in the process that was started; what grows
with the pairs, which is nearly all of the work, is Spark's. PySpark and Java are installed apart.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.pandas.functions import ArrowUDFType, arrow_udf
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler
from splink import Linker
from splink.backends.spark import SparkAPI

from wansdyke.kernel.flow import Refused
from wansdyke.linkage.bulk import person_v1
from wansdyke.linkage.bulk.blocking import Rule, choose, named, told
from wansdyke.linkage.bulk.clusters import Pair
from wansdyke.linkage.bulk.linker import (
    LOWEST_WEIGHT,
    Weighed,
    as_weighed,
    settings_of,
    train,
    written_down,
)

# Training looks at no more records than these: more teach it nothing that it does not know.
LEARNT_FROM = 1_000_000
RECORDS = "wansdyke_records"
RULES: tuple[Rule, ...] = (*person_v1.BLOCKING, *person_v1.LOOSE)
# Spark's own number of parts, 200, is for a cluster.
PARTS_HERE = "4"


class OnSpark:
    """Weighs the pairs of a table of records on a Spark master, such as “local[4]”."""

    def __init__(self, master: str) -> None:
        self.master = master

    def __call__(self, records: pa.Table, model: dict[str, Any] | None = None) -> Weighed:
        """As `linker.weigh`. Raises Refused where Spark cannot be reached."""
        trained = model is None
        if model is None:
            model = learnt(records)
        with session(self.master) as spark:
            return _weigh(spark, records, model, trained=trained)


def learnt(records: pa.Table) -> dict[str, Any]:
    """A model trained, on DuckDB, on as many of the records as it learns from, evenly chosen."""
    apart = -(-len(records) // LEARNT_FROM)
    return train(records.take(pa.array(range(0, len(records), apart))))


@contextmanager
def session(master: str) -> Iterator[SparkSession]:
    """A session. Raises Refused where there is no Java or no such master."""
    builder = (
        SparkSession.builder.appName("wansdyke link")
        .master(master)
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
    )
    if master.startswith("local"):
        builder = builder.config("spark.sql.shuffle.partitions", PARTS_HERE)
        # Workers of a cluster have a Python of their own; those of this machine have this one.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        spark = builder.getOrCreate()
    except (PySparkException, OSError) as fault:
        raise Refused(
            f"Spark could not be started on “{master}”: {str(fault).splitlines()[0]} It needs"
            " Java 17 or newer (on Debian: apt-get install openjdk-17-jre-headless)."
        ) from None
    spark.sparkContext.setLogLevel("ERROR")
    try:
        yield spark
    finally:
        spark.stop()


def _register(spark: SparkSession) -> None:
    """How alike two words are, exactly as everywhere else: Splink's own functions for Spark reckon
    some words otherwise than those for DuckDB."""

    def jaro_winkler(ones: pa.Array, others: pa.Array) -> pa.Array:
        return _each(JaroWinkler.similarity, ones, others, pa.float64())

    def damerau_levenshtein(ones: pa.Array, others: pa.Array) -> pa.Array:
        return _each(DamerauLevenshtein.distance, ones, others, pa.int32())

    spark.udf.register("jaro_winkler", arrow_udf(jaro_winkler, "double", ArrowUDFType.SCALAR))
    spark.udf.register(
        "damerau_levenshtein", arrow_udf(damerau_levenshtein, "int", ArrowUDFType.SCALAR)
    )


def _each(
    compare: Callable[[str, str], float], ones: pa.Array, others: pa.Array, kind: pa.DataType
) -> pa.Array:
    pairs = zip(ones.to_pylist(), others.to_pylist(), strict=True)
    found = [None if one is None or other is None else compare(one, other) for one, other in pairs]
    return pa.array(found, kind)


class _InSpark:
    """Counts the pairs of all rules at once, and keeps the statements that bring them together."""

    def __init__(self, spark: SparkSession) -> None:
        self.spark = spark
        self.taken: list[str] = []
        counts = " union all ".join(
            f"select {place} as rule, coalesce(sum(n * (n - 1) div 2), 0) as pairs from"  # noqa: S608  # nosec B608
            f" (select count(*) as n from {RECORDS} where {told(rule)} group by {named(rule)})"
            for place, rule in enumerate(RULES)
        )
        self.counted = {RULES[row.rule]: int(row.pairs) for row in spark.sql(counts).collect()}

    def pairs_of(self, rule: Rule) -> int:
        """How many pairs of records share what the rule names."""
        return self.counted[rule]

    def pair_up(self, rule: Rule) -> None:
        """Takes the pairs of the rule."""
        same = " and ".join(f"a.{column} = b.{column}" for column in rule)
        self.taken.append(  # nosec B608 - the names of our own rules and table
            f"select a.row as l, b.row as r from {RECORDS} a join {RECORDS} b"  # noqa: S608  # nosec B608
            f" on {same} where a.row < b.row"
        )

    def brought(self) -> Any:
        """Each pair that was taken, once, as Splink takes them."""
        pairs = " union all ".join(self.taken)
        return self.spark.sql(  # nosec B608 - as above
            "select distinct '0' as match_key, l as join_key_l, r as join_key_r"  # noqa: S608  # nosec B608
            f" from ({pairs})"
        )


def _weigh(
    spark: SparkSession, records: pa.Table, model: dict[str, Any], *, trained: bool
) -> Weighed:
    logging.getLogger("splink").setLevel(logging.ERROR)
    frame = spark.createDataFrame(records).cache()
    frame.createOrReplaceTempView(RECORDS)
    gathering = _InSpark(spark)
    used, left_out = choose(gathering, len(records))
    _register(spark)
    database = SparkAPI(  # type: ignore[no-untyped-call]
        spark_session=spark, break_lineage_method="persist", register_udfs_automatically=False
    )
    linker = Linker(
        database.register(frame), settings_of(model, used, "spark"), log_level=logging.ERROR
    )
    brought = database.register(gathering.brought().cache())
    linker.table_management.register_blocked_pairs_for_predict(brought)
    predicted = linker.inference.predict(threshold_match_weight=LOWEST_WEIGHT)
    found = _read(spark, predicted.physical_name)
    kept = written_down(model, used, records)
    return as_weighed(found, kept, left_out, records=len(records), trained=trained)


def _read(spark: SparkSession, table: str) -> list[Pair]:
    rows = spark.table(table).select("row_l", "row_r", "match_weight", "match_probability")
    ordered = rows.orderBy("row_l", "row_r").toArrow()
    columns = (column.to_pylist() for column in ordered.columns)
    return [Pair(*row) for row in zip(*columns, strict=True)]
