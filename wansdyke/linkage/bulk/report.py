"""The report of a linking: what was read, how it was weighed and what came of it, as one page that
needs no network. It names no record but by its id."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, inf, log2
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from wansdyke.linkage.bulk.clusters import Pair
from wansdyke.linkage.bulk.files import Mapped
from wansdyke.linkage.bulk.linked import Linked
from wansdyke.people.weighing import LEVELS, WORDS, compared

BANDS = 24
THRESHOLDS = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999)
WIDTH = 420
# So many records tell what share of all says too little.
LOOKED_AT = 20_000


@dataclass(frozen=True)
class Row:
    """One bar of a chart, which is a row of its table too; `start` and `length` are its drawing."""

    label: str
    value: str
    start: float
    length: float
    against: bool = False


def bars(counted: Mapping[str, int]) -> list[Row]:
    """Counts as bars from one edge."""
    most = max(counted.values(), default=0) or 1
    return [Row(label, f"{n:,}", 0, round(WIDTH * n / most, 1)) for label, n in counted.items()]


def waterfall(linked: Linked, pair: Pair) -> list[Row]:
    """A pair's weight, comparison by comparison, from what any two records start with."""
    parts = ((part.words, part.weight) for part in linked.parts(pair))
    steps = [("any two records", linked.scorer.start), *parts]
    at, ends = 0.0, []
    for words, weight in steps:
        ends.append((words, at, at + weight))
        at += weight
    ends.append(("together", 0.0, at))
    low = min(min(a, b) for _, a, b in ends)
    scale = WIDTH / ((max(max(a, b) for _, a, b in ends) - low) or 1)
    return [
        Row(
            words,
            f"{b - a:+.1f}",
            round((min(a, b) - low) * scale, 1),
            round(abs(b - a) * scale, 1),
            b < a,
        )
        for words, a, b in ends
    ]


def _weights(linked: Linked) -> dict[str, int]:
    if not linked.pairs:
        return {}
    weights = [pair.weight for pair in linked.pairs]
    step = max(1, ceil((max(weights) - min(weights)) / BANDS))
    counted = Counter(floor(weight / step) * step for weight in weights)
    steps = range(min(counted), max(counted) + step, step)
    return {f"{low} to {low + step}": counted[low] for low in steps}


def _thresholds(linked: Linked) -> list[dict[str, Any]]:
    found = []
    for least in THRESHOLDS:
        above = [p.probability for p in linked.pairs if p.probability >= least]
        if least >= linked.bounds.suggest and above:
            share = sum(above) / len(above)
            found.append({"least": least, "pairs": f"{len(above):,}", "right": f"{share:.2%}"})
    return found


def _unlinkable(linked: Linked) -> tuple[str, str]:
    """Of how many records, spread over all of them, how many say too little to be joined even to
    another that says the same."""
    sure = linked.bounds.join
    least = inf if sure >= 1 else log2(sure / (1 - sure))
    looked_at = linked.records[:: max(1, len(linked.records) // LOOKED_AT)]
    rows = map(compared, looked_at)
    poor = sum(linked.scorer.weight(row, row) < least for row in rows)
    return f"{poor:,}", f"{len(looked_at):,}"


def _model(linked: Linked) -> list[dict[str, str]]:
    found = []
    for column, levels in linked.scorer.levels.items():
        if column not in LEVELS:
            continue
        for words, level in zip(WORDS[column], levels, strict=True):
            found.append({"column": column, "words": words, "weight": f"{level.weight:+.2f}"})
    return found


def _examples(linked: Linked) -> list[dict[str, Any]]:
    """The surest pair that was joined, the least sure one, and the surest that was held back."""
    links = linked.joined.links
    chosen = [("The surest pair that was joined", links[0])] if links else []
    chosen += [("The least sure pair that was joined", links[-1])] if len(links) > 1 else []
    if linked.review:
        held = linked.review[0]
        chosen.append((f"The surest pair that was held back. {held.why}", held.pair))
    return [
        {
            "title": title,
            "left": linked.ids[pair.left],
            "right": linked.ids[pair.right],
            "rows": waterfall(linked, pair),
        }
        for title, pair in chosen
    ]


def report(linked: Linked, mapped: Sequence[Mapped]) -> str:
    """The page."""
    pages = Environment(
        loader=PackageLoader("wansdyke.linkage.bulk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return pages.get_template("report.html").render(
        linked=linked,
        mapped=mapped,
        records=f"{len(linked.records):,}",
        people=f"{linked.people:,}",
        whys=bars(dict(Counter(held.why for held in linked.review).most_common())),
        weights=bars(_weights(linked)),
        sizes=bars({f"{size:,}": count for size, count in linked.sizes().items()}),
        thresholds=_thresholds(linked),
        unlinkable=_unlinkable(linked),
        unreadable=bars(dict(linked.records.unreadable())),
        model=_model(linked),
        examples=_examples(linked),
        width=WIDTH,
    )
