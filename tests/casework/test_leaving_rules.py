"""The gate, every combination of it: nothing held back leaves without two names."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wansdyke.access.sections import Section
from wansdyke.casework.leaving_rules import (
    KNOWN_SECTIONS,
    Item,
    Kind,
    Purpose,
    Recipient,
    Release,
    Verdict,
    Whose,
    as_themself,
    came_themselves,
    may_leave,
    passes,
)
from wansdyke.casework.leaving_text import Held, missing_from, values_in, without

FLAGS = ("brought", "at_risk", "withheld", "searched")
SECTIONS = sorted({*KNOWN_SECTIONS, "a section of tomorrow"})


def every() -> Any:
    """Every item there can be, as far as the gate tells them apart."""
    marks = product(
        Kind, SECTIONS, Whose, product((False, True), repeat=4), (0, 1, 2), ((), ("x",))
    )
    for kind, section, whose, flags, marking, found in marks:
        told = dict(zip(FLAGS, flags, strict=True))
        yield Item(kind=kind, section=section, whose=whose, marking=marking, found=found, **told)


def harmless(item: Item, themself: bool) -> bool:
    """Written out a second time: what may leave with nobody's word but a reviewer's."""
    if item.withheld or item.marking or item.found or not item.searched or not item.brought:
        return False
    if item.whose is Whose.OTHER or item.section in ("third party", "source identity", "staff"):
        return False
    if item.section not in KNOWN_SECTIONS or item.kind in (
        Kind.SECRET, Kind.SHUT, Kind.OPENED, Kind.LINK, Kind.MARKER,
    ):  # fmt: skip
        return False
    if item.section == "equality" or item.kind is Kind.EQUALITY:
        own = themself and item.whose is Whose.SUBJECT
        if not own:
            return False
    where = item.section in ("address", "safe contact")
    if where and (item.at_risk or not themself):
        return False
    shared = item.whose is Whose.SHARED
    return not (shared and item.section in ("address", "safe contact", "identity", "health"))


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("recipient", list(Recipient))
def test_nothing_leaves_that_is_not_plainly_harmless(
    purpose: Purpose, recipient: Recipient
) -> None:
    themself = as_themself(purpose, recipient)
    for item in every():
        verdict = may_leave(item, purpose, recipient)
        if themself:
            assert verdict.leaves == harmless(item, themself), item
        else:
            assert not verdict.leaves or harmless(item, themself), item
        assert verdict.leaves or (verdict.rule and verdict.why), item


def test_the_gate_knows_every_section() -> None:
    assert {section.value for section in Section} <= KNOWN_SECTIONS


def test_only_by_subject_access_into_their_own_hands_is_somebody_told_as_themself() -> None:
    told = [pair for pair in product(Purpose, Recipient) if as_themself(*pair)]
    assert told == [(Purpose.SUBJECT_ACCESS, Recipient.THEMSELF)]


@pytest.mark.parametrize(
    ("roles", "others", "came"),
    [
        ({"caller"}, True, True),
        ({"caller", "suspect"}, True, False),
        ({"suspect"}, False, False),
        ({"witness"}, True, False),
        ({"subject"}, False, True),
        (set(), False, False),
    ],
)
def test_who_brought_a_matter(roles: set[str], others: bool, came: bool) -> None:
    assert came_themselves(roles, others) is came


RELEASES = st.lists(
    st.builds(
        Release,
        digest=st.sampled_from(["a", "b"]),
        proposed_by=st.integers(1, 3),
        reason=st.sampled_from(["", "  ", "why"]),
        confirmed_by=st.none() | st.integers(1, 3),
        confirmed_reason=st.sampled_from(["", "why"]),
        agreed=st.booleans(),
    ),
    max_size=6,
)


@given(RELEASES, st.booleans())
def test_nothing_held_back_leaves_without_two_names(releases: list[Release], may: bool) -> None:
    held = Verdict(leaves=False, rule="spoke", why="because", releasable=may)
    backed = [
        one
        for one in releases
        if one.digest == "a" and one.agreed and one.confirmed_by not in (None, one.proposed_by)
        if one.reason.strip() and one.confirmed_reason.strip()
    ]
    assert passes(held, "a", releases) == bool(may and backed)


@pytest.mark.parametrize(
    ("typed", "value", "whole"),
    [
        ("she is at 4, MILL  Lane now", "4 Mill Lane", True),
        ("ask for Zoe\u0301 there", "Zoé", True),
        ("O’Neill rang", "O'Neill", True),
        ("Smi\u200bth rang", "Smith", True),
        ("on 0 7 7 0 0-900.123", "700900123", False),
        ("near sn1 1 a a", "SN1 1AA", False),
    ],
)
def test_a_value_is_found_however_it_was_typed(typed: str, value: str, whole: bool) -> None:
    held = [Held(text=value, what="it", whole=whole)]
    assert list(values_in(typed, held))
    kept = without(typed, [value])
    assert not list(values_in(kept, held))
    assert "[taken out]" in kept


def test_a_name_within_a_word_is_not_that_name() -> None:
    assert not list(values_in("A handsome hat", [Held(text="Ann", what="it")]))
    assert missing_from("Nothing here", ["Ann"]) == ["Ann"]


@given(st.text(max_size=60), st.text(min_size=2, max_size=8))
def test_what_was_taken_out_is_not_there(text: str, phrase: str) -> None:
    kept = without(f"{text} {phrase} {text}", [phrase])
    plain_parts = kept.replace("[taken out]", "\0")
    for part in plain_parts.split("\0"):
        assert not list(values_in(part, [Held(text=phrase, what="it")]))
