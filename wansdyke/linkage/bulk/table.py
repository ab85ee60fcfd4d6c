"""The table that the model compares, made from columns of cleaned records; and how often each value
is said in it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from wansdyke.linkage.bulk.columns import Columns
from wansdyke.people.weighing import MADE, forms

ROW = "row"


def table_of(records: Columns) -> pa.Table:
    """The records as `scoring.compared` gives each, by column; a record's row is its place."""
    cleaned = records.table
    street, born, postcode = (cleaned[name] for name in ("street", "born", "postcode"))
    house = cleaned["house"].fill_null("")
    made = {
        "formal": _formal(cleaned["forename"]),
        "middle": pc.split_pattern(cleaned["middle"], " "),
        "address": pc.utf8_ltrim_whitespace(pc.binary_join_element_wise(house, street, " ")),
        "outward": pc.struct_field(pc.extract_regex(postcode, "^(?P<outward>[^ ]+) "), "outward"),
        "initial": pc.utf8_slice_codeunits(cleaned["forename"], 0, 1),
        "birth_year": pc.utf8_slice_codeunits(born, 0, 4),
    }
    columns = {name: made[name] if name in made else cleaned[name] for name in MADE}
    return pa.table({**columns, ROW: pa.array(range(len(records)), type=pa.int32())})


def _formal(forenames: pa.ChunkedArray) -> pa.ChunkedArray:
    """All that each forename may be short for."""
    lists = pa.list_(pa.string())
    chunks = []
    for chunk in forenames.chunks:
        known = chunk.dictionary_encode()
        formal = pa.array([list(forms(name)) for name in known.dictionary.to_pylist()], lists)
        chunks.append(formal.take(known.indices))
    return pa.chunked_array(chunks, lists)


@dataclass(frozen=True)
class Shares:
    """How often each value of a column is said. Only those said more than once are held: the many
    others have one share."""

    known: int
    often: Mapping[str, int]

    def of(self, value: str) -> float:
        """The share of a value that at least one record says."""
        return self.often.get(value, 1) / self.known


def shares(column: pa.ChunkedArray) -> Shares:
    """How often each value of a column is said."""
    counted = pc.value_counts(column.drop_null())
    often = counted.filter(pc.greater(pc.struct_field(counted, "counts"), 1))
    return Shares(
        len(column) - column.null_count,
        {one["values"]: one["counts"] for one in often.to_pylist()},
    )
