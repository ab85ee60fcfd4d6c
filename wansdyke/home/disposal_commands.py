"""`wansdyke disposal`: carrying disposals out, and again after an older backup was put back."""

from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from django.utils import timezone

from wansdyke.access.command_line import acting
from wansdyke.access.posts import Right
from wansdyke.casework.disposal_register import lines
from wansdyke.casework.disposing import Means
from wansdyke.casework.reapplying import reapply
from wansdyke.home.files import folder
from wansdyke.linkage.letting_go import let_go

disposal_app = typer.Typer(no_args_is_help=True, help="What was disposed of or erased.")


def means() -> Means:
    """What this installation disposes of records by."""
    return Means(exports=folder("exports"), register=settings.DISPOSALS, let_go=let_go)


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
    came = reapply(lines(path), means(), by=by, at=timezone.now())
    typer.echo(
        f"Disposed of again: {len(came.again)}. Gone already: {len(came.already)}."
        f" Not in this database: {len(came.absent)}."
    )
    for reference in came.again:
        typer.echo(f"  {reference}")
