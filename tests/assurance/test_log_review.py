"""The review of the log: what is found in it, and when."""

from datetime import timedelta
from typing import Any

import pytest

from tests.assurance.looking import (
    BORN,
    CASE_OPENED,
    STANDARDS,
    found,
    from_here,
    given,
    home_of,
    looked,
    midweek,
    officer,
    refused,
    searched,
    through,
)
from tests.home import cast
from wansdyke.access.models import Notice, User
from wansdyke.assurance import declarations, high_profile, log_review_jobs
from wansdyke.assurance.log_review_jobs import left_at
from wansdyke.assurance.models import LookWithoutWork, SampleDraw
from wansdyke.casework import conflicts
from wansdyke.history.models import AuditEntry
from wansdyke.kernel.flow import Refused

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WORDS = "I asked her sergeant, who knew of it."
LIVES = {"address": "1 High Street, Swindon", "postcode": "SN1 1AA"}


@pytest.fixture
def priti() -> User:
    return officer("Priti Lowe", post=cast.AUDITOR)


@pytest.fixture
def stan() -> User:
    return officer("Stan Whitlock", post=STANDARDS)


@pytest.fixture
def rosa() -> User:
    return officer("Rosa Finch")


def declared(user: User, **more: Any) -> None:
    declarations.declare({"date_of_birth": BORN, **LIVES, **more}, **given(user))


def kinds(**asked: Any) -> list[str]:
    return [one.kind for one in found(**asked)]


def test_ones_own_record_is_found_at_once_and_told_less_gravely_where_there_is_work(
    rosa: User, priti: User
) -> None:
    declared(rosa)
    own = cast.record(forename="Rosa", surname="Finch", date_of_birth=BORN)
    looked(rosa, own, ago=timedelta(minutes=1))
    through()
    (one,) = found()
    assert (one.kind, one.about, one.gravity) == ("self", own.root.reference, 80)
    assert one.reasons == ["It bears their own name and date of birth."]
    assert [entry.seq for entry in one.entries.all()] == [AuditEntry.objects.get(
        actor_id=rosa.pk, operation="consultation").seq]  # fmt: skip
    other = officer("Ann Hale")
    declarations.declare({"date_of_birth": BORN}, **given(other))
    theirs = cast.record(forename="Ann", surname="Hale", date_of_birth=BORN)
    cast.thing(other, parties=[theirs])
    looked(other, theirs, ago=timedelta(0))
    through()
    (two,) = found(viewer=other)
    assert two.gravity == 55
    assert "there is work: they worked on a case of it" in two.reasons[-1]


def test_a_declared_ex_partner_and_who_shares_an_address_are_found(rosa: User) -> None:
    declared(rosa)
    ex = {"relation": "former partner", "forename": "Ian", "surname": "Hale"}
    declarations.add({**ex, "date_of_birth": BORN}, **given(rosa))
    looked(rosa, cast.record(forename="Ian", surname="Hale", date_of_birth=BORN))
    lodger = home_of(cast.record(forename="Bo", surname="Ek"), **LIVES)
    looked(rosa, lodger)
    through()
    assert kinds(viewer=rosa) == ["relative", "relative"]
    assert found()[1].reasons == ["It bears an address of their own."]
    # Whoever was taken off counts no longer.
    one = declarations.associates(declarations.own(cast.actor(rosa)))[0]
    declarations.end(one, **given(rosa))
    looked(rosa, cast.record(forename="Ian", surname="Hale", date_of_birth=BORN))
    through()
    assert len(found()) == 2


def test_a_conflict_written_down_is_found_where_it_locks_nobody_out_yet(
    rosa: User, stan: User
) -> None:
    cousin = cast.record(forename="Zed", surname="Quill")
    looked(rosa, cousin, ago=HOUR)
    reference = cousin.root.reference
    conflicts.lock(rosa, reference, relation="relative", reason="Cousin", **given(stan))
    through()
    (one,) = found()
    assert one.reasons[0].startswith("Professional standards have written down")


def test_colleagues_and_neighbours_are_found_when_no_work_followed(rosa: User) -> None:
    declared(rosa)
    officer("Dev Chandra")
    looked(rosa, cast.record(forename="Dev", surname="Chandra"))
    near = home_of(cast.record(forename="Bo", surname="Ek"), "7 High Street, Swindon", "SN1 1AA")
    looked(rosa, near)
    worked = home_of(cast.record(forename="Cy", surname="Orr"), "8 High Street, Swindon", "SN1 1AA")
    looked(rosa, worked)
    cast.thing(rosa, parties=[worked])
    through(cast.now() - 1.5 * DAY)
    assert found() == []
    through()
    assert sorted(kinds()) == ["colleague", "neighbour"]
    assert near.root.reference in {one.about for one in found()}


