"""While the system is down: a call entered later with its true times, and the pack to work from."""

import base64
import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from tests.desks.contact import control_room as room
from tests.home import cast
from wansdyke.access.models import Notice, Root
from wansdyke.casework.actions import NewParty
from wansdyke.casework.models import Deadline
from wansdyke.desks.contact.downtime.back_entry import Entered, Paper, enter
from wansdyke.desks.contact.downtime.forms import one_number
from wansdyke.desks.contact.downtime.pack import packed, write
from wansdyke.desks.contact.models import Contact
from wansdyke.history.models import Event
from wansdyke.kernel.flow import Refused
from wansdyke.people.models import Place

pytestmark = pytest.mark.django_db
NOW = room.NOON + timedelta(hours=5)
WORDS = "four quiet herons wading"


def after(minutes: float) -> Any:
    return room.NOON + timedelta(minutes=minutes)


def paper(**changed: Any) -> Paper:
    given: dict[str, Any] = {
        "number": "P-017",
        "why": "The network was down",
        "taken_by": "olivia",
        "grade": "immediate",
        "reason": "violence now",
        "decided_by": "owen",
        "graded_at": after(2),
        "unit": "WD11",
        "assigned_at": after(3),
        "at_scene_at": after(31),
        "resulted_at": after(60),
        "category": "crime",
        "letters": room.GIVEN,
    }
    return Paper(**{**given, **changed})


def entered(of: Paper, *, key: str = "", by: Any = None, **typed: Any) -> Contact:
    room.olivia(), room.owen()
    outcome = enter(
        room.DESK,
        room.values(**typed),
        of,
        by=by or room.dev(),
        at=NOW,
        key=key or room.key(),
        team=room.room(),
        parties=[NewParty(role="caller", typed={"forename": "Ada", "surname": "Marden"})],
    )
    return room.call_of(outcome.reference)


def test_its_times_are_its_own_and_it_is_marked() -> None:
    call = entered(paper())
    assert (call.paper_number, call.entered_why) == ("P-017", "The network was down")
    assert (call.received_at, call.graded_at) == (room.NOON, after(2))
    assert (call.assigned_at, call.at_scene_at, call.resulted_at) == (
        after(3),
        after(31),
        after(60),
    )
    assert call.case.state == "resulted"
    assert call.handler_id == room.olivia().user_id
    assert call.gradings.get().by_id == room.owen().user_id
    events = Event.objects.filter(root=call.case.root).exclude(name__startswith="assessed")
    moves = {event.name: event.occurred_at for event in events}
    assert moves["grade"] == after(2)
    assert moves["result"] == after(60)
    assert {event.recorded_at for event in events} == {NOW}
    assert {event.by_id for event in events} == {room.dev().user_id}


def test_its_clock_is_reckoned_from_its_own_times() -> None:
    call = entered(paper())
    clock = Deadline.objects.get(case=call.case, clock="attend-immediate")
    assert (clock.due_at, clock.stopped_at) == (after(22), after(31))


