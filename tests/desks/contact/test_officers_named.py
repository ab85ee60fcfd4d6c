"""An officer sees a call while in the unit sent to it, and no longer."""

import pytest

from tests.desks.contact import control_room as room
from wansdyke.access.models import Grant
from wansdyke.access.posts import Right
from wansdyke.access.scope import can
from wansdyke.casework.actions import assign
from wansdyke.kernel.flow import Refused

pytestmark = pytest.mark.django_db


def test_taking_the_unit_off_ends_the_naming_on_the_call_and_its_people():
    rosa, reuben = room.rosa(), room.reuben()
    call = room.take()
    root, at = call.case.root, room.NOON + room.minutes(9)
    room.step(call, "assign", room.dev(), after=1, unit="WD1", officers=["rosa"])
    assert can(rosa, Right.VIEW, root, at)
    room.step(call, "assign", room.dev(), after=2, unit="WD2", officers=["reuben"])
    assert not can(rosa, Right.VIEW, root, at)
    assert can(reuben, Right.VIEW, root, at)
    room.step(call, "stand-down", room.dev(), after=3, reason="needed elsewhere")
    assert not can(reuben, Right.VIEW, root, at)
    live = Grant.objects.filter(user_id__in=[rosa.user_id, reuben.user_id], revoked_at=None)
    assert not live.exists()


def test_an_officer_cannot_keep_the_call_by_taking_it():
    rosa = room.rosa()
    call = room.take()
    room.step(call, "assign", room.dev(), after=1, unit="WD1", officers=["rosa"])
    given = {"desk": room.DESK, "by": rosa, "at": room.NOON + room.minutes(2), "key": room.key()}
    with pytest.raises(Refused, match="Only somebody of its team"):
        assign(call.case, rosa.user_id, **given)
    assert room.again(call).case.owner_id != rosa.user_id
