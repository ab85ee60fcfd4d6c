"""The equality of victims: counted once a year, and published so that nobody is found in it."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.desks.contact import control_room as room
from tests.home import cast
from wansdyke.access.models import Root
from wansdyke.assurance.equality_counting import (
    ELSEWHERE,
    count_due,
    count_year,
    victims,
    year_before,
)
from wansdyke.assurance.equality_models import EqualityCount, EqualityYear
from wansdyke.assurance.equality_reading import table_of
from wansdyke.casework.actions import NewParty
from wansdyke.casework.counted import Period
from wansdyke.casework.models import Party
from wansdyke.history.models import Event
from wansdyke.kernel.disclosure import AREA, KIND, WHOLE
from wansdyke.people.equality import record_answers
from wansdyke.people.equality_counted import answers_of
from wansdyke.people.equality_words import BY_KEY
from wansdyke.people.models import EqualityAnswer, PersonRecord
from wansdyke.ui.errors import NOT_FOUND_BYTES

pytestmark = pytest.mark.django_db
JUNE = datetime(2025, 6, 10, 11, tzinfo=UTC)
YEAR = Period(date(2025, 4, 1), date(2026, 3, 31))
LONG_AFTER = datetime(2026, 6, 1, 9, tzinfo=UTC)


def victim(at: datetime = JUNE, grade: str = "immediate", **typed: Any) -> PersonRecord:
    """Somebody to whom something happened, on a call of their own."""
    said = {"forename": "Ann", "surname": f"Smith{uuid4().hex[:6]}", **typed}
    parties = [NewParty(role="victim", typed=said)]
    call = room.take(at=at, received_at=at, grade=grade, parties=parties)
    return call.case.parties.get().record


def answered(record: PersonRecord, **answers: str) -> None:
    given = {name.replace("_", "-"): answer for name, answer in answers.items()}
    by = cast.actor(room.staff("olivia", "operator"))
    record_answers(record, given, "self", by=by, at=cast.now(), key=uuid4().hex)


def many(count: int, **answers: str) -> list[PersonRecord]:
    """So many victims of one call, who all answered alike."""
    typed = [{"forename": "Ann", "surname": f"Smith{number}"} for number in range(count)]
    parties = [NewParty(role="victim", typed=one) for one in typed]
    call = room.take(at=JUNE, received_at=JUNE, parties=parties)
    made = [part.record for part in call.case.parties.select_related("record__root")]
    by = room.staff("olivia", "operator")
    EqualityAnswer.objects.bulk_create(
        EqualityAnswer(
            root_id=record.pk, characteristic=name.replace("_", "-"), answer=answer,
            basis="self", by=by, at=cast.now(),
        )
        for record in made
        for name, answer in answers.items()
    )  # fmt: skip
    return made


def published(characteristic: str, what: str = WHOLE, part: str = "") -> dict[str, int | None]:
    rows = EqualityCount.objects.filter(characteristic=characteristic, what=what, part=part)
    return dict(rows.values_list("answer", "people"))


def test_the_year_runs_from_april() -> None:
    for day, first in (("2026-03-31", 2024), ("2026-04-01", 2025), ("2026-12-01", 2025)):
        period = year_before(datetime.fromisoformat(day).date())
        assert (period.first.year, period.first.month, period.first.day) == (first, 4, 1)
        assert (period.last - period.first).days in (364, 365)


def test_each_victim_is_counted_once_where_they_first_came() -> None:
    record = victim(JUNE + timedelta(days=3), grade="priority")
    parties = [NewParty(role="victim", record=record)]
    room.take(at=JUNE, received_at=JUNE, parties=parties)
    # A caller is one where the call says so; a witness is none, nor who came in another year.
    said = NewParty(role="caller", typed={"forename": "Cal", "surname": "Lerr"})
    room.take(at=JUNE, received_at=JUNE, parties=[said], caller_is_victim="yes")
    room.take(at=JUNE, received_at=JUNE, parties=[said], caller_is_victim="no")
    other = NewParty(role="witness", typed={"forename": "Wit", "surname": "Ness"})
    room.take(at=JUNE, received_at=JUNE, parties=[other])
    victim(JUNE - timedelta(days=365))
    found = victims(YEAR)
    assert sorted(one.kind for one in found) == ["contact:immediate", "contact:immediate"]
    assert {one.area for one in found} == {ELSEWHERE}
    assert record.person_id in {one.person for one in found}


def test_who_ended_being_one_or_was_disposed_of_is_none() -> None:
    gone, ended = victim(), victim()
    Root.objects.filter(pk=gone.root_id).update(disposed_at=cast.now())
    Party.objects.filter(record=ended).update(ended_at=cast.now())
    assert victims(YEAR) == []


def test_a_sealed_record_counts_for_everybody() -> None:
    record = victim()
    Root.objects.filter(pk=record.root_id).update(marking=Root.SEALED)
    assert len(victims(YEAR)) == 1


def test_a_person_of_several_records_gave_the_newest_answer_that_says_something() -> None:
    one, other = victim(), victim()
    PersonRecord.objects.filter(pk=other.pk).update(person=one.person)
    answered(one, religion="sikh", disability="no-condition")
    answered(other, religion="hindu", disability="declined")
    said = answers_of({one.person_id})
    assert said[one.person_id, "religion"] == "hindu"
    assert said[one.person_id, "disability"] == "no-condition"
    # Each record keeps its own, so that parting them again parts what they say.
    assert EqualityAnswer.objects.filter(root=one.root).count() == 2


def test_few_are_held_back_and_the_rest_is_rounded() -> None:
    many(13, sexual_orientation="heterosexual")
    many(12, sexual_orientation="declined")
    many(11)
    many(2, sexual_orientation="gay-or-lesbian")
    assert count_year(YEAR, LONG_AFTER) == 1
    shown = published("sexual-orientation")
    assert shown == {
        "heterosexual": 15,
        "declined": 10,
        "not-asked": 10,
        "lgb": None,
        "not-known": None,
        "": 40,
    }
    # What is of one area is the whole.
    assert published("sexual-orientation", KIND, "contact:immediate") == shown
    assert published("sexual-orientation", AREA, ELSEWHERE) == shown
    # Nobody gave a date of birth.
    assert published("age")["not-known"] is None


def test_a_year_is_counted_when_it_is_long_over_and_only_once() -> None:
    record = many(11, religion="christian")[0]
    assert count_due(datetime(2026, 4, 30, 22, tzinfo=UTC)) == 0
    assert count_due(LONG_AFTER) == 1
    before = list(EqualityCount.objects.order_by("pk").values_list())
    answered(record, religion="muslim")
    assert count_due(LONG_AFTER + timedelta(days=9)) == count_year(YEAR, LONG_AFTER) == 0
    assert list(EqualityCount.objects.order_by("pk").values_list()) == before
    assert Event.objects.filter(name="equality of victims counted").count() == 1
    assert f"{EqualityYear.objects.get()}" == "2025-26"


def test_a_year_without_victims_is_not_written_down() -> None:
    assert count_due(LONG_AFTER) == 0
    assert EqualityYear.objects.count() == 0


def test_whoever_reads_sees_the_same_numbers_and_no_way_to_a_record() -> None:
    many(12, sexual_orientation="heterosexual")
    many(1, sexual_orientation="bisexual")
    count_year(YEAR, LONG_AFTER)
    readers = [
        cast.user("ana", cast.ANALYST, at=room.room()),
        cast.user("rob", "response-officer", at=room.response()),
    ]
    pages = ["/measures/equality/", "/measures/equality/sexual-orientation/"]
    for path in pages:
        shown = [_main(cast.signed_in(one).get(path).content.decode()) for one in readers]
        assert "Held back" in shown[0]
        assert 'href="/contact/' not in shown[0]
        # But for the ways to a file, which only some may take.
        told = [text.split("Download")[0] for text in shown]
        assert told[0].split() == told[1].split()


def _main(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


def test_partners_see_none_of_it() -> None:
    many(12, sex="female")
    count_year(YEAR, LONG_AFTER)
    council = cast.agency("council", home=False)
    carol = cast.user("carol", "partner", at=cast.team("safeguarding", council))
    client = cast.signed_in(carol)
    for path in ("", "sex/", "counts.csv", "counts.xlsx"):
        answer = client.get(f"/measures/equality/{path}")
        assert answer.status_code == 404 or "reauthenticate" in answer.headers.get("Location", "")
        assert answer.status_code != 404 or answer.content == NOT_FOUND_BYTES
    assert "/measures/equality/" not in client.get("/measures/").content.decode()


def test_the_file_has_every_number_and_no_other() -> None:
    many(12, sex="female")
    many(3, sex="male")
    count_year(YEAR, LONG_AFTER)
    ana = cast.signed_in(cast.user("ana", cast.ANALYST, at=room.room()))
    answer = ana.get("/measures/equality/counts.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["Characteristic"] == "Sex"]
    whole = {row["Answer"]: row["Victims"] for row in rows if row["Of"] == "The force"}
    assert whole["All victims"] == "15"
    assert whole["Male"] == ""
    assert len(rows) == 3 * (len(BY_KEY["sex"].published()) + 1)
    table = table_of(EqualityYear.objects.get(), BY_KEY["sex"])
    assert table.whole.answers["male"] is None
