"""`wansdyke watch contacts`: files that another system puts into a folder, loaded as they come."""

import time
from pathlib import Path
from typing import Annotated

import typer
from django.db import close_old_connections
from django.utils import timezone

from wansdyke.access.command_line import acting
from wansdyke.access.posts import Right
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.feed.watching import Folder, watch
from wansdyke.kernel.flow import Refused

watch_app = typer.Typer(no_args_is_help=True, help="Load files as they come into a folder.")


@watch_app.callback()
def watching() -> None:
    """Load files as they come into a folder."""


@watch_app.command("contacts")
def watch_contacts(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", exists=True, file_okay=False, writable=True),
    ],
    team: Annotated[
        str, typer.Option("--team", metavar="KEY", help="The team whose calls they become.")
    ] = "",
    once: Annotated[
        bool, typer.Option("--once", help="Look twice, load what is whole, and end.")
    ] = False,
    every: Annotated[
        float, typer.Option(min=0.1, max=3600, help="Seconds between two looks.")
    ] = 10.0,
) -> None:
    """Load each file of calls that comes into FOLDER, then move it to done/ or refused/.

    The same checks and columns as `import contacts`; docs/import.md says when a file is whole.
    What a person in Wansdyke graded or wrote is kept.
    """

    def rest() -> None:
        close_old_connections()
        time.sleep(every)

    watched = Folder(folder, acting(Right.CREATE), DESK, timezone.now, team)
    try:
        watch(watched, once=once, rest=rest, say=lambda words: typer.echo(words, err=True))
    except (Refused, OSError) as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(1) from None
