"""The same questions put to Splink's own prediction of one new record: `predict_between` on DuckDB,
with the model that the product ships and its blocking rules, every person in memory beforehand.

Splink takes what a record has: whoever is asked for by a year, an age, half a name or another name
than the one recorded it cannot be told of, and it looks only where a rule agrees exactly. It was
made to link records, not to be asked; the figures say what asking it would cost.
"""

import logging
import statistics
import time
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
from django.utils import timezone
from splink import DuckDBAPI, Linker

from benchmarks.calls import ControlRoom, acting_as
from benchmarks.figures import Figure, percentile
from benchmarks.made_people import Told
from wansdyke.kernel.calendar import london
from wansdyke.linkage.bulk import person_v1
from wansdyke.linkage.bulk.columns import Gathered
from wansdyke.linkage.bulk.linker import settings_of
from wansdyke.linkage.bulk.table import ROW, table_of
from wansdyke.linkage.found import Query
from wansdyke.linkage.learning import all_records
from wansdyke.linkage.lookup import find_people
from wansdyke.people.agreement import shipped_model
from wansdyke.people.cleaning import address_parts

FIRST, ASKED = 20, 63
TAKEN = ("forename", "surname", "date_of_birth", "phone", "postcode", "sex")
BEFORE_ANY = -1_000.0


class Asking:
    """Splink with every record in memory, to be asked for one at a time."""

    def __init__(self, today: date) -> None:
        logging.getLogger("splink").setLevel(logging.ERROR)
        self.today, self.asked = today, 0
        columns, self.pks = all_records(today)
        self.database = DuckDBAPI(duckdb.connect())
        self.held = self.database.register(table_of(columns), dataset_display_name="held")
        settings = settings_of(
            {**shipped_model(), "wansdyke_model": person_v1.NAME}, person_v1.BLOCKING
        )
        self.linker = Linker(self.held, settings, log_level=logging.ERROR)
        for comparison in shipped_model()["comparisons"]:
            for level in comparison["comparison_levels"]:
                if column := level.get("tf_adjustment_column"):
                    self.linker.table_management.compute_tf_table(column)

    def first(self, question: Told) -> list[int]:
        """The primary keys of the records that weigh most, best first."""
        self.asked += 1
        new = self.database.register(self._one(question), dataset_display_name=f"new_{self.asked}")
        found = self.linker.inference.predict_between(
            self.held, new, threshold_match_weight=BEFORE_ANY, warning_mode="never"
        )
        rows = self.database.duckdb_con.table(found.physical_name)
        best = rows.order("match_weight desc").limit(FIRST).project(f"{ROW}_l, {ROW}_r").fetchall()
        new.drop_table_from_database_and_remove_from_cache(force_non_splink_table=True)
        found.drop_table_from_database_and_remove_from_cache()
        return [self.pks[min(pair)] for pair in best]

    def _one(self, question: Told) -> pa.Table:
        said = {name: [str(question.said[name])] for name in TAKEN if question.said.get(name)}
        if question.said.get("identity"):
            said["pnc"] = [str(question.said["identity"])]
        house, street = address_parts(str(question.said.get("address") or ""))
        said |= {"house": [house], "street": [street]}
        gathered = Gathered(self.today)
        gathered.add(said, 1)
        table = table_of(gathered.columns())
        place = table.schema.get_field_index(ROW)
        row = pa.array([len(self.pks)], type=pa.int32())
        return table.set_column(place, ROW, row)


def compared(room: ControlRoom, asked: Sequence[tuple[Told, int]]) -> Iterator[Figure]:
    """Milliseconds and how many were found among the first 20, by Splink and by the product, of
    some of the questions, the same for both."""
    at = timezone.now()
    actor, splink = acting_as(room.operator, at), Asking(london(at).date())
    some = asked[:: max(1, len(asked) // ASKED)]
    splink.first(some[0][0])
    took, by_splink, by_us = list[float](), list[bool](), list[bool]()
    for question, record in some:
        began = time.perf_counter()
        found = splink.first(question)
        took.append((time.perf_counter() - began) * 1000)
        by_splink.append(record in found)
        ours: Any = find_people(actor, at, Query(**question.said), limit=FIRST)  # type: ignore[arg-type]
        by_us.append(record in {each.record.pk for one in ours for each in one.records})
    yield Figure("Splink, one new record, median", percentile(took, 0.5), "ms")
    yield Figure("Splink, one new record, p95", percentile(took, 0.95), "ms")
    yield Figure("Splink, found in the first 20", 100 * statistics.mean(by_splink), "%")
    yield Figure("look-up, found of the same", 100 * statistics.mean(by_us), "%")
