"""Who acts at the command line, and `wansdyke user …`."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone
from typer.testing import CliRunner, Result

from tests.access.people import audited, force, person, team
from tests.access.urls import MINUTES, declared
from wansdyke.access.actors import SYSTEM
from wansdyke.access.command_line import AS, acting
from wansdyke.access.models import Agency, Installation, Membership, Team, User
from wansdyke.access.posts import Right
from wansdyke.access.settings import value_of
from wansdyke.accounts.commands import user_app
from wansdyke.kernel.flow import Refused

pytestmark = pytest.mark.django_db
WORDS = "seven green lanterns at dawn\n"


@pytest.fixture
def as_user() -> Iterator[Any]:
    """Sets whom `--as` names."""
    token = AS.set(None)
    yield AS.set
    AS.reset(token)


def run(*words: str, typed: str = "") -> Result:
    """One command; its outcome."""
    return CliRunner().invoke(user_app(declared), list(words), input=typed)


def test_the_user_named_acts_with_what_their_posts_give(as_user: Any) -> None:
    person("ann", "analyst")
    as_user("Ann")
    actor = acting(Right.EXPORT)
    assert (actor.username, actor.channel, actor.admitted) == ("ann", "command line", True)
    with pytest.raises(Refused, match="No post that ann holds today gives the right to administer"):
        acting(Right.ADMINISTER)


def test_the_environment_may_name_them(as_user: Any, settings: Any) -> None:
    person("ann", "analyst")
    person("bob", "analyst")
    settings.ACT_AS = "ann"
    assert acting().username == "ann"
    as_user("bob")
    assert acting().username == "bob"


def test_who_may_not_act(as_user: Any) -> None:
    gone = person("gone", "analyst").user
    gone.is_active = False
    gone.save()
    council = Agency.objects.create(key="c", name="C", kind="council", active=False)
    person("pat", agency=council)
    acting()
    for name, said in (
        ("nobody", "no user called “nobody”"),
        ("gone", "account of gone is suspended"),
        ("pat", "agency of pat has no access"),
        (SYSTEM, "Nobody acts as “system”"),
    ):
        as_user(name)
        with pytest.raises(Refused, match=said):
            acting()


@pytest.mark.parametrize("right", [None, Right.LOAD_REFERENCE, Right.ADMINISTER])
def test_maintenance_needs_nobody_and_sees_nothing(as_user: Any, right: Right | None) -> None:
    actor = acting(right)
    assert actor.username == SYSTEM
    assert not any(actor.may(each) for each in Right)


def test_work_on_records_needs_somebody(as_user: Any, settings: Any, capsys: Any) -> None:
    person("ann", "analyst")
    with pytest.raises(Refused, match="Say who acts: wansdyke --as USER"):
        acting(Right.VIEW)
    made = Installation.objects.create(made_at=timezone.now(), notes={"default_actor": "ann"})
    settings.DEMO = True
    with pytest.raises(Refused, match="Say who acts"):
        acting(Right.VIEW)
    made.demonstration = True
    made.save()
    assert acting(Right.VIEW).username == "ann"
    assert "Acting as Ann (ann)" in capsys.readouterr().err
    settings.DEMO = False
    with pytest.raises(Refused, match="Say who acts"):
        acting(Right.VIEW)


def test_the_first_administrator_is_made_on_an_empty_database_only(as_user: Any) -> None:
    made = run(
        *("create", "root", "--name", "Ro Ot", "--first", "--force", "Wiltshire Police"),
        "--password-stdin",
        typed=WORDS,
    )
    assert made.exit_code == 0, made.output
    root = User.objects.get(username="root")
    assert root.check_password(WORDS.strip())
    assert (root.agency.name, root.agency.home) == ("Wiltshire Police", True)
    held = Membership.objects.get(user=root)
    assert (held.post, held.team.key) == ("administrator", "administration")
    entry = audited("configuration")[0]
    assert (entry["actor"], entry["channel"]) == (SYSTEM, "command line")
    again = run("create", "two", "--name", "Two", "--first", "--password-stdin", typed=WORDS)
    assert again.exit_code == 1
    assert "There are users already" in again.output
    as_user("root")
    assert acting(Right.ADMINISTER).username == "root"


def test_a_failed_first_administrator_leaves_nothing() -> None:
    made = run("create", "root", "--name", "R", "--first", "--password-stdin", typed="short\n")
    assert made.exit_code == 1
    assert "at least 12 characters" in made.output
    assert not User.objects.exclude(username=SYSTEM).exists()
    assert not Agency.objects.exists()


def test_the_password_is_asked_for_twice_and_not_shown() -> None:
    force()
    person("root", "administrator")
    typed = WORDS * 2
    made = run("create", "bob", "--name", "Bob", "--rank", "constable", typed=typed)
    assert made.exit_code == 0, made.output
    assert WORDS.strip() not in made.output
    assert User.objects.get(username="bob").check_password(WORDS.strip())


def test_posts_are_given_and_ended(as_user: Any) -> None:
    bob = person("bob")
    team()
    assert run("post", "bob", "control-room", "analyst", "--from", "2026-01-01").exit_code == 0
    assert bob.actor().posts == {"analyst"}
    told = json.loads(run("list", "--json").output)
    assert told == [
        {
            "username": "bob",
            "name": "Bob",
            "rank": "staff",
            "agency": "force",
            "active": True,
            "posts": [{"team": "control-room", "post": "analyst", "from": "2026-01-01"}],
        }
    ]
    assert "analyst in" in run("list").output
    assert run("end-post", "bob", "control-room", "analyst").exit_code == 0
    assert not bob.actor().posts
    assert run("end-post", "bob", "control-room", "analyst").exit_code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("post", "nobody", "control-room", "analyst"), "no user called"),
        (("post", "bob", "no-team", "analyst"), "no team called"),
        (("post", "bob", "control-room", "king"), "no post called “king”. There are: admin"),
        (("post", "bob", "control-room", "analyst", "--from", "1/2/26"), "is not a date"),
        (("suspend", "system", "--reason", "x"), "no user called"),
        (("suspend", "bob", "--reason", " "), "Enter a reason"),
        (("setting", "set", "none", "1", "--reason", "x"), "no setting called"),
        (("setting", "set", MINUTES.key, "0", "--reason", "x"), "must be a whole number"),
        (("setting", "set", MINUTES.key, "9", "--reason", "x", "--from", "soon"), "not a moment"),
        (("team", "add", "Not A Key", "Name"), "A short name has"),
        (("agency", "add", "force", "Name"), "already in use"),
    ],
)
def test_refusals_are_one_plain_sentence(words: tuple[str, ...], said: str) -> None:
    person("bob")
    team()
    outcome = run(*words)
    assert outcome.exit_code == 1
    assert said in " ".join(outcome.output.split())
    assert "Traceback" not in outcome.output


def test_suspending_restoring_and_resetting() -> None:
    bob = person("bob")
    assert run("suspend", "bob", "--reason", "Left").exit_code == 0
    bob.user.refresh_from_db()
    assert not bob.user.is_active
    assert run("restore", "bob", "--reason", "Came back").exit_code == 0
    bob.user.refresh_from_db()
    assert bob.user.is_active
    assert run("password", "bob", "--password-stdin", typed=WORDS).exit_code == 0
    bob.user.refresh_from_db()
    assert bob.user.check_password(WORDS.strip())
    # Whoever did the one reset may not do the other to the same person within a day.
    assert run("reset-second-factor", "bob").exit_code == 1
    person("carl")
    assert run("reset-second-factor", "carl").exit_code == 0
    assert not Authenticator.objects.filter(user__username="carl").exists()
    changes = [entry["change"] for entry in audited("configuration")]
    assert changes == ["user suspended", "user restored", "password set", "second factor reset"]


def test_a_named_administrator_is_who_did_it(as_user: Any) -> None:
    person("root", "administrator")
    person("ann", "analyst")
    as_user("ann")
    assert "gives the right to administer" in run("suspend", "root", "--reason", "x").output
    as_user("root")
    assert "another administrator" in run("suspend", "root", "--reason", "x").output
    assert run("suspend", "ann", "--reason", "x").exit_code == 0
    assert audited("configuration")[-1]["actor"] == "root"


def test_teams_agencies_and_settings() -> None:
    force()
    assert run("team", "add", "night", "Night shift").exit_code == 0
    assert Team.objects.get(key="night").agency.home
    added = run("agency", "add", "council", "Council", "--kind", "council")
    assert added.exit_code == 0
    assert run("team", "add", "adults", "Adults", "--agency", "council").exit_code == 0
    assert run("setting", "set", MINUTES.key, "15", "--reason", "Trial").exit_code == 0
    assert value_of(MINUTES, timezone.now()) == 15
    listed = json.loads(run("setting", "list", "--json").output)
    assert listed[0] == {
        "key": MINUTES.key,
        "title": MINUTES.title,
        "value": 15,
        "default": 20,
        "unit": "minutes",
    }
    assert "15 minutes" in run("setting", "list").output
