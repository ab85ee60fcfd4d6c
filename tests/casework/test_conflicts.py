"""Conflicts of interest: everything looks as if it were not there, wherever it is carried; tries
are told of; nobody is locked out by a suggestion."""

from typing import Any
from uuid import uuid4

import pytest

from tests.home import cast
from tests.lost_property.desk import DESK
from wansdyke.access.models import Lock, Notice, Root, User
from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope, can
from wansdyke.casework import conflicts, parties
from wansdyke.casework.models import Case, Conflict
from wansdyke.history.models import AuditEntry, Event
from wansdyke.kernel.flow import Refused
from wansdyke.linkage.judging import judge

pytestmark = pytest.mark.django_db


@pytest.fixture
def kim() -> User:
    return cast.user("kim", cast.KEEPER)


@pytest.fixture
def stan() -> User:
    return cast.user("stan", "professional-standards")


@pytest.fixture
def case(kim: User) -> Case:
    return cast.thing(kim, parties=[cast.record(forename="Ann", surname="Smith")]).case


def locked(whom: User, reference: str, stan: User, **given: Any) -> Conflict:
    said: dict[str, Any] = {"relation": "partner", "reason": "They were married"}
    said |= {"by": cast.actor(stan), "at": cast.now(), "key": uuid4().hex, **given}
    conflicts.lock(whom, reference, **said)
    return Conflict.objects.latest("pk")


def sees(user: User, root: Root) -> bool:
    return can(cast.actor(user), Right.VIEW, root, cast.now())


def test_a_person_is_shut_with_all_their_records_and_cases(
    case: Case, kim: User, stan: User
) -> None:
    record = case.parties.get().record
    other = cast.record(forename="Nan", surname="Smith", person=record.person)
    elsewhere = cast.thing(kim, parties=[other]).case
    nothing = cast.thing(kim).case
    made = locked(kim, record.root.reference, stan)
    for root in (record.root, other.root, case.root, elsewhere.root):
        assert not sees(kim, root)
    assert sees(kim, nothing.root)
    conflicts.end(made, reason="Another Smith", by=cast.actor(stan), at=cast.now(), key="end")
    for root in (record.root, other.root, case.root, elsewhere.root):
        assert sees(kim, root)


def test_a_case_is_shut_with_the_records_it_made(case: Case, kim: User, stan: User) -> None:
    locked(kim, case.root.reference, stan)
    assert not sees(kim, case.root)
    assert not sees(kim, case.parties.get().record.root)


def test_it_is_carried_to_whatever_comes_later(case: Case, kim: User, stan: User) -> None:
    record = case.parties.get().record
    ben = cast.user("ben", cast.KEEPER)
    locked(kim, record.root.reference, stan)
    later = cast.thing(ben).case
    assert sees(kim, later.root)
    given: dict[str, Any] = {"by": cast.actor(ben), "at": cast.now()}
    parties.add_person(later, "subject", desk=DESK, record=record, key="add", **given)
    assert not sees(kim, later.root)
    twin = cast.record(forename="Anne", surname="Smith")
    assert sees(kim, twin.root)
    judge(record, twin, "same", reason="Her passport", key="join", **given)
    assert not sees(kim, twin.root)


def test_two_conflicts_and_one_is_lifted(case: Case, kim: User, stan: User) -> None:
    record = case.parties.get().record
    made = locked(kim, record.root.reference, stan)
    locked(kim, case.root.reference, stan)
    conflicts.end(made, reason="Another Smith", by=cast.actor(stan), at=cast.now(), key="end")
    assert not sees(kim, case.root)


def test_only_professional_standards_and_nobody_for_themselves(
    case: Case, kim: User, stan: User
) -> None:
    for post in ("privacy-officer", cast.HEAD, cast.ADMINISTRATOR):
        with pytest.raises(OutOfScope):
            locked(kim, case.root.reference, cast.user(f"a-{post}", post))
    with pytest.raises(Refused, match="Somebody else"):
        locked(stan, case.root.reference, stan)
    with pytest.raises(Refused, match="no record of this reference"):
        locked(kim, "LP-ZZZZ-ZZZZ", stan)
    locked(kim, case.root.reference, stan)
    with pytest.raises(Refused, match="already"):
        locked(kim, case.root.reference, stan)


