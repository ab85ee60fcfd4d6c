"""What is sealed from its first minute: calls of abuse by the police, of sources, of armed work."""

from pathlib import Path

import pytest

from tests.desks.contact import control_room as room
from tests.desks.contact.import_files import WHOLE, contacts, loaded, put, somebody, table
from tests.home import cast
from wansdyke.access.actors import Actor
from wansdyke.access.models import ForceSetting, Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import can
from wansdyke.casework import marking
from wansdyke.casework.actions import NewParty
from wansdyke.casework.models import Party
from wansdyke.desks.contact import rules
from wansdyke.desks.contact.models import Contact, RiskType
from wansdyke.linkage.found import Query
from wansdyke.linkage.lookup import find_people

RISK = "police-perpetrated"


def sees(who: Actor, root: Root) -> bool:
    return can(who, Right.VIEW, Root.objects.get(pk=root.pk), room.NOON + room.minutes(30))


def victim() -> NewParty:
    return NewParty(role="caller", typed={"forename": "Ann", "surname": "Marsden"})


@pytest.mark.parametrize("risk", sorted(rules.SEALED_RISKS))
def test_the_rule_asks_it_of_these_and_of_no_other(risk: str) -> None:
    assert rules.marking(["domestic-abuse", risk]) == rules.SEALED
    assert rules.marking(["domestic-abuse", "child"]) == rules.STANDARD
    assert rules.marking([]) == rules.STANDARD


@pytest.mark.django_db
def test_the_menu_offers_them() -> None:
    assert set(RiskType.objects.values_list("code", flat=True)) >= rules.SEALED_RISKS


@pytest.mark.django_db
def test_it_is_sealed_before_anybody_else_could_look(room_staffed: None) -> None:
    call = room.take(risk_types=[RISK], parties=[victim()])
    record = Party.objects.get(case_id=call.pk).record.root
    for root in (call.case.root, record):
        assert Root.objects.get(pk=root.pk).marking == Root.SEALED
        assert sees(room.olivia(), root)
        assert sees(room.sasha(), root)
        assert not sees(room.owen(), root)
        assert not sees(room.rosa(), root)
    found = find_people(room.owen(), room.NOON, Query(forename="Ann", surname="Marsden"))
    assert (list(found), found.held) == ([], True)
    told = [entry for entry in cast.audited("alteration") if entry.get("marking") == "sealed"]
    assert [entry["subjects"] for entry in told] == [[call.case.root.reference]]


@pytest.fixture
def room_staffed() -> None:
    for somebody_there in (room.olivia, room.owen, room.sasha, room.rosa):
        somebody_there()


@pytest.mark.django_db
def test_whoever_the_force_chose_deals_with_it_and_not_its_own_supervisors(
    room_staffed: None,
) -> None:
    apart = cast.team("anti-corruption", cast.agency())
    una = cast.user("una", "duty-inspector", at=apart)
    choice = ForceSetting(key=marking.SEALED_TEAM.key, value=apart.key, reason="-")
    choice.by, choice.from_at = una, room.NOON - room.minutes(60)
    choice.save()
    call = room.take(risk_types=[RISK])
    assert sees(cast.actor(una), call.case.root)
    assert sees(room.olivia(), call.case.root)
    assert not sees(room.sasha(), call.case.root)


@pytest.mark.django_db
def test_a_team_with_nobody_in_it_leaves_it_to_the_supervisors(room_staffed: None) -> None:
    cast.team("empty-team", cast.agency())
    choice = ForceSetting(key=marking.SEALED_TEAM.key, value="empty-team", reason="-")
    choice.by_id, choice.from_at = room.sasha().user_id, room.NOON - room.minutes(60)
    choice.save()
    assert sees(room.sasha(), room.take(risk_types=[RISK]).case.root)


@pytest.mark.django_db
def test_what_is_learnt_later_seals_it_then_and_what_was_lifted_stays_so(
    room_staffed: None,
) -> None:
    call = room.take(parties=[victim()])
    assert sees(room.owen(), call.case.root)
    version = room.again(call).case.root.version
    room.rewrite(call, room.owen(), version, risk_types=[RISK])
    assert room.again(call).case.root.marking == Root.SEALED
    assert sees(room.owen(), call.case.root)
    assert not sees(room.rosa(), call.case.root)
    why = "It was somebody else of that name"
    given = {"by": room.sasha(), "at": room.NOON + room.minutes(5), "key": room.key()}
    marking.mark(room.again(call).case, Root.STANDARD, reason=why, **given)
    version = room.again(call).case.root.version
    room.rewrite(call, room.owen(), version, after=6, notes="Rang again")
    assert room.again(call).case.root.marking == Root.STANDARD


@pytest.mark.django_db
def test_a_file_brings_none_in_open(tmp_path: Path) -> None:
    somebody("sal", "control-room-supervisor")
    contacts(put(tmp_path, table({**WHOLE, "risk_types": RISK})))
    call: Contact = loaded()
    records = Root.objects.filter(person_record__parts__case_id=call.pk)
    assert call.case.root.marking == Root.SEALED
    assert set(records.values_list("marking", flat=True)) == {Root.SEALED}
    assert not can(somebody("otto"), Right.VIEW, call.case.root, cast.now())
    assert can(somebody("sal", "control-room-supervisor"), Right.VIEW, call.case.root, cast.now())
