"""Restricting, sealing and lifting: who may, who still sees, and what ends."""

from typing import Any
from uuid import uuid4

import pytest

from tests.casework.test_sharing import TERMS
from tests.home import cast
from wansdyke.access.models import Agency, Grant, Root, User
from wansdyke.access.posts import Right
from wansdyke.access.scope import can
from wansdyke.casework import marking, referrals, sharing
from wansdyke.casework.models import Case, Referral, Share
from wansdyke.casework.queries import OutOfScope
from wansdyke.casework.recipients import recipient
from wansdyke.kernel.flow import Refused
from wansdyke.people.models import PersonRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def kim() -> User:
    return cast.user("kim", cast.KEEPER)


@pytest.fixture
def hedda() -> User:
    return cast.user("hedda", cast.HEAD)


@pytest.fixture
def case(kim: User, hedda: User) -> Case:
    return cast.thing(kim, parties=[cast.record(forename="Ann", surname="Smith")]).case


def marked(case: Case, wanted: int, by: User, reason: str = "") -> None:
    given: dict[str, Any] = {"by": cast.actor(by), "at": cast.now(), "key": uuid4().hex}
    case.root.refresh_from_db()
    marking.mark(case, wanted, reason=reason, **given)


def sees(user: User, root: Root, right: Right = Right.VIEW) -> bool:
    return can(cast.actor(user), right, root, cast.now())


def test_one_press_hides_it_from_all_but_who_must_see_it(
    case: Case, kim: User, hedda: User
) -> None:
    ben, analyst = cast.user("ben", cast.KEEPER), cast.user("ana", cast.ANALYST)
    lil = cast.user("lil", cast.KEEPER)
    assert sees(ben, case.root)
    assert sees(analyst, case.root)
    marked(case, Root.RESTRICTED, ben)
    assert sees(ben, case.root)
    assert sees(hedda, case.root, Right.LIFT)
    assert not sees(lil, case.root)
    assert not sees(analyst, case.root)
    assert cast.signed_in(lil).get(f"/{case.desk}/{case.root.reference}/").status_code == 404


def test_lifting_and_sealing_take_a_supervisor_and_a_reason(
    case: Case, kim: User, hedda: User
) -> None:
    marked(case, Root.RESTRICTED, kim)
    for wanted in (Root.STANDARD, Root.SEALED):
        with pytest.raises(OutOfScope):
            marked(case, wanted, kim, "Please")
        with pytest.raises(Refused, match="why it is marked"):
            marked(case, wanted, hedda)
    marked(case, Root.SEALED, hedda, "A colleague is the suspect")
    assert sees(kim, case.root)
    marked(case, Root.STANDARD, hedda, "It was not so")
    assert sees(cast.user("ben", cast.KEEPER), case.root)
    with pytest.raises(Refused, match="standard already"):
        marked(case, Root.STANDARD, hedda, "Again")


def test_what_was_open_to_many_ends_and_does_not_come_back(
    case: Case, kim: User, hedda: User
) -> None:
    refuge = Agency.objects.create(key="refuge", name="Refuge North", kind="charity")
    team = cast.team("refuge-team", refuge)
    pat, mina = (cast.user(name, "partner", at=team) for name in ("pat", "mina"))
    given: dict[str, Any] = {"by": cast.actor(kim), "at": cast.now()}
    for number, to in enumerate(("team:refuge-team", "person:mina")):
        whom = recipient(case, *to.split(":"), cast.now())
        sharing.share(case, whom, sharing.Terms(**TERMS), key=f"share {number}", **given)
    assert sees(pat, case.root)
    marked(case, Root.RESTRICTED, kim)
    assert not sees(pat, case.root)
    assert sees(mina, case.root)
    assert Share.objects.get(to_team=team).revoke_reason == marking.ENDED
    record = PersonRecord.objects.get()
    assert sees(mina, record.root)
    assert not sees(pat, record.root)
    marked(case, Root.SEALED, hedda, "A colleague is the suspect")
    assert not sees(mina, case.root)
    marked(case, Root.STANDARD, hedda, "It was not so")
    assert not sees(pat, case.root)
    assert not sees(mina, case.root)


def test_a_referral_that_was_accepted_ends_with_it(case: Case, kim: User, hedda: User) -> None:
    other = cast.team("other-store")
    ola = cast.user("ola", cast.KEEPER, at=other)
    given: dict[str, Any] = {"by": cast.actor(kim), "at": cast.now()}
    referrals.send(case, other, reason="Please", sections=[], key="send", **given)
    accepting = {"by": cast.actor(ola), "at": cast.now(), "key": "accept"}
    referrals.accept(Referral.objects.get(), **accepting)
    assert sees(ola, case.root)
    marked(case, Root.RESTRICTED, kim)
    marked(case, Root.STANDARD, hedda, "No longer")
    assert not sees(ola, case.root)


def test_it_is_never_shut_to_its_owner(case: Case, kim: User, hedda: User) -> None:
    marked(case, Root.RESTRICTED, hedda)
    named = Grant.objects.filter(root=case.root, kind=Grant.NAMED, revoked_at=None)
    assert set(named.values_list("user__username", flat=True)) >= {"kim", "hedda"}


def test_the_page_offers_what_somebody_may(case: Case, kim: User, hedda: User) -> None:
    address = f"/{case.desk}/{case.root.reference}/mark/"
    page = cast.signed_in(kim).get(address).content.decode()
    assert "Restricted" in page
    assert "Sealed" not in page
    form = {"key": "k", "marking": "1", "reason": "", "seen": "0"}
    assert cast.signed_in(kim).post(address, form).status_code == 302
    assert cast.signed_in(kim).get(address).status_code == 404
    # A second press is told the same as the first; whoever comes second, that it is so already.
    assert cast.signed_in(kim).post(address, form).status_code == 302
    late = cast.signed_in(kim).post(address, {**form, "key": "k1"}).content.decode()
    assert "This case is restricted already." in late
    page = cast.signed_in(hedda).get(address).content.decode()
    assert "Standard" in page
    assert "Sealed" in page
    again = {"key": "k2", "marking": "0", "reason": "", "seen": "1"}
    answer = cast.signed_in(hedda).post(address, again).content.decode()
    assert "Enter why it is marked so." in answer


def again(case: Case) -> Case:
    return Case.objects.select_related("root").get(pk=case.pk)


def test_what_was_sealed_meanwhile_is_not_lifted_by_whoever_saw_it_restricted(
    case: Case, hedda: User
) -> None:
    given: dict[str, Any] = {"by": cast.actor(hedda), "at": cast.now()}
    marking.mark(case, Root.RESTRICTED, key="a", **given)
    marking.mark(again(case), Root.SEALED, reason="A colleague", key="b", seen=1, **given)
    with pytest.raises(Refused, match="marked otherwise meanwhile"):
        marking.mark(again(case), Root.STANDARD, reason="All is well", key="c", seen=1, **given)
    assert again(case).root.marking == Root.SEALED
