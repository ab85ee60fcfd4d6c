"""A row of bars for the figures of a table; the table beside it says the same in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HEIGHT, WIDTH, GAP = 100, 18, 4


@dataclass(frozen=True)
class Bar:
    """One bar: where it stands and how high, in the drawing's own units."""

    left: int
    top: float
    height: float
    title: str


@dataclass(frozen=True)
class Bars:
    """A drawing as wide as its bars."""

    bars: tuple[Bar, ...]
    width: int
    height: int = HEIGHT
    bar_width: int = WIDTH


def bars_of(rows: Sequence[Mapping[str, Any]]) -> Bars | None:
    """The bars of rows with a "size"; one that is not known leaves its place empty. None where
    fewer than two are known."""
    known = [row["size"] for row in rows if row["size"] is not None]
    if len(known) < 2 or not max(known):
        return None
    most = max(known)
    bars = []
    for place, row in enumerate(rows):
        if row["size"] is None:
            continue
        height = round(HEIGHT * row["size"] / most, 1)
        left = place * (WIDTH + GAP)
        value = row["value"]
        said = f"{row['group']}: {getattr(value, 'text', value)}"
        bars.append(Bar(left=left, top=HEIGHT - height, height=height, title=said))
    return Bars(tuple(bars), len(rows) * (WIDTH + GAP))
