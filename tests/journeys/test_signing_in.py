"""Signing in as a person does, in Chromium: passkeys, single sign-on, being asked again, and the
warning before a session ends."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from playwright.sync_api import Browser, Page, expect

from tests import databases
from tests.browsers import Visits, axe, served
from tests.databases import Database
from tests.oidc_provider import CLIENT, SECRET, Provider, running
from wansdyke.access.models import Agency, Membership, Session, Team, User
from wansdyke.access.session_store import SessionStore
from wansdyke.accounts.second_factor import set_up

pytestmark = pytest.mark.browser
PASSWORD = "quiet-otter-crosses-bridge"


@dataclass
class Visitor:
    """Somebody with a password and an app, and the pages they open at localhost."""

    visits: Visits
    user: User
    secret: str

    def code(self) -> str:
        """A code that was not used: the count of those used is taken back."""
        row = Authenticator.objects.get(user=self.user, type=Authenticator.Type.TOTP)
        row.data["last_step"] = 0
        row.save(update_fields=["data"])
        return format_hotp_value(hotp_value(self.secret, int(time.time()) // 30))

    def sign_in(self, page: Page, where: str = "/sign-in/") -> None:
        page.goto(where)
        page.get_by_label("Username").fill(self.user.username)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()
        self.give_code(page)

    def give_code(self, page: Page) -> None:
        page.get_by_label("Security code").fill(self.code())
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url(lambda address: "/sign-in/" not in address)


def somebody() -> tuple[User, str]:
    """An administrator of the made-up force with a password and an app of their own."""
    force = Agency.objects.get(home=True)
    user = User(username="wanda", name="Wanda Wright", agency=force)
    user.set_password(PASSWORD)
    user.save()
    team = Team.objects.filter(agency=force).order_by("pk")[0]
    Membership.objects.create(
        user=user, team=team, post="administrator", from_date=date(2020, 1, 1)
    )
    secret = generate_totp_secret()
    set_up(user, secret, step=0)
    return user, secret


def grown_old(user: User) -> None:
    """Lets the second factor of every session of theirs have been given an hour ago."""
    for row in Session.objects.filter(user=user):
        held = SessionStore().decode(row.session_data)
        for method in held["account_authentication_methods"]:
            method["at"] -= 3600
        row.session_data = SessionStore().encode(held)
        row.save(update_fields=["session_data"])


@dataclass(frozen=True)
class Served:
    """The made-up force under a name, with single sign-on beside it, and somebody to sign in."""

    database: Database
    address: str
    provider: Provider
    user: User
    secret: str


@pytest.fixture(scope="module")
def signing_in(django_db_setup: None, django_db_blocker: Any) -> Iterator[Served]:
    with django_db_blocker.unblock(), running() as provider:
        own = databases.copy("signing_in", databases.demonstration())
        with databases.pointed_at(own.name, own.data):
            user, secret = somebody()
        here = replace(own, environment={**own.environment, **told_of(provider)})
        with served(here) as address:
            named = address.replace("127.0.0.1", "localhost")
            yield Served(own, named, provider, user, secret)
        databases.remove(own)


def told_of(provider: Provider) -> dict[str, str]:
    return {
        "WANSDYKE_OIDC_ISSUER": provider.issuer,
        "WANSDYKE_OIDC_CLIENT_ID": CLIENT,
        "WANSDYKE_OIDC_CLIENT_SECRET": SECRET,
        "WANSDYKE_OIDC_NAME": "Force login",
        "WANSDYKE_OIDC_ACR": "two",
    }


@pytest.fixture
def provider(signing_in: Served) -> Provider:
    return signing_in.provider


@pytest.fixture
def visitor(browser: Browser, signing_in: Served, django_db_blocker: Any) -> Iterator[Visitor]:
    """Somebody who is signed in nowhere yet."""
    own = signing_in.database
    with django_db_blocker.unblock(), databases.pointed_at(own.name, own.data):
        Session.objects.all().delete()
        visits = Visits(browser, signing_in.address)
        yield Visitor(visits, signing_in.user, signing_in.secret)
        visits.close()
        assert visits.faults == []


def virtual_key(page: Page) -> Any:
    """A passkey in this browser that asks for a finger and always gets it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    told = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": told})
    return session