def test_whom_a_search_found_beside_the_one_it_was_for_is_not_queued(rosa: User) -> None:
    """Opened soon afterwards, or worked on, is whom it was for; without either nobody is."""
    declared(rosa)
    near = home_of(cast.record(forename="Bo", surname="Ek"), "7 High Street, Swindon", "SN1 1AA")
    other, worked = (
        cast.record(forename="Ann", surname="Ek"),
        cast.record(forename="Cy", surname="Ek"),
    )
    cast.thing(rosa, parties=[worked])
    from_here()
    ago = midweek()
    searched(rosa, near, other, ago=ago)
    looked(rosa, other, ago=ago - 0.5 * HOUR)
    searched(rosa, worked, near, ago=timedelta(hours=30))
    through()
    assert kinds(kind="neighbour") == []
    searched(rosa, near, other, ago=timedelta(hours=29))
    looked(rosa, other, ago=timedelta(hours=27))
    through()
    assert [one.entries_counted for one in found(kind="neighbour")] == [1]
    # What the finding itself wrote is of this moment, and keeps whatever comes after it waiting.
    from_here()
    searched(rosa, near, other, ago=timedelta(hours=26.5))
    looked(rosa, other, ago=timedelta(hours=26.4))
    looked(rosa, near, ago=timedelta(hours=26.3))
    searched(rosa, near, ago=timedelta(hours=26.2))
    through()
    assert sum(one.entries_counted for one in found(kind="neighbour")) == 4


