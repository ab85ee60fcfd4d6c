"""The control room's commands beside imports: the downtime pack, the feed's folder and report."""

import time
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

from wansdyke.access.command_line import acting
from wansdyke.access.posts import Right
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.downtime.pack import SHORTEST, too_weak, write
from wansdyke.desks.contact.reconcile_commands import reconcile_app
from wansdyke.desks.contact.watch_commands import watch_app
from wansdyke.kernel.flow import Refused

LEAST = 30  # seconds
downtime_app = typer.Typer(no_args_is_help=True, help="Work on while the system is down.")


@downtime_app.command()
def pack(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", dir_okay=False)],
    password_file: Annotated[
        Path,
        typer.Option(
            "--password-file",
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help=f"Its first line is the passphrase, at least {SHORTEST} characters.",
        ),
    ],
    every: Annotated[
        int,
        typer.Option(
            "--every", min=0, help=f"Make it anew so often, in seconds ({LEAST} or more); 0: once."
        ),
    ] = 0,
) -> None:
    """Write the open calls and blank forms into one encrypted file that opens with no network.

    It holds what the acting user may take out, and each call in it is logged as exported. The
    older file stands until the new one is whole.
    """
    try:
        passphrase = (password_file.read_text().splitlines() or [""])[0].strip()
        if problem := too_weak(passphrase):
            raise Refused(f"{problem}.")
        if 0 < every < LEAST:
            raise Refused(f"--every must be {LEAST} seconds or more, or 0.")
        while True:
            size = write(DESK, passphrase, out, by=acting(Right.EXPORT), at=timezone.now())
            typer.echo(f"{out}: {size:,} bytes", err=True)
            if not every:
                return
            time.sleep(every)
    except (Refused, OSError) as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(1) from None


def add_to(app: typer.Typer) -> None:
    """Adds them to `wansdyke`."""
    app.add_typer(downtime_app, name="downtime")
    app.add_typer(watch_app, name="watch")
    app.add_typer(reconcile_app, name="reconcile")
