"""The pages every desk has: an edit that came second, steps, owners, a new case."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.desks.contact import control_room as room
from tests.forms_sent import form_of, send
from tests.home.cast import HEAD, KEEPER, audited, now, record, shared, signed_in, team, thing, user
from tests.lost_property.models import Thing
from wansdyke.access.models import Membership, Notice, User
from wansdyke.access.sections import Section
from wansdyke.casework.actions import NewParty, assign
from wansdyke.casework.models import Case
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.models import Contact
from wansdyke.history.models import Change

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
        known.person.reference,
    }


def test_an_owner_named_is_let_in_to_the_peoples_records(ann: User) -> None:
    elsewhere = user("eve", KEEPER, at=team("annex"))
    call = fresh(parties=[NewParty(role="caller", typed={"surname": "Marden"})])
    assign(call.case, elsewhere.pk, desk=DESK, by=room.sasha(), at=now(), key=room.key())
    (party,) = call.case.parties.all()
    assert party.record.root.grants.filter(user=elsewhere).exists()
