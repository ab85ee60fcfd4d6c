"""`wansdyke disposal`: carrying disposals out, and again after an older backup was put back."""

import logging
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from django.utils import timezone

from wansdyke.access.command_line import acting
from wansdyke.access.for_agency import every_agency
from wansdyke.access.posts import Right
from wansdyke.casework import leaving_disposal
from wansdyke.casework.disposal_register import lines
from wansdyke.casework.disposing import Means
from wansdyke.casework.jobs import worker
from wansdyke.casework.reapplying import brought_back, reapply
from wansdyke.home.files import folder
from wansdyke.kernel.flow import Refused
from wansdyke.linkage.letting_go import let_go

log = logging.getLogger(__name__)
disposal_app = typer.Typer(no_args_is_help=True, help="What was disposed of or erased.")


def means() -> Means:
    """What this installation disposes of records by."""
    return Means(exports=folder("exports"), register=settings.DISPOSALS, let_go=let_go)


def requests_gone(at: datetime) -> int:
    """Removes what disposed requests for information hold; returns of how many."""
    return leaving_disposal.carry_out(settings.DISPOSALS, at)


def gone_again(at: datetime) -> int:
    """Disposes again of what an older backup brought back, also where nobody thought of the
    command; returns of how many. For the schedule."""
    if not settings.DISPOSALS.exists():
        return 0
    try:
        back = brought_back(lines(settings.DISPOSALS))
    except Refused as refused:
        log.error("The register of disposals cannot be read: %s", refused.message)
        return 0
    return len(reapply(back, means(), by=worker(), at=at).again)


@disposal_app.command("reapply")
def reapply_command(
    register: Annotated[
        Path | None,
        typer.Argument(metavar="REGISTER", help="A register kept elsewhere; else this folder's."),
    ] = None,
) -> None:
    """Dispose once more of whatever an older backup brought back.

    The register lies beside the database, and a restore leaves it alone. Run this after each
    restore, before you open the doors; twice does nothing more.
    """
    by = acting(Right.ADMINISTER)
    path = register or settings.DISPOSALS
    if not path.exists():
        typer.echo(f"There is no register at {path}: nothing was disposed of here.")
        return
    with every_agency():
        came = reapply(lines(path), means(), by=by, at=timezone.now())
    typer.echo(
        f"Disposed of again: {len(came.again)}. Gone already: {len(came.already)}."
        f" Not in this database: {len(came.absent)}."
    )
    for reference in came.again:
        typer.echo(f"  {reference}")
