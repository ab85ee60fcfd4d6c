"""`wansdyke reconcile contacts`: what arrived from command and control, and what is missing."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from django.utils import timezone

from wansdyke.access.command_line import acting
from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.feed.reconciling import by_day, compared
from wansdyke.desks.contact.feed.settling import in_sight
from wansdyke.desks.contact.feed.views import WHO
from wansdyke.history import audit
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused

reconcile_app = typer.Typer(no_args_is_help=True, help="Compare with where records came from.")


@reconcile_app.callback()
def reconciling() -> None:
    """Compare with where records came from."""


@reconcile_app.command("contacts")
def reconcile_contacts(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", exists=True, dir_okay=False)
    ] = None,
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="Else 30 days ago.")] = "",
    last: Annotated[str, typer.Option("--to", metavar="DATE", help="Else today.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Count what arrived by day and source; with FILE, name the calls that only one side has."""
    now = timezone.now()
    today = london(now).date()
    try:
        by = acting(Right.VIEW)
        if not (by.home and by.posts & WHO):
            raise Refused(f"{by.name} holds no post that reconciles calls.")
        start, end = _day(first, today - timedelta(days=30)), _day(last, today)
        found: dict[str, Any] = {
            "days": [day.as_dict() for day in by_day(start, end)],
            "differences": in_sight(by, now).count(),
        }
        if file is not None:
            one = compared(file, by, DESK, start, end, now)
            found["file"] = {
                "references": one.in_file,
                "not_here": one.not_here,
                "not_in_file": one.not_in_file,
            }
        audit.record(audit.CONSULTATION, by=by, at=now, reconciled=DESK.key)
    except (Refused, OutOfScope, OSError) as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(1) from None
    typer.echo(json.dumps(found, indent=2) if as_json else "\n".join(_lines(found)))


def _day(text: str, default: date) -> date:
    try:
        return date.fromisoformat(text) if text else default
    except ValueError:
        raise Refused(f"A day is written as 2018-12-31, not “{text}”.") from None


def _lines(found: dict[str, Any]) -> list[str]:
    lines = [
        f"{day['day']} {day['way']} {day['source']}: {day['arrived']:,} arrived,"
        f" {day['added']:,} added, {day['amended']:,} amended, {day['unchanged']:,} unchanged,"
        f" {day['stale']:,} stale, {day['refused']:,} refused"
        for day in found["days"]
    ]
    lines.append(f"{found['differences']:,} fields differ from what a person decided here.")
    if "file" in found:
        for key, words in (("not_here", "in the file, not here"), ("not_in_file", "here alone")):
            named = found["file"][key]
            lines.append(f"{len(named):,} {words}{': ' if named else ''}{', '.join(named)}")
    return lines
