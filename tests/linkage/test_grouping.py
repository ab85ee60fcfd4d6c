"""Clusters follow from what was judged, and nothing judged different ever comes together."""

from hypothesis import given
from hypothesis import strategies as st

from wansdyke.linkage.grouping import Said, grouped

PEOPLE = range(1, 8)
SAID = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), st.booleans()).filter(
        lambda one: one[0] != one[1]
    ),
    max_size=14,
).map(lambda rows: [Said(n, min(a, b), max(a, b), same) for n, (a, b, same) in enumerate(rows)])


def test_a_chain_of_the_same_is_one_person_by_the_lowest() -> None:
    found = grouped(PEOPLE, [Said(1, 2, 3, same=True), Said(2, 3, 5, same=True)])
    assert {first for first, group in found.of.items() if group == 2} == {2, 3, 5}
    assert found.held_back == frozenset()


def test_a_different_inside_a_chain_holds_back_what_was_said_last() -> None:
    chain = [Said(1, 1, 2, same=True), Said(2, 2, 3, same=True), Said(3, 1, 3, same=False)]
    found = grouped(PEOPLE, chain)
    assert found.held_back == {2}
    assert (found.of[1], found.of[2], found.of[3]) == (1, 1, 3)


@given(SAID)
def test_nothing_judged_different_is_together_and_every_other_same_is(said: list[Said]) -> None:
    found = grouped(PEOPLE, said)
    for one in said:
        together = found.of[one.left] == found.of[one.right]
        if not one.same:
            assert not together
        elif one.key not in found.held_back:
            assert together


@given(SAID, st.randoms())
def test_the_order_in_which_they_are_read_makes_no_difference(
    said: list[Said], draw: object
) -> None:
    mixed = list(said)
    draw.shuffle(mixed)  # type: ignore[attr-defined]
    assert grouped(PEOPLE, mixed) == grouped(PEOPLE, said)


@given(SAID)
def test_without_the_last_judgement_all_is_as_it_was_before_it(said: list[Said]) -> None:
    if said and said[-1].same:
        before = grouped(PEOPLE, said[:-1])
        after = grouped(PEOPLE, said)
        merged = {frozenset(m) for m in before.members.values()}
        for members in after.members.values():
            parts = {one for one in merged if one <= members}
            assert frozenset().union(*parts) == members
