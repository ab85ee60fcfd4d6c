"""The command that makes the made-up force."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated

import typer
from django.utils import timezone
from rich.console import Console

from wansdyke.access.database import empty, migrate_all
from wansdyke.access.for_agency import EVERY, stand_for
from wansdyke.demo.make import half_made, made_here, make
from wansdyke.kernel.calendar import LONDON, london
from wansdyke.kernel.flow import Refused

# A control room of a force this size takes a call to be dealt with about every four minutes; the
# inspection report counts none, so this is an estimate and not a figure of it.
CALLS, FULL = 20_000, 250_000
MOST = 1_000_000
# Of fewer the report's share could not be exact in each of the two years.
LEAST_REPORTED = 1_000
# The last hour of a day that is over: the board is still alive then.
EVENING = time(23, 30)


class Scale(StrEnum):
    """How much is made."""

    USUAL = "usual"
    FULL = "full"


class Scenario(StrEnum):
    """What it shows."""

    ANY = "any"
    REPORT = "report"


def demo(
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Do nothing where the force is there already.")
    ] = False,
    seed: Annotated[int, typer.Option(help="The same seed, the same force.")] = 1,
    calls: Annotated[
        int | None,
        typer.Option(min=12, max=MOST, help=f"How many calls, over two years; else {CALLS:,}."),
    ] = None,
    scale: Annotated[
        Scale, typer.Option(help=f"“full” makes a force’s own volume: {FULL:,} calls.")
    ] = Scale.USUAL,
    as_of: Annotated[
        str,
        typer.Option("--as-of", metavar="DATE", help="The day on which history ends; else now."),
    ] = "",
    scenario: Annotated[
        Scenario, typer.Option(help="“report” shows the inspection report’s figures exactly.")
    ] = Scenario.ANY,
) -> None:
    """Make a made-up force on an empty database, to try the product on."""
    console = Console(stderr=True)
    now = _until(as_of, timezone.now())
    many = _how_many(calls, scale, scenario)
    migrate_all()
    stand_for(EVERY)
    if if_empty and _there_already():
        console.print("The made-up force is there already; its data was kept.")
        return
    with console.status("Making the made-up force …") as status:
        make(
            now=now,
            seed=seed,
            calls=many,
            report=scenario is Scenario.REPORT,
            tell=console.print,
            told=lambda done: status.update(f"Making the made-up force: {done:,} of {many:,} …"),
        )
    console.print("The made-up force is ready.")


def _how_many(calls: int | None, scale: Scale, scenario: Scenario) -> int:
    many = calls or (FULL if scale is Scale.FULL else CALLS)
    if scenario is Scenario.REPORT and many < LEAST_REPORTED:
        raise Refused(f"--scenario report needs --calls {LEAST_REPORTED} or more.")
    return many


def _there_already() -> bool:
    """Whether a made-up force is there; raises Refused where something else is, or half of one."""
    if empty():
        return False
    if not made_here():
        raise Refused("This database was not made by “wansdyke demo”; it was left alone.")
    if half_made():
        raise Refused("The made-up force here was not finished. Empty the data folder first.")
    return True


def _until(text: str, now: datetime) -> datetime:
    """The last moment of history: that day’s evening, or now where it is today."""
    if not text:
        return now
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused(f"--as-of must be a date such as 2018-12-31, not “{text}”.") from None
    if not date(2000, 1, 1) <= day <= london(now).date():
        raise Refused("--as-of must be a day between 1 January 2000 and today.")
    return min(datetime.combine(day, EVENING, LONDON), now)