def test_a_passkey_from_adding_it_to_signing_in_by_it(visitor: Visitor) -> None:
    page = visitor.visits.open()
    virtual_key(page)
    page.goto("/sign-in/")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_visible()
    assert axe(page) == []
    visitor.sign_in(page)
    page.goto("/account/passkeys/add/")
    assert axe(page) == []
    page.get_by_label("Name of the passkey").fill("This laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("rowheader", name="This laptop")).to_be_visible()
    assert axe(page) == []

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My work")

    grown_old(visitor.user)
    page.goto("/administration/users/?q=wanda")
    expect(page.get_by_role("heading", level=1)).to_have_text("Show that it is still you")
    assert axe(page) == []
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Users")
    assert page.url.endswith("?q=wanda")

    page.goto("/account/passkeys/")
    page.get_by_role("button", name="Remove “This laptop”").click()
    expect(page.get_by_text("“This laptop” is removed")).to_be_visible()


def test_a_form_sent_with_an_old_factor_is_not_lost(visitor: Visitor) -> None:
    page = visitor.visits.open(viewport={"width": 320, "height": 640})
    visitor.sign_in(page)
    page.goto("/administration/add-agency/")
    page.get_by_label("Name", exact=True).fill("The Harbour Trust")
    page.get_by_label("Short name").fill("harbour")
    page.get_by_label("Kind of agency").select_option("charity")
    grown_old(visitor.user)
    page.get_by_role("button", name="Add").click()
    visitor.give_code(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Not sent yet")
    expect(page.get_by_text("The Harbour Trust")).to_be_visible()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_role("link", name="The Harbour Trust")).to_be_visible()
    assert Agency.objects.filter(key="harbour").count() == 1


def test_where_i_am_signed_in(visitor: Visitor) -> None:
    here, there = visitor.visits.open(), visitor.visits.open()
    visitor.sign_in(there)
    visitor.sign_in(here)
    here.goto("/account/")
    here.get_by_role("link", name="Manage Where you are signed in").click()
    expect(here.get_by_role("rowheader")).to_have_count(2)
    assert axe(here) == []
    here.get_by_role("button", name="Sign out everywhere but here").click()
    expect(here.get_by_text("Signed out there.")).to_be_visible()
    there.goto("/account/")
    assert "/sign-in/" in there.url


def test_single_sign_on_there_and_back_and_out(visitor: Visitor, provider: Provider) -> None:
    provider.shows_page = True
    provider.person = {"sub": "77", "preferred_username": "wanda", "acr": "two"}
    page = visitor.visits.open()
    page.goto("/sign-in/")
    page.get_by_role("button", name="Sign in with Force login").click()
    page.get_by_role("link", name="Sign in here").click()
    # The account was in use before: its own factor confirms the link, once.
    visitor.give_code(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("My work")

    grown_old(visitor.user)
    page.goto("/administration/users/")
    assert axe(page) == []
    page.get_by_role("button", name="Confirm with Force login").click()
    page.get_by_role("link", name="Sign in here").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Users")

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You have signed out")
    assert axe(page) == []
    page.get_by_role("button", name="Sign out of Force login too").click()
    expect(page).to_have_title("Signed out")

    provider.person = {"sub": "78", "preferred_username": "nobody-here", "acr": "two"}
    page.goto("/sign-in/single/")
    page.get_by_role("link", name="Sign in here").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You cannot sign in here this way")
    assert axe(page) == []
    visitor.visits.faults = [one for one in visitor.visits.faults if "403" not in one]


def escapes(page: Page) -> None:
    """Escape closes the dialog before the server answers, of which the clock may not run ahead."""
    with page.expect_response("**/account/sessions/stay/") as answer:
        page.keyboard.press("Escape")
    answer.value.finished()


def test_the_end_of_a_session_is_told_and_put_off_and_what_was_typed_is_kept(
    visitor: Visitor,
) -> None:
    page = visitor.visits.open()
    page.clock.install()
    visitor.sign_in(page)
    page.goto("/administration/add-agency/")
    page.get_by_label("Name", exact=True).fill("The Harbour Trust")
    left = {"idle": 100, "whole": 30_000}
    # The browser's clock runs ahead; the server is asked and says what it would say by then.
    page.route("**/account/sessions/left/", lambda route: route.fulfill(json=left))
    page.clock.fast_forward("28:00")
    dialog = page.get_by_role("dialog", name="You are about to be signed out")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="Stay signed in")).to_be_focused()
    expect(dialog).to_contain_text("You will be signed out in 2 minutes")
    assert axe(page) == []
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()

    page.clock.fast_forward("28:00")
    expect(dialog).to_be_visible()
    escapes(page)
    expect(dialog).to_be_hidden()

    page.clock.fast_forward("28:00")
    expect(dialog).to_be_visible()
    left["idle"] = 0
    page.clock.fast_forward("01:40")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page.get_by_text("What you typed there is kept for an hour")).to_be_visible()
    assert "Harbour" not in page.content()
    page.unroute("**/account/sessions/left/")
    page.get_by_label("Username").fill("wanda")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    visitor.give_code(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Not sent yet")
    expect(page.get_by_text("The Harbour Trust")).to_be_visible()


def test_without_javascript_the_app_and_the_footer_are_enough(visitor: Visitor) -> None:
    page = visitor.visits.open(java_script_enabled=False)
    visitor.sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("My work")
    expect(page.get_by_text("You are signed in until")).to_be_visible()
    page.goto("/account/passkeys/add/")
    expect(page.get_by_text("A passkey takes JavaScript")).to_be_visible()
    expect(page.get_by_role("button", name="Add a passkey")).to_have_count(0)


def test_a_password_may_be_pasted_and_a_code_filled_in(visitor: Visitor) -> None:
    """WCAG 3.3.8: nothing must be remembered, copied by eye or solved."""
    page = visitor.visits.open()
    page.goto("/sign-in/")
    name, password = page.get_by_label("Username"), page.get_by_label("Password", exact=True)
    assert name.get_attribute("autocomplete") == "username"
    assert password.get_attribute("autocomplete") == "current-password"
    for field in (name, password):
        pasted = field.evaluate(
            "box => box.dispatchEvent(new ClipboardEvent('paste', {cancelable: true}))"
        )
        assert pasted, "a paste that nobody forbids"
    name.fill("wanda")
    password.fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    code = page.get_by_label("Security code")
    assert code.get_attribute("autocomplete") == "one-time-code"


def test_the_persona_of_the_demonstration_presses_once(visitor: Visitor) -> None:
    page = visitor.visits.open()
    page.goto("/sign-in/personas/")
    page.get_by_role("button", name="Ada").click()
    page.wait_for_url(lambda address: "/sign-in/" not in address)
    page.goto("/administration/users/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Users")
    for row in Session.objects.filter(user__username="ada"):
        held = SessionStore().decode(row.session_data)
        held["demonstration persona"] -= 3600
        row.session_data = SessionStore().encode(held)
        row.save(update_fields=["session_data"])
    page.goto("/administration/users/")
    assert axe(page) == []
    page.get_by_role("button", name="It is still me").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Users")
