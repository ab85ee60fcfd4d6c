"""A password that somebody else gave opens nothing but the page on which it is changed."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path
from django.utils import timezone
from ninja import NinjaAPI
from typer.testing import CliRunner

from tests.access.people import PASSWORD, Person, force, give_code, give_password, person, signed_in
from tests.access.test_own_account import BETTER, code_of, hidden, key_shown
from tests.access.urls import declared
from tests.access.urls import urlpatterns as pages
from wansdyke.access.models import User
from wansdyke.access.sessions import DEMO_FACTOR
from wansdyke.accounts import accounts
from wansdyke.accounts.commands import user_app
from wansdyke.history.pages import Asked, page
from wansdyke.home.api import Bearer

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
CHANGE = "/account/password/"
api = NinjaAPI(auth=Bearer(), urls_namespace="given", openapi_url=None, docs_url=None)


@api.get("/me")
def me(request: Any) -> dict[str, str]:
    """Who asks."""
    return {"username": request.actor.username}


@page(open_to_all=True)
def personas(request: Asked) -> HttpResponse:
    """Where the made-up force's people are signed in as."""
    return HttpResponse("personas")


urlpatterns = [*pages, path("sign-in/personas/", personas, name="personas")]
urlpatterns += [path("api/", include((api.urls[0], "api")))]


def given(username: str = "ann", *posts: str) -> Person:
    """Somebody with an app, whose password an administrator has just set."""
    someone, root = person(username, *posts), person("root", "administrator")
    accounts.set_password(
        by=root.actor(), at=timezone.now(), key=uuid4().hex, user=someone.user, password=PASSWORD
    )
    someone.user.refresh_from_db()
    return someone


def change(client: Client, new: str, **more: str) -> Any:
    """Sends the form that changes the password."""
    key = hidden(client.get(CHANGE))
    sent = {"current": PASSWORD, "password": new, "again": new, "operation_key": key}
    return client.post(CHANGE, sent | more)


def test_after_both_factors_only_the_change_of_password_opens() -> None:
    ann = given("ann", "administrator")
    client = Client()
    give_password(client, "ann", data={"next": "/administration/users/?q=b"})
    give_code(client, ann.code())
    for address in ("/", "/account/", "/account/tokens/", "/administration/users/"):
        answer = client.get(address, follow=True)
        assert answer.redirect_chain[-1][0] == f"{CHANGE}?next={address.replace('/', '%2F')}"
        words = answer.content.decode()
        assert "Somebody else gave you the password you signed in with" in words
        assert "Back</a>" not in words
    assert client.post("/account/tokens/", {"name": "x", "days": 1}).status_code == 302
    assert client.get("/api/me").status_code == 401


def test_the_change_opens_everything_and_leads_on() -> None:
    client = signed_in(given("ann", "analyst"))
    assert change(client, BETTER, next="/?page=2").url == "/?page=2"
    assert client.get("/").content == b"front page of ann"
    assert client.get("/api/me").json() == {"username": "ann"}
    assert User.objects.get(username="ann").password_given is False
    again = client.get(CHANGE).content.decode()
    assert "Somebody else gave you" not in again
    other = Client()
    assert give_password(other, "ann", BETTER).url == "/sign-in/second-factor/"


def test_the_new_password_differs_from_the_given_one() -> None:
    client = signed_in(given())
    answer = change(client, PASSWORD)
    assert b"The new password must differ from the one you have now" in answer.content
    assert client.get("/").status_code == 302
    assert User.objects.get(username="ann").password_given is True


def test_who_has_given_no_code_does_not_change_it() -> None:
    ann = given()
    stranger, half = Client(), Client()
    give_password(half, "ann")
    person("bob", factor=False)
    accounts.set_password(
        by=person("ada", "administrator").actor(),
        at=timezone.now(),
        key=uuid4().hex,
        user=User.objects.get(username="bob"),
        password=PASSWORD,
    )
    without_app = Client()
    give_password(without_app, "bob")
    for client in (stranger, half, without_app):
        sent = {"current": PASSWORD, "password": BETTER, "again": BETTER, "operation_key": "k"}
        assert client.get(CHANGE).url.startswith("/sign-in/?next=")
        assert client.post(CHANGE, sent).url.startswith("/sign-in/?next=")
    ann.user.refresh_from_db()
    assert ann.user.check_password(PASSWORD)


def test_a_first_password_is_changed_once_the_app_is_set_up() -> None:
    force()
    root = signed_in(person("root", "administrator"))
    asked = {"username": "jo", "name": "Jo Smith", "rank": "constable", "agency": "force"}
    sent = {"operation_key": uuid4().hex, **asked}
    shown = root.post("/administration/add-user/", sent).content.decode()
    found = re.search(r"data-secret>([^<]+)</strong>", shown)
    assert found
    jo = Client()
    give_password(jo, "jo", found[1])
    assert jo.get("/", follow=True).redirect_chain[-1][0].startswith("/account/second-factor/")
    secret = key_shown(jo.get("/account/second-factor/").content.decode())
    codes = jo.post("/account/second-factor/", {"code": code_of(secret)})
    assert b"recovery codes" in codes.content.lower()
    assert jo.get("/", follow=True).redirect_chain[-1][0] == f"{CHANGE}?next=%2F"
    assert change(jo, BETTER, current=found[1]).url == "/"
    assert jo.get("/").content == b"front page of jo"


def test_every_given_password_is_marked_and_the_first_administrators_own_is_not() -> None:
    def run(*words: str) -> None:
        typed = "seven green lanterns at dawn\n"
        came = CliRunner().invoke(user_app(declared), [*words, "--password-stdin"], input=typed)
        assert came.exit_code == 0, came.output

    def marked(username: str) -> bool:
        return User.objects.get(username=username).password_given

    run("create", "root", "--name", "Ro Ot", "--first")
    assert not marked("root")
    run("create", "bob", "--name", "Bob")
    assert marked("bob")
    User.objects.update(password_given=False)
    run("password", "bob")
    assert marked("bob")


def test_a_demonstration_persona_is_unaffected(settings: Any) -> None:
    ann = given()
    client = Client()
    client.force_login(ann.user)
    session = client.session
    session[DEMO_FACTOR] = True
    session.save()
    assert client.get("/").status_code == 302
    settings.DEMO = True
    assert client.get("/").content == b"front page of ann"


def test_the_sign_in_page_leads_to_the_personas_in_a_demonstration_only(settings: Any) -> None:
    assert b"/sign-in/personas/" not in Client().get("/sign-in/").content
    settings.DEMO = True
    assert b'href="/sign-in/personas/"' in Client().get("/sign-in/").content


def test_who_signs_in_by_password_in_a_demonstration_goes_on_to_the_second_factor(
    settings: Any,
) -> None:
    settings.DEMO, settings.LOGIN_URL = True, "personas"
    person("new", factor=False)
    client = Client()
    assert client.get("/").url.startswith("/sign-in/personas/")
    give_password(client, "new")
    assert client.get("/", follow=True).redirect_chain[-1][0].startswith("/account/second-factor/")
