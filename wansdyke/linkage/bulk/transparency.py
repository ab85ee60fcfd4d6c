"""The public record of a linking: what it compares, with which weights, what it decides and what a
person does. Its fields are those of the UK Algorithmic Transparency Recording Standard."""

import re
from collections.abc import Mapping, Sequence
from math import log2
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from wansdyke.linkage.bulk.files import Mapped
from wansdyke.linkage.bulk.linked import Linked
from wansdyke.people.weighing import WORDS

MARKS = re.compile(r"[\\`*\[\]<>()!|&]")


def transparency(
    linked: Linked, mapped: Sequence[Mapped], figures: Mapping[str, str] | None = None
) -> str:
    """The record as Markdown. `figures` are how well it was found to work, by name."""
    model = linked.model
    prior = model["probability_two_random_records_match"]
    pages = Environment(  # noqa: S701  # nosec B701 - Markdown, in which nothing is escaped
        loader=PackageLoader("wansdyke.linkage.bulk"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return pages.get_template("transparency.md").render(
        model=model,
        trained=linked.trained,
        records=f"{len(linked.records):,}",
        prior=f"{prior:.3g}",
        start=f"{log2(prior / (1 - prior)):+.1f}",
        comparisons=[_comparison(one) for one in model["comparisons"]],
        rare=[one["output_column_name"] for one in model["comparisons"] if _by_rarity(one)],
        rules=_rules(model),
        suggest=linked.bounds.suggest,
        join=linked.bounds.join,
        pairs=f"{len(linked.pairs):,}",
        joined=f"{len(linked.joined.links):,}",
        review=f"{len(linked.review):,}",
        files=[_cell(one.file) for one in mapped],
        read=sorted({column for one in mapped for column in one.columns}),
        figures=figures or {},
        left_out="; ".join(f"not compared by {', '.join(one)} alone" for one in linked.left_out),
    )


def _comparison(one: Mapping[str, Any]) -> dict[str, Any]:
    name = one["output_column_name"]
    levels = [level for level in one["comparison_levels"] if not level.get("is_null_level")]
    rows = []
    for words, level in zip(WORDS[name], levels, strict=True):
        m, u = level["m_probability"], level["u_probability"]
        rows.append({"words": words, "weight": f"{log2(m / u):+.1f}", "m": f"{m:.3g}",
                     "u": f"{u:.3g}"})  # fmt: skip
    return {"name": name, "levels": rows}


def _by_rarity(one: Mapping[str, Any]) -> bool:
    return any(level.get("tf_adjustment_column") for level in one["comparison_levels"])


def _rules(model: Mapping[str, Any]) -> list[str]:
    """What brings records together, from the model's own rules."""
    found = []
    for rule in model["blocking_rules_to_generate_predictions"]:
        conditions = rule["blocking_rule"].split(" AND ")
        found.append(" and ".join(one.split('"')[1] for one in conditions))
    return found


def _cell(text: str) -> str:
    """A file's name, which is nothing but text: no tag, no link, no end of a table's cell."""
    plain = " ".join(text.split())
    return MARKS.sub(r"\\\g<0>", plain)
