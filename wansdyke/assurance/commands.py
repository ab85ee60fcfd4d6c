"""`wansdyke measures`: the published numbers, as a table or as JSON."""

import json
from datetime import date, datetime
from typing import Annotated, Any

import typer
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from wansdyke.access.actors import Actor
from wansdyke.access.command_line import acting
from wansdyke.access.posts import Right
from wansdyke.assurance.figures import (
    counting_desks,
    figures,
    gone_from,
    gone_words,
    too_small,
    year_to,
)
from wansdyke.assurance.presenting import interval_words, period_words, value_words
from wansdyke.casework.counted import Counted, Period
from wansdyke.history import audit
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.kernel.measure import Figure

Row = tuple[Counted, Figure]


def measures(
    as_of: Annotated[
        str,
        typer.Option(
            "--as-of", metavar="DATE", help="The last day of the year that is counted; else today."
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """Count every measure over the twelve months to a day, of the records you may see."""
    now = timezone.now()
    by = acting(Right.VIEW)
    period = year_to(_day(as_of, now))
    found = _counted(by, now, period)
    audit.record(audit.CONSULTATION, by=by, at=now, measures=len(found))
    if as_json:
        typer.echo(json.dumps([_as_dict(row, by) for row in found], indent=2))
    else:
        _print(found, period, by)
    for desk, _ in counting_desks():
        if gone := gone_words(gone_from(desk, by, now, period), by):
            typer.echo(f"{desk.title}: {gone}", err=as_json)


def _day(text: str, now: datetime) -> date:
    if not text:
        return london(now).date()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused(f"--as-of must be a date such as 2018-12-31, not “{text}”.") from None
    if not date(1900, 1, 1) <= day <= london(now).date():
        raise Refused("--as-of must be a day between 1 January 1900 and today.")
    return day


def _counted(by: Actor, now: datetime, period: Period) -> list[Row]:
    return [
        row
        for desk, counting in counting_desks()
        for row in zip(counting.measures, figures(desk, by, now, period), strict=True)
    ]


def _as_dict(row: Row, by: Actor) -> dict[str, Any]:
    one, shown = row
    hidden = too_small(shown, by)
    numbers = {
        "value": shown.value,
        "numerator": shown.numerator,
        "denominator": shown.denominator,
        "low": shown.low,
        "high": shown.high,
    }
    return {
        "key": one.measure.key,
        "title": one.measure.title,
        "unit": one.measure.unit,
        **{name: None if hidden else value for name, value in numbers.items()},
        "collected": shown.collected,
        "period_start": shown.period_start.isoformat(),
        "period_end": shown.period_end.isoformat(),
        "definition": one.measure.definition,
        "source": one.measure.source,
    }


def _print(found: list[Row], period: Period, by: Actor) -> None:
    table = Table(title=period_words(period.first, period.last))
    for heading in ("Measure", "Value", "95% interval", "Counted", "Of"):
        table.add_column(heading, justify="left" if heading == "Measure" else "right")
    for one, shown in found:
        if too_small(shown, by):
            table.add_row(one.measure.title, "Too few to show")
            continue
        numbers = (shown.numerator, shown.denominator)
        table.add_row(
            one.measure.title,
            value_words(one, shown),
            interval_words(shown),
            *("" if n is None else f"{n:,}" for n in numbers),
        )
    Console().print(table)
