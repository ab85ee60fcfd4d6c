"""What happened to my records while I was away."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.desks.contact import control_room as room
from tests.home import cast
from wansdyke.access.actors import Actor
from wansdyke.access.models import User
from wansdyke.desks.contact.models import Contact
from wansdyke.history.models import AuditEntry
from wansdyke.home.since import last_here

pytestmark = pytest.mark.django_db


def shown(client: Client, **query: str) -> str:
    answer = client.get("/since/", query)
    assert answer.status_code == 200
    return answer.content.decode()


def taken(hours_ago: float, by: Actor | None = None) -> Contact:
    """A call of so long ago, to which a unit was sent a minute later."""
    at = cast.now() - timedelta(hours=hours_ago)
    call = room.take(by=by, at=at, received_at=at)
    room.perform(
        call, "assign", desk=room.DESK, by=room.dev(), at=at + timedelta(minutes=1),
        key=room.key(), payload={"unit": "WD11"},
    )  # fmt: skip
    return call


def test_it_tells_what_others_did_to_my_records_since_i_was_last_here() -> None:
    before, mine, theirs = taken(60), taken(50), taken(2, by=room.owen())
    olivia = cast.signed_in(room.staff("olivia", "operator"))
    page = shown(olivia)
    assert mine.case.root.reference in page
    assert theirs.case.root.reference not in page
    assert before.case.root.reference not in page
    table = page[page.index("<tbody") :]
    assert "Assign a unit, now “Unit assigned”" in table
    assert "Opened" not in table, "what I did myself is no news"
    assert cast.audited("consultation")[-1]["subjects"] == [mine.case.root.reference]
    assert before.case.root.reference in shown(olivia, since="72")
    for silly in ("x", "-5", "99999999"):
        shown(olivia, since=silly, page=silly)
    assert "Nothing has happened" in shown(cast.signed_in(room.staff("idris", "duty-inspector")))


@pytest.mark.parametrize(
    ("hours", "gone"),
    [
        ((), 24),
        ((30, 16, 12, 9, 0.5, 0.1), 9),
        ((16, 12, 9), 9),
        ((100, 0.1), 100),
        ((24 * 90, 0.1), 24 * 31),
        ((5, 0.1), 24),
    ],
)
def test_a_shift_ends_where_nothing_was_done_for_six_hours(
    hours: tuple[float, ...], gone: float
) -> None:
    user = room.staff("olivia", "operator")
    now = cast.now()
    for seq, ago in enumerate(hours, start=1_000):
        AuditEntry.objects.create(
            seq=seq, body="{}", hash=b"", at=now - timedelta(hours=ago), actor_id=user.pk,
            operation="consultation",
        )  # fmt: skip
    assert last_here(cast.actor(user), now) == now - timedelta(hours=gone)


def test_a_record_shut_to_me_since_is_not_told_of() -> None:
    call = taken(1)
    olivia = room.staff("olivia", "operator")
    cast.locked(call.case.root, olivia, User.objects.get(username="dev"))
    assert call.case.root.reference not in shown(cast.signed_in(olivia))
