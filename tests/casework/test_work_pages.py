"""The pages of the work on a case, as a browser without JavaScript sends them."""

import html
import json
import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from tests.home.cast import (
    HEAD,
    KEEPER,
    actor,
    agency,
    audited,
    now,
    place,
    record,
    shared,
    signed_in,
    team,
    thing,
    user,
)
from wansdyke.access.models import Root, User
from wansdyke.casework import documents, notes, tasks
from wansdyke.casework.models import (
    Action,
    Case,
    Comment,
    Document,
    ForceReference,
    Marker,
    Party,
    Referral,
)
from wansdyke.kernel.calendar import london
from wansdyke.people.models import PersonRecord

pytestmark = pytest.mark.django_db
KEY = re.compile(r'name="key" id="\w+" value="(\w+)"')
SEEN = re.compile(r'name="seen"[^>]* value="([^"]*)"')
PDF = b"%PDF-1.7\nA statement"


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[Path]:
    with override_settings(FILES_DIR=tmp_path / "files"):
        yield tmp_path / "files"


@pytest.fixture
def ann() -> User:
    return user("ann", KEEPER)


@pytest.fixture
def case(ann: User) -> Case:
    known = record(forename="Mary", surname="Gold", date_of_birth=london(now()).date())
    return thing(ann, parties=[known]).case


@pytest.fixture
def browser(ann: User) -> Client:
    return signed_in(ann)


def at(case: Case, rest: str = "") -> str:
    return f"/lost-property/{case.root.reference}/{rest}"


def words(answer: Any) -> str:
    return str(answer.content.decode())


def send(client: Client, address: str, /, **typed: Any) -> Any:
    """Opens a page and sends its form, with the key it carries and what it says that it showed."""
    opened = client.get(address)
    assert opened.status_code == 200, address
    found = KEY.search(words(opened))
    assert found
    seen = SEEN.search(words(opened))
    showed = {"seen": html.unescape(seen[1])} if seen else {}
    return client.post(address, {"key": found[1], **showed, **typed})


def in_days(days: int) -> dict[str, str]:
    day = london(now()).date() + timedelta(days=days)
    return {
        "review_by-day": str(day.day),
        "review_by-month": str(day.month),
        "review_by-year": str(day.year),
    }


def test_every_page_of_the_work_opens_and_is_logged(browser: Client, case: Case, ann: User) -> None:
    here = place("1 High Street", "SN1 1AA", on=case)
    due = {"due_at": now() + timedelta(days=1), "by": actor(ann), "at": now()}
    tasks.add(case, title="Ring", owner="ann", key="1", **due)
    send(browser, at(case, "documents/new/"), **document())
    mary = case.parties.get().record
    abouts = {"about": mary.person.reference, "kind": "weapons", "text": "Axe", "source": "Us"}
    send(browser, at(case, "markers/new/"), **abouts, **in_days(30))
    marker = Marker.objects.get().reference
    kinds = ("people", "places", "actions", "referrals", "documents", "markers", "notes")
    pages = [f"work/{kind}/" for kind in (*kinds, "force-references")]
    pages += [f"{kind}/new/" for kind in (*kinds, "references")]
    pages += [
        "references/remove/",
        f"actions/{Action.objects.get().reference}/done/",
        f"actions/{Action.objects.get().reference}/hand-on/",
        f"markers/{marker}/review/",
        f"markers/{marker}/withdraw/",
        f"people/{mary.root.reference}/",
        f"people/{mary.root.reference}/subject/end/",
        f"places/{here.reference}/scene/remove/",
    ]
    for rest in pages:
        answer = browser.get(at(case, rest))
        assert answer.status_code == 200, rest
        assert "<h1" in words(answer)
        assert case.root.reference in audited("consultation")[-1]["subjects"], rest


