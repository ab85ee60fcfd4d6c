"""The pages every desk has: lists and what is taken out of them, edits, owners, a new case."""

import csv
import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client, override_settings

from tests.desks.contact import control_room as room
from tests.forms_sent import form_of, send
from tests.home.cast import HEAD, KEEPER, audited, now, record, shared, signed_in, team, thing, user
from tests.lost_property.models import Thing
from wansdyke.access.models import Membership, Notice, User
from wansdyke.access.sections import Section
from wansdyke.casework.actions import NewParty, assign
from wansdyke.casework.models import Case, Export
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.models import Contact
from wansdyke.history.models import Change
from wansdyke.home import exports

pytestmark = pytest.mark.django_db
LIST = "/contact/"


@pytest.fixture
def olivia() -> Client:
    room.olivia()
    return signed_in(room.staff("olivia", "operator"))


def fresh(ago: float = 1, by: Any = None, **more: Any) -> Contact:
    at = now() - timedelta(minutes=ago)
    return room.take(by, at=at, received_at=at, **more)


def ref(call: Any) -> str:
    return str(call.case.root.reference)


def body(answer: Any) -> str:
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


def listed(answer: Any) -> list[str]:
    return list(dict.fromkeys(re.findall(r'href="/contact/(CT-[\w-]+)/"', body(answer))))


# The list.


def closed(**more: Any) -> Contact:
    call = fresh(9, grade="without-deployment", letters=room.GIVEN, **more)
    room.perform(
        call, "result", desk=DESK, by=room.olivia(), at=now(), key=room.key(),
        payload={"category": "administration"},
    )  # fmt: skip
    return call


def test_the_list_is_narrowed_sorted_and_audited(olivia: Client) -> None:
    scheduled, immediate = fresh(grade="scheduled"), fresh(5)
    priority, done = fresh(3, grade="priority", letters=room.GIVEN), closed()
    by_deadline = [ref(immediate), ref(priority), ref(scheduled)]
    assert listed(olivia.get(LIST)) == by_deadline
    assert set(audited("consultation")[-1]["subjects"]) == set(by_deadline)
    assert listed(olivia.get(LIST, {"sort": "-deadline"})) == by_deadline[::-1]
    opened = listed(olivia.get(LIST, {"sort": "opened", "state": ""}))
    assert opened == [ref(c) for c in (done, immediate, priority, scheduled)]
    assert listed(olivia.get(LIST, {"state": "closed"})) == [ref(done)]
    assert listed(olivia.get(LIST, {"state": "by-phone"})) == []
    assert listed(olivia.get(LIST, {"grade": "priority"})) == [ref(priority)]
    assert listed(olivia.get(LIST, {"letters": "owed"})) == [ref(immediate), ref(scheduled)]
    assert listed(olivia.get(LIST, {"sort": "case__root__team", "grade": "x"})) == by_deadline
    page = olivia.get(LIST, {"grade": "priority"})
    assert form_of(page, "grade")["typed"]["grade"] == ["priority"]
    assert 'aria-sort="ascending"' in body(page)


def test_the_list_turns_its_pages(olivia: Client) -> None:
    calls = [ref(fresh(n)) for n in range(52, 0, -1)]
    first, second = olivia.get(LIST), olivia.get(LIST, {"page": "2"})
    assert (listed(first), listed(second)) == (calls[:50], calls[50:])
    assert "Showing 51 to 52 of 52" in body(second)
    assert listed(olivia.get(LIST, {"page": "99"})) == calls[50:]


# What is taken out.


def csv_of(client: Client, **query: str) -> tuple[list[list[str]], Any]:
    answer = client.get(f"{LIST}export.csv", query)
    assert answer.status_code == 200
    assert answer.streaming
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text))), answer


def people() -> tuple[Client, Client, Client]:
    room.sasha(), room.owen()
    analyst = signed_in(room.staff("anya", "analyst", at=team("analysis")))
    sasha = signed_in(room.staff("sasha", "control-room-supervisor"))
    return signed_in(room.staff("owen", "operator")), sasha, analyst


def test_a_practitioner_takes_out_only_cases_of_their_own() -> None:
    owen, sasha, _ = people()
    mine, theirs = fresh(by=room.owen()), fresh(2)
    (headings, *rows), answer = csv_of(owen)
    assert [row[0] for row in rows] == [ref(mine)]
    assert headings[:2] == ["Reference", "State"]
    assert answer["Content-Disposition"].startswith('attachment; filename="contact-')
    (_, *rows), _ = csv_of(sasha)
    assert {row[0] for row in rows} == {ref(mine), ref(theirs)}
    taken = [e for e in audited("export") if e["subjects"]]
    assert [set(e["subjects"]) for e in taken] == [{ref(mine)}, {ref(mine), ref(theirs)}]
    assert {e["actor"] for e in taken} == {"owen", "sasha"}


