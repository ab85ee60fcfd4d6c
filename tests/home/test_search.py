"""The search page: one box, what it means, where it leads, and what the log keeps of it."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.home import cast
from wansdyke.casework.models import ForceReference
from wansdyke.home.one_box import queries_of
from wansdyke.linkage.found import Query
from wansdyke.ui.errors import BAD_REQUEST_BYTES

SILLY = (
    *("", " ", "s", "🙂", "🙂🙂🙂", "x" * 10_000, "%", "__", "'; --", "\\"),
    *("٣٤٥٦٧٨٩", "1" * 199, "(" * 50, "Ω" * 150, "a" * 200),
)


def ask(client: Client, text: str = "", **fields: Any) -> Any:
    return client.post("/search/", {"text": text, "reason": "call", **fields}, follow=True)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("smith", [Query(surname="smith"), Query(forename="smith"), Query(address="smith")]),
        ("Smith, Ann", [Query(surname="Smith", forename="Ann"), Query(address="Smith, Ann")]),
        ("07700 900123", [Query(phone="07700 900123")]),
        ("+44 7700 900123", [Query(phone="+44 7700 900123")]),
        ("sn1 2ab", [Query(postcode="sn1 2ab")]),
        ("14/03/1990", [Query(date_of_birth=date(1990, 3, 14))]),
        ("31/02/1990", [Query(address="31/02/1990")]),
        ("12 High Street", [Query(address="12 High Street")]),
        (
            "jon smyth 14/3/1990",
            [
                Query(forename="jon", surname="smyth", date_of_birth=date(1990, 3, 14)),
                Query(forename="smyth", surname="jon", date_of_birth=date(1990, 3, 14)),
            ],
        ),
        (
            "Smith aged 40 SN1 2AB",
            [
                Query(surname="Smith", age=40, postcode="SN1 2AB"),
                Query(forename="Smith", age=40, postcode="SN1 2AB"),
            ],
        ),
        (
            "smith 1985",
            [Query(surname="smith", birth_year=1985), Query(forename="smith", birth_year=1985)],
        ),
        (
            "Smith 12 High Street",
            [
                Query(surname="Smith", address="12 High Street"),
                Query(forename="Smith", address="12 High Street"),
            ],
        ),
        ("1981/0000034U", [Query(identity="1981/0000034U")]),
        ("1981/0000034V", [Query(address="1981/0000034V")]),
        ("", []),
        ("\x00\x01", []),
    ],
)
def test_what_one_box_means(text: str, meant: list[Query]) -> None:
    assert list(queries_of(text)) == meant


def test_a_name_of_several_words_is_divided_in_each_way() -> None:
    divided = {(q.forename, q.surname) for q in queries_of("Mary Ann van Berg") if q.surname}
    assert ("Mary Ann", "van Berg") in divided
    assert ("Mary", "Ann van Berg") in divided
    assert ("Berg", "Mary Ann van") in divided


@pytest.mark.django_db
def test_a_surname_of_ten_letters_is_a_surname_too() -> None:
    kim = cast.user("kim", cast.KEEPER)
    cast.record(forename="Ann", surname="Richardson")
    assert "Ann Richardson" in ask(cast.signed_in(kim), "Richardson").content.decode()
    cast.record(forename="Ann", surname="Marsden")
    assert "Ann Marsden" in ask(cast.signed_in(kim), "Ann Marsden").content.decode()


@pytest.mark.django_db
def test_a_reference_leads_to_its_page_however_it_is_typed() -> None:
    kim = cast.user("kim", cast.KEEPER)
    held = cast.record(forename="Ann", surname="Smith")
    reference = cast.thing(kim, parties=[held]).case.root.reference
    client = cast.signed_in(kim)
    typed = reference.lower().replace("-", " ")
    answer = client.post("/search/", {"text": typed, "reason": "call"})
    assert answer.headers["Location"] == f"/lost-property/{reference}/"
    entry = cast.audited("search")[-1]
    assert (entry["fields"], entry["reason"], entry["subjects"]) == (
        ["reference"],
        "call",
        [reference],
    )
    person = held.person.reference
    answer = client.post("/search/", {"text": held.root.reference, "reason": "call"})
    assert answer.headers["Location"] == f"/people/{person}/"
    answer = client.post("/search/", {"text": person, "reason": "call"})
    assert answer.headers["Location"] == f"/people/{person}/"


@pytest.mark.django_db
def test_a_reference_out_of_scope_finds_nothing_as_a_missing_one_does() -> None:
    other = cast.user("kit", cast.KEEPER, at=cast.team("other-store"))
    held = cast.record(forename="Ann", surname="Smith", at=cast.team("other-store"))
    hidden = cast.thing(other, at=cast.team("other-store"), parties=[held]).case.root.reference
    client = cast.signed_in(cast.user("kim", cast.KEEPER))
    pages = set()
    for text in (hidden, held.root.reference, held.person.reference, "LP-0000-0000"):
        page = ask(client, text)
        body = page.content.decode().replace(text, "")
        assert "Nothing was found." in body
        pages.add(body.count("<li>"))
    assert len(pages) == 1


@pytest.mark.django_db
def test_people_places_and_numbers_come_together_and_no_name_is_in_the_address() -> None:
    kim = cast.user("kim", cast.KEEPER)
    held = cast.record(forename="Ann", surname="Smith", date_of_birth=date(1990, 3, 14))
    case = cast.thing(kim, parties=[held]).case
    ForceReference.objects.create(case=case, kind="crime", value="54210/26")
    cast.place("Smithfield Yard", "SN1 2AB", on=case)
    client = cast.signed_in(kim)
    page = ask(client, "Smith")
    shown = page.content.decode()
    assert "Ann Smith" in shown
    assert "14 March 1990" in shown
    assert "Smithfield Yard" in shown
    assert "What was not searched" in shown
    assert "smith" not in page.redirect_chain[-1][0].lower()
    assert case.root.reference in ask(client, "54210/26").content.decode()
    elsewhere = cast.signed_in(cast.user("kit", cast.KEEPER, at=cast.team("other-store")))
    assert case.root.reference not in ask(elsewhere, "54210/26").content.decode()


@pytest.mark.django_db
def test_the_log_keeps_fields_reason_and_who_was_shown_but_not_what_was_typed() -> None:
    kim = cast.user("kim", cast.KEEPER)
    held = cast.record(forename="Ann", surname="Zebedee")
    client = cast.signed_in(kim)
    ask(client, surname="Zebedee", reason="safeguarding", about="CT-1234-5678")
    entry = cast.audited("search")[-1]
    assert entry["fields"] == ["surname"]
    assert entry["reason"] == "safeguarding CT-1234-5678"
    assert set(entry["subjects"]) == {held.person.reference, held.root.reference}
    assert "zebedee" not in str(entry).lower()
    assert 'value="CT-1234-5678"' in client.get("/search/").content.decode()


@pytest.mark.django_db
def test_the_number_of_a_call_cannot_be_somebodys_name() -> None:
    client = cast.signed_in(cast.user("kim", cast.KEEPER))
    page = ask(client, "Smith", about="my neighbour Ann")
    assert "without any name" in page.content.decode()
    assert cast.audited("search") == []


@pytest.mark.django_db
@pytest.mark.parametrize("text", SILLY)
def test_silly_input_gets_a_clear_answer(text: str) -> None:
    client = cast.signed_in(cast.user("kim", cast.KEEPER))
    page = ask(client, text)
    assert page.status_code == 200
    shown = page.content.decode()
    assert "There is a problem" in shown or "Nothing was found." in shown


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["\x00", "a\x00b"])
def test_a_nul_is_no_text(text: str) -> None:
    page = ask(cast.signed_in(cast.user("kim", cast.KEEPER)), text)
    assert (page.status_code, page.content) == (400, BAD_REQUEST_BYTES)


@pytest.mark.django_db
def test_a_search_that_the_session_forgot_is_asked_again() -> None:
    client = cast.signed_in(cast.user("kim", cast.KEEPER))
    answer = client.get("/search/results/nonsense/")
    assert answer.headers["Location"] == "/search/"
    for number in range(8):
        ask(client, f"Smith{'abcdefgh'[number]}")
    assert len(client.session["searches"]) == 5


@pytest.mark.django_db
def test_who_may_see_nothing_may_not_search() -> None:
    for post in (cast.AUDITOR, cast.ADMINISTRATOR):
        client = cast.signed_in(cast.user(post, post))
        assert client.get("/search/").status_code == 404


@pytest.mark.django_db
def test_the_separate_fields_open_when_something_stands_in_them() -> None:
    client = cast.signed_in(cast.user("kim", cast.KEEPER))
    opened = '<details class="govuk-details" open>'
    assert opened not in client.get("/search/").content.decode()
    assert opened not in ask(client, "Smith").content.decode()
    assert opened in ask(client, surname="Smith").content.decode()
    wrong = {"date_of_birth-day": "31", "date_of_birth-month": "2", "date_of_birth-year": "1990"}
    assert opened in ask(client, "Smith", **wrong).content.decode()
