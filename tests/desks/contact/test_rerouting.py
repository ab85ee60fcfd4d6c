"""A call that somebody else is to take: offered to colleagues, taken on by one, and why is never
said."""

import uuid
from typing import Any

import pytest
from django.test import Client

from tests.home import cast
from wansdyke.access.models import Notice, User
from wansdyke.casework import conflicts
from wansdyke.casework.models import Draft
from wansdyke.desks.contact import drafts
from wansdyke.desks.contact.models import Reroute
from wansdyke.desks.contact.rerouting import TAKEN

pytestmark = pytest.mark.django_db
TYPED = {"caller_forename": "Ann", "caller_surname": "Marsden", "what": "He is at the door"}
LOOK_UP = "/contact/call/who-and-where/"


@pytest.fixture
def staff() -> dict[str, User]:
    """An operator who is locked out of a caller's record, and those who work beside them."""
    room = cast.team("control-room")
    posts = {"olu": cast.OPERATOR, "ben": cast.OPERATOR, "cy": cast.OPERATOR}
    made = {name: cast.user(name, post, at=room) for name, post in posts.items()}
    made["sasha"] = cast.user("sasha", "control-room-supervisor", at=room)
    record = cast.record(forename="Ann", surname="Marsden")
    by = cast.actor(cast.user("stan", "professional-standards"))
    for name in ("olu", "cy"):
        conflicts.lock(
            made[name],
            record.root.reference,
            relation="partner",
            reason="They are married",
            by=by,
            at=cast.now(),
            key=f"lock {name}",
        )
    return made


def typing(olu: User) -> tuple[Client, dict[str, Any]]:
    """What the operator's browser sends as they type."""
    key = uuid.uuid4()
    sent = {**TYPED, "draft": str(key)}
    data = {name: [value] for name, value in sent.items()}
    drafts.keep(cast.actor(olu), key, data, at=cast.now(), page="", sequence="")
    return cast.signed_in(olu), sent


def taken_on(client: Client, key: str = "k") -> Any:
    return client.post(f"/contact/taken-on/{Reroute.objects.get().reference}/", {"key": key})


def test_colleagues_are_offered_it_and_whoever_is_locked_out_too_is_not(
    staff: dict[str, User],
) -> None:
    client, sent = typing(staff["olu"])
    for _ in range(2):
        page = client.post(LOOK_UP, sent).content.decode()
        assert TAKEN not in page
    assert Reroute.objects.count() == 1
    told = Notice.objects.values_list("user__username", "text")
    assert sorted(user for user, _ in told) == ["ben", "sasha"]
    boards = {
        name: b"Somebody else must take" in cast.signed_in(user).get("/contact/board/").content
        for name, user in staff.items()
    }
    assert boards == {"olu": False, "ben": True, "cy": False, "sasha": True}


def test_one_takes_it_on_with_what_was_typed_and_the_operator_is_told_that_alone(
    staff: dict[str, User],
) -> None:
    client, sent = typing(staff["olu"])
    client.post(LOOK_UP, sent)
    assert taken_on(cast.signed_in(staff["cy"])).status_code == 404
    assert taken_on(client).status_code == 404
    ben = cast.signed_in(staff["ben"])
    onward = taken_on(ben)
    assert onward.status_code == 302
    assert taken_on(ben)["Location"] == onward["Location"]
    own = Draft.objects.get(author=staff["ben"])
    assert own.data["what"] == ["He is at the door"]
    assert own.data["draft"] == [str(own.key)]
    assert own.data["draft"] != [sent["draft"]]
    page = ben.get(onward["Location"]).content.decode()
    assert "He is at the door" in page
    assert 'value="Marsden"' in page
    assert b"taken this call on already" in taken_on_by(staff["sasha"])
    after = client.post(LOOK_UP, sent).content.decode()
    assert TAKEN in after
    assert Notice.objects.get(user=staff["olu"]).text == TAKEN
    assert not any(word in after for word in ("lock", "conflict", "record of", "Ann Marsden, born"))


def taken_on_by(user: User) -> bytes:
    client = cast.signed_in(user)
    taken_on(client, key="late")
    content: bytes = client.get("/contact/board/").content
    return content


def test_a_call_that_was_saved_meanwhile_is_found_by_whoever_takes_it_on(
    staff: dict[str, User],
) -> None:
    client, sent = typing(staff["olu"])
    client.post(LOOK_UP, sent)
    form = {"key": "saved", "channel": "999", "received_at-date": "now", "prior_contact": "no"}
    saved = client.post("/contact/call/", {**sent, **form, "where": "1 Lane"})
    assert saved.status_code == 302
    assert taken_on(cast.signed_in(staff["ben"]))["Location"] == saved["Location"]


def test_whoever_asks_for_it_themselves_makes_the_same_offer(staff: dict[str, User]) -> None:
    ben, sent = typing(staff["ben"])
    asked = ben.post(f"/contact/call/{sent['draft']}/hand-on/")
    assert asked["Location"] == f"/contact/call/{sent['draft']}/"
    text = Notice.objects.filter(user=staff["sasha"]).values_list("text", flat=True).get()
    assert text == "Somebody else must take the call that Ben is taking."
    assert taken_on(cast.signed_in(staff["sasha"])).status_code == 302
    assert TAKEN in ben.post(LOOK_UP, sent).content.decode()
