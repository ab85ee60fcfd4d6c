"""`wansdyke backup` and `wansdyke restore`."""

from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone
from rich.console import Console

from wansdyke.access.command_line import acting
from wansdyke.access.posts import Right
from wansdyke.history.backup.archive import Manifest
from wansdyke.history.backup.restoring import put_back
from wansdyke.history.backup.taking import take

Archive = Annotated[Path, typer.Argument(metavar="FILE.tar", show_default=False)]
Broken = Annotated[
    bool, typer.Option("--broken-chain", help="Go on although the audit chain is broken.")
]


def backup(file: Archive, broken_chain: Broken = False) -> None:
    """Write database and files to a new tar file, while the pages go on being served.

    It holds everything, so keep it as safe as the data itself. The secret key and the settings in
    the environment are not in it: keep them elsewhere.
    """
    by = acting(Right.ADMINISTER)
    with Console(stderr=True).status("Copying, and verifying the audit chain …"):
        manifest = take(file, by=by, at=timezone.now(), broken_chain=broken_chain)
    typer.echo(f"{file}: {_words(manifest)}.")


def restore(
    file: Archive,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the data that is here; it is gone afterwards.")
    ] = False,
    broken_chain: Broken = False,
) -> None:
    """Put a backup back: checked first, put in place whole, verified afterwards.

    Stop the pages first. Everyone has to sign in again. Accounts and posts are as they were when
    the backup was taken: look through them before you open the doors.
    """
    acting(Right.ADMINISTER)
    with Console(stderr=True).status("Checking, restoring, verifying the audit chain …"):
        manifest = put_back(file, at=timezone.now(), force=force, broken_chain=broken_chain)
    typer.echo(f"Restored from {file}: {_words(manifest)}, as of {manifest.taken_at}.")
    typer.echo("Now, before you open the doors: wansdyke disposal reapply")


def _words(manifest: Manifest) -> str:
    contents = manifest.contents
    chain = f"broken at {contents.audit_fault}" if contents.audit_fault else "intact"
    return (
        f"{sum(contents.rows.values()):,} rows in {len(contents.rows)} tables,"
        f" {len(manifest.files):,} files, {contents.audit_entries:,} audit entries, chain {chain}"
    )
