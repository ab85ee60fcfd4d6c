"""What the control room's measures count, and the way down to the calls behind each number."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from config.commands import app
from tests.desks.contact import control_room as room
from tests.home import cast
from wansdyke.access.command_line import AS
from wansdyke.access.models import User
from wansdyke.assurance.figures import by_hour, figures, months_of, year_to
from wansdyke.casework.counted import Period
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.models import Contact
from wansdyke.kernel.measure import Figure

pytestmark = pytest.mark.django_db
JUNE = Period(date(2026, 6, 1), date(2026, 6, 30))
DOMESTIC = {"risk_types": ["domestic-abuse"]}


def counted(period: Period = JUNE, **changed: Any) -> dict[str, Figure]:
    at = changed.get("at", room.NOON + timedelta(days=40))
    return {one.measure: one for one in figures(DESK, changed.get("by", room.sasha()), at, period)}


def attended(minutes: float, **more: Any) -> Contact:
    """A call graded two minutes after noon, reached so many minutes after its grade."""
    call = room.take(**more)
    room.step(call, "assign", room.dev(), after=1, unit="WD11")
    room.step(call, "at-scene", room.dev(), after=minutes)
    return room.again(call)


def test_graded_promptly_and_reached_in_time_are_two_numbers() -> None:
    attended(19, grade="immediate", **DOMESTIC)
    attended(45, grade="immediate", **DOMESTIC)
    attended(59, grade="priority", **DOMESTIC)
    room.take(grade="scheduled", **DOMESTIC)
    attended(19, grade="immediate")
    found = counted()
    graded, reached = found["da-graded-first"], found["da-reached-first"]
    assert (graded.numerator, graded.denominator, graded.value) == (3, 4, 75.0)
    assert (reached.numerator, reached.denominator) == (2, 3)
    assert found["reached-immediate-last"].numerator == 2
    assert found["reached-immediate-last"].denominator == 3
    assert found["da-calls"].numerator == 4
    assert graded.low is not None
    assert graded.low < 75 < (graded.high or 0)


def test_the_first_and_the_last_grade_are_judged_apart() -> None:
    call = room.take(grade="priority", **DOMESTIC)
    room.step(call, "regrade", room.sasha(), after=5, grade="immediate", reason="He is back")
    room.step(call, "assign", room.dev(), after=6, unit="WD11")
    room.step(call, "at-scene", room.dev(), after=40)
    call = room.again(call)
    assert call.first_due_at is not None
    assert call.last_due_at is not None
    assert call.last_due_at < call.first_due_at
    found = counted()
    assert found["da-reached-first"].value == 100
    assert found["da-reached-last"].value == 0
    assert found["regraded"].numerator == 1
    assert found["regraded-down"].numerator == 0
    assert found["minutes-immediate"].value == 35
    assert found["minutes-priority"].value is None


def test_a_target_that_still_runs_is_not_counted() -> None:
    room.take(grade="priority", **DOMESTIC)
    soon = counted(at=room.NOON + timedelta(minutes=30))["da-reached-first"]
    later = counted()["da-reached-first"]
    assert soon.denominator == 0
    assert (later.numerator, later.denominator) == (None, None), "nobody was ever at scene"
    assert not later.collected


def test_what_was_never_recorded_is_not_collected_and_not_nought() -> None:
    call = room.take(grade="immediate")
    Contact.objects.filter(pk=call.pk).update(prior_contact="")
    asked = counted()["prior-contact-asked"]
    assert (asked.value, asked.denominator) == (None, 0)
    assert counted()["reached-immediate-last"].collected is False


def test_a_period_is_of_london_days() -> None:
    night = room.NOON.replace(day=30, hour=23, minute=30)
    late = room.take(at=night + timedelta(minutes=2), received_at=night, grade="")
    assert late.received_at.month == 6, "in UTC it is still June"
    assert counted()["calls"].numerator == 0
    july = Period(date(2026, 7, 1), date(2026, 7, 31))
    assert counted(july, at=room.NOON + timedelta(days=60))["calls"].numerator == 1


def test_only_what_its_reader_may_see_is_counted() -> None:
    call = room.take(grade="immediate")
    assert counted()["calls"].numerator == 1
    stranger = cast.actor(cast.user("kim", cast.KEEPER))
    assert counted(by=stranger)["calls"].numerator == 0
    cast.locked(call.case.root, User.objects.get(username="sasha"), cast.user("boss", cast.HEAD))
    assert counted()["calls"].numerator == 0


def supervisor() -> Client:
    return cast.signed_in(room.staff("sasha", "control-room-supervisor"))


def test_every_number_leads_to_the_calls_behind_it() -> None:
    now = cast.now()
    in_time = attended(10, grade="immediate")
    late = attended(50, grade="immediate")
    Contact.objects.update(received_at=now - timedelta(days=3))
    page = supervisor().get("/measures/contact/reached-immediate-last/").content.decode()
    assert "50.0%" in page
    asked = "measure=reached-immediate-last&from=2000-01-01&to=2100-01-01&state="
    for part, there, gone in (
        ("which", in_time, late), ("rest", late, in_time),
    ):  # fmt: skip
        listed = supervisor().get(f"/contact/?{asked}&part={part}").content.decode()
        assert there.case.root.reference in listed
        assert gone.case.root.reference not in listed
        assert "These are the records behind a number" in listed
    whole = supervisor().get(f"/contact/?{asked}&part=among&split=first-grade&value=immediate")
    assert late.case.root.reference in whole.content.decode()
    other = supervisor().get(f"/contact/?{asked}&part=among&split=first-grade&value=priority")
    assert late.case.root.reference not in other.content.decode()
    taken_out = supervisor().get(f"/contact/export.csv?{asked}&part=rest")
    text = b"".join(taken_out.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.count('"C-') == 1
    assert cast.audited("export")[-1]["subjects"] == [late.case.root.reference]
    assert in_time.case.root.reference not in text


def test_a_call_with_two_risks_is_counted_under_each() -> None:
    both = room.take(risk_types=["domestic-abuse", "child"], strands=["V01"])
    child = room.take(risk_types=["child"])
    none = room.take()
    Contact.objects.update(received_at=cast.now() - timedelta(days=1))
    page = supervisor().get("/measures/contact/calls/").content.decode()
    table = page[page.index("By risk") :]
    for words, amount in (("Child at risk", 2), ("Domestic abuse", 1), ("No risk recorded", 1)):
        row = table[table.index(words) :]
        assert f">{amount}</a>" in row[: row.index("</tr>")], words
    asked = "measure=calls&part=among&from=2000-01-01&to=2100-01-01&state=&split=risk&value="
    listed = supervisor().get(f"/contact/?{asked}child").content.decode()
    assert both.case.root.reference in listed
    assert child.case.root.reference in listed
    assert none.case.root.reference not in listed
    listed = supervisor().get(f"/contact/?{asked}").content.decode()
    assert none.case.root.reference in listed
    assert child.case.root.reference not in listed


def test_the_pages_bear_silly_questions() -> None:
    client = supervisor()
    for asked in ("first=x", "first=2026-06&last=2020-01", "last=", "first=9999-99&last=%00a"):
        assert client.get(f"/measures/?{asked}").status_code in (200, 400)
    assert "The last month must be" in client.get(
        f"/measures/?first={cast.now():%Y-%m}&last={cast.now() - timedelta(days=90):%Y-%m}"
    ).content.decode()  # fmt: skip
    assert client.get("/measures/contact/no-such/").status_code == 404
    assert client.get("/measures/no-such/calls/").status_code == 404
    for asked in ("measure=calls&from=x&to=y", "measure=x&from=2026-01-01&to=2026-02-01"):
        assert "behind a number" not in client.get(f"/contact/?{asked}").content.decode()


def test_a_reader_from_outside_sees_no_small_number() -> None:
    call = room.take(grade="immediate", **DOMESTIC)
    council = cast.agency("council", home=False)
    carol = cast.user("carol", "partner", at=cast.team("safeguarding", council))
    cast.shared(call.case.root, council, User.objects.get(username="olivia"))
    Contact.objects.update(received_at=cast.now() - timedelta(days=1))
    page = cast.signed_in(carol).get("/measures/").content.decode()
    assert "Too few to show" in page
    assert "100.0%" not in page
    part = cast.signed_in(carol).get("/measures/contact/calls/").content.decode()
    assert "Too few to show" in part
    assert "part=which" not in part


def test_the_command_prints_a_list_of_numbers() -> None:
    attended(10, grade="immediate", **DOMESTIC)
    room.staff("sasha", "control-room-supervisor")
    told = CliRunner().invoke(app, ["--as", "sasha", "measures", "--as-of", "2026-06-30", "--json"])
    AS.set(None)
    assert told.exit_code == 0, told.output
    rows = {row["key"]: row for row in json.loads(told.stdout)}
    da = rows["da-graded-first"]
    assert (da["value"], da["numerator"], da["denominator"]) == (100.0, 1, 1)
    assert (da["period_start"], da["period_end"]) == ("2025-07-01", "2026-06-30")
    assert set(da) >= {"title", "definition", "source"}
    assert cast.audited("consultation")[-1]["measures"] == len(rows)


def test_a_year_and_its_months() -> None:
    year = year_to(date(2018, 12, 31))
    assert (year.first, year.last) == (date(2018, 1, 1), date(2018, 12, 31))
    months = months_of(Period(date(2026, 1, 15), date(2026, 3, 2)))
    assert [(m.first, m.last) for m in months] == [
        (date(2026, 1, 15), date(2026, 1, 31)),
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 3, 1), date(2026, 3, 2)),
    ]


def test_months_and_hours_are_london_s_over_a_change_of_the_clocks() -> None:
    for day, hour, minute in ((31, 23, 30), (25, 0, 30), (25, 1, 30)):
        moment = datetime(2026, 10, day, hour, minute, tzinfo=UTC)
        call = room.take(grade="")
        Contact.objects.filter(pk=call.pk).update(received_at=moment)
    counting = DESK.counting
    assert counting is not None
    calls = counting.named("calls")
    assert calls is not None
    october = Period(date(2026, 10, 1), date(2026, 10, 31))
    at = room.NOON + timedelta(days=200)
    hours = by_hour(DESK, counting, calls, room.sasha(), at, october)
    told = sorted((moment.day, moment.hour, counts.which) for moment, counts in hours)
    # Half past one came twice on the 25th; on the 31st, London keeps Greenwich time.
    assert told == [(25, 1, 1), (25, 1, 1), (31, 23, 1)]
