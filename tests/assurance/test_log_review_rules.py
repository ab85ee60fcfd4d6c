"""The detectors of the review of the log: from facts to reasons, without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wansdyke.assurance.log_review_counting_rules import (
    Refusal,
    again_without_work,
    denied_run,
    drawn,
    drawn_of_them,
    many_without_work,
    scraping,
    unusual_day,
    within_an_hour,
)
from wansdyke.assurance.log_review_rules import (
    Behind,
    CaseFacts,
    Declared,
    Home,
    Human,
    Reason,
    Shown,
    Staff,
    Windows,
    alike,
    beside,
    colleague,
    gravity_of,
    high_profile,
    neighbour,
    relative,
    themselves,
    week_of,
    work_behind,
)

HERE = Home("1 high street swindon", "high street", "SN11AA")
SAME_CODE = Home("9 high street swindon", "high street", "SN11AA")
SAME_STREET = Home("90 high street swindon", "high street", "SN11AB")
ELSEWHERE_SAME_NAME = Home("90 high street devizes", "high street", "SN101AB")
BORN, OTHER_DAY = date(1985, 3, 14), date(1985, 3, 15)
ME = Human(forename="rosa", surname="finch", born=BORN, homes=frozenset({HERE}))
ROSA = Staff(user=1, me=ME)
NOON = datetime(2026, 11, 4, 12, tzinfo=UTC)
EVERYWHERE = Windows()


def shown(*records: Human, namesakes: int = 1) -> Shown:
    return Shown(person=7, records=records, namesakes=namesakes)


def at_home(*homes: Home, **more: object) -> Human:
    return Human(homes=frozenset(homes), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("record", "how"),
    [
        (Human(forename="rosa", surname="finch", born=BORN), "name and date of birth"),
        (at_home(HERE, forename="rosa", surname="finch"), "name and address"),
        (Human(forename="rosa", surname="finch"), "name"),
        (Human(forename="rosa", surname="hale", formerly="finch"), "name"),
        (Human(forename="rosa", surname="finch", born=OTHER_DAY), ""),
        (at_home(HERE, forename="rosa", surname="finch", born=OTHER_DAY), ""),
        (Human(forename="ruth", surname="finch", born=BORN), ""),
        (Human(born=BORN), ""),
    ],
)
def test_two_are_one_by_name_and_something_else(record: Human, how: str) -> None:
    assert alike(ME, record) == how


def test_a_name_alone_says_something_only_where_few_bear_it_and_nothing_speaks_against() -> None:
    named = Human(forename="rosa", surname="finch")
    assert themselves(ROSA, shown(named, namesakes=3))
    assert not themselves(ROSA, shown(named, namesakes=4))
    other = Human(forename="rosa", surname="finch", born=OTHER_DAY)
    assert not themselves(ROSA, shown(named, other))
    certain = Human(forename="rosa", surname="finch", born=BORN)
    assert themselves(ROSA, shown(named, certain, namesakes=90))[0].gravity == 80


def test_a_conflict_that_was_written_down_is_enough() -> None:
    own = Staff(user=1, conflicts={7: "self"})
    assert themselves(own, shown())
    assert not relative(own, shown())
    former = Staff(user=1, conflicts={7: "partner"})
    assert not themselves(former, shown())
    assert relative(former, shown())[0].gravity == 85


def test_a_relative_is_one_declared_or_of_the_same_address() -> None:
    ex = Declared(forename="ian", surname="hale", born=BORN, relation="former partner")
    staff = Staff(user=1, me=ME, theirs=(ex,))
    told = relative(staff, shown(Human(forename="ian", surname="hale", born=BORN)))
    assert [one.words for one in told] == [
        "It bears the name and date of birth of their declared former partner."
    ]
    assert not relative(staff, shown(Human(forename="ian", surname="hale", born=OTHER_DAY)))
    sister = relative(ROSA, shown(at_home(HERE, forename="ann", surname="finch")))
    assert "surname" in sister[0].words
    lodger = relative(ROSA, shown(at_home(HERE, forename="bo", surname="ek")))
    assert lodger[0].words == "It bears an address of their own."
    assert not relative(ROSA, shown(at_home(SAME_CODE, forename="ann", surname="finch")))
    # An address without a postcode is the same; one with another postcode is not.
    assert HERE.same(Home(HERE.address))
    assert not HERE.same(Home(HERE.address, "high street", "SN99ZZ"))
    assert not Home().same(Home())


def test_a_colleague_is_somebody_else_who_works_here() -> None:
    dev = Human(forename="dev", surname="chandra", born=BORN)
    others = {dev.called: [dev]}
    assert colleague(others, shown(Human(forename="dev", surname="chandra", born=BORN)))
    assert not colleague(others, shown(Human(forename="dev", surname="chandra", born=OTHER_DAY)))
    assert not colleague(others, shown(Human(forename="dev", surname="chand", born=BORN)))
    assert not colleague({}, shown(Human(forename="dev", surname="chandra", born=BORN)))


@pytest.mark.parametrize(
    ("home", "gravity"),
    [(SAME_CODE, 50), (SAME_STREET, 40), (ELSEWHERE_SAME_NAME, 0), (HERE, 0), (Home(), 0)],
)
def test_a_neighbour_lives_by_them_and_not_with_them(home: Home, gravity: int) -> None:
    assert [one.gravity for one in neighbour(ROSA, shown(at_home(home)))] == [gravity] * bool(
        gravity
    )


def behind(**more: object) -> Behind:
    return Behind(viewer=1, at=NOON, **more)  # type: ignore[arg-type]


def case(**more: object) -> CaseFacts:
    return CaseFacts(**{"team": 5, "owner": None, "opened": NOON, **more})  # type: ignore[arg-type]


HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("facts", "explained"),
    [
        (behind(), False),
        (behind(writes=[NOON - 30 * DAY]), True),
        (behind(writes=[NOON - 30 * DAY - HOUR]), False),
        (behind(writes=[NOON + DAY]), True),
        (behind(writes=[NOON + DAY + HOUR]), False),
        (behind(granted=True), True),
        (behind(referred=True), True),
        (behind(cases=[case(owner=1)]), True),
        (behind(cases=[case(owner=2)]), False),
        (behind(cases=[case()], teams=frozenset({5})), True),
        (behind(cases=[case()], teams=frozenset({6})), False),
        (behind(cases=[case(opened=NOON + DAY)], teams=frozenset({5})), True),
        (behind(cases=[case(opened=NOON + DAY + HOUR)], teams=frozenset({5})), False),
        (behind(cases=[case(closed=NOON - 7 * DAY)], teams=frozenset({5})), True),
        (behind(cases=[case(closed=NOON - 8 * DAY)], teams=frozenset({5})), False),
        (behind(cases=[case(closed=NOON - 800 * DAY)], leads=frozenset({5})), True),
        (behind(cases=[case(closed=NOON - 800 * DAY)], leads=frozenset({6})), False),
    ],
)
def test_what_stands_behind_a_look(facts: Behind, explained: bool) -> None:
    assert bool(work_behind(facts, EVERYWHERE)) is explained


def test_looks_without_work_count_when_they_come_again_or_are_many() -> None:
    monday = date(2026, 11, 2)
    assert not again_without_work([monday])
    assert not again_without_work([monday, monday])
    assert again_without_work([monday] * 3)[0].gravity == 40
    assert again_without_work([monday, monday + DAY])[0].gravity == 55
    assert again_without_work([monday + n * DAY for n in range(7)])[0].gravity == 70
    assert not many_without_work(2, [0] * 20, 3)
    assert many_without_work(4, [0] * 20, 3)
    assert not many_without_work(4, [3, 4, 5, 4, 3], 3)
    assert many_without_work(12, [3, 4, 5, 4, 3], 3)


def test_high_profile_is_queued_unless_there_is_work() -> None:
    assert high_profile("")
    assert high_profile("a case of it is theirs") == []


def test_an_unusual_day_stands_out_from_the_own_past_and_from_peers() -> None:
    past, peers = [9, 12, 10, 14, 11, 9, 10], [12, 8, 15, 10, 11, 9]
    assert unusual_day(60, past, peers)
    assert not unusual_day(29, past, peers)
    # A busy day that everybody has, and one that is usual for them, are no outliers.
    assert not unusual_day(60, past, [55, 62, 70, 48, 66])
    assert not unusual_day(60, [58, 61, 70, 66, 59], peers)
    assert unusual_day(60, [], peers)
    assert unusual_day(60, past, [])
    assert not unusual_day(500, [1, 2], [3])


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 40)), max_size=60))
def test_the_busiest_hour_is_that_of_counting_every_hour(opened: list[tuple[int, int]]) -> None:
    events = [(NOON + timedelta(seconds=at), record) for at, record in opened]
    most, ended = within_an_hour(events)
    plain = [len({r for at, r in events if end - HOUR < at <= end}) for end, _ in events]
    assert most == max(plain, default=0)
    assert (ended is None) is not opened


def test_more_than_two_hundred_within_an_hour_are_told_at_once() -> None:
    assert not scraping(200, 200)
    assert scraping(201, 200)[0].gravity == 95


def test_refusals_count_in_a_run_or_of_one_record() -> None:
    def refused(*minutes: int, of: str = "") -> list[Refusal]:
        return [Refusal(NOON + timedelta(minutes=n), (of or f"CT-{n}",)) for n in minutes]

    asked = {"many": 5, "minutes": 10, "same": 3}
    assert denied_run(refused(0, 1, 2, 3, 10), **asked)
    assert not denied_run(refused(0, 1, 2, 3, 11), **asked)
    assert denied_run(refused(0, 200, 900, of="CT-1"), **asked)
    assert not denied_run(refused(0, 200, of="CT-1"), **asked)
    nowhere = [Refusal(NOON + timedelta(seconds=n)) for n in range(50)]
    assert not denied_run(nowhere, **asked)


@given(st.text(max_size=8), st.sets(st.integers(0, 10_000), max_size=200), st.integers(1, 100))
def test_a_sample_is_drawn_again_by_its_seed(seed: str, frame: set[int], percent: int) -> None:
    taken = drawn(seed, frame, percent)
    assert taken == drawn(seed, sorted(frame, reverse=True), percent)
    assert set(taken) <= frame
    assert len(taken) == -(-len(frame) * percent // 100)
    some = drawn_of_them(seed, frame)
    assert some == drawn_of_them(seed, list(frame))
    assert len(some) == min(10, len(frame))


def test_everybody_is_drawn_about_as_often_as_anybody_else() -> None:
    times = dict.fromkeys(range(100), 0)
    for week in range(2000):
        for one in drawn(f"seed {week}", times, 5):
            times[one] += 1
    assert sum(times.values()) == 10_000
    assert min(times.values()) > 60
    assert max(times.values()) < 145


def test_work_makes_a_finding_less_grave_and_never_none() -> None:
    grave = [Reason(80, "a"), Reason(40, "b")]
    assert gravity_of(grave) == 80
    assert gravity_of(grave, work=True) == 55
    assert gravity_of([Reason(10, "a")], work=True) == 1


def test_a_week_begins_on_monday() -> None:
    assert week_of(date(2026, 11, 8)) == week_of(date(2026, 11, 2)) == date(2026, 11, 2)


@pytest.mark.parametrize(
    ("found", "wanted", "said"),
    [
        ({1, 2}, {2}, True),
        ({1, 2, 3}, {3}, True),
        ({1, 2}, {1, 2}, False),
        ({1, 2}, {1}, False),
        ({1, 2}, set(), False),
        ({1}, {2}, False),
        ({1, 2}, {3}, False),
    ],
)
def test_somebody_is_beside_whom_a_search_was_for(
    found: set[int], wanted: set[int], said: bool
) -> None:
    assert beside(1, found, wanted) is said
