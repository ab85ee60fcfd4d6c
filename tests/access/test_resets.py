"""Resets: no administrator does both, those concerned are told, and no API token outlives one."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tests.access.people import Person, audited, force, person, signed_in, team
from wansdyke.access.actors import Actor, system_actor
from wansdyke.access.models import Agency, ApiToken, Notice, User
from wansdyke.access.tokens import actor_of_token
from wansdyke.accounts import accounts
from wansdyke.accounts.tokens import make_token, revoke_token_of
from wansdyke.history.door import Repeated
from wansdyke.history.models import Event
from wansdyke.history.verify import verify
from wansdyke.kernel.flow import Post, Refused, Role

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]
PAGE = "/administration/users/bob/"
Reset = Callable[..., None]


def password(user: User, by: Actor, at: datetime | None = None) -> None:
    accounts.set_password(
        by=by,
        at=at or timezone.now(),
        key=uuid4().hex,
        user=user,
        password="seven green lanterns",
    )


def factor(user: User, by: Actor, at: datetime | None = None) -> None:
    accounts.reset_second_factor(by=by, at=at or timezone.now(), key=uuid4().hex, user=user)


def suspended(user: User, by: Actor) -> None:
    accounts.suspend(by=by, at=timezone.now(), key=uuid4().hex, user=user, reason="Left")


def token_of(someone: Person, name: str = "Duty figures") -> str:
    made = make_token(by=someone.actor(), at=timezone.now(), key=uuid4().hex, name=name)
    return made[1]


def works(raw: str) -> bool:
    return actor_of_token(raw, at=timezone.now(), address="", request_id="") is not None


@pytest.mark.parametrize("do", [password, factor, suspended])
def test_no_token_outlives_what_shuts_its_owner_out(do: Reset) -> None:
    bob, ann, root = person("bob"), person("ann"), person("root", "administrator")
    first, second, others = token_of(bob), token_of(bob, "Another"), token_of(ann)
    do(bob.user, root.actor())
    bob.user.is_active = True
    bob.user.save()
    assert (works(first), works(second), works(others)) == (False, False, True)
    assert "API tokens" in audited("configuration")[-1]["fields"]


@pytest.mark.parametrize(("first", "then"), [(password, factor), (factor, password)])
def test_one_administrator_does_not_reset_both(first: Reset, then: Reset) -> None:
    bob, root, ada = person("bob"), person("root", "administrator"), person("ada", "administrator")
    start = timezone.now()
    first(bob.user, root.actor(), start)
    before = Event.objects.count()
    with pytest.raises(Refused, match="Another administrator must do the second reset"):
        then(bob.user, root.actor(), start + timedelta(hours=23, minutes=59))
    assert Event.objects.count() == before
    first(bob.user, root.actor(), start + timedelta(minutes=1))
    then(person("ben").user, root.actor(), start)
    then(bob.user, ada.actor(), start + timedelta(minutes=2))


@pytest.mark.parametrize(("first", "then"), [(password, factor), (factor, password)])
def test_a_day_later_the_same_administrator_may(first: Reset, then: Reset) -> None:
    bob, root = person("bob"), person("root", "administrator")
    start = timezone.now()
    first(bob.user, root.actor(), start)
    then(bob.user, root.actor(), start + timedelta(hours=24))


def test_maintenance_is_not_a_second_administrator() -> None:
    bob, root = person("bob"), person("root", "administrator")
    password(bob.user, system_actor())
    with pytest.raises(Refused, match="Another administrator"):
        factor(bob.user, root.actor())
    ben = person("ben")
    factor(ben.user, root.actor())
    with pytest.raises(Refused, match="Another administrator"):
        password(ben.user, system_actor())


def test_the_page_says_why_the_second_reset_is_refused() -> None:
    person("bob")
    root = signed_in(person("root", "administrator"))
    key = {"operation_key": uuid4().hex}
    assert root.post(f"{PAGE}password/", key).status_code == 200
    answer = root.post(f"{PAGE}second-factor/", {"operation_key": uuid4().hex})
    assert answer.status_code == 200
    assert b"Another administrator must do the second reset within 24 hours." in answer.content


@pytest.mark.parametrize(
    ("do", "said"),
    [(password, "gave your account a new password"), (factor, "reset your second factor")],
)
def test_the_user_and_the_forces_auditors_are_told_of_each_reset(do: Reset, said: str) -> None:
    council = Agency.objects.create(key="council", name="Council", kind="council")
    bob, root = person("bob", "analyst"), person("root", "administrator")
    person("priya", "privacy-officer")
    person("stan", "professional-standards")
    person("pat", "partner", agency=council)
    outside = User.objects.create(username="far", name="Far", agency=council)
    outside.memberships.create(
        team=team("council-two", council), post="privacy-officer", from_date="2020-01-01"
    )
    do(bob.user, root.actor())
    told = {notice.user.username: notice for notice in Notice.objects.select_related("user")}
    assert set(told) == {"bob", "priya", "stan"}
    assert said in told["bob"].text
    assert told["priya"].link == told["stan"].link == "/audit/?reference=user%3Abob"
    assert not [notice for notice in told.values() if "bob" in notice.text.lower()]
    do(bob.user, root.actor())
    assert Notice.objects.count() == 6


def test_a_reset_that_is_refused_or_sent_twice_tells_nobody_again() -> None:
    bob, root = person("bob"), person("root", "administrator")
    who = {"by": root.actor(), "at": timezone.now(), "key": "once", "user": bob.user}
    accounts.reset_second_factor(**who)
    with pytest.raises(Repeated):
        accounts.reset_second_factor(**who)
    with pytest.raises(Refused):
        password(bob.user, root.actor())
    assert Notice.objects.count() == 1


def sent_from(page: Any) -> dict[str, str]:
    """What the page's only form to revoke a token sends."""
    shown = page.content.decode()
    found = {
        name: re.findall(rf'name="{name}" value="([^"]*)"', shown)[-1]
        for name in ("operation_key", "mark")
    }
    assert shown.count('name="mark"') == 1
    return found


