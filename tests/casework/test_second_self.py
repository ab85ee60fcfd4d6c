"""Two accounts of one person are no two people; and nobody answers a request about themselves."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.casework.test_disposal import DESKS, ERASE, closed, proposed
from tests.home import cast
from wansdyke.access.models import Notice, User
from wansdyke.access.one_person import one_person
from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope, can
from wansdyke.assurance import log_review
from wansdyke.assurance.log_review_models import KINDS
from wansdyke.assurance.models import LogFinding
from wansdyke.casework import conflicts, disposals, glass, holding, leaving_bundle, subject_access
from wansdyke.casework.models import BrokenGlass, Conflict, Leaving, LegalHold
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused

pytestmark = pytest.mark.django_db


def by(user: User) -> dict[str, Any]:
    return {"by": cast.actor(user), "at": cast.now(), "key": uuid4().hex}


def at_one_address(*users: User) -> None:
    for number, user in enumerate(users):
        address = "sam.vane@example.police.uk"
        user.email = address.upper() if number else address
        user.save()


def asked(keeper: User, **changed: Any) -> Leaving:
    today = london(cast.now()).date()
    said: dict[str, Any] = {
        "purpose": "subject access", "recipient_kind": "the person themself",
        "recipient": "They", "regime": "part-3", "forename": "Ann", "surname": "Smith",
        "date_of_birth": None, "asked_for": "All of it", "identity": "seen",
        "received_on": today, "identity_on": today,
    } | changed  # fmt: skip
    made = subject_access.open_request(said, **by(keeper))
    return Leaving.objects.get(reference=made.reference)


def test_accounts_without_an_address_are_two_people() -> None:
    one, other = cast.user("rita"), cast.user("rhea")
    assert not one_person(one.pk, other.pk)
    assert one_person(one.pk, one.pk)
    at_one_address(one, other)
    assert one_person(one.pk, other.pk)


def test_a_second_account_confirms_no_disposal_and_lifts_no_hold() -> None:
    rita, hedda = cast.user("rita", "records-manager"), cast.user("hedda", cast.HEAD)
    at_one_address(rita, hedda)
    case = closed(cast.user("kim", cast.KEEPER))
    made = proposed(case, rita)
    with pytest.raises(Refused, match="second person"):
        disposals.decide(made, agreed=True, reason="", desks=DESKS, **by(hedda))
    holding.place(case.root, ground="inquest", matter="I", reason="Asked for", **by(rita))
    with pytest.raises(Refused, match="Somebody else must lift it"):
        holding.lift(LegalHold.objects.get(), reason="It is over", **by(hedda))


def test_a_second_account_closes_no_answer_and_reviews_no_broken_glass() -> None:
    rita, rhea = cast.user("rita", "records-manager"), cast.user("rhea", "records-manager")
    priti = cast.user("priti", "privacy-officer")
    at_one_address(rita, rhea)
    leaving = asked(rita)
    subject_access.check(leaving, words="Nothing is out of sight", **by(priti))
    subject_access.prepare(leaving, desks=DESKS, **by(rita))
    leaving.refresh_from_db()
    with pytest.raises(Refused, match="second person"):
        leaving_bundle.close(leaving, desks=DESKS, **by(rhea))
    kim, sam = cast.user("kim", cast.KEEPER), cast.user("sam", "privacy-officer")
    at_one_address(kim, sam)
    case = cast.thing(cast.user("ben", cast.KEEPER, at=cast.team("other")), at=cast.team("other"))
    given = {"category": "life", "reason": "He is at the door with an axe"}
    given["category"] = next(iter(dict(BrokenGlass.CATEGORIES)))
    glass.break_glass(case.case.root.reference, **given, **by(kim))
    said = {"outcome": next(iter(dict(BrokenGlass.OUTCOMES))), "words": "I looked at it closely"}
    with pytest.raises(OutOfScope):
        glass.review(BrokenGlass.objects.get(), **said, **by(sam))


def test_nobody_opens_or_sees_a_request_about_themselves() -> None:
    rita, rhea = cast.user("rita", "records-manager"), cast.user("rhea", "records-manager")
    User.objects.filter(pk=rita.pk).update(name="Rita Ann Vane")
    rita.refresh_from_db()
    for said in ({"forename": "Rita", "surname": "Vane"}, {"recipient": "Ms rita ann VANE, Bath"}):
        with pytest.raises(Refused, match="about you"):
            asked(rita, **said)
        leaving = asked(rhea, **said)
        with pytest.raises(OutOfScope):
            subject_access.one_of(cast.actor(rita), leaving.reference)
        subject_access.prepare(leaving, desks=DESKS, **by(rhea))
        assert not Notice.objects.filter(user=rita).exists()


def test_whoever_is_locked_out_of_somebody_sees_no_request_of_theirs_before_it_is_said_whose() -> (
    None
):
    rita, rhea = cast.user("rita", "records-manager"), cast.user("rhea", "records-manager")
    stan = cast.user("stan", "professional-standards")
    born = (cast.now() - timedelta(days=12_000)).date()
    record = cast.record(forename="Ann", surname="O’Smith-Vane", date_of_birth=born)
    said = {"forename": "ann", "surname": "osmith vane"}
    one, unborn = asked(rhea, **said, date_of_birth=born), asked(rhea, **said)
    other = asked(rhea, **said, date_of_birth=born - timedelta(days=400))
    mine = asked(rita, **said)
    conflicts.lock(rita, record.root.reference, relation="partner", reason="Were married",
                   **by(stan))  # fmt: skip
    seen = set(subject_access.in_sight(cast.actor(rita)))
    # One of her own stays: that it went would tell her that she is locked out.
    assert seen == {other, mine}
    assert set(subject_access.in_sight(cast.actor(rhea))) == {one, unborn, other, mine}


def test_a_request_is_handed_over_twice_by_one_press() -> None:
    rita = cast.user("rita", "records-manager")
    leaving = asked(rita)
    for at in (cast.now(), cast.now() + timedelta(seconds=1)):
        done = subject_access.prepare(
            leaving, by=cast.actor(rita), at=at, key="pressed twice", desks=DESKS
        )
    assert done.reference == leaving.reference
    assert Leaving.objects.get().state == Leaving.PREPARED


def test_whoever_is_kept_from_somebody_is_so_by_every_account_of_theirs() -> None:
    kim, stan = cast.user("kim", cast.KEEPER), cast.user("stan", "professional-standards")
    other, later = cast.user("kim2", cast.KEEPER), cast.user("kim3", cast.KEEPER)
    at_one_address(kim, other)
    record = cast.record(forename="Ann", surname="Smith")
    conflicts.lock(kim, record.root.reference, relation="partner", reason="Married", **by(stan))
    at = cast.now()
    for account, seen in ((kim, False), (other, False), (later, True)):
        assert can(cast.actor(account), Right.VIEW, record.root, at) is seen
    at_one_address(kim, other, later)
    conflicts.suggest(cast.now())
    assert not can(cast.actor(later), Right.VIEW, record.root, at)
    assert cast.signed_in(later).get(f"/people/{record.known_as}/").status_code == 404
    assert conflicts.tell_of_tries(cast.now()) == 1
    conflicts.end(Conflict.objects.get(), reason="Another Smith", **by(stan))
    assert can(cast.actor(other), Right.VIEW, record.root, cast.now())


def test_nobody_reviews_what_was_found_of_another_account_of_theirs() -> None:
    kim, priti = cast.user("kim", cast.KEEPER), cast.user("priti", "privacy-officer")
    case = cast.thing(kim).case
    now = cast.now()
    LogFinding.objects.create(
        reference="LF-TEST-0001", root=case.root, about=case.root.reference, viewer=kim,
        kind=KINDS[0][0], week=london(now).date(), gravity=50, entries_counted=1, first_at=now,
        last_at=now, raised_at=now,
    )  # fmt: skip
    assert log_review.in_sight(cast.actor(priti)).count() == 1
    at_one_address(kim, priti)
    assert log_review.in_sight(cast.actor(priti)).count() == 0


def test_nothing_of_somebody_who_asked_goes_before_they_are_answered() -> None:
    kim, rita = cast.user("kim", cast.KEEPER), cast.user("rita", "records-manager")
    born = (cast.now() - timedelta(days=12_000)).date()
    record = cast.record(forename="Ann", surname="Smith", date_of_birth=born)
    case = closed(kim, parties=[record])
    leaving = asked(rita, forename="ANN", surname="Smith", date_of_birth=born)
    for root in (case.root, record.root):
        with pytest.raises(Refused, match="asked for what is held"):
            disposals.propose(root, ERASE, desks=DESKS, **by(rita))
    subject_access.say_whose(leaving, [record.root.reference], False, **by(rita))
    disposals.propose(case.root, ERASE, desks=DESKS, **by(rita))
    other = closed(kim, parties=[cast.record(forename="Ann", surname="Smith")])
    with pytest.raises(Refused, match="asked for what is held"):
        disposals.propose(other.root, ERASE, desks=DESKS, **by(rita))
    subject_access.withdraw(leaving, reason="They took it back", **by(rita))
    disposals.propose(other.root, ERASE, desks=DESKS, **by(rita))
