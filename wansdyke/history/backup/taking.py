"""Taking a backup while the pages go on being served."""

import tempfile
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.db import connection

from wansdyke.access.actors import Actor
from wansdyke.history import audit
from wansdyke.history.backup import embedded, server
from wansdyke.history.backup.archive import (
    DATABASE,
    FILES,
    Manifest,
    Part,
    add,
    add_manifest,
    new_archive,
    unpack,
)
from wansdyke.kernel.flow import Refused


def take(path: Path, *, by: Actor, at: datetime, broken_chain: bool = False) -> Manifest:
    """Writes a backup of database and files to a new tar file and reads it through once more.

    The database is copied first: a file that a row names is on the disk before the row is. Raises
    Refused where the name is taken, the copy is not sound, or the audit chain is broken (unless
    `broken_chain`: what is left of the evidence must be kept somehow).
    """
    engine = server if connection.vendor == "postgresql" else embedded
    target = path.expanduser().resolve()
    if not target.parent.is_dir():
        raise Refused(f"There is no folder {target.parent}.")
    with new_archive(target) as archive:
        audit.record(audit.EXPORT, by=by, at=at, backup=target.name)
        with tempfile.TemporaryDirectory(prefix=".wansdyke-", dir=target.parent) as folder:
            copy = Path(folder) / DATABASE
            contents = engine.copy_out(copy)
            if contents.audit_fault and not broken_chain:
                raise Refused(
                    f"The audit chain is broken at {contents.audit_fault}. No backup was made."
                    " To keep what there is as evidence: wansdyke backup --broken-chain"
                )
            parts = [add(archive, copy, DATABASE)]
        for file in sorted(Path(settings.FILES_DIR).rglob("*")):
            parts += _added(archive, file)
        manifest = Manifest(version("wansdyke"), at.isoformat(), contents, parts)
        add_manifest(archive, manifest)
    try:
        unpack(target, None)
    except Refused:
        target.unlink()
        raise
    return manifest


def _added(archive: object, file: Path) -> list[Part]:
    if file.is_symlink() or not file.is_file():
        return []
    name = f"{FILES}/{file.relative_to(settings.FILES_DIR).as_posix()}"
    try:
        return [add(archive, file, name)]  # type: ignore[arg-type]
    except FileNotFoundError:
        # An expired spreadsheet was removed meanwhile; documents never are.
        return []
