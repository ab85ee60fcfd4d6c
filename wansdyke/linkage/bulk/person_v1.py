"""The model of how a person's records agree, first version: what is compared, and which pairs are.

Published: a trained model names it, so to change it, copy it to person_v2.py. The probabilities
given here are where training starts, and what stands for a column of which a file says too little
to learn from: `m` is how often records of one person agree so, `u` how often those of two do.
"""

from collections.abc import Sequence
from typing import Any

import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import SettingsCreator, block_on

from wansdyke.people.weighing import ALIKE, CLOSE, NEAR

NAME = "person-v1"
BEFORE_TRAINING = 1e-4
Level = tuple[Any, float, float]


def _comparison(column: str, *levels: Level, counted: Any = None) -> cl.CustomComparison:
    """A comparison of levels, the surest first, each with its m and u; nothing known is no
    evidence, nor is what another comparison has `counted` already."""
    nothing = cll.NullLevel(column) if counted is None else cll.Or(cll.NullLevel(column), counted)
    return cl.CustomComparison(
        output_column_name=column,
        comparison_levels=[
            nothing.configure(is_null_level=True),
            *(level.configure(m_probability=m, u_probability=u) for level, m, u in levels),
        ],
    )


def _exact(column: str) -> Any:
    """Exactly the same, worth more the rarer the value is."""
    return cll.ExactMatchLevel(column, term_frequency_adjustments=True)


def _sql(condition: str, label: str) -> Any:
    return cll.CustomLevel(condition, label_for_charts=label)


def _figures_off(column: str, most: int) -> Any:
    """At most so many mistyped figures, or neighbours exchanged. Each is at most two changes of one
    letter, which are counted first: that takes a fifth of the time and rules most pairs out."""
    return cll.And(
        cll.LevenshteinLevel(column, 2 * most), cll.DamerauLevenshteinLevel(column, most)
    )