def test_the_case_page_shows_the_work(browser: Client, case: Case, ann: User) -> None:
    due = {"due_at": now() + timedelta(days=1), "by": actor(ann), "at": now()}
    tasks.add(case, title="Ring the finder", owner="ann", key="1", **due)
    for number in range(12):
        given = {"by": actor(ann), "at": now(), "key": str(number) + "n"}
        notes.add(case, f"Note number {number:02}", **given)
    shown = words(browser.get(at(case)))
    assert "Mary Gold" in shown
    mary = case.parties.get().record.root.reference
    assert mary in audited("consultation")[-1]["subjects"]
    assert "Ring the finder" in shown
    assert "Note number 11" in shown
    assert "Note number 01" not in shown
    assert at(case, "work/notes/") in shown
    assert "Note number 01" in words(browser.get(at(case, "work/notes/")))


def test_a_double_click_adds_one_note(browser: Client, case: Case) -> None:
    typed = {"key": uuid.uuid4().hex, "text": "Rang twice"}
    for _ in range(2):
        assert browser.post(at(case, "notes/new/"), typed).status_code == 302
    assert Comment.objects.count() == 1


def test_errors_stand_in_a_summary_and_keep_what_was_typed(browser: Client, case: Case) -> None:
    answer = send(browser, at(case, "actions/new/"), title="Ring", owner="ann")
    shown = words(answer)
    assert answer.status_code == 200
    assert "There is a problem" in shown
    assert "Enter due" in shown
    assert 'value="Ring"' in shown
    typed = {"title": "Ring", "owner": "ann", "due_at-date": "1/1/2020", "due_at-time": "9am"}
    assert "must be in the future" in words(send(browser, at(case, "actions/new/"), **typed))
    assert not Action.objects.exists()


def test_an_action_is_set_handed_on_and_completed(browser: Client, case: Case) -> None:
    user("ben", KEEPER)
    typed = {"title": "Ring", "owner": "ann", "due_at-date": "1/1/2099", "due_at-time": "9am"}
    assert send(browser, at(case, "actions/new/"), **typed).url == at(case)
    reference = Action.objects.get().reference
    address = at(case, f"actions/{reference}/hand-on/")
    assert send(browser, address, owner="ben", reason="Leave").status_code == 302
    assert Action.objects.get().owner.username == "ben"
    address = at(case, f"actions/{reference}/done/")
    assert send(browser, address, outcome="They came").status_code == 302
    assert Action.objects.get().outcome == "They came"
    assert browser.get(at(case, "actions/AC-0000-0000/done/")).status_code == 404


def document(content: bytes = PDF, **changed: Any) -> dict[str, Any]:
    file = SimpleUploadedFile("evil.html", content, content_type="text/html")
    return {"title": "Statement", "section": "narrative", "file": file, **changed}


def test_a_document_comes_back_as_a_download_that_runs_nothing(browser: Client, case: Case) -> None:
    page = words(browser.get(at(case, "documents/new/")))
    assert 'enctype="multipart/form-data"' in page
    assert page.index('name="key"') < page.index('type="file"')
    assert send(browser, at(case, "documents/new/"), **document()).status_code == 302
    made = Document.objects.get()
    answer = browser.get(at(case, f"documents/{made.reference}/"))
    assert b"".join(answer.streaming_content) == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == (f'attachment; filename="{made.reference}.pdf"')
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert audited("consultation")[-1]["document"] == made.reference


def test_a_file_too_big_or_of_no_kind_is_said_so(browser: Client, case: Case, store: Path) -> None:
    with override_settings(MAX_DOCUMENT_BYTES=1024 * 1024):
        answer = send(browser, at(case, "documents/new/"), **document(b"%PDF-" + b"x" * 3_000_000))
    assert "must be 1 MB or smaller" in words(answer)
    assert KEY.search(words(answer))
    answer = send(browser, at(case, "documents/new/"), **document(b"MZ\x90\x00"))
    assert "The file must be PDF" in words(answer)
    assert not Document.objects.exists()
    assert [path for path in store.rglob("*") if path.is_file()] == []


