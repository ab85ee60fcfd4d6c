"""`wansdyke user …`: accounts, posts, teams, agencies and settings from the command line."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated, Any
from uuid import uuid4

import typer
from django.db.models import Q
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from wansdyke.access.actors import SYSTEM, Actor, system_actor
from wansdyke.access.command_line import acting
from wansdyke.access.models import Agency, Membership, Team, User
from wansdyke.access.posts import Right, posts
from wansdyke.access.settings import Setting, values_of
from wansdyke.accounts import accounts, force
from wansdyke.accounts.accounts import holds_on, memberships_of
from wansdyke.accounts.configuring import configuring
from wansdyke.accounts.sealing import seal_again
from wansdyke.kernel.calendar import london, parse_london
from wansdyke.kernel.flow import Refused

Declared = Callable[[], Sequence[Setting]]
Username = Annotated[str, typer.Argument(metavar="USER", help="The username.")]
Reason = Annotated[str, typer.Option(help="Why; kept in the account's history.")]
Stdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

users_app = typer.Typer(no_args_is_help=True, help="Accounts, posts, teams and settings.")
teams_app = typer.Typer(no_args_is_help=True, help="Teams.")
agencies_app = typer.Typer(no_args_is_help=True, help="Agencies.")
settings_app = typer.Typer(no_args_is_help=True, help="Force settings.")
users_app.add_typer(teams_app, name="team")
users_app.add_typer(agencies_app, name="agency")
users_app.add_typer(settings_app, name="setting")


def user_app(declared: Declared) -> typer.Typer:
    """The commands; `declared` gives every setting that the installation knows."""

    @settings_app.callback()
    def _known(context: typer.Context) -> None:
        context.obj = declared

    return users_app


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        typer.echo(refused.message, err=True)
        raise typer.Exit(1) from None


def _who(by: Actor | None = None) -> dict[str, Any]:
    """Who acts, when, and a key: each command is asked for once."""
    return {"by": by or acting(Right.ADMINISTER), "at": timezone.now(), "key": uuid4().hex}


def _user(username: str) -> User:
    found = User.objects.select_related("agency").filter(username__iexact=username).first()
    if found is None or found.username == SYSTEM:
        raise Refused(f"There is no user called “{username}”.")
    return found


def _team(key: str) -> Team:
    found = Team.objects.select_related("agency").filter(key=key).first()
    if found is None:
        known = ", ".join(Team.objects.order_by("key").values_list("key", flat=True))
        raise Refused(f"There is no team called “{key}”. There are: {known or 'none'}.")
    return found


def _agency(key: str | None) -> Agency:
    wanted = {"key": key} if key else {"home": True}
    found = Agency.objects.filter(**wanted).first()
    if found is None:
        raise Refused(f"There is no agency called “{key}”." if key else "There is no force yet.")
    return found


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"“{text}” is not a date: write it as 2026-11-22.") from None


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        return parse_london(text)
    except ValueError:
        raise Refused(f"“{text}” is not a moment: write it as 2026-11-22T09:30.") from None


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


@users_app.command("create")
def create(
    username: Username,
    name: Annotated[str, typer.Option(prompt="Full name", help="The full name.")],
    first: Annotated[
        bool,
        typer.Option("--first", help="Make the first administrator, on an empty database only."),
    ] = False,
    force_name: Annotated[
        str, typer.Option("--force", help="The force's name, with --first.")
    ] = "The force",
    agency: Annotated[str | None, typer.Option(help="An agency's key; the force if none.")] = None,
    rank: Annotated[str, typer.Option(help="The rank, such as constable.")] = "staff",
    email: Annotated[str, typer.Option(help="The email address.")] = "",
    password_stdin: Stdin = False,
) -> None:
    """Make an account. Its password is asked for, and is never an argument."""
    with _plainly():
        asked: dict[str, Any] = {"username": username, "name": name}
        if first:
            accounts.refuse_unless_empty()
            asked |= _who(system_actor()) | {"password": _password(password_stdin)}
            made = accounts.create_first(**asked, force=force_name)
            typer.echo(f"{made.username} is the first administrator of {made.agency}.")
            return
        asked |= _who() | {"rank": rank, "email": email, "agency": _agency(agency)}
        made = accounts.create_user(**asked, password=_password(password_stdin))
        typer.echo(f"{made.username} is made. Give a post: wansdyke user post {made.username} …")


def _as_told(user: User, today: date) -> dict[str, Any]:
    held = [m for m in memberships_of(user) if holds_on(m, today)]
    return {
        "username": user.username,
        "name": user.name,
        "rank": user.rank,
        "agency": user.agency.key if user.agency else None,
        "active": user.is_active,
        "posts": [{"team": m.team.key, "post": m.post, "from": str(m.from_date)} for m in held],
    }


@users_app.command("list")
def list_users(as_json: AsJson = False) -> None:
    """List the accounts, with the posts they hold today."""
    with _plainly():
        acting(Right.ADMINISTER)
        rows = User.objects.exclude(username=SYSTEM).select_related("agency").order_by("username")
        today = london(timezone.now()).date()
        told = [_as_told(user, today) for user in rows]
    if as_json:
        typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    table = Table("Username", "Name", "Agency", "Posts today", "Account")
    for row in told:
        held = ", ".join(f"{post['post']} in {post['team']}" for post in row["posts"])
        state = "active" if row["active"] else "suspended"
        table.add_row(row["username"], row["name"], row["agency"] or "", held, state)
    Console().print(table)


@users_app.command("post")
def post(
    username: Username,
    team: Annotated[str, typer.Argument(metavar="TEAM", help="The team's key.")],
    post_key: Annotated[str, typer.Argument(metavar="POST", help="The post's key.")],
    from_day: Annotated[
        str | None, typer.Option("--from", help="First day; today if none.")
    ] = None,
    until_day: Annotated[
        str | None, typer.Option("--until", help="First day on which it is no longer held.")
    ] = None,
) -> None:
    """Give a post in a team."""
    with _plainly():
        if post_key not in posts():
            known = ", ".join(sorted(posts()))
            raise Refused(f"There is no post called “{post_key}”. There are: {known}.")
        made = accounts.give_post(
            **_who(),
            user=_user(username),
            team=_team(team),
            post=post_key,
            from_date=_day(from_day),
            until_date=_day(until_day),
        )
        typer.echo(f"{made.user.username}: {accounts.words_of(made)}.")


@users_app.command("end-post")
def end_post(
    username: Username,
    team: Annotated[str, typer.Argument(metavar="TEAM", help="The team's key.")],
    post_key: Annotated[str, typer.Argument(metavar="POST", help="The post's key.")],
    until_day: Annotated[
        str | None, typer.Option("--until", help="First day on which it is no longer held; today.")
    ] = None,
) -> None:
    """End a post that is held, or will be."""
    with _plainly():
        who, user = _who(), _user(username)
        today = london(who["at"]).date()
        rows = Membership.objects.filter(user=user, team=_team(team), post=post_key)
        running = Q(until_date__isnull=True) | Q(until_date__gt=today)
        held = rows.filter(running).order_by("from_date").first()
        if held is None:
            raise Refused(f"{user.username} holds no such post.")
        accounts.end_post(**who, membership=held, until_date=_day(until_day))
        typer.echo("The post is ended.")


@users_app.command("suspend")
def suspend(username: Username, reason: Reason) -> None:
    """Suspend an account: no access from the next request on."""
    with _plainly():
        accounts.suspend(**_who(), user=_user(username), reason=reason)
        typer.echo(f"{username} is suspended.")


@users_app.command("restore")
def restore(username: Username, reason: Reason) -> None:
    """Restore a suspended account."""
    with _plainly():
        accounts.restore(**_who(), user=_user(username), reason=reason)
        typer.echo(f"{username} is restored.")


@users_app.command("password")
def password(username: Username, password_stdin: Stdin = False) -> None:
    """Set an account's password, and end its sessions and API tokens."""
    with _plainly():
        who, user = _who(), _user(username)
        accounts.set_password(**who, user=user, password=_password(password_stdin))
        typer.echo(f"The password of {user.username} is set.")


