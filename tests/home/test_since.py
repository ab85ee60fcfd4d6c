"""What happened to my records while I was away."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.desks.contact import control_room as room
from tests.home import cast
from wansdyke.access.actors import Actor
from wansdyke.access.models import User
from wansdyke.casework import notes
from wansdyke.casework.hand_over import hand_over
from wansdyke.casework.models import HandOver
from wansdyke.desks.contact.models import Contact
from wansdyke.history.models import AuditEntry, Event
from wansdyke.home.since import last_here
from wansdyke.kernel.flow import Refused

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


def test_a_step_that_tells_of_a_section_is_told_to_whoever_sees_it() -> None:
    call = room.take(grade="immediate")
    council = cast.agency("council", home=False)
    pat = cast.user("pat", "partner", at=cast.team("council-team", council))
    olivia = User.objects.get(username="olivia")
    cast.shared(call.case.root, council, olivia, "core")
    cast.marker(call.case.root, pat, place=call.place)
    at = cast.now()
    for name in ("arrived-136", "at-scene"):
        Event.objects.create(
            root=call.case.root, name=name, by=olivia, occurred_at=at, recorded_at=at, version=1
        )
    page = cast.signed_in(pat).get("/since/?since=744").content.decode()
    assert "At scene" in page
    assert "136" not in page
    cast.shared(call.case.root, council, olivia, "core", "health")
    assert "136" in cast.signed_in(pat).get("/since/?since=744").content.decode()


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


def test_what_is_handed_over_reaches_the_team_and_those_who_see_the_case() -> None:
    call = taken(2)
    given = {"by": room.olivia(), "at": cast.now() - timedelta(hours=1)}
    notes.add(call.case, "Ring her at nine", hand_over=True, key="n1", **given)
    notes.add(call.case, "No news", key="n2", **given)
    hand_over(room.room(), "Channel 2 is down", key="h1", **given)
    page = shown(cast.signed_in(room.staff("owen", "operator")))
    assert "Ring her at nine" in page
    assert "Channel 2 is down" in page
    assert "No news" not in page
    assert call.case.root.reference in cast.audited("consultation")[-1]["subjects"]
    elsewhere = shown(cast.signed_in(room.staff("rosa", "response-officer", at=room.response())))
    assert "Ring her at nine" not in elsewhere
    assert "Channel 2 is down" not in elsewhere


def test_a_partner_without_its_section_does_not_read_what_was_handed_over() -> None:
    call = taken(2)
    given = {"by": room.olivia(), "at": cast.now() - timedelta(hours=1)}
    notes.add(call.case, "Ring her at nine", hand_over=True, key="n1", **given)
    council = cast.agency("council", home=False)
    carol = cast.user("carol", "partner", at=cast.team("safeguarding", council))
    cast.shared(call.case.root, council, room.staff("olivia", "operator"))
    page = shown(cast.signed_in(carol))
    assert call.case.root.reference in page
    assert "Ring her at nine" not in page


def test_one_hands_over_to_one_s_own_team_only() -> None:
    given = {"by": room.olivia(), "at": cast.now()}
    for team, text in ((room.response(), "Hello"), (room.room(), "  ")):
        with pytest.raises(Refused):
            hand_over(team, text, key=room.key(), **given)
    assert not HandOver.objects.exists()
    olivia = cast.signed_in(room.staff("olivia", "operator"))
    sent = {"team": "control-room", "text": "Channel 2 is down", "key": "k"}
    for _ in range(2):
        assert olivia.post("/since/hand-over/", sent).status_code == 302
    assert HandOver.objects.get().text == "Channel 2 is down"