def test_whom_a_search_was_for_is_seen_beyond_the_end_of_a_batch(
    rosa: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared(rosa)
    near = home_of(cast.record(forename="Bo", surname="Ek"), "7 High Street, Swindon", "SN1 1AA")
    other = cast.record(forename="Ann", surname="Ek")
    from_here()
    searched(rosa, near, other, ago=timedelta(hours=30))
    looked(rosa, other, ago=timedelta(hours=29.5))
    monkeypatch.setattr(log_review_jobs, "A_BATCH", 1)
    through()
    assert kinds(kind="neighbour") == []


def test_a_relative_is_queued_even_found_by_the_way(rosa: User) -> None:
    declared(rosa)
    mine = home_of(cast.record(forename="Bo", surname="Finch"), *LIVES.values())
    other = cast.record(forename="Ann", surname="Ek")
    searched(rosa, mine, other, ago=2 * DAY)
    looked(rosa, other, ago=2 * DAY - 0.1 * HOUR)
    through()
    assert kinds() == ["relative"]


def test_looks_without_work_are_found_when_they_come_again(rosa: User) -> None:
    nobody, once = (
        cast.record(forename="Al", surname="Dunn"),
        cast.record(forename="Ev", surname="Ash"),
    )
    case = cast.thing(officer("Kim Keeper", at=cast.team("other")), parties=[nobody]).case
    from_here()
    for days in (0, 1, 2):
        looked(rosa, nobody.person.reference, nobody, case.root, ago=midweek() - days * DAY)
    looked(rosa, once, ago=midweek())
    through()
    assert LookWithoutWork.objects.filter(viewer=rosa).count() == 4
    without = found(kind="no-case", about=nobody.root.reference)
    assert [one.entries_counted for one in without] == [3]
    assert without[0].reasons == [
        "They came back to it on 3 days, and no work of theirs is behind it."
    ]
    assert not found(about=once.root.reference)


def test_a_look_with_work_around_it_is_not_found(rosa: User) -> None:
    """Their own writing before or after, their team's open case, a case of somebody on it."""
    after, teams = (
        cast.record(forename="Al", surname="Dunn"),
        cast.record(forename="Ev", surname="A"),
    )
    looked(rosa, after, ago=2 * DAY, times=3)
    looked(rosa, teams, ago=2 * DAY, times=3)
    cast.thing(officer("Kim Keeper"), parties=[teams])
    cast.thing(rosa, parties=[after], at=cast.team("store"))
    AuditEntry.objects.filter(operation="collection").exists()
    through()
    assert LookWithoutWork.objects.filter(about=teams.root.reference).count() == 3
    assert not found(about=after.root.reference, kind="self")


def test_what_is_opened_as_a_case_is_one_look_at_the_case(rosa: User) -> None:
    record = cast.record(forename="Al", surname="Dunn")
    case = cast.thing(officer("Kim Keeper", at=cast.team("other")), parties=[record]).case
    from_here()
    looked(rosa, case.root, record, ago=3 * DAY, page=CASE_OPENED, times=3)
    through()
    assert {one.about for one in found()} == {case.root.reference}
    assert LookWithoutWork.objects.count() == 3


def test_lists_and_wide_posts_are_no_looks_without_work(rosa: User) -> None:
    record = cast.record(forename="Al", surname="Dunn")
    looked(rosa, record, page="lost-property:list", times=5)
    looked(officer("Anya Holt", post=cast.ANALYST), record, times=5)
    looked(officer("Priti Lowe", post=cast.AUDITOR), record, page="log-finding", times=5)
    through()
    assert LookWithoutWork.objects.count() == 0


def test_scraping_is_told_to_the_privacy_officers_at_once_and_once(rosa: User, priti: User) -> None:
    for number in range(120):
        looked(rosa, f"PE-{number:04}-0001", ago=timedelta(minutes=30))
    through()
    assert found(kind="volume") == []
    for number in range(120, 201):
        looked(rosa, f"PE-{number:04}-0001", ago=timedelta(minutes=10))
    through()
    (one,) = found(kind="volume")
    assert one.reasons == ["They opened 201 records within one hour."]
    assert (one.gravity, one.entries_counted) == (95, 201)
    (notice,) = Notice.objects.all()
    assert (notice.user, notice.link) == (priti, f"/audit/review/{one.reference}/")
    for number in range(201, 260):
        looked(rosa, f"PE-{number:04}-0001", ago=timedelta(minutes=1))
    through()
    assert found(kind="volume")[0].entries_counted == 260
    assert found(kind="volume")[0].reasons == ["They opened 260 records within one hour."]
    assert Notice.objects.count() == 1


def test_refusals_are_found_in_a_run(rosa: User) -> None:
    for number in range(5):
        refused(rosa, f"PE-000{number}-0001", ago=HOUR - timedelta(minutes=number))
    through()
    (one,) = found(kind="denied")
    assert one.entries_counted == 5


def test_a_high_profile_record_is_found_at_every_look_without_work(rosa: User, priti: User) -> None:
    record = cast.record(forename="A", surname="Star")
    high_profile.mark(record.root.reference, reason="In the papers", **given(priti))
    with pytest.raises(Refused, match="marked already"):
        high_profile.mark(record.root.reference, reason="In the papers", **given(priti))
    from_here()
    looked(rosa, record.person.reference)
    analyst = officer("Anya Holt", post=cast.ANALYST)
    looked(analyst, record)
    through()
    assert {one.viewer_id for one in found(kind="high-profile")} == {rosa.pk, analyst.pk}
    (mark,) = high_profile.in_sight(cast.actor(priti))
    high_profile.end(mark, reason="Old news", **given(priti))
    from_here()
    looked(rosa, record, ago=1.5 * DAY)
    through()
    assert sum(one.entries_counted for one in found(kind="high-profile")) == 2


def test_an_unusual_day_is_found_when_it_is_over(rosa: User) -> None:
    for days in range(2, 9):
        for number in range(9):
            looked(rosa, f"PE-{days}{number:03}-0001", ago=days * DAY)
    for number in range(50):
        looked(rosa, f"PE-9{number:03}-0001", ago=DAY)
    for _ in range(30):
        through()
    (one,) = found(kind="volume")
    assert one.reasons == ["They opened 50 records in one day; 9 were usual on their days before."]


def test_a_week_is_sampled_once_it_is_over_and_can_be_drawn_again(rosa: User) -> None:
    people = [rosa, *(officer(f"Somebody{n} Else") for n in range(3))]
    for one in people:
        for number in range(12):
            looked(one, f"PE-{one.pk:04}-{number:04}", ago=8 * DAY + number * HOUR)
    for _ in range(40):
        through()
    draw = SampleDraw.objects.get()
    assert set(draw.drawn) <= set(draw.frame)
    assert len(draw.drawn) == 1
    (one,) = found(kind="sample")
    assert one.viewer.username == draw.drawn[0]
    assert 0 < one.entries_counted <= 10


def test_looking_through_twice_finds_nothing_twice(rosa: User) -> None:
    declared(rosa)
    looked(rosa, cast.record(forename="Rosa", surname="Finch", date_of_birth=BORN), times=3)
    through()
    seen, entries = left_at("prompt", cast.now()), AuditEntry.objects.count()
    through()
    (one,) = found()
    assert one.entries_counted == 3
    assert entries == AuditEntry.objects.count()
    assert seen <= left_at("prompt", cast.now())


def test_an_old_log_is_looked_through_from_a_week_ago(rosa: User) -> None:
    declared(rosa)
    looked(rosa, cast.record(forename="Rosa", surname="Finch", date_of_birth=BORN), ago=9 * DAY)
    through()
    assert found() == []
