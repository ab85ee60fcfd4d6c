"""A measured figure, its target, and how a benchmark's process hands it over."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass

MARK = "figure:"


@dataclass(frozen=True)
class Figure:
    """One figure: what was measured, its value and unit, and the target in words, if there is one.

    `met` is None where no target was set.
    """

    title: str
    value: float
    unit: str
    target: str = ""
    met: bool | None = None

    def words(self) -> str:
        """The figure as one line of the table."""
        verdict = {None: "", True: "met", False: "MISSED"}[self.met]
        shown = f"{self.value:,.0f}" if self.value >= 100 else f"{self.value:.1f}"
        return f"{self.title:<52} {shown:>10} {self.unit:<12} {self.target:<16} {verdict}".rstrip()


def hand_over(figures: Iterable[Figure]) -> None:
    """Writes figures to standard output for the process that asked for them."""
    for figure in figures:
        sys.stdout.write(f"{MARK}{json.dumps(asdict(figure))}\n")
    sys.stdout.flush()


def taken_over(output: str) -> list[Figure]:
    """The figures in what a benchmark's process wrote."""
    lines = (line for line in output.splitlines() if line.startswith(MARK))
    return [Figure(**json.loads(line.removeprefix(MARK))) for line in lines]


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
