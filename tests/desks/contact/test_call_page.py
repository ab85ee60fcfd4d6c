"""The one page on which a call is taken, as a browser without JavaScript sends it."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.desks.contact import control_room as room
from tests.forms_sent import form_of, send
from tests.home.cast import audited, marker, now, record, signed_in
from wansdyke.casework.actions import NewParty
from wansdyke.casework.models import Assessment, Draft, ForceReference
from wansdyke.desks.contact.models import Contact, RiskType
from wansdyke.history.models import AuditEntry, Event

pytestmark = pytest.mark.django_db
PAGE = "/contact/call/"
SAVE = "/contact/call/save/"
SAID = {
    "what": "He is breaking the door\nShe is upstairs",
    "where": "12 Lantern Lane",
    "postcode": "sn1 2ab",
    "prior_contact": "could-not-ask",
    "caller_surname": "O'Brien",
}


@pytest.fixture
def olivia() -> Client:
    room.olivia()
    return signed_in(room.staff("olivia", "operator"))


@pytest.fixture
def owen() -> Client:
    room.owen()
    return signed_in(room.staff("owen", "operator"))


def sent(client: Client, **typed: Any) -> Any:
    return send(client, client.get(PAGE), "what", PAGE, **typed)


def errors(page: Any) -> dict[str, str]:
    """The error summary: the field each line links to, and the line."""
    found = re.findall(r'<a href="#([^"]*)">([^<]+)</a>', page.content.decode())
    return {field.removeprefix("id_"): said for field, said in found if field != "main-content"}


def test_a_call_is_saved_before_it_is_graded(olivia: Client) -> None:
    answer = sent(olivia, **{**SAID, "what": SAID["what"].replace("\n", "\r\n")})
    call = Contact.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/contact/{call.case.root.reference}/"
    assert (call.what, call.where) == (SAID["what"], SAID["where"])
    assert (call.case.state, call.channel) == ("received", "999")
    assert call.place is not None
    assert call.place.postcode == "SN1 2AB"
    assert "Saved as" in olivia.get(answer["Location"]).content.decode()


def test_a_call_is_graded_with_all_that_was_said(olivia: Client) -> None:
    sent(
        olivia,
        **SAID,
        grade="immediate",
        grade_reason="violence now",
        risk_types=["domestic-abuse", "child"],
        strands=["V01"],
        abuser_can_hear="yes",
        safe_to_call="Not before six",
        silent_call="on",
        interpreter="Polish",
        thrive__threat="now",
        thrive__harm="high",
        thrive__harm__said="has a bat",
        subject_surname="Coldwell",
        crime_number="54210001234",
        command_and_control="7 of 10 June",
    )
    call = Contact.objects.get()
    assert (call.grade, call.case.state, call.letters_owed) == ("immediate", "waiting", 4)
    assert (call.risk_types, call.strands) == (["domestic-abuse", "child"], ["V01"])
    assert (call.abuser_can_hear, call.safe_to_call) == ("yes", "Not before six")
    assert (call.silent_call, call.interpreter) == (True, "Polish")
    parties = {(p.role, p.record.surname) for p in call.case.parties.all()}
    assert parties == {("caller", "O'Brien"), ("subject", "Coldwell")}
    run = Assessment.objects.get()
    assert (run.own_grade, run.own_reason) == ("immediate", "violence now")
    assert run.answers == {"threat": "now", "harm": "high", "harm-said": "has a bat"}
    numbers = set(ForceReference.objects.values_list("kind", "value"))
    assert numbers == {("crime", "54210001234"), ("command-and-control", "7 of 10 June")}


@pytest.mark.parametrize("missing", ["where", "what", "prior_contact"])
def test_what_a_grade_needs_is_asked_for_at_its_field(olivia: Client, missing: str) -> None:
    typed = {**SAID, "grade": "priority", "grade_reason": "alone", "postcode": "", missing: ""}
    answer = sent(olivia, **typed)
    assert answer.status_code == 200
    assert not Contact.objects.exists()
    (field,) = errors(answer)
    assert field == missing
    body = answer.content.decode()
    assert f'id="id_{missing}"' in body
    assert "Error: Take a call" in body
    kept = form_of(answer, "what")["typed"]
    for name, value in typed.items():
        if value:
            assert [v.replace("\r\n", "\n") for v in kept[name]] == [value]


def test_a_postcode_alone_says_where(olivia: Client) -> None:
    sent(olivia, **{**SAID, "where": ""}, grade="immediate", grade_reason="now")
    assert Contact.objects.get().where == "SN1 2AB"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"grade": "immediate"}, "grade_reason"),
        ({"grade_reason": "violence now"}, "grade"),
        ({"thrive-harm": "high"}, "grade"),
        ({"thrive-harm-said": "has a bat"}, "grade"),
        ({"postcode": "SN1"}, "postcode"),
        ({"received_at-date": "today", "received_at-time": "25:00"}, "received_at-time"),
    ],
)
def test_what_would_have_no_place_to_be_kept_is_never_dropped(
    olivia: Client, typed: dict[str, str], field: str
) -> None:
    page = olivia.get(PAGE)
    answer = olivia.post(PAGE, {**form_of(page, "what")["typed"], **SAID, **typed})
    assert not Contact.objects.exists()
    assert list(errors(answer)) == [field]


def test_a_call_from_tomorrow_is_refused_at_its_field(olivia: Client) -> None:
    day = f"{now() + timedelta(days=2):%d/%m/%Y}"
    answer = sent(olivia, **SAID, received_at__date=day, received_at__time="09:00")
    assert not Contact.objects.exists()
    assert list(errors(answer)) == ["received_at-date"]


def test_the_same_form_twice_is_one_call(olivia: Client) -> None:
    page = olivia.get(PAGE)
    first = send(olivia, page, "what", PAGE, **SAID)
    second = send(olivia, page, "what", PAGE, **SAID)
    assert first["Location"] == second["Location"]
    assert Contact.objects.count() == 1


def test_a_button_looks_up_who_and_where(olivia: Client) -> None:
    known = record(at=room.room(), forename="Nia", surname="O'Brien")
    earlier = room.take(parties=[NewParty(role="caller", record=known)])
    marker(earlier.case.root, room.staff("owen", "operator"), person=known.person)
    page = send(olivia, olivia.get(PAGE), "what", PAGE, **SAID, look__up="1")
    body = page.content.decode()
    assert "Nia O&#x27;Brien" in body or "Nia O&#39;Brien" in body
    assert "Keeps an axe by the door" in body
    assert list(Contact.objects.all()) == [earlier]
    assert errors(page) == {}
    assert form_of(page, "what")["typed"]["caller_surname"] == ["O'Brien"]
    seen = [e for e in audited("consultation") if known.root.reference in e["subjects"]]
    assert len(seen) == 1
    assert "O'Brien" not in AuditEntry.objects.order_by("-seq")[0].body
    answer = send(olivia, page, "what", PAGE, caller_record=known.root.reference)
    (party,) = room.call_of(answer["Location"].split("/")[2]).case.parties.all()
    assert party.record == known


def test_a_grade_added_after_going_back_is_never_said_to_be_saved(olivia: Client) -> None:
    page = olivia.get(PAGE)
    first = send(olivia, page, "what", PAGE, **SAID)
    answer = send(
        olivia, page, "what", PAGE, **SAID, grade="immediate", grade_reason="he has a knife"
    )
    reference = Contact.objects.get().case.root.reference
    assert (first.status_code, answer.status_code) == (302, 200)
    assert f"was saved before, as {reference}" in answer.content.decode()
    assert f'href="/contact/{reference}/"' in answer.content.decode()
    assert form_of(answer, "what")["typed"]["grade_reason"] == ["he has a knife"]
    assert Contact.objects.get().grade == ""
    assert send(olivia, page, "what", PAGE, **SAID)["Location"] == f"/contact/{reference}/"


def test_whoever_was_chosen_stays_chosen_over_an_error(olivia: Client) -> None:
    known = record(at=room.room(), forename="Nia", surname="O'Brien")
    page = send(
        olivia, olivia.get(PAGE), "what", PAGE, **SAID, caller_record=known.root.reference,
        grade="immediate",
    )  # fmt: skip
    assert list(errors(page)) == ["grade_reason"]
    assert form_of(page, "what")["typed"]["caller_record"] == [known.root.reference]


def test_as_somebody_types_it_is_looked_up_and_nothing_typed_is_in_the_url(
    olivia: Client,
) -> None:
    known = record(at=room.room(), forename="Nia", surname="Quarley")
    path = "/contact/call/who-and-where/"
    answer = olivia.post(path, {"caller_surname": "Quar"})
    assert "Nia Quarley" in answer.content.decode()
    assert known.root.reference in audited("search")[-1]["subjects"]
    assert olivia.get(path, {"caller_surname": "Quar"}).status_code == 404


# Drafts: what is being typed.


def autosave(client: Client, page: Any, number: int = 1, tab: str = "tab-1", **typed: Any) -> Any:
    filled = {**form_of(page, "what")["typed"], **typed}
    headers = {"Autosave-Page": tab, "Autosave-Sequence": str(number)}
    return client.post(SAVE, filled, headers=headers)


def test_a_draft_is_kept_and_gone_on_with(olivia: Client) -> None:
    page = olivia.get(PAGE)
    events = Event.objects.count()
    answer = autosave(olivia, page, **SAID, grade="immediate", thrive__x="1")
    assert answer.json() == {"saved": True}
    assert Event.objects.count() == events
    draft = Draft.objects.get()
    front = olivia.get(PAGE).content.decode()
    assert f'href="/contact/call/{draft.key}/"' in front
    again = olivia.get(f"/contact/call/{draft.key}/")
    kept = form_of(again, "what")["typed"]
    assert kept["caller_surname"] == ["O'Brien"]
    assert kept["grade"] == ["immediate"]
    assert errors(again) == {}
    answer = send(olivia, again, "what", "", grade_reason="violence now")
    assert answer.status_code == 302
    assert not Draft.objects.exists()
    assert Contact.objects.get().grade == "immediate"


def test_a_draft_goes_on_with_whoever_was_chosen(olivia: Client) -> None:
    known = record(at=room.room(), forename="Nia", surname="O'Brien")
    autosave(olivia, olivia.get(PAGE), **SAID, caller_record=known.root.reference)
    again = olivia.get(f"/contact/call/{Draft.objects.get().key}/")
    assert form_of(again, "what")["typed"]["caller_record"] == [known.root.reference]


def test_a_draft_half_typed_is_no_error_yet(olivia: Client) -> None:
    autosave(
        olivia, olivia.get(PAGE), **{**SAID, "postcode": "SN", "caller_date_of_birth-day": "3"}
    )
    again = olivia.get(f"/contact/call/{Draft.objects.get().key}/")
    assert errors(again) == {}
    assert form_of(again, "what")["typed"]["postcode"] == ["SN"]


def test_a_draft_is_its_authors_alone(olivia: Client, owen: Client) -> None:
    page = olivia.get(PAGE)
    autosave(olivia, page, **SAID)
    draft = Draft.objects.get()
    address = f"/contact/call/{draft.key}/"
    assert owen.get(address).status_code == 404
    assert owen.get(f"/contact/call/{uuid.uuid4()}/").status_code == 404
    assert str(draft.key) not in owen.get(PAGE).content.decode()
    stolen = autosave(owen, page, what="Not hers")
    assert (stolen.status_code, stolen.json()) == (409, {"saved": False})
    assert owen.post(f"{address}drop/").status_code == 302
    draft.refresh_from_db()
    assert draft.data["what"] == [SAID["what"]]


def test_a_draft_is_thrown_away(olivia: Client) -> None:
    autosave(olivia, olivia.get(PAGE), **SAID)
    draft = Draft.objects.get()
    answer = olivia.post(f"/contact/call/{draft.key}/drop/")
    assert answer["Location"] == PAGE
    assert not Draft.objects.exists()


def test_an_older_sending_of_the_same_page_is_dropped(olivia: Client) -> None:
    page = olivia.get(PAGE)
    autosave(olivia, page, 3, what="Third")
    autosave(olivia, page, 2, what="Second")
    assert Draft.objects.get().data["what"] == ["Third"]
    autosave(olivia, page, 1, "tab-2", what="Another tab")
    assert Draft.objects.get().data["what"] == ["Another tab"]


def test_a_late_autosave_does_not_bring_a_saved_call_back(olivia: Client) -> None:
    page = olivia.get(PAGE)
    autosave(olivia, page, 1, **SAID)
    send(olivia, page, "what", PAGE, **SAID)
    assert autosave(olivia, page, 2, **SAID).json() == {"saved": True}
    assert not Draft.objects.exists()


def test_a_refused_call_leaves_its_draft(olivia: Client) -> None:
    page = olivia.get(PAGE)
    autosave(olivia, page, **SAID)
    send(olivia, page, "what", PAGE, **{**SAID, "what": ""}, grade="immediate", grade_reason="x")
    assert Draft.objects.exists()


def test_the_call_going_on_is_not_listed_as_unfinished(olivia: Client) -> None:
    page = olivia.get(PAGE)
    autosave(olivia, page, **SAID)
    answer = send(olivia, page, "what", PAGE, **SAID, grade="immediate")
    assert "unfinished" not in answer.content.decode()


def test_a_draft_sent_twice_is_one_call_and_no_dead_end(olivia: Client) -> None:
    autosave(olivia, olivia.get(PAGE), **SAID)
    page = olivia.get(f"/contact/call/{Draft.objects.get().key}/")
    first = send(olivia, page, "what", "")
    second = send(olivia, page, "what", "")
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]


def test_a_page_without_a_draft_is_told(olivia: Client) -> None:
    assert olivia.post(SAVE, {"draft": "x", "what": "y"}).status_code == 422


@pytest.mark.parametrize("path", [PAGE, SAVE, "/contact/call/who-and-where/"])
def test_only_the_control_room_takes_calls(path: str) -> None:
    room.rosa()
    analyst = signed_in(room.staff("anya", "analyst"))
    officer = signed_in(room.staff("rosa", "response-officer"))
    method = "get" if path == PAGE else "post"
    assert getattr(analyst, method)(path).status_code == 404
    if "who" not in path:
        assert getattr(officer, method)(path).status_code == 404


def test_a_risk_no_longer_offered_stays_on_the_calls_that_have_it(olivia: Client) -> None:
    sent(olivia, **SAID, risk_types=["asb", "child"])
    RiskType.objects.filter(code="asb").update(active=False)
    call = Contact.objects.get()
    path = f"/contact/{call.case.root.reference}/edit/"
    send(olivia, olivia.get(path), "what", path, notes="Dog barks")
    call.refresh_from_db()
    assert (call.risk_types, call.notes) == (["asb", "child"], "Dog barks")
    assert '"asb"' not in olivia.get(PAGE).content.decode()
