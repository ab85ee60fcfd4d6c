"""Administration: accounts, posts, agencies, teams and settings, each through the one door."""

import re
import time
from datetime import date, timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from tests.access.people import (
    audited,
    force,
    give_password,
    person,
    signed_in,
    team,
)
from tests.access.urls import MINUTES
from wansdyke.access.actors import actor_of, system_actor
from wansdyke.access.models import Agency, Membership, Team, User
from wansdyke.accounts import accounts
from wansdyke.accounts import force as force_changes
from wansdyke.history.door import Repeated
from wansdyke.history.models import Change, Event
from wansdyke.history.verify import verify
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]
ROOT = "/administration"
TODAY = london(timezone.now()).date()


def by_root() -> dict[str, Any]:
    """Who acts, when and with which key: an administrator, now, once."""
    root = User.objects.filter(username="root").first() or person("root", "administrator").user
    actor = actor_of(root, on=TODAY, mfa=True, channel="web")
    return {"by": actor, "at": timezone.now(), "key": uuid4().hex}


def sent(client: Client, address: str, **data: Any) -> Any:
    """Sends a form with a fresh key, and with what the page showed as standing."""
    page = client.get(f"{ROOT}/{address}")
    shown = re.findall(r'name="seen"[^>]* value="([^"]*)"', page.content.decode())
    seen = {"seen": unescape(shown[-1])} if shown else {}
    return client.post(f"{ROOT}/{address}", {"operation_key": uuid4().hex, **seen, **data})


def day(name: str, when: date) -> dict[str, int]:
    """A date as its three boxes send it."""
    return {f"{name}-day": when.day, f"{name}-month": when.month, f"{name}-year": when.year}


def changes_of(subject: str) -> list[tuple[str, Any, Any]]:
    """Field, old and new, oldest first."""
    rows = Change.objects.filter(event__subject=subject).order_by("pk")
    return list(rows.values_list("field", "old", "new"))


