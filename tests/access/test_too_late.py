"""What was typed survives: a session that ended, a factor that had grown old; for its sender alone,
sealed, for an hour. And how long a session lasts is said and prolonged."""

import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.access.people import (
    Person,
    forgotten,
    give_code,
    give_password,
    outcomes,
    person,
    signed_in,
)
from wansdyke.access.kept import MOST_KEPT, keep, kept_of, remove_kept
from wansdyke.access.models import Agency, KeptForm, Session

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]
WORDS = {"operation_key": "k1", "name": "The Harbour Trust", "key": "harbour", "kind": "charity"}
NEW = "/administration/add-agency/"


@pytest.fixture
def boss() -> Person:
    return person("boss", "administrator")


def again(client: Client, someone: Person, asked: str) -> Any:
    """Signs in once more from where the browser was sent."""
    following = {"next": asked.partition("next=")[2].replace("%2F", "/").replace("%3F", "?")}
    answer = give_password(client, someone.user.username, data=following)
    if answer.status_code == 302:
        forgotten(someone)
        answer = client.post(answer.url.partition("?")[0], {"code": someone.code()})
        forgotten(someone)
    return answer


def test_a_form_sent_after_the_session_ended_is_there_after_signing_in_again(
    boss: Person,
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = signed_in(boss)
        client.get(NEW)
        clock.shift(timedelta(minutes=31))
        away = client.post(NEW, WORDS)
        assert away.url.startswith("/sign-in/?next=/unsent/")
        assert not Agency.objects.filter(key="harbour").exists()
        back = again(client, boss, away.url)
        assert back.url.startswith("/unsent/")
        page = client.get(back.url).content.decode()
        assert "The Harbour Trust" in page
        assert "k1" in page, "the same key, so that it is done once"
        on = client.post(back.url, WORDS)
        assert (on.status_code, on["Location"]) == (307, NEW)
        assert client.post(NEW, WORDS).status_code == 302
        assert Agency.objects.get(key="harbour").name == "The Harbour Trust"
        assert client.get(back.url).status_code == 404, "it is gone once sent"


def test_one_sent_past_the_whole_length_is_kept_too(boss: Person, settings: Any) -> None:
    settings.SESSION_COOKIE_AGE = 24 * 3600
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = signed_in(boss)
        clock.shift(timedelta(hours=12, seconds=1))
        assert client.post(NEW, WORDS).url.startswith("/sign-in/?next=/unsent/")


def test_nobody_else_sees_it(boss: Person) -> None:
    other = person("other", "administrator")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = signed_in(boss)
        clock.shift(timedelta(minutes=31))
        where = client.post(NEW, WORDS).url.partition("next=")[2]
        theirs = signed_in(other)
        assert theirs.get(where).status_code == 404
        assert theirs.post(where, WORDS).status_code == 404
        assert b"Harbour" not in theirs.get("/unsent/").content
        assert Client().get(where).status_code == 302
    row = KeptForm.objects.get()
    assert "Harbour" not in row.sealed
    assert "harbour" not in row.sealed


def test_it_is_gone_within_the_hour(boss: Person) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = signed_in(boss)
        clock.shift(timedelta(minutes=31))
        where = client.post(NEW, WORDS).url.partition("next=")[2]
        clock.shift(timedelta(minutes=60))
        assert signed_in(boss).get(where).status_code == 404
        assert remove_kept(timezone.now()) == 1
        assert not KeptForm.objects.exists()


@pytest.mark.parametrize(
    "how",
    [
        {"HTTP_AUTOSAVE_PAGE": "x"},
        {"HTTP_HX_REQUEST": "true"},
        {"HTTP_SEC_FETCH_MODE": "cors"},
    ],
)
def test_what_a_page_sends_by_itself_is_not_kept(boss: Person, how: dict[str, str]) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = signed_in(boss)
        clock.shift(timedelta(minutes=31))
        client.post(NEW, WORDS, **how)
        assert not KeptForm.objects.exists()


def test_a_stranger_and_a_session_ended_on_purpose_keep_nothing(boss: Person) -> None:
    Client().post(NEW, WORDS)
    client = signed_in(boss)
    key = client.session.session_key
    client.post("/sign-out/")
    client.cookies["sessionid"] = key
    client.post(NEW, WORDS)
    ended = signed_in(boss)
    Session.objects.filter(user=boss.user).delete()
    ended.post(NEW, WORDS)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        gone = signed_in(boss)
        clock.shift(timedelta(minutes=31))
        boss.user.is_active = False
        boss.user.save()
        gone.post(NEW, WORDS)
    assert not KeptForm.objects.exists()


def test_a_password_is_never_kept(boss: Person) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = signed_in(boss)
        clock.shift(timedelta(minutes=31))
        secret = {"password": "quiet-otter", "current": "c", "code": "123456", "again": "a"}
        client.post(NEW, WORDS | secret)
        (kept,) = kept_of(boss.user.pk, timezone.now())
    assert {name for name, _ in kept.fields} == set(WORDS)


def test_few_are_kept_and_none_too_large(boss: Person) -> None:
    now = timezone.now()
    for number in range(MOST_KEPT + 3):
        fields = (("n", str(number)),)
        assert keep(boss.user, path="/", fields=fields, at=now + timedelta(seconds=number))
    assert KeptForm.objects.count() == MOST_KEPT
    assert keep(boss.user, path="/", fields=(("n", "x" * 300_000),), at=now) == ""


def test_it_can_be_thrown_away(boss: Person) -> None:
    client = signed_in(boss)
    reference = keep(boss.user, path=NEW, fields=(("name", "X"),), at=timezone.now())
    assert b"What you typed at" in client.get("/unsent/").content
    client.post(f"/unsent/{reference}/", {"drop": "1"})
    assert not KeptForm.objects.exists()


def test_a_form_sent_with_an_old_factor_waits_for_a_new_one(boss: Person) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = signed_in(boss)
        clock.shift(timedelta(minutes=14, seconds=59))
        assert client.get(NEW).status_code == 200
        clock.shift(timedelta(seconds=1))
        away = client.post(NEW, WORDS)
        assert away.url.startswith("/sign-in/second-factor/?next=%2Funsent%2F")
        assert not Agency.objects.filter(key="harbour").exists()
        following = away.url.partition("next=")[2].replace("%2F", "/")
        wrong = client.post("/sign-in/second-factor/", {"code": "000000", "next": following})
        assert b"Enter a code" in wrong.content
        assert outcomes()[-1] == "wrong second factor when asked again"
        before = client.session.session_key
        sent = {"code": boss.code(), "next": following}
        assert client.post("/sign-in/second-factor/", sent).url == following
        assert client.session.session_key != before
        assert outcomes()[-1] == "second factor given again: app"
        assert b"The Harbour Trust" in client.get(following).content
        client.post(following, WORDS)
        assert client.post(NEW, WORDS).status_code == 302
        assert Agency.objects.filter(key="harbour").exists()


def test_reading_comes_back_to_the_very_page(boss: Person) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = signed_in(boss)
        clock.shift(timedelta(minutes=16))
        away = client.get("/administration/users/?q=ann")
        assert away.url.endswith("next=%2Fadministration%2Fusers%2F%3Fq%3Dann")


def test_an_old_code_is_no_new_factor(boss: Person) -> None:
    client = signed_in(boss)
    code = boss.code()
    assert give_code(client, code).status_code == 302
    assert give_code(client, code).status_code == 200


def test_ten_wrong_codes_again_and_the_right_one_waits(boss: Person) -> None:
    client = signed_in(boss)
    for _ in range(10):
        give_code(client, "000000")
    assert b"too many tries" in give_code(client, boss.code()).content


def test_each_page_says_when_the_session_ends(boss: Person) -> None:
    began = timezone.now().replace(hour=9, minute=0, second=0, microsecond=0, month=1)
    with time_machine.travel(began, tick=False):
        page = signed_in(boss).get("/account/").content.decode()
    assert "You are signed in until 9:30am" in " ".join(page.split())
    assert "until 9pm at the latest" in " ".join(page.split())
    assert 'data-session-idle="1800"' in page


def test_asking_how_long_prolongs_nothing_and_staying_does(boss: Person) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = signed_in(boss)
        clock.shift(timedelta(minutes=28))
        left = client.get("/account/sessions/left/", HTTP_AUTOMATIC="1").json()
        assert left == {"idle": 120, "whole": 12 * 3600 - 28 * 60}
        assert client.get("/account/sessions/left/", HTTP_AUTOMATIC="1").json() == left
        assert client.post("/account/sessions/stay/").json()["idle"] == 1800
        clock.shift(timedelta(minutes=29))
        assert client.get("/").status_code == 200


def test_a_board_that_keeps_fresh_keeps_no_session_alive(boss: Person) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = signed_in(boss)
        for _ in range(31):
            clock.shift(timedelta(minutes=1))
            answer = client.get("/", HTTP_AUTOMATIC="1")
        assert answer.status_code == 302


def test_staying_does_not_pass_the_whole_length(boss: Person) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = signed_in(boss)
        for _ in range(29):
            clock.shift(timedelta(minutes=25))
            answer = client.post("/account/sessions/stay/")
        assert answer.status_code == 302


def test_a_page_about_to_end_gives_what_was_typed_to_keep(boss: Person) -> None:
    client = signed_in(boss)
    said = client.post("/account/sessions/keep/", WORDS, HTTP_KEPT_PATH=NEW).json()
    assert b"The Harbour Trust" in client.get(said["where"]).content
    for evil in ("https://evil.example/", "//evil.example/", "", "javascript:alert(1)"):
        told = client.post("/account/sessions/keep/", WORDS, HTTP_KEPT_PATH=evil).json()
        assert told == {"where": ""}
    out = client.post("/sign-out/", {"next": said["where"]})
    assert out.url == f"/sign-in/?next={said['where'].replace('/', '%2F')}"


def test_the_demonstrations_personas_press_a_button(settings: Any) -> None:
    settings.DEMO = True
    boss, client = person("boss", "administrator", factor=False), Client()
    client.force_login(boss.user, "allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["demonstration persona"] = time.time()
    session.save()
    assert client.get("/administration/users/").status_code == 200
    session["demonstration persona"] = time.time() - 16 * 60
    session.save()
    away = client.get("/administration/users/")
    assert b"It is still me" in client.get(away.url).content
    sent = {"next": "/administration/users/"}
    assert client.post("/sign-in/second-factor/", sent).url == "/administration/users/"
    assert client.get("/administration/users/").status_code == 200
