"""Repeat callers, victims and places: kept with the call, in whatever order calls are recorded."""

import uuid
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from tests.desks.contact.control_room import NOON, again, olivia, take
from tests.home import cast
from wansdyke.access.models import Root
from wansdyke.casework import marking, parties
from wansdyke.casework.actions import NewParty, amend
from wansdyke.casework.jobs import follow_people
from wansdyke.casework.models import Party
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.models import Contact
from wansdyke.desks.contact.repeats import keep
from wansdyke.directory import DESKS
from wansdyke.linkage.judging import judge, undo
from wansdyke.people.models import Judgement
from wansdyke.people.records import place_for

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def call(days: float, *people: NewParty, where: str = "", **typed: Any) -> Contact:
    """A call so many days after noon."""
    at = NOON + days * DAY
    return take(
        at=at, received_at=at, where=where or f"{uuid.uuid4()} Row", parties=people, **typed
    )


def known(role: str, contact: Contact) -> NewParty:
    """The person of an earlier call, in a part."""
    party = Party.objects.select_related("record__root", "record__person").get(case=contact.case)
    return NewParty(role=role, record=party.record)


def new(role: str = "caller", **typed: str) -> NewParty:
    return NewParty(role=role, typed={"forename": "Ada", "surname": "Marden", **typed})


def repeats(contact: Contact) -> set[str]:
    fresh = again(contact)
    return {
        name for name in ("caller", "victim", "place") if getattr(fresh, f"repeat_{name}") is True
    }


def test_the_same_caller_and_place_again_are_repeats() -> None:
    first = call(0, new(), where="1 Old Wharf")
    second = call(1, known("caller", first), where="1 Old Wharf")
    assert repeats(first) == set()
    assert repeats(second) == {"caller", "place"}


def test_a_telephone_is_enough_for_a_caller_and_not_for_a_victim() -> None:
    call(0, new(phone="07700 900123"), caller_is_victim="yes")
    same = call(1, new(surname="Stowell", phone="07700 900123"), caller_is_victim="yes")
    assert repeats(same) == {"caller"}


def test_a_victim_who_rings_herself_is_one() -> None:
    first = call(0, new("victim"))
    assert repeats(call(1, known("caller", first), caller_is_victim="yes")) == {"victim"}
    assert repeats(call(2, known("caller", first), caller_is_victim="no")) == {"caller"}


def test_what_is_held_back_makes_nothing_a_repeat() -> None:
    first = call(0, new(phone="07700 900555"), where="1 Sarsen Way")
    Root.objects.filter(pk=first.pk).update(marking=Root.SEALED)
    assert repeats(call(1, new(phone="07700 900555"), where="1 Sarsen Way")) == set()


def test_the_call_of_a_record_that_is_held_back_makes_nothing_a_repeat() -> None:
    first = call(0, new(phone="07700 900555"))
    hidden = Party.objects.get(case=first.case).record_id
    Root.objects.filter(pk=hidden).update(marking=Root.RESTRICTED)
    assert repeats(call(1, new(phone="07700 900555"))) == set()


def test_a_call_that_is_held_back_later_no_longer_makes_others_repeats() -> None:
    first = call(0, new(phone="07700 900555"), where="1 Sarsen Way")
    same = call(1, new(phone="07700 900555"), where="2 Sarsen Way")
    there = call(2, new(surname="Stowell"), where="1 Sarsen Way")
    assert repeats(same) == {"caller"}
    assert repeats(there) == {"place"}
    given: dict[str, Any] = {"by": olivia(), "at": cast.now(), "key": "restrict"}
    marking.mark(first.case, Root.RESTRICTED, **given)
    assert follow_people(DESKS, cast.now()) > 0
    assert repeats(same) == set()
    assert repeats(there) == set()


def test_who_is_judged_to_be_one_person_is_a_repeat_until_it_is_undone() -> None:
    first, second = call(0, new("victim")), call(1, new("victim", forename="Adah"))
    one, other = (
        Party.objects.select_related("record__root").get(case=each.case).record
        for each in (first, second)
    )
    assert one is not None
    assert other is not None
    rory = cast.actor(cast.user("rory", "records-manager"))
    judge(one, other, "same", reason="Her passport", by=rory, at=cast.now(), key="join")
    assert follow_people(DESKS, cast.now()) == 2
    assert repeats(second) == {"victim"}
    assert repeats(first) == set()
    assert follow_people(DESKS, cast.now()) == 0
    made = Judgement.objects.get()
    undo(made, reason="It was her sister’s", by=rory, at=cast.now(), key="part")
    assert follow_people(DESKS, cast.now()) == 2
    assert repeats(second) == set()


def test_after_twelve_months_it_is_no_repeat() -> None:
    first = call(0, where="1 Old Wharf")
    assert repeats(call(365, where="1 Old Wharf")) == {"place"}
    assert repeats(call(731, where="1 Old Wharf")) == set()
    assert repeats(first) == set()


def test_a_call_recorded_late_makes_those_after_it_repeats() -> None:
    second = call(10, where="1 Old Wharf")
    first = call(2, where="1 Old Wharf")
    assert repeats(first) == set()
    assert repeats(second) == {"place"}


def test_a_place_put_right_takes_the_repeat_with_it() -> None:
    first = call(0, where="1 Old Wharf")
    second = call(1, where="1 Old Wharf")
    moved = {"where": "9 Chalk Hill", "place": place_for("9 Chalk Hill")}
    given = {"desk": DESK, "by": olivia(), "at": NOON + 2 * DAY, "key": uuid.uuid4().hex}
    amend(again(first), moved, version=None, **given)
    assert repeats(second) == set()


def test_somebody_added_to_a_call_or_taken_off_it_counts() -> None:
    first = call(0, new("victim"))
    second = call(1)
    record = known("victim", first).record
    given = {"desk": DESK, "by": olivia(), "at": NOON + 2 * DAY}
    parties.add_person(second.case, "victim", record=record, key="a" * 32, **given)
    assert repeats(second) == {"victim"}
    assert record is not None
    reference = record.root.reference
    parties.end_part(second.case, reference, "victim", reason="Not her", key="b" * 32, **given)
    assert repeats(second) == set()


def test_whoever_took_it_is_its_handler() -> None:
    assert call(0).handler_id == olivia().user_id


@pytest.mark.parametrize("seed", range(6))
def test_in_whatever_order_calls_are_recorded_each_with_one_before_it_is_a_repeat(
    seed: int,
) -> None:
    rng = Random(seed)
    days = rng.sample(range(1200), 12)
    at = {day: f"{rng.randint(1, 3)} Old Wharf" for day in days}
    made = {day: call(day, where=at[day]) for day in days}
    for day, one in made.items():
        before = any(at[other] == at[day] and 0 < day - other <= 365 for other in days)
        assert repeats(one) == ({"place"} if before else set())


def test_worked_out_anew_it_says_the_same() -> None:
    first = call(0, new(), where="1 Old Wharf")
    call(1, known("caller", first), where="1 Old Wharf")
    assert keep(list(Contact.objects.values_list("pk", flat=True))) == 0