ADDRESSES = [
    "users/",
    "add-user/",
    "users/bob/",
    "users/bob/posts/add/",
    "users/bob/posts/end/?team=control-room&post=analyst&from=2020-01-01",
    "users/bob/suspend/",
    "users/bob/restore/",
    "users/bob/password/",
    "users/bob/second-factor/",
    "agencies/",
    "add-agency/",
    "agencies/force/",
    "agencies/force/teams/add/",
    "teams/control-room/",
    "settings/",
    f"settings/{MINUTES.key}/",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_only_an_administrator_sees_the_pages(address: str) -> None:
    person("bob", "analyst")
    assert signed_in(person("root", "administrator")).get(f"{ROOT}/{address}").status_code == 200
    other = signed_in(person("ann", "records-manager"))
    assert other.get(f"{ROOT}/{address}").status_code == 404
    assert other.post(f"{ROOT}/{address}", {}).status_code == 404
    assert Client().get(f"{ROOT}/{address}").status_code == 302


def test_adding_a_user_shows_a_password_once_that_lets_them_in() -> None:
    force()
    root = signed_in(person("root", "administrator"))
    asked = {"username": "JSmith", "name": "Jo Smith", "rank": "constable", "agency": "force"}
    page = sent(root, "add-user/", **asked).content.decode()
    found = re.search(r"<strong [^>]*data-secret>([^<]+)</strong>", page)
    assert found
    answer = give_password(Client(), "jsmith", found[1])
    assert answer.status_code == 302
    jo = User.objects.get(username="jsmith")
    assert (jo.name, jo.rank, jo.agency) == ("Jo Smith", "constable", force())
    event = Event.objects.get(subject="user:jsmith")
    assert (event.name, event.by.username) == ("user created", "root")
    entry = audited("configuration")[-1]
    assert entry["subjects"] == ["user:jsmith"]
    assert entry["fields"] == ["agency", "name", "password", "rank", "username"]
    assert found[1] not in str(changes_of("user:jsmith"))
    assert "User created" in root.get(f"{ROOT}/users/jsmith/").content.decode()
    assert verify().intact


@pytest.mark.parametrize(
    "username", ["x", "Ann Smith", "-ann", "system", "ann", "ANN", "a" * 41, "ann/../x"]
)
def test_a_poor_username_is_refused(username: str) -> None:
    person("ann")
    root = signed_in(person("root", "administrator"))
    before = User.objects.exclude(username="system").count()
    page = sent(root, "add-user/", username=username, name="X", rank="staff", agency="force")
    assert page.status_code == 200
    assert "There is a problem" in page.content.decode()
    assert User.objects.exclude(username="system").count() == before


def test_the_list_finds_by_name_and_pages() -> None:
    root = signed_in(person("root", "administrator"))
    User.objects.bulk_create(
        User(username=f"officer{n:03}", name=f"Officer {n:03}", agency=force()) for n in range(60)
    )
    first = root.get(f"{ROOT}/users/").content.decode()
    assert "Showing 1 to 50 of 61" in first
    assert "Officer 059" in root.get(f"{ROOT}/users/?page=2").content.decode()
    found = root.get(f"{ROOT}/users/?q=officer+007").content.decode()
    assert "Officer 007" in found
    assert "Officer 008" not in found
    assert "Wansdyke itself" not in first


def test_giving_and_ending_a_post() -> None:
    bob = person("bob")
    team()
    root = signed_in(person("root", "administrator"))
    assert not bob.actor().posts
    given = sent(
        root, "users/bob/posts/add/", team="control-room", post="analyst", **day("from_date", TODAY)
    )
    assert given.url == f"{ROOT}/users/bob/"
    assert bob.actor().posts == {"analyst"}
    page = root.get(f"{ROOT}/users/bob/").content.decode()
    address = re.search(r'href="([^"]+posts/end/[^"]+)"', page)
    assert address
    path = address[1].replace("&amp;", "&").removeprefix(f"{ROOT}/")
    assert sent(root, path, **day("until_date", TODAY)).url == f"{ROOT}/users/bob/"
    assert not bob.actor().posts
    assert Membership.objects.get(user=bob.user).until_date == TODAY
    said = [new for _, _, new in changes_of("user:bob")]
    assert said == [
        f"analyst in control-room from {TODAY}",
        f"analyst in control-room from {TODAY} until {TODAY}",
    ]
    again = sent(
        root, "users/bob/posts/add/", team="control-room", post="analyst", **day("from_date", TODAY)
    )
    assert again.status_code == 302, "a post that was never held stands in nobody's way"


def test_a_post_in_the_future_is_not_held_yet() -> None:
    bob = person("bob")
    later = TODAY + timedelta(days=3)
    accounts.give_post(**by_root(), user=bob.user, team=team(), post="analyst", from_date=later)
    assert not bob.actor().posts
    assert bob.actor(on=later).posts == {"analyst"}


def test_posts_are_checked() -> None:
    council = Agency.objects.create(key="council", name="Council", kind="council")
    pat, bob = person("pat", agency=council), person("bob", "analyst")
    closed = Team.objects.create(key="old", name="Old", agency=force(), active=False)
    theirs = team("council-team", council)
    refused = [
        (bob.user, team(), "no-such-post"),
        (bob.user, theirs, "partner"),
        (bob.user, team(), "partner"),
        (bob.user, closed, "analyst"),
        (bob.user, team(), "analyst"),
        (pat.user, theirs, "analyst"),
        (pat.user, theirs, "administrator"),
        (pat.user, team(), "partner"),
    ]
    for user, where, post in refused:
        with pytest.raises(Refused):
            accounts.give_post(**by_root(), user=user, team=where, post=post)
    accounts.give_post(**by_root(), user=pat.user, team=theirs, post="partner")
    with pytest.raises(Refused):
        accounts.give_post(
            **by_root(),
            user=bob.user,
            team=team(),
            post="records-manager",
            from_date=TODAY,
            until_date=TODAY,
        )
    assert Membership.objects.filter(user=bob.user).count() == 1


def test_nobody_changes_their_own_posts_or_access() -> None:
    who = by_root()
    root = User.objects.get(username="root")
    held = root.memberships.get()
    attempts = [
        lambda: accounts.give_post(**who, user=root, team=team(), post="analyst"),
        lambda: accounts.end_post(**who, membership=held),
        lambda: accounts.suspend(**who, user=root, reason="x"),
        lambda: accounts.restore(**who, user=root, reason="x"),
        lambda: accounts.set_password(**who, user=root, password="seven green lanterns"),
        lambda: accounts.reset_second_factor(**who, user=root),
    ]
    for attempt in attempts:
        with pytest.raises(Refused, match="another administrator"):
            attempt()
    assert Event.objects.count() == 0
    client = signed_in_as_root()
    page = sent(client, "users/root/posts/add/", team="control-room", post="analyst")
    assert page.status_code == 200
    assert "another administrator" in client.get(f"{ROOT}/users/root/").content.decode().lower()


def signed_in_as_root() -> Client:
    """A client of the administrator that `by_root` made."""
    client = Client()
    client.force_login(User.objects.get(username="root"))
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session.save()
    return client


@pytest.mark.parametrize("post", ["analyst", "records-manager", "privacy-officer"])
def test_without_the_right_nothing_changes(post: str) -> None:
    bob = person("bob", "analyst")
    actor = person("ann", post).actor()
    who = {"by": actor, "at": timezone.now(), "key": "k"}
    attempts = [
        lambda: accounts.give_post(**who, user=bob.user, team=team(), post="administrator"),
        lambda: accounts.end_post(**who, membership=bob.user.memberships.get()),
        lambda: accounts.suspend(**who, user=bob.user, reason="x"),
        lambda: accounts.set_password(**who, user=bob.user, password="seven green lanterns"),
        lambda: accounts.reset_second_factor(**who, user=bob.user),
        lambda: force_changes.create_team(**who, agency=force(), team_key="t2", name="T"),
        lambda: force_changes.set_setting(
            **who, setting=MINUTES, text="30", from_at=None, reason="x"
        ),
    ]
    for attempt in attempts:
        with pytest.raises(Refused, match="Only a system administrator"):
            attempt()
    assert Event.objects.count() == 0


def test_suspension_ends_access_at_the_next_click() -> None:
    bob = person("bob", "analyst")
    client, root = signed_in(bob), signed_in(person("root", "administrator"))
    assert client.get("/").status_code == 200
    assert sent(root, "users/bob/suspend/", reason="Left the force").status_code == 302
    assert client.get("/").status_code == 302
    assert give_password(Client(), "bob").status_code == 200
    assert sent(root, "users/bob/restore/", reason="A mistake").status_code == 302
    assert client.get("/").status_code == 302, "the old session does not come back to life"
    assert give_password(Client(), "bob").status_code == 302
    assert changes_of("user:bob") == [
        ("is_active", True, False),
        ("reason", None, "Left the force"),
        ("is_active", False, True),
        ("reason", None, "A mistake"),
    ]


def test_a_lost_phone_and_a_lost_password() -> None:
    bob = person("bob")
    client, root = signed_in(bob), signed_in(person("root", "administrator"))
    second = signed_in(person("ada", "administrator"))
    page = sent(root, "users/bob/password/").content.decode()
    found = re.search(r"<strong [^>]*data-secret>([^<]+)</strong>", page)
    assert found
    assert client.get("/").status_code == 302
    assert sent(second, "users/bob/second-factor/").status_code == 302
    assert not Authenticator.objects.filter(user=bob.user).exists()
    fresh = Client()
    give_password(fresh, "bob", found[1])
    answer = fresh.get("/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/account/second-factor/")


def test_resetting_the_second_factor_ends_the_sessions_it_opened() -> None:
    bob = person("bob")
    client = signed_in(bob)
    accounts.reset_second_factor(**by_root(), user=bob.user)
    assert client.get("/").url.startswith("/sign-in/")


def test_one_key_one_effect() -> None:
    bob = person("bob", "analyst")
    who = by_root()
    accounts.suspend(**who, user=bob.user, reason="x")
    with pytest.raises(Repeated):
        accounts.suspend(**who, user=bob.user, reason="x")
    with pytest.raises(Refused):
        accounts.suspend(**who, user=bob.user, reason="another")
    assert Event.objects.filter(subject="user:bob").count() == 1


def test_a_change_that_fails_leaves_nothing() -> None:
    bob = person("bob", "analyst")
    before = len(audited("configuration"))
    with pytest.raises(Refused):
        accounts.suspend(**by_root(), user=bob.user, reason="  ")
    bob.user.refresh_from_db()
    assert bob.user.is_active
    assert Event.objects.count() == 0
    assert len(audited("configuration")) == before


def test_the_maintenance_account_is_nobody_to_administer() -> None:
    system_actor()
    root = signed_in(person("root", "administrator"))
    assert root.get(f"{ROOT}/users/system/").status_code == 404
    with pytest.raises(Refused):
        accounts.suspend(**by_root(), user=User.objects.get(username="system"), reason="x")
