"""Markers: published on purpose, looked at again, withdrawn; and who sees them."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from tests.home.cast import (
    KEEPER,
    OPERATOR,
    actor,
    agency,
    locked,
    marker,
    now,
    place,
    record,
    team,
    thing,
    user,
)
from wansdyke.access.models import Root, User
from wansdyke.casework import markers
from wansdyke.casework.markers import live_for
from wansdyke.casework.models import Case, Marker
from wansdyke.casework.queries import OutOfScope
from wansdyke.history.models import Change
from wansdyke.kernel.calendar import add_months, london
from wansdyke.kernel.flow import Refused
from wansdyke.people.models import Person, Place

pytestmark = pytest.mark.django_db


def today() -> date:
    return london(now()).date()


@pytest.fixture
def ann() -> User:
    return user("ann", KEEPER)


@pytest.fixture
def case(ann: User) -> Case:
    return thing(ann, parties=[record(forename="Mary", surname="Gold")]).case


@pytest.fixture
def mary(case: Case) -> Person:
    return case.parties.get().record.person


@pytest.fixture
def operator() -> User:
    return user("ola", OPERATOR, at=team("control-room"))


def published(case: Case, about: Person | Place, by: User, **changed: Any) -> Marker:
    given = {
        "kind": "weapons",
        "text": "Keeps an axe by the door",
        "source": "Patrol on Monday",
        "review_by": today() + timedelta(days=90),
        "by": actor(by),
        "at": now(),
        "key": uuid.uuid4().hex,
        **changed,
    }
    markers.publish(case, about, **given)
    return Marker.objects.latest("pk")


def test_an_operator_sees_the_marker_and_not_the_case(
    case: Case, mary: Person, ann: User, operator: User
) -> None:
    made = published(case, mary, ann)
    (seen,) = live_for([mary], [], actor(operator), now())
    assert (seen.reference, seen.label, seen.text) == (
        made.reference,
        "Weapons",
        "Keeps an axe by the door",
    )
    assert (seen.source, seen.owner, seen.overdue) == ("Patrol on Monday", "Ann", False)
    assert (seen.case_reference, seen.desk) == ("", "")
    (mine,) = live_for([mary.pk], [], actor(ann), now())
    assert (mine.case_reference, mine.desk) == (case.root.reference, "lost-property")


def test_who_has_neither_face_nor_scope_sees_none(case: Case, mary: Person, ann: User) -> None:
    published(case, mary, ann)
    council = team("council-team", agency("council", home=False))
    for username, post, where in (
        ("kay", KEEPER, team("other")),
        ("pat", "partner", council),
        ("adi", "administrator", team("store")),
    ):
        assert live_for([mary], [], actor(user(username, post, at=where)), now()) == []


def test_a_restricted_marker_stays_within_its_case(
    case: Case, mary: Person, ann: User, operator: User
) -> None:
    published(case, mary, ann, marking=Root.RESTRICTED)
    assert live_for([mary], [], actor(operator), now()) == []
    assert len(live_for([mary], [], actor(ann), now())) == 1


def test_whoever_is_locked_out_of_the_case_sees_no_marker_of_it(
    case: Case, mary: Person, ann: User, operator: User
) -> None:
    published(case, mary, ann)
    locked(case.root, operator, ann)
    assert live_for([mary], [], actor(operator), now()) == []


def test_expired_withdrawn_and_future_ones_are_not_live_and_overdue_ones_say_so(
    case: Case, mary: Person, ann: User, operator: User
) -> None:
    day = timedelta(days=1)
    marker(case.root, ann, person=mary, text="expired", until_date=today() - day)
    marker(case.root, ann, person=mary, text="withdrawn", withdrawn_at=now())
    marker(case.root, ann, person=mary, text="future", from_date=today() + day)
    marker(case.root, ann, person=mary, text="last day", until_date=today())
    marker(case.root, ann, person=mary, text="overdue", review_by=today() - day)
    seen = {one.text: one.overdue for one in live_for([mary], [], actor(operator), now())}
    assert seen == {"last day": False, "overdue": True}


def test_a_marker_is_about_a_place_too(case: Case, ann: User, operator: User) -> None:
    here = place("1 High Street", "SN1 1AA", on=case)
    published(case, here, ann, kind="repeat-location", text="Four calls this month")
    (seen,) = live_for([], [here], actor(operator), now())
    assert seen.place_id == here.pk
    assert live_for([], [], actor(operator), now()) == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"text": " "}, "text"),
        ({"source": ""}, "source"),
        ({"kind": "rumour"}, "kind"),
        ({"marking": 7}, "kind"),
        ({"review_by": today()}, "review_by"),
        ({"review_by": add_months(today(), 12) + timedelta(days=1)}, "review_by"),
        ({"until_date": today() - timedelta(days=1)}, "until_date"),
    ],
)
def test_what_is_amiss_is_said_on_its_field(
    case: Case, mary: Person, ann: User, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        published(case, mary, ann, **changed)
    assert refused.value.field == field
    assert not Marker.objects.exists()


def test_twelve_months_to_the_day_is_allowed(case: Case, mary: Person, ann: User) -> None:
    assert published(case, mary, ann, review_by=add_months(today(), 12)).pk


def test_only_people_and_places_of_the_case(case: Case, mary: Person, ann: User) -> None:
    for other in (record(surname="Other").person, place("2 Low Road", "SN2 2BB")):
        with pytest.raises(Refused) as refused:
            published(case, other, ann)
        assert refused.value.field == "about"
    case.parties.update(ended_at=now())
    with pytest.raises(Refused):
        published(case, mary, ann)


def test_published_twice_with_one_key_it_is_one(case: Case, mary: Person, ann: User) -> None:
    key = uuid.uuid4().hex
    published(case, mary, ann, key=key)
    published(case, mary, ann, key=key)
    assert Marker.objects.count() == 1


def test_a_review_needs_a_reason_and_extends(case: Case, mary: Person, ann: User) -> None:
    made = published(case, mary, ann)
    given: dict[str, Any] = {"by": actor(ann), "at": now()}
    with pytest.raises(Refused) as refused:
        markers.review(case, made.reference, review_by=made.review_by, reason="", key="1", **given)
    assert refused.value.field == "reason"
    later = today() + timedelta(days=200)
    markers.review(case, made.reference, review_by=later, reason="Seen again", key="2", **given)
    made.refresh_from_db()
    assert made.review_by == later
    changes = Change.objects.filter(event__name="marker reviewed")
    assert {change.field for change in changes} == {"review_by", "reason"}


def test_withdrawn_it_is_gone_for_good(case: Case, mary: Person, ann: User, operator: User) -> None:
    made = published(case, mary, ann)
    given: dict[str, Any] = {"by": actor(ann), "at": now()}
    with pytest.raises(Refused) as refused:
        markers.withdraw(case, made.reference, reason="", key="1", **given)
    assert refused.value.field == "reason"
    markers.withdraw(case, made.reference, reason="Wrong person", key="2", **given)
    assert live_for([mary], [], actor(operator), now()) == []
    with pytest.raises(Refused, match="withdrawn"):
        markers.withdraw(case, made.reference, reason="Again", key="3", **given)
    later = today() + timedelta(days=9)
    with pytest.raises(Refused, match="withdrawn"):
        markers.review(case, made.reference, review_by=later, reason="x", key="4", **given)


def test_an_expired_one_is_not_revived(case: Case, mary: Person, ann: User) -> None:
    old = marker(case.root, ann, person=mary, until_date=today() - timedelta(days=1))
    later = today() + timedelta(days=9)
    with pytest.raises(Refused, match="expired"):
        markers.review(
            case,
            old.reference,
            review_by=later,
            reason="x",
            by=actor(ann),
            at=now(),
            key="1",
        )


def test_out_of_scope_is_out_of_scope(case: Case, mary: Person, ann: User, operator: User) -> None:
    made = published(case, mary, ann)
    with pytest.raises(OutOfScope):
        published(case, mary, operator)
    with pytest.raises(OutOfScope):
        markers.withdraw(case, made.reference, reason="No", by=actor(operator), at=now(), key="1")
    with pytest.raises(OutOfScope):
        markers.marker_of(thing(ann).case, made.reference)