def test_an_administrator_sees_the_live_tokens_and_revokes_one() -> None:
    bob = person("bob")
    raw = token_of(bob)
    for name, changed in (
        ("Long over", {"expires_at": timezone.now()}),
        ("Taken back", {"revoked_at": timezone.now()}),
    ):
        token_of(bob, name)
        ApiToken.objects.filter(name=name).update(**changed)
    root = signed_in(person("root", "administrator"))
    page = root.get(PAGE)
    assert "Duty figures" in page.content.decode()
    assert not [name for name in ("Long over", "Taken back") if name in page.content.decode()]
    assert raw not in page.content.decode()
    sent = sent_from(page)
    for _ in range(2):
        assert root.post(f"{PAGE}tokens/revoke/", sent).url == PAGE
    assert not works(raw)
    event = Event.objects.get(subject="user:bob", name="API token revoked")
    assert event.by.username == "root"
    assert audited("configuration")[-1]["change"] == "API token revoked"
    shown = root.get(PAGE).content.decode()
    assert "They have no API token that works." in shown
    assert f"Duty figures ({sent['mark']})" in shown
    assert verify().intact


def test_only_an_administrator_revokes_and_only_that_users_token() -> None:
    bob, ann = person("bob"), person("ann", "records-manager")
    raw = token_of(bob)
    mark = ApiToken.objects.get().sha256[:12]
    address, sent = f"{PAGE}tokens/revoke/", {"mark": mark, "operation_key": "k"}
    assert signed_in(ann).post(address, sent).status_code == 404
    assert Client().post(address, sent).status_code == 302
    with pytest.raises(Refused, match="Only a system administrator"):
        revoke_token_of(by=ann.actor(), at=timezone.now(), key="k", user=bob.user, mark=mark)
    root = signed_in(person("root", "administrator"))
    assert root.get(address).status_code == 404
    assert root.post(address.replace("bob", "nobody"), sent).status_code == 404
    answer = root.post(address.replace("bob", "ann"), sent, follow=True)
    assert "no such token" in answer.content.decode()
    assert root.post(address, {"operation_key": "k2"}).url == PAGE
    assert works(raw)


