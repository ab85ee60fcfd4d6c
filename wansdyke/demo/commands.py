"""The command that makes the made-up force."""

from typing import Annotated

import typer
from django.utils import timezone
from rich.console import Console

from wansdyke.access.database import empty, migrate_all
from wansdyke.demo.make import made_here, make
from wansdyke.kernel.flow import Refused


def demo(
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Do nothing where the force is there already.")
    ] = False,
    seed: Annotated[int, typer.Option(help="The same seed makes the same force.")] = 1,
    calls: Annotated[int, typer.Option(min=12, max=20_000, help="How many calls.")] = 96,
) -> None:
    """Make a small made-up force on an empty database, to try the product on."""
    console = Console(stderr=True)
    migrate_all()
    if if_empty and not empty():
        if not made_here():
            raise Refused("This database was not made by “wansdyke demo”; it was left alone.")
        console.print("The made-up force is there already; its data was kept.")
        return
    with console.status("Making the made-up force …"):
        make(now=timezone.now(), seed=seed, calls=calls, tell=console.print)
    console.print("The made-up force is ready.")