def test_an_analyst_takes_out_no_name_and_no_address() -> None:
    _, sasha, analyst = people()
    fresh(what="He has a knife", where="1 Secret Close", safe_to_call="After six")
    (headings, row), _ = csv_of(analyst)
    text = " ".join(row)
    for held in ("knife", "Secret", "After six", "violence now"):
        assert held not in text
    assert row[headings.index("Grade")] == "Immediate"
    assert row[headings.index("Where")] == "Held back"
    assert audited("export")[-1]["pseudonymised"] == 1
    (headings, row), _ = csv_of(sasha)
    assert row[headings.index("Where")] == "1 Secret Close"


def test_whoever_is_an_analyst_as_well_takes_out_names_only_of_cases_of_their_own() -> None:
    people()
    both = room.staff("owen", "operator")
    Membership.objects.create(
        user=both, team=team("analysis"), post="analyst", from_date="2020-01-01"
    )
    mine, theirs = fresh(by=room.owen(), where="1 Mine Street"), fresh(2, where="2 Their Street")
    (headings, *rows), _ = csv_of(signed_in(both))
    where = {row[0]: row[headings.index("Where")] for row in rows}
    assert where == {ref(mine): "1 Mine Street", ref(theirs): "Held back"}


def test_a_formula_leaves_as_text() -> None:
    _, sasha, _ = people()
    fresh(what='=HYPERLINK("http://x","y")', where="+44 street")
    (headings, row), _ = csv_of(sasha)
    assert row[headings.index("What is happening")] == '\'=HYPERLINK("http://x","y")'
    assert row[headings.index("Where")] == "'+44 street"


def test_the_file_holds_what_the_list_was_narrowed_to() -> None:
    _, sasha, _ = people()
    fresh(), closed()
    priority = fresh(3, grade="priority")
    (_, *rows), _ = csv_of(sasha, grade="priority")
    assert [row[0] for row in rows] == [ref(priority)]
    (_, *rows), _ = csv_of(sasha, state="closed")
    assert len(rows) == 1


def test_an_export_of_nothing_is_written_down_too() -> None:
    owen, _, _ = people()
    (_, *rows), _ = csv_of(owen)
    assert rows == []
    asked = audited("export")[-1]
    assert (asked["actor"], asked["subjects"], asked["rows"]) == ("owen", [], 0)


