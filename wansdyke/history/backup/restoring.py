"""Putting a backup back: checked first, put in place whole, verified afterwards."""

import hashlib
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from wansdyke.access.actors import system_actor
from wansdyke.access.database import empty, migrate_all, pending
from wansdyke.access.models import Session
from wansdyke.access.running import stopped
from wansdyke.history import audit
from wansdyke.history.backup import embedded, server
from wansdyke.history.backup.archive import DATABASE, FILES, Manifest, Part, settle, unpack
from wansdyke.kernel.flow import Refused


def put_back(
    path: Path, *, at: datetime, force: bool = False, broken_chain: bool = False
) -> Manifest:
    """Restores database and files from a backup; before the last step nothing live has changed.

    Everyone has to sign in again. Raises Refused where the backup is damaged or does not fit this
    installation, the pages are being served, the audit chain in it is broken (unless
    `broken_chain`), or there is data here already (unless `force`, which replaces it).
    """
    if not path.is_file():
        raise Refused(f"There is no file {path}.")
    folder = Path(settings.DATA_DIR)
    with stopped(folder), tempfile.TemporaryDirectory(prefix=".restoring-", dir=folder) as name:
        if not force and not empty():
            raise Refused(
                "This database is in use: a restore replaces all of it. If that is what you want:"
                " wansdyke restore --force"
            )
        unpacked = Path(name)
        manifest = unpack(path, unpacked)
        _fits(manifest, broken_chain=broken_chain)
        engine = server if connection.vendor == "postgresql" else embedded
        _place(manifest.files, unpacked)
        engine.copy_in(unpacked / DATABASE, manifest.contents)
        if engine.contents_now() != manifest.contents:
            raise Refused("The restored database is not what the backup held. Do not use it.")
    _remove_others(manifest.files)
    Session.objects.all().delete()
    if pending():
        migrate_all()
    audit.record(
        audit.CONFIGURATION,
        by=system_actor(),
        at=at,
        restored=path.name,
        taken_at=manifest.taken_at,
        entries=manifest.contents.audit_entries,
    )
    return manifest


def _fits(manifest: Manifest, *, broken_chain: bool) -> None:
    contents = manifest.contents
    if contents.engine != connection.vendor:
        raise Refused(
            f"This backup is of {contents.engine}, but this installation uses {connection.vendor}."
        )
    if contents.audit_fault and not broken_chain:
        raise Refused(
            f"The audit chain in this backup is broken at {contents.audit_fault}."
            " To restore it all the same: wansdyke restore --broken-chain"
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    ours = {name.partition(".")[0] for name in known}
    newer = [m for m in contents.migrations if m.partition(".")[0] in ours and m not in known]
    if newer:
        raise Refused(
            f"This backup was made by a newer release ({manifest.version}): install that first."
        )


def _in_place(part: Part) -> Path:
    return Path(settings.FILES_DIR) / Path(part.name).relative_to(FILES)


def _place(parts: Iterable[Part], unpacked: Path) -> None:
    """Puts files where they belong before any row names them; those already there are the same."""
    for part in parts:
        target = _in_place(part)
        if target.is_file() and _sha256(target) == part.sha256:
            continue
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (unpacked / part.name).replace(target)
        settle(target.parent)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remove_others(parts: Iterable[Part]) -> None:
    """Removes the files of the data that was replaced: no row names them any more."""
    kept = {_in_place(part) for part in parts}
    for file in Path(settings.FILES_DIR).rglob("*"):
        if file.is_file() and file not in kept:
            file.unlink()
