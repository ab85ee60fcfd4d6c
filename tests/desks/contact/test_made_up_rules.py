"""The rules that made-up moments, homes and quotas keep whatever the seed, and what was still under
way at the last moment."""

import re
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.desks.contact import made_up
from tests.desks.contact.test_made_up_equals_taken import pictures
from wansdyke.assurance.figures import year_to
from wansdyke.desks.contact import demo_history
from wansdyke.desks.contact.demo_history import Stories, Wanted
from wansdyke.desks.contact.demo_people import Home, Homes
from wansdyke.desks.contact.demo_stories import HOUR, busy, moments, prompt_by_quota
from wansdyke.desks.contact.demo_tables import (
    ABUSE,
    BY_KIND,
    DRAMA,
    KINDS,
    MISSING,
    REPORT_OF,
    REPORT_PROMPT,
    TOWNS,
)
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused

LAST = date(2026, 6, 10)
seeds = st.integers(0, 10**6)


def years_between(one: date, other: date) -> int:
    """Whole years from one day to a later one."""
    return other.year - one.year - ((other.month, other.day) < (one.month, one.day))


@given(
    seed=seeds,
    count=st.integers(0, 200),
    since=st.datetimes(datetime(2016, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC)),
    lasts=st.timedeltas(HOUR, timedelta(days=40)),
)
def test_moments_are_so_many_in_order_and_within_their_time(
    seed: int, count: int, since: datetime, lasts: timedelta
) -> None:
    found = moments(Random(seed), count, since, since + lasts)
    assert len(found) == count
    assert found == sorted(found)
    assert all(since <= moment < since + lasts for moment in found)


@given(week=st.integers(0, 100), hour=st.sampled_from([*range(19, 24), 0, 1, 2]))
def test_friday_and_saturday_night_are_busier_than_the_same_hour_of_a_tuesday(
    week: int, hour: int
) -> None:
    monday = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(weeks=week)
    # After midnight it is still the night of the day before.
    nights = [monday + timedelta(days=day + (hour < 3), hours=hour) for day in (1, 4, 5)]
    # In winter London's hours are these; from one month to the next all hours change.
    assume({night.month for night in nights} <= {1, 2, 11, 12})
    assume(len({night.month for night in nights}) == 1)
    tuesday, friday, saturday = map(busy, nights)
    assert tuesday < friday < saturday


@given(seed=seeds, number=st.integers(0, 4000))
def test_a_home_is_in_its_town_and_its_people_could_live_there(seed: int, number: int) -> None:
    home = Homes(10_000, seed, LAST)[number]
    assert home.where.endswith(f", {home.town.name}")
    assert re.fullmatch(rf"{home.town.outward} \d[A-Z]{{2}}", home.postcode)
    assert abs(home.latitude - home.town.latitude) < 0.08
    assert abs(home.longitude - home.town.longitude) < 0.12
    assert 1 <= len(home.people) <= 5
    for one in home.people:
        assert (one.typed["address"], one.typed["postcode"]) == (home.where, home.postcode)
        assert str(one.typed.get("phone", DRAMA[0])).startswith(DRAMA)
    _ages(home)


def _ages(home: Home) -> None:
    first, *others = home.people
    children = [one for one in others if not one.adult(LAST)]
    # Of age when history began, too.
    assert all(one.adult(LAST.replace(year=LAST.year - 2)) for one in home.people[:2]) or children
    assert first.adult(LAST.replace(year=LAST.year - 2))
    for child in children:
        assert child.typed["surname"] == first.typed["surname"]
        assert years_between(first.born, child.born) >= 18
    if home.trouble == MISSING:
        assert children
    if home.trouble == ABUSE:
        assert sum(one.adult(LAST) for one in home.people) == 2


@given(seed=seeds)
def test_the_same_home_is_made_whenever_it_is_wanted(seed: int) -> None:
    one, other = Homes(1000, seed, LAST), Homes(1000, seed, LAST)
    there = [one[number].people for number in (3, 90)]
    back = [other[number].people for number in (90, 3)][::-1]
    assert [[p.typed for p in people] for people in there] == [
        [p.typed for p in people] for people in back
    ]


def test_towns_are_of_the_county_each_once() -> None:
    assert 25 <= len(TOWNS) <= 30
    assert len({town.name for town in TOWNS}) == len(TOWNS)
    for town in TOWNS:
        assert 50.9 < town.latitude < 51.75
        assert -2.4 < town.longitude < -1.45
        assert town.weight > 0
        assert re.fullmatch("(SN|SP|BA)[0-9]{1,2}", town.outward)


@settings(max_examples=200)
@given(
    seed=seeds,
    count=st.integers(300, 700),
    graded=st.integers(0, 30),
    share=st.sampled_from([(38, 50), (3, 4), (1, 2), (9, 10)]),
    data=st.data(),
)
def test_a_quota_is_exact_with_what_is_there_already(
    seed: int, count: int, graded: int, share: tuple[int, int], data: st.DataObject
) -> None:
    kinds = Random(seed).choices(KINDS, [kind.weight for kind in KINDS], k=count)
    assume(sum(kind.domestic for kind in kinds) > 2 * share[1] / min(share[0], share[1] - share[0]))
    prompt = data.draw(st.integers(0, graded))
    before = list(kinds)
    try:
        chosen = prompt_by_quota(kinds, (prompt, graded), share)
    except Refused:
        # Only where those that are there already leave too few to make up for them.
        places = sum(kind.domestic for kind in before)
        assert places < graded * share[1] / min(share[0], share[1] - share[0]) + share[1]
        return
    domestic = [answer for answer in chosen if answer is not None]
    whole = len(domestic) + graded
    assert (sum(domestic) + prompt) * share[1] == whole * share[0]
    for kind, was, answer in zip(kinds, before, chosen, strict=True):
        assert kind.domestic == (answer is not None)
        assert kind is was or (was.domestic and kind is BY_KIND["concern"])


@settings(max_examples=30)
@given(day=st.dates(date(2016, 1, 1), date(2026, 6, 1)))
@example(day=date(2024, 2, 29))
@example(day=date(2025, 2, 28))
def test_the_report_s_share_is_that_of_the_year_which_a_measure_counts(day: date) -> None:
    until = datetime.combine(day, time(22, 30), UTC)
    told = Stories(Wanted(calls=1500, until=until, seed=day.toordinal(), report=(7, 9)), {})
    year = year_to(london(until).date())
    prompt = [
        answer
        for moment, answer in zip(told.moments, told.prompt, strict=True)
        if answer is not None and year.first <= london(moment).date() <= year.last
    ]
    assert len(prompt) > 50
    assert (sum(prompt) + 7) * REPORT_OF == (len(prompt) + 9) * REPORT_PROMPT


@pytest.mark.django_db
def test_made_up_calls_that_are_still_open_are_as_working_them_so_far_leaves_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two years in which seventy calls came have none under way at the end; five hours have."""
    made_up.much_happens(monkeypatch)
    monkeypatch.setattr(demo_history, "YEARS", timedelta(hours=5))
    wanted = made_up.wanted(25)
    told = made_up.stories(wanted)
    assert "open" in made_up.kinds_of(told)
    # Whoever is on a call twice would be recorded twice by hand.
    assert all(len({id(one) for _, one in story.parties}) == len(story.parties) for story in told)
    by_hand = pictures(lambda: made_up.by_hand(told))
    in_bulk = pictures(lambda: made_up.in_bulk(wanted))
    assert in_bulk == by_hand
    states = {call["case"]["state"] for call in in_bulk["calls"]}
    assert {"waiting", "assigned"} <= states
