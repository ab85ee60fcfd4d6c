"""What linking writes: pairs, clusters, what a person must judge, the model, and a report."""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from wansdyke.linkage.bulk.files import Mapped
from wansdyke.linkage.bulk.linked import Linked
from wansdyke.linkage.bulk.report import report

PAIRS, CLUSTERS, REVIEW = "pairs.csv", "clusters.csv", "review.csv"
MODEL, REPORT = "model.json", "report.html"


def write(linked: Linked, mapped: Sequence[Mapped], folder: Path) -> list[Path]:
    """Writes every file, each whole or not at all; those of an earlier run are replaced.

    Raises OSError where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = linked.ids
    texts = {
        MODEL: json.dumps(linked.model, indent=1),
        REPORT: report(linked, mapped),
    }
    tables: dict[str, tuple[tuple[str, ...], Iterable[tuple[object, ...]]]] = {
        PAIRS: (
            ("id_l", "id_r", "weight", "probability"),
            (
                (name[p.left], name[p.right], f"{p.weight:.6f}", f"{p.probability:.6f}")
                for p in sorted(linked.pairs, key=lambda p: (-p.weight, p.left, p.right))
            ),
        ),
        CLUSTERS: (
            ("id", "cluster"),
            ((name[row], name[linked.cluster_of(row)]) for row in range(len(name))),
        ),
        REVIEW: (
            ("id_l", "id_r", "weight", "probability", "why", "reasons"),
            (
                (
                    name[held.pair.left],
                    name[held.pair.right],
                    f"{held.pair.weight:.6f}",
                    f"{held.pair.probability:.6f}",
                    held.why,
                    linked.reasons(held.pair),
                )
                for held in linked.review
            ),
        ),
    }
    for file, (headings, rows) in tables.items():
        with _Whole(folder / file) as part, part.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            writer.writerow(headings)
            writer.writerows(rows)
    for file, text in texts.items():
        with _Whole(folder / file) as part:
            part.write_text(text, encoding="utf-8")
    return [folder / file for file in (PAIRS, CLUSTERS, REVIEW, MODEL, REPORT)]


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
