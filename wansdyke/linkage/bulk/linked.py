"""Records to people: weighs pairs, joins what is sure and uncontradicted, holds back the rest."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from wansdyke.kernel.flow import Refused
from wansdyke.linkage.bulk.clusters import Held, Joined, Pair, joined
from wansdyke.linkage.bulk.columns import Columns
from wansdyke.linkage.bulk.contradictions import contradiction
from wansdyke.linkage.bulk.linker import Weighed, weigh
from wansdyke.linkage.bulk.names_in_use import NamesInUse
from wansdyke.linkage.bulk.table import shares, table_of
from wansdyke.people.cleaning import Cleaned
from wansdyke.people.weighing import Part, Scorer, compared, forms, reasons

Weighing = Callable[[pa.Table, dict[str, Any] | None], Weighed]
BETWEEN = "Likely, but not sure enough to join without a person’s judgement"


@dataclass(frozen=True)
class Bounds:
    """From which probability a pair is a person's to judge, and from which it is joined.

    Raises Refused unless 0 < suggest <= join <= 1.
    """

    suggest: float = 0.5
    join: float = 0.95

    def __post_init__(self) -> None:
        if not 0 < self.suggest <= self.join <= 1:
            raise Refused(
                "The bounds must lie between 0 and 1, and --join-above must not be less than"
                f" --suggest-above: they are {self.join} and {self.suggest}."
            )


@dataclass(frozen=True)
class Linked:
    """What came of linking: every pair from the lower bound on, what was joined, what a person must
    judge, and the model that said so. `paired` holds the records of those pairs by their rows."""

    ids: Sequence[str]
    records: Columns
    bounds: Bounds
    pairs: list[Pair]
    paired: Mapping[int, Cleaned]
    joined: Joined
    review: list[Held]
    model: dict[str, Any]
    trained: bool
    scorer: Scorer
    exchanged: int
    left_out: Sequence[tuple[str, ...]]

    def cluster_of(self, row: int) -> int:
        """The lowest record of the cluster that a record is in."""
        return self.joined.cluster.get(row, row)

    @property
    def people(self) -> int:
        """How many people the records are of, as far as they were joined."""
        return len({self.cluster_of(row) for row in range(len(self.records))})

    def sizes(self) -> dict[int, int]:
        """How many clusters have how many records."""
        members = Counter(self.cluster_of(row) for row in range(len(self.records)))
        return dict(sorted(Counter(members.values()).items()))

    def reasons(self, pair: Pair) -> str:
        """Why a pair has its weight, in words."""
        return reasons(self.parts(pair))

    def parts(self, pair: Pair) -> list[Part]:
        """What each comparison adds to a pair's weight."""
        return self.scorer.parts(
            compared(self.paired[pair.left]), compared(self.paired[pair.right])
        )


def link(
    ids: Sequence[str],
    said: Columns,
    bounds: Bounds,
    model: dict[str, Any] | None = None,
    weigh: Weighing = weigh,
) -> Linked:
    """Links records, their pairs weighed by DuckDB or by whatever else is given. Raises Refused
    where there are fewer than two, or the model is not ours."""
    if len(said) < 2:
        raise Refused("There is nothing to link: fewer than two records were found.")
    records, exchanged = NamesInUse.of(said).straightened(said)
    table = table_of(records)
    weighed = weigh(table, model)
    pairs = [pair for pair in weighed.pairs if pair.probability >= bounds.suggest]
    paired = _paired(records, pairs)
    apart = _apart(paired, NamesInUse.of(records).common)
    found = joined((pair for pair in pairs if pair.probability >= bounds.join), apart)
    return Linked(
        ids=ids,
        records=records,
        bounds=bounds,
        pairs=pairs,
        paired=paired,
        joined=found,
        review=_review(found, pairs, bounds, apart),
        model=weighed.model,
        trained=weighed.trained,
        scorer=Scorer(weighed.model, lambda column: shares(table[column]).of),
        exchanged=exchanged,
        left_out=weighed.left_out,
    )


def _paired(records: Columns, pairs: Sequence[Pair]) -> dict[int, Cleaned]:
    rows = sorted({row for pair in pairs for row in (pair.left, pair.right)})
    return dict(zip(rows, records.at(rows), strict=True))


def _apart(records: Mapping[int, Cleaned], in_use: Collection[str]) -> Callable[[int, int], str]:
    """Why two records, by their places, must not be joined."""

    def apart(left: int, right: int) -> str:
        one, other = records[left], records[right]
        same_form = bool(set(forms(one.forename)) & set(forms(other.forename)))
        return contradiction(one, other, same_form, in_use)

    return apart


def _review(
    found: Joined, pairs: Sequence[Pair], bounds: Bounds, apart: Callable[[int, int], str]
) -> list[Held]:
    """What a person must judge, the surest first: held back, or likely but not sure enough."""
    cluster = found.cluster
    between = [
        Held(pair, apart(pair.left, pair.right) or BETWEEN)
        for pair in pairs
        if pair.probability < bounds.join
        and cluster.get(pair.left, pair.left) != cluster.get(pair.right, pair.right)
    ]
    return sorted([*found.held, *between], key=lambda held: -held.pair.weight)