@pytest.mark.parametrize("made_by_first", [True, False])
def test_whom_an_administrator_made_is_no_second_administrator(made_by_first: bool) -> None:
    bob, boss = person("bob"), person("boss", "administrator")
    puppet = accounts.create_user(
        by=boss.actor(), at=timezone.now(), key=uuid4().hex, username="puppet", name="Pup Pet",
        agency=boss.user.agency, password="seven green lanterns",
    )  # fmt: skip
    accounts.give_post(
        by=boss.actor(), at=timezone.now(), key=uuid4().hex, user=puppet, team=team(),
        post="administrator",
    )  # fmt: skip
    User.objects.filter(pk=puppet.pk).update(password_given=False)
    theirs = Person(User.objects.get(pk=puppet.pk), "", []).actor()
    first, second = (boss.actor(), theirs) if made_by_first else (theirs, boss.actor())
    factor(bob.user, first)
    with pytest.raises(Refused, match="was not given by"):
        password(bob.user, second)
    password(bob.user, person("ada", "administrator").actor())


def made_by(by: Actor, username: str, at: datetime | None = None) -> User:
    return accounts.create_user(
        by=by,
        at=at or timezone.now(),
        key=uuid4().hex,
        username=username,
        name=username,
        agency=force(),
        password="seven green lanterns",
    )


def given(user: User, post: str, by: Actor, at: datetime | None = None) -> None:
    accounts.give_post(
        by=by, at=at or timezone.now(), key=uuid4().hex, user=user, team=team(), post=post
    )


def acting_as(user: User) -> Actor:
    """The actor a user is once they have chosen their own password."""
    User.objects.filter(pk=user.pk).update(password_given=False)
    return Person(User.objects.get(pk=user.pk), "", []).actor()


def test_two_accounts_of_one_maker_are_no_two_administrators() -> None:
    bob, boss = person("bob"), person("boss", "administrator").actor()
    then = timezone.now() - timedelta(days=10)
    one, two = made_by(boss, "one", then), made_by(boss, "two", then)
    given(one, "administrator", boss, then)
    given(two, "administrator", boss, then + timedelta(days=4))
    factor(bob.user, acting_as(one))
    with pytest.raises(Refused, match="was not given by"):
        password(bob.user, acting_as(two))


def test_a_makers_maker_is_no_second_administrator_either() -> None:
    bob, boss = person("bob"), person("boss", "administrator").actor()
    then = timezone.now() - timedelta(days=20)
    one = made_by(boss, "one", then)
    given(one, "administrator", boss, then)
    two = made_by(acting_as(one), "two", then)
    given(two, "administrator", acting_as(one), then + timedelta(days=4))
    factor(bob.user, boss)
    with pytest.raises(Refused, match="was not given by"):
        password(bob.user, acting_as(two))


def test_another_post_that_one_gave_the_other_ties_nobody() -> None:
    bob, boss, ada = person("bob"), person("boss", "administrator"), person("ada", "administrator")
    given(ada.user, "analyst", boss.actor())
    factor(bob.user, boss.actor())
    password(bob.user, ada.actor())


def test_an_account_of_yesterday_is_no_second_administrator() -> None:
    bob, boss = person("bob"), person("boss", "administrator")
    start = timezone.now()
    new = made_by(system_actor(), "new", start)
    given(new, "administrator", system_actor(), start)
    factor(bob.user, boss.actor(), start + timedelta(hours=71))
    with pytest.raises(Refused, match="less than 72 hours old"):
        password(bob.user, acting_as(new), start + timedelta(hours=71, minutes=59))
    password(bob.user, acting_as(new), start + timedelta(hours=72))


@pytest.mark.parametrize("post", ["administrator", "analyst", "control-room-supervisor"])
def test_nobody_opens_the_records_with_an_account_they_just_made(post: str, settings: Any) -> None:
    desk = Post(key="control-room-supervisor", title="Supervisor", role=Role.SUPERVISOR)
    settings.DESK_POSTS = (desk,)
    boss, ada = person("boss", "administrator").actor(), person("ada", "administrator").actor()
    start = timezone.now()
    puppet = made_by(boss, "puppet", start)
    before = Event.objects.count()
    with pytest.raises(Refused, match="Another administrator must give it this post") as refused:
        given(puppet, post, boss, start + timedelta(hours=71, minutes=59))
    assert refused.value.field == "post"
    assert Event.objects.count() == before
    given(puppet, "privacy-officer", boss, start)
    given(puppet, post, ada, start)
    given(made_by(boss, "later", start), post, boss, start + timedelta(hours=72))
    given(made_by(system_actor(), "bulk", start), post, system_actor(), start)