def test_whoever_it_names_is_told() -> None:
    entered(paper())
    told = Notice.objects.filter(text__contains="paper form").values_list("user__username")
    assert {name for (name,) in told} == {"olivia", "owen"}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"assigned_at": after(1)}, "assigned_at"),
        ({"at_scene_at": NOW + timedelta(hours=1)}, "at_scene_at"),
        ({"graded_at": None}, "graded_at"),
        ({"unit": ""}, "assigned_at"),
        ({"category": ""}, "resulted_at"),
        ({"letters": {}}, "resulted_at"),
        ({"decided_by": "nobody"}, "decided_by"),
        ({"taken_by": "rosa"}, "taken_by"),
        ({"number": ""}, "paper_number"),
        ({"grade": "", "graded_at": None}, "assigned_at"),
    ],
)
def test_what_cannot_have_been_is_refused_whole(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        entered(paper(**changed))
    assert refused.value.field == field
    assert not Contact.objects.exists()
    assert not Place.objects.exists()


def test_one_paper_is_one_call() -> None:
    first = entered(paper(), key="same")
    assert entered(paper(), key="same") == first
    with pytest.raises(Entered) as known:
        entered(paper(why="Typed again"))
    assert known.value.reference == first.case.root.reference
    elsewhere = cast.user("una", "operator", at=cast.team("north", cast.agency()))
    with pytest.raises(Entered) as hidden:
        entered(paper(why="Typed again"), by=cast.actor(elsewhere))
    assert hidden.value.reference == ""
    assert Contact.objects.count() == 1


def test_a_call_that_only_came_in_waits_for_its_grade() -> None:
    bare = {"grade": "", "decided_by": "", "graded_at": None, "unit": "", "assigned_at": None}
    later = {"at_scene_at": None, "resulted_at": None, "category": "", "letters": {}}
    assert entered(paper(**bare, **later)).case.state == "received"


def sealed(text: str) -> dict[str, Any]:
    found = re.search(r'id="sealed">(.*?)</script>', text, re.S)
    assert found
    return dict(json.loads(found[1]))


def opened(text: str, passphrase: str) -> dict[str, Any]:
    parts = sealed(text)
    salt, nonce, data = (base64.b64decode(parts[one]) for one in ("salt", "nonce", "data"))
    key = PBKDF2HMAC(hashes.SHA256(), 32, salt, parts["rounds"]).derive(passphrase.encode())
    return dict(json.loads(AESGCM(key).decrypt(nonce, data, None)))


def test_a_pack_holds_the_open_calls_sealed() -> None:
    call, closed = room.take(), entered(paper(), where="9 Chalk Hill")
    text = packed(room.DESK, WORDS, by=room.sasha(), at=NOW)
    for secret in (call.case.root.reference, "Lantern", "Shouting"):
        assert secret not in text
    body = opened(text, WORDS)
    (row,) = body["rows"]
    assert row[0] == call.case.root.reference
    assert "12 Lantern Lane, Swindon" in row
    assert closed.case.root.reference not in str(body)
    assert sealed(text)["rounds"] >= 600_000
    with pytest.raises(InvalidTag):
        opened(text, "four quiet herons flying")
    subjects = [one for entry in cast.audited("export") for one in entry["subjects"]]
    assert call.case.root.reference in subjects


def test_no_pack_is_like_another_and_none_is_half_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.take()
    target = tmp_path / "pack.html"
    write(room.DESK, WORDS, target, by=room.sasha(), at=NOW)
    first = target.read_text()
    write(room.DESK, WORDS, target, by=room.sasha(), at=NOW)
    assert sealed(first)["data"] != sealed(target.read_text())["data"]
    assert target.stat().st_mode & 0o077 == 0

    def full(_: Any) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("wansdyke.desks.contact.downtime.pack.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write(room.DESK, "another pass phrase", target, by=room.sasha(), at=NOW)
    assert opened(target.read_text(), WORDS)["rows"]
    assert [one.name for one in tmp_path.iterdir()] == ["pack.html"]


def test_only_those_in_charge_are_given_one_and_only_for_good_words() -> None:
    room.take()
    sasha = cast.signed_in(room.staff("sasha", "control-room-supervisor"))
    sent = {"passphrase": WORDS, "again": WORDS, "key": "k"}
    answer = sasha.post("/contact/downtime-pack/", sent)
    assert answer["Content-Disposition"].startswith('attachment; filename="wansdyke-downtime-')
    assert len(opened(answer.content.decode(), WORDS)["rows"]) == 1
    for wrong in ({"again": "something else here"}, {"passphrase": "short", "again": "short"}):
        assert b"There is a problem" in sasha.post("/contact/downtime-pack/", sent | wrong).content
    for weak in ("aaaaaaaaaaaa", "123456789012", "passwordpassword", "ababababababab"):
        answer = sasha.post("/contact/downtime-pack/", {"passphrase": weak, "again": weak})
        assert b"There is a problem" in answer.content, weak
    olivia = cast.signed_in(room.staff("olivia", "operator"))
    assert olivia.post("/contact/downtime-pack/", sent).status_code == 404


def test_the_log_names_each_warning_that_went_out_with_a_pack() -> None:
    here, other = room.take(grade="immediate"), room.take(grade="immediate")
    far = cast.user("far", "operator", at=cast.team("far-team"))
    Root.objects.filter(pk=other.pk).update(team=cast.team("far-team"))
    warning = cast.marker(other.case.root, far, place=here.place, text="Knives in the kitchen")
    text = packed(room.DESK, WORDS, by=room.sasha(), at=cast.now())
    rows = opened(text, WORDS)["rows"]
    assert "Knives in the kitchen" in str(rows)
    assert any(warning.reference in one["subjects"] for one in cast.audited("export"))


def test_one_paper_is_one_call_however_its_number_is_typed() -> None:
    typed = ("P-17", "p-17", "\uff30-17", "P\u200b-17", " P-17 ")
    assert {one_number(number) for number in typed} == {"P-17"}


def test_the_page_says_which_paper_was_entered_before() -> None:
    first = entered(paper())
    dev = cast.signed_in(room.staff("dev", "dispatcher"))
    moment = {"date": "10/06/2026", "time": "12:00"}
    sent = {
        "key": "k2", "paper_number": "P-017", "entered_why": "Down", "taken_by": "olivia",
        "channel": "999", "what": "Shouting", "where": "1 Old Wharf", "prior_contact": "no",
        "crime_number": "54/1234/26", "subject_forename": "Nia", "subject_role": "victim",
        **{f"received_at-{part}": value for part, value in moment.items()},
    }  # fmt: skip
    page = dev.post("/contact/call/from-paper/", sent).content.decode()
    assert f"entered already, as {first.case.root.reference}" in page
    answer = dev.post("/contact/call/from-paper/", sent | {"paper_number": "P-018"})
    assert answer.status_code == 302
    shown = dev.get(answer["Location"]).content.decode()
    assert "P-018" in shown
    assert "54/1234/26" in shown
    assert "Nia" in shown
    listed = dev.get("/contact/", {"paper": "paper", "state": "all"}).content.decode()
    assert answer["Location"] in listed


def test_no_module_is_left_half_imported() -> None:
    """The pack's script parses: a page that cannot open it would show itself only when down."""
    script = Path("wansdyke/desks/contact/downtime/open_pack.js")
    done = subprocess.run(
        ["node", "--check", str(script)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr or sys.platform
