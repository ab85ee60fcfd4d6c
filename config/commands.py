"""Every command of `wansdyke`, put together from the rooms they live in."""

from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Annotated

import typer

from config.desks import DESKS
from config.serving import serve
from wansdyke.access.command_line import AS
from wansdyke.access.database import migrate_all, pending
from wansdyke.accounts.commands import user_app
from wansdyke.assurance.commands import measures
from wansdyke.assurance.every_setting import every_setting
from wansdyke.demo.commands import demo
from wansdyke.directory import followers
from wansdyke.history.audit_commands import audit_app
from wansdyke.history.backup.commands import backup, restore
from wansdyke.home.disposal_commands import disposal_app
from wansdyke.linkage.commands import link
from wansdyke.linkage.find_command import find
from wansdyke.people.commands import import_app, importing_areas

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="One record of risk, from the first call to a safe outcome.",
    epilog="Settings come from the environment; docs/start.md lists them.",
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"wansdyke {version('wansdyke')}")
        raise typer.Exit


@app.callback()
def wansdyke(
    user: Annotated[
        str | None,
        typer.Option("--as", metavar="USER", help="Who acts; with their rights, in their name."),
    ] = None,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="The release."),
    ] = False,
) -> None:
    AS.set(user)


@app.command()
def migrate() -> None:
    """Bring the database's tables up to this release; on PostgreSQL as the role that owns them."""
    waiting = pending()
    if not waiting:
        typer.echo("The database is up to date.")
    # Also where nothing waits: the application's role may have been renamed.
    migrate_all()
    if waiting:
        typer.echo(f"The database is up to date now: {len(waiting)} migrations were applied.")


app.command()(serve)
app.command()(demo)
app.command()(measures)
app.command()(find)
app.command()(link)
app.command()(backup)
app.command()(restore)
app.add_typer(user_app(every_setting), name="user")
import_app.command("areas")(importing_areas(followers))
app.add_typer(import_app, name="import")
app.add_typer(audit_app, name="audit")
app.add_typer(disposal_app, name="disposal")
for desk in DESKS:
    # What a desk can bring in from files, where it can.
    if find_spec(f"{desk}.import_commands"):
        import_module(f"{desk}.import_commands").add_to(import_app)
    # And whatever else it does at the command line.
    if find_spec(f"{desk}.commands"):
        import_module(f"{desk}.commands").add_to(app)
