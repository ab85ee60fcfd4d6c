"""Two people at the one door at once: one edit wins, nothing is lost; sent twice, it is done once.

10,000 edits of one version by two people, 1,000 forms sent twice at the same moment; in parts, each
in a database of its own, so that several processes share them.
"""

import random
from functools import partial
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from benchmarks.calls import acting_as
from tests.databases import Database
from tests.history.room import ControlRoom, control_room, graded_call
from tests.proof.letting_go import Act, Pair, two
from wansdyke.access.actors import Actor
from wansdyke.access.sections import ALL
from wansdyke.casework import notes
from wansdyke.casework.actions import Outcome, amend
from wansdyke.casework.merging import differences
from wansdyke.casework.models import Case, Comment
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.models import Contact
from wansdyke.history.door import KeyReused, Stale
from wansdyke.history.models import AuditEntry, Change, Event, Operation
from wansdyke.history.verify import verify

pytestmark = pytest.mark.proof
EDITS, TWICE, OTHERWISE = 10_000, 1_000, 200
PARTS, PARTS_TWICE = 8, 2
# One loser in so many reads the merge page, and sends it.
MERGED = 10
FIELDS = ("what", "notes", "interpreter", "safe_to_call")


def people(room: ControlRoom) -> list[Actor]:
    now = timezone.now()
    return [acting_as(room.operator, now), acting_as(room.supervisor, now)]


def a_call(room: ControlRoom) -> Contact:
    by = acting_as(room.operator, timezone.now())
    graded_call(by, room.team, timezone.now())
    return again()


def again() -> Contact:
    found: Contact = Contact.objects.select_related("case__root").latest("pk")
    return found


def anew(item: Contact) -> Contact:
    """An object of their own, as two processes have."""
    found: Contact = Contact.objects.select_related("case__root").get(pk=item.pk)
    return found


def stands(item: Contact) -> dict[str, Any]:
    """What stands now in the fields that they race for, and the version."""
    rows = Contact.objects.filter(pk=item.pk)
    return dict(rows.values(*FIELDS, version=F("case__root__version")).get())


def case_of(item: Contact) -> Case:
    return Case.objects.select_related("root").get(pk=item.pk)


def edit(item: Contact, by: Actor, key: str, version: int, typed: dict[str, Any]) -> Outcome:
    return amend(item, typed, desk=DESK, by=by, at=timezone.now(), key=key, version=version)


def raced(
    pair: Pair, by: list[Actor], item: Contact, turn: int, rng: random.Random
) -> tuple[int, str]:
    """One race, and the loser's merge after it: who won, and what was wrong, if anything."""
    stood = stands(item)
    seen = stood["version"]
    # Half the time they write to one field, else to two.
    fields = rng.choices(FIELDS, k=1) * 2 if rng.random() < 0.5 else rng.sample(FIELDS, 2)
    typed = [{fields[n]: f"{turn} of {'AB'[n]}"} for n in range(2)]

    def racing(n: int) -> Outcome:
        return edit(anew(item), by[n], f"e{turn}-{n}", seen, typed[n])

    came = pair.at_once(*(partial(racing, n) for n in range(2)))
    won = [n for n in range(2) if isinstance(came[n], Outcome)]
    if len(won) != 1 or not isinstance(came[1 - won[0]], Stale):
        return -1, f"{turn}: {came}"
    winner, loser = won[0], 1 - won[0]
    wanted = stood | typed[winner] | {"version": seen + 1}
    if stands(item) != wanted:
        return winner, f"{turn}: {wanted} was written, but there stands otherwise"
    if turn % MERGED:
        return winner, ""
    now = anew(item)
    (told,) = differences(now, typed[loser], seen, ALL)
    both = fields[0] == fields[1]
    if told.yours != typed[loser][fields[loser]] or bool(told.theirs_by) != both:
        return winner, f"{turn}: the merge page says {told}"
    edit(now, by[loser], f"m{turn}", seen + 1, typed[loser])
    if stands(item) != wanted | typed[loser] | {"version": seen + 2}:
        return winner, f"{turn}: merged, something is lost"
    return winner, ""


@pytest.mark.parametrize("part", range(PARTS))
def test_of_ten_thousand_races_each_has_one_winner_and_nothing_is_lost(
    committed_db: Database, part: int
) -> None:
    room = control_room()
    item = a_call(room)
    by, rng, wins, faults = people(room), random.Random(part), [0, 0], []
    turns = range(part * EDITS // PARTS, (part + 1) * EDITS // PARTS)
    with two() as pair:
        for turn in turns:
            winner, wrong = raced(pair, by, item, turn, rng)
            wins[winner] += 1
            faults += [wrong] if wrong else []
            assert len(faults) < 10, "\n".join(faults)
    assert faults == []
    # Neither always comes first, or nobody raced.
    assert min(wins) > len(turns) / 100, wins
    merged = sum(not turn % MERGED for turn in turns)
    assert Event.objects.filter(name="amended").count() == len(turns) + merged
    assert Change.objects.filter(event__name="amended").count() == len(turns) + merged
    assert verify().intact


def sending(by: Actor, room: ControlRoom, turn: int, key: str, word: str = "") -> Act:
    """A form that is sent: a call, a note or an edit in turn."""
    at, item = timezone.now(), again()
    seen = item.case.root.version
    acts: tuple[Act, ...] = (
        lambda: graded_call(by, room.team, at, key=key),
        lambda: notes.add(case_of(item), f"Note {turn}{word}", by=by, at=at, key=key),
        lambda: edit(anew(item), by, key, seen, {"notes": f"Turn {turn}"}),
    )
    return acts[turn % 3]


def counts() -> tuple[int, ...]:
    """How many there are of what a form leaves."""
    return tuple(
        model._default_manager.count()
        for model in (Case, Comment, Event, Change, Operation, AuditEntry)
    )


def since(before: tuple[int, ...]) -> tuple[int, ...]:
    """How many have come since."""
    return tuple(b - a for a, b in zip(before, counts(), strict=True))


@pytest.mark.parametrize("part", range(PARTS_TWICE))
def test_a_thousand_forms_sent_twice_at_once_have_one_effect_and_one_answer(
    committed_db: Database, part: int
) -> None:
    room = control_room()
    a_call(room)
    by, faults, alone = people(room)[0], [], []
    for turn in range(3):
        before = counts()
        sending(by, room, turn, f"alone{turn}")()
        alone.append(since(before))
    with two() as pair:
        for turn in range(part, TWICE, PARTS_TWICE):
            before = counts()
            act = sending(by, room, turn, f"t{turn}")
            came = pair.at_once(act, act)
            left = since(before)
            first, second = came
            alike = isinstance(first, Outcome) and isinstance(second, Outcome)
            if (
                not alike
                or first.reference != second.reference
                or {first.repeated, second.repeated} != {False, True}
                or left != alone[turn % 3]
            ):
                faults.append(f"{turn}: {came}, left {left}")
    assert faults == []
    assert verify().intact


def test_one_key_with_other_bytes_at_once_is_refused(committed_db: Database) -> None:
    room = control_room()
    a_call(room)
    by, faults = people(room)[0], []
    with two() as pair:
        for number in range(OTHERWISE):
            one, other = (sending(by, room, 1, f"o{number}", word) for word in "ab")
            came = pair.at_once(one, other)
            kinds = {type(one) for one in came}
            if kinds != {Outcome, KeyReused} or Comment.objects.count() != number + 1:
                faults.append(f"{number}: {came}")
    assert faults == []
