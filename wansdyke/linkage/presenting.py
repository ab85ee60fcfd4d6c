"""The pairs that wait for a judgement as rows, for the page and for what is taken out."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import reverse

from wansdyke.kernel.pseudonym import PAIR as PAIR_KIND
from wansdyke.kernel.pseudonym import RECORD, Pseudonyms
from wansdyke.linkage.models import Suggestion
from wansdyke.ui.tables import Cell, Column, Sort

PAIR = Column(key="pair", label="Pair", whole=True)
SAID = (
    Column(key="likely", label="Likely", sortable=True),
    Column(key="why", label="Why"),
    Column(key="against", label="Speaks against it"),
    Column(key="since", label="Waiting since", sortable=True),
)
COLUMNS = (PAIR, Column(key="records", label="Records"), *SAID)
# A file names nobody: what two records agree in tells of whom they are.
FILED = (
    Column(key="pair", label="Pair (pseudonym)"),
    Column(key="left", label="One record (pseudonym)"),
    Column(key="right", label="The other (pseudonym)"),
    Column(key="likely", label="Likely"),
    Column(key="since", label="Waiting since"),
)
ORDERS = {"likely": "probability", "since": "at"}
LIKELIEST = Sort(key="likely", descending=True)


def likely(probability: float) -> str:
    """A probability in words that promise no more than is known."""
    return "over 99.9%" if probability >= 0.999 else f"{probability:.1%}"


def rows_of(pairs: Iterable[Suggestion]) -> Iterator[dict[str, Any]]:
    """Suggestions as rows of COLUMNS."""
    for pair in pairs:
        left, right = (f"{one} ({one.root.reference})" for one in (pair.left, pair.right))
        yield {
            "pair": Cell(text=pair.reference, href=reverse("linking-pair", args=[pair.reference])),
            "records": f"{left} and {right}",
            "likely": likely(pair.probability),
            "why": "; ".join(pair.reasons),
            "against": pair.contradiction,
            "since": pair.at,
        }


def filed(pairs: Iterable[Suggestion], names: Pseudonyms) -> list[dict[str, Any]]:
    """Suggestions as rows of FILED under the pseudonyms of one file, and in their order."""
    rows = [
        {
            "pair": names.of(PAIR_KIND, pair.pk),
            "left": names.of(RECORD, pair.left_id),
            "right": names.of(RECORD, pair.right_id),
            "likely": likely(pair.probability),
            "since": pair.at,
        }
        for pair in pairs
    ]
    return sorted(rows, key=lambda row: row["pair"])
