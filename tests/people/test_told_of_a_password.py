"""To whom it is told that somebody has a caller password kept on a record out of sight."""

import uuid
from typing import Any

import pytest

from tests.home import cast
from wansdyke.access.models import Root, User
from wansdyke.kernel.flow import Refused
from wansdyke.linkage.judging import judge
from wansdyke.people import caller_password
from wansdyke.people.models import PersonRecord

pytestmark = pytest.mark.django_db
ROOM = "control-room"


def given(user: User) -> dict[str, Any]:
    return {"by": cast.actor(user), "at": cast.now(), "key": uuid.uuid4().hex}


@pytest.fixture
def linked() -> tuple[PersonRecord, PersonRecord]:
    """A record that both see, and a sealed one of the same person that has the word."""
    rory = cast.user("rory", "records-manager")
    shown = cast.record(forename="Ann", surname="Smith")
    hidden = cast.record(forename="Nan", surname="Smith")
    caller_password.set_word(hidden, "kingfisher", **given(cast.user("ben", cast.KEEPER)))
    judge(shown, hidden, "same", reason="Her passport", **given(rory))
    Root.objects.filter(pk=hidden.pk).update(marking=Root.SEALED)
    shown.refresh_from_db()
    return shown, hidden


def test_a_colleague_is_not_told_of_a_word_on_a_record_out_of_their_sight(
    linked: tuple[PersonRecord, PersonRecord],
) -> None:
    shown, _ = linked
    kim = cast.user("kim", cast.KEEPER)
    client = cast.signed_in(kim)
    page = client.get(f"/people/{shown.known_as}/")
    assert page.status_code == 200
    assert "Caller password" not in page.content.decode()
    with pytest.raises(Refused, match="no caller password"):
        caller_password.check(shown.person, shown, "kingfisher", **given(kim))


def test_whoever_takes_calls_is_told_and_not_where_it_is_shut_to_them(
    linked: tuple[PersonRecord, PersonRecord],
) -> None:
    shown, hidden = linked
    olu = cast.user("olu", cast.OPERATOR, at=cast.team())
    actor, at = cast.actor(olu), cast.now()
    people = [shown.person_id]
    assert caller_password.protected(actor, at, people) == {shown.person_id}
    assert caller_password.check(shown.person, shown, "kingfisher", **given(olu))
    cast.locked(hidden.root, olu, User.objects.get(username="rory"))
    assert caller_password.protected(actor, at, people) == frozenset()
    with pytest.raises(Refused, match="no caller password"):
        caller_password.check(shown.person, shown, "kingfisher", **given(olu))
