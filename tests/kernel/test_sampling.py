"""Known chances, an honest interval, and agreement beyond chance."""

from collections import Counter
from random import Random

import pytest

from wansdyke.kernel.sampling import (
    Answered,
    Stratum,
    Wanted,
    agreement,
    allocate,
    draw,
    estimate,
    twice,
)

WANTED = Wanted(per_handler=3, at_random=60, by_risk=20)
RISKS = ("", "missed", "abuse", "repeat")


def population(handlers: int, seed: int = 7) -> dict[Stratum, dict[int, int]]:
    """Made-up calls by stratum, each with whether it was handled well; risk makes it rarer."""
    rng, made = Random(seed), {}
    for handler in range(handlers):
        skill = rng.uniform(0.6, 0.95)
        for place, risk in enumerate(RISKS):
            count = rng.randint(40, 160) if not risk else rng.randint(1, 30)
            calls = range(len(made) * 1000, len(made) * 1000 + count)
            well = {call: int(rng.random() < skill - 0.12 * place) for call in calls}
            made[Stratum(1, handler, risk)] = well
    return made


def sizes(frame: dict[Stratum, dict[int, int]]) -> dict[Stratum, int]:
    return {key: len(units) for key, units in frame.items()}


def covered(draws: int) -> float:
    """The share of repeated draws whose interval holds the truth."""
    frame = population(30)
    everyone = [well for units in frame.values() for well in units.values()]
    truth = sum(everyone) / len(everyone)
    numbers = allocate(sizes(frame), WANTED)
    units = {key: list(calls) for key, calls in frame.items()}
    hits = 0
    for turn in range(draws):
        drawn = draw(units, numbers, f"turn {turn}")
        seen = [
            Answered(key, key.risk, len(units[key]), tuple(frame[key][one] for one in chosen))
            for key, chosen in drawn.items()
        ]
        found = estimate(seen)
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= truth <= found.high
    return hits / draws


def test_every_stratum_and_every_handler_gets_its_number():
    frame = {Stratum(1, 1, ""): 200, Stratum(1, 1, "missed"): 5, Stratum(1, 2, ""): 2}
    given = allocate(frame, Wanted(per_handler=4, at_random=10, by_risk=3))
    assert given[Stratum(1, 2, "")] == 2
    assert given[Stratum(1, 1, "missed")] >= 4
    assert given[Stratum(1, 1, "")] >= 4
    assert all(1 <= given[key] <= frame[key] for key in frame)
    assert sum(given.values()) == 4 + 2 + 10 + 3


def test_a_plan_that_wants_more_than_there_is_takes_all():
    frame = {Stratum(1, 1, ""): 3, Stratum(1, 2, "missed"): 2, Stratum(1, 3, ""): 0}
    given = allocate(frame, Wanted(per_handler=9, at_random=90, by_risk=9))
    assert given == {Stratum(1, 1, ""): 3, Stratum(1, 2, "missed"): 2}


def test_the_draw_is_replayed_from_its_seed_and_by_no_other():
    units = {Stratum(1, 1, ""): list(range(300))}
    numbers = {Stratum(1, 1, ""): 20}
    backwards = {key: list(reversed(calls)) for key, calls in units.items()}
    assert draw(units, numbers, "one") == draw(backwards, numbers, "one")
    assert draw(units, numbers, "one") != draw(units, numbers, "two")


def test_each_unit_is_drawn_as_often_as_its_chance_says():
    key = Stratum(1, 1, "")
    seen = Counter(
        unit for turn in range(4000) for unit in draw({key: range(10)}, {key: 3}, str(turn))[key]
    )
    assert all(0.27 < seen[unit] / 4000 < 0.33 for unit in range(10))


def test_the_weights_undo_what_the_extra_by_risk_did():
    """Nine tenths of the calls are fine, the rest are not, and as many of each were heard."""
    strata = [Answered("a", "", 900, (1.0,) * 10), Answered("b", "missed", 100, (0.0,) * 10)]
    found = estimate(strata)
    assert found.share == pytest.approx(0.9)
    assert (found.n, found.size) == (20, 1000)


def test_not_applicable_is_left_out_of_what_the_share_is_of():
    found = estimate([Answered("a", "", 50, (1.0, None, 0.0, None))])
    assert (found.share, found.n, found.size) == (0.5, 2, 50)
    assert estimate([Answered("a", "", 50, (None, None))]).share is None
    assert estimate([]).share is None


def test_all_heard_leaves_no_doubt_and_all_alike_leaves_some():
    whole = estimate([Answered("a", "", 2, (1.0, 0.0))])
    assert (whole.low, whole.high) == (0.5, 0.5)
    alike = estimate([Answered("a", "", 500, (1.0,) * 10)])
    assert alike.high == 1.0
    assert alike.low is not None
    assert 0.6 < alike.low < 0.8


def test_one_alone_in_a_stratum_still_makes_it_less_sure():
    steady = [Answered("a", "", 100, (1.0, 0.0) * 20)]
    lonely = [*steady, Answered("b", "missed", 100, (1.0,))]
    near, far = estimate(steady), estimate(lonely)
    assert near.low is not None
    assert far.low is not None
    assert (far.high or 0) - far.low > (near.high or 0) - near.low


def test_the_interval_holds_the_truth_about_nineteen_times_in_twenty():
    assert 0.91 <= covered(200) <= 0.99


@pytest.mark.proof
def test_the_interval_holds_the_truth_in_a_thousand_draws():
    assert 0.93 <= covered(1000) <= 0.97


def test_a_tenth_is_scored_twice_and_never_none():
    assert len(twice(range(200), 0.1, "s")) == 20
    assert len(twice(range(3), 0.1, "s")) == 1
    assert twice(range(3), 0, "s") == set()


def test_kappa_is_agreement_beyond_chance():
    """Cohen's own kind of table: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no gives 0.4."""
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    found = agreement(pairs)
    assert (found.pairs, found.share) == (50, 0.7)
    assert found.kappa == pytest.approx(0.4)
    assert agreement([("y", "y")]).kappa is None
    assert agreement([]).share is None
