"""The pairs that wait for a judgement as rows, for the page and for what is taken out."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import reverse

from wansdyke.linkage.models import Suggestion
from wansdyke.ui.tables import Cell, Column, Sort

COLUMNS = (
    Column(key="pair", label="Pair", whole=True),
    Column(key="left", label="One record"),
    Column(key="right", label="The other"),
    Column(key="likely", label="Likely", sortable=True),
    Column(key="why", label="Why"),
    Column(key="against", label="Speaks against it"),
    Column(key="since", label="Waiting since", sortable=True),
)
ORDERS = {"likely": "probability", "since": "at"}
LIKELIEST = Sort(key="likely", descending=True)


def likely(probability: float) -> str:
    """A probability in words that promise no more than is known."""
    return "over 99.9%" if probability >= 0.999 else f"{probability:.1%}"


def rows_of(pairs: Iterable[Suggestion]) -> Iterator[dict[str, Any]]:
    """Suggestions as rows of COLUMNS."""
    for pair in pairs:
        yield {
            "pair": Cell(text=pair.reference, href=reverse("linking-pair", args=[pair.reference])),
            "left": f"{pair.left} ({pair.left.root.reference})",
            "right": f"{pair.right} ({pair.right.root.reference})",
            "likely": likely(pair.probability),
            "why": "; ".join(pair.reasons),
            "against": pair.contradiction,
            "since": pair.at,
        }
