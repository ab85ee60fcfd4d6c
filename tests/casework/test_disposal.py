"""Reviews, holds, disposal by two people, and what is left of a record afterwards."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from tests.home import cast
from tests.lost_property.desk import DESK
from tests.lost_property.models import Thing
from wansdyke.access.models import Notice, Root, User
from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope, can
from wansdyke.casework import disposals, holding, keeping, notes, parties
from wansdyke.casework.actions import perform
from wansdyke.casework.disposal_register import lines
from wansdyke.casework.disposals import Terms
from wansdyke.casework.disposing import Means, carry_out
from wansdyke.casework.models import Case, Disposal, LegalHold, Retention
from wansdyke.casework.reckoning import reckon_anew, reckoned_now
from wansdyke.history.door import Stale
from wansdyke.history.models import Change, Event
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.linkage.letting_go import let_go

pytestmark = pytest.mark.django_db
DESKS = [DESK]
YEARS = timedelta(days=366 * 7)
DISPOSE = Terms(kind="disposal", ground="reviewed", reason="No purpose is left")
ERASE = Terms(kind="erasure", ground="s47-1-a", reason="It should never have been kept")


@pytest.fixture
def means(tmp_path: Path) -> Means:
    return Means(exports=tmp_path, register=tmp_path / "disposals.jsonl", let_go=let_go)


@pytest.fixture
def rita() -> User:
    return cast.user("rita", "records-manager")


@pytest.fixture
def hedda() -> User:
    return cast.user("hedda", cast.HEAD)


@pytest.fixture
def kim() -> User:
    return cast.user("kim", cast.KEEPER)


def by(user: User, at: Any = None) -> dict[str, Any]:
    return {"by": cast.actor(user), "at": at or cast.now(), "key": uuid4().hex}


def closed(kim: User, *, long_ago: bool = True, **values: Any) -> Case:
    found = cast.thing(kim, **values)
    notes.add(found.case, "Somebody zqsecretx came", **by(kim))
    perform(found, "return", desk=DESK, **by(kim))
    if long_ago:
        moment = cast.now() - YEARS
        Case.objects.filter(pk=found.pk).update(closed_at=moment, opened_at=moment)
    return Case.objects.select_related("root").get(pk=found.pk)


def proposed(case: Any, rita: User, terms: Terms = DISPOSE) -> Disposal:
    disposals.propose(case.root, terms, desks=DESKS, **by(rita))
    return Disposal.objects.select_related("root").latest("pk")


def confirmed(case: Any, rita: User, hedda: User, terms: Terms = DISPOSE) -> Disposal:
    made = proposed(case, rita, terms)
    disposals.decide(made, agreed=True, reason="", desks=DESKS, **by(hedda))
    return Disposal.objects.select_related("root").get(pk=made.pk)


def everything() -> str:
    """Every row of every table, as one text."""
    said = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            said += [repr(row) for row in cursor.fetchall()]
    return "\n".join(said)


def test_the_date_follows_from_the_closing_and_is_stored(kim: User) -> None:
    case = closed(kim)
    still = cast.thing(kim).case
    assert reckon_anew(DESKS, cast.now()) >= 2
    row = Retention.objects.get(pk=case.pk)
    then = london(case.closed_at).date() if case.closed_at else date.min
    assert (row.group, row.review_on, row.from_on) == (3, then.replace(year=then.year + 6), then)
    assert Retention.objects.get(pk=still.pk).review_on is None
    assert reckon_anew(DESKS, cast.now()) == 0


def test_a_fact_that_changes_is_reckoned_anew(kim: User) -> None:
    found = cast.thing(kim)
    reckon_anew(DESKS, cast.now())
    perform(found, "return", desk=DESK, **by(kim))
    assert reckon_anew(DESKS, cast.now()) >= 1
    assert Retention.objects.get(pk=found.pk).review_on is not None


def test_a_new_case_of_the_same_person_begins_their_time_anew(kim: User) -> None:
    record = cast.record(forename="Ann", surname="Smith")
    case = closed(kim, parties=[record])
    reckon_anew(DESKS, cast.now())
    assert Retention.objects.get(pk=case.pk).review_on < london(cast.now()).date()
    cast.thing(kim, parties=[record])
    reckon_anew(DESKS, cast.now())
    assert Retention.objects.get(pk=case.pk).review_on > london(cast.now()).date()
    # Somebody whom an open case names is not reviewed at all.
    assert Retention.objects.get(pk=record.pk).review_on is None


def test_a_keep_needs_a_reason_and_a_day_within_reach(kim: User, rita: User) -> None:
    case = closed(kim)
    today = london(cast.now()).date()
    for reason, day in (
        ("", today + timedelta(days=9)),
        ("Risk", today),
        ("Risk", date(2099, 1, 1)),
    ):
        with pytest.raises(Refused):
            keeping.keep(case.root, reason=reason, next_on=day, desks=DESKS, **by(rita))
    day = today + timedelta(days=365)
    keeping.keep(case.root, reason="Risk", next_on=day, desks=DESKS, **by(rita))
    assert Retention.objects.get(pk=case.pk).review_on == day
    with pytest.raises(Refused, match="not due"):
        proposed(case, rita)
    with pytest.raises(OutOfScope):
        keeping.keep(case.root, reason="Risk", next_on=day, desks=DESKS, **by(kim))


def test_two_people_dispose_and_nothing_is_left_but_that(
    kim: User, rita: User, hedda: User, means: Means
) -> None:
    case = closed(kim, described="An umbrella of zqsecretx")
    events = Event.objects.filter(root=case.root).count()
    made = confirmed(case, rita, hedda)
    # Open to nobody from the confirmation on, though nothing is removed yet.
    assert not any(can(cast.actor(one), Right.VIEW, case.root, cast.now()) for one in (kim, rita))
    assert carry_out(means, cast.now()) == 1
    assert "zqsecretx" not in everything()
    assert "No purpose is left" not in everything()
    assert not Case.objects.filter(pk=case.pk).exists()
    assert not Thing.objects.filter(pk=case.pk).exists()
    assert not Change.objects.filter(event__root=case.root).exists()
    assert Event.objects.filter(root=case.root).count() > events
    made.refresh_from_db()
    assert made.done_at is not None
    assert "MoPI group 3" in made.rule
    assert carry_out(means, cast.now()) == 0
    (line,) = lines(means.register)
    assert (line["root"], line["decided_by"]) == (case.root.reference, "hedda")
    said = cast.audited("erasure")
    assert [one["subjects"] for one in said] == [[case.root.reference]] * 2
    assert Notice.objects.filter(user=rita, text__contains=made.reference).exists()


def test_nobody_disposes_alone_and_each_has_a_part(kim: User, rita: User, hedda: User) -> None:
    case = closed(kim)
    for other in (kim, hedda):
        with pytest.raises(OutOfScope):
            proposed(case, other)
    both = cast.user("both", "records-manager", cast.HEAD)
    made = proposed(case, both)
    with pytest.raises(Refused, match="second person"):
        disposals.decide(made, agreed=True, reason="", desks=DESKS, **by(both))
    with pytest.raises(OutOfScope):
        disposals.decide(made, agreed=True, reason="", desks=DESKS, **by(rita))
    with pytest.raises(Refused, match="waits"):
        proposed(case, rita)
    with pytest.raises(Refused, match="Enter why"):
        disposals.decide(made, agreed=False, reason=" ", desks=DESKS, **by(hedda))
    disposals.decide(made, agreed=False, reason="Still needed", desks=DESKS, **by(hedda))
    assert Root.objects.get(pk=case.pk).disposed_at is None
    with pytest.raises(Refused, match="already decided"):
        disposals.decide(made, agreed=True, reason="", desks=DESKS, **by(hedda))


def test_what_changed_since_it_was_looked_at_is_not_confirmed(
    kim: User, rita: User, hedda: User
) -> None:
    case = closed(kim)
    made = proposed(case, rita)
    seen = Root.objects.get(pk=case.pk).version
    where = {"address": "3 High Street", "postcode": "SN1 1AA", "role": "scene"}
    parties.add_place(case, **where, **by(kim))
    given = {"agreed": True, "reason": "", "desks": DESKS, "version": seen}
    with pytest.raises(Stale):
        disposals.decide(made, **given, **by(hedda))


@pytest.mark.parametrize("terms", [DISPOSE, ERASE])
def test_a_hold_stops_proposing_and_confirming(
    kim: User, rita: User, hedda: User, terms: Terms
) -> None:
    record = cast.record(forename="Ann", surname="Smith")
    case = closed(kim, parties=[record])
    made = proposed(case, rita, terms)
    held = {"ground": "inquest", "matter": "INQ-1", "reason": "The coroner asked"}
    with pytest.raises(OutOfScope):
        holding.place(record.root, **held, **by(kim))
    holding.place(record.root, **held, **by(hedda))
    assert Notice.objects.filter(user=rita, text__contains="legal hold").exists()
    with pytest.raises(Refused, match="legal hold"):
        disposals.decide(made, agreed=True, reason="", desks=DESKS, **by(hedda))
    disposals.withdraw(made, **by(rita))
    with pytest.raises(Refused, match="legal hold"):
        proposed(case, rita, terms)
    hold = LegalHold.objects.get()
    with pytest.raises(Refused, match="Somebody else"):
        holding.lift(hold, reason="Over", **by(hedda))
    holding.lift(hold, reason="Over", **by(rita))
    confirmed(case, rita, hedda, terms)


def test_a_hold_is_carried_to_records_and_cases_that_come_later(kim: User, rita: User) -> None:
    record = cast.record(forename="Ann", surname="Smith")
    held = {"ground": "inquest", "matter": "INQ-1", "reason": "The coroner asked"}
    holding.place(record.root, **held, **by(rita))
    case = closed(kim, parties=[record])
    twin = cast.record(forename="Nan", surname="Smith", person=record.person)
    nobody = closed(kim)
    assert holding.held_among([case.pk, twin.pk, nobody.pk]) == {case.pk, twin.pk}
    assert holding.holds_on(case.pk).count() == holding.holds_on(twin.pk).count() == 1
    with pytest.raises(Refused, match="legal hold"):
        proposed(case, rita)


def test_a_hold_between_the_confirmation_and_the_first_row_stops_it(
    kim: User, rita: User, hedda: User, means: Means
) -> None:
    record = cast.record(forename="Ann", surname="Smith")
    case = closed(kim, parties=[record])
    made = confirmed(case, rita, hedda)
    held = {"ground": "inquest", "matter": "INQ-1", "reason": "The coroner asked"}
    holding.place(record.root, **held, **by(rita))
    assert carry_out(means, cast.now()) == 0
    made.refresh_from_db()
    assert made.stopped_at is not None
    assert can(cast.actor(kim), Right.VIEW, case.root, cast.now())
    assert not means.register.exists()


def test_what_is_open_or_not_due_is_not_disposed_of(kim: User, rita: User) -> None:
    for case, said in (
        (cast.thing(kim).case, "still open"),
        (closed(kim, long_ago=False), "not due"),
    ):
        with pytest.raises(Refused, match=said):
            proposed(case, rita)
    assert proposed(closed(kim, long_ago=False), rita, ERASE).kind == "erasure"


def test_sent_twice_it_is_proposed_and_confirmed_once(kim: User, rita: User, hedda: User) -> None:
    case = closed(kim)
    once = by(rita)
    first = disposals.propose(case.root, DISPOSE, desks=DESKS, **once)
    assert disposals.propose(case.root, DISPOSE, desks=DESKS, **once).repeated
    made = Disposal.objects.get(reference=first.reference)
    again = by(hedda)
    disposals.decide(made, agreed=True, reason="", desks=DESKS, **again)
    assert disposals.decide(made, agreed=True, reason="", desks=DESKS, **again).repeated


def test_who_is_locked_out_finds_no_record_to_dispose_of(
    kim: User, rita: User, hedda: User
) -> None:
    case = closed(kim)
    made = proposed(case, rita)
    cast.locked(case.root, hedda, kim)
    with pytest.raises(OutOfScope):
        disposals.decide(made, agreed=True, reason="", desks=DESKS, **by(hedda))
    with pytest.raises(OutOfScope):
        disposals.one_of(cast.actor(hedda), made.reference, cast.now())
    reckoned_now(case.root, DESKS, cast.now())
