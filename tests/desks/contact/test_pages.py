"""The board, the letters owed, a brief, THRIVE again, and a call's own pages."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.desks.contact import control_room as room
from tests.desks.contact.control_room import NOON, step
from tests.forms_sent import form_of, forms_of, send
from tests.home.cast import audited, marker, now, record, shared, signed_in
from wansdyke.access.models import Grant
from wansdyke.casework.actions import NewParty
from wansdyke.casework.models import Assessment, Proposal
from wansdyke.desks.contact.models import Contact
from wansdyke.history.models import Change

pytestmark = pytest.mark.django_db


@pytest.fixture
def olivia() -> Client:
    room.olivia()
    return signed_in(room.staff("olivia", "operator"))


def as_(username: str, post: str, at: Any = None) -> Client:
    return signed_in(room.staff(username, post, at=at))


def fresh(ago: float = 1, **more: Any) -> Contact:
    """A call received and graded some minutes ago."""
    at = now() - timedelta(minutes=ago)
    return room.take(at=at, received_at=at, **more)


def ref(call: Contact) -> str:
    return str(call.case.root.reference)


def body(answer: Any) -> str:
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


def listed(answer: Any) -> list[str]:
    return list(dict.fromkeys(re.findall(r'href="/contact/(CT-[\w-]+)/"', body(answer))))


# The board.


def test_the_board_is_by_the_clock_that_runs_out_first(olivia: Client) -> None:
    scheduled = fresh(grade="scheduled")
    priority = fresh(50, grade="priority")
    immediate = fresh(5)
    late = fresh(30)
    ungraded = fresh(7, grade="")
    step_closed = fresh(grade="without-deployment", letters=room.GIVEN)
    room.perform(
        step_closed, "result", desk=room.DESK, by=room.olivia(), at=now(), key=room.key(),
        payload={"category": "administration"},
    )  # fmt: skip
    answer = olivia.get("/contact/board/")
    assert listed(answer) == [ref(c) for c in (ungraded, late, priority, immediate, scheduled)]
    assert "10 minutes late" in body(answer)
    assert "1 open call is past its target" in body(answer)
    assert "7 minutes without a grade" in body(answer)
    assert "4 graded calls owe THRIVE letters" in body(answer)
    assert set(audited("consultation")[-1]["subjects"]) == set(listed(answer))
    assert listed(olivia.get("/contact/board/?grade=priority")) == [ref(ungraded), ref(priority)]
    assert len(listed(olivia.get("/contact/board/?grade=nonsense"))) == 5


def test_the_letters_owed_are_a_short_list(olivia: Client) -> None:
    owing, done, ungraded = fresh(), fresh(letters=room.GIVEN), fresh(grade="")
    answer = olivia.get("/contact/letters/")
    assert listed(answer) == [ref(owing)]
    assert {ref(done), ref(ungraded)} & set(listed(answer)) == set()
    assert "6 owed" in body(answer)


def test_a_board_holds_back_what_a_share_does_not_open() -> None:
    partner = room.staff(
        "carol", "partner", at=room.team("refuge", room.agency("refuge", home=False))
    )
    call = fresh(what="He has a knife", where="1 Secret Close")
    shared(call.case.root, partner.agency, room.staff("olivia", "operator"))
    client = signed_in(partner)
    for path in ("/contact/board/", "/contact/letters/", "/contact/", f"/contact/{ref(call)}/",
                 f"/contact/{ref(call)}/brief/"):  # fmt: skip
        text = body(client.get(path))
        assert ref(call) in text
        assert "knife" not in text
        assert "Secret" not in text


# A brief.


def sent_to(rosa: str) -> Contact:
    """A call about somebody with a marker, to which that officer is on the way."""
    known = record(at=room.room(), forename="Nia", surname="Quarley", phone="07700 900123")
    call = fresh(
        8,
        parties=[NewParty(role="victim", record=known)],
        abuser_can_hear="yes",
        safe_to_call="Text only",
        strands=["V01"],
        risk_types=["domestic-abuse"],
    )
    marker(call.case.root, room.staff("olivia", "operator"), person=known.person)
    payload = {"unit": "WD11", "officers": [rosa]}
    room.perform(
        call, "assign", desk=room.DESK, by=room.dev(), at=now(), key=room.key(), payload=payload
    )
    return call


SAID = ("Shouting next door", "12 Lantern Lane", "Nia Quarley", "07700 900123", "Text only",
        "Keeps an axe by the door", "Domestic abuse", "11 minutes left")  # fmt: skip


def test_a_named_officer_reads_the_brief() -> None:
    room.rosa(), room.reuben()
    call, earlier = sent_to("rosa"), fresh(600, what="An earlier quarrel")
    assert earlier.place == call.place
    path = f"/contact/{ref(call)}/brief/"
    text = body(as_("rosa", "response-officer", room.response()).get(path))
    assert [said for said in SAID if said not in text] == []
    assert "An earlier quarrel" not in text
    (party,) = call.case.parties.all()
    assert set(audited("consultation")[-1]["subjects"]) >= {ref(call), party.record.root.reference}
    assert "An earlier quarrel" in body(as_("dev", "dispatcher").get(path))
    reuben = as_("reuben", "response-officer", room.response())
    assert reuben.get(path).status_code == 404
    assert audited("denied")[-1]["subjects"] == [ref(call)]
    assert reuben.get("/contact/CT-0000-0000/brief/").status_code == 404


def test_an_officer_marks_the_time_on_the_brief() -> None:
    room.rosa()
    call = sent_to("rosa")
    rosa = as_("rosa", "response-officer", room.response())
    page = rosa.get(f"/contact/{ref(call)}/brief/")
    buttons = [form["attrs"]["action"] for form in forms_of(page) if "step" in str(form["attrs"])]
    steps = ("en-route", "at-scene", "ask-triage")
    assert buttons == [f"/contact/{ref(call)}/step/{name}/" for name in steps]
    done = rosa.post(buttons[1], {"key": form_of_action(page, buttons[1])})
    assert done.status_code == 302
    assert room.again(call).case.state == "at-scene"


def form_of_action(page: Any, action: str) -> str:
    (form,) = [f for f in forms_of(page) if f["attrs"].get("action") == action]
    return str(form["typed"]["key"][0])


# THRIVE again.


def test_thrive_is_run_again_from_where_it_stood(olivia: Client) -> None:
    call = fresh(letters=room.GIVEN)
    path = f"/contact/{ref(call)}/thrive/"
    page = olivia.get(path)
    assert form_of(page, "threat")["typed"]["threat"] == ["now"]
    refused = send(olivia, page, "threat", path, threat="possible")
    assert "There is a problem" in body(refused)
    assert form_of(refused, "threat")["typed"]["threat"] == ["possible"]
    done = send(
        olivia, refused, "threat", path, own_grade="priority", own_reason="calmer", risk="possible"
    )
    assert done["Location"] == f"/contact/{ref(call)}/"
    first, second = Assessment.objects.order_by("pk")
    assert (first.answers["threat"], second.answers["threat"]) == ("now", "possible")
    assert (second.own_grade, second.result) == ("priority", "scheduled")
    assert room.again(call).grade == "immediate"
    text = body(olivia.get(f"/contact/{ref(call)}/"))
    assert "THRIVE version 1 points to scheduled" in text
    assert "THRIVE version 1 points to immediate" in text


# A call's own pages.


def test_the_case_page_says_who_may_do_what_next(olivia: Client) -> None:
    call = fresh()
    mine = body(olivia.get(f"/contact/{ref(call)}/"))
    assert "Change the grade" in mine
    assert "Assign a unit" not in mine
    theirs = body(as_("dev", "dispatcher").get(f"/contact/{ref(call)}/"))
    assert "Assign a unit" in theirs
    assert "Close without attending: THRIVE is owed before the result" in theirs
    assert "Target missed" not in theirs
    assert "Force policy on graded response (no statutory time)" in theirs


def test_a_missed_target_is_on_the_page(olivia: Client) -> None:
    call = fresh(30)
    text = body(olivia.get(f"/contact/{ref(call)}/"))
    assert "Run THRIVE again, call back, then review." in text
    assert "Target missed: review: Run THRIVE again first" in text
    room.assess(
        call, room.THRIVE_V1, room.GIVEN, own_grade="immediate", own_reason="still", desk=room.DESK,
        by=room.olivia(), at=now(), key=room.key(),
    )  # fmt: skip
    path = f"/contact/{ref(call)}/step/review-missed/"
    assert path in body(olivia.get(f"/contact/{ref(call)}/"))
    send(olivia, olivia.get(path), "call_back", path, call_back="No answer")
    call = room.again(call)
    assert call.call_back == "No answer"
    assert call.missed_reviewed_at is not None


def test_a_unit_and_an_officer_are_assigned_on_the_page() -> None:
    room.rosa()
    call = fresh()
    dev = as_("dev", "dispatcher")
    path = f"/contact/{ref(call)}/step/assign/"
    page = dev.get(path)
    assert form_of(page, "unit")["offered"]["officers"] == ["rosa"]
    refused = send(dev, page, "unit", path, officers=["rosa"])
    assert "Enter unit’s call sign" in body(refused)
    assert form_of(refused, "unit")["typed"]["officers"] == ["rosa"]
    send(dev, refused, "unit", path, unit="WD11")
    call = room.again(call)
    assert (call.unit, call.case.state) == ("WD11", "assigned")
    assert Grant.objects.filter(user__username="rosa", root=call.case.root).exists()


def test_an_edit_of_the_address_moves_the_place(olivia: Client) -> None:
    call = fresh()
    path = f"/contact/{ref(call)}/edit/"
    page = olivia.get(path)
    done = send(olivia, page, "what", path, where="9 Sarsen Way", postcode="sn8 1aa")
    assert done.status_code == 302
    moved = room.again(call)
    assert str(moved.place) == "9 Sarsen Way, SN8 1AA"
    assert [str(part.place) for part in moved.case.places.all()] == ["9 Sarsen Way, SN8 1AA"]
    old = Change.objects.get(field="place", event__name="amended")
    assert old.old == "12 Lantern Lane, Swindon"
    page = olivia.get(path)
    assert form_of(page, "what")["typed"]["postcode"] == ["SN8 1AA"]
    send(olivia, page, "what", path, notes="Blue door")
    assert room.again(call).place == moved.place


def test_a_lower_grade_is_proposed_and_decided_on_the_pages(olivia: Client) -> None:
    call = fresh()
    path = f"/contact/{ref(call)}/step/regrade/"
    send(olivia, olivia.get(path), "grade", path, grade="scheduled", reason="He has left")
    assert Proposal.objects.count() == 1
    assert "Waiting for a second person: Change the grade" in body(
        olivia.get(f"/contact/{ref(call)}/")
    )
    sasha = as_("sasha", "control-room-supervisor")
    decide = f"{path}decide/"
    assert decide in body(sasha.get(f"/contact/{ref(call)}/"))
    page = sasha.get(decide)
    assert "Grade: Immediate now, Scheduled if you agree" in body(page)
    assert "He has left" in body(page)
    refused = send(sasha, page, "agreed", decide, agreed="no")
    assert "Enter a reason for refusing" in body(refused)
    # Meanwhile the call got worse: what she looked at is not what she would decide.
    room.rewrite(call, room.owen(), None, what="He is back")
    stale = send(sasha, refused, "agreed", decide, agreed="yes")
    assert "This has changed since you opened it" in body(stale)
    assert room.again(call).grade == "immediate"
    done = send(sasha, stale, "agreed", decide, agreed="yes")
    assert done.status_code == 302
    assert room.again(call).grade == "scheduled"
    late = send(sasha, stale, "agreed", decide, agreed="yes")
    assert late["Location"] == f"/contact/{ref(call)}/"


def test_whoever_proposed_is_not_offered_the_decision() -> None:
    call = fresh()
    sasha = as_("sasha", "control-room-supervisor")
    path = f"/contact/{ref(call)}/step/to-phone/"
    send(sasha, sasha.get(path), "reason", path, reason="He has left")
    assert f"{path}decide/" not in body(sasha.get(f"/contact/{ref(call)}/"))
    refused = send(sasha, sasha.get(f"{path}decide/"), "agreed", f"{path}decide/", agreed="yes")
    assert "you proposed it" in body(refused)


def test_times_are_shown_as_they_occurred_and_were_recorded(olivia: Client) -> None:
    call = room.take()
    step(call, "assign", room.dev(), after=1, unit="WD11")
    step(call, "at-scene", room.dev(), after=25, occurred_at=NOON + timedelta(minutes=9))
    text = body(olivia.get(f"/contact/{ref(call)}/history/"))
    assert "10 June 2026 at 12:09pm" in text
    assert "recorded 10 June 2026 at 12:25pm" in text
    assert re.search(r"Unit\s*</dt><dd>WD11", text)


def test_the_history_tells_codes_in_words(olivia: Client) -> None:
    call = room.take(grade="without-deployment")
    room.thrive(call, room.olivia(), after=2)
    step(call, "result", room.olivia(), after=5, category="asb-nuisance", result_note="Spoken to")
    text = body(olivia.get(f"/contact/{ref(call)}/history/"))
    assert "Anti-social behaviour: nuisance" in text
    assert "asb-nuisance" not in text
    assert "Assessed: THRIVE" in text
