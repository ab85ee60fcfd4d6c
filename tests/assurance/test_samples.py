"""Dip sampling from draw to feedback: known chances, blind seconds, nobody left out."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.desks.contact.control_room import (
    NOON,
    again,
    idris,
    key,
    minutes,
    olivia,
    owen,
    room,
    rosa,
    sasha,
    staff,
    step,
    take,
)
from tests.home.cast import actor, locked, signed_in, team
from wansdyke.access.actors import Actor
from wansdyke.access.models import Notice, Root, User
from wansdyke.assurance import samples, samples_jobs, samples_read, samples_results
from wansdyke.assurance.models import Sample, SamplePlan, Score
from wansdyke.assurance.samples_draw import Planned, draw_plan
from wansdyke.casework.actions import NewParty
from wansdyke.casework.queries import OutOfScope
from wansdyke.desks.contact import quality
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.instruments.quality_v1 import QUALITY_V1
from wansdyke.history.models import Event
from wansdyke.kernel.flow import Refused

pytestmark = pytest.mark.django_db
JUNE = Planned(period_start=date(2026, 6, 1), period_end=date(2026, 6, 30), at_random=0, by_risk=0)
JULY = datetime(2026, 7, 2, 9, 0, tzinfo=UTC)
FINE = {
    **dict.fromkeys(("threat", "harm", "risk", "investigation", "vulnerability"), "yes"),
    "engagement": "partly",
    "grade": "right",
    "prior-contact": "yes",
    "markers": "na",
    "safe-contact": "no",
    "good": "Calm throughout",
}


@pytest.fixture
def supervisors() -> tuple[Actor, Actor]:
    """Two who can listen: without both, nothing can be scored twice."""
    return sasha(), idris()


def drawn(by: Actor | None = None, at: datetime = JULY, **changed: int) -> SamplePlan:
    planned = Planned(**{**vars(JUNE), **changed})
    reference = draw_plan(DESK, planned, by=by or sasha(), at=at, key=key(), seed="a seed")
    return SamplePlan.objects.get(reference=reference)


def heard(sample: Sample, by: Actor, at: datetime = JULY, **answers: str) -> None:
    samples.score(
        sample,
        {**FINE, **answers},
        recording_system="Recorder",
        recording_id="77-1",
        by=by,
        at=at,
        key=key(),
    )


def only(plan: SamplePlan) -> Sample:
    return plan.samples.select_related("case__root", "plan").get()


def fresh(sample: Sample) -> Sample:
    return Sample.objects.select_related("case__root", "plan").get(pk=sample.pk)


def reply(sample: Sample, *, asks: bool, by: Actor) -> None:
    samples.reply(fresh(sample), "It was a bad line", again=asks, by=by, at=JULY, key=key())


def look(sample: Sample, by: Actor, *, stands: bool) -> None:
    samples.look_again(fresh(sample), "Heard twice", stands=stands, by=by, at=JULY, key=key())


def shown(who: Actor, path: str) -> str:
    client = signed_in(User.objects.get(pk=who.user_id))
    return client.get(path).content.decode()


def test_the_questions_are_as_published():
    assert QUALITY_V1.faults() == []
    assert QUALITY_V1.fingerprint() == (
        "5dd9c50bc2ec760e9e2c0ada8cf8bcd5633ab081173114fb9dd47fbdb2233c41"
    )
    told = QUALITY_V1.run(FINE)
    assert (told.grade, len(told.reasons), told.missing) == ("7 of 9", 2, ())


def test_a_score_is_replayed_from_what_is_kept():
    take()
    sample = only(drawn(twice_percent=0))
    heard(sample, sasha())
    kept = Score.objects.get()
    assert (kept.version, kept.fingerprint) == (1, QUALITY_V1.fingerprint())
    told = QUALITY_V1.run(kept.answers)
    assert (kept.result, tuple(kept.reasons)) == (told.grade, told.reasons)


def test_every_handler_is_drawn_from_and_each_chance_is_kept(supervisors):
    for number in range(6):
        take(olivia(), received_at=NOON + minutes(number), at=NOON + minutes(number))
    take(owen())
    plan = drawn(per_handler=2)
    assert {one.handler.username for one in plan.samples.all()} == {"olivia", "owen"}
    of_olivia = plan.samples.filter(handler__username="olivia")
    assert [one.chance for one in of_olivia] == [2 / 6, 2 / 6]
    assert (plan.frame_size, plan.drawn) == (7, 3)


def test_the_same_form_sent_twice_draws_once_and_no_day_is_drawn_from_again():
    take()
    sent = key()
    one = draw_plan(DESK, JUNE, by=sasha(), at=JULY, key=sent, seed="one")
    assert draw_plan(DESK, JUNE, by=sasha(), at=JULY, key=sent, seed="two") == one
    with pytest.raises(Refused, match="already"):
        drawn()
    assert SamplePlan.objects.count() == 1


def test_who_may_draw_and_from_what():
    take()
    with pytest.raises(Refused, match="post"):
        drawn(by=olivia())
    with pytest.raises(Refused, match="over"):
        drawn(at=datetime(2026, 6, 30, 12, tzinfo=UTC))
    with pytest.raises(Refused, match="Nothing"):
        drawn(by=actor(staff("nora", "control-room-supervisor", at=team("north"))))


def test_risks_are_found_the_gravest_first():
    plain = take()
    abuse = take(risk_types=["domestic-abuse"])
    missed = take(strands=["V01"])
    typed = {"forename": "Avery", "surname": "Testwell", "phone": "07700 900123"}
    first = take(received_at=NOON, parties=[NewParty(role="caller", typed=typed)])
    later = NOON + timedelta(days=3)
    repeat = take(received_at=later, at=later, parties=[NewParty(role="caller", typed=typed)])
    lowered = take()
    step(missed, "assign", sasha(), after=1, unit="WD1")
    step(missed, "at-scene", sasha(), after=30)
    type(lowered).objects.filter(pk=lowered.pk).update(grade="scheduled")
    for one in (plain, abuse, first, repeat, lowered):
        one.case.deadlines.update(stopped_at=NOON)
    since, until = NOON - timedelta(days=9), NOON + timedelta(days=9)
    found = {one.case: one.risk for one in quality.frame(sasha(), since, until, JULY)}
    assert [found[one.pk] for one in (plain, abuse, missed, first, repeat, lowered)] == [
        *("", "domestic-abuse", "missed", "", "repeat", "lowered")
    ]


def test_a_call_more_than_a_year_ago_makes_no_repeat_and_nor_do_two_callers_of_one():
    typed = {"forename": "Avery", "surname": "Testwell", "phone": "07700 900123"}
    old = NOON - timedelta(days=366)
    take(received_at=old, at=old, parties=[NewParty(role="caller", typed=typed)])
    both = [NewParty(role="caller", typed=typed), NewParty(role="caller", typed=typed)]
    now = take(parties=both)
    now.case.deadlines.update(stopped_at=NOON)
    (found,) = quality.frame(sasha(), NOON - minutes(1), NOON + minutes(1), JULY)
    assert found.risk == ""
    other = {"forename": "Bo", "surname": "Testwell", "phone": "07700 900456"}
    later = NOON + minutes(9)
    either = [NewParty(role="caller", typed=one) for one in (other, typed)]
    then = take(received_at=later, at=later, parties=either)
    then.case.deadlines.update(stopped_at=later)
    (found,) = quality.frame(sasha(), later, later + minutes(1), JULY)
    assert found.risk == "repeat"


def test_a_restricted_call_is_not_drawn():
    take()
    hidden = take()
    Root.objects.filter(pk=hidden.pk).update(marking=Root.RESTRICTED)
    assert drawn().frame_size == 1


def test_nobody_scores_their_own_work_or_without_the_post(supervisors):
    take(sasha())
    sample = only(drawn(twice_percent=0))
    assert sample.first_reviewer_id == idris().user_id
    for who in (sasha(), olivia(), rosa()):
        with pytest.raises(OutOfScope):
            heard(sample, who)
    heard(sample, idris())
    assert fresh(sample).finished_at == JULY


def test_what_is_owed_or_unknown_is_refused_at_its_field():
    take()
    sample = only(drawn())
    for changed, field in (({"threat": ""}, "threat"), ({"grade": "fine"}, "grade")):
        with pytest.raises(Refused) as refused:
            heard(sample, sasha(), **changed)
        assert refused.value.field == field
    assert not Score.objects.exists()


def test_the_second_is_blind_until_both_are_in(supervisors):
    call = take()
    plan = drawn(twice_percent=100)
    sample = only(plan)
    before = shown(idris(), f"/quality/samples/{sample.reference}/")
    lists = shown(idris(), "/quality/to-listen/"), shown(idris(), f"/quality/{plan.reference}/")
    heard(sample, sasha(), good="A canary of praise")
    path = f"/quality/samples/{sample.reference}/"
    assert _same(shown(idris(), path)) == _same(before)
    assert _same(shown(idris(), "/quality/to-listen/")) == _same(lists[0])
    assert _same(shown(idris(), f"/quality/{plan.reference}/")) == _same(lists[1])
    assert "scored" not in shown(idris(), f"/contact/{call.case.root.reference}/history/")
    assert not samples_read.own_samples(olivia(), JULY).exists()
    assert not Notice.objects.filter(user__username="olivia").exists()
    heard(sample, idris(), grade="too-low")
    assert "A canary of praise" in shown(idris(), path)
    told = {q.key: found for q, found in samples_results.agreements(plan)}
    assert (told["grade"].pairs, told["grade"].share, told["threat"].share) == (1, 0.0, 1.0)


def _same(page: str) -> str:
    """A page without what differs from one sending to the next."""
    # When the session ends is said to the second, and may move on between the two.
    apart = ('type="hidden"', "nonce", "You are signed in until", "data-session-")
    return "\n".join(line for line in page.splitlines() if not any(one in line for one in apart))


def test_the_handler_is_told_reads_and_answers():
    call = take()
    sample = only(drawn(twice_percent=0))
    heard(sample, sasha())
    assert "listened to" in Notice.objects.get(user__username="olivia").text
    path = f"/quality/mine/{sample.reference}/"
    page = shown(olivia(), path)
    assert "Calm throughout" in page
    assert call.case.root.reference in page
    assert sample.reference in shown(olivia(), "/quality/mine/")
    client = signed_in(User.objects.get(username="owen") if owen() else None)
    assert client.get(path).status_code == 404
    reply(sample, asks=False, by=olivia())
    with pytest.raises(OutOfScope):
        reply(sample, asks=False, by=owen())
    assert "It was a bad line" in shown(sasha(), f"/quality/samples/{sample.reference}/")


def test_a_handler_locked_out_of_the_call_reads_nothing_of_it():
    call = take()
    sample = only(drawn(twice_percent=0))
    heard(sample, sasha())
    locked(again(call).case.root, User.objects.get(username="olivia"), staff("stan", "x"))
    assert not samples_read.own_samples(olivia(), JULY).exists()


def test_another_look_is_by_another_and_sets_aside_what_is_kept(supervisors):
    take()
    plan = drawn(twice_percent=0)
    sample = only(plan)
    heard(sample, sasha(), grade="too-low")
    with pytest.raises(Refused, match="Nobody is waiting"):
        look(sample, idris(), stands=True)
    reply(sample, asks=True, by=olivia())
    with pytest.raises(Refused, match="Somebody else"):
        look(sample, sasha(), stands=True)
    look(sample, idris(), stands=False)
    assert fresh(sample).finished_at is None
    with pytest.raises(Refused, match="already"):
        heard(sample, sasha())
    heard(sample, idris())
    found = samples_results.scored(plan).estimate("grade")
    assert (found.share, found.n, Score.objects.count()) == (1.0, 1, 2)
    assert not samples_read.asked_again(fresh(sample))


def test_coverage_names_who_was_left_out_and_supervisors_are_told_once():
    take(olivia())
    take(owen())
    plan = drawn(twice_percent=0)
    heard(plan.samples.get(handler__username="olivia"), sasha())
    told = {one.name: (one.none, one.short) for one in samples_results.coverage(plan)}
    assert told == {"Olivia": (False, False), "Owen": (True, True)}
    assert "listened to any: Owen</strong>" in shown(sasha(), f"/quality/{plan.reference}/")
    Notice.objects.all().delete()
    over = JULY + timedelta(days=29)
    assert samples_jobs.tell_of_gaps(over - timedelta(days=1)) == 0
    assert samples_jobs.tell_of_gaps(over) == 1
    assert samples_jobs.tell_of_gaps(over + timedelta(hours=1)) == 0
    assert "1 handler was not listened to" in Notice.objects.get(user__username="sasha").text


def test_a_month_that_nobody_draws_from_is_told_of_after_a_week():
    take()
    sasha()
    assert samples_jobs.tell_of_gaps(datetime(2026, 7, 7, 12, tzinfo=UTC)) == 0
    assert samples_jobs.tell_of_gaps(datetime(2026, 7, 8, 12, tzinfo=UTC)) == 1
    assert samples_jobs.tell_of_gaps(datetime(2026, 7, 9, 12, tzinfo=UTC)) == 0
    assert "June 2026" in Notice.objects.get(user__username="sasha").text


def test_fewer_than_five_of_a_team_are_not_shown(supervisors):
    for number in range(6):
        take(received_at=NOON + minutes(number), at=NOON + minutes(number))
    plan = drawn(per_handler=6, twice_percent=0)
    for sample in plan.samples.all()[:4]:
        heard(sample, sasha())
    (few,) = samples_results.trend([plan], "grade")
    assert (few.team, few.found) == (room().name, None)
    assert "Not shown" in shown(sasha(), "/quality/trend/")
    for sample in plan.samples.filter(finished_at=None):
        heard(sample, sasha(), grade="too-high")
    (enough,) = samples_results.trend([plan], "grade")
    assert enough.found is not None
    assert enough.found.share == pytest.approx(4 / 6)


def test_a_handler_sees_no_plan():
    take()
    plan = drawn()
    client = signed_in(User.objects.get(username="olivia"))
    for path in ("", "new/", "trend/", "to-listen/", f"{plan.reference}/"):
        assert client.get(f"/quality/{path}").status_code == 404
    assert "/quality/mine/" in client.get("/").content.decode()


def test_the_events_name_the_sample_and_not_the_case():
    call = take()
    before = call.case.root.events.count()
    sample = only(drawn(twice_percent=0))
    heard(sample, sasha())
    reply(sample, asks=True, by=olivia())
    assert call.case.root.events.count() == before
    assert Event.objects.filter(subject=f"sample:{sample.reference}").count() == 2


def test_only_the_plan_that_was_shown_is_drawn():
    take()
    sasha()
    client = signed_in(User.objects.get(username="sasha"))
    asked = {
        "desk": "contact",
        "per_handler": 2,
        "at_random": 0,
        "by_risk": 0,
        "twice_percent": 10,
        "listen_days": 28,
        "key": key(),
        "seen": "",
        "period_start-day": 1,
        "period_start-month": 6,
        "period_start-year": 2026,
        "period_end-day": 30,
        "period_end-month": 6,
        "period_end-year": 2026,
    }
    shown_first = client.post("/quality/new/", asked).content.decode()
    assert "1 of 1" in shown_first
    seen = shown_first.split('name="seen"')[1].split('value="')[1].split('"')[0]
    client.post("/quality/new/", {**asked, "seen": seen, "per_handler": 5})
    assert not SamplePlan.objects.exists()
    assert client.post("/quality/new/", {**asked, "seen": seen}).status_code == 302
    assert SamplePlan.objects.get().drawn == 1