SAME_ADDRESS = cll.ExactMatchLevel("address")
ELSE = cll.ElseLevel()
# Who lives at one address has one postcode, one town and mostly one surname: counted four times
# over, they would make brothers and sisters one person.
COMPARISONS = {
    "forename": _comparison(
        "forename",
        (_exact("forename"), 0.70, 0.004),
        (cll.JaroWinklerLevel("forename", CLOSE), 0.09, 0.002),
        (cll.ArrayIntersectLevel("formal", min_intersection=1), 0.05, 0.003),
        (_sql("forename_l = surname_r or surname_l = forename_r", "Is the other’s surname"),
         0.03, 0.0005),
        (_sql("array_contains(middle_r, forename_l) or array_contains(middle_l, forename_r)",
              "Is the other’s middle name"), 0.01, 0.001),
        (_sql("initial_l = initial_r and (length(forename_l) = 1 or length(forename_r) = 1)",
              "Initial of the other"), 0.02, 0.002),
        (cll.JaroWinklerLevel("forename", ALIKE), 0.05, 0.01),
        (ELSE, 0.05, 0.9775),
    ),
    "surname": _comparison(
        "surname",
        (_exact("surname"), 0.76, 0.001),
        (_sql("formerly_l = surname_r or surname_l = formerly_r", "Is the other’s earlier surname"),
         0.01, 0.0005),
        (cll.JaroWinklerLevel("surname", CLOSE), 0.09, 0.001),
        (_sql("forename_l = surname_r or surname_l = forename_r", "Is the other’s forename"),
         0.03, 0.0005),
        (cll.JaroWinklerLevel("surname", ALIKE), 0.04, 0.006),
        (ELSE, 0.07, 0.991),
        counted=cll.And(SAME_ADDRESS, cll.JaroWinklerLevel("surname", ALIKE)),
    ),
    "born": _comparison(
        "born",
        (cll.ExactMatchLevel("born"), 0.86, 0.00004),
        (_sql(
            "substr(born_l, 1, 4) = substr(born_r, 1, 4)"
            " and substr(born_l, 6, 2) = substr(born_r, 9, 2)"
            " and substr(born_l, 9, 2) = substr(born_r, 6, 2)",
            "Day and month exchanged"), 0.01, 0.00005),
        (_figures_off("born", 1), 0.07, 0.001),
        (_figures_off("born", 2), 0.02, 0.01),
        (ELSE, 0.04, 0.98885),
    ),
    "sex": _comparison(
        "sex", (cll.ExactMatchLevel("sex"), 0.985, 0.5), (ELSE, 0.015, 0.5)
    ),
    "address": _comparison(
        "address",
        (_exact("address"), 0.5, 0.00002),
        (cll.JaroWinklerLevel("address", CLOSE), 0.1, 0.0004),
        (cll.JaroWinklerLevel("address", ALIKE), 0.05, 0.006),
        (ELSE, 0.35, 0.99358),
    ),
    "town": _comparison(
        "town",
        (_exact("town"), 0.7, 0.05),
        (cll.JaroWinklerLevel("town", NEAR), 0.08, 0.01),
        (ELSE, 0.22, 0.94),
        counted=cll.And(
            cll.ExactMatchLevel("town"), cll.Or(SAME_ADDRESS, cll.ExactMatchLevel("postcode"))
        ),
    ),
    "postcode": _comparison(
        "postcode",
        (_exact("postcode"), 0.55, 0.00005),
        (cll.LevenshteinLevel("postcode", 1), 0.08, 0.0005),
        (cll.ExactMatchLevel("outward"), 0.12, 0.03),
        (ELSE, 0.25, 0.96945),
        counted=cll.And(SAME_ADDRESS, cll.ExactMatchLevel("postcode")),
    ),
    "phone": _comparison("phone", (_exact("phone"), 0.6, 0.000005), (ELSE, 0.4, 0.999995)),
    "email": _comparison(
        "email",
        (_exact("email"), 0.7, 0.000005),
        (cll.JaroWinklerLevel("email", NEAR), 0.12, 0.0005),
        (ELSE, 0.18, 0.999495),
    ),
    "pnc": _comparison("pnc", (cll.ExactMatchLevel("pnc"), 0.98, 0.000001), (ELSE, 0.02, 0.999999)),
    "cro": _comparison("cro", (cll.ExactMatchLevel("cro"), 0.98, 0.000001), (ELSE, 0.02, 0.999999)),
}  # fmt: skip
# A pair is compared where one of these agrees. Those of LOOSE bring many more together: as many of
# them are used, in this order, as keep the work in bounds.
BLOCKING = (
    ("pnc",), ("cro",), ("phone",), ("email",),
    ("born", "initial"), ("born", "surname"), ("born", "town"), ("born", "postcode"),
    ("forename", "surname", "birth_year"), ("forename", "surname", "town"),
    ("forename", "surname", "postcode"), ("forename", "surname", "outward"),
    ("address", "initial"), ("address", "surname"), ("address", "postcode"),
    ("surname", "postcode"), ("forename", "postcode"),
    ("forename", "town", "birth_year"), ("surname", "town", "birth_year"),
)  # fmt: skip
LOOSE = (
    ("surname", "street"),
    ("forename", "street"),
    ("born",),
    ("surname", "birth_year"),
    ("forename", "birth_year"),
    ("forename", "surname"),
    ("surname", "town"),
    ("forename", "town"),
    ("postcode", "initial"),
    ("town", "birth_year"),
)
# Pairs of one person for certain, of which training learns how rare such pairs are; and the
# blocks within which it learns the rest: never a surname and a place, where families live and
# training would take brothers and sisters for one person.
CERTAIN: tuple[tuple[str, ...], ...] = (
    ("forename", "surname", "born"),
    ("email",),
    ("pnc",),
    ("address", "surname", "born"),
)
LEARNT_WITHIN: tuple[tuple[str, ...], ...] = (
    ("born",),
    ("forename", "surname"),
)


def settings(blocking: Sequence[Sequence[str]] = BLOCKING) -> SettingsCreator:
    """The model before training, with the rules by which pairs are brought together."""
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="row",
        probability_two_random_records_match=BEFORE_TRAINING,
        comparisons=list(COMPARISONS.values()),
        blocking_rules_to_generate_predictions=[block_on(*columns) for columns in blocking],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )
