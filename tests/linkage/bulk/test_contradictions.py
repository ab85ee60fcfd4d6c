"""Two real people are never made one, however much of them agrees."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.linkage.bulk.people import HER, person
from wansdyke.linkage.bulk.clusters import Pair, joined
from wansdyke.linkage.bulk.contradictions import OTHER_FORENAME, contradiction

IN_USE = frozenset(
    {"jayden", "kayden", "john", "joan", "sara", "sarah", "mohammed", "muhammad", "margaret"}
)


@pytest.mark.parametrize(
    ("left", "right", "why"),
    [
        (HER, replace(HER, forename="susan"), OTHER_FORENAME),
        (person("jayden"), person("kayden"), OTHER_FORENAME),
        (replace(HER, pnc="1981/0000034U"), replace(HER, pnc="2002/0073319Z"), "Different PNC"),
        (replace(HER, cro="265416/21G"), replace(HER, cro="288242/01M"), "Different CRO"),
        (replace(HER, generation="junior"), replace(HER, generation="senior"), "elder"),
        (HER, replace(HER, born="1948-11-02"), "a generation apart"),
        (replace(HER, sex="f"), replace(HER, sex="m"), "Sex recorded differently"),
        (person("john"), person("joan"), OTHER_FORENAME),
        (
            person("ahmed", middle="osman", sex="m"),
            person("osman", middle="ahmed", sex="m", born="1981-06-02"),
            OTHER_FORENAME,
        ),
        (
            person("yen", surname="le"),
            person("lan", surname="yen", born="1981-06-02"),
            OTHER_FORENAME,
        ),
    ],
    ids=[
        "sister", "twin of a like name", "somebody's details used", "other CRO", "of one name",
        "mother and daughter", "twins", "husband and wife", "called after his father",
        "forename of one, surname of another",
    ],
)  # fmt: skip
def test_two_people_are_told_apart(left: object, right: object, why: str) -> None:
    assert why in contradiction(left, right, False, IN_USE)  # type: ignore[arg-type]
    assert why in contradiction(right, left, False, IN_USE)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (HER, replace(HER, forename="margeret")),
        (HER, replace(HER, forename="m")),
        (HER, replace(HER, forename="")),
        (HER, replace(HER, forename="brown", surname="margaret")),
        (HER, replace(HER, forename="brown", surname="")),
        (HER, replace(HER, surname="green")),
        (HER, replace(HER, born="1970-11-02")),
        (HER, replace(HER, born="1990-03-12")),
        (replace(HER, middle="ann"), replace(HER, forename="ann")),
        (replace(HER, middle="annabel"), replace(HER, forename="anabel")),
        (person("junjie", surname="hu"), person("jue", middle="jie", surname="hu")),
        (person("yen", surname="le"), person("la", surname="yen")),
        (person("sarah"), person("sara")),
        (person("olivia"), person("ilivoa")),
        (person("mohammed"), person("muhammad")),
    ],
    ids=[
        "misspelt", "initial", "not given", "exchanged", "surname as forename", "married",
        "a digit of the year", "a digit of the decade", "by her middle name", "by it misspelt",
        "two words", "exchanged and misspelt", "two spellings", "jumbled", "transliterated",
    ],
)  # fmt: skip
def test_one_person_is_not_torn_apart(left: object, right: object) -> None:
    assert contradiction(left, right, False, IN_USE) == ""  # type: ignore[arg-type]


def test_a_nickname_is_no_other_name() -> None:
    assert contradiction(person("robert"), person("bob"), False, IN_USE) == OTHER_FORENAME
    assert contradiction(person("robert"), person("bob"), True, IN_USE) == ""


def test_a_third_record_does_not_join_what_must_be_apart() -> None:
    def apart(left: int, right: int) -> str:
        return "Twins" if {left, right} == {0, 2} else ""

    found = joined([Pair(0, 1, 20, 1), Pair(1, 2, 19, 1)], apart)
    assert found.cluster == {0: 0, 1: 0}
    assert [held.why for held in found.held] == ["Joins records that must be apart: twins"]


pairs = st.lists(
    st.builds(
        lambda a, b, w: Pair(min(a, b), max(a, b), w, 1.0),
        st.integers(0, 12), st.integers(0, 12), st.floats(-5, 40),
    ).filter(lambda pair: pair.left != pair.right),
    max_size=40,
)  # fmt: skip
enemies = st.frozensets(
    st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda two: (min(two), max(two))),
    max_size=12,
)


@given(pairs, enemies, st.randoms(use_true_random=False))
def test_no_cluster_ever_holds_a_contradiction(pairs, enemies, random) -> None:  # type: ignore[no-untyped-def]
    def apart(left: int, right: int) -> str:
        return "Apart" if (min(left, right), max(left, right)) in enemies else ""

    found = joined(pairs, apart)
    for a, mine in found.cluster.items():
        for b, theirs in found.cluster.items():
            assert a == b or mine != theirs or not apart(a, b)
    # Nothing is lost on the way, and the order in which pairs come decides nothing.
    assert len(found.links) + len(found.held) == len(pairs)
    random.shuffle(pairs)
    assert joined(pairs, apart).cluster == found.cluster