@users_app.command("reset-second-factor")
def reset_second_factor(username: Username) -> None:
    """Take away a lost authenticator; its owner sets up another at the next sign-in."""
    with _plainly():
        accounts.reset_second_factor(**_who(), user=_user(username))
        typer.echo(f"The second factor of {username} is reset.")


@users_app.command("seal-second-factors")
def seal_second_factors() -> None:
    """Seal every second factor with the secret key of now, so that an old one may go."""
    with _plainly():
        who = _who()
        done = seal_again()
        with configuring("second factors sealed", "second factors", done, **who) as doing:
            doing.touched("second factor")
        typer.echo(f"{done} second factors and sets of recovery codes are sealed with the key.")


@teams_app.command("add")
def team_add(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A short name, such as control-room.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name in words.")],
    agency: Annotated[str | None, typer.Option(help="An agency's key; the force if none.")] = None,
) -> None:
    """Add a team."""
    with _plainly():
        who = _who()
        made = force.create_team(**who, agency=_agency(agency), team_key=key, name=name)
        typer.echo(f"{made.name} ({made.key}) is added to {made.agency}.")


@agencies_app.command("add")
def agency_add(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A short name, such as council.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name in words.")],
    kind: Annotated[str, typer.Option(help="police, council, health, probation, …")] = "other",
    agreement_until: Annotated[
        str | None, typer.Option(help="The last day of the information-sharing agreement.")
    ] = None,
) -> None:
    """Add a partner agency."""
    with _plainly():
        made = force.create_agency(
            **_who(),
            agency_key=key,
            name=name,
            kind=kind,
            agreement_until=_day(agreement_until),
        )
        typer.echo(f"{made.name} ({made.key}) is added.")


@settings_app.command("list")
def setting_list(context: typer.Context, as_json: AsJson = False) -> None:
    """List the force settings and their values now."""
    with _plainly():
        acting(Right.ADMINISTER)
        declared: Sequence[Setting] = context.obj()
        now = values_of(tuple(declared), timezone.now())
    told = [
        {"key": s.key, "title": s.title, "value": now[s.key], "default": s.default, "unit": s.unit}
        for s in declared
    ]
    if as_json:
        typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    table = Table("Key", "Setting", "Value", "Default")
    for row in told:
        values = (f"{row[name]} {row['unit']}" for name in ("value", "default"))
        table.add_row(row["key"], row["title"], *values)
    Console().print(table)


@settings_app.command("set")
def setting_set(
    context: typer.Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The setting's key.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="Its new value.")],
    reason: Reason,
    from_moment: Annotated[
        str | None, typer.Option("--from", help="From when, London time; now if none.")
    ] = None,
) -> None:
    """Set a force setting from a moment on."""
    with _plainly():
        found = next((s for s in context.obj() if s.key == key), None)
        if found is None:
            raise Refused(f"There is no setting called “{key}”.")
        starts = _moment(from_moment)
        force.set_setting(**_who(), setting=found, text=value, from_at=starts, reason=reason)
        typer.echo(f"{found.title}: {value} {found.unit}".strip())
