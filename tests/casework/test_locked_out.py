"""Whoever is locked out of somebody, and tries every other way round."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from tests.casework.test_conflicts import locked as lock
from tests.home import cast
from wansdyke.access.models import Notice, User
from wansdyke.assurance.log_why import explain
from wansdyke.casework import conflicts
from wansdyke.casework.models import Case, Conflict
from wansdyke.history.asking import narrowed
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


def test_a_try_by_the_reference_of_the_person_is_told_of(case: Case, kim: User, stan: User) -> None:
    record = case.parties.get().record
    lock(kim, record.root.reference, stan)
    page = cast.signed_in(kim).get(f"/people/{record.known_as}/")
    assert page.status_code == 404
    assert conflicts.tell_of_tries(cast.now()) == 1
    told = Notice.objects.get(user=stan)
    assert record.known_as not in told.text
    assert "person" in cast.signed_in(stan).get(told.link).content.decode()


def test_a_try_by_a_reference_typed_into_the_search_is_told_of(
    case: Case, kim: User, stan: User
) -> None:
    record = case.parties.get().record
    lock(kim, record.root.reference, stan)
    client = cast.signed_in(kim)
    for typed in (case.root.reference, record.known_as):
        page = client.post("/search/", {"text": typed, "reason": "case"}, follow=True)
        assert "Ann Smith" not in page.content.decode()
        assert conflicts.tell_of_tries(cast.now()) == 1, typed


def test_an_auditor_locked_out_of_somebody_reads_no_entry_about_them(
    case: Case, kim: User, stan: User
) -> None:
    priti = cast.user("priti", "privacy-officer")
    record = case.parties.get().record
    assert cast.signed_in(cast.user("una")).get(f"/people/{record.known_as}/").status_code == 404
    asked = {"reference": record.known_as}
    assert narrowed(cast.actor(priti), asked).exists()
    lock(priti, record.root.reference, stan)
    assert not narrowed(cast.actor(priti), asked).exists()


def test_who_was_named_twice_is_explained_for_the_time_between(case: Case, kim: User) -> None:
    hedda = cast.user("hedda", cast.HEAD)
    at = cast.now()
    first = cast.named(case.root, hedda, kim)
    first.from_at = case.root.created_at
    first.revoked_at = at + timedelta(minutes=5)
    first.save()
    second = cast.named(case.root, hedda, kim)
    second.from_at = at + timedelta(minutes=10)
    second.save()
    then = explain(hedda, case.root, at + timedelta(minutes=1), now=at + timedelta(hours=1))
    assert [one.holds for one in then.rules if one.rule == "R4"] == [True]


def test_other_records_of_somebody_on_a_shut_case_are_suggested(
    case: Case, kim: User, stan: User
) -> None:
    record = case.parties.get().record
    twin = cast.record(forename="Anne", surname="Smith", at=cast.team("other-store"))
    rory = cast.user("rory", "records-manager")
    given: dict[str, Any] = {"by": cast.actor(rory), "at": cast.now(), "key": uuid.uuid4().hex}
    judge(record, twin, "same", reason="Her passport", **given)
    lock(kim, case.root.reference, stan)
    Notice.objects.all().delete()
    assert conflicts.suggest(cast.now()) == 1
    made = Conflict.objects.get(state=Conflict.SUGGESTED)
    assert (made.user, made.root) == (kim, twin.root)
    told = Notice.objects.get(user=stan)
    assert told.link == f"/conflicts/{made.reference}/"
    assert twin.root.reference not in told.text
    assert conflicts.suggest(cast.now()) == 0