def test_a_document_without_its_token_is_refused(case: Case, ann: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in(ann).cookies
    given = {"key": "1", **document()}
    assert strict.post(at(case, "documents/new/"), given).status_code == 403
    page = words(strict.get(at(case, "documents/new/")))
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    given = {"csrfmiddlewaretoken": token[1], "key": "1", **document()}
    assert strict.post(at(case, "documents/new/"), given).status_code == 302


def test_an_altered_file_is_not_sent(browser: Client, case: Case) -> None:
    send(browser, at(case, "documents/new/"), **document())
    made = Document.objects.get()
    documents.path_of(made.stored_as).write_bytes(b"%PDF- forged")
    answer = browser.get(at(case, f"documents/{made.reference}/"))
    assert answer.url == at(case)
    assert "not what was stored" in words(browser.get(answer.url))


def test_somebody_alike_is_shown_before_anyone_new_is_made(browser: Client, case: Case) -> None:
    there = record(forename="Jo", surname="Smith", phone="01793 496000")
    typed = {"role": "subject", "forename": "Joanna", "surname": "Smythe", "phone": "01793496000"}
    answer = send(browser, at(case, "people/new/"), **typed)
    shown = words(answer)
    assert answer.status_code == 200
    assert "Is it one of these people?" in shown
    assert there.root.reference in shown
    assert there.root.reference in audited("consultation")[-1]["subjects"]
    found = KEY.search(shown)
    assert found
    again = {**typed, "key": found[1], "not_these": there.root.reference}
    assert "Select whether it is one" in words(browser.post(at(case, "people/new/"), again))
    answer = browser.post(at(case, "people/new/"), {**again, "chosen": "new"})
    assert answer.status_code == 302
    assert PersonRecord.objects.filter(surname="Smythe").count() == 1
    again = {**again, "chosen": there.root.reference, "key": uuid.uuid4().hex}
    assert browser.post(at(case, "people/new/"), again).status_code == 302
    assert Party.objects.filter(case=case, record=there).count() == 1


def test_a_reference_out_of_scope_is_as_one_that_is_not(browser: Client, case: Case) -> None:
    hidden = record(at=team("other"), surname="Hidden").root.reference
    for reference in (hidden, "PR-0000-0000", "x" * 20):
        answer = send(browser, at(case, "people/new/"), role="subject", reference=reference)
        assert "No record that you can see has this reference" in words(answer)
        assert "Hidden" not in words(answer)
    assert [hidden] in [entry["subjects"] for entry in audited("denied")]


def test_a_correction_made_on_an_old_page_shows_both(browser: Client, case: Case) -> None:
    mary = case.parties.get().record
    address = at(case, f"people/{mary.root.reference}/")
    version = Root.objects.get(pk=mary.pk).version
    typed = {"forename": "Mary", "surname": "Golding", "version": version}
    assert send(browser, address, **typed).status_code == 302
    answer = send(browser, address, **{**typed, "surname": "Silver"})
    shown = words(answer)
    assert "Somebody changed this record" in shown
    assert "Golding" in shown
    assert "Silver" in shown
    assert f'name="version" id="id_version" value="{version + 1}"' in shown
    answer = send(browser, address, **{**typed, "surname": "Silver", "version": version + 1})
    assert answer.status_code == 302
    mary.refresh_from_db()
    assert mary.surname == "Silver"


def test_parts_places_and_numbers_come_and_go(browser: Client, case: Case) -> None:
    mary = case.parties.get().record.root.reference
    address = at(case, f"people/{mary}/subject/end/")
    assert send(browser, address, reason="Not hers").status_code == 302
    assert browser.get(address).status_code == 404
    typed = {"role": "scene", "address": "1 High Street", "postcode": "SN1 1AA"}
    assert send(browser, at(case, "places/new/"), **typed).status_code == 302
    where = case.places.get().place.reference
    address = at(case, f"places/{where}/scene/remove/")
    assert send(browser, address).status_code == 302
    assert not case.places.exists()
    given = {"kind": "urn", "value": "54 ab 1"}
    assert send(browser, at(case, "references/new/"), **given).status_code == 302
    assert ForceReference.objects.get().value == "54 AB 1"
    address = at(case, "references/remove/")
    assert send(browser, address, number="urn 54 AB 1").status_code == 302
    assert not ForceReference.objects.exists()


def test_a_marker_is_published_reviewed_and_withdrawn(browser: Client, case: Case) -> None:
    mary = case.parties.get().record.person.reference
    typed = {"about": mary, "kind": "weapons", "text": "Axe", "source": "Us"}
    answer = send(browser, at(case, "markers/new/"), **typed, **in_days(800))
    assert "at most 12 months ahead" in words(answer)
    assert send(browser, at(case, "markers/new/"), **typed, **in_days(30)).status_code == 302
    made = Marker.objects.get()
    assert "Axe" in words(browser.get(at(case)))
    address = at(case, f"markers/{made.reference}/review/")
    assert send(browser, address, reason="Still so", **in_days(60)).status_code == 302
    address = at(case, f"markers/{made.reference}/withdraw/")
    assert send(browser, address, reason="Wrong person").status_code == 302
    assert "Wrong person" not in words(browser.get(at(case, "work/markers/")))
    assert "Withdrawn" in words(browser.get(at(case, "work/markers/")))


def test_a_referral_from_both_ends(browser: Client, case: Case, ann: User) -> None:
    council = agency("council", home=False)
    partner = signed_in(user("pat", "partner", at=team("social-care", council)))
    typed = {"team": "social-care", "reason": "She needs a visit", "sections": ["health"]}
    answer = send(browser, at(case, "referrals/new/"), **typed)
    assert "Enter the lawful basis" in words(answer)
    typed |= {"lawful_basis": "Care Act 2014 s42", "purpose": "An assessment"}
    assert send(browser, at(case, "referrals/new/"), **typed).status_code == 302
    address = f"/referrals/{Referral.objects.get().reference}/"
    shown = words(partner.get(address))
    assert "She needs a visit" in shown
    assert case.root.reference in shown
    assert at(case) not in shown
    assert "Mary" not in shown
    assert partner.get(at(case)).status_code == 404
    assert browser.get(f"{address}accept/").status_code == 404
    assert send(partner, f"{address}accept/").url == address
    assert at(case) in words(partner.get(address))
    page = words(partner.get(at(case)))
    assert "Mary" not in page
    assert "Held back" in page
    assert send(partner, f"{address}answer/", answer="Visited, safe").status_code == 302
    assert "Visited, safe" in words(browser.get(address))


def test_declining_without_a_reason_asks_for_one(browser: Client, case: Case) -> None:
    receiver = signed_in(user("hugo", KEEPER, at=team("hub")))
    typed = {"team": "hub", "reason": "Yours"}
    assert send(browser, at(case, "referrals/new/"), **typed).status_code == 302
    address = f"/referrals/{Referral.objects.get().reference}/"
    assert "Enter reason" in words(send(receiver, f"{address}decline/"))
    assert send(receiver, f"{address}decline/", reason="Not ours").status_code == 302
    assert "Not ours" in words(browser.get(address))
    assert receiver.get(at(case)).status_code == 404


def test_a_partner_sees_only_the_sections_shared(case: Case, ann: User) -> None:
    council = agency("council", home=False)
    partner = signed_in(user("pat", "partner", at=team("council-team", council)))
    notes.add(case, "Secret words", by=actor(ann), at=now(), key="n")
    place("1 High Street", "SN1 1AA", on=case)
    send(signed_in(ann), at(case, "documents/new/"), **document(title="Secret title"))
    shared(case.root, council, ann)
    pages = [at(case), *(at(case, f"work/{kind}/") for kind in ("notes", "people", "documents"))]
    for address in (*pages, at(case, "work/places/")):
        shown = words(partner.get(address))
        for secret in ("Secret words", "Mary", "Gold", "High Street", "Secret title"):
            assert secret not in shown, (address, secret)
        assert "/new/" not in shown
    made = Document.objects.get().reference
    assert partner.get(at(case, f"documents/{made}/")).status_code == 404


def test_whoever_may_not_sees_the_one_not_found_page(case: Case) -> None:
    stranger = signed_in(user("zoe", HEAD, at=team("other")))
    nothing = stranger.get("/no/such/page/").content
    for rest in ("notes/new/", "work/notes/", "documents/new/", "referrals/new/", "people/new/"):
        answer = stranger.get(at(case, rest))
        assert (answer.status_code, answer.content) == (404, nothing)
        answer = stranger.post(at(case, rest), {"key": "1", "text": "Hello"})
        assert (answer.status_code, answer.content) == (404, nothing)
    assert case.root.reference in json.dumps(audited("denied"))
    assert not Comment.objects.exists()
