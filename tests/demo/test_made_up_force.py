"""The made-up force: the same from the same seed, the report's figures where they are asked for,
and the whole of it what a sample of it says."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from typer.testing import CliRunner

from config.commands import app
from wansdyke.access.actors import actor_of
from wansdyke.access.command_line import AS
from wansdyke.access.models import User
from wansdyke.access.settings import value_of
from wansdyke.assurance.equality_models import EqualityYear
from wansdyke.assurance.equality_reading import table_of
from wansdyke.assurance.samples_draw import Planned, frame_of
from wansdyke.demo import make
from wansdyke.desks.contact import demo
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.models import Contact
from wansdyke.desks.contact.settings import IMMEDIATE, PRIORITY
from wansdyke.history.models import Event
from wansdyke.kernel.calendar import london
from wansdyke.kernel.sampling import Answered, draw, estimate
from wansdyke.people.equality import RECORDED
from wansdyke.people.equality_words import BY_KEY
from wansdyke.people.models import EqualityAnswer, PersonRecord, Place

pytestmark = pytest.mark.django_db
EVENING = datetime(2018, 12, 31, 23, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def few_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many calls are taken one by one, for taking is what takes long."""
    monkeypatch.setattr(demo, "LATELY", 14)
    monkeypatch.setattr(make, "ALONE", 14)


def force(calls: int, seed: int = 1, *, report: bool = False) -> None:
    make.make(now=EVENING, seed=seed, calls=calls, report=report, tell=lambda words: None)


def picture(calls: int, seed: int) -> list[Any]:
    """All calls with whoever took them, the people and the places of a force that is gone again."""
    with transaction.atomic():
        force(calls, seed)
        told = Contact.objects.order_by("pk").values_list(
            *("received_at", "handler__username", "what", "where", "grade", "graded_at"),
            *("at_scene_at", "resulted_at", "repeat_place", "repeat_victim", "repeat_caller"),
        )
        people = PersonRecord.objects.order_by("pk").values_list(
            "forename", "surname", "date_of_birth", "phone"
        )
        places = Place.objects.order_by("pk").values_list("address", "postcode", "latitude")
        found = [list(told), list(people), list(places)]
        transaction.set_rollback(True)
    return found


def test_the_same_seed_makes_the_same_force_and_another_another() -> None:
    one, same, other = picture(30, 5), picture(30, 5), picture(30, 6)
    assert one == same
    assert all(mine != theirs for mine, theirs in zip(one, other, strict=True))


def test_history_lasts_two_years_and_its_last_calls_are_still_open() -> None:
    force(400)
    moments = list(Contact.objects.order_by("received_at").values_list("received_at", flat=True))
    assert len(moments) == 400
    assert moments[0] > EVENING - timedelta(days=731)
    assert moments[0] < EVENING - timedelta(days=640)
    assert moments[-1] > EVENING - timedelta(hours=2)
    assert Contact.objects.filter(case__is_open=True, received_at__gt=EVENING - timedelta(days=1))
    assert all(moment <= EVENING for moment in moments)


def test_victims_were_asked_about_equality_and_last_year_was_counted() -> None:
    force(600)
    year = EqualityYear.objects.get()
    assert (year.first, year.last) == (date(2017, 4, 1), date(2018, 3, 31))
    asked = EqualityAnswer.objects.values("root").distinct().count()
    assert asked == Event.objects.filter(name=RECORDED).count() > 10
    answers = EqualityAnswer.objects.values_list("characteristic", "answer").distinct()
    assert all(answer in BY_KEY[key].answers() for key, answer in answers)
    table = table_of(year, BY_KEY["disability"])
    assert table.whole.everybody
    assert table.beside("disabled") is not None


def test_the_report_s_figures_are_exact() -> None:
    force(700, report=True)
    told = CliRunner().invoke(app, ["--as", "anya", "measures", "--as-of", "2018-12-31", "--json"])
    AS.set(None)
    assert told.exit_code == 0, told.output
    rows = {row["key"]: row for row in json.loads(told.stdout)}
    for key in ("da-graded-first", "da-graded-last"):
        row = rows[key]
        assert row["denominator"] >= 50
        # Over three quarters: 38 of every 50.
        assert row["numerator"] * 50 == row["denominator"] * 38
        assert (row["period_start"], row["period_end"]) == ("2018-01-01", "2018-12-31")
    for at in (EVENING, EVENING - timedelta(days=729)):
        assert (value_of(IMMEDIATE, at), value_of(PRIORITY, at)) == (20, 60)


def handled_well(contact: Contact) -> float:
    """What listening to a call would have found: hidden from whoever draws, and another share for
    each handler and each kind of call."""
    luck = hash((contact.pk * 2654435761) % 1_000_003) % 1000 / 1000
    skill = 0.95 - (contact.handler_id or 0) % 7 * 0.05
    return float(luck < skill - 0.2 * contact.repeat_caller - 0.1 * (contact.grade == "immediate"))


def hits(draws: int) -> Iterator[bool]:
    """For each of so many draws, whether its interval held the truth about the whole frame."""
    force(2000)
    by = actor_of(
        User.objects.get(username="sasha"), on=london(EVENING).date(), mfa=True, channel="test"
    )
    asked = Planned(period_start=date(2018, 1, 1), period_end=date(2018, 12, 30), per_handler=4,
                    at_random=60, by_risk=20)  # fmt: skip
    frame = frame_of(DESK, asked, by=by, at=EVENING)
    well = {one.pk: handled_well(one) for one in Contact.objects.all()}
    everyone = [well[pk] for units in frame.units.values() for pk in units]
    truth = sum(everyone) / len(everyone)
    assert 0.4 < truth < 0.95
    assert frame.size > 800
    for turn in range(draws):
        chosen = draw(frame.units, frame.numbers, f"turn {turn}")
        seen = [
            Answered(key, key.risk, len(frame.units[key]), tuple(well[pk] for pk in drawn))
            for key, drawn in chosen.items()
        ]
        found = estimate(seen)
        assert found.low is not None
        assert found.high is not None
        yield found.low <= truth <= found.high


@pytest.mark.proof
def test_an_estimate_holds_the_truth_of_the_made_up_force_in_a_thousand_draws() -> None:
    held = list(hits(1000))
    assert 0.93 <= sum(held) / len(held) <= 0.97