def test_a_short_list_is_a_spreadsheet_at_once() -> None:
    owen, sasha, _ = people()
    call = fresh(what="=1+1")
    answer = sasha.get(f"{LIST}export.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][0] == ref(call)
    place = rows[0].index("What is happening")
    assert (rows[1][place], sheet.cell(2, place + 1).data_type) == ("=1+1", "s")
    assert any(e["subjects"] == [ref(call)] for e in audited("export"))
    assert (
        len(openpyxl.load_workbook(io.BytesIO(owen.get(f"{LIST}export.xlsx").content)).active["A"])
        == 1
    )


def test_a_long_list_is_made_by_the_worker_for_whoever_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    owen, sasha, _ = people()
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    calls = {ref(fresh()), ref(fresh(2, by=room.owen()))}
    with override_settings(FILES_DIR=tmp_path):
        answer = sasha.get(f"{LIST}export.xlsx")
        asked = Export.objects.get()
        assert answer["Location"] == f"/exports/{asked.reference}/"
        file = f"{answer['Location']}file/"
        assert sasha.get(file).status_code == 404
        assert body(sasha.get(answer["Location"]))
        exports.make_spreadsheet.call(asked.pk)
        asked.refresh_from_db()
        assert asked.rows == 2
        assert Notice.objects.get(user__username="sasha").link == answer["Location"]
        made = sasha.get(file)
        book = openpyxl.load_workbook(io.BytesIO(b"".join(made.streaming_content)))
        assert {cell.value for cell in book.active["A"]} == {"Reference", *calls}
        assert audited("export")[-1]["subjects"] == [asked.reference]
        assert [owen.get(path).status_code for path in (answer["Location"], file)] == [404, 404]


# An edit that came second.


@pytest.fixture
def ann() -> User:
    return user("ann", KEEPER)


def test_yours_and_theirs_are_chosen_field_by_field(ann: User) -> None:
    bob = user("bob", KEEPER)
    found = thing(ann, described="An umbrella", where="Bus stop")
    path = f"/lost-property/{found.case.root.reference}/edit/"
    hers, his = signed_in(ann), signed_in(bob)
    page, other = hers.get(path), his.get(path)
    send(his, other, "described", path, described="A black umbrella", where="Bus stop 9")
    merge = send(hers, page, "described", path, described="A torn umbrella")
    assert merge.status_code == 409
    text = merge.content.decode()
    for said in ("An umbrella", "Yours: A torn umbrella", "Bob’s: A black umbrella",
                 "Where it was found: Bus stop 9, by Bob"):  # fmt: skip
        assert said in text, said
    found.refresh_from_db()
    assert (found.described, found.where) == ("A black umbrella", "Bus stop 9")
    done = send(hers, merge, "keep-described", path)
    assert done.status_code == 302
    found.refresh_from_db()
    # Hers where she chose, his where she had typed nothing.
    assert (found.described, found.where) == ("A torn umbrella", "Bus stop 9")
    changes = Change.objects.filter(event__by=ann, event__name="amended")
    assert [(c.field, c.old, c.new) for c in changes] == [
        ("described", "A black umbrella", "A torn umbrella")
    ]


def test_theirs_may_be_chosen_and_the_rest_of_yours_is_saved(ann: User) -> None:
    bob = user("bob", KEEPER)
    found = thing(ann, described="An umbrella", where="Bus stop")
    path = f"/lost-property/{found.case.root.reference}/edit/"
    hers, his = signed_in(ann), signed_in(bob)
    page = hers.get(path)
    send(his, his.get(path), "described", path, described="A black umbrella")
    merge = send(hers, page, "described", path, described="A torn one", where="Town hall")
    send(hers, merge, "keep-described", path, **{"keep-described": "theirs"})
    found.refresh_from_db()
    assert (found.described, found.where) == ("A black umbrella", "Town hall")


def test_a_third_edit_meanwhile_asks_again(ann: User) -> None:
    bob = user("bob", KEEPER)
    found = thing(ann, described="An umbrella")
    path = f"/lost-property/{found.case.root.reference}/edit/"
    hers, his = signed_in(ann), signed_in(bob)
    page = hers.get(path)
    send(his, his.get(path), "described", path, described="Black")
    merge = send(hers, page, "described", path, described="Torn")
    send(his, his.get(path), "described", path, described="Black, with a duck’s head")
    again = send(hers, merge, "keep-described", path)
    assert again.status_code == 409
    assert "Bob’s: Black, with a duck’s head" in again.content.decode()
    send(hers, again, "keep-described", path)
    found.refresh_from_db()
    assert found.described == "Torn"


def test_an_edit_without_its_version_is_not_taken(ann: User) -> None:
    found = thing(ann)
    path = f"/lost-property/{found.case.root.reference}/edit/"
    hers = signed_in(ann)
    refused = send(hers, hers.get(path), "described", path, described="Other", version="")
    assert "There is a problem" in body(refused)
    found.refresh_from_db()
    assert found.described == "An umbrella"


def test_a_share_edits_only_what_it_opens(ann: User) -> None:
    found = thing(ann, described="A secret letter", where="Town hall")
    partner = user("pat", "partner", at=team("refuge", room.agency("refuge", home=False)))
    grant = shared(found.case.root, partner.agency, ann, Section.ADDRESS)
    grant.level = 3
    grant.save()
    path = f"/lost-property/{found.case.root.reference}/edit/"
    theirs = signed_in(partner)
    page = theirs.get(path)
    assert "secret" not in body(page)
    typed = form_of(page, "where")["typed"]
    assert "described" not in typed
    theirs.post(path, {**typed, "where": "Library", "described": "Overwritten"})
    found.refresh_from_db()
    assert (found.where, found.described) == ("Library", "A secret letter")


def test_a_stale_step_is_asked_about_only_where_it_would_overwrite() -> None:
    call = fresh(grade="priority")
    room.owen(), room.olivia()
    olivia = signed_in(room.staff("olivia", "operator"))
    path = f"{LIST}{ref(call)}/step/regrade/"
    first, second = olivia.get(path), olivia.get(path)
    room.rewrite(room.again(call), room.owen(), None, notes="Dog")
    done = send(olivia, first, "grade", path, grade="immediate", reason="knife")
    assert done.status_code == 302
    assert room.again(call).grade == "immediate"
    merge = send(olivia, second, "grade", path, grade="scheduled", reason="he left")
    assert merge.status_code == 409
    text = merge.content.decode()
    for said in ("When you opened it: Priority", "Yours: Scheduled", "Olivia’s: Immediate"):
        assert said in text, said
    theirs = send(olivia, merge, "keep-grade", path, **{"keep-grade": "theirs"})
    assert theirs.status_code == 302
    assert not call.case.proposals.exists()
    send(olivia, merge, "keep-grade", path)
    assert call.case.proposals.count() == 1


# Owners, and a new case.


def test_a_case_is_taken_by_oneself_or_given_by_a_supervisor(ann: User) -> None:
    bob, head = user("bob", KEEPER), user("helen", HEAD)
    found = thing(ann)
    path = f"/lost-property/{found.case.root.reference}/owner/"
    his, hers = signed_in(bob), signed_in(head)
    page = his.get(path)
    assert form_of(page, "owner")["offered"]["owner"] == ["", "bob"]
    assert "There is a problem" in body(send(his, page, "owner", path))
    send(his, page, "owner", path, owner="bob")
    assert Case.objects.get(pk=found.pk).owner == bob
    page = hers.get(path)
    assert form_of(page, "owner")["offered"]["owner"] == ["", "ann", "bob", "helen"]
    send(hers, page, "owner", path, owner="ann")
    assert Case.objects.get(pk=found.pk).owner == ann
    assert Notice.objects.get(user=ann).text.endswith("is now yours.")
    history = body(his.get(f"/lost-property/{found.case.root.reference}/history/"))
    assert re.search(r"<del>Bob</del>\s*→\s*<ins>Ann</ins>", history)


def test_a_case_without_an_owner_is_shown_and_given_one(ann: User) -> None:
    found = thing(ann)
    Case.objects.filter(pk=found.pk).update(owner=None)
    client = signed_in(ann)
    at = f"/lost-property/{found.case.root.reference}/"
    assert "No owner yet" in body(client.get(at))
    assert "It has no owner now" in body(client.get(f"{at}owner/"))
    send(client, client.get(f"{at}owner/"), "owner", f"{at}owner/", owner="ann")
    assert Change.objects.get(field="owner").old is None


def test_a_new_case_is_of_the_team_that_opens_it(ann: User) -> None:
    early = team("a-first-team")
    both = user("ben", "response-officer", at=early)
    Membership.objects.create(user=both, team=team(), post=KEEPER, from_date="2020-01-01")
    client = signed_in(both)
    page = client.get("/lost-property/new/")
    done = send(
        client, page, "described", "/lost-property/new/", described="A glove",
        found_at__date="today", found_at__time="00:01",
    )  # fmt: skip
    assert done.status_code == 302
    assert Thing.objects.get().case.root.team == team()
    twice = send(
        client, page, "described", "/lost-property/new/", described="A glove",
        found_at__date="today", found_at__time="00:01",
    )  # fmt: skip
    assert twice["Location"] == done["Location"]
    assert signed_in(user("rob", "response-officer")).get("/lost-property/new/").status_code == 404


def test_a_step_pressed_twice_is_taken_once(ann: User) -> None:
    found = thing(ann)
    client = signed_in(ann)
    at = f"/lost-property/{found.case.root.reference}/"
    assert "Return to owner" in body(client.get(at))
    key = room.key()
    answers = [client.post(f"{at}step/return/", {"key": key}) for _ in range(2)]
    assert [a["Location"] for a in answers] == [at, at]
    assert Change.objects.filter(field="state", new="returned").count() == 1
    refused = client.post(f"{at}step/return/", {"key": room.key()})
    assert "already returned" in body(refused)
    assert client.get(f"{at}step/vanish/").status_code == 404


def test_what_a_page_shows_of_people_is_written_down(ann: User) -> None:
    known = record(forename="Nia", surname="Quarley")
    found = thing(ann, parties=[known])
    text = body(signed_in(ann).get(f"/lost-property/{found.case.root.reference}/"))
    assert "Nia Quarley" in text
    assert set(audited("consultation")[-1]["subjects"]) == {
        found.case.root.reference,
        known.root.reference,
    }


def test_an_owner_named_is_let_in_to_the_peoples_records(ann: User) -> None:
    elsewhere = user("eve", KEEPER, at=team("annex"))
    call = fresh(parties=[NewParty(role="caller", typed={"surname": "Marden"})])
    assign(call.case, elsewhere.pk, desk=DESK, by=room.sasha(), at=now(), key=room.key())
    (party,) = call.case.parties.all()
    assert party.record.root.grants.filter(user=elsewhere).exists()
