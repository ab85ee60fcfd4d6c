"""What somebody answers about equality: written down through the door, and shown to nobody."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import RequestFactory, override_settings

import wansdyke
from tests.home import cast
from wansdyke.access.kept import sent
from wansdyke.access.models import User
from wansdyke.access.scope import OutOfScope
from wansdyke.access.sections import ALL, Section
from wansdyke.history.models import Change, Event, Operation
from wansdyke.kernel.flow import Refused
from wansdyke.people.equality import moments, record_answers, recorded
from wansdyke.people.equality_words import (
    ASKED,
    BY_KEY,
    CHARACTERISTICS,
    Unsaid,
    band_of,
)
from wansdyke.people.models import EqualityAnswer, PersonRecord
from wansdyke.ui.errors import NOT_FOUND_BYTES

ROOT = Path(wansdyke.__file__).parent
ANSWERS = {"sexual-orientation": "bisexual", "religion": "sikh", "disability": "declined"}
WORDS = ("bisexual", "sikh", "declined", "for-them")


def given(by: User, **more: Any) -> dict[str, Any]:
    return {"by": cast.actor(by), "at": cast.now(), "key": uuid4().hex, **more}


def answers_of(record: PersonRecord) -> dict[str, str]:
    return dict(
        EqualityAnswer.objects.filter(root=record.root).values_list("characteristic", "answer")
    )


def everywhere_else() -> str:
    """Every row of every table but the one that holds answers, as one text."""
    said = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if table != "people_equalityanswer":
                cursor.execute(f'SELECT * FROM "{table}"')
                said += [repr(row) for row in cursor.fetchall()]
    return "\n".join(said)


def typed(page: str, answers: Mapping[str, str]) -> dict[str, str]:
    """The form as somebody sends it, with what its page hid in it."""
    shown = page.replace("&#34;", '"').replace("&quot;", '"')
    (key,) = re.findall(r'name="key" id="[^"]*" value="([^"]*)"', shown)
    (seen,) = re.findall(r'name="seen" id="[^"]*" value="({.*})"', shown)
    said = {f"unkept-{name}": answer for name, answer in answers.items()}
    return {"key": key, "seen": seen, "basis": "self", **said}


def test_the_protected_characteristics_are_all_there() -> None:
    cited = " ".join(one.source for one in CHARACTERISTICS)
    assert all(
        f"s{section}" in cited.replace("ss4", "s4") for section in (4, 5, 6, 7, 8, 9, 10, 11, 12)
    )
    assert len(BY_KEY["ethnicity"].values) == 19
    assert len(BY_KEY["ethnic-appearance"].values) == 6


def test_every_answer_is_counted_and_none_is_counted_as_another_kind() -> None:
    for one in CHARACTERISTICS:
        counted = {key for key, _ in one.published()}
        assert {one.counted_as(answer) for answer in one.answers()} == counted
        reasons = [key for key, _ in one.unsaid()]
        assert [one.counted_as(answer) for answer in reasons] == reasons
        assert one.counted_as("no-such-answer") == Unsaid.NOT_KNOWN
        assert all(len(answer) <= 30 for answer in one.answers() | counted)


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (date(2010, 6, 2), "from-0"),
        (date(2010, 6, 1), "from-16"),
        (date(1961, 6, 1), "from-65"),
        (date(2026, 6, 2), "not-known"),
        (date(1900, 1, 1), "not-known"),
        (None, "not-known"),
    ],
)
def test_age_is_reckoned(born: date | None, band: str) -> None:
    assert band_of(born, date(2026, 6, 1)) == band


@pytest.mark.django_db
def test_recorded_once_and_given_anew() -> None:
    kim, record = cast.user("kim", cast.KEEPER), cast.record(forename="Ann", surname="Smith")
    sent = given(kim)
    for _ in range(2):
        record_answers(record, ANSWERS, "self", **sent)
    assert answers_of(record) == ANSWERS
    assert Event.objects.filter(name="equality data recorded").count() == 1
    record_answers(record, {"religion": "no-religion"}, "self", **given(kim))
    assert answers_of(record) == {**ANSWERS, "religion": "no-religion"}
    assert [row.by for row in recorded(record)] == [kim] * 3


@pytest.mark.django_db
def test_an_answer_stands_in_its_own_table_and_nowhere_else() -> None:
    kim, record = cast.user("kim", cast.KEEPER), cast.record(forename="Ann", surname="Smith")
    version = record.root.version
    record_answers(record, ANSWERS, "for-them", **given(kim))
    assert [word for word in WORDS if word in everywhere_else()] == []
    assert Change.objects.count() == 0
    record.root.refresh_from_db()
    assert record.root.version == version
    (entry,) = cast.audited("collection")
    assert (entry["subjects"], entry["fields"]) == ([record.root.reference], ["equality data"])
    # The key's digest cannot be tried out: it is made with the installation's own secret.
    digest = Operation.objects.get().digest
    with override_settings(SECRET_KEY="another"):
        record_answers(record, ANSWERS, "for-them", **given(kim))
    assert Operation.objects.exclude(digest=digest).count() == 1


@pytest.mark.django_db
def test_whoever_may_not_amend_the_record_records_nothing() -> None:
    record = cast.record(forename="Ann", surname="Smith")
    reader = cast.user("ana", cast.ANALYST)
    kit = cast.user("kit", cast.KEEPER, at=cast.team("other-store"))
    for user in (reader, kit):
        with pytest.raises(OutOfScope):
            record_answers(record, ANSWERS, "self", **given(user))
        answer = cast.signed_in(user).get(f"/records/{record.root.reference}/equality/")
        assert (answer.status_code, answer.content) == (404, NOT_FOUND_BYTES)
    assert EqualityAnswer.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answers", "basis", "field"),
    [
        ({}, "self", "unkept-disability"),
        ({"religion": "jedi"}, "self", "unkept-religion"),
        ({"age": "from-16"}, "self", None),
        ({"shoe-size": "9"}, "self", None),
        ({"religion": "sikh"}, "guess", "basis"),
    ],
)
def test_what_is_in_no_vocabulary_is_refused(
    answers: dict[str, str], basis: str, field: str | None
) -> None:
    kim, record = cast.user("kim", cast.KEEPER), cast.record(forename="Ann", surname="Smith")
    with pytest.raises(Refused) as refused:
        record_answers(record, answers, basis, **given(kim))
    assert refused.value.field == field
    assert EqualityAnswer.objects.count() == 0


@pytest.mark.django_db
def test_nobody_writes_over_what_they_did_not_see() -> None:
    kim, kay = cast.user("kim", cast.KEEPER), cast.user("kay", cast.KEEPER)
    record = cast.record(forename="Ann", surname="Smith")
    stood = moments(record)
    record_answers(record, {"religion": "sikh"}, "self", **given(kay, seen=stood))
    with pytest.raises(Refused, match="Kay recorded this meanwhile"):
        record_answers(record, {"religion": "hindu"}, "self", **given(kim, seen=stood))
    record_answers(record, {"sex": "female"}, "self", **given(kim, seen=stood))
    assert answers_of(record) == {"religion": "sikh", "sex": "female"}


@pytest.mark.django_db
def test_the_page_says_who_asked_and_never_what_was_answered() -> None:
    kim, record = cast.user("kim", cast.KEEPER), cast.record(forename="Ann", surname="Smith")
    path, client = f"/records/{record.root.reference}/equality/", cast.signed_in(kim)
    before = client.get(path).content.decode()
    answer = client.post(path, typed(before, ANSWERS))
    assert answer.headers["Location"] == f"/people/{record.known_as}/"
    after = client.get(path).content.decode()
    asked = re.findall(r"summary-list__key[^>]*>\s*([^<]+?)\s*<", after)
    assert asked == ["Disability", "Religion or belief", "Sexual orientation"]
    assert after.count("by Kim") == 3
    # Nothing is chosen but to leave it as it is, whatever was answered.
    assert re.findall(r'value="([^"]*)" selected', after) in ([""] * len(ASKED), [])
    assert "checked" not in after
    person = client.get(f"/people/{record.known_as}/").content.decode()
    assert f'href="{path}"' in person
    assert "bisexual" not in person.casefold()


def test_a_form_that_came_too_late_keeps_no_answer() -> None:
    said = {"unkept-religion": "sikh", "basis": "self", "key": "k"}
    kept = dict(sent(RequestFactory().post("/records/PR-0000-0000/equality/", said)))
    assert kept == {"basis": "self", "key": "k"}


def test_answers_are_read_in_few_places() -> None:
    """Where they are counted, told to the person, and written; and where they are made up."""
    reading = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        if "migrations" not in path.parts
        and re.search("EqualityAnswer|equality_answers", path.read_text())
    }
    assert reading == {
        "people/models/equality.py",
        "people/models/__init__.py",
        "people/equality.py",
        "people/equality_told.py",
        "people/equality_counted.py",
        "demo/equality.py",
    }


def test_no_record_opens_the_section_of_what_was_answered() -> None:
    assert Section.EQUALITY not in ALL
    assert {field for field, of in EqualityAnswer.SECTIONS.items() if of is Section.EQUALITY} == {
        "characteristic",
        "answer",
        "basis",
    }
    assert {one.key for one in ASKED} == {one.key for one in CHARACTERISTICS} - {"age"}
