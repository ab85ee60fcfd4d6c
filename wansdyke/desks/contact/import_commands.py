"""`wansdyke import contacts` and `wansdyke import people`: a force's own history from its files."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from wansdyke.access.command_line import acting
from wansdyke.access.database import weigh_tables
from wansdyke.access.posts import Right
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.imports import load_contacts
from wansdyke.desks.contact.intake import Stage, Summary
from wansdyke.desks.contact.people_imports import load_people
from wansdyke.kernel.flow import Refused

File = Annotated[
    Path,
    typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, show_default=False),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Check the whole file and load nothing of it.")
]
SkipBad = Annotated[
    Path | None,
    typer.Option(
        metavar="REJECTS",
        dir_okay=False,
        writable=True,
        help="Leave bad rows out, and write them to this file with what is wrong. "
        "Without this, one bad row stops the whole file.",
    ),
]
TeamKey = Annotated[
    str,
    typer.Option(
        "--team", metavar="KEY", help="The team whose calls they become. [default: your first]"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print what came of it as JSON.")]


def import_contacts(
    file: File,
    dry_run: DryRun = False,
    skip_bad: SkipBad = None,
    team: TeamKey = "",
    as_json: AsJson = False,
) -> None:
    """Load calls from a CSV file that docs/import.md describes.

    The whole file is checked before any of it is loaded. A reference that is there already is
    amended where the file differs, and keeps its history; a column left out, or an empty cell,
    changes nothing. Stopped in the middle, the same command goes on where it was.
    """
    with _plainly():
        by = acting(Right.CREATE)
        with _bars(file) as stage:
            came = load_contacts(
                file,
                by,
                desk=DESK,
                now=timezone.now,
                team=team,
                dry_run=dry_run,
                rejects=skip_bad,
                stage=stage,
            )
    weigh_tables()
    _say(came, "contacts", skip_bad, as_json=as_json)


def import_people(
    file: File,
    dry_run: DryRun = False,
    skip_bad: SkipBad = None,
    as_json: AsJson = False,
) -> None:
    """Load further people of calls that are loaded already, from a CSV file.

    docs/import.md describes its columns. The same person of the same call again is amended where
    the file differs; a column left out, or an empty cell, changes nothing.
    """
    with _plainly():
        by = acting(Right.CREATE)
        with _bars(file) as stage:
            came = load_people(
                file,
                by,
                desk=DESK,
                now=timezone.now,
                dry_run=dry_run,
                rejects=skip_bad,
                stage=stage,
            )
    weigh_tables()
    _say(came, "people", skip_bad, as_json=as_json)


def add_to(app: typer.Typer) -> None:
    """Adds both commands to the `import` command."""
    commands: dict[str, Callable[..., None]] = {
        "contacts": import_contacts,
        "people": import_people,
    }
    for name, command in commands.items():
        app.command(name)(command)


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except (Refused, OSError) as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(1) from None


@contextmanager
def _bars(file: Path) -> Iterator[Stage]:
    """A bar for each stage of a load, on standard error."""
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
    tasks: dict[str, TaskID] = {}

    def stage(name: str, done: int, total: int) -> None:
        if name not in tasks:
            tasks[name] = bars.add_task(f"{name} {file.name}", total=total)
        bars.update(tasks[name], completed=done, total=total)

    with bars:
        yield stage


def _say(came: Summary, noun: str, rejects: Path | None, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(came.as_dict(), indent=2))
        return
    would = "would be " if came.dry_run else ""
    typer.echo(
        f"{came.file}: {came.rows:,} rows; {came.added:,} {noun} {would}added,"
        f" {came.amended:,} {would}amended, {came.unchanged:,} already as the file says."
    )
    if came.rejected:
        typer.echo(f"{came.rejected:,} bad rows were left out and are in {rejects}, with why.")
    if came.resumed:
        typer.echo("An earlier run of this file had stopped; this one has completed it.")
    if came.dry_run:
        typer.echo("Nothing was loaded: this was a dry run.")
