"""Sessions listed, ended by their owner and by administrators, and few; nothing kept opens one."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.access.people import (
    Person,
    audited,
    forgotten,
    give_code,
    give_password,
    outcomes,
    person,
    signed_in,
    team,
)
from wansdyke.access.browsers import in_words
from wansdyke.access.models import Membership, Session
from wansdyke.accounts.signed_in import session_rows

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def reached(client: Client) -> bool:
    return bool(client.get("/").status_code == 200)


def at(someone: Person, agent: str) -> Client:
    client = Client(HTTP_USER_AGENT=agent)
    give_password(client, someone.user.username)
    give_code(client, someone.code())
    forgotten(someone)
    return client


def rows(someone: Person, client: Client) -> list[dict[str, Any]]:
    request: Any = client.get("/").wsgi_request
    return session_rows(someone.user, request.at)


def marks(page: Any) -> list[str]:
    text = page.content.decode()
    return [part.split('"')[0] for part in text.split('name="mark" value="')[1:]]


def test_the_list_says_where_how_and_when() -> None:
    ann = person("ann", "analyst")
    client = at(ann, FIREFOX)
    (row,) = rows(ann, client)
    assert row["device"] == "Firefox on Windows"
    assert row["way"] == "password and authenticator app"
    assert row["address"] == "127.0.0.1"
    page = client.get("/account/sessions/").content.decode()
    assert "Firefox on Windows (this one)" in page


def test_nothing_kept_or_listed_opens_a_session() -> None:
    ann = person("ann", "analyst")
    client, other = at(ann, FIREFOX), at(ann, FIREFOX)
    keys = [str(c.session.session_key) for c in (client, other)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM access_session")
        table = str(cursor.fetchall())
    page = client.get("/account/sessions/").content.decode()
    for key in keys:
        assert key not in table
        assert key not in page
        assert key not in str(audited("sign-in"))
    thief = Client()
    for row in Session.objects.all():
        thief.cookies["sessionid"] = row.session_key
        assert not reached(thief)


def test_one_is_ended_and_all_others() -> None:
    ann = person("ann", "analyst")
    here, one, two = (at(ann, FIREFOX) for _ in range(3))
    page = here.get("/account/sessions/")
    mine = {row["mark"] for row in session_rows(ann.user, page.wsgi_request.at)}
    listed = [mark for mark in marks(page) if mark != "all"]
    assert set(listed) < mine
    here.post("/account/sessions/end/", {"operation_key": "a", "mark": listed[0]})
    assert sorted([reached(one), reached(two)]) == [False, True]
    before = here.session.session_key
    here.post("/account/sessions/end/", {"operation_key": "b", "mark": "all"})
    assert [reached(c) for c in (here, one, two)] == [True, False, False]
    assert here.session.session_key != before
    assert outcomes()[-1] == "sessions ended by their owner"


@pytest.mark.parametrize("mark", ["", "0", "f" * 16, "%", "_" * 16, "'" * 16])
def test_a_mark_that_names_none_ends_none(mark: str) -> None:
    ann = person("ann", "analyst")
    here, one = at(ann, FIREFOX), at(ann, FIREFOX)
    here.post("/account/sessions/end/", {"operation_key": "a", "mark": mark})
    assert reached(one)


def test_nobody_ends_anothers() -> None:
    ann, bob = person("ann", "analyst"), person("bob", "analyst")
    anns, bobs = at(ann, FIREFOX), at(bob, FIREFOX)
    mark = rows(ann, anns)[0]["mark"]
    bobs.post("/account/sessions/end/", {"operation_key": "a", "mark": mark})
    assert reached(anns)


def test_an_administrator_sees_and_ends_them() -> None:
    ann, boss = person("ann", "analyst"), person("boss", "administrator")
    one, two, admin = at(ann, FIREFOX), at(ann, FIREFOX), signed_in(boss)
    page = admin.get("/administration/users/ann/")
    assert "Firefox on Windows" in page.content.decode()
    mark = next(mark for mark in marks(page) if mark != "all")
    end = "/administration/users/ann/sessions/end/"
    admin.post(end, {"operation_key": "a", "mark": mark})
    assert sorted([reached(one), reached(two)]) == [False, True]
    admin.post(end, {"operation_key": "b", "mark": "all"})
    assert not reached(one)
    assert not reached(two)
    assert [e["change"] for e in audited("configuration")] == ["session ended"] * 2


def test_suspending_password_and_factor_end_them_at_the_next_request() -> None:
    admin = signed_in(person("boss", "administrator"))
    for name, what, sent in (
        ("ann", "suspend", {"reason": "Left"}),
        ("bob", "password", {}),
        ("cat", "second-factor", {}),
    ):
        client = at(person(name, "analyst"), FIREFOX)
        assert reached(client)
        admin.post(f"/administration/users/{name}/{what}/", {"operation_key": name, **sent})
        assert not reached(client), what
        assert not Session.objects.filter(user__username=name).exists()


def test_more_than_so_many_end_the_longest_unused(settings: Any) -> None:
    settings.MOST_SESSIONS = 2
    ann = person("ann", "analyst")
    one, two, three = (at(ann, FIREFOX) for _ in range(3))
    assert [reached(c) for c in (one, two, three)] == [False, True, True]
    assert audited("sign-in")[-1]["sessions_ended"] == 1


def test_other_rights_another_key() -> None:
    ann = person("ann", "analyst")
    client = signed_in(ann)
    assert reached(client)
    before = client.session.session_key
    assert reached(client)
    assert client.session.session_key == before
    Membership.objects.create(
        user=ann.user, team=team(), post="administrator", from_date="2020-01-01"
    )
    assert client.get("/", HTTP_SEC_FETCH_MODE="cors").status_code == 200
    assert client.session.session_key == before, "what a page fetches beside changes it not"
    assert reached(client)
    assert client.session.session_key != before
    thief = Client()
    thief.cookies["sessionid"] = before
    assert not reached(thief)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19 Safari/604.1",
         "Safari on an iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0 Safari/537.36 Edg/156.0", "Edge on Linux"),
        ("", "A device that says nothing of itself"),
        ("<script>alert(1)</script>", "A device that says nothing of itself"),
    ],
)  # fmt: skip
def test_a_browser_in_words(said: str, words: str) -> None:
    assert in_words(said) == words
