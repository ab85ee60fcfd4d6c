"""A NUL in what a call handler types costs no word of it."""

import uuid

import pytest

from tests.desks.contact import control_room as room
from tests.home.cast import signed_in
from wansdyke.casework.models import Draft

pytestmark = pytest.mark.django_db


def test_the_call_is_kept_without_the_nul() -> None:
    room.olivia()
    client = signed_in(room.staff("olivia", "operator"))
    key = str(uuid.uuid4())
    typed = {
        "draft": key,
        "what": "He is at\0 the door",
        "key": "k\0",
        "wh\0ere": "12 Lantern Lane",
    }
    answer = client.post("/contact/call/save/", typed)
    assert (answer.status_code, answer.json()) == (200, {"saved": True})
    data = Draft.objects.get(key=key).data
    assert data["what"] == ["He is at the door"]
    assert data["where"] == ["12 Lantern Lane"]
    assert "\0" not in str(data)
