"""Further people of calls: who is who, what is refused, what is amended, who sees them when."""

from pathlib import Path

import pytest
from django.utils import timezone

from tests.desks.contact.import_files import (
    WHOLE,
    contacts,
    loaded,
    people,
    put,
    somebody,
    table,
)
from wansdyke.access.models import Grant, Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope
from wansdyke.casework.models import Party
from wansdyke.history.models import AuditEntry, Event
from wansdyke.history.verify import verify
from wansdyke.people.delimited import BadFile
from wansdyke.people.models import PersonRecord, Residence

pytestmark = pytest.mark.django_db
NIA = {
    "contact_reference": "WP-1",
    "role": "Witness",
    "forename": "Nia",
    "surname": "Quarley",
    "date_of_birth": "1990-05-06",
    "sex": "F",
    "phone": "01632 960002",
    "address": "7 Old Wharf",
    "postcode": "SN10 1AB",
    "safe_contact": "Text only",
    "middle_names": "Mair",
}


@pytest.fixture(autouse=True)
def call(tmp_path: Path) -> None:
    contacts(put(tmp_path, table(WHOLE, WHOLE | {"reference": "WP-2"})))


def roles(reference: str = "WP-1") -> list[tuple[str, str]]:
    parties = Party.objects.filter(case=loaded(reference).case).order_by("pk")
    return [(party.role, str(party.record)) for party in parties]


def test_a_person_joins_the_call(tmp_path: Path) -> None:
    came = people(put(tmp_path, table(NIA), "people.csv"))
    assert (came.rows, came.added) == (1, 1)
    assert roles()[-1] == ("witness", "Nia Quarley")
    record = PersonRecord.objects.get(surname="Quarley")
    assert (record.sex, record.middle_names, record.safe_contact) == ("female", "Mair", "Text only")
    assert Residence.objects.get().place.postcode == "SN10 1AB"
    events = Event.objects.filter(root=loaded().case.root).order_by("pk")
    assert [event.name for event in events] == ["loaded", "person added from a file"]
    assert loaded().case.root.version == 2
    assert Event.objects.filter(root=record.root, name="loaded").count() == 1
    assert verify().intact


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    path = put(tmp_path, table(NIA), "people.csv")
    people(path)
    before = (Event.objects.count(), AuditEntry.objects.count(), Root.objects.count())
    came = people(path)
    assert (came.added, came.amended, came.unchanged) == (0, 0, 1)
    assert (Event.objects.count(), AuditEntry.objects.count(), Root.objects.count()) == before


def test_what_differs_is_amended(tmp_path: Path) -> None:
    people(put(tmp_path, table(NIA), "people.csv"))
    later = NIA | {"phone": "01632 960009", "address": "8 Old Wharf", "safe_contact": ""}
    came = people(put(tmp_path, table(later), "later.csv"))
    assert (came.added, came.amended) == (0, 1)
    record = PersonRecord.objects.get(surname="Quarley")
    assert (record.phone, record.phone_key) == ("01632 960009", "01632960009")
    assert record.safe_contact == "Text only"
    assert Residence.objects.filter(root=record.root).count() == 2


def test_a_date_of_birth_that_was_not_known_is_filled_in(tmp_path: Path) -> None:
    undated = {k: v for k, v in NIA.items() if k != "date_of_birth"}
    people(put(tmp_path, table(undated), "people.csv"))
    assert people(put(tmp_path, table(NIA), "later.csv")).amended == 1
    assert people(put(tmp_path, table(undated), "again.csv")).unchanged == 1
    assert PersonRecord.objects.filter(surname="Quarley").count() == 1


def test_the_caller_of_the_call_itself_is_known(tmp_path: Path) -> None:
    ada = {
        "contact_reference": "WP-1",
        "role": "Caller",
        "forename": "ADA",
        "surname": "Birdsall",
        "sex": "f",
    }
    came = people(put(tmp_path, table(ada), "people.csv"))
    assert (came.added, came.amended) == (0, 1)
    assert len(roles()) == 2


def test_two_of_a_name_are_told_apart_by_birth(tmp_path: Path) -> None:
    older = NIA | {"date_of_birth": "1960-01-01"}
    assert people(put(tmp_path, table(NIA, older), "people.csv")).added == 2
    assert people(put(tmp_path, table(older, NIA), "again.csv")).unchanged == 2


def test_both_dates_of_birth_for_one_who_had_none(tmp_path: Path) -> None:
    undated = {k: v for k, v in NIA.items() if k != "date_of_birth"}
    people(put(tmp_path, table(undated), "people.csv"))
    older = NIA | {"date_of_birth": "1960-01-01"}
    came = people(put(tmp_path, table(NIA, older), "later.csv"))
    assert (came.added, came.amended) == (1, 1)
    assert people(put(tmp_path, table(NIA, older), "again.csv")).unchanged == 2


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([NIA | {"contact_reference": "WP-9"}], "a contact that is loaded and that you may"),
        ([NIA | {"role": "Villain"}], "column “role”: expected a part in the call: Caller"),
        ([NIA | {"role": ""}], "column “role”: expected a value"),
        ([NIA | {"sex": "q"}], "column “sex”: expected a sex: Female, Male"),
        ([{"contact_reference": "WP-1", "role": "witness"}], "a name, a date of birth or a phone"),
        ([NIA, NIA], "row 2 is the same"),
        ([NIA, NIA | {"date_of_birth": ""}], "that tell this person from row 2"),
        ([NIA | {"date_of_birth": ""}, NIA], "that tell this person from row 2"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, rows: list[dict[str, str]], words: str) -> None:
    with pytest.raises(BadFile) as caught:
        people(put(tmp_path, table(*rows), "people.csv"))
    assert words in str(caught.value)
    assert len(roles()) == 2


def test_another_teams_calls_get_nobody(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="that you may change"):
        people(put(tmp_path, table(NIA), "people.csv"), somebody("sam", team="elsewhere"))


def test_whoever_was_let_into_the_call_is_let_into_the_new_record(tmp_path: Path) -> None:
    by = somebody()
    other = somebody("rex", "response-officer", team="response")
    root = loaded().case.root
    Grant.objects.create(
        root=root,
        kind="named",
        user_id=other.user_id,
        level=3,
        from_at=timezone.now(),
        made_by_id=by.user_id,
    )
    people(put(tmp_path, table(NIA), "people.csv"), by)
    record = PersonRecord.objects.get(surname="Quarley")
    seen = Root.objects.filter(scope(other, Right.VIEW, timezone.now()))
    assert record.root in seen