def test_the_only_administrator_sets_a_force_up() -> None:
    boss = person("boss", "administrator").actor()
    gone = person("gone", "administrator")
    gone.user.is_active = False
    gone.user.save()
    given(made_by(boss, "ada"), "administrator", boss)
    with pytest.raises(Refused, match="Another administrator must"):
        given(made_by(boss, "second"), "analyst", boss)


@pytest.mark.parametrize("how", ["suspended", "ended"])
def test_nobody_becomes_the_only_administrator_a_moment_before(how: str) -> None:
    boss, ada = person("boss", "administrator").actor(), person("ada", "administrator")
    if how == "suspended":
        suspended(ada.user, boss)
    else:
        ended(ada, boss)
    with pytest.raises(Refused, match="Another administrator must"):
        given(made_by(boss, "puppet"), "analyst", boss)


def ended(someone: Person, by: Actor) -> None:
    accounts.end_post(
        by=by, at=timezone.now(), key=uuid4().hex, membership=someone.user.memberships.get()
    )


def test_the_page_says_why_the_post_is_refused() -> None:
    boss = person("boss", "administrator")
    person("ada", "administrator")
    made_by(boss.actor(), "puppet")
    today = timezone.localdate()
    day = {"from_date-day": today.day, "from_date-month": today.month, "from_date-year": today.year}
    answer = signed_in(boss).post(
        "/administration/users/puppet/posts/add/",
        {"operation_key": "k", "team": team().key, "post": "administrator", **day},
    )
    assert answer.status_code == 200
    assert b"Another administrator must give it this post" in answer.content


def test_auditors_and_its_holder_are_told_of_a_post_that_ended() -> None:
    boss, bob = person("boss", "administrator").actor(), person("bob", "analyst")
    stan, priti = person("stan", "professional-standards"), person("priti", "privacy-officer")
    ended(bob, boss)
    ended(stan, boss)
    ended(priti, boss)
    told = list(Notice.objects.order_by("pk").values_list("user__username", "text", "link"))
    yours = ("An administrator ended a post of yours.", "/account/")
    seen = "An administrator ended a post of an account."
    assert sorted(told) == sorted(
        [
            ("bob", *yours),
            ("stan", seen, "/audit/?reference=user%3Abob"),
            ("priti", seen, "/audit/?reference=user%3Abob"),
            ("stan", *yours),
            ("priti", seen, "/audit/?reference=user%3Astan"),
            ("priti", *yours),
        ]
    )


def test_auditors_are_told_of_new_accounts_and_posts() -> None:
    boss, priti = person("boss", "administrator"), person("priti", "privacy-officer")
    made = accounts.create_user(
        by=boss.actor(), at=timezone.now(), key=uuid4().hex, username="new", name="New One",
        agency=boss.user.agency, password="seven green lanterns",
    )  # fmt: skip
    accounts.give_post(
        by=boss.actor(), at=timezone.now(), key=uuid4().hex, user=made, team=team(), post="analyst"
    )
    told = list(Notice.objects.filter(user=priti.user).order_by("pk").values_list("text", "link"))
    assert told == [
        ("An administrator made a new account.", "/audit/?reference=user%3Anew"),
        ("An administrator gave an account a post.", "/audit/?reference=user%3Anew"),
    ]


def test_auditors_are_told_of_an_account_suspended_and_restored() -> None:
    boss, bob = person("boss", "administrator").actor(), person("bob", "analyst")
    priti = person("priti", "privacy-officer")
    now = timezone.now()
    accounts.suspend(by=boss, at=now, key=uuid4().hex, user=bob.user, reason="Left")
    accounts.restore(by=boss, at=now, key=uuid4().hex, user=bob.user, reason="Back")
    told = list(Notice.objects.filter(user=priti.user).order_by("pk").values_list("text", "link"))
    assert told == [
        ("An administrator suspended an account.", "/audit/?reference=user%3Abob"),
        (
            "An administrator gave a suspended account access again.",
            "/audit/?reference=user%3Abob",
        ),
    ]
