"""What linking writes: pairs, clusters, what a person must judge, the model, a report and the
public record."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from wansdyke.linkage.bulk.clusters import Pair
from wansdyke.linkage.bulk.files import Mapped
from wansdyke.linkage.bulk.linked import Linked
from wansdyke.linkage.bulk.report import report
from wansdyke.linkage.bulk.transparency import transparency

PAIRS, CLUSTERS, REVIEW = "pairs.csv", "clusters.csv", "review.csv"
MODEL, REPORT, RECORD = "model.json", "report.html", "transparency.md"
Headings = tuple[str, ...]


def write(linked: Linked, mapped: Sequence[Mapped], folder: Path) -> list[Path]:
    """Writes every file, each whole or not at all; those of an earlier run are replaced.

    Raises OSError where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables: dict[str, tuple[Headings, Iterable[tuple[str, ...]]]] = {
        PAIRS: (("id_l", "id_r", "weight", "probability"), _pairs(linked)),
        CLUSTERS: (("id", "cluster"), _clusters(linked)),
        REVIEW: (("id_l", "id_r", "weight", "probability", "why", "reasons"), _review(linked)),
    }
    for file, (headings, rows) in tables.items():
        with _Whole(folder / file) as part, part.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            writer.writerow(headings)
            writer.writerows(rows)
    texts = {
        MODEL: json.dumps(linked.model, indent=1),
        REPORT: report(linked, mapped),
        RECORD: transparency(linked, mapped),
    }
    for file, text in texts.items():
        with _Whole(folder / file) as part:
            part.write_text(text, encoding="utf-8")
    return [folder / file for file in (*tables, *texts)]


def _weighed(linked: Linked, pair: Pair) -> tuple[str, ...]:
    names = linked.ids[pair.left], linked.ids[pair.right]
    return (*names, f"{pair.weight:.6f}", f"{pair.probability:.6f}")


def _pairs(linked: Linked) -> Iterator[tuple[str, ...]]:
    for pair in sorted(linked.pairs, key=lambda one: (-one.weight, one.left, one.right)):
        yield _weighed(linked, pair)


def _clusters(linked: Linked) -> Iterator[tuple[str, ...]]:
    for row, name in enumerate(linked.ids):
        yield name, linked.ids[linked.cluster_of(row)]


def _review(linked: Linked) -> Iterator[tuple[str, ...]]:
    for held in linked.review:
        yield (*_weighed(linked, held.pair), held.why, linked.reasons(held.pair))


class _Whole:
    """A file that takes its name only once it is written."""

    def __init__(self, path: Path) -> None:
        self.path, self.part = path, path.with_name(f".{path.name}.part")

    def __enter__(self) -> Path:
        return self.part

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.part.replace(self.path)
        else:
            self.part.unlink(missing_ok=True)
