"""The pages of published counts: what they say, to whom, and in which order."""

import csv
import io
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.test import Client

from tests.people.conftest import (
    CRIME,
    ELSEWHERE,
    collection,
    load_areas,
    load_counts,
    square,
    table,
)
from wansdyke.access.models import Agency, User
from wansdyke.assurance.area_views import months_words as period

pytestmark = pytest.mark.django_db
Put = Callable[..., Path]


def signed_in(*, home: bool = True) -> Client:
    agency = Agency.objects.create(
        key="force" if home else "council", name="Agency", kind="police", home=home
    )
    user = User.objects.create(username="reader", name="R. Reader", agency=agency)
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session.save()
    return client


@pytest.fixture
def loaded(put: Put) -> None:
    """Two areas and an empty third; two months; three rows outside."""
    here = [square("E01015471", "Swindon 028A"), square("E01015472", "Alder 001A")]
    load_areas(put("areas.json", collection(*here, square("E01015473", "Empty 001A"))))
    november = {"Month": "2018-11"}
    alder = {"LSOA code": "E01015472", "LSOA name": "Alder 001A"}
    rows = [{}, {}, {**CRIME, **alder}, {**alder, "Crime ID": "b" * 64, "Crime type": "Burglary"}]
    later = [{**november, **CRIME, "Crime ID": "c" * 64}, *[{"LSOA code": ELSEWHERE}] * 3]
    load_counts(put("october.csv", table(*rows)))
    load_counts(put("november.csv", table(*later)))


def text_of(response: HttpResponseBase) -> str:
    if isinstance(response, StreamingHttpResponse):
        return b"".join(response).decode("utf-8-sig")  # type: ignore[arg-type]
    return " ".join(response.content.decode().split())  # type: ignore[attr-defined]


def in_order(text: str, *words: str) -> bool:
    place = 0
    for word in words:
        place = text.find(word, place) + 1
        if not place:
            return False
    return True


AUTUMN = "first=2018-10&last=2018-11"


def test_with_nothing_loaded_the_page_says_how_to_load() -> None:
    text = text_of(signed_in().get("/areas/"))
    assert "wansdyke import areas FILE" in text
    assert "wansdyke import police-uk FILE" in text
    assert '<svg class="wd-map' not in text


def test_areas_without_counts_are_listed_without_noughts(put: Put) -> None:
    load_areas(put("areas.json", collection(square("E01015471", "Swindon 028A"))))
    client = signed_in()
    text = text_of(client.get("/areas/"))
    assert "Swindon 028A" in text
    assert "crimes</a>" not in text
    assert "wansdyke import police-uk FILE" in text
    assert "No published counts are loaded" in text_of(client.get("/areas/E01015471/"))


@pytest.mark.usefixtures("loaded")
def test_every_area_is_listed_with_its_counts_and_what_they_are() -> None:
    text = text_of(signed_in().get(f"/areas/?{AUTUMN}"))
    assert in_order(text, "Alder 001A", "Empty 001A", "Swindon 028A")
    assert "5 published in 3 areas" in text
    assert "October 2018 to November 2018" in text
    assert ">3 more</a>" in text
    assert "Open Government Licence v3.0" in text
    assert "They are not cases" in text


@pytest.mark.usefixtures("loaded")
def test_months_of_which_nothing_is_loaded_lead_to_those_of_which_something_is() -> None:
    text = text_of(signed_in().get("/areas/"))
    assert "Nothing published is loaded for these months" in text
    assert 'href="/areas/?first=2018-10&amp;last=2018-11"' in text
    assert "Not collected" in text


@pytest.mark.usefixtures("loaded")
def test_the_list_is_filtered_sorted_and_paged() -> None:
    client = signed_in()
    by_count = text_of(client.get(f"/areas/?{AUTUMN}&sort=-published"))
    assert in_order(by_count, "Swindon 028A</a>", "Alder 001A</a>", "Empty 001A</a>")
    november = text_of(client.get("/areas/?first=2018-11&last=2018-11"))
    assert "1 published in 3 areas" in november
    burglary = text_of(client.get(f"/areas/?{AUTUMN}&category=Burglary"))
    assert "3 published in 3 areas: Burglary" in burglary
    assert "Showing 1 to 3 of 3" in burglary
    wrong = client.get(f"/areas/?{AUTUMN}&category=Arson")
    assert "Choose one of the categories that are loaded" in text_of(wrong)
    turned = client.get("/areas/?first=2018-11&last=2018-10")
    assert "The last month must be the first month or later" in text_of(turned)


@pytest.mark.usefixtures("loaded")
def test_the_file_holds_every_area_and_what_lies_outside() -> None:
    response = signed_in().get(f"/areas/counts.csv?{AUTUMN}&sort=-published")
    assert isinstance(response, StreamingHttpResponse)
    rows = list(csv.DictReader(io.StringIO(text_of(response))))
    assert [(row["Area"], row["All published"]) for row in rows] == [
        ("Swindon 028A", "3"),
        ("Alder 001A", "2"),
        ("Empty 001A", "0"),
        ("Outside the force's areas", "3"),
    ]
    assert "Calls" not in rows[0], "who may view no call takes no count of them out"
    assert {row["Months published"] for row in rows} == {"2"}


@pytest.mark.usefixtures("loaded")
def test_an_area_shows_categories_by_month_with_totals() -> None:
    text = text_of(signed_in().get(f"/areas/E01015471/?{AUTUMN}"))
    assert in_order(text, "Oct 2018", "Nov 2018", "Total", "Burglary", "Anti-social behaviour")
    assert in_order(text, ">All</th>", ">2</td>", ">1</td>", ">3</td>")
    assert "Latest published outcome" in text
    assert "Under investigation" in text
    assert ">3 more</a>" in text


@pytest.mark.usefixtures("loaded")
def test_what_lies_outside_has_a_page_of_its_own() -> None:
    text = text_of(signed_in().get(f"/areas/outside/?{AUTUMN}"))
    assert "Outside the force’s areas" in text
    assert in_order(text, ">All</th>", ">3</td>", ">0</td>", ">3</td>")


@pytest.mark.usefixtures("loaded")
def test_an_unknown_area_is_not_found() -> None:
    assert signed_in().get("/areas/E01099999/").status_code == 404


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    "path", ["/areas/", "/areas/counts.csv", "/areas/counts.xlsx", "/areas/E01015471/"]
)
def test_only_members_of_the_force_may_read(path: str) -> None:
    assert signed_in(home=False).get(path).status_code == 404
    assert Client().get(path).status_code == 302


def test_a_period_says_which_months_are_missing() -> None:
    months = [date(2018, 10, 1), date(2018, 12, 1)]
    assert period(months[:1], months) == "October 2018"
    assert period(months, months) == (
        "October 2018 to December 2018 (2 of these 3 months are loaded)"
    )
    assert period([], []) == "no month is loaded"
