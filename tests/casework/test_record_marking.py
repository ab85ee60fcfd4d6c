"""A person's own record: restricted in one press, lifted by a supervisor, found by glass alone."""

from typing import Any
from uuid import uuid4

import pytest

from tests.home import cast
from wansdyke.access.models import Grant, Root, User
from wansdyke.access.posts import Right
from wansdyke.access.scope import can
from wansdyke.casework.queries import OutOfScope
from wansdyke.casework.record_marking import mark_record
from wansdyke.kernel.flow import Refused
from wansdyke.linkage.found import Query
from wansdyke.linkage.lookup import find_people
from wansdyke.people.models import PersonRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def kim() -> User:
    return cast.user("kim", cast.KEEPER)


@pytest.fixture
def hedda() -> User:
    return cast.user("hedda", cast.HEAD)


@pytest.fixture
def record(kim: User, hedda: User) -> PersonRecord:
    made = cast.record(forename="Ann", surname="Marsden")
    cast.thing(kim, parties=[made])
    return made


def marked(record: PersonRecord, wanted: int, by: User, reason: str = "") -> None:
    given: dict[str, Any] = {"by": cast.actor(by), "at": cast.now(), "key": uuid4().hex}
    mark_record(PersonRecord.objects.get(pk=record.pk), wanted, reason=reason, **given)


def sees(user: User, record: PersonRecord) -> bool:
    return can(cast.actor(user), Right.VIEW, Root.objects.get(pk=record.pk), cast.now())


def test_one_press_from_the_persons_page_hides_it(
    record: PersonRecord, kim: User, hedda: User
) -> None:
    lil, page = cast.user("lil", cast.KEEPER), f"/people/{record.person.reference}/"
    marking = f"/records/{record.root.reference}/marking/"
    browser = cast.signed_in(kim)
    assert f'href="{marking}"' in browser.get(page).content.decode()
    assert sees(lil, record)
    form = {"key": uuid4().hex, "marking": "1", "seen": "0", "reason": ""}
    assert browser.post(marking, form).headers["Location"] == page
    assert Root.objects.get(pk=record.pk).marking == Root.RESTRICTED
    assert sees(kim, record)
    assert sees(hedda, record)
    assert not sees(lil, record)
    assert cast.signed_in(lil).get(marking).status_code == 404
    # The same form again does nothing more, and whoever restricted it may not lift that.
    assert browser.post(marking, form).headers["Location"] == page
    late = browser.post(marking, {**form, "key": uuid4().hex, "reason": "Her ex works here"})
    assert "This record is restricted already." in late.content.decode()
    assert "Her ex works here" in late.content.decode()
    assert Grant.objects.filter(root=record.root, user=kim, kind=Grant.NAMED).count() == 1
    assert browser.get(marking).status_code == 404
    assert "restricted" in cast.signed_in(hedda).get(page).content.decode()
    told = [one for one in cast.audited("alteration") if one.get("marking")]
    assert [one["subjects"] for one in told] == [[record.root.reference]]


def test_only_a_supervisor_lifts_it_and_says_why(
    record: PersonRecord, kim: User, hedda: User
) -> None:
    marked(record, Root.SEALED, hedda, "A colleague is her partner")
    with pytest.raises(OutOfScope):
        marked(record, Root.STANDARD, kim, "Not needed")
    with pytest.raises(Refused) as caught:
        marked(record, Root.STANDARD, hedda)
    assert caught.value.field == "reason"
    marked(record, Root.STANDARD, hedda, "They have parted")
    assert sees(cast.user("lil", cast.KEEPER), record)
    with pytest.raises(Refused, match="standard already"):
        marked(record, Root.STANDARD, hedda, "Again")


def test_what_opened_it_to_others_ends_and_a_call_is_told_that_something_is_held(
    record: PersonRecord, kim: User
) -> None:
    other = cast.agency("council", home=False)
    share = cast.shared(record.root, other, kim, "identity")
    olu = cast.user("olu", cast.OPERATOR, at=cast.team("control-room"))
    asked = Query(forename="Ann", surname="Marsden")
    marked(record, Root.RESTRICTED, kim)
    share.refresh_from_db()
    assert share.revoked_at is not None
    found = find_people(cast.actor(olu), cast.now(), asked)
    assert (list(found), found.held) == ([], True)


def test_glass_is_offered_for_a_reference_that_is_known(record: PersonRecord, kim: User) -> None:
    lil = cast.signed_in(cast.user("lil", cast.KEEPER))
    marked(record, Root.RESTRICTED, kim)
    reference = record.root.reference
    page = lil.get("/glass/break/", {"reference": reference})
    assert f'value="{reference}"' in page.content.decode()
    sent = {"key": uuid4().hex, "reference": reference, "category": "child"}
    lil.post("/glass/break/", {**sent, "reason": "Her child is missing from home tonight"})
    assert sees(User.objects.get(username="lil"), record)