def test_what_is_about_oneself_is_not_shown_to_standards(case: Case, kim: User, stan: User) -> None:
    ivy = cast.user("ivy", "professional-standards")
    mine = locked(stan, case.root.reference, ivy)
    for shown in (conflicts.in_sight(cast.actor(stan)), conflicts.in_sight(cast.actor(stan))):
        assert mine not in shown
    with pytest.raises(OutOfScope):
        conflicts.one_of(cast.actor(stan), mine.reference)
    with pytest.raises(Refused, match="no record of this reference"):
        locked(kim, case.root.reference, stan)


def test_who_tries_is_told_of_afterwards_and_once(case: Case, kim: User, stan: User) -> None:
    locked(kim, case.root.reference, stan)
    assert conflicts.tell_of_tries(cast.now()) == 0
    client = cast.signed_in(kim)
    for _ in range(2):
        assert client.get(f"/{case.desk}/{case.root.reference}/").status_code == 404
    assert not Notice.objects.filter(user=stan).exists()
    assert conflicts.tell_of_tries(cast.now()) == 1
    assert conflicts.tell_of_tries(cast.now()) == 0
    told = Notice.objects.get(user=stan)
    assert "2 times" in told.text
    assert case.root.reference not in told.text
    page = cast.signed_in(stan).get(told.link).content.decode()
    assert case.root.reference in page


def test_asking_for_the_person_is_a_try_too(case: Case, kim: User, stan: User) -> None:
    record = case.parties.get().record
    locked(kim, record.root.reference, stan)
    person = record.known_as
    client = cast.signed_in(kim)
    assert client.get(f"/people/{person}/").status_code == 404
    form = {"key": "k", "reference": person, "category": "life", "reason": "She is in danger now"}
    assert client.post("/glass/break/", form).status_code == 200
    assert conflicts.tell_of_tries(cast.now()) == 1
    assert "2 times" in Notice.objects.get(user=stan).text


def test_the_case_itself_does_not_tell_of_it(case: Case, kim: User, stan: User) -> None:
    before = Event.objects.filter(root=case.root).count()
    locked(kim, case.root.reference, stan)
    assert Event.objects.filter(root=case.root).count() == before
    entry = AuditEntry.objects.filter(operation="configuration").latest("seq")
    assert "kim" in entry.body
    assert "married" not in entry.body


def test_a_colleagues_name_on_a_case_is_suggested_and_locks_nobody_out(
    case: Case, kim: User, stan: User
) -> None:
    ann = cast.user("asmith", cast.KEEPER)
    User.objects.filter(pk=ann.pk).update(name="Ann Smith")
    assert conflicts.suggest(cast.now()) == 1
    assert conflicts.suggest(cast.now()) == 0
    made = Conflict.objects.get()
    assert made.state == Conflict.SUGGESTED
    assert made.user == ann
    assert sees(ann, case.root)
    assert not Lock.objects.exists()
    locked(ann, made.root.reference, stan, relation="self")
    assert Conflict.objects.get().state == Conflict.LIVE
    assert not sees(ann, case.root)


def test_a_name_that_many_bear_suggests_nothing(kim: User) -> None:
    ann = cast.user("asmith", cast.KEEPER)
    User.objects.filter(pk=ann.pk).update(name="Ann Smith")
    for _ in range(conflicts.TOO_COMMON + 1):
        cast.thing(kim, parties=[cast.record(forename="Ann", surname="Smith")])
    assert conflicts.suggest(cast.now()) == 0


def test_the_pages_lock_and_lift(case: Case, kim: User, stan: User) -> None:
    User.objects.filter(pk=kim.pk).update(name="Kimberley Vane")
    client = cast.signed_in(stan)
    form = {"key": "k", "whom": "kimberly vane", "reference": case.root.reference.lower()}
    form |= {"relation": "self", "reason": "It is her umbrella"}
    done = client.post("/conflicts/new/", form)
    assert done.status_code == 302
    assert not sees(kim, case.root)
    made = Conflict.objects.get()
    assert made.reference in client.get("/conflicts/").content.decode()
    nobody = client.post("/conflicts/new/", {**form, "key": "l", "whom": "Zebedee"})
    assert "Nobody of this name" in nobody.content.decode()
    lifted = client.post(f"/conflicts/{made.reference}/", {"key": "e", "reason": "Not hers"})
    assert lifted.status_code == 302
    assert sees(kim, case.root)
    assert cast.signed_in(kim).get("/conflicts/").status_code == 404
