"""`wansdyke import areas`, `police-uk`, `populations` and `population-shares`: reference data from
published files."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Protocol, TypeVar

import typer
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from wansdyke.access.actors import Actor
from wansdyke.access.command_line import acting
from wansdyke.access.database import weigh_tables
from wansdyke.access.posts import Right
from wansdyke.kernel.flow import Refused
from wansdyke.people import areas, population_shares, populations, published, whereabouts
from wansdyke.people.delimited import Checked, SourceFile, Told
from wansdyke.people.whereabouts import Follower

Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE…", exists=True, dir_okay=False, readable=True, show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print what came of it as JSON.")]

import_app = typer.Typer(no_args_is_help=True, help="Bring in records from files.")


class Checkable(Protocol):
    """A file that was found good, and how many rows it has."""

    @property
    def source(self) -> SourceFile: ...

    @property
    def rows(self) -> int: ...


class Outcome(Protocol):
    """What came of a file."""

    def as_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        ...


Good = TypeVar("Good", bound=Checkable)
Came = TypeVar("Came", bound=Outcome)


def importing_areas(followers: Callable[[], Sequence[Follower]]) -> Callable[..., None]:
    """The command that loads outlines; `followers` are of the floors above."""

    def import_areas(files: Files, as_json: AsJson = False) -> None:
        """Load outlines of areas from GeoJSON files (WGS84), such as those of LSOAs.

        The same outlines again add nothing; a known area that is drawn or named anew is changed.
        Then every place and call is placed in them; stopped meanwhile, run the same again.
        """
        with _plainly():
            by = acting(Right.LOAD_REFERENCE)
            came = _each(files, areas.check, _load_areas, by)
            placed = _settle(followers(), by)
        _say(as_json, came, _areas_words, {"placed": placed})
        if not as_json:
            typer.echo(f"{placed:,} places and calls were placed in them.")

    return import_areas


def _settle(followers: Sequence[Follower], by: Actor) -> int:
    with _bars() as bars:
        bar = bars.add_task("Placing what lies in them", total=None)
        return whereabouts.settle(followers, by=by, now=timezone.now, told=_to(bars, bar))


@import_app.command("populations")
def import_populations(files: Files, as_json: AsJson = False) -> None:
    """Load how many people live in each area (CSV: code, population, year, source).

    The same figures again add nothing; another figure for the same area and year takes its place.
    """
    with _plainly():
        by = acting(Right.LOAD_REFERENCE)
        came = _each(files, populations.check, _load_populations, by)
    _say(as_json, came, _populations_words)


@import_app.command("population-shares")
def import_population_shares(files: Files, as_json: AsJson = False) -> None:
    """Load how those who live in the force's area answer the questions about equality, as the
    census has it (CSV: characteristic, answer, people, year, source).

    The same figures again add nothing; another figure for the same answer and year takes its place.
    """
    with _plainly():
        by = acting(Right.LOAD_REFERENCE)
        came = _each(files, population_shares.check, _load_shares, by)
    _say(as_json, came, _shares_words)


@import_app.command("police-uk")
def import_police_uk(files: Files, as_json: AsJson = False) -> None:
    """Load street-level crime and anti-social behaviour as data.police.uk publishes it (CSV).

    They are counts by area and month, not cases. The same file again, or one that overlaps, adds
    nothing; a newer outcome of a known crime is added to it. Each file is all or nothing; every
    file is checked before any is loaded.
    """
    with _plainly():
        by = acting(Right.LOAD_REFERENCE)
        came = _each(files, published.check, _load_published, by)
        if not areas.codes_loaded():
            typer.echo(
                "No areas are loaded, so every row counts as outside. Load them with:"
                " wansdyke import areas FILE",
                err=True,
            )
    weigh_tables()
    _say(as_json, came, _published_words)


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except (Refused, OSError) as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(1) from None


def _load_areas(checked: Checked, by: Actor, told: Told) -> areas.Summary:
    return areas.load(checked, by=by, now=timezone.now, told=told)


def _load_populations(checked: Checked, by: Actor, told: Told) -> populations.Summary:
    return populations.load(checked, by=by, now=timezone.now, told=told)


def _load_shares(checked: Checked, by: Actor, told: Told) -> population_shares.Summary:
    return population_shares.load(checked, by=by, now=timezone.now, told=told)


def _load_published(checked: Checked, by: Actor, told: Told) -> published.Summary:
    return published.load(checked, by=by, now=timezone.now, told=told)


def _each(
    files: Sequence[Path],
    check: Callable[[Path, Told], Good],
    load: Callable[[Good, Actor, Told], Came],
    by: Actor,
) -> list[Came]:
    """Checks every file, then loads each, with a bar for both on standard error."""
    with _bars() as bars:
        good: list[Good] = []
        for path in files:
            bar = bars.add_task(f"Checking {path.name}", total=2 * path.stat().st_size)
            good.append(check(path, _to(bars, bar)))
            bars.remove_task(bar)
        came: list[Came] = []
        for checked in good:
            bar = bars.add_task(f"Loading {checked.source.name}", total=checked.rows)
            came.append(load(checked, by, _to(bars, bar)))
            bars.update(bar, completed=checked.rows)
    return came


def _bars() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )


def _to(bars: Progress, bar: Any) -> Told:
    return lambda done: bars.update(bar, completed=done)


def _say(
    as_json: bool,
    came: Sequence[Came],
    words: Callable[[Came], str],
    also: Mapping[str, int] | None = None,
) -> None:
    if as_json:
        typer.echo(json.dumps({"files": [one.as_dict() for one in came], **(also or {})}, indent=2))
        return
    for one in came:
        typer.echo(words(one))


def _areas_words(came: areas.Summary) -> str:
    return (
        f"{came.file}: {came.rows:,} areas; {came.added:,} added, {came.redrawn:,} changed,"
        f" {came.known:,} already there."
    )


def _populations_words(came: populations.Summary) -> str:
    return (
        f"{came.file}: {came.rows:,} populations; {came.added:,} added, {came.changed:,} changed,"
        f" {came.known:,} already there, {came.elsewhere:,} of areas that are not loaded."
    )


def _shares_words(came: population_shares.Summary) -> str:
    return (
        f"{came.file}: {came.rows:,} answers of the population; {came.added:,} added,"
        f" {came.changed:,} changed, {came.known:,} already there."
    )


def _published_words(came: published.Summary) -> str:
    if came.already:
        return f"{came.file}: this very file is loaded already ({came.rows:,} rows). Nothing added."
    said = (
        f"{came.file}: {came.rows:,} rows; {came.added:,} added, {came.known:,} already there,"
        f" {came.outcomes:,} newer outcomes, {came.outside:,} outside the force's areas."
    )
    if came.differing:
        said += (
            f" {came.differing:,} known crimes have another month, category or area in this file:"
            " they stay as first published."
        )
    return said
